//! The size of the whole: what each source may have alone can be too much together.

use super::report::BlendWarning;
use crate::error::{Error, ErrorCode};
use crate::json::{Map, Value, compact_length, pointer};
use crate::template::LIMITS;

/// What every document has.
const REQUIRED: &[&str] =
    &["schema_version", "persona", "core_traits", "linguistic_profile", "behavioral_rules"];

/// Leaves out the largest of what is optional, again and again, until the document is no larger than one may be.
pub(super) fn fit(document: &mut Map, warnings: &mut Vec<BlendWarning>) -> Result<(), Error> {
    // Nearly all documents are far below, and that costs less to know than how far.
    let mut most = 0;
    for (key, value) in &*document {
        most += most_bytes(key) + most_bytes_of(value);
    }
    if most <= LIMITS.bytes {
        return Ok(());
    }
    // The braces.
    let mut bytes = 2;
    let mut sizes = Vec::with_capacity(document.len());
    for (key, value) in &*document {
        // With quotation marks, colon and comma.
        let size = compact_length(&Value::from(key.as_str())) + compact_length(value) + 2;
        bytes += size;
        sizes.push((key.clone(), if REQUIRED.contains(&key.as_str()) { 0 } else { size }));
    }
    crate::order::sort_by(&mut sizes, |(_, a), (_, b)| b.cmp(a));
    for (key, size) in sizes {
        // There is no comma behind the last.
        if bytes <= LIMITS.bytes + 1 {
            return Ok(());
        }
        if size > 0 {
            bytes -= size;
            document.remove(&key);
            warnings.push(BlendWarning::limit_reached(pointer::join("", &key)));
        }
    }
    if bytes <= LIMITS.bytes + 1 {
        return Ok(());
    }
    Err(Error::new(ErrorCode::InvalidTemplate, "The blend would be larger than a document may be."))
}

/// A number of bytes that a value does not exceed as JSON.
fn most_bytes_of(value: &Value) -> usize {
    match value {
        Value::String(text) => most_bytes(text),
        Value::Array(items) => items.iter().fold(3, |bytes, item| bytes + most_bytes_of(item)),
        Value::Object(members) => {
            members.iter().fold(3, |bytes, (key, value)| bytes + most_bytes(key) + most_bytes_of(value))
        }
        // The longest number, and a comma.
        Value::Null | Value::Bool(_) | Value::Number(_) => 26,
    }
}

/// Six bytes for a character that must be escaped, quotation marks, and what stands behind.
fn most_bytes(text: &str) -> usize {
    6 * text.len() + 3
}
