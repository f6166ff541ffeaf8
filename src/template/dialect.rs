//! Which older or foreign dialect a document is written in, where it is none of the format.

use serde::Serialize;

use super::reader::values::part;
use crate::json::Value;
use crate::text::find;

/// A dialect of personality documents that is not the format itself, but can be converted to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Dialect {
    /// The templates of the first command line: traits with values and motivations, speech patterns, and the settings
    /// of a model among the parameters.
    CliTemplate,
    /// A character card: V1, or V2 and V3 with their `spec`.
    CharacterCard,
}

/// Keys that only the templates of the first command line have.
const CLI_TEMPLATE: [(&str, &[&str]); 4] = [
    ("persona", &["archetype"]),
    ("core_traits", &["values", "motivations"]),
    ("linguistic_profile", &["speech_patterns", "formality_level", "response_length"]),
    ("advanced_parameters", &["temperature", "top_p", "max_tokens", "frequency_penalty", "presence_penalty"]),
];

/// Keys that every V1 card has.
const CHARACTER_CARD_V1: [&str; 6] =
    ["name", "description", "personality", "scenario", "first_mes", "mes_example"];

impl Dialect {
    /// What to do with a document of the dialect.
    pub(super) const fn hint(self) -> &'static str {
        match self {
            Self::CliTemplate => {
                "this is a template of the first command line; convert() makes one of the format of it"
            }
            Self::CharacterCard => "this is a character card; convertCard() makes a template of it",
        }
    }

    /// The dialect of a document by the keys that it has; `None` for the format itself and for what is unknown.
    pub fn of(document: &Value) -> Option<Self> {
        let is_card = |spec: &str| spec.starts_with("chara_card_");
        if part(document, "spec").as_str().is_some_and(is_card)
            || CHARACTER_CARD_V1.iter().all(|key| document.get(key).is_some())
        {
            return Some(Self::CharacterCard);
        }
        let mut keys = 0;
        for (section, own) in CLI_TEMPLATE {
            let section = part(document, section);
            keys += own.iter().filter(|key| section.get(key).is_some()).count();
        }
        // One of them alone may be a mistake in a document of the format.
        (part(document, "persona").is_object() && keys >= 2).then_some(Self::CliTemplate)
    }
}

impl Dialect {
    /// The dialect of a file that is no text: images and archives hold character cards.
    pub(crate) fn of_file(bytes: &[u8]) -> Option<Self> {
        const CARD_FILES: [&[u8]; 2] = [b"\x89PNG", b"PK\x03\x04"];
        CARD_FILES.iter().any(|start| bytes.starts_with(start)).then_some(Self::CharacterCard)
    }
}

/// The first `{{name}}` of a text: the mark of a form that nobody filled in.
pub(super) fn placeholder(bytes: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(bytes).ok()?;
    let start = find(text, "{{", 0)?;
    let text = text.get(start..)?;
    let end = find(text, "}}", 0)? + 2;
    let name = text.get(..end)?;
    (name.len() <= 50 && !name.contains(char::is_whitespace)).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::json;

    #[test]
    fn a_dialect_is_known_by_its_keys() {
        let card = json!({"name": "", "description": "", "personality": "", "scenario": "", "first_mes": "",
            "mes_example": ""});
        for (document, dialect) in [
            (
                json!({"persona": {"archetype": "coach"}, "core_traits": {"values": []}}),
                Some(Dialect::CliTemplate),
            ),
            (
                json!({"persona": {}, "advanced_parameters": {"temperature": 1, "top_p": 1}}),
                Some(Dialect::CliTemplate),
            ),
            (json!({"spec": "chara_card_v3", "data": {}}), Some(Dialect::CharacterCard)),
            (card, Some(Dialect::CharacterCard)),
            (json!({"persona": {}, "advanced_parameters": {"temperature": 1}}), None),
            (json!({"name": "", "description": ""}), None),
            (json!([]), None),
        ] {
            assert_eq!(Dialect::of(&document), dialect, "{document:?}");
        }
    }
}
