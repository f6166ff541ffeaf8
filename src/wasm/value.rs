//! Typed values across the boundary.

use luminoracore::{Error, ErrorCode};
use serde::Serialize;
use serde_json::Value;
use wasm_bindgen::JsValue;

/// A value as a plain JS object.
pub(crate) fn to_js(value: &impl Serialize) -> JsValue {
    value.serialize(&serde_wasm_bindgen::Serializer::json_compatible()).unwrap_or(JsValue::NULL)
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
