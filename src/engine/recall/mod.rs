//! Recall: what of an owner's log answers a question, and why.

mod options;
mod recalled;

use super::core::Core;
use super::prompt::named;
use crate::context::estimate;
use crate::error::{Error, ErrorCode};
use crate::log::body::{FactOrigin, MemoryStatus};
use crate::memory::recall::{Context, DocumentKind, Query, Ranked, Ranking, rank};
use crate::memory::{Candidate, RetrievalWeights, current_importance, retrieve};
use crate::state::Personality;
use crate::text::Scan;
use crate::timestamp::DAY;
pub use options::RecallOptions;
use options::type_of;
pub(in crate::engine) use recalled::Found;
pub use recalled::{Recalled, Why};

/// Asked of one search without another word.
const DEFAULT_LIMIT: u32 = 5;
/// What is ranked for one that is wanted: the rest of the score decides between them.
const RANKED_FOR_EACH: usize = 4;
/// What is ranked at least.
const RANKED_AT_LEAST: usize = 40;

/// A turn without a word in common is told to a model when it scores so much of what the best one does: it stands beside
/// it, as an answer does beside its question.
const BESIDE: f64 = 0.6;

impl Core {
    /// Brings an owner's index up to date; searches expect it.
    pub(in crate::engine) fn index(&mut self, user: &str) {
        let Self { owners, packs, .. } = self;
        if let Some((_, state)) = owners.iter_mut().find(|(name, _)| name == user) {
            state.index(packs);
        }
    }

    /// Does a part of that beforehand, about so many records. Says whether more wait.
    pub fn index_some(&mut self, user: &str, most: usize) -> bool {
        let Self { owners, packs, .. } = self;
        let state = owners.iter_mut().find(|(name, _)| name == user);
        state.is_some_and(|(_, state)| state.index_some(packs, most))
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
        self.owner_mut(user).read_index(cache);
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
        let limit = self.limit(options);
        let cosines = self.cosines(user, options)?;
        let (ranked, query) = self.rank(&search, question, (options, &cosines), limit);
        let mut recalled = Vec::new();
        let mut left = options.tokens.unwrap_or(u32::MAX);
        for found in self.score(&search, (&query, options), &ranked, limit) {
            let Some(shown) = self.show(user, &found) else { continue };
            if let Some(fits) = left.checked_sub(estimate(&shown.text)) {
                left = fits;
                recalled.push(shown);
            }
        }
        Ok(recalled)
    }

    /// What a turn recalls: the best turns, facts, episodes and notes, so many of each. The index is up to date.
    pub(in crate::engine) fn recall_for_turn(
        &self,
        search: &Search<'_>,
        text: &str,
        options: &RecallOptions,
    ) -> Vec<Found> {
        let limit = self.limit(options);
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

    /// How much a search finds at most.
    fn limit(&self, options: &RecallOptions) -> usize {
        options.limit.unwrap_or(DEFAULT_LIMIT).min(self.options.most_recalled) as usize
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
                same_domain: document.kind == DocumentKind::Note
                    && options.domain.is_some()
                    && owner.note(&document.id).map(|note| &note.domain) == options.domain.as_ref(),
                age_days: age as f64 / DAY as f64,
                uses: owner.use_of(&document.id).count,
                importance: match document.kind {
                    DocumentKind::Episode => owner
                        .episode(&document.id)
                        .map_or(1.0, |episode| 0.8 + 0.04 * current_importance(episode, search.now)),
                    _ => 1.0,
                },
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
pub(in crate::engine) struct Search<'a> {
    pub user: &'a str,
    pub instance: &'a str,
    pub personality: &'a Personality,
    /// Milliseconds since 1970.
    pub now: i64,
}
