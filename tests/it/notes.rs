//! Notes as people meet them: imported, imported again, replaced, read and removed; and the pieces of their texts.

use luminoracore::ErrorCode;
use luminoracore::bundle::snapshot::ExportOptions;
use luminoracore::engine::{CoreOptions, ImportedNote, MemoryFilter, NoteChange, Output};
use luminoracore::log::{Content, natural_id};
use luminoracore::memory::note::{ChunkOptions, chunks};
use serde_json::{Value, json};

use crate::host::{Host, body, file};

const MINUTE: u64 = 60_000;

fn import(host: &mut Host, documents: Value) -> Result<Vec<ImportedNote>, luminoracore::Error> {
    let command = json!({ "type": "import-notes", "user": "diego", "documents": documents });
    match host.run(&command)? {
        Output::Notes(imported) => Ok(imported),
        other => panic!("notes were expected, not {other:?}"),
    }
}

fn import_one(host: &mut Host, source: &str, text: &str) -> ImportedNote {
    import(host, json!([{ "source": source, "text": text }])).unwrap().remove(0)
}

fn forget_source(host: &mut Host, source: &str) -> usize {
    match host.run(&json!({ "type": "forget", "user": "diego", "source": source })).unwrap() {
        Output::Forgotten(gone) => {
            assert!(gone.iter().all(|gone| (gone.kind, gone.memory_type) == ("memory", Some("note"))));
            gone.len()
        }
        other => panic!("changes were expected, not {other:?}"),
    }
}

fn stored(host: &Host) -> String {
    serde_json::to_string(&host.storage.all()).unwrap()
}

/// The text that a case describes: `"a" repeated 3`, `e + U+0301 repeated 3`.
fn text_of(recipe: &str) -> String {
    let (what, times) = recipe.rsplit_once(" repeated ").unwrap();
    let text = match serde_json::from_str::<String>(what) {
        Ok(text) => text,
        Err(_) => what.split(' ').filter(|part| *part != "+").map(character_of).collect(),
    };
    text.repeat(times.parse().unwrap())
}

fn character_of(name: &str) -> String {
    match name.strip_prefix("U+") {
        Some(digits) => char::from_u32(u32::from_str_radix(digits, 16).unwrap()).unwrap().to_string(),
        None => name.to_owned(),
    }
}

#[test]
fn texts_are_cut_as_the_shared_cases_say() {
    let cases: Value = serde_json::from_str(&file("tests/cases/minime/chunker.json")).unwrap();
    for case in cases["cases"].as_array().unwrap() {
        let text = text_of(case["input"].as_str().unwrap());
        assert_eq!(text.chars().count(), case["length_scalars"], "{}", case["id"]);
        let found = chunks(&text);
        assert_eq!(found.len(), case["count"], "{}", case["id"]);
        let mut ranges = [Vec::new(), Vec::new(), Vec::new()];
        for chunk in found {
            ranges[0].push(json!(chunk.scalars));
            ranges[1].push(json!(chunk.utf16));
            ranges[2].push(json!([chunk.bytes.start, chunk.bytes.end]));
        }
        for (unit, ranges) in ["ranges_scalars", "ranges_utf16", "ranges_utf8"].into_iter().zip(ranges) {
            assert_eq!(Value::Array(ranges), case[unit], "{} {unit}", case["id"]);
        }
    }
    for pair in cases["invalid_config"].as_array().unwrap() {
        let [size, overlap] = [0, 1].map(|index| u32::try_from(pair[index].as_u64().unwrap()).unwrap());
        assert_eq!(ChunkOptions::new(size, overlap).unwrap_err().code, ErrorCode::InvalidConfig);
    }
}

#[test]
fn importing_again_stores_nothing() {
    let mut host = Host::new();
    let text = "A paragraph about tides.\n\n".repeat(100);
    let documents = json!([
        { "source": "notes/tides.md", "text": format!("\u{FEFF}{text}"), "domain": "Sea", "title": "Tides", "tags": ["sea"] },
        { "source": "notes/empty.md", "text": "\u{FEFF} \n" },
        { "source": "notes/todo.txt", "text": "Mend the boat." },
    ]);
    let first = import(&mut host, documents.clone()).unwrap();
    let changes: Vec<_> = first.iter().map(|note| (note.change, note.chunks)).collect();
    assert_eq!(changes, [(NoteChange::Added, 3), (NoteChange::Skipped, 0), (NoteChange::Added, 1)]);
    assert_eq!(host.storage.batches.len(), 1, "one batch");
    let hash = luminoracore::json::sha256_hex(text.as_bytes());
    assert_eq!(first[0].id, Some(natural_id("note", &["diego", "notes/tides.md", &hash], 0)));
    let record = host.storage.all().into_iter().find(|record| Some(&record.id) == first[0].id.as_ref());
    assert_eq!(body(&mut record.unwrap()).get("sha256").and_then(|hash| hash.as_str()), Some(hash.as_str()));

    let again = import(&mut host, documents).unwrap();
    assert_eq!(again.iter().filter(|note| note.change == NoteChange::Unchanged).count(), 2);
    assert_eq!(again[0].id, first[0].id);
    assert_eq!(host.storage.batches.len(), 1);

    let listed = host.core.notes("diego");
    let told: Vec<_> = listed.iter().map(|note| (note.source.as_str(), note.chunks)).collect();
    assert_eq!(told, [("notes/tides.md", 3), ("notes/todo.txt", 1)]);
    assert_eq!((listed[0].domain.as_str(), listed[0].title.as_deref()), ("Sea", Some("Tides")));
    assert_eq!((listed[1].domain.as_str(), listed[1].length), ("general", 14));
    let read = host.core.note("diego", &listed[0].id).unwrap();
    assert_eq!((read.text.as_deref(), read.spans.len()), (Some(text.as_str()), 3));
    assert_eq!(host.core.note("diego", "note_x").unwrap_err().code, ErrorCode::UnknownMemory);
    assert!(host.core.notes("ana").is_empty());
    assert!(host.core.memories("diego", &MemoryFilter::default(), host.now).is_empty());
}

#[test]
fn another_text_of_a_source_takes_the_place_of_the_old_one_in_one_batch() {
    let mut host = Host::new();
    let documents = json!([{ "source": "a.md", "text": "the old secret", "domain": "sea", "tags": ["x"] }]);
    let old = import(&mut host, documents).unwrap().remove(0).id.unwrap();
    host.now += MINUTE;
    let new = import_one(&mut host, "a.md", "the new text");
    assert_eq!(new.change, NoteChange::Replaced);
    let batch = host.storage.batches.last().unwrap();
    assert_eq!(batch.len(), 2);
    assert!(batch.iter().any(|record| record.id == old && record.content == Content::Erased));
    assert!(!stored(&host).contains("the old secret"));
    let note = host.core.note("diego", new.id.as_deref().unwrap()).unwrap();
    // What is not given again stays.
    assert_eq!((note.domain.as_str(), &note.tags[..]), ("sea", &["x".to_owned()][..]));
    let record = host.storage.all().into_iter().find(|record| Some(&record.id) == new.id.as_ref());
    assert_eq!(body(&mut record.unwrap()).get("supersedes").and_then(|id| id.as_str()), Some(old.as_str()));
    assert_eq!(host.core.notes("diego").len(), 1);

    // Back to the first text: its id is erased for ever, and it gets another.
    let back = import_one(&mut host, "a.md", "the old secret");
    assert_eq!(back.change, NoteChange::Replaced);
    let hash = luminoracore::json::sha256_hex(b"the old secret");
    assert_eq!(back.id, Some(natural_id("note", &["diego", "a.md", &hash], 1)));
    assert_eq!(import_one(&mut host, "a.md", "the old secret").change, NoteChange::Unchanged);
}

#[test]
fn what_is_given_beside_a_known_text_updates_its_note() {
    let mut host = Host::new();
    let id = import_one(&mut host, "a.md", "text").id;
    let created = host.core.notes("diego")[0].created_at.clone();
    host.now += MINUTE;
    let named = json!([{ "source": "a.md", "text": "text", "title": "A", "domain": "GENERAL" }]);
    let updated = import(&mut host, named.clone()).unwrap().remove(0);
    assert_eq!((updated.change, &updated.id), (NoteChange::Updated, &id));
    let [note] = &host.core.notes("diego")[..] else { panic!("one note was expected") };
    assert_eq!((note.title.as_deref(), note.domain.as_str()), (Some("A"), "general"));
    assert_eq!(note.created_at, created);
    assert_eq!(import(&mut host, named).unwrap()[0].change, NoteChange::Unchanged);
}

#[test]
fn a_removed_note_leaves_nothing_and_can_be_imported_again() {
    let mut host = Host::new();
    let first = import_one(&mut host, "a.md", "Words that the sea took.");
    import_one(&mut host, "b.md", "Other words.");
    let older_copy = host.storage.all();
    assert_eq!(forget_source(&mut host, "nothing.md"), 0);
    assert_eq!(forget_source(&mut host, "a.md"), 1);
    assert!(!stored(&host).contains("the sea took"));
    assert_eq!(host.core.notes("diego").len(), 1);
    // An older copy brings nothing back.
    host.core.absorb(older_copy, host.now).unwrap();
    assert_eq!(host.core.notes("diego").len(), 1);
    // The person themself does.
    let again = import_one(&mut host, "a.md", "Words that the sea took.");
    assert_eq!(again.change, NoteChange::Added);
    assert_ne!(again.id, first.id);
    // By id as well; words find facts and episodes alone.
    let forget = |query: &str| json!({ "type": "forget", "user": "diego", "query": query });
    host.run(&forget("words")).unwrap();
    assert_eq!(host.core.notes("diego").len(), 2);
    host.run(&forget(again.id.as_deref().unwrap())).unwrap();
    assert_eq!(host.core.notes("diego").len(), 1);
}

#[test]
fn two_devices_import_one_note_and_the_next_import_leaves_one_text() {
    let mut here = Host::new();
    let mut there = Host::open(CoreOptions::default(), 1, Default::default());
    assert_eq!(import_one(&mut here, "a.md", "same").id, import_one(&mut there, "a.md", "same").id);
    import_one(&mut here, "b.md", "this");
    import_one(&mut there, "b.md", "that");
    here.core.absorb(there.storage.all(), here.now).unwrap();
    there.core.absorb(here.storage.all(), there.now).unwrap();
    assert_eq!(here.core.notes("diego"), there.core.notes("diego"));
    assert_eq!(here.core.notes("diego").len(), 3);
    assert_eq!(import_one(&mut here, "b.md", "this").change, NoteChange::Replaced);
    let left = here.core.notes("diego");
    let texts: Vec<_> =
        left.iter().map(|note| here.core.note("diego", &note.id).unwrap().text.unwrap()).collect();
    assert_eq!(texts, ["same", "this"]);
}

#[test]
fn what_may_not_be_stored_is_refused_before_anything_is() {
    let mut host = Host::new();
    let large = "x".repeat((5 << 20) + 1);
    let good = json!({ "source": "good.md", "text": "good" });
    for (document, code, path) in [
        (json!({ "text": "x" }), ErrorCode::InvalidArgument, "/documents/1"),
        (json!({ "source": " ", "text": "x" }), ErrorCode::InvalidArgument, "/documents/1/source"),
        (
            json!({ "source": "x".repeat(501), "text": "x" }),
            ErrorCode::InvalidArgument,
            "/documents/1/source",
        ),
        (json!({ "source": "good.md", "text": "x" }), ErrorCode::InvalidArgument, "/documents/1/source"),
        (json!({ "source": "a", "text": "a\u{0}b" }), ErrorCode::InvalidArgument, "/documents/1/text"),
        (json!({ "source": "a", "text": large }), ErrorCode::TooLarge, "/documents/1/text"),
        (
            json!({ "source": "a", "text": "x", "title": "" }),
            ErrorCode::InvalidArgument,
            "/documents/1/title",
        ),
        (
            json!({ "source": "a", "text": "x", "domain": "x".repeat(101) }),
            ErrorCode::InvalidArgument,
            "/documents/1/domain",
        ),
        (
            json!({ "source": "a", "text": "x", "tags": [1] }),
            ErrorCode::InvalidArgument,
            "/documents/1/tags/0",
        ),
        (
            json!({ "source": "a", "text": "x", "colour": 1 }),
            ErrorCode::InvalidArgument,
            "/documents/1/colour",
        ),
    ] {
        let error = import(&mut host, json!([good, document])).unwrap_err();
        assert_eq!((error.code, error.path.as_str()), (code, path), "{error}");
    }
    let whole = "y".repeat(5 << 20);
    let documents: Vec<_> =
        (0..11).map(|index| json!({ "source": index.to_string(), "text": whole })).collect();
    let error = import(&mut host, json!(documents)).unwrap_err();
    assert_eq!((error.code, error.path.as_str()), (ErrorCode::TooLarge, "/documents"));
    assert!(host.storage.all().is_empty());
    // The bounds themselves are inside; a mark does not count.
    assert_eq!(
        import_one(&mut host, "s".repeat(500).as_str(), &format!("\u{FEFF}{whole}")).change,
        NoteChange::Added
    );
}

#[test]
fn notes_belong_to_the_person_and_not_to_a_relationship() {
    let mut host = Host::new();
    let session = host.session("diego", "alicia");
    let id = import_one(&mut host, "a.md", "Words that travel in a bundle.").id.unwrap();
    let snapshot = host.core.export_snapshot("diego", &session, ExportOptions::default(), host.now).unwrap();
    assert!(!snapshot.contains("Words that travel"));
    // Another core reads the log as it stands.
    let reopened = Host::open(CoreOptions::default(), 2, host.storage.clone());
    assert_eq!(reopened.core.notes("diego"), host.core.notes("diego"));
    host.run(&json!({ "type": "erase", "user": "diego" })).unwrap();
    assert!(host.core.notes("diego").is_empty());
    assert!(!stored(&host).contains("Words that travel"));
    let record = host.storage.all().into_iter().find(|record| record.id == id).unwrap();
    assert_eq!(record.content, Content::Erased);
}
