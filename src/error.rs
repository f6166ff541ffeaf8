//! The one error type that leaves the core: a code to branch on, where it happened, and what to do instead.

use serde::Serialize;

use crate::json::{BrokenRule, Fault, FieldCode, FieldError};
use crate::template::Problem;

/// Why a call was refused. The snake_case name is the `code` of a `LuminoraError` in JavaScript.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(rename = "CoreErrorCode"))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ErrorCode {
    /// The template has at least one error; `problems` lists all of them.
    InvalidTemplate,
    /// A template of this name and version is already known with other content.
    TemplateConflict,
    /// No template of that name, version or id is known.
    UnknownTemplate,
    /// No session with that id is known for this owner.
    UnknownSession,
    /// The session is archived and takes no more turns.
    SessionArchived,
    /// The run named does not exist.
    UnknownRun,
    /// No memory with that id is known for this owner.
    UnknownMemory,
    /// An argument has the wrong type or an unknown name.
    InvalidArgument,
    /// A value has the wrong JSON type.
    WrongType,
    /// A number lies outside its range.
    OutOfRange,
    /// A mood that is neither defined by the template nor its default mood.
    UnknownMood,
    /// A target that is not one of the eight.
    UnknownTarget,
    /// The parts that may not be dropped exceed the token budget.
    BudgetTooSmall,
    /// The weight of a block, or the score of one of its items, is not a usable number.
    InvalidWeight,
    /// Two blocks of one prompt have the same name.
    DuplicateBlock,
    /// A blend of fewer than two sources.
    TooFewSources,
    /// A blend of more than sixteen sources.
    TooManySources,
    /// The weight of a blend's source is negative or not finite, or all of them are 0.
    BadWeight,
    /// Chunks of a text that would be empty, or overlap as far as they are long.
    InvalidConfig,
    /// What is drawn at random needs a seed.
    SeedRequired,
    /// The feature is switched off for this `Luminora` object.
    FeatureDisabled,
    /// A feature flag that does not exist.
    UnknownFeature,
    /// Two versions of one record have the same clock and different content.
    Integrity,
    /// A stored record breaks the rules of its kind.
    InvalidRecord,
    /// The owner name is reserved, empty or too long.
    InvalidOwner,
    /// The file is not one that this library reads.
    UnsupportedFormat,
    /// The file is larger than what is read, or holds more than a template can keep.
    TooLarge,
    /// A checksum in a file does not match its bytes.
    BadCrc,
    /// The hashes in a file do not match its content.
    HashMismatch,
    /// A bundle is not whole, or says of itself what it is not.
    InvalidBundle,
    /// A file holds records in a shape that only a later version of this library knows.
    SchemaNewer,
    /// A record in a file holds a key or token where no text of a person belongs.
    SecretInBundle,
    /// A snapshot holds no usable template.
    SnapshotWithoutTemplate,
    /// The owner already has an instance of this template.
    InstanceExists,
    /// A migration that was applied is not the one that this library knows.
    MigrationChanged,
    /// A migration on the way back has no inverse.
    MigrationIrreversible,
    /// The caller's signal was aborted.
    Aborted,
    /// The model answered with nothing that can be used.
    ModelBadResponse,
    /// The model declined to answer.
    ModelRefused,
    /// An effect failed in the host, which holds the error that caused it.
    HostFailure,
    /// A vector has another dimension than those that it is compared with.
    Dimension,
    /// The call does not fit the state of the operation it names.
    InvalidOperation,
}

/// A refused call: what, where, why, and what to do instead. One pointer wide, so that a `Result` stays small.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Error(Box<Refusal>);

/// What an [`Error`] says.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(rename = "CoreError"))]
pub struct Refusal {
    /// What kind of refusal this is.
    pub code: ErrorCode,
    /// JSON Pointer (RFC 6901) into the document or the arguments; empty for the whole.
    pub path: String,
    /// What happened, in a sentence.
    pub message: String,
    /// What to write or do instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub hint: Option<String>,
    /// All problems of the document, when `code` is `invalid_template`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "typescript", ts(optional, as = "Option<Vec<Problem>>"))]
    pub problems: Vec<Problem>,
    /// The tokens that would have been enough, when `code` is `budget_too_small`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub needed: Option<u32>,
}

impl Error {
    /// An error about the whole call.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        let (path, message) = (String::new(), message.into());
        Self(Box::new(Refusal { code, path, message, hint: None, problems: Vec::new(), needed: None }))
    }

    /// An argument that is not what it should be.
    pub fn invalid_argument(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(ErrorCode::InvalidArgument, message).at(path)
    }

    /// A document that cannot be read.
    pub fn of_fault(fault: Fault, code: ErrorCode) -> Self {
        Self::new(code, fault.message).at(fault.path)
    }

    /// The same error, located at a JSON Pointer.
    #[must_use]
    pub fn at(mut self, path: impl Into<String>) -> Self {
        self.0.path = path.into();
        self
    }

    /// The same error, with advice.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }

    /// The same error, with all problems of the document.
    #[must_use]
    pub fn problems(mut self, problems: Vec<Problem>) -> Self {
        self.0.problems = problems;
        self
    }

    /// The same error, with the tokens that would have been enough.
    #[must_use]
    pub fn needed(mut self, tokens: u32) -> Self {
        self.0.needed = Some(tokens);
        self
    }
}

impl std::ops::Deref for Error {
    type Target = Refusal;

    fn deref(&self) -> &Refusal {
        &self.0
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.message)?;
        if !self.path.is_empty() {
            write!(formatter, " (at {})", self.path)?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

/// As the error of a call: out of range, or otherwise not a valid argument.
impl From<FieldError> for Error {
    fn from(error: FieldError) -> Self {
        let BrokenRule { code, path, hint } = error.into();
        let code = match code {
            FieldCode::Range => ErrorCode::OutOfRange,
            _ => ErrorCode::InvalidArgument,
        };
        Self::new(code, hint).at(path)
    }
}
