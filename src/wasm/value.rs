//! Typed values across the boundary.

use luminoracore::{Error, ErrorCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::JsValue;

/// A value as a plain JS object.
pub(crate) fn to_js(value: &impl Serialize) -> JsValue {
    value.serialize(&serde_wasm_bindgen::Serializer::json_compatible()).unwrap_or(JsValue::NULL)
}

/// A plain JS object as a typed value; what does not fit is an `invalid_argument`.
pub(crate) fn from_js<T: DeserializeOwned>(value: JsValue) -> Result<T, JsValue> {
    serde_wasm_bindgen::from_value(value).map_err(|error| {
        // The message of serde-wasm-bindgen is a JS Error whose text names the field.
        let text = error.to_string();
        throw(&Error::new(ErrorCode::InvalidArgument, text.trim_start_matches("Error: ")))
    })
}

/// An error as the plain object that the facade turns into a `LuminoraError`.
pub(crate) fn throw(error: &Error) -> JsValue {
    to_js(error)
}
