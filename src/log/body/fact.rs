//! `memory` of type `fact`: one thing that is known about a person. A register: the newest version counts.

use serde::Serialize;

use super::sharing::Sharing;
use super::source::{MemorySource, MemoryStatus};
use crate::json::{self, FieldCode, Fields, Node, Value};
use crate::memory::{FactCategory, is_key};

/// Most bytes of a value as JSON.
pub(crate) const MAXIMUM_VALUE_BYTES: usize = 2 << 10;
/// Most containers inside each other in a value that is learned. A snapshot has 32, six of them around an earlier value, and
/// its compact form two more.
pub(crate) const MAXIMUM_VALUE_DEPTH: usize = 24;

/// Whether a value that is learned can stand in every file.
pub(crate) fn fits(value: &Value) -> bool {
    json::compact(value).len() <= MAXIMUM_VALUE_BYTES && is_within(value, MAXIMUM_VALUE_DEPTH)
}

fn is_within(value: &Value, depth: usize) -> bool {
    let inside = |item: &Value| depth > 0 && is_within(item, depth - 1);
    match value {
        Value::Array(items) => depth > 0 && items.iter().all(inside),
        Value::Object(members) => depth > 0 && members.values().all(inside),
        _ => true,
    }
}

/// One thing that is known about a person. Its natural id follows from owner, category and key.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(tag = "type", rename = "fact")]
pub struct Fact {
    /// What sort of fact it is.
    pub category: FactCategory,
    /// What it is about: `[a-z0-9_]`, 1..64.
    pub key: String,
    /// What it says: any JSON of at most 2 KiB.
    #[cfg_attr(feature = "typescript", ts(type = "unknown"))]
    pub value: Value,
    /// 0..1.
    pub confidence: f64,
    /// When this value was first mentioned, ISO 8601 UTC.
    pub first_mentioned: String,
    /// When this value was last mentioned, ISO 8601 UTC.
    pub last_updated: String,
    /// How often this value was mentioned, from 1.
    pub mention_count: u32,
    /// Words to find it by.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "typescript", ts(optional, as = "Option<Vec<String>>"))]
    pub tags: Vec<String>,
    /// What it was said about, at most 500 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub context: Option<String>,
    /// Where it was said.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "typescript", ts(optional, as = "Option<Vec<MemorySource>>"))]
    pub sources: Vec<MemorySource>,
    /// Who found it.
    pub origin: FactOrigin,
    /// Whether it is recalled.
    pub status: MemoryStatus,
    /// Earlier values, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "typescript", ts(optional, as = "Option<Vec<EarlierValue>>"))]
    pub history: Vec<EarlierValue>,
    /// Visibility and learning.
    #[serde(flatten)]
    #[cfg_attr(feature = "typescript", ts(skip))]
    pub sharing: Sharing,
}

/// Who found a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum FactOrigin {
    /// The built-in extractor.
    Rules,
    /// A model.
    Model,
    /// The person, or the host in their name. Outlives what is found.
    User,
    /// A file.
    Import,
}

impl FactOrigin {
    const NAMES: [(&'static str, Self); 4] =
        [("rules", Self::Rules), ("model", Self::Model), ("user", Self::User), ("import", Self::Import)];
}

/// A value that a fact had before.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct EarlierValue {
    /// What it said.
    #[cfg_attr(feature = "typescript", ts(type = "unknown"))]
    pub value: Value,
    /// 0..1.
    pub confidence: f64,
    /// Where it was said.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "typescript", ts(optional, as = "Option<Vec<MemorySource>>"))]
    pub sources: Vec<MemorySource>,
    /// When it was first mentioned, ISO 8601 UTC.
    pub from: String,
    /// When another value took its place, ISO 8601 UTC.
    pub to: String,
}

impl Fact {
    /// Reads the fields of a body that belongs to `owner`, but for `type`.
    pub(super) fn read(fields: &mut Fields<'_>, owner: &str) -> Self {
        fields.required_choice("type", &[("fact", ())]);
        let mut fact = Self::parse(fields);
        fact.sharing = Sharing::parse(fields, owner, false);
        fact
    }

    /// Reads the shape that records and snapshots share. Absent: confidence 1, last updated when first mentioned,
    /// one mention.
    pub(crate) fn parse(fields: &mut Fields<'_>) -> Self {
        let category = fields.required_choice("category", &FactCategory::NAMES);
        let key = fields.required_text("key", 64);
        if !is_key(&key) {
            fields.refuse(FieldCode::Format, "key", "lower-case letters, digits and _, 1 to 64");
        }
        let value = value(fields);
        let confidence = fields.number("confidence", 0.0, 1.0).unwrap_or(1.0);
        let first_mentioned = fields.required_time("first_mentioned");
        let last_updated = fields.time("last_updated").unwrap_or_else(|| first_mentioned.clone());
        let mention_count = fields.count("mention_count").unwrap_or(1).max(1);
        Self {
            category,
            key,
            value,
            confidence,
            first_mentioned,
            last_updated,
            mention_count,
            tags: fields.texts("tags"),
            context: fields.text("context", 500),
            sources: fields.list("sources", MemorySource::parse),
            origin: fields.choice("origin", &FactOrigin::NAMES).unwrap_or(FactOrigin::Import),
            status: fields.choice("status", &MemoryStatus::NAMES).unwrap_or(MemoryStatus::Active),
            history: fields.list("history", EarlierValue::parse),
            sharing: Sharing::default(),
        }
    }
}

impl EarlierValue {
    fn parse(fields: &mut Fields<'_>) -> Self {
        Self {
            value: value(fields),
            confidence: fields.number("confidence", 0.0, 1.0).unwrap_or(1.0),
            sources: fields.list("sources", MemorySource::parse),
            from: fields.required_time("from"),
            to: fields.required_time("to"),
        }
    }
}

fn value(fields: &mut Fields<'_>) -> Value {
    let value = fields.raw("value").map(Node::to_value);
    let value = fields.require("value", value);
    if json::compact(&value).len() > MAXIMUM_VALUE_BYTES {
        fields.refuse(FieldCode::TooLong, "value", "at most 2 KiB as JSON");
    }
    value
}
