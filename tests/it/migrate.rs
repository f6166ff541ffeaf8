//! A storage of several people is migrated through the core, on steps of tests: there is only schema 1 today.

use luminoracore::engine::{CoreOptions, HistoryOptions, Output, RecallOptions};
use luminoracore::json::canonical;
use luminoracore::log::{Migration, Record};
use luminoracore::{Error, ErrorCode};
use serde_json::{Value, json};

use crate::bundle_file::BundleFile;
use crate::host::{Host, Storage, code};
use crate::migration::rename;
use crate::sample::tree;

const OWNERS: [&str; 3] = ["ana", "diego", "luminora:library"];

fn open(steps: &'static [Migration], device: u8, storage: Storage) -> Host {
    Host::open(CoreOptions { migrations: steps, ..CoreOptions::default() }, device, storage)
}

/// As if today's shapes were the third of a memory and the second of a turn.
static STEPS: [Migration; 3] = [
    Migration {
        name: "memory_says",
        kind: "memory",
        from: 1,
        description: "What a memory says stands in no list any more.",
        rules: "said: [x] -> says: x",
        up: |body| {
            let said = body.remove("said");
            match said.as_ref().and_then(|said| said.as_array()).map(Vec::as_slice) {
                Some([says]) => body.insert("says", says.clone()),
                _ => return Err(Error::new(ErrorCode::InvalidRecord, "one value is expected").at("/said")),
            }
            Ok(())
        },
        down: Some(|body| {
            if let Some(says) = body.remove("says") {
                body.insert("said", vec![says]);
            }
            Ok(())
        }),
    },
    Migration {
        name: "turn_text",
        kind: "turn",
        from: 1,
        description: "The words of a turn are called `text`.",
        rules: "words -> text",
        up: |body| rename(body, "words", "text"),
        down: Some(|body| rename(body, "text", "words")),
    },
    Migration {
        name: "memory_value",
        kind: "memory",
        from: 2,
        description: "What a memory says is called `value`.",
        rules: "says -> value",
        up: |body| rename(body, "says", "value"),
        down: Some(|body| rename(body, "value", "says")),
    },
];

/// What two people have said so far, in the shapes of the beginning.
fn lived() -> Storage {
    let mut host = open(&STEPS, 0, Storage::default());
    for user in ["ana", "diego"] {
        let session = host.session(user, "alicia");
        host.send(user, &session, "My name is Zebulon.").unwrap();
        host.run(&json!({ "type": "forget", "user": user, "query": "Zebulon" })).unwrap();
        host.send(user, &session, "I live in Lima.").unwrap();
    }
    let document = crate::host::file("personalities/alicia.json");
    host.run(&json!({ "type": "add-template", "source": document })).unwrap();
    for target in [None, Some(1)] {
        migrate_all(&mut host, target).unwrap();
    }
    host.storage
}

fn with_target(mut command: Value, target: Option<u32>) -> Value {
    if let Some(target) = target {
        command["target"] = json!(target);
    }
    command
}

fn migrate(host: &mut Host, user: &str, target: Option<u32>) -> Result<Output, Error> {
    host.now += 1_000;
    host.run(&with_target(json!({ "type": "migrate", "user": user }), target))
}

fn migrate_all(host: &mut Host, target: Option<u32>) -> Result<Output, Error> {
    for owner in OWNERS {
        migrate(host, owner, target)?;
    }
    host.run(&with_target(json!({ "type": "finish-migration" }), target))
}

/// Schemas and bodies, without clocks.
fn contents(storage: &Storage) -> Vec<(String, String)> {
    let content = |record: &Record| {
        let content = record.content.live().map(|(schema, body)| {
            let body = luminoracore::json::to_text(body);
            format!("{schema} {}", canonical(&tree(serde_json::from_str::<Value>(&body).unwrap())))
        });
        (record.id.clone(), content.unwrap_or_default())
    };
    OWNERS.iter().flat_map(|owner| storage.scan(owner)).map(|record| content(&record)).collect()
}

fn steps_of(host: &Host, target: Option<u32>) -> Vec<(u32, usize)> {
    let mut sums: Vec<(u32, usize)> = Vec::new();
    for owner in OWNERS {
        let steps = host.core.migration_steps(owner, target, host.now).unwrap();
        sums.resize(steps.len(), (0, 0));
        for (sum, step) in sums.iter_mut().zip(steps) {
            *sum = (step.version, sum.1 + step.records);
        }
    }
    sums
}

#[test]
fn a_process_may_die_between_two_owners_and_the_way_back_leads_where_it_began() {
    let before = lived();
    let mut host = open(&STEPS, 1, before.clone());
    // A dry run: two facts, eight turns, and the facts again; nothing changes.
    assert_eq!(steps_of(&host, None), [(2, 2), (3, 8), (4, 2)]);
    let shapes = contents(&before);
    assert_eq!(
        shapes.iter().filter(|(_, body)| body.starts_with("1 ") && body.contains("\"said\":[")).count(),
        2
    );
    assert_eq!(
        shapes.iter().filter(|(_, body)| body.starts_with("1 ") && body.contains("\"words\":")).count(),
        8
    );
    assert_eq!(host.core.migrations().unwrap().pending.len(), 3);
    assert_eq!(contents(&host.storage), contents(&before));

    migrate(&mut host, "ana", None).unwrap();
    let batch = host.storage.batches.last().unwrap();
    assert!(batch.iter().all(|record| &*record.owner == "ana"), "one owner, one batch");
    assert_eq!(batch.len(), 5, "each changed record once");
    let mut host = open(&STEPS, 2, host.storage);
    assert_eq!(host.core.migrations().unwrap().current, 1, "not all owners are there yet");
    let batches = host.storage.batches.len();
    migrate_all(&mut host, None).unwrap();
    assert_eq!(host.storage.batches.len(), batches + 2, "the other one, and the history");
    let after = host.core.migrations().unwrap();
    assert_eq!((after.current, after.latest, after.pending.len()), (4, 4, 0));
    let rows: Vec<&str> = after.history.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(rows, ["memory_says", "turn_text", "memory_value"]);
    let shapes = contents(&host.storage);
    assert_eq!(
        shapes.iter().filter(|(_, body)| body.starts_with("3 ") && body.contains("\"value\":\"Lima")).count(),
        2
    );
    assert_eq!(
        shapes.iter().filter(|(_, body)| body.starts_with("2 ") && body.contains("\"text\":")).count(),
        8
    );

    // Twice is once, also for a process that knows it only from the storage.
    let mut host = open(&STEPS, 3, host.storage);
    let batches = host.storage.batches.len();
    migrate_all(&mut host, None).unwrap();
    assert_eq!((host.storage.batches.len(), steps_of(&host, None).len()), (batches, 0));

    migrate_all(&mut host, Some(2)).unwrap();
    assert_eq!(host.core.migrations().unwrap().current, 2);
    migrate_all(&mut host, Some(1)).unwrap();
    assert_eq!(contents(&host.storage), contents(&before), "the same bytes but for the clocks");
    assert!(host.core.migrations().unwrap().history.is_empty());
    let host = open(&STEPS, 4, host.storage);
    assert_eq!(host.facts("ana")[0].fact.value.as_str(), Some("Lima"));
}

/// What counts of a log: facts, history, points, what is found.
fn state_of(host: &mut Host, user: &str) -> String {
    let session = host.core.sessions(user)[0].id.clone();
    let state = host.core.session_state(user, &session, host.now).unwrap();
    let history = host.core.history(user, &session, &HistoryOptions::default()).unwrap();
    let options = RecallOptions::parse(&tree(json!({ "limit": 3 }))).unwrap();
    let found = host.core.recall(user, &session, "Where do I live?", &options, host.now).unwrap();
    let found: Vec<&str> = found.iter().map(|found| found.text.as_str()).collect();
    format!("{state:?} {history:?} {:?} {found:?}", host.facts(user))
}

/// Whatever is open or comes from elsewhere counts as the steps make it, and is stored as it is until it is migrated.
#[test]
fn older_bodies_count_as_the_steps_make_them_and_stay_as_they_are_stored() {
    let before = lived();
    let mut host = open(&STEPS, 1, before.clone());
    host.now += 86_400_000;
    let state = state_of(&mut host, "ana");
    assert!(state.contains("Lima") && state.contains("I live in Lima."), "{state}");
    assert_eq!(host.facts("ana").len(), 1, "what was erased stays so");
    assert_eq!(contents(&host.storage), contents(&before));
    assert!(host.core.checkpoint("ana").is_none(), "a cache holds bodies of the newest shape alone");
    let bundle = BundleFile::of(&host.core, "ana", host.now);
    assert!(bundle.holds("\"said\":[\"Lima\"]"), "an export is of what is stored");

    // In parts, in any order, and as what another device brings.
    let mut records = host.storage.scan("ana");
    records.reverse();
    let mut other = open(&STEPS, 2, Storage::default());
    other.now = host.now;
    for part in records.chunks(2) {
        assert_eq!(other.core.absorb(part.to_vec(), other.now).unwrap().quarantined, []);
    }
    assert_eq!(state_of(&mut other, "ana"), state);
    assert_eq!(
        other.core.absorb(records, other.now).unwrap().changed,
        Vec::<String>::new(),
        "once is enough"
    );

    // Migrated, it says the same.
    migrate_all(&mut host, None).unwrap();
    assert_eq!(state_of(&mut host, "ana"), state);
    assert!(host.core.checkpoint("ana").is_some());

    // What goes on is written in the newest shape; a fact that is said anew, too.
    let mut host = open(&STEPS, 3, before);
    let session = host.core.sessions("ana")[0].id.clone();
    host.send("ana", &session, "I live in Cusco.").unwrap();
    let batch = host.storage.batches.last().unwrap().clone();
    let schema = |kind: &str| {
        let record = batch.iter().find(|record| record.kind == kind).unwrap();
        record.content.live().map(|(schema, _)| schema)
    };
    assert_eq!((schema("memory"), schema("turn"), schema("run")), (Some(3), Some(2), Some(1)));
    let host = open(&STEPS, 4, host.storage);
    let fact = &host.facts("ana")[0].fact;
    assert_eq!((fact.value.as_str(), fact.history[0].value.as_str()), (Some("Cusco"), Some("Lima")));
}

/// A body that no step can lift is named, says nothing, and stays for the migration to name it.
#[test]
fn what_no_step_can_lift_is_named_and_stays() {
    for (member, value) in [("said", json!(["Lima", "Cusco"])), ("key", json!(7))] {
        let mut storage = lived();
        storage.change("memory", |body| body.insert(member, tree(&value)));
        let mut host = open(&STEPS, 1, Storage::default());
        let records = storage.scan("ana");
        let fact =
            records.iter().find(|record| record.kind == "memory" && !record.content.is_erased()).unwrap();
        let quarantined = host.core.absorb(records.clone(), host.now).unwrap().quarantined;
        let named: Vec<_> = quarantined.iter().map(|left| (left.id.as_str(), left.code.as_str())).collect();
        assert_eq!(named, [(fact.id.as_str(), "invalid_record")], "{member}");
        assert!(host.facts("ana").is_empty());
        assert_eq!(host.core.record_count("ana"), records.len(), "{member}");
        if member == "said" {
            let error = host.run(&json!({ "type": "migrate", "user": "ana" })).unwrap_err();
            assert!(error.message.contains(&fact.id), "{}", error.message);
        }
    }
}

#[test]
fn what_cannot_be_done_is_refused_before_anything_is() {
    let mut irreversible = STEPS;
    irreversible[1].down = None;
    let irreversible: &'static [Migration] = Box::leak(Box::new(irreversible));
    let mut host = open(irreversible, 1, lived());
    migrate_all(&mut host, None).unwrap();
    let before = host.storage.batches.len();
    assert_eq!(code(migrate(&mut host, "ana", Some(1))), ErrorCode::MigrationIrreversible);
    for target in [0, 5] {
        assert_eq!(code(migrate(&mut host, "ana", Some(target))), ErrorCode::OutOfRange);
    }
    let mut changed = STEPS;
    changed[0].rules = "said -> value";
    let changed: &'static [Migration] = Box::leak(Box::new(changed));
    // Another definition of a step, and a storage of the future.
    for steps in [changed, &STEPS[..2], &[]] {
        let mut other = open(steps, 2, host.storage.clone());
        assert_eq!(other.core.migrations().unwrap_err().code, ErrorCode::MigrationChanged);
        assert_eq!(code(migrate(&mut other, "ana", None)), ErrorCode::MigrationChanged);
        assert_eq!(code(other.run(&json!({ "type": "finish-migration" }))), ErrorCode::MigrationChanged);
        assert_eq!(other.storage.batches.len(), before);
    }
}

/// Another device with a later version of the library: its records come by a file.
#[test]
fn what_a_later_version_wrote_is_kept_as_it_is() {
    let mut later = open(&STEPS, 1, lived());
    migrate_all(&mut later, None).unwrap();
    let theirs = later.storage.scan("ana");
    let mut host = open(&[], 2, Storage::default());
    host.now = later.now;
    assert_eq!(host.core.absorb(theirs.clone(), host.now).unwrap().quarantined, []);
    let mut unread =
        theirs.iter().filter(|record| record.content.live().is_some_and(|(schema, _)| schema > 1));
    assert_eq!(unread.clone().count(), 5);
    let fact = unread.find(|record| record.kind == "memory").unwrap();
    assert!(host.facts("ana").is_empty());
    // Learned here, it has the same natural id, and would take the place of what nobody can read.
    let city = json!({ "category": "personal_info", "key": "location", "value": "Cusco" });
    host.run(&json!({ "type": "remember", "user": "ana", "fact": city })).unwrap();
    assert!(!host.storage.all().iter().any(|record| record.id == fact.id));
}
