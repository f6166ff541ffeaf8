//! What earlier versions stored opens, and adds up to what it did then. A database of each schema version stands in
//! `tests/cases/golden`: it is never written again. A new schema gets a file of its own, and the old ones stay.

use luminoracore::engine::{HistoryOptions, MemoryFilter};
use luminoracore::log::Record;
use serde_json::{Value, json};

use crate::host::{Host, file};

const DATABASES: [&str; 1] = ["schema-1"];

/// What the log of a person adds up to, as the cases write it.
fn view(host: &mut Host, user: &str, session: &str) -> Value {
    let core = &host.core;
    let state = core.session_state(user, session, host.now).unwrap();
    let (mut affinity, mut mood) = (json!(state.affinity), json!(state.mood));
    affinity["history"] = json!(core.affinity_history(user, session).unwrap());
    mood["history"] = json!(core.mood_history(user, session).unwrap());
    let all = MemoryFilter { all: true, ..MemoryFilter::default() };
    let notes = core.notes(user);
    let notes: Vec<Value> = notes.iter().map(|note| json!(core.note(user, &note.id).unwrap())).collect();
    json!({
        "affinity": affinity,
        "mood": mood,
        "sessions": core.sessions(user),
        "turns": core.history(user, session, &HistoryOptions::default()).unwrap(),
        "memories": core.memories(user, &all, host.now),
        "notes": notes,
    })
}

/// What is there now may be more than what was there then, and nothing else.
fn assert_holds(now: &Value, then: &Value, path: &str) {
    match (now, then) {
        (Value::Object(now), Value::Object(then)) => {
            for (key, value) in then {
                assert_holds(now.get(key).unwrap_or(&Value::Null), value, &format!("{path}/{key}"));
            }
        }
        (Value::Array(now), Value::Array(then)) => {
            assert_eq!(now.len(), then.len(), "{path}");
            for (index, (now, then)) in now.iter().zip(then).enumerate() {
                assert_holds(now, then, &format!("{path}/{index}"));
            }
        }
        _ => assert_eq!(now, then, "{path}"),
    }
}

#[test]
fn databases_of_every_version_open_and_add_up_to_what_they_did() {
    for name in DATABASES {
        let lines = file(&format!("tests/cases/golden/{name}.jsonl"));
        let expected: Value =
            serde_json::from_str(&file(&format!("tests/cases/golden/{name}.json"))).unwrap();
        let records = format!("[{}]", lines.lines().collect::<Vec<_>>().join(","));
        let records = Record::parse_all(records.as_bytes()).unwrap();
        let mut host = Host::new();
        host.now = expected["now"].as_u64().unwrap();
        let loaded = host.core.load(records.clone(), host.now).unwrap();
        assert_eq!(loaded.quarantined, []);
        let (user, session) = (expected["user"].as_str().unwrap(), expected["session"].as_str().unwrap());
        assert_holds(&view(&mut host, user, session), &expected["view"], name);
        // Nothing of it is lost, whether it is known here or not: tombstones, unknown kinds, later schemas.
        assert_eq!(host.core.record_count(user), records.len());
        host.send(user, session, "Hello again!").unwrap();
    }
}
