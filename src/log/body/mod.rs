//! The bodies of stored records, one file a kind: typed values that exist only if the rules of the kind hold.
//! The same parsers run on writes, on absorb and on import.

mod consent;
mod episode;
mod fact;
mod feedback;
mod instance;
mod note;
mod pattern;
mod run;
mod session;
mod sharing;
mod source;
mod tension;
mod turn;

use std::sync::Arc;

use serde::{Serialize, Serializer};

use crate::json::{self, Fields, Node, Value, pointer};
use crate::template::Template;

pub use crate::json::{FieldCode as RecordCode, FieldError as RecordError};
pub use episode::Episode;
pub(crate) use episode::{MAXIMUM_SUMMARY, MAXIMUM_TITLE};
pub use fact::{EarlierValue, Fact, FactOrigin};
pub(crate) use fact::{MAXIMUM_VALUE_BYTES, MAXIMUM_VALUE_DEPTH, fits};
pub use instance::{AffinityBaseline, Instance, InstanceBaseline, Progression};
pub use note::Note;
pub(crate) use note::{MAXIMUM_DOMAIN, MAXIMUM_SOURCE, MAXIMUM_TITLE as MAXIMUM_NOTE_TITLE};
pub use run::{
    AffinityChange, BlockReport, Mode, ModelReference, MoodCause, MoodChange, Outcome, Run, Usage,
};
pub use session::{MoodBaseline, MoodPeriod, Session, SessionBaseline, SessionStatus};
pub use sharing::{Learn, Sharing, Visibility};
pub use source::{MemorySource, MemoryStatus};
pub(crate) use turn::{MAXIMUM_TEXT_BYTES, check_text};
pub use turn::{Role, Source, TextFormat, Turn};

/// The body of a record.
#[derive(Clone, Debug)]
pub enum Body {
    /// A personality document; equal ones have equal hashes.
    Template(Arc<Template>),
    /// One owner with one template.
    Instance(Box<Instance>),
    /// A titled conversation.
    Session(Box<Session>),
    /// One utterance. Shared, because prompts and histories look at many of them.
    Turn(Arc<Turn>),
    /// How a turn was produced.
    Run(Box<Run>),
    /// One thing that is known about a person.
    Fact(Box<Fact>),
    /// Something that happened to a person.
    Episode(Box<Episode>),
    /// A document that a person brought along.
    Note(Box<Note>),
    /// A body that is kept as it is: of a kind that nothing here looks into (its fields were checked where they are known),
    /// of a kind or schema that this library does not know, or not parsed yet.
    Other(Value),
}

/// Parses the body of a record of `kind` that belongs to `owner`, in the newest schema of its kind; the first rule it
/// breaks is the error. Templates, whose body is a document with a parser of its own, stay as they are.
pub fn parse(kind: &str, owner: &str, body: Value) -> Result<Body, RecordError> {
    Ok(read(kind, owner, (&body).into())?.unwrap_or(Body::Other(body)))
}

/// The same, and `None` for what stays as it is.
pub(super) fn read(kind: &str, owner: &str, body: Node<'_>) -> Result<Option<Body>, RecordError> {
    let mut fields = Fields::new(body, "");
    let memory = body.get("type").and_then(Node::as_str).unwrap_or_default();
    let parsed: Body = match (kind, memory) {
        ("instance", _) => Instance::read(&mut fields, owner).into(),
        ("session", _) => Session::read(&mut fields, owner).into(),
        ("turn", _) => Turn::read(&mut fields, owner).into(),
        ("run", _) => Run::read(&mut fields, owner).into(),
        ("memory", "fact") => Fact::read(&mut fields, owner).into(),
        ("memory", "episode") => Episode::read(&mut fields, owner).into(),
        ("memory", "note") => Note::read(&mut fields, owner).into(),
        _ => return check(kind, memory, fields, owner).map(|()| None),
    };
    fields.finish().map(|()| Some(parsed))
}

/// Checks a body that stays as it is, where its fields are known. Those of proposals belong to what judges them.
fn check(kind: &str, memory: &str, mut fields: Fields<'_>, owner: &str) -> Result<(), RecordError> {
    match (kind, memory) {
        ("feedback", _) => feedback::check(&mut fields, owner),
        ("consent", _) => consent::check(&mut fields, owner),
        ("memory", "pattern") => pattern::check(&mut fields, owner),
        ("memory", "tension") => tension::check(&mut fields, owner),
        ("memory", _) => {
            let types = ["fact", "episode", "note", "pattern", "tension"].map(|name| (name, ()));
            fields.required_choice("type", &types);
            return fields.check();
        }
        _ => return Ok(()),
    }
    fields.finish()
}

/// Checks that what gives a body its meaning exists: of feedback, the run. A turn without its session, or a run without
/// its turn, is still what somebody said, and stays.
///
/// # Errors
/// `unknown_ref`, at the reference.
pub fn check_references(
    kind: &str,
    body: &Body,
    exists: impl FnOnce(&str) -> bool,
) -> Result<(), RecordError> {
    let (name, id) = match (kind, body) {
        ("feedback", Body::Other(body)) => ("run", body.get("run").and_then(Value::as_str)),
        _ => return Ok(()),
    };
    match id {
        Some(id) if !exists(id) => {
            let hint = format!("there is no {name} of the id \"{id}\"");
            Err(RecordError::new(RecordCode::UnknownRef, pointer::join("", name), hint))
        }
        _ => Ok(()),
    }
}

/// The JSON Schemas (draft 2020-12) of the bodies, by kind; of memories by type. What depends on other fields, on the owner or on other
/// records is beyond them.
#[cfg(feature = "typescript")]
pub fn schemas() -> Vec<(&'static str, Value)> {
    vec![
        ("instance", Fields::describe(|fields| drop(Instance::read(fields, "")))),
        ("session", Fields::describe(|fields| drop(Session::read(fields, "")))),
        ("turn", Fields::describe(|fields| drop(Turn::read(fields, "")))),
        ("run", Fields::describe(|fields| drop(Run::read(fields, "")))),
        ("fact", Fields::describe(|fields| drop(Fact::read(fields, "")))),
        ("episode", Fields::describe(|fields| drop(Episode::read(fields, "")))),
        ("note", Fields::describe(|fields| drop(Note::read(fields, "")))),
        ("feedback", Fields::describe(|fields| feedback::check(fields, ""))),
        ("consent", Fields::describe(|fields| consent::check(fields, ""))),
        ("pattern", Fields::describe(|fields| pattern::check(fields, ""))),
        ("tension", Fields::describe(|fields| tension::check(fields, ""))),
    ]
}

impl Body {
    /// The kind of record that has such a body; empty for [`Body::Other`].
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Template(_) => "template",
            Self::Instance(_) => "instance",
            Self::Session(_) => "session",
            Self::Turn(_) => "turn",
            Self::Run(_) => "run",
            Self::Fact(_) | Self::Episode(_) | Self::Note(_) => "memory",
            Self::Other(_) => "",
        }
    }
}

/// Bodies are equal when they say the same, in whatever order: what was in a bundle has its members sorted.
impl PartialEq for Body {
    fn eq(&self, other: &Self) -> bool {
        // Of most the fields are equal, and then nothing need be written: a bundle has come once more.
        let has_equal_fields = match (self, other) {
            (Self::Turn(a), Self::Turn(b)) => a == b,
            (Self::Run(a), Self::Run(b)) => a == b,
            _ => false,
        };
        if has_equal_fields {
            return true;
        }
        let (a, b) = (json::to_text(self), json::to_text(other));
        a == b || json::canonical_text(&a) == json::canonical_text(&b)
    }
}

impl Serialize for Body {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Template(template) => template.document.serialize(serializer),
            Self::Instance(instance) => instance.serialize(serializer),
            Self::Session(session) => session.serialize(serializer),
            Self::Turn(turn) => turn.as_ref().serialize(serializer),
            Self::Run(run) => run.serialize(serializer),
            Self::Fact(fact) => fact.serialize(serializer),
            Self::Episode(episode) => episode.serialize(serializer),
            Self::Note(note) => note.serialize(serializer),
            Self::Other(body) => body.serialize(serializer),
        }
    }
}

macro_rules! from {
    ($($type:ident in $pointer:ident;)*) => {
        $(impl From<$type> for Body {
            fn from(body: $type) -> Self {
                Self::$type($pointer::new(body))
            }
        })*
    };
}

from! { Instance in Box; Session in Box; Turn in Arc; Run in Box; Fact in Box; Episode in Box; Note in Box; }
