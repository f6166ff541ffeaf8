//! Typed values across the boundary.

use luminoracore::{Error, ErrorCode};
use serde::Serialize;
use serde_json::Value;
use wasm_bindgen::JsValue;

/// A value as a plain JS object. It goes as JSON text: one crossing and the engine's own parser are faster than a
/// crossing for each member. The text is written straight from the value, without a tree of it in between.
pub(crate) fn to_js(value: &impl Serialize) -> JsValue {
    // Most values fit, and then the text need not move while it grows.
    let mut text = Vec::with_capacity(4096);
    if serde_json::to_writer(&mut text, value).is_err() {
        return JsValue::NULL;
    }
    String::from_utf8(text).ok().and_then(|text| js_sys::JSON::parse(&text).ok()).unwrap_or(JsValue::NULL)
}

/// Sets a member of an object that [`to_js`] gave, to a text that is too long to be escaped and parsed again.
pub(crate) fn set_text(object: &JsValue, name: &str, text: &str) -> Result<(), JsValue> {
    js_sys::Reflect::set(object, &JsValue::from_str(name), &JsValue::from_str(text)).map(|_| ())
}

/// The arguments of a call, as a plain JS object; members that are `undefined` or `null` count as absent.
pub(crate) fn from_js(value: JsValue) -> Result<Value, JsValue> {
    let mut value = serde_wasm_bindgen::from_value(value).map_err(|error| {
        throw(&Error::new(ErrorCode::InvalidArgument, format!("the arguments are not plain data: {error}")))
    })?;
    drop_absent(&mut value);
    Ok(value)
}

fn drop_absent(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|_, member| !member.is_null());
            members.values_mut().for_each(drop_absent);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_absent),
        _ => {}
    }
}

/// An error as the plain object that the facade turns into a `LuminoraError`.
pub(crate) fn throw(error: &Error) -> JsValue {
    to_js(error)
}
