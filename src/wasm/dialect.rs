//! Documents of other dialects.

use luminoracore::card::LossItem;
use luminoracore::dialect::{self, Converted};
use luminoracore::template::Dialect;
use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::template::TemplateHandle;
use crate::value::{set, throw, to_js};

/// What is told of a conversion beside its template.
#[derive(Serialize)]
struct ConversionView<'a> {
    dialect: Option<Dialect>,
    report: &'a [LossItem],
}

/// A document of another dialect as a template: `{template, dialect, report}`.
#[wasm_bindgen]
pub fn convert(source: &[u8]) -> Result<JsValue, JsValue> {
    let Converted { template, dialect, report } = dialect::convert(source).map_err(|error| throw(&error))?;
    let result = to_js(&ConversionView { dialect, report: &report });
    set(&result, "template", &TemplateHandle::from(template).into())?;
    Ok(result)
}
