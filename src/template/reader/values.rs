//! The values of a document that keeps the rules: what is absent has the default of its type.

use crate::json::Value;

static NULL: Value = Value::Null;

/// The value of a key; `null` when it is absent.
pub(in crate::template) fn part<'a>(object: &'a Value, key: &str) -> &'a Value {
    object.get(key).unwrap_or(&NULL)
}

/// The items of an array.
pub(in crate::template) fn items<'a>(object: &'a Value, key: &str) -> &'a [Value] {
    part(object, key).as_array().map(Vec::as_slice).unwrap_or_default()
}

/// A string.
pub(in crate::template) fn text(object: &Value, key: &str) -> String {
    optional_text(object, key).unwrap_or_default()
}

/// A string that may be absent.
pub(in crate::template) fn optional_text(object: &Value, key: &str) -> Option<String> {
    part(object, key).as_str().map(str::to_owned)
}

/// An array of strings.
pub(in crate::template) fn texts(object: &Value, key: &str) -> Vec<String> {
    let mut texts = Vec::new();
    for item in items(object, key) {
        texts.push(item.as_str().unwrap_or_default().to_owned());
    }
    texts
}

/// A boolean.
pub(in crate::template) fn is_true(object: &Value, key: &str) -> bool {
    part(object, key).as_bool().unwrap_or_default()
}

/// A number that may be absent.
pub(in crate::template) fn number(object: &Value, key: &str) -> Option<f64> {
    part(object, key).as_f64()
}
