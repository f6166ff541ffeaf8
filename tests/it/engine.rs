//! The turn as users meet it: what it stores, what it tells, and what is left when something fails.

use luminoracore::ErrorCode;
use luminoracore::engine::{
    Command, CoreOptions, Effect, EffectResult, Environment, Event, Features, HistoryOptions, Output,
};
use luminoracore::log::body::Role;
use serde_json::json;

use crate::host::{Host, Storage, body, code, file, finish, text};
use crate::sample::tree;

const MINUTE: u64 = 60_000;
const DAY: u64 = 24 * 60 * MINUTE;

fn reply(output: Output) -> luminoracore::engine::Reply {
    match output {
        Output::Reply(reply) => *reply,
        other => panic!("a reply was expected, not {other:?}"),
    }
}

#[test]
fn a_turn_is_one_batch_of_turn_run_and_turn() {
    let mut host = Host::new();
    let session = host.session("diego", "alicia");
    let before = host.storage.batches.len();
    let reply = reply(host.send("diego", &session, "You're pretty").unwrap());
    assert_eq!(host.storage.batches.len(), before + 1);
    let kinds: Vec<&str> = host.storage.batches[before].iter().map(|record| record.kind.as_ref()).collect();
    assert_eq!(kinds, ["turn", "run", "turn"]);
    assert_eq!(reply.text, "Hello.");
    assert_eq!(host.prompts[0].messages.last().unwrap().content, "You're pretty");
}

#[test]
fn a_compliment_at_45_points_makes_alicia_shy_and_the_reply_is_given_shyly() {
    let mut host = Host::new();
    let session = host.session("diego", "alicia");
    host.run(&json!({ "type": "set-affinity", "user": "diego", "session": session, "points": 45 })).unwrap();
    let reply = reply(host.send("diego", &session, "You're pretty").unwrap());
    let state = reply.state.unwrap();
    assert_eq!((state.affinity.points, state.affinity.level.as_str()), (47, "friend"));
    assert_eq!((state.mood.current.as_str(), state.mood.intensity), ("shy", 0.5));
    assert_eq!(state.applied, ["friend_level", "shy_mood"]);
    let parameters = serde_json::to_value(state.parameters).unwrap();
    let expected = json!({ "verbosity": 0.6, "formality": 0.4, "humor": 0.5, "empathy": 1.0, "creativity": 0.6, "directness": 0.1 });
    assert_eq!(parameters, expected);
    assert_eq!(host.prompts[0].temperature, 0.64);
    assert!(host.events.iter().any(|event| matches!(event, Event::MoodChange { to, .. } if to == "shy")));
}

#[test]
fn a_failed_or_empty_answer_leaves_nothing_and_the_next_send_works() {
    let mut host = Host::new();
    let session = host.session("diego", "alicia");
    let before = host.storage.all();
    host.model = Box::new(|_| None);
    assert_eq!(code(host.send("diego", &session, "Hello")), ErrorCode::HostFailure);
    host.model = Box::new(|_| Some(vec![text("half an ans")]));
    assert_eq!(code(host.send("diego", &session, "Hello")), ErrorCode::HostFailure);
    host.model = Box::new(|_| Some(vec![text(" \n"), finish()]));
    assert_eq!(code(host.send("diego", &session, "Hello")), ErrorCode::ModelBadResponse);
    assert_eq!(host.storage.all(), before);
    assert!(host.core.history("diego", &session, &HistoryOptions::default()).unwrap().is_empty());
    host.model = Box::new(|_| Some(vec![text("Here I am."), finish()]));
    host.send("diego", &session, "Hello").unwrap();
    assert_eq!(host.core.history("diego", &session, &HistoryOptions::default()).unwrap().len(), 2);
}

#[test]
fn arguments_out_of_line_are_refused_by_name() {
    let mut host = Host::new();
    let session = host.session("diego", "alicia");
    let before = host.storage.all();
    assert_eq!(code(host.send("diego", &session, "  ")), ErrorCode::InvalidArgument);
    assert_eq!(code(host.send("diego", "nowhere", "Hi")), ErrorCode::UnknownSession);
    assert_eq!(code(host.send("another", &session, "Hi")), ErrorCode::UnknownSession);
    let by_hand = |kind: &str, key: &str, value: serde_json::Value| {
        let mut command = json!({ "type": kind, "user": "diego", "session": session });
        command[key] = value;
        command
    };
    assert_eq!(code(host.run(&by_hand("set-mood", "name", json!("no_such")))), ErrorCode::UnknownMood);
    assert_eq!(code(host.run(&by_hand("set-affinity", "points", json!(20.5)))), ErrorCode::OutOfRange);
    assert_eq!(code(host.run(&by_hand("set-affinity", "points", json!(101)))), ErrorCode::OutOfRange);
    assert_eq!(code(host.run(&by_hand("update-session", "title", json!(" ")))), ErrorCode::OutOfRange);
    let reserved =
        json!({ "type": "create-session", "user": "luminora:x", "template": { "reference": "Alicia" } });
    assert_eq!(code(host.run(&reserved)), ErrorCode::InvalidOwner);
    assert_eq!(host.storage.all(), before);
}

#[test]
fn a_library_knows_templates_by_name_alias_and_id() {
    let mut host = Host::new();
    let document = file("personalities/alicia.json");
    let add = json!({ "type": "add-template", "source": document });
    host.run(&add).unwrap();
    let batches = host.storage.batches.len();
    host.run(&add).unwrap();
    assert_eq!(host.storage.batches.len(), batches, "the same content again is a no-op");
    let id = host.core.templates()[0].id.clone();
    for reference in ["Alicia", "alicia", "ALICIA", &id] {
        let command =
            json!({ "type": "create-session", "user": "diego", "template": { "reference": reference } });
        host.run(&command).unwrap_or_else(|error| panic!("{reference}: {error}"));
    }
    let changed = document.replacen("\"description\": \"", "\"description\": \"Changed. ", 1);
    assert_ne!(changed, document);
    assert_eq!(
        code(host.run(&json!({ "type": "add-template", "source": changed }))),
        ErrorCode::TemplateConflict
    );
    let unknown = json!({ "type": "create-session", "user": "diego", "template": { "reference": "Alic" } });
    assert_eq!(code(host.run(&unknown)), ErrorCode::UnknownTemplate);
}

#[test]
fn two_sessions_of_one_person_share_affinity_but_not_the_mood() {
    let mut host = Host::new();
    let (first, second) = (host.session("diego", "alicia"), host.session("diego", "alicia"));
    host.send("diego", &first, "You're pretty").unwrap();
    let (first, second) = (
        host.core.session_state("diego", &first, host.now).unwrap(),
        host.core.session_state("diego", &second, host.now).unwrap(),
    );
    assert_eq!(first.affinity, second.affinity);
    assert_eq!((first.mood.current.as_str(), second.mood.current.as_str()), ("shy", "neutral"));
}

#[test]
fn moods_fade_with_time_also_when_nobody_speaks() {
    let mut host = Host::new();
    let session = host.session("diego", "alicia");
    host.send("diego", &session, "You're pretty").unwrap();
    let at = |host: &Host, minutes: u64| {
        let mood = host.core.session_state("diego", &session, host.now + minutes * MINUTE).unwrap().mood;
        (mood.current, mood.intensity)
    };
    assert_eq!(at(&host, 30), ("shy".to_owned(), 0.25));
    assert_eq!(at(&host, 40), ("neutral".to_owned(), 1.0));
}

#[test]
fn a_paused_session_wakes_and_an_archived_one_refuses() {
    let mut host = Host::new();
    let session = host.session("diego", "alicia");
    let status = |status: &str| json!({ "type": "update-session", "user": "diego", "session": session, "status": status });
    host.run(&status("paused")).unwrap();
    host.send("diego", &session, "Hello").unwrap();
    let summary = serde_json::to_value(host.core.session("diego", &session).unwrap()).unwrap();
    assert_eq!(summary["status"], "active");
    host.run(&status("archived")).unwrap();
    assert_eq!(code(host.send("diego", &session, "Hello")), ErrorCode::SessionArchived);
}

#[test]
fn manual_mode_records_without_a_call_and_takes_the_hosts_answer() {
    let mut host = Host::new();
    let session = host.session("diego", "alicia");
    let manual = json!({
        "type": "send", "user": "diego", "session": session, "text": "I love this", "model": { "kind": "manual", "id": "manual" },
    });
    let said = reply(host.run(&manual).unwrap());
    assert_eq!((said.text.as_str(), said.turn), ("", None));
    assert!(host.prompts.is_empty());
    let points = said.state.unwrap().affinity.points;
    assert!(points > 0);
    let answer = json!({ "type": "reply", "user": "diego", "session": session, "text": "So do I." });
    let answered = reply(host.run(&answer).unwrap());
    assert_eq!(answered.state.unwrap().affinity.points, points);
    let turns = host.core.history("diego", &session, &HistoryOptions::default()).unwrap();
    let said: Vec<(Role, &str)> = turns.iter().map(|turn| (turn.role, turn.text.as_str())).collect();
    assert_eq!(said, [(Role::User, "I love this"), (Role::Assistant, "So do I.")]);
}

#[test]
fn the_scripted_model_needs_nobody_and_says_the_same_again() {
    let talk = || {
        let mut host = Host::new();
        let session = host.session("diego", "dr_luna");
        ["Hello!", "Why is the sky blue?", "I am sad today", "Goodbye"]
            .map(|said| reply(host.send_scripted("diego", &session, said).unwrap()).text)
    };
    assert_eq!(talk(), talk());
    assert!(talk().iter().all(|answer| !answer.trim().is_empty()));
}

#[test]
fn history_is_paged_from_the_newest() {
    let mut host = Host::new();
    let session = host.session("diego", "alicia");
    for number in 0..5 {
        host.send("diego", &session, &format!("Number {number}")).unwrap();
    }
    let page = |limit, before| {
        host.core.history("diego", &session, &HistoryOptions { limit: Some(limit), before }).unwrap()
    };
    let newest = page(3, None);
    assert_eq!(newest[1].text, "Number 4");
    let older = page(100, Some(newest[0].id.clone()));
    assert_eq!(older.len(), 7);
    assert_eq!(older[0].text, "Number 0");
    let unknown = HistoryOptions { limit: None, before: Some("turn_x".to_owned()) };
    assert!(host.core.history("diego", &session, &unknown).is_err());
}

#[test]
fn a_preview_calls_nothing_stores_nothing_and_tells_what_a_turn_would_ask() {
    let mut host = Host::new();
    let session = host.session("diego", "alicia");
    host.send("diego", &session, "Hello").unwrap();
    let before = host.storage.all();
    let preview = host.core.preview("diego", &session, "You're pretty", host.now).unwrap();
    assert_eq!(host.storage.all(), before);
    host.send("diego", &session, "You're pretty").unwrap();
    assert_eq!(preview.system, host.prompts[1].system);
    assert_eq!(preview.messages as usize, host.prompts[1].messages.len());
}

#[test]
fn a_long_conversation_is_cut_to_the_budget_newest_first() {
    let options = CoreOptions { context_tokens: 2_000, ..CoreOptions::default() };
    let mut host = Host::open(options, 0, Storage::default());
    let session = host.session("diego", "alicia");
    for number in 0..40 {
        host.send("diego", &session, &format!("Story {number}: {}", "once upon a time ".repeat(8))).unwrap();
    }
    let last = host.prompts.last().unwrap();
    let tokens: u32 =
        last.messages.iter().map(|message| luminoracore::context::estimate(&message.content) + 4).sum();
    assert!(tokens + luminoracore::context::estimate(&last.system) + 4 <= 2_000);
    assert!(last.messages.len() > 2 && last.messages.len() < 79, "{}", last.messages.len());
    assert!(last.messages[last.messages.len() - 4].content.starts_with("Story 38"));
}

#[test]
fn flags_that_are_off_leave_no_trace() {
    let options = CoreOptions { features: Features::NONE, ..CoreOptions::default() };
    let mut host = Host::open(options, 0, Storage::default());
    let session = host.session("diego", "alicia");
    let state = reply(host.send("diego", &session, "I love you, you're pretty!").unwrap()).state.unwrap();
    assert_eq!((state.affinity.points, state.mood.current.as_str()), (0, "neutral"));
    assert!(state.applied.is_empty());
    let run = body(&mut host.storage.batches.last_mut().unwrap()[1]);
    assert!(!run.contains_key("affinity") && !run.contains_key("mood"));
    let set = json!({ "type": "set-affinity", "user": "diego", "session": session, "points": 50 });
    assert_eq!(code(host.run(&set)), ErrorCode::FeatureDisabled);
}

#[test]
fn a_wrong_clock_never_takes_points_it_should_not() {
    let mut template: serde_json::Value = serde_json::from_str(&file("personalities/alicia.json")).unwrap();
    template["affinity_config"]["decay_per_day"] = json!(2);
    template["affinity_config"]["grace_days"] = json!(3);
    let mut host = Host::new();
    let session = host.session_of("diego", &template.to_string());
    host.run(&json!({ "type": "set-affinity", "user": "diego", "session": session, "points": 50 })).unwrap();
    host.send("diego", &session, "Today is Tuesday").unwrap();
    host.now -= 10 * DAY;
    let state = reply(host.send("diego", &session, "Today is Tuesday").unwrap()).state.unwrap();
    assert_eq!(state.affinity.points, 52, "a clock that went back counts as no time at all");
    host.now += 15 * DAY;
    let state = reply(host.send("diego", &session, "Today is Tuesday").unwrap()).state.unwrap();
    assert_eq!(state.affinity.points, 52 - 4 + 1, "five idle days, three of grace");
}

#[test]
fn whatever_a_model_is_called_its_runs_can_be_read_again() {
    for (kind, id) in [("", " "), ("k", &*"é".repeat(300)), (&*"x".repeat(300), "")] {
        let mut host = Host::new();
        let session = host.session("diego", "alicia");
        host.run(&json!({
            "type": "send", "user": "diego", "session": session, "text": "You're pretty",
            "model": { "kind": kind, "id": id },
        }))
        .unwrap();
        let again = Host::open(CoreOptions::default(), 9, host.storage.clone());
        assert_eq!(again.core.record_count("diego"), host.core.record_count("diego"));
        let points =
            |host: &Host| host.core.session_state("diego", &session, host.now).unwrap().affinity.points;
        assert_eq!((points(&again), points(&again) > 0), (points(&host), true));
    }
}

#[test]
fn a_clock_that_is_put_right_during_a_reply_makes_no_run_unreadable() {
    let mut host = Host::new();
    let session = host.session("diego", "alicia");
    let send = Command::parse(&tree(json!({
        "type": "send", "user": "diego", "session": session, "text": "You're pretty",
        "model": { "kind": "test", "id": "test" },
    })))
    .unwrap();
    // It began in 1970.
    let mut step = host.core.dispatch(send, &Environment { now: 1, seed: [3; 32] });
    for result in [text("Hello."), finish()] {
        step = host.resume(step.op, result);
    }
    let Some(Effect::Append { records, .. }) = step.effects.into_iter().next() else { panic!("a batch") };
    host.storage.append(&records);
    host.resume(step.op, EffectResult::Stored).done.unwrap().unwrap();
    let again = Host::open(CoreOptions::default(), 9, host.storage.clone());
    assert_eq!(again.core.record_count("diego"), host.core.record_count("diego"));
}
