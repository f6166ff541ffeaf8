//! Template in, card out.

use super::book;
use super::carried;
use super::decorators::without_decorators;
use super::examples;
use super::format::{Card, CardFormat};
use super::mapping::{GREETING_FIELDS, greetings_of, is_line, map};
use super::record::{self, Record};
use super::report::{LossAction, LossItem, Report};
use crate::error::Error;
use crate::json::{Fields, Map, Value, compact, pointer};
use crate::list::{List, joined};
use crate::template::Template;

/// A template as a card.
#[derive(Clone, Debug, PartialEq)]
pub struct CardExport {
    /// The card.
    pub card: Value,
    /// What sort of card it is.
    pub format: CardFormat,
    /// Where each part of the template went.
    pub report: Vec<LossItem>,
}

/// How to write a card.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CardExportOptions {
    /// What sort of card; absent = that of the card that the template was, else V3.
    pub format: Option<CardFormat>,
}

impl CardExportOptions {
    /// Reads the options of a call.
    ///
    /// # Errors
    /// `invalid_argument` for an unknown format or key.
    pub fn parse(options: &Value) -> Result<Self, Error> {
        Ok(Fields::read(options, "", |fields| Self { format: fields.choice("format", &CardFormat::NAMES) })?)
    }
}

impl CardExport {
    /// The card as the bytes of a file.
    pub fn bytes(&self) -> Vec<u8> {
        compact(&self.card).into_bytes()
    }

    /// The media type of [`bytes`](Self::bytes).
    pub fn media_type(&self) -> &'static str {
        "application/json"
    }
}

/// Writes a template as a card.
pub fn export(template: &Template, options: CardExportOptions) -> CardExport {
    let record = record::read(&template.document);
    let mut report = Report::default();
    let origin = record.as_ref().map(|record| record.card.format);
    let format = options.format.or(origin).unwrap_or(CardFormat::V3);
    let card = match record {
        Some(Record { card, is_unchanged: true }) if card.format == format => {
            report.add(String::new(), "", LossAction::Mapped, "The card that this template was, as it was.");
            card
        }
        record => {
            let source = record.map_or_else(|| Card::empty(CardFormat::V3), |record| record.card);
            Writer { template, origin, format, report: &mut report }.write(source)
        }
    };
    CardExport { card: card.into_value(), format, report: report.0 }
}

struct Writer<'a> {
    template: &'a Template,
    /// The format of the card that the template was, if it was one.
    origin: Option<CardFormat>,
    format: CardFormat,
    report: &'a mut Report,
}

impl Writer<'_> {
    /// The card in the wanted format, with everything in which the template differs from it.
    fn write(mut self, source: Card) -> Card {
        let before = map(&source);
        let texts = before.texts;
        let before = Value::Object(before.document);
        let mut card =
            if self.origin == Some(self.format) { source } else { source.into_format(self.format) };
        self.fields(&mut card.body, &before);
        self.texts(&mut card.body, &texts);
        self.greetings(&mut card.body, &before);
        self.examples(&mut card.body, &before);
        self.knowledge(&mut card.body, &before);
        if self.format == CardFormat::Lorebook {
            let note = "A lorebook holds nothing but knowledge.";
            self.report.add(String::new(), "", LossAction::Truncated, note);
        } else {
            carried::put(&mut card, self.template);
            let to = self.path("extensions/luminoracore/template");
            self.report.add(
                String::new(),
                &to,
                LossAction::KeptOpaque,
                "The whole template, for the way back.",
            );
        }
        card
    }

    /// What the template says at a pointer where it differs from what the card says; null for what it has no more.
    fn changed(&self, path: &str, before: &Value) -> Option<Value> {
        let now = self.template.document.pointer(path);
        // What stands in for something that a card lacks is not said by an empty card.
        let is_new = self.origin.is_none() && now.is_some();
        (is_new || now != before.pointer(path)).then(|| now.cloned().unwrap_or_default())
    }

    fn path(&self, key: &str) -> String {
        [self.format.base(), "/", key].concat()
    }

    fn put(&mut self, body: &mut Map, key: &str, value: Value, from: &str, action: LossAction) {
        let to = self.path(key);
        self.report.add(from.to_owned(), &to, action, "");
        body.insert(key, value);
    }

    fn fields(&mut self, body: &mut Map, before: &Value) {
        for (path, key) in [
            ("/persona/name", "name"),
            ("/persona/version", "character_version"),
            ("/persona/author", "creator"),
        ] {
            if let Some(value) = self.changed(path, before) {
                self.put(body, key, value, path, LossAction::Mapped);
            }
        }
        if let Some(tags) = self.changed("/persona/tags", before) {
            let tags = if tags.is_null() { Vec::new().into() } else { tags };
            self.put(body, "tags", tags, "/persona/tags", LossAction::Mapped);
        }
        let path = "/persona/description";
        if let Some(description) = self.changed(path, before) {
            // A long description has more to say than the short one.
            let old = body.get("description").and_then(Value::as_str).unwrap_or_default();
            let short = before.pointer(path).and_then(Value::as_str).unwrap_or_default();
            if old.trim().is_empty() || old.trim() == short {
                self.put(body, "description", description, path, LossAction::Mapped);
            }
        }
        if self.origin.is_none() {
            self.put(
                body,
                "personality",
                character(self.template).into(),
                "/core_traits",
                LossAction::Derived,
            );
        }
    }

    fn texts(&mut self, body: &mut Map, before: &Map) {
        let texts = record::texts_of(&self.template.document);
        for (name, key) in [
            ("nickname", "nickname"),
            ("system_prompt", "system_prompt"),
            ("post_history_instructions", "post_history_instructions"),
            ("prose", "description"),
        ] {
            let now = texts.get(name).filter(|text| text.is_string());
            // Without prose the short description counts.
            if now == before.get(name) || now.is_none() && name == "prose" {
                continue;
            }
            let from = pointer::join(record::POINTER, name);
            self.put(body, key, now.cloned().unwrap_or_else(|| "".into()), &from, LossAction::Mapped);
            if name == "prose" {
                // They are in it.
                for key in ["personality", "scenario"] {
                    if body.contains_key(key) {
                        body.insert(key, "");
                    }
                }
            }
        }
    }

    /// Greetings that are lines of the template stand where such lines were; those that never were stay.
    fn greetings(&mut self, body: &mut Map, before: &Value) {
        let path = "/trigger_responses/on_greeting";
        let Some(lines) = self.changed(path, before) else { return };
        let mut lines = lines.as_array().map(Vec::as_slice).unwrap_or_default().iter().cloned();
        let mut first: Option<Value> = None;
        let mut others: Vec<(&str, Vec<Value>)> = Vec::new();
        for key in GREETING_FIELDS {
            let mut kept = Vec::new();
            for text in greetings_of(body, key) {
                kept.extend(if is_line(text) { lines.next() } else { Some(text.into()) });
            }
            if key == "first_mes" {
                first = kept.pop();
            } else if body.contains_key(key) || key == "alternate_greetings" {
                others.push((key, kept));
            }
        }
        let first = first.or_else(|| lines.next()).unwrap_or_else(|| "".into());
        self.put(body, "first_mes", first, path, LossAction::Moved);
        for (key, mut greetings) in others {
            greetings.extend(lines.by_ref());
            if !greetings.is_empty() || body.contains_key(key) {
                self.put(body, key, greetings.into(), path, LossAction::Moved);
            }
        }
    }

    fn examples(&mut self, body: &mut Map, before: &Value) {
        let path = "/examples/sample_responses";
        if let Some(samples) = self.changed(path, before) {
            let text = examples::write(samples.as_array().map(Vec::as_slice).unwrap_or_default());
            self.put(body, "mes_example", text.into(), path, LossAction::Moved);
        }
    }

    fn knowledge(&mut self, body: &mut Map, before: &Value) {
        let none = Value::Null;
        let now = self.template.document.get("knowledge").unwrap_or(&none);
        let before = before.get("knowledge").unwrap_or(&none);
        let entries = book::entries_of(now);
        let has_other_entries = entries != book::entries_of(before);
        if !has_other_entries && (now == before || entries.is_empty()) {
            self.decorators(body);
            return;
        }
        let mut book = body.get("character_book").and_then(Value::as_object).cloned().unwrap_or_default();
        if book.is_empty() {
            book.insert("extensions", Map::new());
        }
        book::write_settings(&mut book, now, before);
        if has_other_entries {
            book.insert("entries", entries.iter().map(book::complete).list());
        }
        self.put(body, "character_book", book.into(), "/knowledge", LossAction::Mapped);
        self.decorators(body);
    }

    /// Readers of the older formats would show decorators.
    fn decorators(&mut self, body: &mut Map) {
        let is_old = |format| matches!(format, CardFormat::V1 | CardFormat::V2);
        if !is_old(self.format) || self.origin.is_some_and(is_old) {
            return;
        }
        let book = body.get_mut("character_book").and_then(Value::as_object_mut);
        let Some(Value::Array(entries)) = book.and_then(|book| book.get_mut("entries")) else { return };
        let mut any = false;
        for entry in entries {
            let Some(members) = entry.as_object_mut() else { continue };
            let Some(Value::String(content)) = members.get_mut("content") else { continue };
            let plain = without_decorators(content);
            if plain.len() < content.len() {
                *content = plain.to_owned();
                any = true;
            }
        }
        if any {
            let note = "The decorators of knowledge entries were left out of this older format.";
            let mut notes = body.get("creator_notes").and_then(Value::as_str).unwrap_or_default().to_owned();
            if !notes.is_empty() {
                notes.push_str("\n\n");
            }
            notes.push_str(note);
            body.insert("creator_notes", notes);
            let to = self.path("character_book/entries");
            self.report.add("/knowledge".to_owned(), &to, LossAction::Truncated, note);
        }
    }
}

/// What a template says of a character where a card has no fields for it.
fn character(template: &Template) -> String {
    let traits = &template.core_traits;
    let mut text = [
        traits.archetype.as_str(),
        ", ",
        &traits.temperament,
        ", ",
        &traits.communication_style,
        ". Tone: ",
        &joined(&template.linguistic_profile.tone, ", "),
        ".",
    ]
    .concat();
    for rule in &template.behavioral_rules {
        text.push_str("\n- ");
        text.push_str(rule);
    }
    text
}
