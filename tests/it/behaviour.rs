//! The table of behaviours (personality specification 17), row by row. Rows that pure functions answer alone are JSON
//! cases (`tests/cases/pure`), which Node and Chromium run too; rows about providers and cards stand with their rooms.
//! The last test counts them all.

use luminoracore::ErrorCode;
use luminoracore::compile::level_at;
use luminoracore::engine::{CoreOptions, Event, Features, MemoryFilter, Output, Reply};
use luminoracore::lint::{ValidateOptions, validate};
use luminoracore::log::body::MemoryStatus;
use luminoracore::memory::{
    DropReason, EpisodeClass, EpisodeType, FactCategory, FactClass, decay, importance, read_extraction,
};
use luminoracore::observe::SentimentClass;
use luminoracore::state::{Affinity, Interaction, change};
use luminoracore::template::Template;
use luminoracore::template::model::AffinityConfig;
use serde_json::{Value, json};

use crate::host::{Host, Storage, code, file, instructions};
use crate::sample::plain;

const MINUTE: u64 = 60_000;
const DAY: u64 = 24 * 60 * MINUTE;

/// The template of the examples with other `affinity_config`.
fn with_affinity(config: AffinityConfig) -> Template {
    Template { affinity_config: config, hierarchical_config: None, ..plain() }
}

/// An affinity of so many points.
fn at(points: u8, template: &Template) -> Affinity {
    let baseline = luminoracore::log::body::AffinityBaseline { points, ..Default::default() };
    Affinity::from_baseline(&baseline, template)
}

/// What a message of a kind and a length adds.
fn delta(kind: &str, length: usize, template: &Template) -> i32 {
    change(&at(50, template), Interaction { kind, length, now: 0 }, template).delta
}

/// The state after one change at a time.
fn after(mut affinity: Affinity, kind: &str, now: i64, template: &Template) -> (Affinity, Vec<String>) {
    let made = change(&affinity, Interaction { kind, length: 10, now }, template);
    let reasons = made.reasons.clone();
    affinity.apply(&made, &luminoracore::timestamp::format(now as u64), template);
    (affinity, reasons)
}

fn points_of(kind: &str, points: i32) -> AffinityConfig {
    AffinityConfig { interaction_types: vec![(kind.to_owned(), points)], ..AffinityConfig::default() }
}

/// A session with a bundled personality at so many points.
fn session_at(points: u8) -> (Host, String) {
    let mut host = Host::new();
    let session = host.session("diego", "alicia");
    host.run(&json!({ "type": "set-affinity", "user": "diego", "session": session, "points": points }))
        .unwrap();
    (host, session)
}

fn say(host: &mut Host, session: &str, text: &str) -> Reply {
    match host.send("diego", session, text).unwrap() {
        Output::Reply(reply) => *reply,
        other => panic!("a reply was expected, not {other:?}"),
    }
}

#[test]
fn row_6_compile_changes_no_template_and_says_the_same_twice() {
    let source = file("personalities/alicia.json");
    let template = std::sync::Arc::new(Template::parse(source.as_bytes()).unwrap());
    let prepared = luminoracore::compile::Prepared::new(std::sync::Arc::clone(&template));
    let options = luminoracore::compile::CompileOptions { affinity: 45.0, ..Default::default() };
    let (once, twice) = (prepared.compile(&options).unwrap(), prepared.compile(&options).unwrap());
    assert_eq!(once.text, twice.text);
    assert_eq!(*template, Template::parse(source.as_bytes()).unwrap());
}

#[test]
fn row_7_a_range_holds_its_ends() {
    let template = Template { hierarchical_config: None, ..plain() };
    let first = &level_at(&template, 0).level.name;
    let held: Vec<bool> =
        [0, 10, 20, 25].map(|points| level_at(&template, points).level.name == *first).to_vec();
    assert_eq!(held, [true, true, true, false]);
}

#[test]
fn row_8_ranges_outside_their_bounds_are_named() {
    let mut document: Value = serde_json::from_str(&file("personalities/alicia.json")).unwrap();
    for (range, code, end) in [
        (json!([-10, 20]), "out_of_range", "/0"),
        (json!([0, 150]), "out_of_range", "/1"),
        (json!([50, 20]), "range_reversed", ""),
    ] {
        document["hierarchical_config"]["relationship_levels"] =
            json!([{ "name": "one", "affinity_range": range }]);
        let validation =
            validate(document.to_string().as_bytes(), ValidateOptions { strict: false, lint: false });
        let path = format!("/hierarchical_config/relationship_levels/0/affinity_range{end}");
        let found = validation
            .problems
            .iter()
            .any(|problem| serde_json::to_value(problem.code).unwrap() == code && problem.path == path);
        assert!(found, "{range}: {:?}", validation.problems);
    }
}

#[test]
fn row_12_to_15_points() {
    let template = with_affinity(AffinityConfig::default());
    let kinds = ["very_positive", "positive", "neutral", "negative", "very_negative"];
    assert_eq!(kinds.map(|kind| delta(kind, 10, &template)), [5, 2, 1, -2, -5], "row 12");
    assert_eq!([delta("positive", 100, &template), delta("positive", 101, &template)], [2, 3], "row 13");
    assert_eq!(delta("negative", 150, &template), -2, "row 14");
    assert_eq!(delta("gift", 10, &with_affinity(points_of("gift", 40))), 10, "row 15");
}

#[test]
fn row_16_to_18_updates_and_their_bounds() {
    let template = with_affinity(AffinityConfig::default());
    let (friend, _) = after(at(40, &template), "very_positive", 0, &template);
    assert_eq!(
        (friend.points, friend.level.as_str(), friend.total_messages, friend.positive_interactions),
        (45, "friend", 1, 1),
        "row 16"
    );
    let six = with_affinity(points_of("gift", 6));
    let made = change(&at(39, &six), Interaction { kind: "gift", length: 10, now: 0 }, &six);
    assert_eq!(
        (made.after, made.level_before.as_str(), made.level_after.as_str()),
        (45, "acquaintance", "friend"),
        "row 17"
    );
    let ten = with_affinity(points_of("gift", 10));
    let less = with_affinity(points_of("blow", -10));
    assert_eq!(after(at(98, &ten), "gift", 0, &ten).0.points, 100, "row 18");
    assert_eq!([2, 5].map(|points| after(at(points, &less), "blow", 0, &less).0.points), [0, 0], "row 18");
}

#[test]
fn row_17_a_new_level_is_told() {
    let mut document: Value = serde_json::from_str(&file("personalities/alicia.json")).unwrap();
    document.as_object_mut().unwrap().remove("hierarchical_config");
    document["affinity_config"] = json!({ "interaction_types": { "gift": 6 }, "interaction_triggers": { "gift": ["a present for you"] } });
    let mut host = Host::new();
    let session = host.session_of("diego", &document.to_string());
    host.run(&json!({ "type": "set-affinity", "user": "diego", "session": session, "points": 39 })).unwrap();
    host.events.clear();
    say(&mut host, &session, "There is a present for you on the table");
    let told = host.events.iter().any(|event| {
        matches!(event, Event::LevelChange { from, to, points: 45, .. } if from == "acquaintance" && to == "friend")
    });
    assert!(told, "{:?}", host.events);
}

#[test]
fn row_19_and_20_progress() {
    let template = with_affinity(AffinityConfig::default());
    let half = at(50, &template).progress(&template);
    assert_eq!(
        (half.next_level.as_deref(), half.points_to_next_level, half.progress_in_level),
        (Some("close_friend"), 11, 0.473_684)
    );
    let top = at(100, &template).progress(&template);
    assert_eq!((top.next_level, top.points_to_next_level, top.progress_in_level), (None, 0, 1.0));
}

#[test]
fn row_21_the_daily_cap() {
    let template = with_affinity(AffinityConfig { daily_cap: Some(5), ..AffinityConfig::default() });
    let (first, _) = after(at(0, &template), "very_positive", 1_000, &template);
    let (second, reasons) = after(first.clone(), "positive", 2_000, &template);
    assert_eq!((first.points, second.points), (5, 5));
    assert!(reasons.contains(&"daily_cap".to_owned()), "{reasons:?}");
    let next_day = after(second, "positive", DAY as i64 + 1_000, &template).0;
    assert_eq!(next_day.points, 7);
}

#[test]
fn row_22_idle_days_take_points_after_the_grace() {
    let template = with_affinity(AffinityConfig {
        decay_per_day: Some(2.0),
        grace_days: 3,
        ..AffinityConfig::default()
    });
    let (start, _) = after(at(49, &template), "neutral", 0, &template);
    assert_eq!(start.points, 50);
    let made = change(&start, Interaction { kind: "neutral", length: 5, now: 5 * DAY as i64 }, &template);
    assert_eq!((made.decay, made.after, made.delta), (4, 47, 1));
    assert!(made.reasons.contains(&"decay".to_owned()));
}

#[test]
fn row_23_a_level_holds_until_its_hysteresis() {
    let template = with_affinity(AffinityConfig {
        hysteresis: 3,
        ..AffinityConfig {
            interaction_types: vec![("two".to_owned(), -2), ("four".to_owned(), -4)],
            ..Default::default()
        }
    });
    assert_eq!(at(41, &template).level, "friend");
    assert_eq!(after(at(41, &template), "two", 0, &template).0.level, "friend", "39 points");
    assert_eq!(after(at(41, &template), "four", 0, &template).0.level, "acquaintance", "37 points");
}

#[test]
fn row_24_a_compliment_at_45_points() {
    let (mut host, session) = session_at(45);
    let state = say(&mut host, &session, "You're pretty").state.unwrap();
    assert_eq!((state.mood.current.as_str(), state.mood.intensity, state.affinity.points), ("shy", 0.5, 47));
    assert_eq!(state.applied, ["friend_level", "shy_mood"]);
    assert!(instructions(host.prompts.last().unwrap()).contains("\nMood: shy, intensity 0.5"));
}

#[test]
fn row_25_and_26_moods_fade() {
    let (mut host, session) = session_at(45);
    say(&mut host, &session, "You're pretty");
    let begun = host.now;
    host.now = begun + 30 * MINUTE;
    assert_eq!(host.core.session_state("diego", &session, host.now).unwrap().mood.intensity, 0.25);
    host.now = begun + 40 * MINUTE;
    let state = say(&mut host, &session, "The bus was red").state.unwrap();
    assert_eq!((state.mood.current.as_str(), state.mood.intensity), ("neutral", 1.0));
}

#[test]
fn row_27_an_unknown_mood_is_refused_and_nothing_stored() {
    let (mut host, session) = session_at(45);
    let before = host.storage.all();
    let mood = json!({ "type": "set-mood", "user": "diego", "session": session, "name": "no_such" });
    assert_eq!(code(host.run(&mood)), ErrorCode::UnknownMood);
    assert_eq!(host.storage.all(), before);
}

#[test]
fn row_43_confidence_below_the_threshold_is_not_kept() {
    let fact = |key: &str, confidence: f64| json!({ "category": "other", "key": key, "value": "x", "confidence": confidence });
    let answer = json!([fact("one", 0.9), fact("two", 0.5), fact("three", 0.8)]).to_string();
    let mut host = Host::new();
    let session = host.session("diego", "alicia");
    let turn = say(&mut host, &session, "Some words").user_turn.unwrap();
    host.model = Box::new(move |_| Some(vec![crate::host::text(&answer), crate::host::finish()]));
    let extract = json!({
        "type": "extract", "user": "diego", "session": session, "turn": turn, "model": { "kind": "test", "id": "test" },
    });
    host.run(&extract).unwrap();
    let kept: Vec<String> = host.facts("diego").into_iter().map(|fact| fact.fact.key).collect();
    assert_eq!(kept, ["one", "three"]);
}

#[test]
fn row_44_to_47_what_a_model_answers() {
    let fact = r#"{"category":"hobbies","key":"chess","value":"chess","confidence":0.9}"#;
    let object = format!(r#"{{"facts":[{fact}]}}"#);
    for answer in [
        object.clone(),
        format!("```json\n{object}\n```"),
        format!("```\n{object}\n```"),
        format!("Sure! {object} Anything else?"),
        format!("[{fact}]"),
    ] {
        assert_eq!(read_extraction(&answer, "I play chess").facts.len(), 1, "row 44: {answer}");
    }
    for answer in [r#"{"facts":null}"#, "```json\n{\"facts\":[{", "I found nothing"] {
        let read = read_extraction(answer, "I play chess");
        assert!(read.facts.is_empty() && !read.dropped.is_empty(), "row 45: {answer}");
    }
    for (confidence, kept) in [(r#","confidence":"0.9""#, 1), (r#","confidence":1.4"#, 0), ("", 0)] {
        let answer = format!(r#"[{{"category":"hobbies","key":"chess","value":"chess"{confidence}}}]"#);
        let read = read_extraction(&answer, "I play chess");
        assert_eq!(read.facts.len(), kept, "row 46: {answer}");
        assert_eq!(read.dropped.iter().any(|item| item.reason == DropReason::BadConfidence), kept == 0);
    }
    let unknown = fact.replace("hobbies", "pastimes");
    assert_eq!(read_extraction(&format!("[{unknown}]"), "").facts[0].category, FactCategory::Other, "row 47");
}

#[test]
fn row_48_and_49_facts_merge() {
    let mut host = Host::new();
    let session = host.session("diego", "alicia");
    say(&mut host, &session, "My name is Ana.");
    say(&mut host, &session, "Actually my name is Eva");
    let [name] = &host.facts("diego")[..] else { panic!("{:?}", host.facts("diego")) };
    assert_eq!((name.fact.value.as_str(), name.fact.status), (Some("Eva"), MemoryStatus::Active));
    assert_eq!(name.fact.history[0].value.as_str(), Some("Ana"), "row 48");
    say(&mut host, &session, "My name is Eva");
    let [name] = &host.facts("diego")[..] else { panic!("{:?}", host.facts("diego")) };
    assert_eq!(name.fact.mention_count, 2, "row 49");
}

#[test]
fn row_50_and_51_importance() {
    use SentimentClass::{Negative, Neutral, VeryNegative, VeryPositive};
    let moment = |sentiment, messages| importance(Some(EpisodeType::EmotionalMoment), sentiment, messages);
    assert_eq!(moment(VeryNegative, 1), 10.0);
    assert_eq!([1, 3, 4].map(|messages| moment(VeryPositive, messages)), [9.6, 9.6, 10.0]);
    assert_eq!(importance(Some(EpisodeType::Routine), Neutral, 1), 2.0);
    assert_eq!(importance(Some(EpisodeType::Conflict), Negative, 1), 6.6);
    assert_eq!(importance(Some(EpisodeType::Achievement), VeryPositive, 1), 8.4);
}

#[test]
fn row_52_an_episode_is_stored_from_the_threshold_on() {
    let said = "We had an argument last night";
    let kept = |threshold: f64| {
        let mut document: Value = serde_json::from_str(&file("personalities/alicia.json")).unwrap();
        document["memory_preferences"] = json!({ "importance_threshold": threshold });
        let mut host = Host::new();
        let session = host.session_of("diego", &document.to_string());
        let found = say(&mut host, &session, said).observation.unwrap().episodes[0].importance;
        let filter = MemoryFilter { types: Some(vec!["episode".to_owned()]), ..MemoryFilter::default() };
        (found, !host.core.memories("diego", &filter, host.now).is_empty())
    };
    let (importance, _) = kept(5.0);
    assert!((5.0..9.9).contains(&importance), "{importance}");
    assert!(kept(importance - 0.1).1 && kept(importance).1, "at the threshold and above");
    assert!(!kept(importance + 0.1).1, "below");
}

#[test]
fn row_53_and_54_importance_fades() {
    let round = |value: f64| (value * 1e6).round() / 1e6;
    assert_eq!(round(9.0 * 0.8), 7.2);
    assert_eq!([30.0, 3650.0, -5.0].map(|days| round(decay(days))), [0.744_381, 0.549_367, 1.0]);
}

#[test]
fn row_55_classes() {
    use EpisodeClass::{Critical, High, Low, Medium, Trivial};
    assert_eq!([9.5, 7.0, 5.0, 3.0, 2.9].map(EpisodeClass::of), [Critical, High, Medium, Low, Trivial]);
    assert_eq!([0.99, 0.8, 0.6].map(FactClass::of), [FactClass::High, FactClass::Medium, FactClass::Low]);
}

#[test]
fn row_56_one_fact_too_many_is_archived_told_and_exported() {
    let mut host = Host::new();
    let session = host.session("diego", "alicia");
    for index in 0..501 {
        let fact = json!({ "key": format!("thing {index}"), "value": index });
        host.run(&json!({ "type": "remember", "user": "diego", "fact": fact })).unwrap();
    }
    let archived =
        host.facts("diego").iter().filter(|fact| fact.fact.status == MemoryStatus::Archived).count();
    let told = host
        .events
        .iter()
        .filter(|event| matches!(event, Event::Archived { ids, .. } if ids.len() == 1))
        .count();
    assert_eq!((archived, told), (1, 1));
    let snapshot = host.core.export_snapshot("diego", &session, Default::default(), host.now).unwrap();
    let snapshot: Value = serde_json::from_str(&snapshot).unwrap();
    assert_eq!(snapshot["current_state"]["learned_facts"].as_array().unwrap().len(), 501);
}

#[test]
fn row_57_to_59_flags() {
    let read = |source: Value| Features::parse((&crate::sample::tree(source)).into());
    let enabled = |preset: &str| read(json!(preset)).unwrap().summary().enabled_count;
    assert_eq!(["all_disabled", "all_enabled", "safe_rollout"].map(enabled), [0, 8, 2], "row 57");
    assert_eq!(read(json!({ "to_dict": true })).unwrap_err().code, ErrorCode::UnknownFeature, "row 58");
    let summary = read(json!({ "mood_system": true, "affinity_system": true })).unwrap().summary();
    assert_eq!((summary.total_features, summary.enabled_count, summary.disabled_count), (8, 2, 6), "row 59");
}

#[test]
fn row_64_three_errors_are_three_problems_in_document_order() {
    let mut document: Value = serde_json::from_str(&file("tests/cases/templates/tove.json")).unwrap();
    document["persona"]["version"] = json!("one");
    document["behavioral_rules"] = json!([]);
    document["advanced_parameters"]["humor"] = json!(2);
    let validation =
        validate(document.to_string().as_bytes(), ValidateOptions { strict: false, lint: false });
    let paths: Vec<&str> = validation.problems.iter().map(|problem| problem.path.as_str()).collect();
    assert_eq!(paths, ["/persona/version", "/behavioral_rules", "/advanced_parameters/humor"]);
}

#[test]
fn row_65_to_67_validation() {
    let source = file("tests/cases/templates/tove.json");
    let document: Value = serde_json::from_str(&source).unwrap();
    let problems = |bytes: &str, strict| {
        let validation = validate(bytes.as_bytes(), ValidateOptions { strict, lint: false });
        let mut found: Vec<(String, String)> = Vec::new();
        for problem in &validation.problems {
            let code = serde_json::to_value(problem.code).unwrap();
            found.push((code.as_str().unwrap().to_owned(), problem.path.clone()));
        }
        (validation.valid, found, validation.problems.first().and_then(|problem| problem.hint.clone()))
    };
    let with = |pointer: &str, value: Value| {
        let mut changed = document.clone();
        *changed.pointer_mut(pointer).unwrap() = value;
        changed.to_string()
    };
    let pair = |code: &str, path: &str| (code.to_owned(), path.to_owned());
    assert_eq!(
        problems(&with("/persona/version", json!("1.0.0\n")), false).1,
        [pair("bad_version", "/persona/version")]
    );
    assert_eq!(problems(&with("/persona/name", json!("  ")), false).1, [pair("blank", "/persona/name")]);
    let nan = source.replacen("\"humor\": 0.3", "\"humor\": NaN", 1);
    assert_ne!(nan, source);
    assert_eq!(problems(&nan, false).1, [pair("json_syntax", "")]);
    let yesterday = with("/metadata/created_at", json!("yesterday"));
    assert_eq!(problems(&yesterday, false).1, [pair("bad_date_time", "/metadata/created_at")]);

    let whimsical = with("/linguistic_profile/tone/0", json!("whimsical"));
    let (valid, found, _) = problems(&whimsical, false);
    assert_eq!(
        (valid, &found[..]),
        (true, &[pair("unknown_word", "/linguistic_profile/tone/0")][..]),
        "row 66"
    );
    assert!(!problems(&whimsical, true).0, "row 66, strict");

    let mut extra = document.clone();
    extra["personna"] = json!({ "x": 1 });
    let (valid, found, hint) = problems(&extra.to_string(), false);
    assert!(valid && found == [pair("unknown_key", "/personna")], "row 67: {found:?}");
    assert!(hint.unwrap().contains("persona"), "row 67");
    let kept = Template::parse(extra.to_string().as_bytes()).unwrap();
    assert!(luminoracore::json::compact(&kept.document).contains("personna"), "row 67");
}

#[test]
fn row_72_a_snapshot_without_a_template_is_refused() {
    let (host, session) = session_at(45);
    let file = host.core.export_snapshot("diego", &session, Default::default(), host.now).unwrap();
    let mut file: Value = serde_json::from_str(&file).unwrap();
    file["persona"] = json!({});
    let mut host = Host::new();
    let import = json!({ "type": "import-snapshot", "source": file.to_string(), "allow_modified": true });
    assert_eq!(code(host.run(&import)), ErrorCode::SnapshotWithoutTemplate);
}

#[test]
fn row_73_export_import_export_is_the_same_bytes() {
    let (mut host, session) = session_at(45);
    say(&mut host, &session, "My name is Ana and my dog Max died yesterday. You're pretty.");
    let file = host.core.export_snapshot("diego", &session, Default::default(), host.now).unwrap();
    let mut other = Host::open(CoreOptions::default(), 4, Storage::default());
    other.now = host.now;
    other.run(&json!({ "type": "import-snapshot", "source": file })).unwrap();
    assert_eq!(other.core.export_snapshot("diego", &session, Default::default(), other.now).unwrap(), file);
}

#[test]
fn every_row_has_a_test() {
    let root = env!("CARGO_MANIFEST_DIR");
    let mut rows = std::collections::BTreeSet::new();
    let files = |folder: &str, ending: &str| -> Vec<String> {
        let mut texts = Vec::new();
        for entry in std::fs::read_dir(format!("{root}/{folder}")).unwrap() {
            let path = entry.unwrap().path();
            if path.to_string_lossy().ends_with(ending) {
                texts.push(std::fs::read_to_string(path).unwrap());
            }
        }
        texts
    };
    for text in files("tests/cases/pure", ".json") {
        let cases: Value = serde_json::from_str(&text).unwrap();
        let cases = cases.as_array().cloned().unwrap_or_default();
        rows.extend(cases.iter().filter_map(|case| case["row"].as_u64()));
    }
    // `fn row_6_…`, `fn row_12_to_15_…`, `fn row_25_and_26_…`; in TypeScript `it("row 74: …")`.
    let names = files("tests/it", ".rs").into_iter().chain(files("tests/node", ".test.ts"));
    for text in names {
        for name in text.split("fn row_").skip(1).chain(text.split("\"row ").skip(1)) {
            let words: Vec<&str> = name.split(['_', ':', ' ']).take(3).collect();
            let number = |index: usize| words.get(index).and_then(|word| word.parse::<u64>().ok());
            let Some(first) = number(0) else { continue };
            let last = match words.get(1) {
                Some(&"to" | &"and") => number(2).unwrap_or(first),
                _ => first,
            };
            rows.extend(first..=last);
        }
    }
    let missing: Vec<u64> = (1..=79).filter(|row| !rows.contains(row)).collect();
    assert!(missing.is_empty(), "no test is named after rows {missing:?}");
}
