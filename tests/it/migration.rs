//! Migrations on steps of their own: there is only schema 1 today.

use luminoracore::json::{self, Map, Value};
use luminoracore::log::{
    AppliedMigration, Body, Content, Device, HybridClock, Merged, Migration, MigrationPlan, Record,
    migration_status, newer, plan_migration,
};
use luminoracore::{Error, ErrorCode};
use proptest::prelude::*;
use serde_json::json;

use crate::sample::tree;

/// Renames a member; a body that has the new name already is refused, for the way back would be lost.
pub(crate) fn rename(body: &mut Map, from: &str, to: &str) -> Result<(), Error> {
    if body.contains_key(to) {
        return Err(Error::new(ErrorCode::InvalidRecord, format!("`{to}` is there")).at(format!("/{to}")));
    }
    if let Some(value) = body.remove(from) {
        body.insert(to, value);
    }
    Ok(())
}

static STEPS: [Migration; 3] = [
    Migration {
        name: "memory_says",
        kind: "memory",
        from: 1,
        description: "What a memory says is called `says`.",
        rules: "value -> says",
        up: |body| rename(body, "value", "says"),
        down: Some(|body| rename(body, "says", "value")),
    },
    Migration {
        name: "turn_words",
        kind: "turn",
        from: 1,
        description: "The text of a turn is called `words`.",
        rules: "text -> words",
        up: |body| rename(body, "text", "words"),
        down: Some(|body| rename(body, "words", "text")),
    },
    Migration {
        name: "memory_said",
        kind: "memory",
        from: 2,
        description: "What a memory says stands in a list.",
        rules: "says: x -> says: [x]",
        up: |body| {
            if let Some(says) = body.remove("says") {
                body.insert("says", vec![says]);
            }
            Ok(())
        },
        down: Some(|body| {
            if let Some(Value::Array(mut says)) = body.remove("says") {
                body.insert("says", says.pop().unwrap_or_default());
            }
            Ok(())
        }),
    },
];

fn clock() -> HybridClock {
    HybridClock::new(Device::from_seed([7; 32]))
}

fn record(id: &str, kind: &str, schema: u32, body: serde_json::Value) -> Record {
    let content = Content::Live { schema, body: Body::Other(tree(&body)) };
    let at = clock().tick(1_000);
    Record { id: id.to_owned(), owner: "ana".into(), kind: kind.to_owned().into(), at, content }
}

fn records() -> Vec<Record> {
    let mut erased = record("c", "memory", 1, json!({}));
    erased.content = Content::Erased;
    vec![
        record("a", "memory", 1, json!({ "key": "tea", "value": 1 })),
        record("b", "turn", 1, json!({ "text": "Hi" })),
        erased,
        record("d", "memory", 9, json!({ "value": "newer" })),
        record("e", "future", 1, json!({ "value": "unknown" })),
    ]
}

fn plan(
    steps: &[Migration],
    history: &[AppliedMigration],
    records: &[Record],
    target: Option<u32>,
) -> Result<MigrationPlan, Error> {
    let records: Vec<&Record> = records.iter().collect();
    plan_migration(steps, history, &records, target, 2_000, &mut clock())
}

/// The storage after a batch.
fn appended(mut records: Vec<Record>, batch: &[Record]) -> Vec<Record> {
    for record in &mut records {
        if let Some(changed) = batch.iter().find(|changed| changed.id == record.id) {
            assert_eq!(newer(record, changed), Ok(Merged::Replace));
            *record = changed.clone();
        }
    }
    records
}

fn canonical(records: &[Record]) -> Vec<String> {
    let content = |record: &Record| match &record.content {
        Content::Live { schema, body: Body::Other(body) } => format!("{schema} {}", json::canonical(body)),
        _ if record.body().is_some() => panic!("a stored body is expected"),
        _ => "erased".to_owned(),
    };
    records.iter().map(content).collect()
}

#[test]
fn row_79_a_dry_run_changes_nothing_twice_is_once_and_the_history_has_a_row_a_step() {
    let before = records();
    let dry = plan(&STEPS, &[], &before, None).unwrap();
    let counts: Vec<(u32, usize)> = dry.steps.iter().map(|step| (step.version, step.records)).collect();
    assert_eq!(counts, [(2, 1), (3, 1), (4, 1)]);
    assert_eq!(before, records());
    assert_eq!(migration_status(&STEPS, &[]).unwrap().current, 1, "the version is unchanged");

    let done = plan(&STEPS, &[], &before, None).unwrap();
    assert_eq!(done.records.len(), 2, "each changed record once");
    let after = appended(before, &done.records);
    assert_eq!(canonical(&after)[..2], [r#"3 {"key":"tea","says":[1]}"#, r#"2 {"words":"Hi"}"#]);
    let rows: Vec<_> = done.history.iter().map(|row| (row.version, row.name.as_str())).collect();
    assert_eq!(rows, [(2, "memory_says"), (3, "turn_words"), (4, "memory_said")]);
    assert_eq!(done.history[0].checksum, STEPS[0].checksum());
    assert_eq!(done.history[0].applied_at, "1970-01-01T00:00:02.000Z");
    let status = migration_status(&STEPS, &done.history).unwrap();
    assert_eq!((status.current, status.latest, status.pending.len()), (4, 4, 0));

    let again = plan(&STEPS, &done.history, &after, None).unwrap();
    assert!(again.steps.is_empty() && again.records.is_empty());
    assert_eq!(again.history, done.history);
}

#[test]
fn a_target_is_reached_from_both_sides() {
    let some = plan(&STEPS, &[], &records(), Some(2)).unwrap();
    assert_eq!(migration_status(&STEPS, &some.history).unwrap().pending, ["turn_words", "memory_said"]);
    let some_records = appended(records(), &some.records);
    let all = plan(&STEPS, &some.history, &some_records, None).unwrap();
    let all_records = appended(some_records.clone(), &all.records);
    let back = plan(&STEPS, &all.history, &all_records, Some(2)).unwrap();
    let steps: Vec<_> = back.steps.iter().map(|step| (step.version, step.name.as_str())).collect();
    assert_eq!(steps, [(3, "memory_said"), (2, "turn_words")]);
    assert_eq!(back.history, some.history);
    assert_eq!(canonical(&appended(all_records, &back.records)), canonical(&some_records));
    for target in [0, 5] {
        let refused = plan(&STEPS, &[], &records(), Some(target)).unwrap_err();
        assert_eq!(refused.code, ErrorCode::OutOfRange);
    }
}

#[test]
fn a_way_back_that_lacks_an_inverse_is_refused_before_the_first_step() {
    let mut steps = STEPS;
    let history = plan(&steps, &[], &[], None).unwrap().history;
    steps[0].down = None;
    // The last step could go back, and would refuse this record if it were asked.
    let refused = plan(&steps, &history, &records(), Some(1)).unwrap_err();
    assert_eq!(refused.code, ErrorCode::MigrationIrreversible);
    assert!(plan(&steps, &history, &[], Some(2)).is_ok(), "so far there are inverses");
}

#[test]
fn a_step_that_changed_since_it_was_applied_is_refused() {
    let history = plan(&STEPS, &[], &[], None).unwrap().history;
    let change: [fn(&mut Migration); 5] = [
        |step| step.rules = "value -> said",
        |step| step.description = "other",
        |step| step.kind = "turn",
        |step| step.from = 2,
        |step| step.name = "other",
    ];
    for change in change {
        let mut steps = STEPS;
        change(&mut steps[0]);
        assert_eq!(plan(&steps, &history, &[], None).unwrap_err().code, ErrorCode::MigrationChanged);
    }
    let newer = migration_status(&STEPS[..2], &history).unwrap_err();
    assert_eq!((newer.code, newer.path.as_str()), (ErrorCode::MigrationChanged, "/history/2"));
}

#[test]
fn a_record_that_a_step_refuses_ends_it_all() {
    let taken = [record("a", "memory", 1, json!({ "value": 1, "says": 2 }))];
    let refused = plan(&STEPS, &[], &taken, None).unwrap_err();
    assert_eq!((refused.code, refused.path.as_str()), (ErrorCode::InvalidRecord, "/says"));
    assert!(refused.message.contains("memory_says refuses the record a"), "{refused}");
}

proptest! {
    #[test]
    fn up_then_down_is_the_identity_on_canonical_bytes(
        bodies in proptest::collection::vec(
            (any::<bool>(), proptest::collection::btree_map("[a-d]|value|text", any::<Option<i32>>(), 0..5)), 0..6),
        target in 1_u32..=4,
    ) {
        let mut before = Vec::new();
        for (index, (is_turn, members)) in bodies.into_iter().enumerate() {
            let kind = if is_turn { "turn" } else { "memory" };
            let body = serde_json::to_value(members).unwrap();
            before.push(record(&format!("r{index}"), kind, 1, body));
        }
        let up = plan(&STEPS, &[], &before, Some(target)).unwrap();
        let after = appended(before.clone(), &up.records);
        let down = plan(&STEPS, &up.history, &after, Some(1)).unwrap();
        prop_assert_eq!(canonical(&appended(after, &down.records)), canonical(&before));
        prop_assert!(down.history.is_empty());
    }
}
