//! What the host can ask of the core.

use serde::Deserialize;

use crate::compile::MaskDeltas;
use crate::log::SEED_LENGTH;
use crate::log::body::SessionStatus;

/// What the core may not find out by itself; comes in with every call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Environment {
    /// Milliseconds since 1970.
    pub now: u64,
    /// Fresh random bytes.
    pub seed: [u8; SEED_LENGTH],
}

/// One thing that the host asks for. `user` is the owner of everything that it touches.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// Keeps a personality document in the library.
    AddTemplate {
        /// The document, as JSON text.
        source: String,
    },
    /// Opens a new session, and makes the instance if the owner has none of this template yet.
    CreateSession {
        /// The owner.
        user: String,
        /// Which personality.
        template: TemplateChoice,
        /// 1..200 characters.
        #[serde(default)]
        title: Option<String>,
    },
    /// Says something to the personality.
    Send {
        /// The owner.
        user: String,
        /// The session's id.
        session: String,
        /// What the person says: not blank, at most 262,144 bytes.
        text: String,
        /// Who answers.
        model: ModelDeclaration,
        /// Language of the text, when the host knows it.
        #[serde(default)]
        language: Option<String>,
        /// Deltas for this turn alone.
        #[serde(default)]
        mask: Option<MaskDeltas>,
        /// Most tokens of the answer; 1,024 when absent.
        #[serde(default)]
        max_output_tokens: Option<u32>,
    },
    /// Records what the host itself answered (manual mode).
    Reply {
        /// The owner.
        user: String,
        /// The session's id.
        session: String,
        /// The answer.
        text: String,
    },
    /// Sets the mood by hand.
    SetMood {
        /// The owner.
        user: String,
        /// The session's id.
        session: String,
        /// A mood of the template, or its default mood.
        name: String,
        /// 0..1; 1 when absent.
        #[serde(default)]
        intensity: Option<f64>,
    },
    /// Sets the affinity points by hand.
    SetAffinity {
        /// The owner.
        user: String,
        /// The session's id.
        session: String,
        /// A whole number from 0 to 100.
        points: f64,
    },
    /// Changes a session's title or status.
    UpdateSession {
        /// The owner.
        user: String,
        /// The session's id.
        session: String,
        /// 1..200 characters.
        #[serde(default)]
        title: Option<String>,
        /// Its new status.
        #[serde(default)]
        status: Option<SessionStatus>,
    },
    /// Brings a relationship back from a snapshot file.
    ImportSnapshot {
        /// The owner; absent: the one named in the file.
        #[serde(default)]
        user: Option<String>,
        /// The file's text.
        source: String,
        /// Which parts to bring back.
        #[serde(default)]
        restore: Restore,
        /// What to do when the owner has an instance of this template.
        #[serde(default)]
        on_conflict: OnConflict,
        /// Accept a file whose hashes do not match its content.
        #[serde(default)]
        allow_modified: bool,
    },
    /// Erases everything of an owner.
    Erase {
        /// The owner.
        user: String,
        /// Leave not even tombstones: nothing remembers the owner, and older files can be imported again.
        #[serde(default)]
        purge: bool,
    },
}

/// Which personality a session is opened with.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TemplateChoice {
    /// `sha256:<hex>`, or its name or an alias; of several versions the highest.
    Reference(String),
    /// The document itself, as JSON text. It is copied to the owner and not kept in the library.
    Document(String),
}

/// The model port, as far as the core needs to know it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub struct ModelDeclaration {
    /// `scripted` and `manual` are answered inside the core; every other kind becomes a call effect.
    pub kind: String,
    /// The caller's model id.
    pub id: String,
    /// Whether it runs on this device.
    #[serde(default)]
    pub local: bool,
    /// Its window in tokens, when known.
    #[serde(default)]
    pub context_tokens: Option<u32>,
    /// Scripted: what the offline lines are drawn by.
    #[serde(default)]
    pub seed: u64,
    /// Scripted: the very words of this answer.
    #[serde(default)]
    pub reply: Option<String>,
}

/// Which parts of a snapshot to bring back; absent ones are brought back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "typescript", ts(optional_fields))]
#[serde(default, deny_unknown_fields)]
#[allow(clippy::struct_excessive_bools, reason = "four independent choices are what this is")]
pub struct Restore {
    /// Points, counters and history.
    pub affinity: bool,
    /// The mood and its history.
    pub mood: bool,
    /// Facts and episodes.
    pub facts: bool,
    /// The turns.
    pub conversation: bool,
}

impl Default for Restore {
    fn default() -> Self {
        Self { affinity: true, mood: true, facts: true, conversation: true }
    }
}

/// What to do when the owner of an import has an instance of its template.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum OnConflict {
    /// Refuse with `instance_exists`.
    #[default]
    Refuse,
    /// Replace affinity and mood.
    Replace,
}
