//! `memory` of type `note`: a document that a person brought along. A register: the newest version counts.

use serde::Serialize;

use super::sharing::Sharing;
use crate::json::{FieldCode, Fields};
use crate::memory::note::{GENERAL, MAXIMUM_TEXT_BYTES, check_text};

/// Longest source, title and domain, in characters.
pub(crate) const MAXIMUM_SOURCE: usize = 500;
pub(crate) const MAXIMUM_TITLE: usize = 200;
pub(crate) const MAXIMUM_DOMAIN: usize = 100;

/// A document that a person brought along. Its natural id follows from owner, source and text.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename = "note")]
pub struct Note {
    /// Where it came from: a path, an address, a name. 1..500 characters.
    pub source: String,
    /// What it belongs to; `general` for everything. 1..100 characters.
    pub domain: String,
    /// 1..200 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Words to find it by.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Its text, unchanged: not blank, at most 5 MiB of UTF-8, without NUL.
    pub text: String,
    /// SHA-256 of the text, 64 hexadecimal digits.
    pub sha256: String,
    /// When this text was imported, ISO 8601 UTC.
    pub created_at: String,
    /// The id of the note that had another text of this source. It is erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub supersedes: Option<String>,
    /// Visibility and learning.
    #[serde(flatten)]
    pub sharing: Sharing,
}

impl Note {
    /// A note that says nothing yet.
    pub(crate) fn empty() -> Self {
        Self {
            source: String::new(),
            domain: GENERAL.to_owned(),
            title: None,
            tags: Vec::new(),
            text: String::new(),
            sha256: String::new(),
            created_at: String::new(),
            supersedes: None,
            sharing: Sharing::default(),
        }
    }

    /// Reads the fields of a body that belongs to `owner`, but for `type`.
    pub(super) fn read(fields: &mut Fields<'_>, owner: &str) -> Self {
        fields.required_choice("type", &[("note", ())]);
        let source = fields.required_text("source", MAXIMUM_SOURCE);
        let domain = fields.text("domain", MAXIMUM_DOMAIN).unwrap_or_else(|| GENERAL.to_owned());
        let title = fields.text("title", MAXIMUM_TITLE);
        let tags = fields.texts("tags");
        let text = fields.required_text("text", MAXIMUM_TEXT_BYTES);
        fields.note(check_text(&text));
        let sha256 = fields.required_id("sha256");
        if sha256.len() != 64 || !sha256.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
            fields.refuse(FieldCode::Format, "sha256", "64 hexadecimal digits");
        }
        Self {
            source,
            domain,
            title,
            tags,
            text,
            sha256,
            created_at: fields.required_time("created_at"),
            supersedes: fields.id("supersedes"),
            sharing: Sharing::parse(fields, owner, false),
        }
    }
}
