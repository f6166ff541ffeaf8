//! Bundles that somebody changed: each is refused for what it is, and nothing of it is taken.

use luminoracore::ErrorCode::{
    self, HashMismatch, InvalidBundle, InvalidRecord, SchemaNewer, SecretInBundle, TooLarge,
    UnsupportedFormat,
};
use luminoracore::bundle::ReadOptions;
use luminoracore::engine::ImportMode;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::bundle::{add, empty, somebody};
use crate::bundle_file::{BundleFile, canonical};

fn intact() -> BundleFile {
    let (host, _) = somebody("diego");
    BundleFile::of(&host.core, "diego", host.now)
}

/// A change, what it is refused with, and where.
type Case = (&'static str, fn(&mut BundleFile), ErrorCode, &'static str);

/// Changes the records of a member and whatever the file says of them.
fn resealed(file: &mut BundleFile, kind: &str, change: impl FnOnce(&mut Vec<Value>)) {
    let mut records = file.records(kind);
    change(&mut records);
    file.set_records(kind, &records);
    file.reseal();
}

/// Puts another text in the place of one in the first line, as it stands there.
fn rewritten(file: &mut BundleFile, kind: &str, from: &str, to: &str) {
    let mut lines: Vec<String> = file.records(kind).iter().map(canonical).collect();
    assert!(lines[0].contains(from), "{from} in {}", lines[0]);
    lines[0] = lines[0].replacen(from, to, 1);
    file.set_lines(kind, &lines);
    file.reseal();
}

const CASES: &[Case] = &[
    (
        "a letter of a text was changed",
        |file| {
            let text = String::from_utf8(file.members["records/turn.jsonl"].clone()).unwrap();
            file.members.insert(
                "records/turn.jsonl".to_owned(),
                text.replacen("Max died", "Max dies", 1).into_bytes(),
            );
        },
        HashMismatch,
        "records/turn.jsonl#/",
    ),
    (
        "the same, and the list of members fits",
        |file| {
            let text = String::from_utf8(file.members["records/turn.jsonl"].clone()).unwrap();
            file.members.insert(
                "records/turn.jsonl".to_owned(),
                text.replacen("Max died", "Max dies", 1).into_bytes(),
            );
            file.seal_members();
        },
        HashMismatch,
        "records/turn.jsonl#/",
    ),
    (
        "a quotation mark was changed, so that the line is no JSON",
        |file| {
            file.members.get_mut("records/session.jsonl").unwrap()[1] = b'x';
            file.seal_members();
        },
        HashMismatch,
        "records/session.jsonl#/0",
    ),
    (
        "a record was taken out and the counts fit",
        |file| {
            let turns = file.records("turn");
            file.set_records("turn", &turns[1..]);
            file.manifest["record_counts"]["turn"] = (turns.len() - 1).into();
            file.seal_members();
        },
        HashMismatch,
        "records/turn.jsonl#/0",
    ),
    (
        "the last record was taken out",
        |file| {
            let records = file.records("widget");
            file.set_records("widget", &records[1..]);
            file.seal_members();
        },
        HashMismatch,
        "INDEX.jsonl",
    ),
    (
        "a member was taken out, and the list of members fits",
        |file| {
            file.members.remove("records/widget.jsonl");
            file.seal_members();
        },
        HashMismatch,
        "INDEX.jsonl",
    ),
    (
        "a member was taken out",
        |file| {
            file.members.remove("records/widget.jsonl");
        },
        InvalidBundle,
        "records/widget.jsonl",
    ),
    (
        "a member was added",
        |file| {
            file.members.insert("records/zebra.jsonl".to_owned(), Vec::new());
        },
        InvalidBundle,
        "records/zebra.jsonl",
    ),
    (
        "a record was added",
        |file| {
            let mut records = file.records("widget");
            let mut more = records[0].clone();
            more["id"] = "x2".into();
            records.push(more);
            file.set_records("widget", &records);
            file.seal_members();
        },
        HashMismatch,
        "records/widget.jsonl#/1",
    ),
    (
        "the index lacks a record",
        |file| {
            let index = String::from_utf8(file.members["INDEX.jsonl"].clone()).unwrap();
            let (_, rest) = index.split_once('\n').unwrap();
            file.members.insert("INDEX.jsonl".to_owned(), rest.as_bytes().to_vec());
            file.seal_members();
            file.manifest["root"] = luminoracore::json::sha256_hex(rest.as_bytes()).into();
        },
        HashMismatch,
        "records/consent.jsonl#/0",
    ),
    (
        "the root is another one",
        |file| {
            file.manifest["root"] = "0".repeat(64).into();
        },
        HashMismatch,
        "MANIFEST.json#/root",
    ),
    (
        "there is no index",
        |file| {
            file.members.remove("INDEX.jsonl");
            file.seal_members();
        },
        InvalidBundle,
        "INDEX.jsonl",
    ),
    (
        "a record is there twice",
        |file| {
            resealed(file, "turn", |turns| {
                let first = turns[0].clone();
                turns.insert(0, first);
            })
        },
        InvalidBundle,
        "records/turn.jsonl#/1",
    ),
    (
        "one id is there with two contents",
        |file| {
            resealed(file, "turn", |turns| {
                let mut first = turns[0].clone();
                first["body"]["text"] = "Something else".into();
                turns.insert(0, first);
            })
        },
        InvalidBundle,
        "records/turn.jsonl#/1",
    ),
    (
        "one id is there under two kinds",
        |file| {
            let id = file.records("turn")[0]["id"].clone();
            resealed(file, "widget", |records| records[0]["id"] = id);
        },
        InvalidBundle,
        "INDEX.jsonl",
    ),
    (
        "records stand in another order",
        |file| resealed(file, "turn", |turns| turns.reverse()),
        InvalidBundle,
        "records/turn.jsonl#/1",
    ),
    (
        "a record stands among those of another kind",
        |file| resealed(file, "widget", |records| records[0]["kind"] = "gadget".into()),
        InvalidBundle,
        "records/widget.jsonl#/0",
    ),
    (
        "a record belongs to somebody else",
        |file| resealed(file, "turn", |turns| turns[0]["owner"] = "ana".into()),
        InvalidBundle,
        "records/turn.jsonl#/0",
    ),
    (
        "the manifest names another owner",
        |file| file.manifest["owner"] = "ana".into(),
        InvalidBundle,
        "records/consent.jsonl#/0",
    ),
    (
        "the manifest names a reserved owner",
        |file| file.manifest["owner"] = "luminora:library".into(),
        InvalidBundle,
        "MANIFEST.json#/owner",
    ),
    (
        "the counts say something else",
        |file| file.manifest["record_counts"]["turn"] = 99.into(),
        InvalidBundle,
        "MANIFEST.json#/record_counts",
    ),
    (
        "a count is no number",
        |file| file.manifest["record_counts"]["turn"] = "2".into(),
        InvalidBundle,
        "MANIFEST.json#/record_counts",
    ),
    (
        "the kinds say something else",
        |file| file.manifest["selection"]["kinds"] = json!(["turn"]),
        InvalidBundle,
        "MANIFEST.json#/selection/kinds",
    ),
    (
        "the schemas say something else",
        |file| file.manifest["schema_versions"]["widget"] = 7.into(),
        InvalidBundle,
        "MANIFEST.json#/schema_versions",
    ),
    (
        "a length says something else",
        |file| file.manifest["members"][1]["bytes"] = 1.into(),
        HashMismatch,
        "records/consent.jsonl",
    ),
    (
        "a hash of a member says something else",
        |file| file.manifest["members"][1]["sha256"] = "0".repeat(64).into(),
        HashMismatch,
        "records/consent.jsonl",
    ),
    (
        "members are listed in another order",
        |file| {
            let members = file.manifest["members"].as_array_mut().unwrap();
            members.reverse();
        },
        InvalidBundle,
        "MANIFEST.json#/members",
    ),
    (
        "a member is listed twice",
        |file| {
            let members = file.manifest["members"].as_array_mut().unwrap();
            let first = members[1].clone();
            members.insert(1, first);
        },
        InvalidBundle,
        "MANIFEST.json#/members",
    ),
    (
        "a member has a name that none has",
        |file| {
            let turns = file.members.remove("records/turn.jsonl").unwrap();
            file.members.insert("../../x".to_owned(), turns);
            file.seal_members();
        },
        InvalidBundle,
        "MANIFEST.json#/members",
    ),
    (
        "a blob is not what its name says",
        |file| {
            file.members.insert(format!("blobs/{}", "0".repeat(64)), b"vectors".to_vec());
            file.seal_members();
        },
        HashMismatch,
        "blobs/0000000000000000000000000000000000000000000000000000000000000000",
    ),
    (
        "a schema is newer, and the manifest says so",
        |file| resealed(file, "turn", |turns| turns[0]["schema"] = 2.into()),
        SchemaNewer,
        "MANIFEST.json#/schema_versions",
    ),
    (
        "a schema is newer, and the manifest does not say so",
        |file| {
            resealed(file, "turn", |turns| turns[0]["schema"] = 2.into());
            file.manifest["schema_versions"]["turn"] = 1.into();
        },
        SchemaNewer,
        "records/turn.jsonl#/0",
    ),
    (
        "another format",
        |file| file.manifest["format"] = "luminora.bundle/2".into(),
        UnsupportedFormat,
        "MANIFEST.json#/format",
    ),
    (
        "no format",
        |file| drop(file.manifest.as_object_mut().unwrap().remove("format")),
        UnsupportedFormat,
        "MANIFEST.json#/format",
    ),
    (
        "a manifest without an owner",
        |file| drop(file.manifest.as_object_mut().unwrap().remove("owner")),
        InvalidBundle,
        "MANIFEST.json",
    ),
    (
        "a manifest with more than there is",
        |file| file.manifest["extra"] = true.into(),
        InvalidBundle,
        "MANIFEST.json#/extra",
    ),
    (
        "a time that is none",
        |file| file.manifest["created_at"] = "yesterday".into(),
        InvalidBundle,
        "MANIFEST.json#/created_at",
    ),
    (
        "a root that is no hash",
        |file| file.manifest["root"] = "abc".into(),
        InvalidBundle,
        "MANIFEST.json#/root",
    ),
    (
        "the signature was taken out",
        |file| file.manifest["signed"] = true.into(),
        InvalidBundle,
        "SIGNATURE.json",
    ),
    (
        "encrypted inside",
        |file| file.manifest["encryption"] = json!({ "cipher": "AES-256-GCM" }),
        InvalidBundle,
        "MANIFEST.json#/encryption",
    ),
    (
        "a key is given twice",
        |file| rewritten(file, "turn", "\"kind\":\"turn\"", "\"kind\":\"turn\",\"kind\":\"turn\""),
        InvalidBundle,
        "records/turn.jsonl#/0",
    ),
    (
        "white space",
        |file| rewritten(file, "turn", "{\"at\":", "{ \"at\":"),
        InvalidBundle,
        "records/turn.jsonl#/0",
    ),
    (
        "a number in another form",
        |file| rewritten(file, "turn", "\"schema\":1", "\"schema\":1.0"),
        InvalidBundle,
        "records/turn.jsonl#/0",
    ),
    (
        "members of a record in another order",
        |file| {
            rewritten(file, "widget", "\"id\":\"w\",\"kind\":\"widget\"", "\"kind\":\"widget\",\"id\":\"w\"")
        },
        InvalidBundle,
        "records/widget.jsonl#/0",
    ),
    (
        "a byte order mark",
        |file| rewritten(file, "turn", "{\"at\"", "\u{feff}{\"at\""),
        InvalidBundle,
        "records/turn.jsonl#/0",
    ),
    (
        "nested too deep",
        |file| {
            resealed(file, "widget", |records| {
                let deep = "[".repeat(32) + &"]".repeat(32);
                records[0]["body"] = json!({ "deep": serde_json::from_str::<Value>(&deep).unwrap() });
            })
        },
        InvalidBundle,
        "records/widget.jsonl#/0",
    ),
    (
        "a line that is too long",
        |file| {
            resealed(file, "widget", |records| {
                records[0]["body"] = json!({ "long": "x".repeat(1 << 20) });
            })
        },
        TooLarge,
        "records/widget.jsonl#/0",
    ),
    (
        "a last line that does not end",
        |file| {
            file.members.get_mut("records/widget.jsonl").unwrap().pop();
            file.seal_members();
        },
        InvalidBundle,
        "records/widget.jsonl",
    ),
    (
        "an empty line",
        |file| {
            file.members.get_mut("records/widget.jsonl").unwrap().push(b'\n');
            file.seal_members();
        },
        HashMismatch,
        "records/widget.jsonl#/1",
    ),
    (
        "a body that breaks a rule",
        |file| resealed(file, "turn", |turns| turns[0]["body"]["role"] = "narrator".into()),
        InvalidRecord,
        "records/turn.jsonl#/0/body/role",
    ),
    (
        "a field that nobody knows",
        |file| resealed(file, "turn", |turns| turns[0]["body"]["extra"] = 1.into()),
        InvalidRecord,
        "records/turn.jsonl#/0/body/extra",
    ),
    (
        "a clock that is none",
        |file| resealed(file, "turn", |turns| turns[0]["at"] = "now".into()),
        InvalidRecord,
        "records/turn.jsonl#/0/at",
    ),
    (
        "a tombstone that still says something",
        |file| resealed(file, "turn", |turns| turns[0]["erased"] = true.into()),
        InvalidRecord,
        "records/turn.jsonl#/0/body",
    ),
    (
        "a template that is not what its id says",
        |file| {
            resealed(file, "template", |templates| {
                templates[0]["body"]["persona"]["description"] = "Somebody else altogether.".into();
            })
        },
        HashMismatch,
        "records/template.jsonl#/0/body",
    ),
    (
        "a template that is none",
        |file| resealed(file, "template", |templates| templates[0]["body"] = json!({})),
        ErrorCode::InvalidTemplate,
        "records/template.jsonl#/0/body",
    ),
    (
        "a key where keys are kept",
        |file| {
            resealed(file, "widget", |records| {
                records[0]["body"] = json!({ "model": { "api_key": "sk-abcdefghijklmnopqrstuvwxyz" } });
            })
        },
        SecretInBundle,
        "records/widget.jsonl#/0/body/model/api_key",
    ),
    (
        "a broken body before a broken hash: the hash is told",
        |file| {
            resealed(file, "session", |sessions| sessions[0]["body"]["status"] = "lost".into());
            file.manifest["record_counts"]["turn"] = 99.into();
        },
        InvalidBundle,
        "MANIFEST.json#/record_counts",
    ),
];

#[test]
fn every_change_is_refused_for_what_it_is() {
    let (mut host, _) = somebody("diego");
    let intact = BundleFile::of(&host.core, "diego", host.now);
    let mut fresh = empty(1);
    for (name, change, code, path) in CASES {
        let mut file = intact.clone();
        change(&mut file);
        assert_ne!(file, intact, "{name}");
        for core in [&mut host.core, &mut fresh.core] {
            for mode in [ImportMode::Merge, ImportMode::Replace, ImportMode::DryRun] {
                let error = file.import(core, "diego", mode, host.now).expect_err(name);
                assert_eq!(error.code, *code, "{name}: {error}");
                assert!(error.path.starts_with(path), "{name}: {} at {}", error.message, error.path);
                assert!(error.hint.is_some() && !error.message.is_empty(), "{name}");
            }
            assert_eq!(file.verify().expect_err(name).code, *code, "{name}");
            // Under another owner too.
            assert_eq!(
                file.import(core, "ana", ImportMode::Merge, host.now).expect_err(name).code,
                *code,
                "{name}"
            );
            assert_eq!(core.record_count("ana"), 0);
        }
        assert_eq!(fresh.core.record_count("diego"), 0, "{name}");
    }
    assert_eq!(BundleFile::of(&host.core, "diego", host.now), intact);
}

#[test]
fn a_record_that_was_changed_is_named() {
    let mut file = intact();
    let id = file.records("turn")[0]["id"].as_str().unwrap().to_owned();
    for missing in [false, true] {
        let mut turns = file.records("turn");
        if missing {
            turns.remove(0);
        } else {
            turns[0]["body"]["text"] = "Never said".into();
        }
        file.set_records("turn", &turns);
        file.seal_members();
        let error = file.verify().unwrap_err();
        assert!(error.code == HashMismatch && error.message.contains(&id), "{error}");
    }
}

#[test]
fn what_came_before_an_unfinished_file_ended_counts_for_nothing() {
    let file = intact();
    let mut reader = file.open(ReadOptions { keeps: true, ..ReadOptions::default() }).unwrap();
    assert_eq!(reader.finish().unwrap_err().code, InvalidBundle);
    let index = file.members["INDEX.jsonl"].as_slice();
    reader.push(index).unwrap();
    assert_eq!(reader.push(b"more").unwrap_err().code, HashMismatch);
}

#[test]
fn a_long_note_and_a_turn_of_control_characters_come_back() {
    let (mut host, session) = somebody("diego");
    let text = "\u{1}".repeat(262_144);
    let body =
        json!({ "session": session, "role": "user", "text": text, "created_at": "2026-01-01T00:00:00Z" });
    let at = "001767225600000-00009-A";
    add(
        &mut host,
        &json!({ "id": "turn_long", "owner": "diego", "kind": "turn", "at": at, "schema": 1, "body": body }),
    );
    let note = "\u{2}a".repeat(2 << 20);
    host.run(&json!({ "type": "import-notes", "user": "diego", "documents": [{ "source": "long", "text": note }] })).unwrap();
    let file = BundleFile::of(&host.core, "diego", host.now);
    let mut other = empty(2);
    file.import(&mut other.core, "diego", ImportMode::Merge, host.now).unwrap();
    assert_eq!(BundleFile::of(&other.core, "diego", host.now).root(), file.root());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Whatever byte is changed, nothing is taken and nothing panics.
    #[test]
    fn any_changed_byte_is_found(member in any::<prop::sample::Index>(), place in any::<prop::sample::Index>(), bit in 0..8_u8) {
        thread_local!(static INTACT: BundleFile = intact());
        let mut file = INTACT.with(Clone::clone);
        let name = member.get(&file.members.keys().cloned().collect::<Vec<_>>()).clone();
        let bytes = file.members.get_mut(&name).unwrap();
        let place = place.index(bytes.len());
        bytes[place] ^= 1 << bit;
        prop_assert!(file.verify().is_err());
        // By one who makes the list of members fit as well.
        file.seal_members();
        prop_assert!(file.verify().is_err());
        // And by one who makes all fit: it is what they wrote, or it breaks a rule; either way it is read without a panic.
        if file.members.iter().all(|(_, bytes)| std::str::from_utf8(bytes).is_ok()) {
            file.reseal();
            let _ = file.import(&mut empty(3).core, "diego", ImportMode::Merge, 1_767_225_600_000);
        }
    }
}
