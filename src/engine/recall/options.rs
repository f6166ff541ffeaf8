//! What a search is asked.

use crate::engine::command::utc_offset;
use crate::error::Error;
use crate::json::{FieldCode, Fields, Value};
use crate::memory::recall::DocumentKind;

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

    pub(super) fn wants(&self, kind: DocumentKind) -> bool {
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

pub(super) fn type_of(kind: DocumentKind) -> &'static str {
    TYPES.iter().find(|(known, _)| *known == kind).map_or("turn", |(_, name)| name)
}
