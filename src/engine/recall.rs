//! Recall: what of an owner's log answers a question, and why.

use serde::Serialize;

use super::command::utc_offset;
use super::core::Core;
use super::prompt::named;
use crate::context::estimate;
use crate::error::{Error, ErrorCode};
use crate::json::{self, FieldCode, Fields, Value};
use crate::log::Body;
use crate::log::body::{FactOrigin, MemoryStatus, Role};
use crate::memory::recall::{Context, Document, DocumentKind, Query, Ranked, Ranking, Signals, rank};
use crate::memory::{Candidate, RetrievalWeights, current_importance, retrieve};
use crate::state::Personality;
use crate::text::{Scan, Span};
use crate::timestamp::DAY;

/// Asked of one search without another word.
const DEFAULT_LIMIT: u32 = 5;
/// What is ranked for one that is wanted: the rest of the score decides between them.
const RANKED_FOR_EACH: usize = 4;
/// What is ranked at least.
const RANKED_AT_LEAST: usize = 40;

/// One word in common is enough when it has so many letters.
const SAYS_MUCH: usize = 3;
/// A turn without a word in common is told to a model when it scores so much of what the best one does: it stands beside
/// it, as an answer does beside its question.
const BESIDE: f64 = 0.6;
/// Without a word in common, texts mean much the same from this cosine on.
const CLOSE: f32 = 0.5;

/// What to search for and where.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RecallOptions {
    /// At most so many; 5 when absent, never more than the core's own limit.
    pub limit: Option<u32>,
    /// Texts of so many tokens at most, as prompts count them: what does not fit is passed over.
    pub tokens: Option<u32>,
    /// `turn`, `fact`, `episode`, `note`; absent = all.
    pub types: Option<Vec<String>>,
    /// The domain of the question: what belongs to it counts more.
    pub domain: Option<String>,
    /// Facts that are surer than this alone, 0..1. What is no fact passes.
    pub confidence_min: Option<f64>,
    /// What has one of these tags alone.
    pub tags: Option<Vec<String>>,
    /// What belongs to one of these domains alone.
    pub domains: Option<Vec<String>>,
    /// BCP 47; absent = that of the words, else of the personality.
    pub language: Option<String>,
    /// How far the person's clock is ahead of UTC, in minutes: when "yesterday" was.
    pub utc_offset: i32,
    /// The question as a vector.
    pub vector: Option<Vec<f32>>,
}

impl RecallOptions {
    /// Reads the options of a call.
    pub fn parse(options: &Value) -> Result<Self, Error> {
        Ok(Fields::read(options, "", |fields| {
            let mut list = |name| fields.raw(name).is_some().then(|| fields.texts(name));
            let (types, tags, domains) = (list("types"), list("tags"), list("domains"));
            if types.iter().flatten().any(|name| TYPES.iter().all(|(_, known)| known != name)) {
                fields.refuse(FieldCode::Enum, "types", "of turn, fact, episode, note");
            }
            Self {
                limit: fields.count("limit"),
                tokens: fields.count("tokens"),
                types,
                domain: fields.text("domain", 200),
                confidence_min: fields.number("confidence_min", 0.0, 1.0),
                tags,
                domains,
                language: fields.text("language", 35),
                utc_offset: utc_offset(fields),
                vector: None,
            }
        })?)
    }

    fn wants(&self, kind: DocumentKind) -> bool {
        self.types.as_ref().is_none_or(|types| types.iter().any(|name| name == type_of(kind)))
    }
}

/// What a document is, by the name of its type.
const TYPES: [(DocumentKind, &str); 5] = [
    (DocumentKind::UserTurn, "turn"),
    (DocumentKind::AssistantTurn, "turn"),
    (DocumentKind::Fact, "fact"),
    (DocumentKind::Episode, "episode"),
    (DocumentKind::Note, "note"),
];

fn type_of(kind: DocumentKind) -> &'static str {
    TYPES.iter().find(|(known, _)| *known == kind).map_or("turn", |(_, name)| name)
}

/// One thing that was found.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Recalled {
    /// Of its record.
    pub id: String,
    /// `turn`, `fact`, `episode` or `note`.
    #[serde(rename = "type")]
    #[cfg_attr(feature = "typescript", ts(type = "\"turn\" | \"fact\" | \"episode\" | \"note\""))]
    pub memory_type: &'static str,
    /// How well it answers: decides the order, and compares within one search.
    pub score: f64,
    /// What it says.
    pub text: String,
    /// When it was said, ISO 8601 UTC.
    pub at: String,
    /// Who said it, of a turn.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub role: Option<Role>,
    /// Of a turn its session, of a fact or an episode the first turn that told it, of a note its source.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub source: Option<String>,
    /// Where in the record's text it stands, of a chunk of a note: UTF-16 code units, half-open.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub span: Option<Span>,
    /// The words of the question that it has.
    pub matches: Vec<String>,
    /// What the score is made of.
    pub why: Why,
}

/// What a score is made of: `similarity * (1 + domain + recency + reuse) * importance`. The signals behind the
/// similarity are named beside it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(rename = "RecallReasons"))]
pub struct Why {
    /// 0..1, of words, meaning and conversation together.
    pub similarity: f64,
    /// What made it similar.
    #[serde(flatten)]
    pub signals: Signals,
    /// For the domain of the question.
    pub domain: f64,
    /// For what is new.
    pub recency: f64,
    /// For what was in prompts before.
    pub reuse: f64,
    /// 1, but for episodes.
    pub importance: f64,
}

/// What was found, before it is shown.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub document: Document,
    pub score: f64,
    pub matches: Vec<String>,
    pub why: Why,
}

impl Found {
    /// Whether it has more to do with what was said than a "hi" or an "ok".
    fn is_to_the_point(&self) -> bool {
        let says_much = |word: &String| !word.is_ascii() || word.len() >= SAYS_MUCH;
        self.matches.len() > 1 || self.matches.iter().any(says_much) || self.why.signals.meaning >= CLOSE
    }
}

impl Core {
    /// Brings an owner's index up to date; searches expect it.
    pub(super) fn index(&mut self, user: &str) {
        let Self { owners, packs, .. } = self;
        if let Some((_, state)) = owners.iter_mut().find(|(name, _)| name == user) {
            state.index(packs);
        }
    }

    /// An owner's index as bytes, for a cache that may be dropped at any time: when it differs by at least so many
    /// documents from what [`read_recall_cache`](Self::read_recall_cache) was given or this gave last.
    pub fn recall_cache(&mut self, user: &str, least: usize) -> Option<Vec<u8>> {
        let Self { owners, packs, .. } = self;
        let (_, state) = owners.iter_mut().find(|(name, _)| name == user)?;
        state.write_index(packs, least)
    }

    /// Takes an owner's index from a cache. Whatever it holds, what is found is the same; of use before the first search.
    pub fn read_recall_cache(&mut self, user: &str, cache: &[u8]) {
        self.owner_mut(user.to_owned()).read_index(cache);
    }

    /// What of all that a personality may know answers a question, the best first.
    ///
    /// # Errors
    /// `unknown_session`; `invalid_argument` for a blank question; `dimension` for a vector of another length than those
    /// of the memories.
    pub fn recall(
        &mut self,
        user: &str,
        session: &str,
        question: &str,
        options: &RecallOptions,
        now: u64,
    ) -> Result<Vec<Recalled>, Error> {
        if question.trim().is_empty() {
            return Err(Error::new(ErrorCode::InvalidArgument, "there is nothing to look for").at("/query"));
        }
        self.index(user);
        let (state, _, personality) = self.conversation(user, session)?;
        let now = i64::try_from(now).unwrap_or(i64::MAX);
        let search = Search { user, instance: &state.session.instance, personality: &personality, now };
        let limit = options.limit.unwrap_or(DEFAULT_LIMIT).min(self.options.most_recalled);
        let cosines = self.cosines(user, options)?;
        let (ranked, query) = self.rank(&search, question, (options, &cosines), limit as usize);
        let mut recalled = Vec::new();
        let mut left = options.tokens.unwrap_or(u32::MAX);
        for found in self.score(&search, (&query, options), &ranked, limit as usize) {
            let Some(shown) = self.show(user, &found) else { continue };
            if let Some(fits) = left.checked_sub(estimate(&shown.text)) {
                left = fits;
                recalled.push(shown);
            }
        }
        Ok(recalled)
    }

    /// What a turn recalls: the best turns, facts, episodes and notes, so many of each. The index is up to date.
    pub(super) fn recall_for_turn(
        &self,
        search: &Search<'_>,
        text: &str,
        options: &RecallOptions,
    ) -> Vec<Found> {
        let limit = options.limit.unwrap_or(DEFAULT_LIMIT).min(self.options.most_recalled) as usize;
        // A reply does not fail because of a vector.
        let cosines = self.cosines(search.user, options).unwrap_or_default();
        let (ranked, query) = self.rank(search, text, (options, &cosines), limit);
        let documents = self.owner(search.user).documents();
        let kind = |ranked: &Ranked| documents.get(ranked.slot).map_or("", |document| type_of(document.kind));
        let mut found = Vec::new();
        for sort in ranked.chunk_by(|a, b| kind(a) == kind(b)) {
            let mut best = self.score(search, (&query, options), sort, limit);
            let is_to_the_point = best.iter().any(Found::is_to_the_point);
            let enough = best.first().map_or(0.0, |best| best.score * BESIDE);
            best.retain(|found| found.is_to_the_point() || (is_to_the_point && found.score >= enough));
            found.extend(best);
        }
        found
    }

    /// What may answer a question, of each sort more than is wanted. The index is up to date.
    fn rank(
        &self,
        search: &Search<'_>,
        question: &str,
        (options, cosines): (&RecallOptions, &[f32]),
        limit: usize,
    ) -> (Vec<Ranked>, Query) {
        let owner = self.owner(search.user);
        let documents = owner.documents();
        let template = search.personality.template();
        let user_name = owner.name().or(named(search.user)).unwrap_or_default();
        let scan = Scan::new(question);
        let named_language = options.language.as_deref();
        let query = Query::new(
            question,
            &Context {
                language: self.packs.recall_language(&scan, named_language, Some(&template.persona.language)),
                others: &self.packs.recall_languages(),
                speakers: &[
                    (DocumentKind::UserTurn, user_name),
                    (DocumentKind::AssistantTurn, &template.persona.name),
                ],
                now: search.now,
                utc_offset: options.utc_offset,
            },
        );
        let turns = match options.wants(DocumentKind::UserTurn)
            && options.tags.is_none()
            && options.domains.is_none()
        {
            true => owner.turns_to_search(search.instance, self.oldest(search.now)),
            false => Vec::new(),
        };
        let others = self.memories_to_search(search, options);
        let ranking = Ranking { documents, query: &query, turns: &turns, others: &others, cosines };
        let ranked = rank(&ranking, (limit * RANKED_FOR_EACH).max(RANKED_AT_LEAST));
        (ranked, query)
    }

    /// How similar in meaning each document is, where there are vectors.
    fn cosines(&self, user: &str, options: &RecallOptions) -> Result<Vec<f32>, Error> {
        match &options.vector {
            Some(vector) if self.embedder().is_some() => self.owner(user).vectors().cosines(vector),
            _ => Ok(Vec::new()),
        }
    }

    /// Turns from before this moment are left out: milliseconds since 1970.
    fn oldest(&self, now: i64) -> Option<i64> {
        let days = self.options.limits.retention_days?;
        Some(now.saturating_sub(i64::from(days).saturating_mul(DAY)))
    }

    /// The slots of the memories that may be found.
    fn memories_to_search(&self, search: &Search<'_>, options: &RecallOptions) -> Vec<u32> {
        let owner = self.owner(search.user);
        let features = self.options.features;
        let tagged = |tags: &[String]| {
            options.tags.as_ref().is_none_or(|wanted| tags.iter().any(|tag| wanted.contains(tag)))
        };
        let mut slots = Vec::new();
        if options.wants(DocumentKind::Fact) && options.domains.is_none() {
            for (id, fact) in owner.facts() {
                let extracted = matches!(fact.origin, FactOrigin::Rules | FactOrigin::Model);
                if fact.status == MemoryStatus::Active
                    && fact.sharing.learn
                    && (features.fact_extraction || !extracted)
                    && options.confidence_min.is_none_or(|least| fact.confidence >= least)
                    && tagged(&fact.tags)
                {
                    slots.extend_from_slice(owner.slots_of(id));
                }
            }
        }
        if options.wants(DocumentKind::Episode) && features.episodic_memory && options.domains.is_none() {
            for (id, episode) in owner.episodes() {
                if episode.status == MemoryStatus::Active
                    && episode.sharing.learn
                    && episode.instance == search.instance
                    && tagged(&episode.tags)
                {
                    slots.extend_from_slice(owner.slots_of(id));
                }
            }
        }
        if options.wants(DocumentKind::Note) {
            for (id, note) in owner.notes() {
                let of_domain = options.domains.as_ref().is_none_or(|wanted| wanted.contains(&note.domain));
                if note.sharing.learn && of_domain && tagged(&note.tags) {
                    slots.extend_from_slice(owner.slots_of(id));
                }
            }
        }
        slots
    }

    /// Domain, recency, reuse and importance of what was ranked, and the best of it.
    fn score(
        &self,
        search: &Search<'_>,
        (query, options): (&Query, &RecallOptions),
        ranked: &[Ranked],
        limit: usize,
    ) -> Vec<Found> {
        let owner = self.owner(search.user);
        let mut candidates = Vec::with_capacity(ranked.len());
        let mut documents = Vec::with_capacity(ranked.len());
        for ranked in ranked {
            let Some(document) = owner.documents().get(ranked.slot) else { continue };
            let age = search.now.saturating_sub(document.at).max(0);
            candidates.push(Candidate {
                id: &document.id,
                similarity: f64::from(ranked.similarity),
                same_domain: options.domain.is_some()
                    && owner.note(&document.id).map(|note| &note.domain) == options.domain.as_ref(),
                age_days: age as f64 / DAY as f64,
                uses: owner.use_of(&document.id).count,
                importance: owner
                    .episode(&document.id)
                    .map_or(1.0, |episode| 0.8 + 0.04 * current_importance(episode, search.now)),
            });
            documents.push((document, ranked));
        }
        let mut found: Vec<Found> = Vec::with_capacity(limit);
        for scored in retrieve(&candidates, &RetrievalWeights::default(), candidates.len()) {
            if found.len() == limit {
                break;
            }
            let (Some(candidate), Some((document, ranked))) =
                (candidates.get(scored.index), documents.get(scored.index))
            else {
                continue;
            };
            if found.iter().any(|better| document.says_the_same_as(&better.document)) {
                continue;
            }
            let mut matches: Vec<String> = Vec::new();
            for term in &query.terms {
                if !matches.contains(&term.word) && owner.documents().holds(ranked.slot, &term.stems) {
                    matches.push(term.word.clone());
                }
            }
            found.push(Found {
                document: (*document).clone(),
                score: scored.score,
                matches,
                why: Why {
                    similarity: candidate.similarity,
                    signals: ranked.why,
                    domain: scored.domain,
                    recency: scored.recency,
                    reuse: scored.reuse,
                    importance: candidate.importance,
                },
            });
        }
        found
    }
}

/// Who searches.
pub(super) struct Search<'a> {
    pub user: &'a str,
    pub instance: &'a str,
    pub personality: &'a Personality,
    /// Milliseconds since 1970.
    pub now: i64,
}

impl Core {
    /// What of what was found a prompt holds: all of these ids, and of the passages of notes, in their order, those that
    /// were taken.
    pub(super) fn memories_told(
        &self,
        user: &str,
        found: &[Found],
        told: &[String],
        notes_taken: &[bool],
    ) -> Vec<Recalled> {
        let mut notes = notes_taken.iter();
        let mut memories = Vec::new();
        for found in found {
            let is_told = match found.document.kind {
                DocumentKind::Note => notes.next() == Some(&true),
                _ => told.contains(&found.document.id),
            };
            if is_told {
                memories.extend(self.show(user, found));
            }
        }
        memories
    }

    /// What was found, as it is told.
    pub(super) fn show(&self, user: &str, found: &Found) -> Option<Recalled> {
        let owner = self.owner(user);
        let Found { document, score, matches, why } = found;
        let mut span = None;
        let (text, at, role, source) = match owner.record(&document.id)?.body()? {
            Body::Turn(turn) => {
                (turn.text.clone(), turn.created_at.clone(), Some(turn.role), Some(turn.session.clone()))
            }
            Body::Fact(fact) => {
                let value = fact.value.as_str().map_or_else(|| json::compact(&fact.value), str::to_owned);
                let text = [fact.key.replace('_', " ").as_str(), ": ", &value].concat();
                let source = fact.sources.first().map(|source| source.turn.clone());
                (text, fact.last_updated.clone(), None, source)
            }
            Body::Episode(episode) => {
                let source = episode.sources.first().map(|source| source.turn.clone());
                (episode.summary.clone(), episode.timestamp.clone(), None, source)
            }
            Body::Note(note) => {
                let [start, end] = document.bytes.map(|at| at as usize);
                let (before, text) = (note.text.get(..start)?, note.text.get(start..end)?);
                let units = |text: &str| text.chars().map(char::len_utf16).sum::<usize>() as u32;
                let start = units(before);
                span = Some([start, start + units(text)]);
                (text.to_owned(), note.created_at.clone(), None, Some(note.source.clone()))
            }
            _ => return None,
        };
        Some(Recalled {
            memory_type: type_of(document.kind),
            id: document.id.clone(),
            score: *score,
            text,
            at,
            role,
            source,
            span,
            matches: matches.clone(),
            why: *why,
        })
    }
}
