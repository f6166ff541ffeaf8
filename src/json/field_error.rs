//! Which rule of its fields an object breaks, and where.

use std::fmt;

use serde::Serialize;

/// Which rule an object breaks. The snake_case name is the code of a record body's error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum FieldCode {
    /// Wrong JSON type (also a fraction where a whole number belongs).
    Type,
    /// Not in the list.
    Enum,
    /// Outside its bounds, or not finite.
    Range,
    /// Blank.
    Empty,
    /// Over the limit.
    TooLong,
    /// A required field is absent; the path is its parent.
    Missing,
    /// A malformed time, hash, id or version.
    Format,
    /// Times in the wrong order.
    Order,
    /// Records of the anonymous owner stay local.
    AnonymousEgress,
    /// A free name where only listed ones may leave.
    NotEnumerated,
    /// A reference to a record that does not exist.
    UnknownRef,
    /// Feedback that says nothing.
    NothingGiven,
    /// The poles of a tension are equal.
    SamePole,
    /// A field that is not known here.
    UnknownField,
}

/// The first rule that an object breaks, and where. One pointer wide, so that a `Result` stays small.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError(Box<BrokenRule>);

/// What a [`FieldError`] says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokenRule {
    /// The rule.
    pub code: FieldCode,
    /// JSON Pointer into the body or the arguments.
    pub path: String,
    /// What to write instead.
    pub hint: String,
}

impl FieldError {
    /// The rule `code` is broken at `path`.
    pub fn new(code: FieldCode, path: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::of(BrokenRule { code, path: path.into(), hint: hint.into() })
    }

    /// The same error of an object that stands at `place`.
    #[cold]
    pub(super) fn inside(mut self, place: &str) -> Self {
        self.0.path.insert_str(0, place);
        self
    }

    #[cold]
    #[inline(never)]
    fn of(rule: BrokenRule) -> Self {
        Self(Box::new(rule))
    }
}

impl From<FieldError> for BrokenRule {
    fn from(error: FieldError) -> Self {
        *error.0
    }
}

impl std::ops::Deref for FieldError {
    type Target = BrokenRule;

    fn deref(&self) -> &BrokenRule {
        &self.0
    }
}

impl fmt::Display for FieldError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} (at \"{}\")", self.hint, self.path)
    }
}
