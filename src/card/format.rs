//! Which sort of card a JSON value is, and where its fields are.

use serde::Serialize;

use crate::error::{Error, ErrorCode};
use crate::json::{self, Limits, Map, Value};

/// The sorts of cards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum CardFormat {
    /// Flat: six texts, no `spec`.
    V1,
    /// `chara_card_v2`.
    V2,
    /// `chara_card_v3`.
    V3,
    /// `lorebook_v3`: knowledge without a character.
    Lorebook,
}

impl CardFormat {
    /// The names of the API.
    pub(super) const NAMES: [(&'static str, Self); 4] =
        [("v1", Self::V1), ("v2", Self::V2), ("v3", Self::V3), ("lorebook", Self::Lorebook)];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::V1 => "v1",
            Self::V2 => "v2",
            Self::V3 => "v3",
            Self::Lorebook => "lorebook",
        }
    }

    /// What `spec` says, and the version of it that we know.
    fn spec(self) -> (&'static str, f64) {
        match self {
            Self::V1 => ("", 1.0),
            Self::V2 => ("chara_card_v2", 2.0),
            Self::V3 => ("chara_card_v3", 3.0),
            Self::Lorebook => ("lorebook_v3", 3.0),
        }
    }

    /// Where the fields are.
    pub(super) fn base(self) -> &'static str {
        if self == Self::V1 { "" } else { "/data" }
    }
}

/// The fields of V1.
const FLAT_FIELDS: [&str; 6] = ["name", "description", "personality", "scenario", "first_mes", "mes_example"];
/// The fields beyond them, all of which V2 requires; V3 requires one more.
const TEXT_FIELDS: [&str; 5] =
    ["creator_notes", "system_prompt", "post_history_instructions", "creator", "character_version"];
const LIST_FIELDS: [&str; 3] = ["alternate_greetings", "tags", "group_only_greetings"];
/// The fewest fields of V1 by which a card without `spec` is known.
const FEWEST_FIELDS: usize = 2;

/// A card, taken apart.
#[derive(Clone)]
pub(super) struct Card {
    pub(super) format: CardFormat,
    /// What stands around the fields, `data` being null in it; empty for V1.
    root: Map,
    /// The fields; of a lorebook the one field `character_book`.
    pub(super) body: Map,
}

impl Card {
    /// A card without fields.
    pub(super) fn empty(format: CardFormat) -> Self {
        let mut root = Map::new();
        let (spec, _) = format.spec();
        if format != CardFormat::V1 {
            root.insert("spec", spec);
            if format != CardFormat::Lorebook {
                root.insert("spec_version", if format == CardFormat::V2 { "2.0" } else { "3.0" });
            }
            root.insert("data", Value::Null);
        }
        Self { format, root, body: Map::new() }
    }

    /// Takes a value apart.
    ///
    /// # Errors
    /// `unsupported_format` for what is not a card.
    pub(super) fn read(value: Value) -> Result<Self, Error> {
        let Value::Object(mut root) = value else {
            return Err(refused("", "A character card is a JSON object."));
        };
        let Some(spec) = root.get("spec") else { return Self::read_flat(root) };
        let formats = [CardFormat::V2, CardFormat::V3, CardFormat::Lorebook];
        let format = formats.into_iter().find(|format| spec.as_str() == Some(format.spec().0));
        let Some(format) = format else { return Err(refused("/spec", "This is not a known sort of card.")) };
        match root.get_mut("data").map(std::mem::take) {
            Some(Value::Object(body)) if format != CardFormat::Lorebook => Ok(Self { format, root, body }),
            Some(book @ Value::Object(_)) => {
                Ok(Self { format, root, body: [("character_book".to_owned(), book)].into_iter().collect() })
            }
            Some(_) => Err(refused("/data", "The fields of the card must be an object.")),
            None => Err(refused("", "The card has no \"data\".")),
        }
    }

    fn read_flat(root: Map) -> Result<Self, Error> {
        if FLAT_FIELDS.iter().filter(|field| root.contains_key(field)).count() < FEWEST_FIELDS {
            return Err(refused("", "This has neither a \"spec\" nor the fields of a character card."));
        }
        Ok(Self { format: CardFormat::V1, root: Map::new(), body: root })
    }

    /// The card as a value, put together as it was.
    pub(super) fn into_value(self) -> Value {
        let Self { format, mut root, mut body } = self;
        let data = match format {
            CardFormat::V1 => return Value::Object(body),
            CardFormat::V2 | CardFormat::V3 => Value::Object(body),
            CardFormat::Lorebook => {
                body.remove("character_book").filter(Value::is_object).unwrap_or_else(|| {
                    Value::object(vec![
                        ("extensions", Map::new().into()),
                        ("entries", Vec::<Value>::new().into()),
                    ])
                })
            }
        };
        root.insert("data", data);
        Value::Object(root)
    }

    /// The card in another format, with all fields that this one requires. What the other does not know stays.
    pub(super) fn into_format(self, format: CardFormat) -> Self {
        let Self { format: old, root, mut body } = self;
        let mut card = Self::empty(format);
        if old != CardFormat::V1 {
            // What stood around the fields stays around them.
            for (key, value) in root {
                if !card.root.contains_key(&key) && format != CardFormat::V1 && key != "spec_version" {
                    card.root.insert(key, value);
                }
            }
        }
        if format == CardFormat::V1 {
            body.remove("spec");
        }
        if format != CardFormat::Lorebook {
            let mut require = |key: &str, value: Value| {
                if !body.contains_key(key) {
                    body.insert(key, value);
                }
            };
            for key in FLAT_FIELDS {
                require(key, "".into());
            }
            if format != CardFormat::V1 {
                for key in TEXT_FIELDS {
                    require(key, "".into());
                }
                let lists = if format == CardFormat::V3 { 3 } else { 2 };
                for key in LIST_FIELDS.into_iter().take(lists) {
                    require(key, Vec::<Value>::new().into());
                }
                require("extensions", Map::new().into());
            }
        }
        card.body = body;
        card
    }

    /// The keys around the fields that say nothing about the format.
    pub(super) fn foreign_keys(&self) -> impl Iterator<Item = &String> {
        self.root.keys().filter(|key| !["spec", "spec_version", "data"].contains(&key.as_str()))
    }

    /// Whether `spec_version` is that of another version than we know.
    pub(super) fn is_other_version(&self) -> bool {
        const SHORT: Limits = Limits { bytes: 64, depth: 1, items: 0, items_at: &[] };
        let Some(version) = self.root.get("spec_version") else { return false };
        let number = match version {
            Value::String(text) => {
                json::read(text.as_bytes(), SHORT).ok().and_then(|read| read.value.as_f64())
            }
            other => other.as_f64(),
        };
        number != Some(self.format.spec().1)
    }
}

/// Whether a field says nothing: programs add such fields.
pub(super) fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}

fn refused(path: &str, message: &str) -> Error {
    Error::new(ErrorCode::UnsupportedFormat, message)
        .at(path)
        .hint("Give a character card of version 1, 2 (chara_card_v2) or 3 (chara_card_v3), or a lorebook_v3.")
}
