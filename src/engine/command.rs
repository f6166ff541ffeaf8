//! What the host can ask of the core.

use super::forget::Forget;
use super::given_reply::GivenReply;
use super::memory::Remembered;
use super::notes::NoteDocument;
use super::turn::SendRequest;
use crate::error::Error;
use crate::json::{Fields, Value};
use crate::log::SEED_LENGTH;
use crate::log::body::{Mode, ModelReference, SessionStatus};

/// What the core may not find out by itself; comes in with every call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Environment {
    /// Milliseconds since 1970.
    pub now: u64,
    /// Fresh random bytes.
    pub seed: [u8; SEED_LENGTH],
}

/// One thing that the host asks for. `user` is the owner of everything that it touches.
#[derive(Clone, Debug, PartialEq)]
#[allow(clippy::large_enum_variant, reason = "one at a time, and the large one is the common one")]
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
        title: Option<String>,
    },
    /// Says something to the personality.
    Send(SendRequest),
    /// Asks a model what a turn says about the person; the reply was given before.
    Extract {
        /// The owner.
        user: String,
        /// The session's id.
        session: String,
        /// The id of the person's turn.
        turn: String,
        /// Who is asked.
        model: ModelDeclaration,
    },
    /// Records an answer that came about elsewhere: the host's own, or a further one of a model.
    Reply(GivenReply),
    /// Sets the mood by hand.
    SetMood {
        /// The owner.
        user: String,
        /// The session's id.
        session: String,
        /// A mood of the template, or its default mood.
        name: String,
        /// 0..1; 1 when absent.
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
        title: Option<String>,
        /// Its new status.
        status: Option<SessionStatus>,
    },
    /// Brings a relationship back from a snapshot file.
    ImportSnapshot {
        /// The owner; absent: the one named in the file.
        user: Option<String>,
        /// The file's text.
        source: String,
        /// Which parts to bring back.
        restore: Restore,
        /// What to do when the owner has an instance of this template.
        on_conflict: OnConflict,
        /// Accept a file whose hashes do not match its content.
        allow_modified: bool,
        /// The document of a template, as JSON text, for a file that holds none.
        template: Option<String>,
    },
    /// Keeps a fact that the person, or the host in their name, states.
    Remember {
        /// The owner.
        user: String,
        /// The fact.
        fact: Remembered,
    },
    /// Erases a memory, a turn or a session, with what derives from it.
    Forget {
        /// The owner.
        user: String,
        /// Which ones: `query` or `source`.
        what: Forget,
    },
    /// Keeps documents that a person brings along.
    ImportNotes {
        /// The owner.
        user: String,
        /// The documents, each of another source.
        documents: Vec<NoteDocument>,
    },
    /// Recalls again what a limit put aside.
    Restore {
        /// The owner.
        user: String,
        /// The memory's id.
        memory: String,
    },
    /// Puts aside what is beyond the limits or was not used for long.
    Retain {
        /// The owner.
        user: String,
    },
    /// Changes what is stored of an owner to the shape of a version.
    Migrate {
        /// The owner, whoever it is.
        user: String,
        /// The version of the storage; the latest when absent.
        target: Option<u32>,
    },
    /// Notes that the migration of all owners is done.
    FinishMigration {
        /// The version of the storage; the latest when absent.
        target: Option<u32>,
    },
    /// Erases everything of an owner.
    Erase {
        /// The owner.
        user: String,
        /// Leave not even tombstones: nothing remembers the owner, and older files can be imported again.
        purge: bool,
    },
}

impl Command {
    /// Reads a command as the host writes it: `type` in kebab-case, arguments in snake_case. An argument that is
    /// missing, of the wrong type or unknown is named by the error's path.
    pub fn parse(command: &Value) -> Result<Self, Error> {
        let mut fields = Fields::new(command, "");
        let kind = fields.required_id("type");
        fields.check()?;
        let parsed = Self::of_kind(&kind, &mut fields)?;
        fields.finish()?;
        Ok(parsed)
    }

    fn of_kind(kind: &str, fields: &mut Fields<'_>) -> Result<Self, Error> {
        Ok(match kind {
            "add-template" => Self::AddTemplate { source: fields.required_string("source") },
            "create-session" => Self::CreateSession {
                user: fields.required_string("user"),
                template: TemplateChoice::parse(fields)?,
                title: fields.string("title"),
            },
            "send" => Self::Send(SendRequest::parse(fields)),
            "extract" => Self::Extract {
                user: fields.required_string("user"),
                session: fields.required_string("session"),
                turn: fields.required_string("turn"),
                model: model(fields),
            },
            "reply" => Self::Reply(GivenReply::parse(fields)),
            "set-mood" => Self::SetMood {
                user: fields.required_string("user"),
                session: fields.required_string("session"),
                name: fields.required_string("name"),
                intensity: fields.number("intensity", f64::MIN, f64::MAX),
            },
            "set-affinity" => Self::SetAffinity {
                user: fields.required_string("user"),
                session: fields.required_string("session"),
                points: {
                    let points = fields.number("points", f64::MIN, f64::MAX);
                    fields.require("points", points)
                },
            },
            "update-session" => Self::UpdateSession {
                user: fields.required_string("user"),
                session: fields.required_string("session"),
                title: fields.string("title"),
                status: fields.choice("status", &SessionStatus::NAMES),
            },
            "import-snapshot" => Self::ImportSnapshot {
                user: fields.string("user"),
                source: fields.required_string("source"),
                restore: fields
                    .nested("restore", |fields| {
                        Restore::parse(fields, &PARTS).and(Restore::parse(fields, &LONGER))
                    })
                    .unwrap_or_default()
                    .and(Restore::parse(fields, &LONGER)),
                on_conflict: fields.choice("on_conflict", &OnConflict::NAMES).unwrap_or_default(),
                allow_modified: fields.boolean("allow_modified").unwrap_or(false),
                template: fields.string("template"),
            },
            "remember" => Self::Remember {
                user: fields.required_string("user"),
                fact: {
                    let fact = fields.nested("fact", Remembered::parse);
                    fields.check()?;
                    fact.ok_or_else(|| Error::invalid_argument("/fact", "a fact is expected"))?
                },
            },
            "forget" => Self::Forget { user: fields.required_string("user"), what: Forget::parse(fields) },
            "import-notes" => Self::ImportNotes {
                user: fields.required_string("user"),
                documents: fields.list("documents", NoteDocument::parse),
            },
            "restore" => {
                Self::Restore { user: fields.required_string("user"), memory: fields.required_id("memory") }
            }
            "retain" => Self::Retain { user: fields.required_string("user") },
            "migrate" => {
                Self::Migrate { user: fields.required_string("user"), target: fields.count("target") }
            }
            "finish-migration" => Self::FinishMigration { target: fields.count("target") },
            "erase" => Self::Erase {
                user: fields.required_string("user"),
                purge: fields.boolean("purge").unwrap_or(false),
            },
            _ => {
                return Err(Error::invalid_argument("/type", format!("no command is called \"{kind}\"")));
            }
        })
    }
}

pub(super) fn model(fields: &mut Fields<'_>) -> ModelDeclaration {
    let model = fields.nested("model", ModelDeclaration::parse);
    fields.require("model", model)
}

/// Which personality a session is opened with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TemplateChoice {
    /// `sha256:<hex>`, or its name or an alias; of several versions the highest.
    Reference(String),
    /// The document itself, as JSON text. It is copied to the owner and not kept in the library.
    Document(String),
}

impl TemplateChoice {
    fn parse(fields: &mut Fields<'_>) -> Result<Self, Error> {
        let choice =
            fields.nested("template", |choice| (choice.string("reference"), choice.string("document")));
        let choice = fields.require("template", choice);
        fields.check()?;
        match choice {
            (Some(reference), None) => Ok(Self::Reference(reference)),
            (None, Some(document)) => Ok(Self::Document(document)),
            _ => Err(Error::invalid_argument("/template", "either a reference or a document is expected")),
        }
    }
}

/// The model port, as far as the core needs to know it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ModelDeclaration {
    /// `scripted` and `manual` are answered inside the core; every other kind becomes a call effect.
    pub kind: String,
    /// The caller's model id.
    pub id: String,
    /// Whether it runs on this device.
    pub local: bool,
    /// Its window in tokens, when known.
    pub context_tokens: Option<u32>,
    /// Scripted: what the offline lines are drawn by.
    pub seed: u64,
    /// Scripted: the very words of this answer.
    pub reply: Option<String>,
}

impl ModelDeclaration {
    /// What a run says of where it was answered.
    pub(super) fn mode(&self) -> Mode {
        match self.kind.as_str() {
            "manual" => Mode::Manual,
            "scripted" => Mode::LocalLlm,
            _ if self.local => Mode::LocalLlm,
            _ => Mode::RemoteLlm,
        }
    }

    /// How a run names it; one that is answered by the host has no name.
    pub(super) fn reference(&self) -> Option<ModelReference> {
        (self.mode() != Mode::Manual).then(|| ModelReference::of(&self.kind, &self.id))
    }

    pub(super) fn parse(fields: &mut Fields<'_>) -> Self {
        Self {
            kind: fields.required_string("kind"),
            id: fields.required_string("id"),
            local: fields.boolean("local").unwrap_or(false),
            context_tokens: fields.count("context_tokens"),
            seed: fields.integer("seed", 0, 1 << 53).and_then(|seed| u64::try_from(seed).ok()).unwrap_or(0),
            reply: fields.string("reply"),
        }
    }
}

/// Which parts of a snapshot to bring back; absent ones are brought back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
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

/// What the parts are called, and what the predecessor calls them.
const PARTS: [&str; 4] = ["affinity", "mood", "facts", "conversation"];
const LONGER: [&str; 4] = ["restore_affinity", "restore_mood", "restore_facts", "restore_conversation"];

impl Restore {
    fn parse(fields: &mut Fields<'_>, names: &[&'static str; 4]) -> Self {
        let [affinity, mood, facts, conversation] = names.map(|name| fields.boolean(name) != Some(false));
        Self { affinity, mood, facts, conversation }
    }

    /// What both bring back.
    fn and(self, other: Self) -> Self {
        Self {
            affinity: self.affinity && other.affinity,
            mood: self.mood && other.mood,
            facts: self.facts && other.facts,
            conversation: self.conversation && other.conversation,
        }
    }
}

/// What to do when the owner of an import has an instance of its template.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnConflict {
    /// Refuse with `instance_exists`.
    #[default]
    Refuse,
    /// Replace affinity and mood.
    Replace,
}

impl OnConflict {
    const NAMES: [(&'static str, Self); 2] = [("refuse", Self::Refuse), ("replace", Self::Replace)];
}

/// How far the person's clock is ahead of UTC, in minutes; 0 when absent.
pub(super) fn utc_offset(fields: &mut Fields<'_>) -> i32 {
    fields.number("utc_offset", -1_440.0, 1_440.0).unwrap_or(0.0) as i32
}
