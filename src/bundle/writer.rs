//! An owner's log as the members of a bundle, piece by piece, so that a long one needs no memory of its own length.

use super::manifest::{INDEX, Manifest, Member, Privacy};
use super::selection::Selection;
use crate::decimal::push_whole;
use crate::error::{Error, ErrorCode};
use crate::json::{self, push_string};
use crate::list::List;
use crate::log::{Content, Record};
use crate::order;
use crate::state::OwnerState;

/// Bytes after which a piece ends: as much as is packed at once, while the next one is made.
const PIECE: usize = 256 << 10;

/// Writes the members of a bundle. The same records give the same bytes.
#[derive(Debug)]
pub struct BundleWriter {
    pub(crate) owner: String,
    /// That of the log when the writer began.
    revision: u64,
    selection: Selection,
    /// The places of the chosen records, by kind and id.
    chosen: Vec<u32>,
    next: usize,
    /// How many bytes the index has so far.
    index_bytes: u64,
    /// The others, each without its hash.
    members: Vec<Member>,
    record_counts: Vec<(String, u32)>,
    schema_versions: Vec<(String, u32)>,
    contains_text: bool,
}

/// A part of a member, and what the index has to say of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Piece {
    /// The member.
    pub path: String,
    /// Records, one a line.
    pub records: String,
    /// Their lines of `INDEX.jsonl`.
    pub index: String,
    /// Whether the member ends with it.
    pub is_last: bool,
}

impl BundleWriter {
    /// Begins to write what was chosen of an owner's log.
    pub(crate) fn new(owner: &str, selection: Selection, state: &OwnerState) -> Self {
        let flags = selection.choose(state);
        let mut chosen: Vec<u32> = (0..).zip(flags).filter(|(_, flag)| *flag).map(|(index, _)| index).list();
        let kind = |index: u32| {
            let record = state.record_at(index as usize);
            record.map(|record| (member_name(&record.kind), &record.kind))
        };
        // Stable: by id they are already.
        order::sort_by(&mut chosen, |a, b| kind(*a).cmp(&kind(*b)));
        Self {
            owner: owner.to_owned(),
            revision: state.revision,
            selection,
            chosen,
            next: 0,
            index_bytes: 0,
            members: Vec::new(),
            record_counts: Vec::new(),
            schema_versions: Vec::new(),
            contains_text: false,
        }
    }

    /// The next part of the records, of the log as it was when the writer began; none when all are written.
    ///
    /// # Errors
    /// `too_large` for a record that no bundle can have; `invalid_operation` when the log was changed since.
    pub(crate) fn next(&mut self, state: &OwnerState) -> Result<Option<Piece>, Error> {
        if state.revision != self.revision {
            return Err(Error::new(ErrorCode::InvalidOperation, "the log was changed while it was exported"));
        }
        let mut piece = Piece::default();
        let record_at =
            |place: usize| self.chosen.get(place).and_then(|index| state.record_at(*index as usize));
        let Some(first) = record_at(self.next) else { return Ok(None) };
        let name = member_name(&first.kind);
        piece.path = path_of(name);
        while let Some(record) = record_at(self.next).filter(|record| member_name(&record.kind) == name) {
            if piece.records.len() >= PIECE {
                return Ok(Some(self.note(piece)));
            }
            let kind = &record.kind;
            let start = piece.records.len();
            push_record(&mut piece.records, record);
            let line = piece.records.get(start..).unwrap_or_default();
            if line.len() > longest_line(kind) {
                return Err(Error::new(
                    ErrorCode::TooLarge,
                    format!("the record {} is too large for a bundle", record.id),
                ));
            }
            index_line(&mut piece.index, (&record.id, kind), &json::sha256_hex(line.as_bytes()));
            piece.records.push('\n');
            self.next += 1;
            count_record(&mut self.record_counts, kind);
            if let Some(schema) = record.content.schema() {
                note_schema(&mut self.schema_versions, kind, schema);
                self.contains_text |= matches!(&**kind, "turn" | "memory" | "feedback");
            }
        }
        piece.is_last = true;
        Ok(Some(self.note(piece)))
    }

    fn note(&mut self, piece: Piece) -> Piece {
        self.index_bytes += piece.index.len() as u64;
        let bytes = piece.records.len() as u64;
        match self.members.last_mut().filter(|member| member.path == piece.path) {
            Some(member) => member.bytes += bytes,
            None => self.members.push(Member { path: piece.path.clone(), bytes, sha256: String::new() }),
        }
        piece
    }

    /// The manifest, when all are written. `hashes` are the SHA-256 of the members as hexadecimal digits, which is for the
    /// host to work out: of the index first, then of the others as they were written.
    pub fn manifest(self, created_at: String, signed: bool, hashes: &[String]) -> Manifest {
        let index = Member { path: INDEX.to_owned(), bytes: self.index_bytes, sha256: String::new() };
        let mut members = vec![index];
        members.extend(self.members);
        for (member, sha256) in members.iter_mut().zip(hashes) {
            member.sha256.clone_from(sha256);
        }
        let root = hashes.first().cloned().unwrap_or_default();
        let privacy = Privacy { contains_text: self.contains_text, ..Privacy::default() };
        Manifest {
            created_at,
            library_version: env!("CARGO_PKG_VERSION").to_owned(),
            schema_versions: self.schema_versions,
            owner: self.owner,
            selection: self.selection,
            kinds: self.record_counts.iter().map(|(kind, _)| kind.clone()).list(),
            record_counts: self.record_counts,
            members,
            root,
            privacy,
            signed,
        }
    }
}

/// The name of the member that holds the records of a kind: its own, or one for all kinds that no version of this
/// library names so.
pub(super) fn member_name(kind: &str) -> &str {
    let is_name = !kind.is_empty() && kind.bytes().all(|byte| byte.is_ascii_lowercase());
    if is_name { kind } else { "other" }
}

pub(super) fn path_of(member: &str) -> String {
    ["records/", member, ".jsonl"].concat()
}

/// The name in the path of a member of records: what [`path_of`] was given.
pub(super) fn kind_of_member(path: &str) -> Option<&str> {
    path.strip_prefix("records/")?.strip_suffix(".jsonl")
}

/// The longest line of a kind, in bytes: 1 MiB, and more where the rules of its body allow more. A text may be long, and
/// every byte of it may have to be escaped by six; a baseline carries its history, and an instance what a snapshot, of
/// 64 MiB at most, has beside it. So everything that is exported can be imported.
pub(super) fn longest_line(kind: &str) -> usize {
    match kind {
        "instance" | "session" => 64 << 20,
        "memory" => 32 << 20,
        "turn" | "template" => 8 << 20,
        _ => 1 << 20,
    }
}

/// Counts a record; records of a kind come one after the other.
pub(super) fn count_record(counts: &mut Vec<(String, u32)>, kind: &str) {
    match counts.last_mut() {
        Some((last, count)) if last == kind => *count += 1,
        _ => counts.push((kind.to_owned(), 1)),
    }
}

/// Takes note of the newest schema of a kind; records of a kind come one after the other.
pub(super) fn note_schema(versions: &mut Vec<(String, u32)>, kind: &str, schema: u32) {
    match versions.last_mut() {
        Some((last, newest)) if last == kind => *newest = schema.max(*newest),
        _ => versions.push((kind.to_owned(), schema)),
    }
}

/// A record's line in the index.
pub(super) fn index_line(line: &mut String, (id, kind): (&str, &str), sha256: &str) {
    line.push_str("{\"id\":");
    push_string(line, id);
    line.push_str(",\"kind\":");
    push_string(line, kind);
    line.push_str(",\"sha256\":\"");
    line.push_str(sha256);
    line.push_str("\"}\n");
}

/// A record as canonical JSON.
fn push_record(line: &mut String, record: &Record) {
    line.push_str("{\"at\":\"");
    line.push_str(&record.at.to_string());
    line.push('"');
    match &record.content {
        Content::Erased => line.push_str(",\"erased\":true"),
        Content::Live { body, .. } => push_body(line, &json::to_text(body)),
        Content::Lifted(lifted) => push_body(line, &json::to_text(&lifted.stored)),
        // Written by this library too: it need not be read.
        Content::Kept(kept) => push_body(line, std::str::from_utf8(kept.text()).unwrap_or_default()),
    }
    for (name, value) in [("id", &*record.id), ("kind", &*record.kind), ("owner", &*record.owner)] {
        line.push_str(",\"");
        line.push_str(name);
        line.push_str("\":");
        push_string(line, value);
    }
    if let Some(schema) = record.content.schema() {
        line.push_str(",\"schema\":");
        push_whole(line, schema.into());
    }
    line.push('}');
}

fn push_body(line: &mut String, body: &str) {
    line.push_str(",\"body\":");
    line.push_str(&json::canonical_text(body));
}
