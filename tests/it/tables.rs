//! The predecessor's tables: whoever lived there goes on here.

use luminoracore::bundle::{Tables, TablesOptions};
use luminoracore::engine::{Core, CoreOptions, MemoryFilter, RecallOptions, TablesReport};
use luminoracore::json::{canonical, to_text};
use luminoracore::log::Record;
use luminoracore::log::body::MemoryStatus;
use luminoracore::{Error, ErrorCode};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::host::{Host, file};
use crate::sample::tree;

const PERSONALITIES: [(&str, &[&str]); 3] = [
    ("alicia", &["alicia", "Alicia", "Ali"]),
    ("captain_hook", &["Captain Hook", "captain_hook"]),
    ("dr_luna", &["Dr. Luna", "dr_luna"]),
];

fn export() -> Value {
    serde_json::from_str(&file("tests/cases/tables/export.json")).unwrap()
}

/// Reads files as the facade does, with the bundled personalities.
fn read(files: &[(&str, Option<&str>, String)], options: Value, now: u64) -> Result<Tables, Error> {
    let mut tables = Tables::new(TablesOptions::parse(&tree(options))?, now);
    for (path, table, text) in files {
        tables.push(text.as_bytes(), path, *table)?;
    }
    tables.finish()?;
    let names: Vec<String> = tables.personalities().into_iter().map(str::to_owned).collect();
    for name in names {
        if let Some((key, _)) = PERSONALITIES.iter().find(|(_, names)| names.contains(&name.as_str())) {
            tables.introduce(Some(&name), &file(&format!("personalities/{key}.json")))?;
        }
    }
    Ok(tables)
}

/// What they come to, and then that.
fn take(host: &mut Host, tables: &Tables) -> Result<TablesReport, Error> {
    let report = host.core.settle_tables(tables, host.now)?;
    for user in tables.users() {
        let records = host.core.batch_of_tables(tables, user, host.now);
        if !records.is_empty() {
            assert!(records.iter().all(|record| &*record.owner == user));
            host.storage.append(&records);
            let absorbed = host.core.load(records, host.now).unwrap();
            assert!(absorbed.quarantined.is_empty(), "{absorbed:?}");
        }
    }
    Ok(report)
}

fn import(host: &mut Host, export: &Value, options: Value) -> Result<TablesReport, Error> {
    let tables = read(&[("", None, export.to_string())], options, host.now)?;
    take(host, &tables)
}

fn imported(export: &Value) -> (Host, Vec<String>) {
    let mut host = Host::new();
    let report = import(&mut host, export, json!({})).unwrap();
    let notes = notes(&report);
    (host, notes)
}

fn notes(report: &TablesReport) -> Vec<String> {
    report.report.iter().map(|note| format!("{}: {}: {}", note.path, note.action, note.reason)).collect()
}

#[test]
fn a_relationship_goes_on_from_where_it_was() {
    let (mut host, notes) = imported(&export());
    assert_eq!(
        notes,
        [
            "/user_facts/1/fact_key: renamed: it is dog_name now",
            "/user_affinity/0/current_level: recomputed: 58 points are the level friend",
            "/user_affinity/1/current_level: recomputed: 12 points are the level passenger",
            "/episodes/0: assumed: the table does not say with whom it was: with Alicia, the last one of \"nadia\", as all others",
            "/user_affinity/2/current_level: recomputed: 0 points are the level visitor",
        ]
        .map(str::to_owned)
    );
    let state = host.core.session_state("nadia", "s-118", host.now).unwrap();
    assert_eq!((state.affinity.points, state.affinity.level.as_str()), (58, "friend"));
    assert_eq!((state.affinity.total_messages, state.affinity.positive_interactions), (120, 70));
    assert_eq!((state.mood.current.as_str(), state.mood.intensity), ("shy", 0.7));
    assert_eq!(state.mood.since, "2025-11-02T21:10:00.000Z");
    let earlier = host.core.mood_history("nadia", "s-118").unwrap();
    assert_eq!(earlier[0].started_at, "2025-11-02T20:55:00.000Z");
    let session = host.core.session("nadia", "s-118").unwrap();
    assert_eq!(session.template.name, "Alicia");

    let options = RecallOptions::parse(&tree(json!({ "limit": 1 }))).unwrap();
    let found = host.core.recall("nadia", "s-118", "What is my dog called?", &options, host.now).unwrap();
    assert!(to_text(&found).contains("Max"), "{found:?}");
    let facts = host.facts("nadia");
    let fact = |key: &str| &facts.iter().find(|fact| fact.fact.key == key).unwrap().fact;
    assert_eq!(to_text(&fact("instruments").value), r#"{"plays":["cello","piano"],"years":12}"#);
    assert_eq!(fact("instruments").last_updated, "2025-06-04T09:00:00Z");
    assert_eq!(fact("name").value.as_str(), Some("Nadia"));
    assert_eq!((fact("name").mention_count, fact("name").context.as_deref()), (3, Some("Call me Nadia")));
    assert_eq!(fact("name").sources[0].turn, "m-1");
    assert_eq!(fact("name").tags, ["name", "intro"]);
    assert_eq!(
        (fact("likes_tea").value.as_bool(), fact("likes_tea").status),
        (Some(true), MemoryStatus::Archived)
    );
    let episodes = host.episodes("nadia");
    let [lost, recital] = ["Max died", "First recital"]
        .map(|title| episodes.iter().find(|episode| episode.episode.title == title).unwrap());
    assert_eq!((lost.episode.importance, lost.episode.message_count), (9.5, 2));
    assert_eq!(lost.episode.sources[1].turn, "m-8");
    let dog = facts.iter().find(|fact| fact.fact.key == "dog_name").unwrap();
    assert_eq!(lost.episode.related_facts, [dog.id.as_str()]);
    assert_eq!(lost.episode.related_episodes, [recital.id.as_str()]);
    assert_eq!(host.facts("omar").len(), 1);
    let history = host.core.migrations().unwrap().history;
    assert_eq!((history[0].version, history[0].name.as_str()), (1, "001_v1_1_base_tables"));

    // Later points are added to these; whoever opens the storage anew sees the same.
    host.send("nadia", "s-118", "I love talking to you, thank you so much!").unwrap();
    let state = host.core.session_state("nadia", "s-118", host.now).unwrap();
    assert!((59..=68).contains(&state.affinity.points), "{}", state.affinity.points);
    assert_eq!(state.affinity.total_messages, 121);
    let anew = Host::open(CoreOptions::default(), 3, host.storage.clone());
    assert_eq!(anew.core.session_state("nadia", "s-118", host.now).unwrap(), state);
    assert_eq!(anew.core.migrations().unwrap().history, history);
}

#[test]
fn the_same_tables_again_change_nothing_also_after_more_was_said() {
    let (mut host, _) = imported(&export());
    for options in [json!({}), json!({ "replace": true })] {
        let batches = host.storage.batches.len();
        host.now += 86_400_000;
        let report = import(&mut host, &export(), options).unwrap();
        assert_eq!(host.storage.batches.len(), batches, "{report:?}");
        assert!(report.users.iter().all(|user| (user.new, user.changed) == (0, 0)), "{report:?}");
    }
    host.send("nadia", "s-118", "I love talking to you! My dog is called Rex.").unwrap();
    let before = host.core.session_state("nadia", "s-118", host.now).unwrap();
    let batches = host.storage.batches.len();
    import(&mut host, &export(), json!({})).unwrap();
    assert_eq!(host.storage.batches.len(), batches);
    assert_eq!(host.core.session_state("nadia", "s-118", host.now).unwrap(), before);
    import(&mut host, &export(), json!({ "replace": true })).unwrap();
    assert_eq!(host.core.session_state("nadia", "s-118", host.now).unwrap().affinity.points, 58);
    let dog = host.facts("nadia").into_iter().find(|fact| fact.fact.key == "dog_name").unwrap();
    assert_eq!(dog.fact.value.as_str(), Some("Rex"), "what is newer stays");
}

/// What has no time in the tables is as old as the import, the first one.
#[test]
fn what_has_no_time_may_come_twice_too() {
    let mut export = export();
    for table in export.as_object_mut().unwrap().values_mut() {
        for row in table.as_array_mut().unwrap() {
            let columns = row.as_object_mut().unwrap();
            columns.retain(|column, _| {
                !column.ends_with("_at")
                    && !matches!(column.as_str(), "last_updated" | "first_mentioned" | "last_interaction")
            });
        }
    }
    let (mut host, _) = imported(&export);
    let state = host.core.session_state("nadia", "s-118", host.now).unwrap();
    assert_eq!((state.mood.current.as_str(), state.mood.since.as_str()), ("shy", "2026-01-01T00:00:00.000Z"));
    for options in [json!({}), json!({ "replace": true })] {
        let batches = host.storage.batches.len();
        host.now += 86_400_000;
        import(&mut host, &export, options).unwrap();
        assert_eq!(host.storage.batches.len(), batches);
    }
    let fact = json!({ "category": "relationships", "key": "dog_name", "value": "Rex" });
    host.run(&json!({ "type": "remember", "user": "nadia", "fact": fact })).unwrap();
    import(&mut host, &export, json!({ "replace": true })).unwrap();
    let dog = host.facts("nadia").into_iter().find(|fact| fact.fact.key == "dog_name").unwrap();
    assert_eq!(dog.fact.value.as_str(), Some("Rex"), "what has a time is newer than what has none");
}

#[test]
fn what_goes_on_here_stays_unless_it_is_to_be_replaced() {
    let mut host = Host::new();
    let session = host.session("nadia", "alicia");
    host.send("nadia", &session, "I love you. My dog is called Rex.").unwrap();
    let report = import(&mut host, &export(), json!({})).unwrap();
    let affinity =
        notes(&report).into_iter().find(|note| note.starts_with("/user_affinity/0: skipped")).unwrap();
    assert!(affinity.contains("onConflict"), "{affinity}");
    let points = |host: &Host| host.core.session_state("nadia", &session, host.now).unwrap().affinity.points;
    assert!(points(&host) < 20);
    import(&mut host, &export(), json!({ "replace": true })).unwrap();
    assert_eq!(points(&host), 58);
    // Erased there, it stays erased here.
    host.run(&json!({ "type": "forget", "user": "nadia", "query": "recital" })).unwrap();
    let report = import(&mut host, &export(), json!({})).unwrap();
    assert!(notes(&report).iter().any(|note| note == "/episodes/1: skipped: the person erased this episode"));
    assert_eq!(host.episodes("nadia").len(), 1);
}

#[test]
fn every_rule_of_the_tables_is_kept_or_its_row_is_named() {
    let cases: Value = serde_json::from_str(&file("tests/cases/tables/broken.json")).unwrap();
    for case in cases["cases"].as_array().unwrap() {
        let id = case["id"].as_str().unwrap();
        let mut export = export();
        let rows = export[case["table"].as_str().unwrap()].as_array_mut().unwrap();
        let index = case["row"].as_u64().unwrap() as usize;
        let mut row = rows[index].clone();
        for (column, value) in case["change"].as_object().unwrap() {
            row[column] = value.clone();
        }
        if case["add"] == true {
            rows.push(row)
        } else {
            rows[index] = row
        }
        let mut host = Host::new();
        let error = import(&mut host, &export, json!({})).unwrap_err();
        let code = serde_json::to_value(error.code).unwrap();
        assert_eq!((&code, error.path.as_str()), (&case["code"], case["path"].as_str().unwrap()), "{id}");
        assert!(host.storage.batches.is_empty(), "{id}");
        let report = import(&mut host, &export, json!({ "skip_invalid": true })).unwrap();
        let named = report.report.iter().find(|note| note.path == error.path);
        assert_eq!(named.map(|note| note.action.as_str()), Some("skipped"), "{id}: {report:?}");
        assert!(host.storage.batches.len() >= 2, "{id}: the rest is there");
    }
}

#[test]
fn files_may_hold_one_table_or_all_and_belong_to_somebody_else() {
    let export = export();
    let rows = |table: &str| export[table].to_string();
    let apart: Vec<_> = ["episodes", "user_facts", "session_moods", "schema_migrations", "user_affinity"]
        .into_iter()
        .enumerate()
        .map(|(index, table)| (format!("/{index}"), rows(table)))
        .collect();
    let files: Vec<_> = apart.iter().map(|(path, text)| (path.as_str(), None, text.clone())).collect();
    let mut host = Host::new();
    let tables = read(&files, json!({}), host.now).unwrap();
    let report = take(&mut host, &tables).unwrap();
    assert!(report.report.iter().any(|note| note.path == "/4/0/current_level"), "{report:?}");
    let mut users = report.users.iter().map(|user| (user.user.as_str(), user.new, user.changed));
    // A template and an instance twice, a session, four facts, two episodes; a template, an instance, a fact.
    assert_eq!((users.next(), users.next()), (Some(("nadia", 11, 0)), Some(("omar", 3, 0))));

    let several = read(&[("", None, export.to_string())], json!({ "user": "ana" }), host.now).unwrap_err();
    assert_eq!((several.code, several.path.as_str()), (ErrorCode::InvalidArgument, "/user"));
    let mut one = export.clone();
    for table in one.as_object_mut().unwrap().values_mut() {
        table.as_array_mut().unwrap().retain(|row| row["user_id"] != "omar");
    }
    let mut host = Host::new();
    let report = import(&mut host, &one, json!({ "user": "ana" })).unwrap();
    assert_eq!(report.users[0].user, "ana");
    assert_eq!(host.core.session_state("ana", "s-118", host.now).unwrap().affinity.points, 58);

    // With whom it was, the caller may say; somebody may have episodes and nothing else.
    let mut host = Host::new();
    let files = [("/episodes", Some("episodes"), rows("episodes"))];
    let mut tables = read(&files, json!({}), host.now).unwrap();
    let error = host.core.settle_tables(&tables, host.now).unwrap_err();
    assert_eq!((error.code, error.path.as_str()), (ErrorCode::UnknownTemplate, "/episodes/0"));
    tables.introduce(None, &file("personalities/dr_luna.json")).unwrap();
    take(&mut host, &tables).unwrap();
    assert_eq!(host.episodes("nadia").len(), 2);
}

#[test]
fn what_is_no_table_is_refused_and_what_is_more_is_named() {
    let refused = |text: &[u8], table: Option<&str>| {
        let error = Tables::new(TablesOptions::default(), 0).push(text, "/f", table).unwrap_err();
        assert!(error.path.starts_with("/f"), "{error:?}");
        assert!(error.hint.is_some() || error.code == ErrorCode::TooLarge || error.path != "/f", "{error:?}");
        error.code
    };
    use ErrorCode::{InvalidArgument, UnsupportedFormat};
    assert_eq!(refused(b"SQLite format 3\0\x10\x00", None), UnsupportedFormat);
    assert_eq!(refused(b"{\"messages\":[]}", None), UnsupportedFormat);
    assert_eq!(refused(b"{\"episodes\":{}}", None), UnsupportedFormat);
    assert_eq!(refused(b"[{\"x\":1}]", None), UnsupportedFormat);
    assert_eq!(refused(b"{}", Some("episodes")), UnsupportedFormat);
    assert_eq!(refused(b"[]", Some("messages")), InvalidArgument);
    let deep = format!("[{{\"fact_key\":{}1{}}}]", "[".repeat(40), "]".repeat(40));
    let error = Tables::new(TablesOptions::default(), 0).push(deep.as_bytes(), "/f", None).unwrap_err();
    assert!(error.path.starts_with("/f/0/fact_key"), "{error:?}");

    let mut export = export();
    export["sessions"] = json!([{}]);
    for row in export["user_facts"].as_array_mut().unwrap() {
        row["embedding"] = json!("...");
    }
    export["episodes"][0]["metadata"] = json!("{\"mood\":\"sad\"}");
    export["episodes"][0]["summary"] = json!("a".repeat(500));
    export["user_affinity"][1]["last_interaction"] = json!("some day");
    let (host, notes) = imported(&export);
    for expected in [
        "/sessions: skipped: this table is not read here",
        "/user_facts/0/embedding: skipped: its table has no such column",
        "/episodes/0/metadata: skipped: an episode has no place for it",
        "/episodes/0/summary: shortened: it is longer than the format allows",
        "/user_affinity/1/last_interaction: skipped: a time such as 2026-01-31T08:00:00Z is expected",
    ] {
        assert_eq!(notes.iter().filter(|note| *note == expected).count(), 1, "{expected}: {notes:#?}");
    }
    assert_eq!(notes.iter().filter(|note| note.contains("embedding")).count(), 1);
    assert_eq!(host.episodes("nadia").len(), 2);
}

/// Any JSON value, with what stands in tables among it.
fn anything() -> impl Strategy<Value = Value> {
    let words = prop::sample::select(vec![
        "",
        " ",
        "nadia",
        "alicia",
        "name",
        "personal_info",
        "milestone",
        "positive",
        "2025-06-01 09:00:00",
        "[\"f1\"]",
        "{\"a\":[1]}",
        "null",
        "[",
        "1e999",
        "shy",
        "2025-13-01",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        (-2.0..12.0_f64).prop_map(Value::from),
        words.prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::hash_map("[a-z_]{1,8}", inner, 0..3).prop_map(|map| json!(map)),
        ]
    })
}

const COLUMNS: [&str; 36] = [
    "id",
    "user_id",
    "session_id",
    "personality_name",
    "affinity_points",
    "current_level",
    "total_messages",
    "last_interaction",
    "created_at",
    "category",
    "fact_key",
    "fact_value",
    "confidence",
    "source_message_id",
    "first_mentioned",
    "last_updated",
    "mention_count",
    "tags",
    "context",
    "is_active",
    "episode_type",
    "title",
    "summary",
    "importance",
    "sentiment",
    "context_messages",
    "timestamp",
    "related_facts",
    "related_episodes",
    "current_mood",
    "mood_intensity",
    "mood_started_at",
    "mood_history",
    "version",
    "name",
    "applied_at",
];

fn contents(host: &Host) -> Vec<String> {
    let content =
        |record: &Record| canonical(&tree(serde_json::from_str::<Value>(&to_text(record)).unwrap()));
    host.storage.all().iter().map(content).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever the tables hold, rows are taken or named, what is taken is read again by the strict rules of our records,
    /// and a second time changes nothing.
    #[test]
    fn any_rows_are_taken_or_named(
        changes in prop::collection::vec((0..5_usize, 0..3_usize, 0..COLUMNS.len(), anything(), any::<bool>()), 0..12),
        replace in any::<bool>(),
    ) {
        let mut export = export();
        let tables = ["user_affinity", "user_facts", "episodes", "session_moods", "schema_migrations"];
        for (table, row, column, value, adds) in changes {
            let rows = export[tables[table]].as_array_mut().unwrap();
            let index = row % rows.len();
            let mut changed = rows[index].clone();
            changed[COLUMNS[column]] = value;
            if adds { rows.push(changed) } else { rows[index] = changed }
        }
        let mut host = Host::new();
        let options = json!({ "skip_invalid": true, "replace": replace });
        let rows: usize = tables.iter().map(|table| export[*table].as_array().unwrap().len()).sum();
        let first = import(&mut host, &export, options.clone()).unwrap();
        prop_assert!(rows > 0 && !first.users.is_empty());
        // The storage is read anew by the strict rules.
        let anew = Host::open(CoreOptions::default(), 1, host.storage.clone());
        for user in first.users.iter().map(|user| user.user.as_str()) {
            let filter = MemoryFilter { all: true, ..MemoryFilter::default() };
            let memories = |core: &Core| core.memories(user, &filter, host.now);
            prop_assert_eq!(memories(&anew.core), memories(&host.core));
            prop_assert_eq!(anew.core.record_count(user), host.storage.scan(user).len());
        }
        let before = contents(&host);
        host.now += 1000;
        import(&mut host, &export, options).unwrap();
        prop_assert_eq!(contents(&host), before);
    }

    /// What keeps the rules comes back as it was.
    #[test]
    fn valid_rows_come_back(
        points in 0..=100_u8,
        confidence in 0.0..=1.0_f64,
        value in anything(),
        importance in 0.0..=10.0_f64,
    ) {
        let mut export = export();
        export["user_affinity"][0]["affinity_points"] = json!(points);
        export["user_facts"][0]["confidence"] = json!(confidence);
        export["user_facts"][0]["fact_value"] = json!(value.to_string());
        export["episodes"][0]["importance"] = json!(importance);
        let (host, _) = imported(&export);
        let state = host.core.session_state("nadia", "s-118", host.now).unwrap();
        prop_assert_eq!(state.affinity.points, points);
        let facts = host.facts("nadia");
        let name = &facts.iter().find(|fact| fact.fact.key == "name").unwrap().fact;
        prop_assert_eq!(canonical(&name.value), canonical(&tree(&value)));
        prop_assert_eq!(name.confidence, confidence);
        let episodes = host.episodes("nadia");
        prop_assert!(episodes.iter().any(|episode| episode.episode.importance == importance));
    }

    /// No bytes are too strange.
    #[test]
    fn no_file_is_too_strange(value in anything(), bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        for text in [value.to_string().into_bytes(), json!({ "episodes": value }).to_string().into_bytes(), bytes] {
            let mut tables = Tables::new(TablesOptions { skip_invalid: true, ..TablesOptions::default() }, 0);
            let _ = tables.push(&text, "", None);
            tables.finish().unwrap();
            Host::new().core.settle_tables(&tables, 0).unwrap();
        }
    }
}
