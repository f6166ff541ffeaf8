//! Typed values across the boundary.

use luminoracore::json::{self, Value};
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
    set(object, name, &JsValue::from_str(text))
}

/// Sets a member of an object that [`to_js`] gave, to what is not plain data.
pub(crate) fn set(object: &JsValue, name: &str, value: &JsValue) -> Result<(), JsValue> {
    js_sys::Reflect::set(object, &JsValue::from_str(name), value).map(|_| ())
}

/// The arguments of a call, as a plain JS object; members that are `undefined` or `null` count as absent. They come
/// as JSON text too: one crossing instead of several for each member.
pub(crate) fn from_js(value: &JsValue) -> Result<Value, JsValue> {
    let text = js_sys::JSON::stringify(value).map_err(|error| {
        let message = "the arguments are not plain data".to_owned();
        throw(&Error::new(ErrorCode::InvalidArgument, with_cause(message, &error)))
    })?;
    // Nothing comes of a function or a symbol.
    let text = text.as_string().unwrap_or_else(|| "null".to_owned());
    let read =
        json::read_arguments(&text).map_err(|fault| Error::of_fault(fault, ErrorCode::InvalidArgument));
    let mut value = read.map_err(|error| throw(&error))?;
    drop_absent(&mut value);
    Ok(value)
}

/// A message with that of the error behind it.
fn with_cause(mut message: String, error: &JsValue) -> String {
    let cause = js_sys::Reflect::get(error, &"message".into()).ok().and_then(|cause| cause.as_string());
    if let Some(cause) = cause {
        message.push_str(": ");
        message.push_str(&cause);
    }
    message
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

/// A result whose error is one that the facade can take.
pub(crate) fn thrown<T>(result: Result<T, Error>) -> Result<T, JsValue> {
    result.map_err(|error| throw(&error))
}
