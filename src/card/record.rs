//! What a template keeps of the card that it was: `extensions["luminoracore/card"]`.
//!
//! | member | what it is |
//! |---|---|
//! | `prose` `nickname` `system_prompt` `post_history_instructions` | texts that take part in prompts; they can be edited |
//! | `format` | what sort of card it was |
//! | `card` | the card; its knowledge has holes (see [`book`]). JSON text of it where an object would break the limits of a template |
//! | `whole_card` | in place of `card`: JSON text of a whole card that carried this template, and more |
//! | `hash` | of the document: while it matches, nobody has changed anything, and the card is written as it was |

use super::book;
use super::format::{Card, CardFormat};
use crate::error::{Error, ErrorCode};
use crate::json::{self, Limits, Map, Value, canonical, compact, sha256_hex};
use crate::template::Template;

/// The key in `extensions`.
const KEY: &str = "luminoracore/card";
/// The keys of the two ways in which a card is kept.
const CARD: &str = "card";
const WHOLE_CARD: &str = "whole_card";
/// Where it is in a document.
pub(super) const POINTER: &str = "/extensions/luminoracore~1card";
/// Cards as text, nested as deep as any that was read.
const LIMITS: Limits = Limits { depth: 100, ..super::convert::LIMITS };

/// A card that was kept.
pub(super) struct Record {
    /// The card as it was, with the knowledge that the template has now.
    pub(super) card: Card,
    /// Whether the template is as it was made.
    pub(super) is_unchanged: bool,
}

/// The template of a document and of the rest of its card, which has holes where the document has its knowledge.
///
/// # Errors
/// `too_large` when the limits of a template do not hold it.
pub(super) fn attach(document: &Map, texts: &Map, rest: Card) -> Result<Template, Error> {
    let format = rest.format;
    let rest = rest.into_value();
    let text = compact(&rest);
    let bytes = text.len();
    let attached = attach_as(document, texts, format, (CARD, rest));
    attached.or_else(|_| attach_as(document, texts, format, (CARD, text.into()))).map_err(|_| {
        let message =
            format!("This card, {bytes} bytes without its knowledge, is more than a template can hold.");
        Error::new(ErrorCode::TooLarge, message).hint(
            "A template has at most 1 MiB, and 256 KiB for what is not knowledge. \
             Take embedded files and data of other programs out of the card.",
        )
    })
}

/// The template of a document and of a whole card that is not where the document comes from; `None` when the limits
/// of a template do not hold it.
pub(super) fn attach_whole(document: &Map, texts: &Map, card: Card) -> Option<Template> {
    let format = card.format;
    let text = compact(&card.into_value());
    attach_as(document, texts, format, (WHOLE_CARD, text.into())).ok()
}

fn attach_as(
    document: &Map,
    texts: &Map,
    format: CardFormat,
    (key, card): (&str, Value),
) -> Result<Template, Error> {
    let mut record = Map::new();
    record.insert("format", format.name());
    for (key, text) in texts {
        record.insert(key.as_str(), text.clone());
    }
    record.insert(key, card);
    let mut document = document.clone();
    if !document.contains_key("extensions") {
        document.insert("extensions", Map::new());
    }
    if let Some(extensions) = document.get_mut("extensions").and_then(Value::as_object_mut) {
        extensions.insert(KEY, record);
    }
    let mut document = Value::Object(document);
    let hash = hash_of(&document);
    if let Some(record) = record_of(&mut document) {
        record.insert("hash", hash);
    }
    Template::from_value(document)
}

/// The texts of a document that take part in prompts, as they are now.
pub(super) fn texts_of(document: &Value) -> Map {
    let mut texts = document.pointer(POINTER).and_then(Value::as_object).cloned().unwrap_or_default();
    texts.retain(|key, _| !["format", CARD, WHOLE_CARD, "hash"].contains(&key));
    texts
}

/// The card that a document keeps.
pub(super) fn read(document: &Value) -> Option<Record> {
    let record = document.pointer(POINTER)?;
    let whole = record.get(WHOLE_CARD);
    let card = match whole.or_else(|| record.get(CARD))? {
        Value::String(text) => json::read(text.as_bytes(), LIMITS).ok()?.value,
        card => card.clone(),
    };
    let mut card = Card::read(card).ok()?;
    if let (None, Some(book)) = (whole, card.body.get_mut("character_book")) {
        let none = Value::Null;
        book::put_entries(book, book::entries_of(document.get("knowledge").unwrap_or(&none)));
    }
    let hash = record.get("hash").and_then(Value::as_str);
    Some(Record { card, is_unchanged: hash == Some(hash_of(document).as_str()) })
}

/// The hash of a document, the hash in it left out.
fn hash_of(document: &Value) -> String {
    let mut document = document.clone();
    if let Some(record) = record_of(&mut document) {
        record.remove("hash");
    }
    sha256_hex(canonical(&document).as_bytes())
}

fn record_of(document: &mut Value) -> Option<&mut Map> {
    let extensions = document.as_object_mut()?.get_mut("extensions")?;
    extensions.as_object_mut()?.get_mut(KEY)?.as_object_mut()
}
