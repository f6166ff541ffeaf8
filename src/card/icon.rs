//! The picture in an archive with a card: the asset by which the card names it.

use super::carried;
use super::export::{CardExport, CardExportOptions, export};
use super::format::{Card, CardFormat};
use crate::json::{Map, Value};
use crate::template::Template;

/// The sorts of pictures, by the ends of their names.
const EXTENSIONS: [&str; 4] = ["png", "jpeg", "webp", "gif"];

/// Writes a template as the V3 card of an archive in which its picture is `assets/icon/images/main.` + `extension`.
/// The picture is the first of the card's assets and takes the place of another main icon.
///
/// The card carries its template, in which nothing says that there is a picture: reading it back gives the same.
pub fn export_with_icon(template: &Template, extension: &str) -> CardExport {
    let mut written = export(template, CardExportOptions { format: Some(CardFormat::V3) });
    if let Ok(mut card) = Card::read(std::mem::take(&mut written.card)) {
        carried::put(&mut card, template);
        put(&mut card.body, extension);
        written.card = card.into_value();
    }
    written
}

/// The extension of the picture that a card names as [`export_with_icon`] does.
pub(super) fn extension_of(card: &Card) -> Option<&'static str> {
    let first = card.body.get("assets")?.as_array()?.first()?;
    if card.format != CardFormat::V3 {
        return None;
    }
    EXTENSIONS.into_iter().find(|extension| *first == asset(extension))
}

fn put(body: &mut Map, extension: &str) {
    let mut assets = vec![asset(extension)];
    if let Some(Value::Array(others)) = body.get("assets") {
        let is = |asset: &Value, key, value| asset.get(key).and_then(Value::as_str) == Some(value);
        let is_main = |asset: &&Value| is(asset, "type", "icon") && is(asset, "name", "main");
        assets.extend(others.iter().filter(|asset| !is_main(asset)).cloned());
    }
    body.insert("assets", assets);
}

fn asset(extension: &str) -> Value {
    Value::object(vec![
        ("type", "icon".into()),
        // One d: so it was first written, and so it stays.
        ("uri", ["embeded://assets/icon/images/main.", extension].concat().into()),
        ("name", "main".into()),
        ("ext", extension.into()),
    ])
}
