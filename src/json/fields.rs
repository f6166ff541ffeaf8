//! Reading an object field by field: types, bounds, and no field that nobody knows. For record bodies and for the
//! arguments of calls, where the first error is enough; documents have a reader that collects all problems.

use crate::json::{Map, Value};
use serde::Serialize;
use std::fmt;

use super::pointer;
use crate::error::{Error, ErrorCode};
use crate::json;
use crate::timestamp;

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
    /// A reference to a record that does not exist.
    UnknownRef,
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
    pub(crate) fn new(code: FieldCode, path: impl Into<String>, hint: impl Into<String>) -> Self {
        Self(Box::new(BrokenRule { code, path: path.into(), hint: hint.into() }))
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

/// As the error of a call: out of range, or otherwise not a valid argument.
impl From<FieldError> for Error {
    fn from(error: FieldError) -> Self {
        let code = match error.code {
            FieldCode::Range => ErrorCode::OutOfRange,
            _ => ErrorCode::InvalidArgument,
        };
        Self::new(code, error.0.hint).at(error.0.path)
    }
}

/// An object that is being read: every field that is asked for counts as known, and [`finish`](Self::finish)
/// refuses the others.
pub(crate) struct Fields<'a> {
    object: &'a Map,
    path: String,
    known: Vec<&'static str>,
}

impl<'a> Fields<'a> {
    pub(crate) fn new(value: &'a Value, path: impl Into<String>) -> Result<Self, FieldError> {
        let path = path.into();
        match value {
            Value::Object(object) => Ok(Self { object, path, known: Vec::new() }),
            _ => Err(FieldError::new(FieldCode::Type, path, "an object is expected")),
        }
    }

    pub(crate) fn at(&self, name: &str) -> String {
        pointer::join(&self.path, name)
    }

    fn error<T>(&self, code: FieldCode, name: &str, hint: impl Into<String>) -> Result<T, FieldError> {
        Err(FieldError::new(code, self.at(name), hint))
    }

    /// The value of a field, absent or not, whatever its type.
    pub(crate) fn raw(&mut self, name: &'static str) -> Option<&'a Value> {
        self.known.push(name);
        self.object.get(name)
    }

    /// Turns an absent field into `missing` at the parent.
    pub(crate) fn require<T>(&self, name: &str, value: Option<T>) -> Result<T, FieldError> {
        value.ok_or_else(|| {
            FieldError::new(FieldCode::Missing, self.path.clone(), format!("`{name}` is required"))
        })
    }

    /// A string of at most `maximum` Unicode scalar values, not blank.
    pub(crate) fn text(&mut self, name: &'static str, maximum: usize) -> Result<Option<String>, FieldError> {
        match self.raw(name) {
            None => Ok(None),
            Some(Value::String(text)) if text.trim().is_empty() => {
                self.error(FieldCode::Empty, name, "the text is blank")
            }
            Some(Value::String(text)) if text.chars().nth(maximum).is_some() => {
                self.error(FieldCode::TooLong, name, format!("at most {maximum} characters"))
            }
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => self.error(FieldCode::Type, name, "a string is expected"),
        }
    }

    /// A string of any content.
    pub(crate) fn string(&mut self, name: &'static str) -> Result<Option<String>, FieldError> {
        match self.raw(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => self.error(FieldCode::Type, name, "a string is expected"),
        }
    }

    /// A record id or another short name.
    pub(crate) fn id(&mut self, name: &'static str) -> Result<Option<String>, FieldError> {
        self.text(name, 200)
    }

    /// A template id: `sha256:` and 64 hexadecimal digits.
    pub(crate) fn template_id(&mut self, name: &'static str) -> Result<Option<String>, FieldError> {
        let id = self.id(name)?;
        let valid = |id: &String| {
            id.strip_prefix("sha256:").is_some_and(|hex| {
                hex.len() == 64 && hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
            })
        };
        match id {
            Some(id) if !valid(&id) => {
                self.error(FieldCode::Format, name, "`sha256:` and 64 hexadecimal digits")
            }
            id => Ok(id),
        }
    }

    /// A time: ISO 8601 UTC with `Z`, kept as it was read.
    pub(crate) fn time(&mut self, name: &'static str) -> Result<Option<String>, FieldError> {
        match self.raw(name) {
            None => Ok(None),
            Some(Value::String(text)) if timestamp::parse(text).is_some() => Ok(Some(text.clone())),
            Some(Value::String(_)) => {
                self.error(FieldCode::Format, name, "a UTC time such as 2026-01-31T08:00:00.000Z")
            }
            Some(_) => self.error(FieldCode::Type, name, "a string is expected"),
        }
    }

    /// One of the names of an enumeration.
    pub(crate) fn choice<T: Copy>(
        &mut self,
        name: &'static str,
        choices: &[(&str, T)],
    ) -> Result<Option<T>, FieldError> {
        match self.raw(name) {
            None => Ok(None),
            Some(Value::String(text)) => match choices.iter().find(|(known, _)| known == text) {
                Some((_, choice)) => Ok(Some(*choice)),
                None => {
                    let names: Vec<&str> = choices.iter().map(|(known, _)| *known).collect();
                    self.error(FieldCode::Enum, name, format!("one of: {}", names.join(", ")))
                }
            },
            Some(_) => self.error(FieldCode::Type, name, "a string is expected"),
        }
    }

    /// A whole number inside bounds.
    pub(crate) fn integer(
        &mut self,
        name: &'static str,
        minimum: i64,
        maximum: i64,
    ) -> Result<Option<i64>, FieldError> {
        let Some(value) = self.raw(name) else { return Ok(None) };
        let Some(number) = value.as_f64() else {
            return self.error(FieldCode::Type, name, "a number is expected");
        };
        if number.fract() != 0.0 {
            return self.error(FieldCode::Type, name, "a whole number is expected");
        }
        #[allow(clippy::cast_precision_loss, reason = "bounds are far below 2^53")]
        if number < minimum as f64 || number > maximum as f64 {
            return self.error(FieldCode::Range, name, format!("{minimum} to {maximum}"));
        }
        #[allow(clippy::cast_possible_truncation, reason = "inside the bounds")]
        Ok(Some(number as i64))
    }

    /// A counter from 0.
    pub(crate) fn count(&mut self, name: &'static str) -> Result<Option<u32>, FieldError> {
        Ok(self.integer(name, 0, i64::from(u32::MAX))?.and_then(|number| u32::try_from(number).ok()))
    }

    /// A number inside bounds.
    pub(crate) fn number(
        &mut self,
        name: &'static str,
        minimum: f64,
        maximum: f64,
    ) -> Result<Option<f64>, FieldError> {
        let Some(value) = self.raw(name) else { return Ok(None) };
        let Some(number) = value.as_f64() else {
            return self.error(FieldCode::Type, name, "a number is expected");
        };
        if !(minimum..=maximum).contains(&number) {
            return self.error(
                FieldCode::Range,
                name,
                format!("{} to {}", json::to_text(&minimum), json::to_text(&maximum)),
            );
        }
        Ok(Some(number))
    }

    /// A boolean.
    pub(crate) fn boolean(&mut self, name: &'static str) -> Result<Option<bool>, FieldError> {
        match self.raw(name) {
            None => Ok(None),
            Some(Value::Bool(value)) => Ok(Some(*value)),
            Some(_) => self.error(FieldCode::Type, name, "true or false is expected"),
        }
    }

    /// A list, each item read by `item` with its own pointer; absent is empty.
    pub(crate) fn list<T>(
        &mut self,
        name: &'static str,
        mut item: impl FnMut(&'a Value, String) -> Result<T, FieldError>,
    ) -> Result<Vec<T>, FieldError> {
        match self.raw(name) {
            None => Ok(Vec::new()),
            Some(Value::Array(items)) => {
                let path = self.at(name);
                items
                    .iter()
                    .enumerate()
                    .map(|(index, value)| item(value, format!("{path}/{index}")))
                    .collect()
            }
            Some(_) => self.error(FieldCode::Type, name, "a list is expected"),
        }
    }

    /// A list of strings.
    pub(crate) fn texts(&mut self, name: &'static str) -> Result<Vec<String>, FieldError> {
        self.list(name, |value, path| match value {
            Value::String(text) => Ok(text.clone()),
            _ => Err(FieldError::new(FieldCode::Type, path, "a string is expected")),
        })
    }

    /// An object, kept as it is.
    pub(crate) fn object(&mut self, name: &'static str) -> Result<Option<Value>, FieldError> {
        match self.raw(name) {
            None => Ok(None),
            Some(value @ Value::Object(_)) => Ok(Some(value.clone())),
            Some(_) => self.error(FieldCode::Type, name, "an object is expected"),
        }
    }

    /// Refuses the fields that nobody asked for.
    pub(crate) fn finish(self) -> Result<(), FieldError> {
        match self.object.keys().find(|name| !self.known.contains(&name.as_str())) {
            Some(name) => self.error(FieldCode::UnknownField, name, "there is no such field"),
            None => Ok(()),
        }
    }
}
