//! The bodies of stored records, one file a kind: typed values that exist only if the rules of the kind hold.
//! The same parsers run on writes, on absorb and on import.

mod instance;
mod run;
mod session;
mod sharing;
mod turn;

use serde_json::Value;

pub use crate::json::{FieldCode as RecordCode, FieldError as RecordError};
pub use instance::{AffinityBaseline, Instance, InstanceBaseline, Progression};
pub use run::{
    AffinityChange, BlockReport, Mode, ModelReference, MoodCause, MoodChange, Outcome, Run, Usage,
};
pub use session::{MoodBaseline, MoodPeriod, Session, SessionBaseline, SessionStatus};
pub use sharing::{Learn, Sharing, Visibility};
pub(crate) use turn::MAXIMUM_TEXT_BYTES;
pub use turn::{Role, Source, TextFormat, Turn};

/// The version of the bodies that this library writes, for every kind it knows.
pub const SCHEMA: u32 = 1;

/// A parsed body of one of the kinds that this library folds.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// One owner with one template.
    Instance(Instance),
    /// A titled conversation.
    Session(Session),
    /// One utterance.
    Turn(Turn),
    /// How a turn was produced.
    Run(Box<Run>),
    /// A kind or a schema that this library does not know; kept untouched. Also a template, whose body is a
    /// document with a parser of its own.
    Other,
}

/// Parses the body of a record of `kind` that belongs to `owner`; the first rule it breaks is the error.
pub fn parse(kind: &str, schema: u32, owner: &str, body: &Value) -> Result<Body, RecordError> {
    if schema != SCHEMA {
        return Ok(Body::Other);
    }
    Ok(match kind {
        "instance" => Body::Instance(Instance::parse(owner, body)?),
        "session" => Body::Session(Session::parse(owner, body)?),
        "turn" => Body::Turn(Turn::parse(owner, body)?),
        "run" => Body::Run(Box::new(Run::parse(owner, body)?)),
        _ => Body::Other,
    })
}
