//! A document from which a conversion takes part by part, and the report that grows meanwhile.

use crate::card::{LossAction, LossItem, different};
use crate::json::{Map, Value, pointer};
use crate::text::first_characters;

/// What is left of a document, and what was said about the rest.
pub(super) struct Source {
    left: Map,
    pub(super) report: Vec<LossItem>,
    /// Values that have no place in the format, by their pointers.
    pub(super) kept: Map,
}

impl Source {
    pub(super) fn new(document: Map) -> Self {
        Self { left: document, report: Vec::new(), kept: Map::new() }
    }

    /// The value of a key in a section, which stays where it is.
    pub(super) fn look(&self, section: &str, key: &str) -> Option<&Value> {
        self.left.get(section)?.get(key)
    }

    /// Takes the value of a key out of a section.
    pub(super) fn take(&mut self, section: &str, key: &str) -> Option<Value> {
        self.left.get_mut(section)?.as_object_mut()?.remove(key)
    }

    /// Takes a whole section.
    pub(super) fn take_section(&mut self, section: &str) -> Option<Value> {
        self.left.remove(section)
    }

    /// Takes a text, cut to its limit; says so. `None` when there is none.
    pub(super) fn text(&mut self, section: &str, key: &str, most: usize) -> Option<String> {
        let text = self.look(section, key)?.as_str().filter(|text| !text.trim().is_empty())?.to_owned();
        self.take(section, key);
        let path = place(section, key);
        let short = first_characters(&text, most).to_owned();
        if short.len() < text.len() {
            self.say(LossAction::Truncated, &path, &path, "This is longer than the format allows.");
            self.kept.insert(path, text);
        } else {
            self.say(LossAction::Mapped, &path, &path, "");
        }
        Some(short)
    }

    /// Takes a list of different texts within their limits to `to`; says so. Empty when there is none.
    pub(super) fn texts(
        &mut self,
        value: Option<Value>,
        path: &str,
        to: &str,
        limits: (usize, usize),
    ) -> Vec<Value> {
        let (longest, most) = limits;
        let Some(value) = value else { return Vec::new() };
        let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
        let mut short = Vec::new();
        for item in items {
            let text = item.as_str().filter(|text| !text.trim().is_empty());
            short.push(text.map(|text| first_characters(text, longest)));
        }
        let texts = different(&short, most);
        let is_whole = value.as_array() == Some(&texts);
        if texts.is_empty() {
            self.keep(path, value, "There is no text in this.");
        } else if !is_whole {
            let note = "Some of these are no texts, given twice, too long or too many.";
            self.say(LossAction::Truncated, path, to, note);
            self.kept.insert(path, value);
        } else {
            self.say(if path == to { LossAction::Mapped } else { LossAction::Moved }, path, to, "");
        }
        texts
    }

    /// Keeps a value aside.
    pub(super) fn keep(&mut self, path: &str, value: Value, note: &str) {
        self.say(LossAction::KeptOpaque, path, "/extensions/luminoracore~1converted/kept", note);
        self.kept.insert(path, value);
    }

    /// Keeps aside what is left of a section.
    pub(super) fn keep_rest(&mut self, section: &str) {
        const NOTE: &str = "The format has no place for this.";
        match self.left.remove(section) {
            Some(Value::Object(rest)) => {
                for (key, value) in &rest {
                    self.keep(&place(section, key), value.clone(), NOTE);
                }
            }
            Some(other) => self.keep(&place("", section), other, NOTE),
            None => {}
        }
    }

    /// The sections that nothing was taken from.
    pub(super) fn take_left(&mut self) -> Map {
        std::mem::take(&mut self.left)
    }

    pub(super) fn say(&mut self, action: LossAction, path: &str, to: &str, note: &str) {
        let (path, to, note) = (path.to_owned(), to.to_owned(), note.to_owned());
        self.report.push(LossItem { path, to, action, note });
    }
}

/// The pointer of a key in a section of the document.
pub(super) fn place(section: &str, key: &str) -> String {
    let section = if section.is_empty() { String::new() } else { pointer::join("", section) };
    pointer::join(&section, key)
}
