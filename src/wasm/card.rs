//! Character cards: in as templates, out as files.

use luminoracore::card::{self, CardExport, CardExportOptions, CardFormat, Conversion, LossItem};
use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::template::TemplateHandle;
use crate::value::{from_js, set, throw, to_js};

/// What is told of a card beside its template or its bytes.
#[derive(Serialize)]
struct CardView<'a> {
    format: CardFormat,
    report: &'a [LossItem],
}

/// A card as a template: `{template, format, report}`.
#[wasm_bindgen(js_name = convertCard)]
pub fn convert_card(source: &[u8]) -> Result<JsValue, JsValue> {
    let Conversion { template, format, report } = card::convert(source).map_err(|error| throw(&error))?;
    let result = to_js(&CardView { format, report: &report });
    set(&result, "template", &TemplateHandle::from(template).into())?;
    Ok(result)
}

/// A template as the file of a card: `{bytes, mediaType, format, report}`.
#[wasm_bindgen(js_name = exportCard)]
pub fn export_card(template: &TemplateHandle, options: JsValue) -> Result<JsValue, JsValue> {
    let options = CardExportOptions::parse(&from_js(&options)?).map_err(|error| throw(&error))?;
    let export = card::export(template.template(), options);
    let CardExport { format, report, .. } = &export;
    let result = to_js(&CardView { format: *format, report });
    set(&result, "bytes", &js_sys::Uint8Array::from(&*export.bytes()).into())?;
    set(&result, "mediaType", &export.media_type().into())?;
    Ok(result)
}
