//! The template that a card carries: `extensions["luminoracore"]`, `{hash, template}`. It counts while the card's own
//! fields are those that were written from it.

use super::convert::Conversion;
use super::export::{CardExportOptions, export};
use super::format::{Card, CardFormat, is_empty};
use super::icon::{self, export_with_icon};
use super::mapping::GREETING_FIELDS;
use super::record;
use super::report::{LossAction, Report};
use crate::json::{Map, Value, canonical, compact, sha256_hex};
use crate::template::Template;

const KEY: &str = "luminoracore";

/// The fields by which a card is known to be the one that was written, beside the greetings.
const OWN_FIELDS: [&str; 12] = [
    "name",
    "nickname",
    "creator",
    "tags",
    "character_version",
    "description",
    "personality",
    "scenario",
    "system_prompt",
    "post_history_instructions",
    "mes_example",
    "character_book",
];

/// Puts a template into a card.
pub(super) fn put(card: &mut Card, template: &Template) {
    let carried =
        Value::object(vec![("hash", hash_of(&card.body).into()), ("template", template.document.clone())]);
    if !matches!(card.body.get("extensions"), Some(Value::Object(_))) {
        card.body.insert("extensions", Map::new());
    }
    if let Some(extensions) = card.body.get_mut("extensions").and_then(Value::as_object_mut) {
        extensions.insert(KEY, carried);
    }
}

/// Takes what is carried out of a card; whether there was anything.
pub(super) fn drop(card: &mut Card) -> bool {
    let extensions = card.body.get_mut("extensions").and_then(Value::as_object_mut);
    extensions.is_some_and(|extensions| extensions.remove(KEY).is_some())
}

/// The template that a card carries, when it still counts, with what other programs have added to the card since.
pub(super) fn restore(card: &Card, value: &Value) -> Option<Conversion> {
    let carried = card.body.get("extensions")?.get(KEY)?;
    if card.format == CardFormat::Lorebook || carried.get("hash")?.as_str()? != hash_of(&card.body) {
        return None;
    }
    let mut template = Template::from_value(carried.get("template")?.clone()).ok()?;
    let mut report = Report::default();
    let path = [card.format.base(), "/extensions/", KEY].concat();
    report.add(path, "", LossAction::Mapped, "The template that this card was written from.");
    let written = match icon::extension_of(card) {
        Some(extension) => export_with_icon(&template, extension),
        None => export(&template, CardExportOptions { format: Some(card.format) }),
    };
    if compact(&written.card) != compact(value) {
        let document = template.document.as_object()?;
        let texts = record::texts_of(&template.document);
        let to = [record::POINTER, "/whole_card"].concat();
        match record::attach_whole(document, &texts, card.clone()) {
            Some(kept) => {
                template = kept;
                report.add(String::new(), &to, LossAction::KeptOpaque, "What others have added to the card.");
            }
            None => {
                let note = "What others have added to the card is too large, and left out.";
                report.add(String::new(), "", LossAction::Truncated, note);
            }
        }
    }
    Some(Conversion { template, format: card.format, report: report.0 })
}

/// The hash of the fields that say something: programs add empty ones.
fn hash_of(body: &Map) -> String {
    let mut own = Map::new();
    for key in OWN_FIELDS.into_iter().chain(GREETING_FIELDS) {
        let Some(value) = body.get(key) else { continue };
        if !is_empty(value) {
            own.insert(key, value.clone());
        }
    }
    sha256_hex(canonical(&Value::Object(own)).as_bytes())
}
