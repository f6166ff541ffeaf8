//! Snapshots of the first implementation of the standard: a relationship that began there goes on here.

use luminoracore::ErrorCode;
use luminoracore::engine::{HistoryOptions, ImportReport, MemoryFilter, Output};
use serde_json::{Value, json};

use crate::host::{Host, code, file};

fn example(shape: &str) -> Value {
    serde_json::from_str(&file(&format!("tests/cases/snapshots/predecessor-{shape}.json"))).unwrap()
}

fn imported(snapshot: &Value) -> (Host, ImportReport) {
    let mut host = Host::new();
    let command = json!({ "type": "import-snapshot", "source": snapshot.to_string() });
    match host.run(&command) {
        Ok(Output::Import(report)) => (host, report),
        other => panic!("{other:?}"),
    }
}

/// The import of shape A with one change in it, and what its report says as `path: action: reason`.
fn changed(pointer: &str, value: Value) -> (Host, ImportReport, Vec<String>) {
    let mut snapshot = example("a");
    *snapshot.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer}")) = value;
    let (host, report) = imported(&snapshot);
    let before = imported(&example("a")).1.report;
    let new = report.report.iter().filter(|note| !before.contains(note));
    let notes = new.map(|note| format!("{}: {}: {}", note.path, note.action, note.reason)).collect();
    (host, report, notes)
}

/// What the file says now, as we write it.
fn exported(host: &Host, report: &ImportReport) -> Value {
    let file =
        host.core.export_snapshot(&report.user, &report.session, Default::default(), host.now).unwrap();
    serde_json::from_str(&file).unwrap()
}

#[test]
fn row_71_both_shapes_of_the_predecessor_give_the_same_instance() {
    let mut states = Vec::new();
    for shape in ["a", "b"] {
        let (host, report) = imported(&example(shape));
        assert_eq!((report.user.as_str(), report.session.as_str()), ("nadia", "session_118"));
        let state = host.core.session_state("nadia", &report.session, host.now).unwrap();
        assert_eq!((state.affinity.points, state.affinity.level.as_str()), (45, "friend"), "{shape}");
        assert_eq!((state.mood.current.as_str(), state.mood.intensity), ("shy", 0.7), "{shape}");
        let memories = host.core.memories("nadia", &MemoryFilter::default(), host.now);
        assert_eq!(memories.len(), 3, "{shape}: {memories:?}");
        let file = exported(&host, &report);
        let state = &file["current_state"];
        let facts = state["learned_facts"].as_array().unwrap();
        assert_eq!((facts[0]["key"].as_str(), facts[0]["value"].as_str()), (Some("name"), Some("Nadia")));
        assert_eq!(facts[1]["key"], "favourite_author");
        assert_eq!(facts.len(), 2, "{shape}");
        let mut episodes = state["memorable_episodes"].clone();
        assert_eq!(episodes.as_array().unwrap().len(), 1, "{shape}");
        assert_eq!(
            (&episodes[0]["type"], &episodes[0]["importance"]),
            (&json!("emotional_moment"), &json!(9.5))
        );
        // An id of its own.
        episodes[0].as_object_mut().unwrap().remove("id");
        assert_eq!(state["extensions"], json!({ "engagement_score": 8.5 }), "{shape}");
        let turns = host.core.history("nadia", &report.session, &HistoryOptions::default()).unwrap();
        let turns: Vec<_> = turns.iter().map(|turn| (turn.text.clone(), turn.at.clone())).collect();
        assert_eq!(turns.len(), 2, "{shape}");
        let instants = |text: &str| text.replace("10:00:00.000Z", "10:00:00Z");
        states.push((
            instants(&state["learned_facts"].to_string()),
            episodes,
            turns,
            file["hashes"]["template"].clone(),
        ));
    }
    assert_eq!(states[0], states[1]);
}

#[test]
fn what_was_not_taken_over_as_it_stood_is_named() {
    let notes = |shape: &str| -> Vec<String> {
        let report = imported(&example(shape)).1.report;
        report.iter().map(|note| format!("{}: {}: {}", note.path, note.action, note.reason)).collect()
    };
    let summary = "recomputed: a summary is computed from the conversation";
    assert_eq!(notes("a"), [format!("/current_state/conversation_summary: {summary}")]);
    assert_eq!(
        notes("b"),
        [
            "/learned_facts/1: renamed: key: it is favourite_author now".to_owned(),
            format!("/conversation_summary: {summary}"),
            "/episodes/0: skipped: temporal_decay: there is no such field".to_owned(),
        ]
    );
}

#[test]
fn the_relationship_goes_on_and_is_exported_in_our_format() {
    let (mut host, report) = imported(&example("b"));
    host.send("nadia", &report.session, "I love talking to you!").unwrap();
    let state = host.core.session_state("nadia", &report.session, host.now).unwrap();
    assert!(state.affinity.points > 45);
    let file = exported(&host, &report);
    assert_eq!(file["format"], "luminoracore/snapshot");
    assert_eq!(file["current_state"]["favourite_greeting"], "Evening, reader.", "what nobody knows is kept");
    let (other, again) = imported(&file);
    assert!(again.report.is_empty(), "{again:?}");
    assert_eq!(exported(&other, &again)["current_state"], file["current_state"]);
}

#[test]
fn times_and_durations_are_spelled_out() {
    let (host, report) = imported(&example("a"));
    let state = exported(&host, &report)["current_state"].clone();
    let history = &state["mood"]["history"];
    let times = |index: usize| (history[index]["started_at"].clone(), history[index]["ended_at"].clone());
    assert_eq!(times(0), (json!("2025-10-14T15:05:00.000Z"), json!("2025-10-14T15:20:00.000Z")));
    assert_eq!(times(1), (json!("2025-10-14T15:20:00.000Z"), json!("2025-10-14T15:25:00.000Z")));
    assert_eq!(history.as_array().unwrap().len(), 2, "the present mood is no earlier one");
    assert_eq!(state["affinity"]["progression_history"][1]["date"], "2025-09-21T00:00:00Z");
    assert_eq!(state["affinity"]["total_messages"], 75);
    for (duration, began) in [
        ("90s", "2025-10-14T15:23:30.000Z"),
        ("2h", "2025-10-14T13:25:00.000Z"),
        ("1d", "2025-10-13T15:25:00.000Z"),
    ] {
        let list = json!([{ "mood": "happy", "duration": duration }]);
        let (host, report, _) = changed("/current_state/mood/history", list);
        assert_eq!(exported(&host, &report)["current_state"]["mood"]["history"][0]["started_at"], began);
    }
}

#[test]
fn fields_that_nobody_knows_are_left_out_alone_and_named_once() {
    let mut snapshot = example("a");
    for fact in snapshot["current_state"]["learned_facts"].as_array_mut().unwrap() {
        fact["user_id"] = json!("nadia");
    }
    let rows = json!([{ "mood": "happy", "session_id": "s", "created_at": "2025-10-14 15:00:00", "ended_at": "2025-10-14 15:10:00" }]);
    snapshot["current_state"]["mood"]["history"] = rows;
    let (host, report) = imported(&snapshot);
    let state = exported(&host, &report)["current_state"].clone();
    assert_eq!(state["learned_facts"].as_array().unwrap().len(), 2);
    assert_eq!(state["mood"]["history"][0]["started_at"], "2025-10-14T15:00:00.000Z");
    let named = |path: &str| report.report.iter().filter(|note| note.path.starts_with(path)).count();
    assert_eq!((named("/current_state/learned_facts"), named("/current_state/mood")), (1, 1));
}

#[test]
fn a_level_that_disagrees_with_the_points_is_recomputed() {
    let (host, report, notes) = changed("/current_state/affinity/level", json!("soulmate"));
    assert_eq!(notes, ["/current_state/affinity/level: recomputed: 45 points are the level friend"]);
    assert_eq!(host.core.session_state("nadia", &report.session, host.now).unwrap().affinity.level, "friend");
}

#[test]
fn what_cannot_be_used_is_left_out_alone() {
    for (pointer, value, expected) in [
        (
            "/current_state/learned_facts/0/confidence",
            json!(1.4),
            "/current_state/learned_facts/0: skipped: confidence: 0 to 1",
        ),
        (
            "/current_state/learned_facts/0/value",
            json!(null),
            "/current_state/learned_facts/0: skipped: `value` is required",
        ),
        (
            "/current_state/learned_facts/0/key",
            json!("散歩"),
            "/current_state/learned_facts/0: skipped: key: lower-case letters, digits and _, 1 to 64",
        ),
        (
            "/current_state/learned_facts/0/category",
            json!("colours"),
            "/current_state/learned_facts/0: renamed: category: it is none of ours, so it is other now",
        ),
        (
            "/current_state/learned_facts/0",
            json!("name"),
            "/current_state/learned_facts/0: skipped: an object is expected",
        ),
        (
            "/current_state/learned_facts",
            json!({}),
            "/current_state/learned_facts: skipped: a list is expected",
        ),
        (
            "/current_state/memorable_episodes/0/importance",
            json!(11),
            "/current_state/memorable_episodes/0: skipped: importance: 0 to 10",
        ),
        (
            "/current_state/memorable_episodes/0/sentiment",
            json!("bitter"),
            "/current_state/memorable_episodes/0: skipped: sentiment: one of: very_positive, positive, neutral, negative, very_negative",
        ),
        (
            "/current_state/memorable_episodes/0/date",
            json!("last week"),
            "/current_state/memorable_episodes/0: skipped: date: a time such as 2026-01-31T08:00:00Z is expected",
        ),
        (
            "/current_state/memorable_episodes/0/title",
            json!("x".repeat(100)),
            "/current_state/memorable_episodes/0: shortened: title: it is longer than the format allows",
        ),
        (
            "/current_state/conversation_history/0/content",
            json!("  "),
            "/current_state/conversation_history/0: skipped: text: the text is blank",
        ),
        ("/current_state/affinity/points", json!(145), "/current_state/affinity: skipped: points: 0 to 100"),
        (
            "/current_state/affinity/progression_history/0/points",
            json!("none"),
            "/current_state/affinity: skipped: progression_history/0/points: a number is expected",
        ),
        (
            "/current_state/mood/current",
            json!("jealous"),
            "/current_state/mood: skipped: the personality has no mood \"jealous\"",
        ),
        (
            "/current_state/mood/intensity",
            json!("much"),
            "/current_state/mood: skipped: intensity: a number is expected",
        ),
    ] {
        let (host, report, notes) = changed(pointer, value);
        assert_eq!(notes, [expected], "{pointer}");
        // Nothing else is missing.
        assert_eq!(report.session, "session_118");
        exported(&host, &report);
    }
}

#[test]
fn a_note_of_the_import_points_into_the_file() {
    let mut snapshot = example("b");
    let facts = snapshot["learned_facts"].as_array_mut().unwrap();
    facts.insert(0, json!({ "category": "work" }));
    facts.push(json!({ "category": "personal_info", "key": "name", "value": "Nadja", "confidence": 0.8 }));
    let notes = imported(&snapshot).1.report;
    let again = notes.iter().find(|note| note.reason.contains("an earlier fact")).unwrap();
    assert_eq!(again.path, "/learned_facts/3");
    assert!(notes.iter().any(|note| note.path == "/learned_facts/0" && note.action == "skipped"));
}

#[test]
fn the_top_counts_more_than_the_state() {
    let mut snapshot = example("b");
    snapshot["mood"] = json!("happy");
    let known = snapshot["learned_facts"][0].clone();
    let mut other_value = known.clone();
    other_value["fact_value"] = json!("something else");
    let another = json!({ "category": "hobbies", "key": "kites", "value": "on Sundays" });
    snapshot["current_state"]["facts"] = json!([known, other_value, another, 7]);
    let (host, report) = imported(&snapshot);
    let state = host.core.session_state("nadia", &report.session, host.now).unwrap();
    assert_eq!((state.mood.current.as_str(), state.mood.intensity), ("happy", 0.7));
    let told = |path: &str, reason: &str| {
        report.report.iter().any(|note| note.path == path && note.reason.contains(reason))
    };
    assert!(told("/current_state/mood", "another place"), "{report:?}");
    // Lists are united: what only the state says is there as well.
    assert!(told("/current_state/facts/0", "another place"), "{report:?}");
    assert!(told("/current_state/facts/1", "an earlier fact"), "{report:?}");
    assert!(told("/current_state/facts/3", "an object is expected"), "{report:?}");
    let facts = exported(&host, &report)["current_state"]["learned_facts"].clone();
    let of = |key: &Value| facts.as_array().unwrap().iter().find(|fact| fact["key"] == *key).cloned();
    assert_eq!(of(&json!("kites")).unwrap()["value"], "on Sundays");
    assert_eq!(of(&json!("name")).unwrap()["value"], known["fact_value"]);
}

#[test]
fn a_conversation_that_stands_in_two_places_is_one() {
    let turn = |sender: &str, content: &str| json!({ "sender": sender, "content": content });
    let mut snapshot = example("b");
    // One turn is said twice.
    let turns = json!([turn("user", "hi"), turn("assistant", "yes"), turn("assistant", "yes")]);
    snapshot["conversation_history"] = turns.clone();
    snapshot["current_state"]["conversation_history"] = turns;
    let (host, report) = imported(&snapshot);
    let said = exported(&host, &report)["current_state"]["conversation_history"].clone();
    let said: Vec<&str> =
        said.as_array().unwrap().iter().map(|turn| turn["text"].as_str().unwrap()).collect();
    assert_eq!(said, ["hi", "yes", "yes"]);
    let told = report.report.iter().filter(|note| note.reason.contains("another place"));
    assert_eq!(told.count(), 3, "{report:?}");
}

#[test]
fn little_is_enough() {
    let template = example("b")["template_base"].clone();
    let (host, report) = imported(&json!({ "template_base": template, "current_mood": "shy", "facts": [
        { "category": "work", "key": "Job title", "value": "librarian" },
    ] }));
    assert_eq!(report.user, "anonymous");
    let named = json!({ "template_base": template, "user_id": 7 });
    assert_eq!(imported(&named).1.user, "7");
    let state = exported(&host, &report)["current_state"].clone();
    let fact = &state["learned_facts"][0];
    assert_eq!(
        (&fact["key"], &fact["confidence"], &fact["origin"]),
        (&json!("occupation"), &json!(1), &json!("import"))
    );
    let now = luminoracore::timestamp::format(host.now);
    assert_eq!(fact["first_mentioned"], now);
    assert_eq!((&state["mood"]["current"], &state["affinity"]["points"]), (&json!("shy"), &json!(0)));
}

#[test]
fn the_predecessors_names_say_too_what_is_brought_back() {
    for options in [
        json!({ "restore": { "restore_facts": false } }),
        json!({ "restore": { "facts": false, "restore_mood": true } }),
        json!({ "restore_facts": false, "restore": { "facts": true } }),
        json!({ "restore_facts": false, "restore_mood": true, "restore_affinity": false }),
    ] {
        let mut host = Host::new();
        let mut command = json!({ "type": "import-snapshot", "source": example("a").to_string() });
        command.as_object_mut().unwrap().extend(options.as_object().unwrap().clone());
        host.run(&command).unwrap();
        assert!(host.core.memories("nadia", &MemoryFilter::default(), host.now).is_empty());
        let state = host.core.session_state("nadia", "session_118", host.now).unwrap();
        assert_eq!(state.mood.current, "shy");
        assert_eq!(state.affinity.points, if options["restore_affinity"] == false { 0 } else { 45 });
    }
    let mut host = Host::new();
    let source = example("a").to_string();
    let command = json!({ "type": "import-snapshot", "source": source, "restore_mood": "yes" });
    assert_eq!(code(host.run(&command)), ErrorCode::InvalidArgument);
}

#[test]
fn a_file_without_a_personality_or_of_no_shape_is_refused() {
    let mut without = example("a");
    without["persona"] = json!({});
    let mut by_name = example("b");
    by_name["template_base"] = json!("wren");
    for (snapshot, expected) in [
        (without, ErrorCode::SnapshotWithoutTemplate),
        (by_name, ErrorCode::SnapshotWithoutTemplate),
        (json!({ "_snapshot_info": {}, "persona": { "name": "Wren" } }), ErrorCode::UnsupportedFormat),
        (json!({ "persona": {}, "current_state": {} }), ErrorCode::UnsupportedFormat),
    ] {
        let mut host = Host::new();
        let import = json!({ "type": "import-snapshot", "source": snapshot.to_string() });
        assert_eq!(code(host.run(&import)), expected, "{snapshot}");
        assert!(host.storage.all().is_empty());
    }
}

/// The pointers of everything in a value.
fn pointers(value: &Value, path: &str, found: &mut Vec<String>) {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(members) => members.iter().map(|(key, member)| (key.clone(), member)).collect(),
        Value::Array(items) => {
            items.iter().enumerate().map(|(index, item)| (index.to_string(), item)).collect()
        }
        _ => Vec::new(),
    };
    for (key, child) in children {
        let path = format!("{path}/{key}");
        pointers(child, &path, found);
        found.push(path);
    }
}

#[test]
fn whatever_stands_anywhere_it_is_imported_or_refused_and_what_was_imported_travels_on() {
    for shape in ["a", "b"] {
        let snapshot = example(shape);
        let mut places = Vec::new();
        pointers(&snapshot, "", &mut places);
        let values = [json!(null), json!(-1e300), json!(""), json!("5é"), json!([[1]]), json!({ "x": {} })];
        let is_template = |place: &String| {
            let inside = ["/persona", "/core_traits", "/linguistic", "/behav", "/advanced", "/mood_config"];
            inside.iter().any(|section| place.contains(section))
        };
        places.retain(|place| !is_template(place));
        for (index, place) in places.iter().enumerate() {
            // One of the values at each place, in turn.
            let value = &values[index % values.len()];
            let mut changed = snapshot.clone();
            *changed.pointer_mut(place).unwrap() = value.clone();
            let mut host = Host::new();
            let command = json!({ "type": "import-snapshot", "source": changed.to_string() });
            let Ok(Output::Import(report)) = host.run(&command) else {
                assert!(host.storage.all().is_empty(), "{place}");
                continue;
            };
            for note in &report.report {
                assert!(changed.pointer(&note.path).is_some() || note.path.ends_with("/level"), "{note:?}");
            }
            let file = exported(&host, &report);
            let (other, again) = imported(&file);
            assert_eq!(exported(&other, &again)["hashes"], file["hashes"], "{place}");
        }
    }
}
