//! What of a relationship an export holds, and in what form.

use crate::error::Error;
use crate::json::{Fields, Value};

/// Which sections an export holds, one that is switched off is absent; and in what form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[allow(clippy::struct_excessive_bools, reason = "independent choices are what this is")]
pub struct ExportOptions {
    /// The turns.
    pub conversation: bool,
    /// The owner's facts.
    pub facts: bool,
    /// The instance's episodes.
    pub episodes: bool,
    /// The vectors of facts and episodes, where there is an embedder: as they are kept, a byte an element.
    pub embeddings: bool,
    /// What says who the person is, is removed or replaced; the file reports what.
    pub anonymize: bool,
    /// What stands in the file again and again is written once. It reads as the other form does.
    pub compact: bool,
}

impl Default for ExportOptions {
    fn default() -> Self {
        Self {
            conversation: true,
            facts: true,
            episodes: true,
            embeddings: false,
            anonymize: false,
            compact: false,
        }
    }
}

impl ExportOptions {
    /// Reads the options of a call, by the names of the predecessor too.
    pub fn parse(options: &Value) -> Result<Self, Error> {
        Ok(Fields::read(options, "", |fields| {
            let more = fields.nested("include_options", Choices::read).unwrap_or_default();
            let choices = Choices::read(fields).or(more);
            let defaults = Self::default();
            Self {
                conversation: choices.conversation.unwrap_or(defaults.conversation),
                facts: choices.facts.unwrap_or(defaults.facts),
                episodes: choices.episodes.unwrap_or(defaults.episodes),
                embeddings: choices.embeddings.unwrap_or(defaults.embeddings),
                anonymize: choices.anonymize.unwrap_or(defaults.anonymize),
                compact: fields.boolean("compact").unwrap_or(defaults.compact),
            }
        })?)
    }
}

/// What a caller says of the options that have several names.
#[derive(Default)]
struct Choices {
    conversation: Option<bool>,
    facts: Option<bool>,
    episodes: Option<bool>,
    embeddings: Option<bool>,
    anonymize: Option<bool>,
}

impl Choices {
    fn read(fields: &mut Fields<'_>) -> Self {
        // All of them are known names, and the first that is given counts.
        let mut choice = |names: &[&'static str]| {
            let mut choice = None;
            for name in names {
                choice = choice.or(fields.boolean(name));
            }
            choice
        };
        Self {
            conversation: choice(&[
                "conversation",
                "conversation_history",
                "include_conversation",
                "include_conversation_history",
            ]),
            facts: choice(&["facts", "include_facts"]),
            episodes: choice(&["episodes", "include_episodes"]),
            embeddings: choice(&["embeddings", "include_embeddings"]),
            anonymize: choice(&["anonymize", "anonymize_user_data"]),
        }
    }

    fn or(self, other: Self) -> Self {
        Self {
            conversation: self.conversation.or(other.conversation),
            facts: self.facts.or(other.facts),
            episodes: self.episodes.or(other.episodes),
            embeddings: self.embeddings.or(other.embeddings),
            anonymize: self.anonymize.or(other.anonymize),
        }
    }
}
