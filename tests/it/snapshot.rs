//! The save game: export, erase, import, and the same relationship is back.

use luminoracore::ErrorCode;
use luminoracore::bundle::snapshot::ExportOptions;
use luminoracore::engine::{HistoryOptions, Output};
use serde_json::{Value, json};

use crate::host::{Host, code};

fn talked() -> (Host, String) {
    let mut host = Host::new();
    let session = host.session("diego", "alicia");
    for said in ["Hello!", "You're pretty", "I hate Mondays", "I love talking to you!!!"] {
        host.now += 60_000;
        host.send("diego", &session, said).unwrap();
    }
    (host, session)
}

fn export(host: &Host, session: &str) -> String {
    host.core.export_snapshot("diego", session, ExportOptions::default(), host.now).unwrap()
}

fn import(source: &str) -> Value {
    json!({ "type": "import-snapshot", "source": source })
}

#[test]
fn export_purge_import_export_gives_the_same_bytes() {
    let (mut host, session) = talked();
    let file = export(&host, &session);
    let (state, turns) = (
        host.core.session_state("diego", &session, host.now).unwrap(),
        host.core.history("diego", &session, &HistoryOptions::default()).unwrap(),
    );
    host.run(&json!({ "type": "erase", "user": "diego", "purge": true })).unwrap();
    assert!(host.storage.scan("diego").is_empty());
    assert!(host.core.sessions("diego").is_empty());
    let Ok(Output::Import(report)) = host.run(&import(&file)) else { panic!("the import failed") };
    assert_eq!((report.session.as_str(), report.report.len()), (session.as_str(), 0));
    assert_eq!(host.core.session_state("diego", &session, host.now).unwrap(), state);
    let again = host.core.history("diego", &session, &HistoryOptions::default()).unwrap();
    let words = |turns: &[luminoracore::engine::TurnView]| -> Vec<(String, String, String)> {
        turns.iter().map(|turn| (turn.id.clone(), turn.text.clone(), turn.at.clone())).collect()
    };
    assert_eq!(words(&again), words(&turns));
    assert_eq!(export(&host, &session), file);
}

#[test]
fn the_relationship_goes_on_after_an_import() {
    let (mut host, session) = talked();
    let file = export(&host, &session);
    let before = host.core.session_state("diego", &session, host.now).unwrap().affinity;
    host.run(&json!({ "type": "erase", "user": "diego", "purge": true })).unwrap();
    host.run(&import(&file)).unwrap();
    host.now += 60_000;
    host.send("diego", &session, "Today is Tuesday").unwrap();
    let after = host.core.session_state("diego", &session, host.now).unwrap().affinity;
    assert_eq!((after.points, after.total_messages), (before.points + 1, before.total_messages + 1));
    assert_eq!(host.core.affinity_history("diego", &session).unwrap().len(), 5);
}

#[test]
fn an_erased_conversation_stays_erased() {
    let (mut host, session) = talked();
    let file = export(&host, &session);
    host.run(&json!({ "type": "erase", "user": "diego" })).unwrap();
    assert!(host.storage.scan("diego").iter().all(|record| record.body().is_none()));
    let Ok(Output::Import(report)) = host.run(&import(&file)) else { panic!("the import failed") };
    // Eight turns and what was learned from them.
    assert_eq!(report.report.iter().filter(|note| note.action == "skipped").count(), 9);
    let turns = host.core.history("diego", &report.session, &HistoryOptions::default()).unwrap();
    assert!(turns.is_empty(), "what the person erased does not come back");
    assert!(!serde_json::to_string(&host.storage.all()).unwrap().contains("Mondays"));
}

#[test]
fn whoever_erased_everything_can_begin_again_with_the_same_personality() {
    let (mut host, _) = talked();
    host.run(&json!({ "type": "erase", "user": "diego" })).unwrap();
    assert!(host.core.sessions("diego").is_empty());
    let session = host.session("diego", "alicia");
    host.send("diego", &session, "Hello again").unwrap();
    assert_eq!(host.core.session_state("diego", &session, host.now).unwrap().affinity.total_messages, 1);
    let kept = serde_json::to_string(&host.storage.all()).unwrap();
    assert!(!kept.contains("Mondays"));
    host.run(&json!({ "type": "erase", "user": "diego" })).unwrap();
    let erased = host.storage.scan("diego").into_iter().filter(|record| record.body().is_none()).count();
    assert!(erased > 15, "tombstones outlive the next erasure: {erased}");
}

#[test]
fn a_second_relationship_with_the_same_personality_is_not_overwritten_by_accident() {
    let (mut host, session) = talked();
    let file = export(&host, &session);
    let before = host.storage.all();
    assert_eq!(code(host.run(&import(&file))), ErrorCode::InstanceExists);
    assert_eq!(host.storage.all(), before);
    let mut replace = import(&file);
    replace["on_conflict"] = json!("replace");
    let Ok(Output::Import(report)) = host.run(&replace) else { panic!("the import failed") };
    assert_ne!(report.session, session, "the file's session is there already, so it becomes another");
    let turns = host.core.history("diego", &report.session, &HistoryOptions::default()).unwrap();
    assert_eq!(turns.len(), 8);
}

#[test]
fn parts_can_be_left_behind() {
    let (mut host, session) = talked();
    let file = export(&host, &session);
    let mut command = import(&file);
    command["user"] = json!("maria");
    command["restore"] = json!({ "affinity": false, "conversation": false });
    let Ok(Output::Import(report)) = host.run(&command) else { panic!("the import failed") };
    let state = host.core.session_state("maria", &report.session, host.now).unwrap();
    assert_eq!(state.affinity.points, 0);
    assert_eq!(state.mood.current, "shy");
    assert!(host.core.history("maria", &report.session, &HistoryOptions::default()).unwrap().is_empty());
}

#[test]
fn a_mood_that_the_personality_does_not_have_is_left_behind_and_named() {
    let (mut host, session) = talked();
    let mut changed: Value = serde_json::from_str(&export(&host, &session)).unwrap();
    changed["current_state"]["mood"]["current"] = json!("jealous");
    let mut command = import(&changed.to_string());
    command["user"] = json!("maria");
    command["allow_modified"] = json!(true);
    let Ok(Output::Import(report)) = host.run(&command) else { panic!("the import failed") };
    assert!(report.report.iter().any(|note| note.path == "/current_state/mood" && note.action == "skipped"));
    let state = host.core.session_state("maria", &report.session, host.now).unwrap();
    assert_eq!((state.mood.current.as_str(), state.mood.intensity), ("neutral", 1.0));
}

#[test]
fn a_changed_file_is_refused_unless_it_was_meant() {
    let (mut host, session) = talked();
    let file = export(&host, &session);
    let mut changed: Value = serde_json::from_str(&file).unwrap();
    changed["current_state"]["affinity"]["points"] = json!(100);
    let mut command = import(&changed.to_string());
    command["user"] = json!("maria");
    assert_eq!(code(host.run(&command)), ErrorCode::HashMismatch);
    command["allow_modified"] = json!(true);
    let Ok(Output::Import(report)) = host.run(&command) else { panic!("the import failed") };
    assert!(report.report.iter().any(|note| note.action == "recomputed"));
    assert_eq!(
        host.core.session_state("maria", &report.session, host.now).unwrap().affinity.level,
        "soulmate"
    );
}

#[test]
fn files_that_are_no_snapshot_say_so_and_change_nothing() {
    let (mut host, session) = talked();
    let file = export(&host, &session);
    let before = host.storage.all();
    let without_persona = {
        let mut value: Value = serde_json::from_str(&file).unwrap();
        value["persona"] = json!({});
        value.to_string()
    };
    for (source, expected) in [
        ("", ErrorCode::UnsupportedFormat),
        ("[]", ErrorCode::UnsupportedFormat),
        ("{\"format\":\"something/else\"}", ErrorCode::UnsupportedFormat),
        (&file[..file.len() / 2], ErrorCode::UnsupportedFormat),
        (&without_persona, ErrorCode::SnapshotWithoutTemplate),
    ] {
        let command =
            json!({ "type": "import-snapshot", "source": source, "user": "maria", "allow_modified": true });
        assert_eq!(code(host.run(&command)), expected);
    }
    assert_eq!(host.storage.all(), before);
}

#[test]
fn sections_that_are_switched_off_are_absent() {
    let (host, session) = talked();
    let options = ExportOptions { conversation: false, facts: false, episodes: false };
    let file: Value =
        serde_json::from_str(&host.core.export_snapshot("diego", &session, options, host.now).unwrap())
            .unwrap();
    let keys: Vec<&String> = file["current_state"].as_object().unwrap().keys().collect();
    assert_eq!(keys, ["affinity", "mood", "learned_mask"]);
}
