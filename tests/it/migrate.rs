//! A storage of several people is migrated through the core, on steps of tests: there is only schema 1 today.

use luminoracore::engine::{CoreOptions, Output};
use luminoracore::json::canonical;
use luminoracore::log::{Migration, Record};
use luminoracore::{Error, ErrorCode};
use serde_json::{Value, json};

use crate::host::{Host, Storage, code};
use crate::migration::STEPS;
use crate::sample::tree;

const OWNERS: [&str; 3] = ["ana", "diego", "luminora:library"];

fn open(steps: &'static [Migration], device: u8, storage: Storage) -> Host {
    Host::open(CoreOptions { migrations: steps, ..CoreOptions::default() }, device, storage)
}

/// What two people have said so far, in the shape of today.
fn lived() -> Storage {
    let mut host = open(&[], 0, Storage::default());
    for user in ["ana", "diego"] {
        let session = host.session(user, "alicia");
        host.send(user, &session, "My name is Zebulon.").unwrap();
        host.run(&json!({ "type": "forget", "user": user, "query": "Zebulon" })).unwrap();
        host.send(user, &session, "I live in Lima.").unwrap();
    }
    let document = crate::host::file("personalities/alicia.json");
    host.run(&json!({ "type": "add-template", "source": document })).unwrap();
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
    assert_eq!(rows, ["memory_says", "turn_words", "memory_said"]);
    let shapes = contents(&host.storage);
    assert_eq!(
        shapes.iter().filter(|(_, body)| body.starts_with("3 ") && body.contains("\"says\":[")).count(),
        2
    );
    assert_eq!(
        shapes.iter().filter(|(_, body)| body.starts_with("2 ") && body.contains("\"words\":")).count(),
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
    let host = open(&[], 4, host.storage);
    assert_eq!(host.facts("ana")[0].fact.value.as_str(), Some("Lima"));
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
    changed[0].rules = "value -> said";
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
