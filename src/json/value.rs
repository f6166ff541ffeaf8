//! A JSON value that keeps the order of its keys.

use serde::Serialize;
use serde::ser::{SerializeMap, SerializeSeq, Serializer};

use super::map::Map;
use super::pointer;

/// Any JSON value.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    /// `null`.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A string.
    String(String),
    /// An array.
    Array(Vec<Value>),
    /// An object.
    Object(Map),
}

/// A number. A whole number stays exact, whatever a double would make of it. Otherwise numbers are equal as doubles,
/// however they were written (`1`, `1.0`, `1e0`): a storage may have passed them through JavaScript.
#[derive(Clone, Copy, Debug)]
pub enum Number {
    /// A whole number of 0 or more.
    Whole(u64),
    /// A whole number below 0.
    Negative(i64),
    /// A number with a fraction or an exponent, or too large for the others. Finite.
    Double(f64),
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Whole(a), Self::Whole(b)) => a == b,
            (Self::Negative(a), Self::Negative(b)) => a == b,
            _ => self.as_f64() == other.as_f64(),
        }
    }
}

impl Number {
    /// The nearest double.
    #[allow(clippy::cast_precision_loss, reason = "the nearest double is what is asked for")]
    pub fn as_f64(self) -> f64 {
        match self {
            Self::Whole(number) => number as f64,
            Self::Negative(number) => number as f64,
            Self::Double(number) => number,
        }
    }
}

impl Value {
    /// An object of these members, whose keys differ.
    pub fn object(members: Vec<(&str, Value)>) -> Self {
        let mut object = Map::new();
        for (key, member) in members {
            object.insert(key, member);
        }
        Self::Object(object)
    }

    /// The boolean, if it is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The number as a double, if it is one.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(number.as_f64()),
            _ => None,
        }
    }

    /// The whole number of 0 or more, if it was written as one.
    pub fn as_u64(&self) -> Option<u64> {
        match self {
            Self::Number(Number::Whole(number)) => Some(*number),
            _ => None,
        }
    }

    /// The text, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The items, if it is an array.
    pub fn as_array(&self) -> Option<&Vec<Value>> {
        match self {
            Self::Array(items) => Some(items),
            _ => None,
        }
    }

    /// The members, if it is an object.
    pub fn as_object(&self) -> Option<&Map> {
        match self {
            Self::Object(members) => Some(members),
            _ => None,
        }
    }

    /// The members, if it is an object, to be changed.
    pub fn as_object_mut(&mut self) -> Option<&mut Map> {
        match self {
            Self::Object(members) => Some(members),
            _ => None,
        }
    }

    /// Whether it is `null`.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Whether it is a boolean.
    pub fn is_boolean(&self) -> bool {
        matches!(self, Self::Bool(_))
    }

    /// Whether it is a number.
    pub fn is_number(&self) -> bool {
        matches!(self, Self::Number(_))
    }

    /// Whether it is a string.
    pub fn is_string(&self) -> bool {
        matches!(self, Self::String(_))
    }

    /// Whether it is an array.
    pub fn is_array(&self) -> bool {
        matches!(self, Self::Array(_))
    }

    /// Whether it is an object.
    pub fn is_object(&self) -> bool {
        matches!(self, Self::Object(_))
    }

    /// The member of that key, when this is an object that has it.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.as_object()?.get(key)
    }

    /// The value at a JSON Pointer (RFC 6901).
    pub fn pointer(&self, path: &str) -> Option<&Value> {
        let mut value = self;
        if !path.is_empty() {
            for segment in path.strip_prefix('/')?.split('/') {
                value = match value {
                    Self::Object(members) => members.get(&pointer::unescape(segment))?,
                    Self::Array(items) => items.get(pointer::index(segment)?)?,
                    _ => return None,
                };
            }
        }
        Some(value)
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Number(Number::Whole(number)) => serializer.serialize_u64(*number),
            Self::Number(Number::Negative(number)) => serializer.serialize_i64(*number),
            Self::Number(Number::Double(number)) => serializer.serialize_f64(*number),
            Self::String(text) => serializer.serialize_str(text),
            Self::Array(items) => {
                let mut array = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    array.serialize_element(item)?;
                }
                array.end()
            }
            Self::Object(members) => members.serialize(serializer),
        }
    }
}

impl Serialize for Map {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(Some(self.len()))?;
        for (key, member) in self {
            object.serialize_entry(key, member)?;
        }
        object.end()
    }
}

macro_rules! from {
    ($($type:ty: $value:ident => $made:expr;)*) => {
        $(impl From<$type> for Value {
            fn from($value: $type) -> Self {
                $made
            }
        })*
    };
}

from! {
    bool: value => Self::Bool(value);
    u32: number => Self::Number(Number::Whole(number.into()));
    u64: number => Self::Number(Number::Whole(number));
    usize: number => Self::Number(Number::Whole(number as u64));
    f64: number => if number.is_finite() { Self::Number(Number::Double(number)) } else { Self::Null };
    i64: number => Self::Number(match u64::try_from(number) {
        Ok(number) => Number::Whole(number),
        Err(_) => Number::Negative(number),
    });
    &str: text => Self::String(text.to_owned());
    String: text => Self::String(text);
    Vec<Value>: items => Self::Array(items);
    Map: members => Self::Object(members);
}

#[cfg(test)]
impl From<serde_json::Value> for Value {
    fn from(value: serde_json::Value) -> Self {
        match value {
            serde_json::Value::Null => Self::Null,
            serde_json::Value::Bool(value) => Self::Bool(value),
            serde_json::Value::Number(number) => match (number.as_u64(), number.as_i64()) {
                (Some(number), _) => number.into(),
                (None, Some(number)) => number.into(),
                (None, None) => number.as_f64().map_or(Self::Null, Self::from),
            },
            serde_json::Value::String(text) => Self::String(text),
            serde_json::Value::Array(items) => Self::Array(items.into_iter().map(Self::from).collect()),
            serde_json::Value::Object(members) => {
                let members = members.into_iter().map(|(key, member)| (key, Self::from(member)));
                Self::Object(members.collect())
            }
        }
    }
}

/// A literal in the notation of JSON, for tests; where it stands, `serde_json` must be known.
#[doc(hidden)]
#[macro_export]
macro_rules! json {
    ($($token:tt)*) => { $crate::tree_of(&::serde_json::json!($($token)*).to_string()) };
}

#[cfg(test)]
mod tests {
    use crate::pointer;

    #[test]
    fn a_pointer_finds_its_key_whatever_is_in_it() {
        for key in ["", "a", "a/b", "~", "~1", "/~0/", "m~n/o", "é"] {
            assert_eq!(json!({ key: 1 }).pointer(&pointer::join("", key)), Some(&json!(1)), "{key}");
        }
    }
}
