//! A bundle without its archive: the members that a host would pack, to be looked at, changed, and read again.

use std::collections::BTreeMap;

use luminoracore::bundle::{BundleReader, ReadOptions, Selection};
use luminoracore::engine::{BundleImport, BundleReport, Core, ImportMode};
use luminoracore::json::sha256_hex;
use luminoracore::log::Migration;
use luminoracore::{Error, timestamp};
use serde_json::{Value, json};

use crate::sample::tree;

/// Not a divisor of anything: lines are cut anywhere.
const PIECE: usize = 997;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct BundleFile {
    pub(crate) manifest: Value,
    pub(crate) members: BTreeMap<String, Vec<u8>>,
}

impl BundleFile {
    /// Everything of an owner, exported at `now`.
    pub(crate) fn of(core: &Core, user: &str, now: u64) -> Self {
        Self::chosen(core, user, Selection::Bundle, now).unwrap()
    }

    pub(crate) fn chosen(core: &Core, user: &str, selection: Selection, now: u64) -> Result<Self, Error> {
        let mut writer = core.export_bundle(user, selection)?;
        let mut members = BTreeMap::from([("INDEX.jsonl".to_owned(), Vec::new())]);
        while let Some(piece) = core.next_piece(&mut writer)? {
            members.entry(piece.path).or_insert_with(Vec::new).extend(piece.records.into_bytes());
            members.get_mut("INDEX.jsonl").unwrap().extend(piece.index.into_bytes());
        }
        let hashes: Vec<String> = members.values().map(|bytes| sha256_hex(bytes)).collect();
        let manifest = writer.manifest(timestamp::format(now), false, &hashes).write();
        Ok(Self { manifest: serde_json::from_str(&manifest).unwrap(), members })
    }

    /// Opens it as an archive that has these members.
    pub(crate) fn open(&self, options: ReadOptions) -> Result<BundleReader, Error> {
        let members: Vec<Value> =
            self.members.iter().map(|(path, bytes)| json!({ "path": path, "bytes": bytes.len() })).collect();
        let directory = tree(json!({ "members": members, "signed": false }));
        BundleReader::open(self.manifest.to_string().as_bytes(), &directory, options)
    }

    /// Reads all of it, and asks after each piece.
    pub(crate) fn feed(
        &self,
        reader: &mut BundleReader,
        mut taken: impl FnMut(&mut BundleReader),
    ) -> Result<(), Error> {
        while let Some(path) = reader.next_member().map(str::to_owned) {
            for piece in self.members[&path].chunks(PIECE) {
                reader.push(piece)?;
                taken(reader);
            }
            reader.end(&sha256_hex(&self.members[&path]))?;
        }
        reader.finish()
    }

    pub(crate) fn verify(&self) -> Result<(), Error> {
        self.feed(&mut self.open(ReadOptions::default())?, |_| {})
    }

    pub(crate) fn import(
        &self,
        core: &mut Core,
        user: &str,
        mode: ImportMode,
        now: u64,
    ) -> Result<BundleReport, Error> {
        self.import_with(&[], core, user, mode, now)
    }

    /// As the facade imports.
    pub(crate) fn import_with(
        &self,
        migrations: &'static [Migration],
        core: &mut Core,
        user: &str,
        mode: ImportMode,
        now: u64,
    ) -> Result<BundleReport, Error> {
        let mut reader = self.open(ReadOptions { migrations, owner: Some(user.to_owned()), keeps: true })?;
        if reader.moving().is_some() {
            self.feed(&mut reader, |_| {})?;
            reader.rewind();
        }
        let mut import = BundleImport::new(&reader, mode)?;
        let mut stored = BTreeMap::new();
        let mut store = |import: &mut BundleImport| {
            for text in import.take_texts().iter().flat_map(|texts| texts.lines()) {
                let record: Value = serde_json::from_str(text).unwrap();
                let envelope =
                    ["id", "owner", "kind", "at"].map(|name| format!("\"{name}\":{}", record[name]));
                assert!(text.starts_with(&format!("{{{},", envelope.join(","))), "in front: {text}");
                stored.insert(record["id"].as_str().unwrap().to_owned(), record);
            }
        };
        self.feed(&mut reader, |reader| {
            core.offer(&mut import, reader, now);
            store(&mut import);
        })?;
        core.settle_import(&mut import)?;
        store(&mut import);
        let report = import.report().clone();
        stored.retain(|id, _| report.quarantined.iter().all(|record| record.id != *id));
        if mode != ImportMode::DryRun {
            core.commit_import(import, now)?;
            let mut kept = Self::of(core, user, now).all_records();
            if mode == ImportMode::Merge {
                kept.retain(|id, _| stored.contains_key(id));
            }
            assert_eq!(kept, stored, "the log has what the host was given to store");
        }
        Ok(report)
    }

    fn all_records(&self) -> BTreeMap<String, Value> {
        let members = self.members.iter().filter(|(path, _)| path.starts_with("records/"));
        let lines = members.flat_map(|(_, bytes)| std::str::from_utf8(bytes).unwrap().lines());
        let records = lines.map(|line| serde_json::from_str::<Value>(line).unwrap());
        records.map(|record| (record["id"].as_str().unwrap().to_owned(), record)).collect()
    }

    /// The records of a member.
    pub(crate) fn records(&self, kind: &str) -> Vec<Value> {
        let lines = self.members.get(&path(kind)).map_or(&[][..], Vec::as_slice);
        let lines = std::str::from_utf8(lines).unwrap().lines();
        lines.map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Puts other lines into a member, and changes nothing else.
    pub(crate) fn set_lines(&mut self, kind: &str, lines: &[String]) {
        let text: String = lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect();
        self.members.insert(path(kind), text.into_bytes());
    }

    /// Puts other records into a member, in canonical form.
    pub(crate) fn set_records(&mut self, kind: &str, records: &[Value]) {
        let lines: Vec<String> = records.iter().map(canonical).collect();
        self.set_lines(kind, &lines);
    }

    /// Makes everything that the file says of itself fit its records, as somebody would who knows the format.
    pub(crate) fn reseal(&mut self) {
        let (mut index, mut counts, mut schemas) = (String::new(), BTreeMap::new(), BTreeMap::new());
        for (_, member) in self.members.iter().filter(|(path, _)| path.starts_with("records/")) {
            for line in std::str::from_utf8(member).unwrap().lines() {
                let record: Value = serde_json::from_str(line).unwrap_or_default();
                let kind = record["kind"].as_str().unwrap_or_default().to_owned();
                let entry =
                    json!({ "id": record["id"], "kind": kind, "sha256": sha256_hex(line.as_bytes()) });
                index.push_str(&(canonical(&entry) + "\n"));
                *counts.entry(kind.clone()).or_insert(0_u64) += 1;
                if let Some(schema) = record["schema"].as_u64() {
                    let newest = schemas.entry(kind).or_insert(0);
                    *newest = schema.max(*newest);
                }
            }
        }
        self.manifest["selection"]["kinds"] = json!(counts.keys().collect::<Vec<_>>());
        self.manifest["record_counts"] = json!(counts);
        self.manifest["schema_versions"] = json!(schemas);
        self.members.insert("INDEX.jsonl".to_owned(), index.into_bytes());
        self.seal_members();
        self.manifest["root"] = sha256_hex(&self.members["INDEX.jsonl"]).into();
    }

    /// Makes the list of the members fit them.
    pub(crate) fn seal_members(&mut self) {
        let member = |(path, bytes): (&String, &Vec<u8>)| json!({ "path": path, "bytes": bytes.len(), "sha256": sha256_hex(bytes) });
        self.manifest["members"] = self.members.iter().map(member).collect();
    }

    /// All that a person would find in it.
    pub(crate) fn holds(&self, words: &str) -> bool {
        self.members.values().any(|member| String::from_utf8_lossy(member).contains(words))
    }

    pub(crate) fn root(&self) -> &str {
        self.manifest["root"].as_str().unwrap()
    }
}

fn path(kind: &str) -> String {
    format!("records/{kind}.jsonl")
}

/// The form that the reference gives.
pub(crate) fn canonical(value: &Value) -> String {
    serde_json_canonicalizer::to_string(value).unwrap()
}
