//! Character cards: in as templates, out as files.

use js_sys::{Function, Uint8Array};
use luminoracore::card::{self, CardExport, CardExportOptions, CardFormat, Conversion, LossItem, PngExport};
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

/// A card, as JSON or in a PNG, as a template: `{template, format, report}`. `inflate` takes deflated bytes and the
/// most that may come of them, and gives undefined for what is not deflated.
#[wasm_bindgen(js_name = convertCard)]
pub fn convert_card(source: &[u8], inflate: &Function) -> Result<JsValue, JsValue> {
    let conversion = if card::is_png(source) {
        card::convert_png(source, &|deflated, limit| {
            let bytes = Uint8Array::from(deflated);
            let inflated = inflate.call2(&JsValue::UNDEFINED, &bytes, &JsValue::from_f64(limit as f64));
            Some(inflated.ok()?.dyn_into::<Uint8Array>().ok()?.to_vec())
        })
    } else {
        card::convert(source)
    };
    let Conversion { template, format, report } = conversion.map_err(|error| throw(&error))?;
    let result = to_js(&CardView { format, report: &report });
    set(&result, "template", &TemplateHandle::from(template).into())?;
    Ok(result)
}

/// A template as the file of a card: `{bytes, mediaType, format, report}`.
#[wasm_bindgen(js_name = exportCard)]
pub fn export_card(template: &TemplateHandle, options: JsValue) -> Result<JsValue, JsValue> {
    let options = CardExportOptions::parse(&from_js(&options)?).map_err(|error| throw(&error))?;
    let export = card::export(template.template(), options);
    json_file(&export)
}

/// A template as the V3 card of an archive with a picture whose name ends in `extension`, as `exportCard` gives it.
#[wasm_bindgen(js_name = exportCardWithIcon)]
pub fn export_card_with_icon(template: &TemplateHandle, extension: &str) -> Result<JsValue, JsValue> {
    json_file(&card::export_with_icon(template.template(), extension))
}

/// A template in an image, as `exportCard` gives it.
#[wasm_bindgen(js_name = exportCardPng)]
pub fn export_card_png(template: &TemplateHandle, image: &[u8]) -> Result<JsValue, JsValue> {
    let export = card::export_png(template.template(), image).map_err(|error| throw(&error))?;
    let PngExport { bytes, report } = &export;
    file(CardFormat::V3, report, bytes, "image/png")
}

fn json_file(export: &CardExport) -> Result<JsValue, JsValue> {
    file(export.format, &export.report, &export.bytes(), export.media_type())
}

fn file(format: CardFormat, report: &[LossItem], bytes: &[u8], media_type: &str) -> Result<JsValue, JsValue> {
    let result = to_js(&CardView { format, report });
    set(&result, "bytes", &Uint8Array::from(bytes).into())?;
    set(&result, "mediaType", &media_type.into())?;
    Ok(result)
}
