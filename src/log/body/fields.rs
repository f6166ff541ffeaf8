//! Reading a body field by field: types, bounds, and what all kinds have in common.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::fmt;

use crate::json::pointer;
use crate::timestamp;

/// Which rule a body breaks. The snake_case name is its code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum RecordCode {
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
    /// A field that the kind does not have.
    UnknownField,
}

/// The first rule that a body breaks, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct RecordError {
    /// The rule.
    pub code: RecordCode,
    /// JSON Pointer into the body.
    pub path: String,
    /// What to write instead.
    pub hint: String,
}

impl RecordError {
    pub(super) fn new(code: RecordCode, path: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { code, path: path.into(), hint: hint.into() }
    }
}

impl fmt::Display for RecordError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = serde_json::to_value(self.code).ok();
        let code = code.as_ref().and_then(Value::as_str).unwrap_or_default();
        write!(formatter, "{code} at \"{}\": {}", self.path, self.hint)
    }
}

/// Who may see a record beside its owner. Nothing leaves without consent, whatever this says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// Nobody.
    #[default]
    LocalOnly,
    /// Counts only.
    SyncSummary,
    /// The owner's other devices.
    SyncFullPrivate,
    /// Everybody.
    SyncFullPublic,
}

/// Why a learner must not use a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names are the reasons")]
pub enum Learn {
    Private,
    Crisis,
    Mistake,
    Experiment,
    Harmful,
    UserChoice,
}

/// What all kinds have in common: who may see the record, and whether learners may use it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Sharing {
    /// Who may see it.
    #[serde(skip_serializing_if = "is_default")]
    pub visibility: Visibility,
    /// Whether learners may use it.
    #[serde(skip_serializing_if = "is_true")]
    pub learn: bool,
    /// Why they may not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub learn_reason: Option<Learn>,
}

impl Default for Sharing {
    fn default() -> Self {
        Self { visibility: Visibility::LocalOnly, learn: true, learn_reason: None }
    }
}

fn is_default(visibility: &Visibility) -> bool {
    *visibility == Visibility::default()
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
fn is_true(value: &bool) -> bool {
    *value
}

/// An object that is being read: every field that is asked for counts as known, and [`finish`](Self::finish)
/// refuses the others.
pub(super) struct Fields<'a> {
    object: &'a Map<String, Value>,
    path: String,
    known: Vec<&'static str>,
}

impl<'a> Fields<'a> {
    pub(super) fn new(value: &'a Value, path: impl Into<String>) -> Result<Self, RecordError> {
        let path = path.into();
        match value {
            Value::Object(object) => Ok(Self { object, path, known: Vec::new() }),
            _ => Err(RecordError::new(RecordCode::Type, path, "an object is expected")),
        }
    }

    pub(super) fn at(&self, name: &str) -> String {
        pointer::join(&self.path, name)
    }

    fn error<T>(&self, code: RecordCode, name: &str, hint: impl Into<String>) -> Result<T, RecordError> {
        Err(RecordError::new(code, self.at(name), hint))
    }

    /// The value of a field, absent or not, whatever its type.
    pub(super) fn raw(&mut self, name: &'static str) -> Option<&'a Value> {
        self.known.push(name);
        self.object.get(name)
    }

    /// Turns an absent field into `missing` at the parent.
    pub(super) fn require<T>(&self, name: &str, value: Option<T>) -> Result<T, RecordError> {
        value.ok_or_else(|| RecordError::new(RecordCode::Missing, self.path.clone(), format!("`{name}` is required")))
    }

    /// A string of at most `maximum` Unicode scalar values, not blank.
    pub(super) fn text(&mut self, name: &'static str, maximum: usize) -> Result<Option<String>, RecordError> {
        match self.raw(name) {
            None => Ok(None),
            Some(Value::String(text)) if text.trim().is_empty() => {
                self.error(RecordCode::Empty, name, "the text is blank")
            }
            Some(Value::String(text)) if text.chars().nth(maximum).is_some() => {
                self.error(RecordCode::TooLong, name, format!("at most {maximum} characters"))
            }
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => self.error(RecordCode::Type, name, "a string is expected"),
        }
    }

    /// A record id or another short name.
    pub(super) fn id(&mut self, name: &'static str) -> Result<Option<String>, RecordError> {
        self.text(name, 200)
    }

    /// A template id: `sha256:` and 64 hexadecimal digits.
    pub(super) fn template_id(&mut self, name: &'static str) -> Result<Option<String>, RecordError> {
        let id = self.id(name)?;
        let valid = |id: &String| {
            id.strip_prefix("sha256:").is_some_and(|hex| {
                hex.len() == 64 && hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
            })
        };
        match id {
            Some(id) if !valid(&id) => self.error(RecordCode::Format, name, "`sha256:` and 64 hexadecimal digits"),
            id => Ok(id),
        }
    }

    /// A time: ISO 8601 UTC with `Z`, kept as it was read.
    pub(super) fn time(&mut self, name: &'static str) -> Result<Option<String>, RecordError> {
        match self.raw(name) {
            None => Ok(None),
            Some(Value::String(text)) if timestamp::parse(text).is_some() => Ok(Some(text.clone())),
            Some(Value::String(_)) => {
                self.error(RecordCode::Format, name, "a UTC time such as 2026-01-31T08:00:00.000Z")
            }
            Some(_) => self.error(RecordCode::Type, name, "a string is expected"),
        }
    }

    /// One of the names of an enumeration.
    pub(super) fn choice<T: for<'de> Deserialize<'de>>(
        &mut self,
        name: &'static str,
    ) -> Result<Option<T>, RecordError> {
        match self.raw(name) {
            None => Ok(None),
            Some(value @ Value::String(_)) => match T::deserialize(value) {
                Ok(choice) => Ok(Some(choice)),
                Err(error) => self.error(RecordCode::Enum, name, error.to_string()),
            },
            Some(_) => self.error(RecordCode::Type, name, "a string is expected"),
        }
    }

    /// A whole number inside bounds.
    pub(super) fn integer(&mut self, name: &'static str, minimum: i64, maximum: i64) -> Result<Option<i64>, RecordError> {
        let Some(value) = self.raw(name) else { return Ok(None) };
        let Some(number) = value.as_f64() else { return self.error(RecordCode::Type, name, "a number is expected") };
        if number.fract() != 0.0 {
            return self.error(RecordCode::Type, name, "a whole number is expected");
        }
        #[allow(clippy::cast_precision_loss, reason = "bounds are far below 2^53")]
        if number < minimum as f64 || number > maximum as f64 {
            return self.error(RecordCode::Range, name, format!("{minimum} to {maximum}"));
        }
        #[allow(clippy::cast_possible_truncation, reason = "inside the bounds")]
        Ok(Some(number as i64))
    }

    /// A counter from 0.
    pub(super) fn count(&mut self, name: &'static str) -> Result<Option<u32>, RecordError> {
        Ok(self.integer(name, 0, i64::from(u32::MAX))?.and_then(|number| u32::try_from(number).ok()))
    }

    /// A number inside bounds.
    pub(super) fn number(&mut self, name: &'static str, minimum: f64, maximum: f64) -> Result<Option<f64>, RecordError> {
        let Some(value) = self.raw(name) else { return Ok(None) };
        let Some(number) = value.as_f64() else { return self.error(RecordCode::Type, name, "a number is expected") };
        if !(minimum..=maximum).contains(&number) {
            return self.error(RecordCode::Range, name, format!("{minimum} to {maximum}"));
        }
        Ok(Some(number))
    }

    /// A boolean.
    pub(super) fn boolean(&mut self, name: &'static str) -> Result<Option<bool>, RecordError> {
        match self.raw(name) {
            None => Ok(None),
            Some(Value::Bool(value)) => Ok(Some(*value)),
            Some(_) => self.error(RecordCode::Type, name, "true or false is expected"),
        }
    }

    /// A list, each item read by `item` with its own pointer; absent is empty.
    pub(super) fn list<T>(
        &mut self,
        name: &'static str,
        mut item: impl FnMut(&'a Value, String) -> Result<T, RecordError>,
    ) -> Result<Vec<T>, RecordError> {
        match self.raw(name) {
            None => Ok(Vec::new()),
            Some(Value::Array(items)) => {
                let path = self.at(name);
                items.iter().enumerate().map(|(index, value)| item(value, format!("{path}/{index}"))).collect()
            }
            Some(_) => self.error(RecordCode::Type, name, "a list is expected"),
        }
    }

    /// A list of strings.
    pub(super) fn texts(&mut self, name: &'static str) -> Result<Vec<String>, RecordError> {
        self.list(name, |value, path| match value {
            Value::String(text) => Ok(text.clone()),
            _ => Err(RecordError::new(RecordCode::Type, path, "a string is expected")),
        })
    }

    /// An object, kept as it is.
    pub(super) fn object(&mut self, name: &'static str) -> Result<Option<Value>, RecordError> {
        match self.raw(name) {
            None => Ok(None),
            Some(value @ Value::Object(_)) => Ok(Some(value.clone())),
            Some(_) => self.error(RecordCode::Type, name, "an object is expected"),
        }
    }

    /// The fields that all kinds have. `highest` is the most public visibility that the kind allows.
    pub(super) fn sharing(&mut self, owner: &str, summary_at_most: bool) -> Result<Sharing, RecordError> {
        let visibility = self.choice::<Visibility>("visibility")?.unwrap_or_default();
        let full = matches!(visibility, Visibility::SyncFullPrivate | Visibility::SyncFullPublic);
        if summary_at_most && full {
            return self.error(RecordCode::Enum, "visibility", "local_only or sync_summary");
        }
        if owner == "anonymous" && visibility != Visibility::LocalOnly {
            return self.error(RecordCode::AnonymousEgress, "visibility", "records of the anonymous owner are local_only");
        }
        let learn = self.boolean("learn")?.unwrap_or(true);
        let learn_reason = self.choice("learn_reason")?;
        Ok(Sharing { visibility, learn, learn_reason })
    }

    /// Refuses the fields that nobody asked for.
    pub(super) fn finish(self) -> Result<(), RecordError> {
        match self.object.keys().find(|name| !self.known.contains(&name.as_str())) {
            Some(name) => self.error(RecordCode::UnknownField, name, "this kind of record has no such field"),
            None => Ok(()),
        }
    }
}
