//! Typed values across the boundary.

use luminoracore::json::{self, Limits, Value};
use luminoracore::{Error, ErrorCode};
use serde::Serialize;
use wasm_bindgen::JsValue;

/// A value as a plain JS object. It goes as JSON text: one crossing and the engine's own parser are faster than a
/// crossing for each member. The text is written straight from the value, without a tree of it in between.
pub(crate) fn to_js(value: &impl Serialize) -> JsValue {
    js_sys::JSON::parse(&json::to_text(value)).unwrap_or(JsValue::NULL)
}

/// Sets a member of an object that [`to_js`] gave, to a text that is too long to be escaped and parsed again.
pub(crate) fn set_text(object: &JsValue, name: &str, text: &str) -> Result<(), JsValue> {
    js_sys::Reflect::set(object, &JsValue::from_str(name), &JsValue::from_str(text)).map(|_| ())
}

/// The arguments of a call, as a plain JS object; members that are `undefined` or `null` count as absent.
pub(crate) fn from_js(value: JsValue) -> Result<Value, JsValue> {
    const LIMITS: Limits = Limits { bytes: usize::MAX, depth: 32, items: usize::MAX, items_at: &[] };
    let read = json::read_from(serde_wasm_bindgen::Deserializer::from(value), LIMITS);
    let read = read.map_err(|error| {
        Error::new(ErrorCode::InvalidArgument, format!("the arguments are not plain data: {error}"))
    });
    let mut value = read
        .and_then(|read| read.map_err(|fault| fault.into_error(ErrorCode::InvalidArgument)))
        .map_err(|error| throw(&error))?;
    drop_absent(&mut value);
    Ok(value)
}

fn drop_absent(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|_, member| {
                drop_absent(member);
                !member.is_null()
            });
        }
        Value::Array(items) => items.iter_mut().for_each(drop_absent),
        _ => {}
    }
}

/// An error as the plain object that the facade turns into a `LuminoraError`.
pub(crate) fn throw(error: &Error) -> JsValue {
    to_js(error)
}
