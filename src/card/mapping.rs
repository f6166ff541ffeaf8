//! The fields of a card as a template, and where each of them went.

use super::book;
use super::examples;
use super::format::{Card, CardFormat, is_empty};
use super::language::language_of;
use super::record;
use super::report::{LossAction, Report};
use super::shorten::{cut, different, first_sentences};
use crate::compile::Target;
use crate::json::{self, Map, Value, pointer};
use crate::list::List;
use crate::template;

/// Lengths of a template's texts in characters, and how many of them a list may hold.
const NAME: usize = 100;
const DESCRIPTION: usize = 500;
const TAG: usize = 50;
const TAGS: usize = 1000;
const GREETING: std::ops::RangeInclusive<usize> = 5..=200;
const GREETINGS: usize = 50;

/// The fields that hold greetings.
pub(super) const GREETING_FIELDS: [&str; 3] = ["first_mes", "alternate_greetings", "group_only_greetings"];

/// What no card says, in the order of the format; as text, which takes less room than the code that would build it.
const ALWAYS: &str = r#"{
    "schema_version": "1.1.0",
    "persona": {},
    "core_traits": {"archetype": "companion", "temperament": "calm", "communication_style": "conversational"},
    "linguistic_profile": {"tone": ["friendly"], "syntax": "varied", "vocabulary": []}
}"#;
/// What follows from nothing, or from the whole, of a card.
const DERIVED: [&str; 5] = [
    "/persona/language",
    "/persona/compatibility",
    "/core_traits",
    "/linguistic_profile",
    "/behavioral_rules",
];

/// A card as a template.
pub(super) struct Mapped {
    /// The document, without what is kept of the card.
    pub(super) document: Map,
    /// The texts of the card that take part in a prompt as they are.
    pub(super) texts: Map,
    /// The card, the knowledge of the document taken out of it.
    pub(super) rest: Card,
    /// Where everything went.
    pub(super) report: Report,
}

/// Makes a document of a card: a valid one, but perhaps too large.
pub(super) fn map(card: &Card) -> Mapped {
    let mut rest = card.clone();
    let mut report = Report::default();
    let in_card = if card.format == CardFormat::Lorebook { "" } else { "/character_book" };
    let path = [card.format.base(), in_card].concat();
    let book = rest.body.get_mut("character_book");
    let knowledge = book.and_then(|book| book::take_entries(book, &path, &mut report));
    let is_book = rest.body.get("character_book").is_some_and(Value::is_object);
    let known = if is_book { vec!["character_book"] } else { Vec::new() };
    let mut mapping = Mapping { card, report, known };
    if card.is_other_version() {
        let note = "Another version of the format than this library knows; read as the one it knows.";
        mapping.report.add("/spec_version".to_owned(), "", LossAction::KeptOpaque, note);
    }
    let mut texts = Map::new();
    let document = mapping.document(knowledge, &mut texts);
    mapping.keep_the_rest();
    Mapped { document, texts, rest, report: mapping.report }
}

struct Mapping<'a> {
    card: &'a Card,
    report: Report,
    /// Fields that went somewhere.
    known: Vec<&'static str>,
}

impl Mapping<'_> {
    fn document(&mut self, knowledge: Option<Value>, texts: &mut Map) -> Map {
        let nickname = self.short("nickname", "/persona/aliases/0");
        let name = self.name(nickname.as_deref());
        let (prose, description) = self.prose(&name);
        if let Some(prose) = &prose {
            texts.insert("prose", prose.as_str());
        }
        if let Some(nickname) = self.text("nickname").filter(|_| nickname.is_some()) {
            texts.insert("nickname", nickname.trim());
        }
        for key in ["system_prompt", "post_history_instructions"] {
            if let Some(text) = self.text(key) {
                texts.insert(key, text);
                self.moved(key, &pointer::join(record::POINTER, key), "");
            }
        }

        let mut persona = Map::new();
        persona.insert("name", name.as_str());
        persona.insert("version", self.version());
        persona.insert("description", description);
        let author = self.short("creator", "/persona/author");
        persona.insert(
            "author",
            author.unwrap_or_else(|| self.defaulted("creator", "/persona/author", "unknown")),
        );
        let tags = self.tags();
        if !tags.is_empty() {
            persona.insert("tags", tags);
        }
        if let Some(nickname) = nickname {
            persona.insert("aliases", vec![Value::from(nickname)]);
        }
        persona.insert("language", language_of(prose.as_deref().unwrap_or_default()));
        persona.insert("compatibility", Target::ALL.map(|target| target.name().into()).to_vec());
        for to in DERIVED {
            self.report.add(String::new(), to, LossAction::Derived, "");
        }

        let mut document = read_always();
        document.insert("persona", persona);
        document
            .insert("behavioral_rules", vec![Value::from(["Stay in character as ", &name, "."].concat())]);
        let greetings = self.greetings();
        if !greetings.is_empty() {
            document.insert("trigger_responses", Value::object(vec![("on_greeting", greetings.into())]));
        }
        let samples = self.examples(&name);
        if !samples.is_empty() {
            document.insert("examples", Value::object(vec![("sample_responses", samples.into())]));
        }
        if let Some(knowledge) = knowledge {
            document.insert("knowledge", knowledge);
        }
        document
    }

    /// A text that says something.
    fn text(&self, key: &str) -> Option<&str> {
        let value = match self.card.format {
            // Its name is all that a lorebook says of itself.
            CardFormat::Lorebook if key == "name" => self.card.body.get("character_book")?.get(key)?,
            _ => self.card.body.get(key)?,
        };
        value.as_str().filter(|text| !text.trim().is_empty())
    }

    fn path(&self, key: &str) -> String {
        pointer::join(self.card.format.base(), key)
    }

    fn add(&mut self, key: &str, to: &str, action: LossAction, note: &str) {
        let path = self.path(key);
        self.report.add(path, to, action, note);
    }

    fn moved(&mut self, key: &'static str, to: &str, note: &str) {
        self.known.push(key);
        self.add(key, to, LossAction::Moved, note);
    }

    fn defaulted(&mut self, key: &str, to: &str, value: &str) -> String {
        let note = ["\"", value, "\" stands in."].concat();
        self.add(key, to, LossAction::Defaulted, &note);
        value.to_owned()
    }

    /// A text of at most [`NAME`] characters.
    fn short(&mut self, key: &'static str, to: &str) -> Option<String> {
        let (text, is_cut) = cut(self.text(key)?, NAME);
        let text = text.to_owned();
        self.known.push(key);
        self.add(key, to, if is_cut { LossAction::Truncated } else { LossAction::Mapped }, "");
        Some(text)
    }

    fn name(&mut self, nickname: Option<&str>) -> String {
        let to = "/persona/name";
        let name = self.short("name", to);
        name.unwrap_or_else(|| self.defaulted("name", to, nickname.unwrap_or("Unnamed")))
    }

    fn version(&mut self) -> String {
        let to = "/persona/version";
        match self.text("character_version").filter(|text| template::is_version(text)).map(str::to_owned) {
            Some(version) => {
                self.known.push("character_version");
                self.add("character_version", to, LossAction::Mapped, "");
                version
            }
            None => self.defaulted("character_version", to, "1.0.0"),
        }
    }

    /// The whole prose, when there is any, and what describes the personality in short.
    fn prose(&mut self, name: &str) -> (Option<String>, String) {
        let to = pointer::join(record::POINTER, "prose");
        let (mut prose, mut first) = (String::new(), None);
        for (key, label) in
            [("description", ""), ("personality", "Personality: "), ("scenario", "Scenario: ")]
        {
            let Some(text) = self.text(key).map(str::to_owned) else { continue };
            if !prose.is_empty() {
                prose.push_str("\n\n");
            }
            prose.push_str(label);
            prose.push_str(&text);
            self.known.push(key);
            self.add(key, &to, LossAction::KeptAsProse, "");
            first.get_or_insert((key, text));
        }
        let to = "/persona/description";
        let Some((key, text)) = first else {
            let description = [name, ", a character."].concat();
            return (None, self.defaulted("description", to, &description));
        };
        let (description, is_cut) = first_sentences(&text, DESCRIPTION);
        let action = if is_cut { LossAction::Truncated } else { LossAction::Mapped };
        self.add(key, to, action, if is_cut { "Its beginning; the prose has all of it." } else { "" });
        (Some(prose), description)
    }

    fn tags(&mut self) -> Vec<Value> {
        let Some(Value::Array(tags)) = self.card.body.get("tags") else { return Vec::new() };
        let mut found = Vec::new();
        let mut is_cut = false;
        for tag in tags {
            let (tag, cut) = cut(tag.as_str().unwrap_or_default(), TAG);
            found.push(Some(tag).filter(|tag| !tag.is_empty()));
            is_cut |= cut;
        }
        let good = different(&found, TAGS);
        is_cut |= good.len() < tags.len();
        if is_cut {
            let note = "Without what is blank, given twice, too long or no text.";
            self.add("tags", "/persona/tags", LossAction::Truncated, note);
        } else if !good.is_empty() {
            self.add("tags", "/persona/tags", LossAction::Mapped, "");
        }
        self.known.push("tags");
        good
    }

    fn greetings(&mut self) -> Vec<Value> {
        let mut lines = Vec::new();
        for key in GREETING_FIELDS {
            let greetings = greetings_of(&self.card.body, key);
            if greetings.is_empty() {
                continue;
            }
            let before = lines.len();
            lines.extend(greetings.iter().filter(|text| is_line(text)).map(|text| Value::from(*text)));
            lines.truncate(GREETINGS);
            let all = lines.len() - before == greetings.len();
            let note = if all {
                ""
            } else {
                "Only those of 5 to 200 characters; the card is kept with all of them."
            };
            self.moved(key, "/trigger_responses/on_greeting", note);
        }
        lines
    }

    fn examples(&mut self, name: &str) -> Vec<Value> {
        let Some(text) = self.text("mes_example") else { return Vec::new() };
        let (samples, count) = examples::read(text, [name, self.text("nickname").unwrap_or_default().trim()]);
        if !samples.is_empty() {
            let all = samples.len() == count;
            let note =
                if all { "" } else { "Only those within the limits; the card is kept with all of them." };
            self.moved("mes_example", "/examples/sample_responses", note);
        }
        samples
    }

    /// Reports everything that has no place in a template.
    fn keep_the_rest(&mut self) {
        let kept = [record::POINTER, "/card"].concat();
        let mut paths: Vec<String> = Vec::new();
        for (key, value) in &self.card.body {
            if !self.known.contains(&key.as_str()) && !is_empty(value) {
                paths.push(self.path(key));
            }
        }
        paths.extend(self.card.foreign_keys().map(|key| pointer::join("", key)));
        for path in paths {
            let to = [&kept, path.as_str()].concat();
            self.report.add(path, &to, LossAction::KeptOpaque, "");
        }
    }
}

/// [`ALWAYS`] as a document.
fn read_always() -> Map {
    let read = json::read(ALWAYS.as_bytes(), template::LIMITS).ok();
    read.and_then(|read| read.value.as_object().cloned()).unwrap_or_default()
}

/// The greetings of one field, in their order.
pub(super) fn greetings_of<'a>(body: &'a Map, key: &str) -> Vec<&'a str> {
    match body.get(key) {
        Some(Value::String(text)) if !text.trim().is_empty() => vec![text.as_str()],
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).list(),
        _ => Vec::new(),
    }
}

/// Whether a greeting can be a line of a template.
pub(super) fn is_line(text: &str) -> bool {
    !text.trim().is_empty() && GREETING.contains(&text.chars().count())
}
