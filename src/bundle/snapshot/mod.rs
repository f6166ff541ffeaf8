//! The snapshot: one instance, through one of its sessions, with its template. The save game.
//!
//! The template's keys sit at the top of the file, as they are in its document; what the relationship has become
//! sits under `current_state`. Two hashes guard it: that of the template, and that of everything.

mod anonymize;
mod compact;
mod embeddings;
mod items;
mod options;
mod parts;
mod problem;
mod read;
#[cfg(feature = "typescript")]
mod schema;
mod write;

use std::sync::Arc;

use serde::Serialize;

use crate::json::{self, Map, Value};
use crate::log::body::{AffinityBaseline, Episode, Fact, MoodBaseline, Role};
use crate::template::Template;
use crate::template::model::Parameters;

pub(crate) use anonymize::anonymize;
pub use compact::{compact, expand};
pub use embeddings::Embeddings;
pub use options::ExportOptions;
#[cfg(feature = "typescript")]
pub use schema::schema;

/// What `format` says.
const FORMAT: &str = "luminoracore/snapshot";
/// Keys of the file itself. A template key of the same name moves to `template_extra`.
const OWN_KEYS: [&str; 10] = [
    "format",
    "schema_version",
    "encoding",
    "_snapshot_info",
    "current_state",
    "active_configuration",
    "embeddings",
    "anonymization",
    "template_extra",
    "hashes",
];
/// Keys of `current_state` that this library reads; all others are kept for the next export.
const STATE_KEYS: [&str; 6] = [
    "affinity",
    "mood",
    "learned_facts",
    "memorable_episodes",
    "conversation_history",
    "conversation_summary",
];

/// Everything that a snapshot says.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// Who talks.
    pub template: Arc<Template>,
    /// Whose relationship this is.
    pub user: String,
    /// Its session.
    pub session: String,
    /// When it was exported, ISO 8601 UTC.
    pub created_at: String,
    /// How close.
    pub affinity: Option<AffinityBaseline>,
    /// In what mood.
    pub mood: Option<MoodBaseline>,
    /// What is known of the owner, by category and key; `None` when the section is switched off.
    pub facts: Option<Vec<Fact>>,
    /// What happened to the owner, oldest first, each with its id; `None` when the section is switched off.
    pub episodes: Option<Vec<(String, Episode)>>,
    /// What was said, oldest first; `None` when the section is switched off.
    pub conversation: Option<Vec<SnapshotTurn>>,
    /// State keys that this library does not know.
    pub imported: Option<Map>,
    /// The vectors of facts and episodes.
    pub embeddings: Option<Embeddings>,
}

/// One turn of a snapshot.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SnapshotTurn {
    /// Its id.
    pub id: String,
    /// Who said it.
    pub role: Role,
    /// What was said.
    pub text: String,
    /// When, ISO 8601 UTC.
    pub at: String,
}

/// What the conversation is like, in short: computed for readers, and never read back.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConversationSummary {
    /// What the person talks about most.
    pub main_topics: Vec<String>,
    /// A sentiment class.
    pub sentiment_overall: &'static str,
}

/// What an export says beside the [`Snapshot`]: computed from it, for readers, and never read back.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ActiveConfiguration {
    /// The six parameters as they apply.
    pub compiled_parameters: Parameters,
    /// The level's name.
    pub active_level: String,
    /// The mood's name.
    pub active_mood: String,
    /// For example `friend_level`, `shy_mood`.
    pub active_modifiers_applied: Vec<String>,
}

/// The hash over everything but the hashes.
fn content_hash(file: Map) -> (String, Map) {
    let file = Value::Object(file);
    let hash = json::sha256_hex(json::canonical(&file).as_bytes());
    match file {
        Value::Object(file) => (hash, file),
        _ => (hash, Map::new()),
    }
}
