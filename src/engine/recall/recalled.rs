//! What was found, and as what it is told.

use serde::Serialize;

use super::options::type_of;
use crate::decimal::round6;
use crate::engine::core::Core;
use crate::json;
use crate::log::Body;
use crate::log::body::Role;
use crate::memory::recall::{Document, DocumentKind, Signals};
use crate::text::Span;

/// One word in common is enough when it has so many letters.
const SAYS_MUCH: usize = 3;
/// Without a word in common, texts mean much the same from this cosine on.
const CLOSE: f64 = 0.5;

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

impl Why {
    /// To 6 decimals, as it is told.
    fn rounded(self) -> Self {
        let Signals { text, meaning, context, .. } = self.signals;
        let signals = Signals {
            text: round6(text),
            meaning: round6(meaning),
            context: round6(context),
            ..self.signals
        };
        Self {
            similarity: round6(self.similarity),
            signals,
            domain: round6(self.domain),
            recency: round6(self.recency),
            reuse: round6(self.reuse),
            importance: round6(self.importance),
        }
    }
}

/// What was found, before it is shown.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::engine) struct Found {
    pub document: Document,
    pub score: f64,
    pub matches: Vec<String>,
    pub why: Why,
}

impl Found {
    /// Whether it has more to do with what was said than a "hi" or an "ok".
    pub(super) fn is_to_the_point(&self) -> bool {
        let says_much = |word: &String| !word.is_ascii() || word.len() >= SAYS_MUCH;
        self.matches.len() > 1 || self.matches.iter().any(says_much) || self.why.signals.meaning >= CLOSE
    }
}

impl Core {
    /// What of what was found a prompt holds: all of these ids, and of the passages of notes, in their order, those that
    /// were taken.
    pub(in crate::engine) fn memories_told(
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
    pub(in crate::engine) fn show(&self, user: &str, found: &Found) -> Option<Recalled> {
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
            score: round6(*score),
            text,
            at,
            role,
            source,
            span,
            matches: matches.clone(),
            why: why.rounded(),
        })
    }
}
