//! The members of a bundle back into records, as they come, piece by piece. Everything that the file says of itself is
//! verified; nothing is believed before all of it is.

use std::sync::Arc;

use memchr::memchr;

use super::directory::check_members;
use super::index::Index;
use super::manifest::{INDEX, Manifest, PATH, at, invalid, mismatch};
use super::moving::Moving;
use super::secrets;
use super::writer::{count_record, kind_of_member, longest_line, member_name, note_schema, path_of};
use crate::error::{Error, ErrorCode};
use crate::json::{self, Limits, Node, Tokens, Value};
use crate::log::{Migration, Record, newest_schema, upgraded};
use crate::order;
use crate::state::parse_body;

/// Most records of a bundle.
const MAXIMUM_RECORDS: usize = 1_000_000;
/// Containers inside each other in a line: 32 in a body, which stands in its record.
const DEPTH: usize = 33;
/// The kinds whose bodies this library knows.
const KINDS: [&str; 9] =
    ["template", "instance", "turn", "session", "run", "feedback", "memory", "consent", "proposal"];

/// How a bundle is read.
#[derive(Clone, Debug, Default)]
pub struct ReadOptions {
    /// The steps from older schemas to the newest.
    pub migrations: &'static [Migration],
    /// Whose records they become; absent: whose they are.
    pub owner: Option<String>,
    /// Whether the records are wanted, or only whether they are whole.
    pub keeps: bool,
}

/// Verifies a bundle and takes its records, member by member in the order of [`BundleReader::next_member`].
#[derive(Debug)]
pub struct BundleReader {
    manifest: Manifest,
    migrations: &'static [Migration],
    moving: Option<Moving>,
    keeps: bool,
    /// Of the members, how many are read.
    read: usize,
    /// Bytes of the one that is being read.
    bytes: u64,
    /// Its line that has not ended yet.
    rest: Vec<u8>,
    /// Lines of it so far.
    lines: usize,
    /// The kind and id of its last record.
    last: Option<(String, String)>,
    /// Of its last line.
    tokens: Tokens,
    /// Of the last record that was taken.
    record_owner: Option<Arc<str>>,
    index: Index,
    /// A hash of every id so far.
    ids: Vec<u64>,
    record_counts: Vec<(String, u32)>,
    schema_versions: Vec<(String, u32)>,
    records: Vec<(Record, String)>,
    /// The first record that was sent whole and breaks a rule: told when all else is whole.
    broken: Option<Error>,
}

impl BundleReader {
    /// Reads the manifest. `directory` has what the archive says of its other members but `SIGNATURE.json`, and whether
    /// there is one: `{members: [{path, bytes}], signed}`.
    ///
    /// # Errors
    /// `unsupported_format`, `invalid_bundle`; `schema_newer` for records of a schema that this library does not know.
    pub fn open(manifest: &[u8], directory: &Value, options: ReadOptions) -> Result<Self, Error> {
        let manifest = Manifest::read(manifest)?;
        for (kind, schema) in &manifest.schema_versions {
            check_schema(kind, *schema, options.migrations)
                .map_err(|error| error.at(at(PATH, "/schema_versions")))?;
        }
        check_members(&manifest, directory)?;
        let owner = options.owner.filter(|owner| *owner != manifest.owner);
        let moving = owner.map(|owner| Moving::new(&manifest.owner, &owner));
        let keeps = options.keeps && moving.is_none();
        Ok(Self::start(manifest, options.migrations, moving, keeps))
    }

    fn start(
        manifest: Manifest,
        migrations: &'static [Migration],
        moving: Option<Moving>,
        keeps: bool,
    ) -> Self {
        Self {
            manifest,
            migrations,
            moving,
            keeps,
            read: 0,
            bytes: 0,
            rest: Vec::new(),
            lines: 0,
            last: None,
            tokens: Tokens::default(),
            record_owner: None,
            index: Index::default(),
            ids: Vec::new(),
            record_counts: Vec::new(),
            schema_versions: Vec::new(),
            records: Vec::new(),
            broken: None,
        }
    }

    /// What the file says of itself.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Whose records they are, or become.
    pub fn owner(&self) -> &str {
        self.moving.as_ref().map_or(&self.manifest.owner, |moving| &moving.to)
    }

    /// What becomes of the ids, when the records become another owner's.
    pub fn moving(&self) -> Option<&Moving> {
        self.moving.as_ref()
    }

    /// Begins once more, now for the records: those that become another owner's are read twice, because what refers to
    /// a record may stand before it.
    pub fn rewind(&mut self) {
        *self = Self::start(self.manifest.clone(), self.migrations, self.moving.take(), true);
    }

    /// The member that comes next; none after the last one.
    pub fn next_member(&self) -> Option<&str> {
        self.manifest.members.get(self.read).map(|member| member.path.as_str())
    }

    /// Takes a part of the member.
    ///
    /// # Errors
    /// `invalid_bundle`, `hash_mismatch` and `schema_newer`.
    pub fn push(&mut self, mut bytes: &[u8]) -> Result<(), Error> {
        let Some(member) = self.manifest.members.get(self.read) else {
            return Err(invalid(PATH, "the archive has more than its manifest says"));
        };
        self.bytes += bytes.len() as u64;
        if self.bytes > member.bytes {
            return Err(mismatch(&member.path, &format!("{} is longer than its manifest says", member.path)));
        }
        if member.path == INDEX {
            self.index.add(bytes);
            return Ok(());
        }
        let Some(name) = kind_of_member(&member.path).map(str::to_owned) else { return Ok(()) };
        while let Some(end) = memchr(b'\n', bytes) {
            let (line, rest) = bytes.split_at_checked(end).unwrap_or_default();
            bytes = rest.get(1..).unwrap_or_default();
            if self.rest.is_empty() {
                self.line(&name, line)?;
            } else {
                let mut whole = std::mem::take(&mut self.rest);
                whole.extend_from_slice(line);
                self.line(&name, &whole)?;
            }
        }
        self.rest.extend_from_slice(bytes);
        self.check_length(&name, self.rest.len())
    }

    /// The member has ended; `sha256` is that of its bytes as hexadecimal digits, which is for the host to work out.
    ///
    /// # Errors
    /// `invalid_bundle` and `hash_mismatch`.
    pub fn end(&mut self, sha256: &str) -> Result<(), Error> {
        let Some(member) = self.manifest.members.get(self.read) else { return Ok(()) };
        if !self.rest.is_empty() {
            return Err(invalid(&member.path, &format!("the last line of {} is not whole", member.path)));
        }
        if self.bytes != member.bytes || sha256 != member.sha256 {
            return Err(mismatch(&member.path, &format!("{} is not what its manifest says", member.path)));
        }
        if member.path == INDEX && member.sha256 != self.manifest.root {
            return Err(mismatch(&at(PATH, "/root"), "the root is not the hash of the index"));
        }
        if let Some(name) = member.path.strip_prefix("blobs/").filter(|name| *name != member.sha256) {
            return Err(mismatch(&member.path, &format!("the blob {name} has another hash than its name")));
        }
        (self.bytes, self.lines, self.last) = (0, 0, None);
        self.read += 1;
        Ok(())
    }

    /// All members have ended: the whole file is what it says.
    ///
    /// # Errors
    /// `invalid_bundle` and `hash_mismatch`; then the first broken rule of a record: `invalid_record`,
    /// `invalid_template`, `secret_in_bundle`.
    pub fn finish(&mut self) -> Result<(), Error> {
        if let Some(path) = self.next_member() {
            return Err(invalid(path, &format!("{path} is missing")));
        }
        if let Some((id, _)) = self.index.next() {
            return Err(mismatch(INDEX, &format!("the record {id} is in the index and nowhere else")));
        }
        order::sort_by(&mut self.ids, Ord::cmp);
        if self.ids.is_sorted_by(|a, b| a < b) {
            order::sort_by(&mut self.record_counts, |a, b| a.0.cmp(&b.0));
            order::sort_by(&mut self.schema_versions, |a, b| a.0.cmp(&b.0));
        } else {
            return Err(invalid(INDEX, "two records of different kinds have one id"));
        }
        let kinds = self.record_counts.iter().map(|(kind, _)| kind);
        for (is_said, path) in [
            (self.record_counts == self.manifest.record_counts, "/record_counts"),
            (self.schema_versions == self.manifest.schema_versions, "/schema_versions"),
            (kinds.eq(&self.manifest.kinds), "/selection/kinds"),
        ] {
            if !is_said {
                return Err(invalid(
                    &at(PATH, path),
                    "the manifest says something else than the records are",
                ));
            }
        }
        if let Some(moving) = &mut self.moving {
            moving.settle();
        }
        self.broken.take().map_or(Ok(()), Err)
    }

    /// The records that came since this was last asked for, each with its JSON text. They count when
    /// [`BundleReader::finish`] has no objection.
    pub fn take_records(&mut self) -> Vec<(Record, String)> {
        std::mem::take(&mut self.records)
    }

    fn line(&mut self, member: &str, line: &[u8]) -> Result<(), Error> {
        self.lines += 1;
        self.check_length(member, line.len())?;
        let mut tokens = std::mem::take(&mut self.tokens);
        let result = match tokens.read(line, DEPTH) {
            Some(tape) => self.record(member, line, Ok((tape.root(), tape.is_canonical))),
            // Not as this library writes it: what is wrong with it, if that is all.
            None => match &read_line(line) {
                Ok((value, is_canonical)) => self.record(member, line, Ok((value.into(), *is_canonical))),
                Err(error) => self.record(member, line, Err(error)),
            },
        };
        self.tokens = tokens;
        result
    }

    /// Verifies a line, and takes its record: what was read of it, and whether that is written in canonical form.
    fn record(
        &mut self,
        member: &str,
        line: &[u8],
        read: Result<(Node<'_>, bool), &Error>,
    ) -> Result<(), Error> {
        let number = self.lines - 1;
        let place = move || at(&path_of(member), &format!("/{number}"));
        if self.ids.len() == MAXIMUM_RECORDS {
            return Err(too_large(&place(), "a bundle has at most 1000000 records"));
        }
        let sha256 = json::sha256_hex(line);
        let (value, is_canonical) = match read {
            Ok(read) => read,
            // It was changed since, or written so.
            Err(error) => {
                return Err(match self.index.next() {
                    Some((_, indexed)) if indexed == sha256 => invalid(&place(), &error.message),
                    Some((id, _)) => changed(&place(), &id),
                    None => mismatch(&place(), "there is a record more than the index has"),
                });
            }
        };
        let text = |name| value.get(name).and_then(Node::as_str).unwrap_or_default();
        let (kind, id) = (text("kind"), text("id"));
        let broken = |message: &str| Err(invalid(&place(), &["the record ", id, " ", message].concat()));
        if self.last.as_ref().is_some_and(|last| (last.0.as_str(), last.1.as_str()) == (kind, id)) {
            return broken("is there twice");
        }
        if !self.index.meet(id, kind, &sha256) {
            return Err(match self.index.next() {
                Some((indexed, _)) if indexed == id => changed(&place(), id),
                Some((indexed, _)) if indexed.as_str() < id => {
                    mismatch(&place(), &["the record ", &indexed, " is missing"].concat())
                }
                _ => mismatch(&place(), &["the record ", id, " is not in the index"].concat()),
            });
        }
        if self.last.as_ref().is_some_and(|last| (last.0.as_str(), last.1.as_str()) > (kind, id)) {
            return broken("is not in its place");
        }
        if member_name(kind) != member {
            return broken("stands among those of another kind");
        }
        if text("owner") != self.manifest.owner {
            return broken("belongs to somebody else than the bundle");
        }
        if !is_canonical {
            return broken("is not written in canonical JSON");
        }
        let schema = value.get("schema").and_then(Node::as_u64);
        if let Some(schema) = schema.map(|schema| u32::try_from(schema).unwrap_or(u32::MAX)) {
            check_schema(kind, schema, self.migrations).map_err(|error| error.at(place()))?;
            note_schema(&mut self.schema_versions, kind, schema);
        }
        self.ids.push(hash_of(id));
        count_record(&mut self.record_counts, kind);
        if self.broken.is_none() {
            match self.take(value) {
                Ok((record, is_as_written)) if self.keeps => {
                    let written = std::str::from_utf8(line).ok().filter(|_| is_as_written);
                    let text = written.map_or_else(|| json::to_text(&record), str::to_owned);
                    self.records.push((record, text));
                }
                Ok(_) => {}
                Err(error) => {
                    let path = [place().as_str(), error.path.as_str()].concat();
                    let error = if error.hint.is_none() { error.hint(NOT_TAKEN) } else { error };
                    self.broken = Some(error.at(path));
                }
            }
        }
        let (last_kind, last_id) = self.last.get_or_insert_default();
        kind.clone_into(last_kind);
        id.clone_into(last_id);
        Ok(())
    }

    /// The record as it is kept: of the newest schema, its owner's, its body parsed. And whether that is what is written.
    fn take(&mut self, value: Node<'_>) -> Result<(Record, bool), Error> {
        if let Some(path) = secrets::find(value) {
            let message = "a record holds what looks like a key or token";
            return Err(Error::new(ErrorCode::SecretInBundle, message).at(path).hint(
                "Take it out where it was kept, end its validity, and export once more: a file is easily passed on.",
            ));
        }
        let mut record = match &mut self.moving {
            None => Record::read(value, &mut self.record_owner)?,
            Some(moving) => {
                let mut value = value.to_value();
                if !self.keeps {
                    moving.note(&value);
                }
                moving.apply(&mut value);
                Record::parse(&value)?
            }
        };
        let lifted = upgraded(self.migrations, &record)?;
        let is_as_written = self.moving.is_none() && lifted.is_none();
        if let Some(content) = lifted {
            record.content = content;
        }
        // What its clock says is looked at where it is merged.
        parse_body(&mut record, u64::MAX, self.migrations).map_err(|(code, message, path)| {
            let code = match code {
                "invalid_template" => ErrorCode::InvalidTemplate,
                "integrity" => ErrorCode::HashMismatch,
                _ => ErrorCode::InvalidRecord,
            };
            let message = format!("the record {} breaks a rule: {message}", record.id);
            Error::new(code, message).at(["/body", &path].concat()).hint(NOT_TAKEN)
        })?;
        Ok((record, is_as_written))
    }

    fn check_length(&self, member: &str, length: usize) -> Result<(), Error> {
        // Of which kind a record is that stands among others, nobody knows yet.
        if length <= longest_line(member) {
            return Ok(());
        }
        let place = at(&path_of(member), &format!("/{}", self.lines.saturating_sub(1)));
        Err(too_large(&place, &format!("a line has more than {} bytes", longest_line(member))))
    }
}

/// A record, and whether it is written in canonical form.
fn read_line(line: &[u8]) -> Result<(Value, bool), Error> {
    const LIMITS: Limits = Limits { bytes: usize::MAX, depth: DEPTH, items: usize::MAX, items_at: &[] };
    let document =
        json::read(line, LIMITS).map_err(|fault| Error::of_fault(fault, ErrorCode::InvalidBundle))?;
    match document.warnings.into_iter().next() {
        Some(warning) => Err(Error::of_fault(warning, ErrorCode::InvalidBundle)),
        None => Ok((document.value, document.is_canonical)),
    }
}

/// A record that is not the one that was exported.
fn changed(place: &str, id: &str) -> Error {
    mismatch(place, &["the record ", id, " is not what was exported"].concat())
}

/// Refuses bodies that only a later version of this library can read. Kinds that it does not know at all are kept as
/// they are.
fn check_schema(kind: &str, schema: u32, migrations: &[Migration]) -> Result<(), Error> {
    let newest = newest_schema(migrations, kind);
    if schema <= newest || !KINDS.contains(&kind) {
        return Ok(());
    }
    let message = format!(
        "the bundle has records of kind {kind} in schema {schema}, and this version reads up to {newest}"
    );
    Err(Error::new(ErrorCode::SchemaNewer, message)
        .hint("Update luminoracore on this device, then import it again."))
}

fn too_large(path: &str, message: &str) -> Error {
    Error::new(ErrorCode::TooLarge, message).at(path).hint(NOT_TAKEN)
}

const NOT_TAKEN: &str = "Nothing of the file was taken. Ask whoever made it for one that this library wrote.";

/// FNV-1a: two ids that share it by chance are one in many millions of files.
fn hash_of(id: &str) -> u64 {
    id.bytes()
        .fold(0xCBF2_9CE4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3))
}
