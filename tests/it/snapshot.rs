//! The save game: export, erase, import, and the same relationship is back.

use luminoracore::ErrorCode;
use luminoracore::bundle::snapshot::{ExportOptions, Snapshot};
use luminoracore::engine::{CoreOptions, HistoryOptions, Output};
use luminoracore::log::natural_id;
use serde_json::{Value, json};

use crate::host::{Host, Storage, code};
use crate::sample::tree;

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
fn a_file_without_a_template_takes_the_one_that_is_passed() {
    let (mut host, session) = talked();
    let mut file: Value = serde_json::from_str(&export(&host, &session)).unwrap();
    file["persona"] = json!({});
    let mut command = import(&file.to_string());
    command["user"] = json!("maria");
    command["template"] = json!(crate::host::file("personalities/alicia.json"));
    assert_eq!(code(host.run(&command)), ErrorCode::HashMismatch, "it was changed nevertheless");
    command["allow_modified"] = json!(true);
    let Ok(Output::Import(report)) = host.run(&command) else { panic!("the import failed") };
    let state = host.core.session_state("maria", &report.session, host.now).unwrap();
    assert_eq!(state.affinity, host.core.session_state("diego", &session, host.now).unwrap().affinity);
}

#[test]
fn sections_that_are_switched_off_are_absent() {
    let (host, session) = talked();
    let options =
        ExportOptions { conversation: false, facts: false, episodes: false, ..ExportOptions::default() };
    let file: Value =
        serde_json::from_str(&host.core.export_snapshot("diego", &session, options, host.now).unwrap())
            .unwrap();
    let keys: Vec<&String> = file["current_state"].as_object().unwrap().keys().collect();
    assert_eq!(keys, ["affinity", "mood", "learned_mask"]);
}

/// A relationship in which everything happened, and its file with these options.
fn told() -> (Host, String) {
    let mut host = Host::new();
    let session = host.session("diego", "alicia");
    for said in [
        "You're pretty. My name is Zebulon. I called my sister Rosa.",
        "My dog Max died yesterday, and Zebulon's sister cried.",
        "I live in Lima, write to zeb@example.org or call +51 600 123 456.",
        "I work as a nurse. My favourite tea is jasmine.",
        "I'm allergic to peanuts.",
    ] {
        host.now += 3_600_000;
        host.send("diego", &session, said).unwrap();
    }
    (host, session)
}

fn export_with(host: &Host, session: &str, options: &Value) -> String {
    let options = ExportOptions::parse(&tree(options)).unwrap();
    host.core.export_snapshot("diego", session, options, host.now).unwrap()
}

fn imported(host: &mut Host, source: &str) -> luminoracore::engine::ImportReport {
    match host.run(&import(source)).unwrap() {
        Output::Import(report) => report,
        other => panic!("a report was expected, not {other:?}"),
    }
}

#[test]
fn the_compact_form_says_the_same_in_less() {
    let (mut host, session) = told();
    let (plain, compact) =
        (export(&host, &session), export_with(&host, &session, &json!({ "compact": true })));
    let dense = serde_json::from_str::<Value>(&plain).unwrap().to_string();
    assert!(compact.len() < dense.len(), "{} of {}", compact.len(), dense.len());
    assert_eq!(Snapshot::user_of(compact.as_bytes()).as_deref(), Some("diego"));
    host.run(&json!({ "type": "erase", "user": "diego", "purge": true })).unwrap();
    assert!(imported(&mut host, &compact).report.is_empty());
    assert_eq!(export(&host, &session), plain);
    assert_eq!(export_with(&host, &session, &json!({ "compact": true })), compact);
    // Whatever is changed in it is found, and what is no compact form is refused.
    for (from, to, code_expected) in [
        ("jasmine", "camomile", ErrorCode::HashMismatch),
        ("compact/1", "compact/2", ErrorCode::UnsupportedFormat),
        ("\"data\":[", "\"data\":[9999,", ErrorCode::UnsupportedFormat),
    ] {
        let changed = compact.replace(from, to);
        assert_ne!(changed, compact);
        let mut command = import(&changed);
        command["user"] = json!("maria");
        assert_eq!(code(host.run(&command)), code_expected, "{from}");
    }
}

#[test]
fn nobody_is_named_in_an_anonymized_file() {
    let (mut host, session) = told();
    let text = export_with(&host, &session, &json!({ "anonymize": true }));
    for word in ["Zebulon", "diego", "Rosa", "Max", "Lima", "zeb@example.org", "600 123", "peanuts", &session]
    {
        assert!(!text.contains(word), "{word} is in {text}");
    }
    let file: Value = serde_json::from_str(&text).unwrap();
    let state = &file["current_state"];
    assert_eq!(file["_snapshot_info"]["user_id"], "user");
    assert_eq!(file["_snapshot_info"]["session_id"], "session_1");
    assert_eq!(file["_snapshot_info"]["options"]["anonymize_user_data"], true);
    let facts = state["learned_facts"].as_array().unwrap();
    let categories: Vec<&str> = facts.iter().map(|fact| fact["category"].as_str().unwrap()).collect();
    assert!(categories.contains(&"preferences") && categories.contains(&"work"), "{categories:?}");
    assert!(
        !categories.iter().any(|category| ["personal_info", "relationships", "health"].contains(category))
    );
    let turns = state["conversation_history"].as_array().unwrap();
    let ids: Vec<&str> = turns.iter().map(|turn| turn["id"].as_str().unwrap()).collect();
    assert!(ids.iter().all(|id| id.starts_with("turn_") && id.len() < 8), "{ids:?}");
    assert!(turns[0]["text"].as_str().unwrap().contains("My name is [name]. I called my sister [name]."));
    assert!(turns[4]["text"].as_str().unwrap().contains("write to [email] or call [phone]."));
    assert!(turns.iter().all(|turn| turn["at"].as_str().unwrap().ends_with("T00:00:00Z")));
    // What was learned says where, by the new names.
    let source = facts[0]["sources"][0]["turn"].as_str().unwrap();
    assert!(ids.contains(&source), "{source}");
    assert!(!text.contains("00:00.000Z") && state["learned_mask"].is_null());
    let report = &file["anonymization"];
    assert!(report["removed"]["facts"].as_u64().unwrap() >= 4);
    assert_eq!((&report["replaced"]["email"], &report["replaced"]["phone"]), (&json!(1), &json!(1)));
    assert!(report["replaced"]["name"].as_u64().unwrap() >= 3);

    // It is a file like any other. Whoever switches the facts off is hidden nevertheless.
    let report = imported(&mut host, &text);
    assert_eq!((report.user.as_str(), report.report.len()), ("user", 0));
    assert_eq!(host.core.session("user", "session_1").unwrap().turns, 10);
    let without = export_with(&host, &session, &json!({ "anonymize_user_data": true, "facts": false }));
    assert!(!without.contains("Zebulon") && !without.contains("learned_facts"));
    assert!(!export(&host, &session).contains("anonymization"));
}

#[test]
fn vectors_travel_to_the_same_embedder() {
    let options = CoreOptions { embedder: Some("test".into()), ..CoreOptions::default() };
    let mut host = Host::open(options.clone(), 0, Storage::default());
    host.embedder = |_| None;
    let session = host.session("diego", "alicia");
    host.send("diego", &session, "I work as a nurse, and my dog Max died yesterday.").unwrap();
    assert!(!export(&host, &session).contains("\"vectors\""));
    let texts = host.core.texts_to_embed("diego", 100);
    for (index, asked) in texts.iter().enumerate() {
        // Lengths are no part of it, and every element is rounded.
        let vector: Vec<f32> = (0..40).map(|at| ((index * 31 + at * 17) as f32).sin() * 3.0).collect();
        host.core.set_vectors("diego", &[asked.slot], &vector).unwrap();
    }
    let all = json!({ "embeddings": true, "compact": false });
    let text = export_with(&host, &session, &all);
    let file: Value = serde_json::from_str(&text).unwrap();
    let embeddings = &file["embeddings"];
    assert_eq!((&embeddings["model"], &embeddings["dimensions"]), (&json!("test"), &json!(40)));
    let memories = host.facts("diego").len() + host.episodes("diego").len();
    assert_eq!(embeddings["vectors"].as_object().unwrap().len(), memories);
    assert!(memories >= 2);

    let mut other = Host::open(options, 1, Storage::default());
    other.now = host.now;
    assert!(imported(&mut other, &text).report.is_empty());
    let to_embed = other.core.texts_to_embed("diego", 100).len();
    assert_eq!(to_embed, texts.len() - memories, "what has a vector is not embedded again");
    assert_eq!(export_with(&other, &session, &all), text, "byte for byte, all options on");

    // With another embedder, or none, nothing of them is used.
    let mut stranger = Host::new();
    let report = imported(&mut stranger, &text).report;
    assert_eq!((report.len(), report[0].path.as_str()), (1, "/embeddings"));
    // And what is no vector is refused.
    let mut changed = file.clone();
    let first = changed["embeddings"]["vectors"].as_object_mut().unwrap().values_mut().next().unwrap();
    *first = json!("AAAA");
    let mut command = import(&changed.to_string());
    command["allow_modified"] = json!(true);
    command["user"] = json!("maria");
    let error = stranger.run(&command).unwrap_err();
    assert_eq!(error.code, ErrorCode::UnsupportedFormat);
    assert!(error.path.starts_with("/embeddings/vectors/"), "{}", error.path);
}

#[test]
fn an_export_knows_the_options_by_their_older_names() {
    for options in [
        json!({ "conversation": false, "anonymize": true }),
        json!({ "conversation_history": false, "anonymize_user_data": true }),
        json!({ "include_conversation": false, "anonymize": true }),
        json!({ "include_conversation_history": false, "anonymize": true }),
        json!({ "include_options": { "conversation_history": false, "anonymize_user_data": true } }),
    ] {
        let parsed = ExportOptions::parse(&tree(&options)).unwrap();
        assert_eq!(
            parsed,
            ExportOptions { conversation: false, anonymize: true, ..ExportOptions::default() }
        );
    }
    assert!(ExportOptions::parse(&tree(json!({ "conversatoin": false }))).is_err());
}

/// A snapshot, changed, without the hashes of what it was.
fn changed(source: &str, change: impl FnOnce(&mut Value)) -> Value {
    let mut file: Value = serde_json::from_str(source).unwrap();
    change(&mut file);
    json!({ "type": "import-snapshot", "source": file.to_string(), "allow_modified": true })
}

/// Whoever opens the storage again finds what the core had: everything in it can be read.
fn reopened(host: &Host, user: &str, session: &str) -> Host {
    let again = Host::open(CoreOptions::default(), 9, host.storage.clone());
    assert_eq!(again.core.record_count(user), host.core.record_count(user));
    let turns = |host: &Host| host.core.history(user, session, &HistoryOptions::default()).unwrap().len();
    assert_eq!(turns(&again), turns(host));
    again
}

#[test]
fn ids_of_a_file_may_be_long_in_any_script() {
    let (host, session) = told();
    let file = export(&host, &session);
    for (id, is_kept) in [("é".repeat(200), true), ("😀".repeat(200), true), ("x".repeat(201), false)] {
        let mut other = Host::new();
        let command = changed(&file, |file| file["_snapshot_info"]["session_id"] = json!(id));
        let Ok(Output::Import(report)) = other.run(&command) else { panic!("the import failed") };
        assert_eq!((report.session == id, report.report.len()), (is_kept, usize::from(!is_kept)));
        reopened(&other, "diego", &report.session);
    }
    for place in [
        "/current_state/conversation_history/0/id",
        "/current_state/memorable_episodes/0/id",
        "/current_state/memorable_episodes/0/sources/0/turn",
    ] {
        let mut other = Host::new();
        let long = json!("é".repeat(200));
        let command = changed(&file, |file| *file.pointer_mut(place).expect(place) = long);
        let Ok(Output::Import(report)) = other.run(&command) else { panic!("the import failed") };
        assert_eq!(report.report, []);
        reopened(&other, "diego", &report.session);
    }
}

#[test]
fn whatever_in_a_file_has_the_same_id_is_all_there() {
    let (host, session) = told();
    let file = export(&host, &session);
    let template = serde_json::from_str::<Value>(&file).unwrap()["hashes"]["template"].clone();
    let template = format!("sha256:{}", template.as_str().unwrap());
    let (turn, episode) =
        ("/current_state/conversation_history/1/id", "/current_state/memorable_episodes/0/id");
    let fact = host.facts("diego")[0].id.clone();
    for (place, id) in
        [turn, episode].into_iter().flat_map(|place| [&session, &template, &fact].map(|id| (place, id)))
    {
        let mut other = Host::new();
        let command = changed(&file, |file| *file.pointer_mut(place).expect(place) = json!(id));
        let Ok(Output::Import(report)) = other.run(&command) else { panic!("the import failed") };
        assert_eq!(report.session, session);
        assert_eq!(other.core.record_count("diego"), other.storage.scan("diego").len());
        let turns =
            |host: &Host| host.core.history("diego", &session, &HistoryOptions::default()).unwrap().len();
        assert_eq!(
            (turns(&other), other.episodes("diego").len()),
            (turns(&host), host.episodes("diego").len())
        );
        reopened(&other, "diego", &session);
    }
    // A session that would be the instance.
    let mut other = Host::new();
    let instance = json!(natural_id("instance", &["diego", "Alicia"], 0));
    let command = changed(&file, |file| file["_snapshot_info"]["session_id"] = instance.clone());
    let Ok(Output::Import(report)) = other.run(&command) else { panic!("the import failed") };
    assert_eq!(instance, report.instance);
    reopened(&other, "diego", &report.session);
    // A turn and an episode that have one.
    let mut other = Host::new();
    let command = changed(&file, |file| {
        let id = file.pointer(turn).unwrap().clone();
        *file.pointer_mut(episode).unwrap() = id;
    });
    other.run(&command).unwrap();
    assert_eq!(other.episodes("diego").len(), host.episodes("diego").len());
    assert_eq!(other.core.history("diego", &session, &HistoryOptions::default()).unwrap().len(), 10);
}

#[test]
fn a_level_that_waits_to_fall_travels() {
    let mut document: Value = serde_json::from_str(&crate::host::file("personalities/alicia.json")).unwrap();
    document["affinity_config"] = json!({ "hysteresis": 5 });
    let mut host = Host::new();
    let session = host.session_of("diego", &document.to_string());
    let set = json!({ "type": "set-affinity", "user": "diego", "session": session, "points": 41 });
    host.run(&set).unwrap();
    host.send("diego", &session, "I hate you").unwrap();
    let affinity = host.core.session_state("diego", &session, host.now).unwrap().affinity;
    assert_eq!((affinity.points, affinity.level.as_str()), (36, "friend"));
    let file = export(&host, &session);
    host.run(&json!({ "type": "erase", "user": "diego", "purge": true })).unwrap();
    assert_eq!(imported(&mut host, &file).report, []);
    assert_eq!(export(&host, &session), file);
    // Too far below it, it is another one, and that is told.
    let mut other = Host::new();
    let command = changed(&file, |file| file["current_state"]["affinity"]["points"] = json!(35));
    let Ok(Output::Import(report)) = other.run(&command) else { panic!("the import failed") };
    assert_eq!(report.report.len(), 1);
    let affinity = other.core.session_state("diego", &session, other.now).unwrap().affinity;
    assert_eq!(affinity.level, "acquaintance");
}

#[test]
fn what_an_episode_goes_with_stays_named_after_it_was_forgotten() {
    let (mut host, session) = told();
    let related = host.episodes("diego")[0].clone();
    let related = serde_json::to_value(&related).unwrap()["related_facts"][0].clone();
    host.run(&json!({ "type": "forget", "user": "diego", "query": related })).unwrap();
    let file = export(&host, &session);
    assert!(file.contains(related.as_str().unwrap()));
    host.run(&json!({ "type": "erase", "user": "diego", "purge": true })).unwrap();
    imported(&mut host, &file);
    assert_eq!(export(&host, &session), file);
}

#[test]
fn a_fact_as_deep_as_one_may_be_can_stand_in_every_file() {
    let nested = |depth| (0..depth).fold(json!("a text that is worth listing"), |value, _| json!([value]));
    let mut host = Host::new();
    let session = host.session("diego", "alicia");
    let remember = |value: Value| json!({ "type": "remember", "user": "diego", "fact": { "key": "deep", "value": value } });
    assert_eq!(code(host.run(&remember(nested(25)))), ErrorCode::InvalidArgument);
    host.run(&remember(nested(24))).unwrap();
    // An earlier value stands deeper; a text that is there twice is a reference in the compact form.
    host.run(&remember(json!("a text that is worth listing"))).unwrap();
    let plain = export(&host, &session);
    let compact = export_with(&host, &session, &json!({ "compact": true }));
    assert!(plain.matches("a text that is worth listing").count() == 2);
    assert_eq!(compact.matches("a text that is worth listing").count(), 1);
    for file in [&plain, &compact] {
        host.run(&json!({ "type": "erase", "user": "diego", "purge": true })).unwrap();
        assert_eq!(imported(&mut host, file).report, []);
        assert_eq!(export(&host, &session), plain);
    }
    let bundle = crate::bundle_file::BundleFile::of(&host.core, "diego", host.now);
    bundle.verify().unwrap();
}
