//! Whatever a bundle holds, sealed as its writer would: it is refused with an error that says where and what to do, or it
//! is imported, and what is exported of it then is whole and brings the same again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use luminoracore::Error;
use luminoracore::bundle::{BundleReader, Manifest, ReadOptions, Selection};
use luminoracore::engine::{BundleImport, Core, CoreOptions, Environment, ImportMode};
use luminoracore::json::{self, Limits, sha256_hex};
use luminoracore::observe::Packs;
use serde_json::{Value, json};

const NOW: u64 = 1_800_000_000_000;

type Members = Vec<(String, Vec<u8>)>;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(manifest) = Manifest::read(bytes) {
        assert_eq!(Manifest::read(manifest.write().as_bytes()).as_ref(), Ok(&manifest));
    }
    // Zero bytes stand between the members.
    let names = ["memory", "run", "session", "turn", "widget"];
    let members: Members = bytes
        .split(|byte| *byte == 0)
        .zip(names)
        .filter(|(content, _)| !content.is_empty())
        .map(|(content, name)| (format!("records/{name}.jsonl"), content.to_vec()))
        .collect();
    let (manifest, members) = sealed(members);
    let mut core = core();
    if let Err(error) = import(&mut core, &manifest, &members) {
        assert!(!error.message.is_empty() && error.hint.is_some(), "{error:?}");
        assert_eq!(core.record_count("o"), 0);
        return;
    }
    let (manifest, members) = exported(&core);
    let mut other = self::core();
    import(&mut other, &manifest, &members).expect("we wrote it");
    let again = exported(&other).0;
    assert_eq!(again, manifest);
});

fn core() -> Core {
    Core::open(CoreOptions::default(), Packs::empty(), &Environment { now: NOW, seed: [7; 32] })
}

fn import(core: &mut Core, manifest: &str, members: &Members) -> Result<(), Error> {
    let list: Vec<Value> =
        members.iter().map(|(path, bytes)| json!({ "path": path, "bytes": bytes.len() })).collect();
    let limits = Limits { bytes: usize::MAX, depth: 9, items: usize::MAX, items_at: &[] };
    let directory = json!({ "members": list, "signed": false }).to_string();
    let directory = json::read(directory.as_bytes(), limits).expect("it was written").value;
    let options = ReadOptions { keeps: true, ..ReadOptions::default() };
    let mut reader = BundleReader::open(manifest.as_bytes(), &directory, options)?;
    let mut import = BundleImport::new(&reader, ImportMode::Merge)?;
    for (_, bytes) in members {
        for piece in bytes.chunks(61) {
            reader.push(piece)?;
        }
        reader.end(&sha256_hex(bytes))?;
    }
    reader.finish()?;
    core.offer(&mut import, &mut reader, NOW);
    core.settle_import(&mut import)?;
    core.commit_import(import, NOW)?;
    Ok(())
}

fn exported(core: &Core) -> (String, Members) {
    let mut writer = core.export_bundle("o", Selection::Bundle).expect("a fine name");
    let mut members: Members = vec![("INDEX.jsonl".to_owned(), Vec::new())];
    while let Some(piece) = core.next_piece(&mut writer).expect("nothing changes") {
        if members.last().is_none_or(|(path, _)| *path != piece.path) {
            members.push((piece.path, Vec::new()));
        }
        members.last_mut().expect("it was pushed").1.extend(piece.records.into_bytes());
        members[0].1.extend(piece.index.into_bytes());
    }
    let hashes: Vec<String> = members.iter().map(|(_, bytes)| sha256_hex(bytes)).collect();
    (writer.manifest("2026-01-01T00:00:00.000Z".to_owned(), false, &hashes).write(), members)
}

/// The members with an index and a manifest that fit them, as far as their lines can be read.
fn sealed(mut members: Members) -> (String, Members) {
    let (mut index, mut counts, mut schemas) = (String::new(), json!({}), json!({}));
    for line in members.iter().flat_map(|(_, content)| content.split(|byte| *byte == b'\n')) {
        let Ok(record) = serde_json::from_slice::<Value>(line) else { continue };
        let kind = record["kind"].as_str().unwrap_or_default();
        let entry = json!({ "id": record["id"], "kind": kind, "sha256": sha256_hex(line) });
        index.push_str(&(entry.to_string() + "\n"));
        counts[kind] = (counts[kind].as_u64().unwrap_or(0) + 1).into();
        if let Some(schema) = record["schema"].as_u64() {
            schemas[kind] = schema.max(schemas[kind].as_u64().unwrap_or(0)).into();
        }
    }
    members.insert(0, ("INDEX.jsonl".to_owned(), index.into_bytes()));
    let list: Vec<Value> = members
        .iter()
        .map(|(path, bytes)| json!({ "path": path, "bytes": bytes.len(), "sha256": sha256_hex(bytes) }))
        .collect();
    let mut kinds: Vec<&String> = counts.as_object().into_iter().flat_map(|counts| counts.keys()).collect();
    kinds.sort();
    let manifest = json!({
        "format": "luminora.bundle/1", "created_at": "2026-01-01T00:00:00Z", "library_version": "0", "owner": "o",
        "selection": { "type": "bundle", "kinds": kinds }, "record_counts": counts, "schema_versions": schemas,
        "members": list, "root": sha256_hex(&members[0].1), "encryption": null, "signed": false,
        "privacy": { "contains_text": true, "contains_embeddings": false, "anonymized": false },
    });
    (manifest.to_string(), members)
}
