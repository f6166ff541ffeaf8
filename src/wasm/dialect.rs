//! Documents of other dialects.

use luminoracore::dialect::{Converted, convert};
use luminoracore::template::Dialect;
use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::template::TemplateHandle;
use crate::value::{throw, to_js};

/// A template made of a document of another dialect.
#[wasm_bindgen]
pub struct Conversion {
    converted: Converted,
}

#[derive(Serialize)]
struct Told<'a> {
    dialect: Option<Dialect>,
    report: &'a [luminoracore::dialect::ReportItem],
}

#[wasm_bindgen]
impl Conversion {
    /// Converts UTF-8 JSON text; throws `invalid_template` with all problems.
    #[wasm_bindgen(constructor)]
    pub fn new(source: &[u8]) -> Result<Conversion, JsValue> {
        convert(source).map(|converted| Self { converted }).map_err(|error| throw(&error))
    }

    /// The dialect and what became of each part.
    #[wasm_bindgen(getter)]
    pub fn told(&self) -> JsValue {
        to_js(&Told { dialect: self.converted.dialect, report: &self.converted.report })
    }

    /// The template; ends this object.
    pub fn template(self) -> TemplateHandle {
        TemplateHandle::of(self.converted.template)
    }
}
