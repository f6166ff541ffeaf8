//! The manifest of a bundle: what is in the file, and how the reader can tell that it is all there.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::selection::Selection;
use crate::error::{Error, ErrorCode};
use crate::json::{self, Fields, Limits, Node, Value};
use crate::log::check_owner;

/// What `format` says.
pub(super) const FORMAT: &str = "luminora.bundle/1";
/// The member that has it.
pub(super) const PATH: &str = "MANIFEST.json";
/// The member that lists all records.
pub(super) const INDEX: &str = "INDEX.jsonl";

/// Room for the 10,000 members that a file may have.
const LIMITS: Limits = Limits { bytes: 4 << 20, depth: 32, items: 10_000, items_at: &[] };

/// What `MANIFEST.json` says of a bundle that is not encrypted, or of what is inside of one that is.
#[derive(Clone, Debug, PartialEq)]
pub struct Manifest {
    /// When it was exported, ISO 8601 UTC.
    pub created_at: String,
    /// The version of the library that wrote it.
    pub library_version: String,
    /// The newest schema of each kind that has live records, by kind.
    pub schema_versions: Vec<(String, u32)>,
    /// Whose records these are.
    pub owner: String,
    /// What was chosen.
    pub selection: Selection,
    /// The kinds in it, sorted.
    pub kinds: Vec<String>,
    /// How many records of each kind there are, tombstones included, by kind.
    pub record_counts: Vec<(String, u32)>,
    /// All other members but `SIGNATURE.json`, by path.
    pub members: Vec<Member>,
    /// SHA-256 of `INDEX.jsonl`.
    pub root: String,
    /// What a person should know before handing it on.
    pub privacy: Privacy,
    /// Whether there is a `SIGNATURE.json`.
    pub signed: bool,
}

/// A member of the archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Member {
    /// Its name.
    pub path: String,
    /// How long it is.
    pub bytes: u64,
    /// SHA-256 of it, as hexadecimal digits.
    pub sha256: String,
}

/// What a person should know before handing a bundle on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[allow(clippy::struct_excessive_bools, reason = "three facts")]
pub struct Privacy {
    /// Whether it has what somebody said.
    pub contains_text: bool,
    /// Whether it has vectors.
    pub contains_embeddings: bool,
    /// Whether names were taken out.
    pub anonymized: bool,
}

impl Manifest {
    /// The bytes of `MANIFEST.json`, canonical JSON.
    pub fn write(&self) -> String {
        json::canonical_text(&json::to_text(&Written {
            format: FORMAT,
            created_at: &self.created_at,
            library_version: &self.library_version,
            schema_versions: Numbers(&self.schema_versions),
            owner: &self.owner,
            selection: self.selection.write(&self.kinds),
            record_counts: Numbers(&self.record_counts),
            members: &self.members,
            root: &self.root,
            privacy: self.privacy,
            encryption: (),
            signed: self.signed,
        }))
    }

    /// Reads `MANIFEST.json`.
    ///
    /// # Errors
    /// `unsupported_format` for what is no manifest of a bundle, `invalid_bundle` for one that breaks a rule.
    pub fn read(bytes: &[u8]) -> Result<Self, Error> {
        let document = json::read(bytes, LIMITS).map_err(|fault| {
            unsupported(&fault.path, &format!("its manifest cannot be read: {}", fault.message))
        })?;
        let value = document.value;
        if value.get("format").and_then(Value::as_str) != Some(FORMAT) {
            return Err(unsupported("/format", "its manifest is not that of a bundle this library knows"));
        }
        if let Some(twice) = document.warnings.first() {
            return Err(invalid(&at(PATH, &twice.path), &twice.message));
        }
        let mut fields = Fields::new(&value, "");
        fields.required_id("format");
        let created_at = fields.required_time("created_at");
        let library_version = fields.required_text("library_version", 50);
        let schema_versions = numbers(&mut fields, "schema_versions");
        let owner = fields.required_string("owner");
        let selection = fields.nested("selection", Selection::read);
        let (selection, kinds) = fields.require("selection", selection);
        let record_counts = numbers(&mut fields, "record_counts");
        let members = fields.list("members", |member| Member {
            path: member.required_string("path"),
            bytes: member.required_integer("bytes", 0, i64::from(u32::MAX)).unsigned_abs(),
            sha256: hash(member, "sha256"),
        });
        let root = hash(&mut fields, "root");
        let privacy = fields.nested("privacy", |privacy| {
            let mut say = |name| {
                let said = privacy.boolean(name);
                privacy.require(name, said)
            };
            Privacy {
                contains_text: say("contains_text"),
                contains_embeddings: say("contains_embeddings"),
                anonymized: say("anonymized"),
            }
        });
        let privacy = fields.require("privacy", privacy);
        if !fields.is_null("encryption") {
            fields.refuse(json::FieldCode::Type, "encryption", "null is expected in what is not encrypted");
        }
        let signed = fields.boolean("signed");
        let signed = fields.require("signed", signed);
        fields.finish().map_err(|error| invalid(&at(PATH, &error.path), &error.hint))?;
        check_owner(&owner).map_err(|error| invalid(&at(PATH, "/owner"), &error.message))?;
        Ok(Self {
            created_at,
            library_version,
            schema_versions,
            owner,
            selection,
            kinds,
            record_counts,
            members,
            root,
            privacy,
            signed,
        })
    }
}

/// A manifest as it is written.
#[derive(Serialize)]
struct Written<'a> {
    format: &'static str,
    created_at: &'a str,
    library_version: &'a str,
    schema_versions: Numbers<'a>,
    owner: &'a str,
    selection: Value,
    record_counts: Numbers<'a>,
    members: &'a [Member],
    root: &'a str,
    privacy: Privacy,
    encryption: (),
    signed: bool,
}

/// Whole numbers by kind.
struct Numbers<'a>(&'a [(String, u32)]);

impl Serialize for Numbers<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = serializer.serialize_map(None)?;
        for (kind, number) in self.0 {
            members.serialize_entry(kind, number)?;
        }
        members.end()
    }
}

/// Whole numbers by kind, as they are read.
fn numbers(fields: &mut Fields<'_>, name: &'static str) -> Vec<(String, u32)> {
    let object = fields.object(name);
    let members = object.and_then(Node::members);
    fields.require(name, members.is_some().then_some(()));
    let mut numbers = Vec::new();
    for (kind, number) in members.into_iter().flatten() {
        match number.as_u64().and_then(|number| u32::try_from(number).ok()) {
            Some(number) => numbers.push((kind.to_owned(), number)),
            None => fields.refuse(json::FieldCode::Type, name, "whole numbers are expected"),
        }
    }
    crate::order::sort_by_text(&mut numbers, |(kind, _)| kind);
    numbers
}

fn hash(fields: &mut Fields<'_>, name: &'static str) -> String {
    let hash = fields.required_id(name);
    if hash.len() != 64 || !hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
        fields.refuse(json::FieldCode::Format, name, "64 hexadecimal digits");
    }
    hash
}

/// The place of a value in a member: the member's path, `#`, and a pointer.
pub(super) fn at(member: &str, pointer: &str) -> String {
    if pointer.is_empty() { member.to_owned() } else { [member, "#", pointer].concat() }
}

fn unsupported(path: &str, message: &str) -> Error {
    Error::new(ErrorCode::UnsupportedFormat, ["this is no bundle: ", message].concat())
        .at(at(PATH, path))
        .hint("Pass the file that exportBundle wrote, as it was.")
}

/// A bundle that is not what its manifest says.
pub(super) fn invalid(path: &str, message: &str) -> Error {
    Error::new(ErrorCode::InvalidBundle, message).at(path).hint(DAMAGED)
}

/// A hash that is not that of its content.
pub(super) fn mismatch(path: &str, message: &str) -> Error {
    Error::new(ErrorCode::HashMismatch, message).at(path).hint(DAMAGED)
}

const DAMAGED: &str = "The file was damaged or changed after it was exported, and nothing of it was taken. Use another copy of it.";
