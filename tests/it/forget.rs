//! Erasing one turn, one session: nothing of what they said is left anywhere, and no older copy brings it back.

use luminoracore::bundle::snapshot::ExportOptions;
use luminoracore::engine::{
    CoreOptions, Event, Forgotten, HistoryOptions, Output, RecallOptions, Reply, SessionState,
};
use luminoracore::log::{Body, Record, merge};
use serde_json::{Value, json};

use crate::host::{Host, code, finish, text};

const MINUTE: u64 = 60_000;

fn say(host: &mut Host, session: &str, said: &str) -> Reply {
    host.now += MINUTE;
    match host.send("diego", session, said).unwrap() {
        Output::Reply(reply) => *reply,
        other => panic!("a reply was expected, not {other:?}"),
    }
}

fn forget(host: &mut Host, id: &str) -> Vec<Forgotten> {
    match host.run(&json!({ "type": "forget", "user": "diego", "query": id })).unwrap() {
        Output::Forgotten(gone) => gone,
        other => panic!("what is gone was expected, not {other:?}"),
    }
}

fn state(host: &Host, session: &str) -> SessionState {
    host.core.session_state("diego", session, host.now).unwrap()
}

fn export(host: &Host, session: &str) -> String {
    host.core.export_snapshot("diego", session, ExportOptions::default(), host.now).unwrap()
}

fn count(gone: &[Forgotten], kind: &str) -> usize {
    gone.iter().filter(|gone| gone.kind == kind).count()
}

/// Everything that a person, a model or a thief could see of an owner, as one text in lower case.
fn everything(host: &mut Host, sessions: &[&str], asked: &str) -> String {
    let mut all = serde_json::to_string(&host.storage.all()).unwrap();
    all += &String::from_utf8_lossy(&host.core.checkpoint("diego").unwrap());
    all += &String::from_utf8_lossy(&host.core.recall_cache("diego", 0).unwrap());
    all += &serde_json::to_string(&host.facts("diego")).unwrap();
    all += &serde_json::to_string(&host.episodes("diego")).unwrap();
    for session in sessions {
        let history = host.core.history("diego", session, &HistoryOptions::default()).unwrap();
        all += &serde_json::to_string(&history).unwrap();
        let found = host.core.recall("diego", session, asked, &RecallOptions::default(), host.now).unwrap();
        all += &serde_json::to_string(&found).unwrap();
        // Of what is asked about, the question itself says no word.
        let preview = host.core.preview("diego", session, "What do you know about me?", host.now).unwrap();
        all += &format!("{preview:?}");
        all += &export(host, session);
    }
    all.to_lowercase()
}

/// Another core over the same records sees the same.
fn assert_folds_again(host: &Host, session: &str) {
    let mut again = Host::open(CoreOptions::default(), 1, host.storage.clone());
    again.now = host.now;
    assert_eq!(state(&again, session), state(host, session));
    assert_eq!(serde_json::to_value(again.facts("diego")).unwrap(), json!(host.facts("diego")));
    assert_eq!(serde_json::to_value(again.episodes("diego")).unwrap(), json!(host.episodes("diego")));
}

/// Older copies of everything, brought by another tab, another device and a file, change nothing.
fn bring_back(host: &mut Host, copies: Vec<Record>, file: &str) -> Vec<Value> {
    host.core.absorb(copies.clone(), host.now).unwrap();
    host.core.load(copies, host.now).unwrap();
    let command = json!({ "type": "import-snapshot", "source": file, "on_conflict": "replace" });
    match host.run(&command).unwrap() {
        Output::Import(report) => {
            report.report.iter().map(|note| serde_json::to_value(note).unwrap()).collect()
        }
        other => panic!("a report was expected, not {other:?}"),
    }
}

#[test]
fn a_turn_goes_with_what_was_learned_from_it() {
    let mut host = Host::new();
    let session = host.session("diego", "alicia");
    say(&mut host, &session, "Good morning!");
    let before = state(&host, &session);
    let secret = say(&mut host, &session, "You're pretty. My name is Zebulon and I'm allergic to quokkas.");
    say(&mut host, &session, "It rains.");
    let turn = secret.user_turn.unwrap();
    assert!(host.facts("diego").len() >= 2);
    let words = ["zebulon", "quokka"];
    let seen = everything(&mut host, &[&session], "Zebulon quokkas");
    assert!(words.iter().all(|word| seen.contains(word)));
    let (copies, file) = (host.storage.all(), export(&host, &session));

    host.events.clear();
    let gone = forget(&mut host, &turn);
    assert_eq!((count(&gone, "turn"), count(&gone, "run"), count(&gone, "memory")), (1, 1, 2));
    let told = host.events.iter().filter(|event| matches!(event, Event::MemoryChange(_))).count();
    assert_eq!(told, 2);
    assert_eq!(host.events.last(), Some(&Event::Forgotten { erased: gone }));
    assert!(forget(&mut host, &turn).is_empty(), "it is gone already");

    let after = state(&host, &session);
    assert_eq!(after.affinity.total_messages, 2);
    assert_eq!(after.affinity.points, before.affinity.points + 1, "what it gave is not counted");
    // What the personality answered stays.
    assert_eq!(host.core.history("diego", &session, &HistoryOptions::default()).unwrap().len(), 5);
    assert_folds_again(&host, &session);

    let notes = bring_back(&mut host, copies, &file);
    assert_eq!(notes.iter().filter(|note| note["action"] == "skipped").count(), 3, "{notes:?}");
    let imported = host.core.sessions("diego").into_iter().map(|session| session.id).collect::<Vec<_>>();
    assert_eq!(imported.len(), 2);
    let sessions: Vec<&str> = imported.iter().map(String::as_str).collect();
    let seen = everything(&mut host, &sessions, "Zebulon quokkas");
    for word in words {
        assert!(!seen.contains(word), "{word} is still there");
    }
}

#[test]
fn what_other_turns_say_too_is_still_known_but_not_by_the_old_record() {
    let mut host = Host::new();
    let session = host.session("diego", "alicia");
    say(&mut host, &session, "My name is Ana.");
    let corrected = say(&mut host, &session, "Actually my name is Zebulon.").user_turn.unwrap();
    let first = host.facts("diego")[0].id.clone();
    let (copies, file) = (host.storage.all(), export(&host, &session));
    forget(&mut host, &corrected);
    let [fact] = &host.facts("diego")[..] else { panic!("one fact was expected") };
    assert_eq!((fact.fact.value.as_str(), fact.fact.history.len()), (Some("Ana"), 0));
    assert_ne!(fact.id, first, "an older copy of the old record cannot win");
    assert_folds_again(&host, &session);
    bring_back(&mut host, copies, &file);
    assert_eq!(host.facts("diego")[0].fact.value.as_str(), Some("Ana"));
    assert!(!everything(&mut host, &[&session], "Zebulon").contains("zebulon"));
    // And it can be learned anew, when it is said anew.
    say(&mut host, &session, "My name is Eva.");
    assert_eq!(host.facts("diego")[0].fact.value.as_str(), Some("Eva"));
}

#[test]
fn an_episode_is_told_again_by_the_turns_that_are_left() {
    let mut host = Host::new();
    let session = host.session("diego", "alicia");
    say(&mut host, &session, "My dog Max died yesterday.");
    let second =
        say(&mut host, &session, "I lost my cat Zebulon today too, I am heartbroken.").user_turn.unwrap();
    let [both] = &host.episodes("diego")[..] else { panic!("one episode was expected") };
    assert_eq!(both.episode.message_count, 2);
    assert!(both.episode.summary.contains("Zebulon"));
    forget(&mut host, &second);
    let [left] = &host.episodes("diego")[..] else { panic!("one episode was expected") };
    assert_eq!(left.episode.message_count, 1);
    assert!(left.episode.summary.contains("Max"), "{}", left.episode.summary);
    assert!(!everything(&mut host, &[&session], "Zebulon").contains("zebulon"));
    let first = left.episode.sources[0].turn.clone();
    forget(&mut host, &first);
    assert!(host.episodes("diego").is_empty());
    assert_folds_again(&host, &session);
}

#[test]
fn a_session_goes_with_its_turns_and_leaves_the_others() {
    let mut host = Host::new();
    let (kept, lost) = (host.session("diego", "alicia"), host.session("diego", "alicia"));
    say(&mut host, &kept, "I live in Lima.");
    let before = state(&host, &kept);
    host.run(&json!({ "type": "update-session", "user": "diego", "session": lost, "title": "Zebulon" }))
        .unwrap();
    say(&mut host, &lost, "You're pretty, I'm allergic to quokkas and I live in Lima.");
    say(&mut host, &lost, "My dog Zebulon died yesterday.");
    let (copies, file) = (host.storage.all(), export(&host, &lost));
    let gone = forget(&mut host, &lost);
    assert_eq!((count(&gone, "session"), count(&gone, "turn"), count(&gone, "run")), (1, 4, 2));
    assert!(host.core.session("diego", &lost).is_err());
    assert_eq!(code(host.send("diego", &lost, "Hello?")), luminoracore::ErrorCode::UnknownSession);
    assert_eq!(state(&host, &kept).affinity, before.affinity);
    let [lima] = &host.facts("diego")[..] else { panic!("one fact was expected: {:?}", host.facts("diego")) };
    assert_eq!((lima.fact.value.as_str(), lima.fact.mention_count), (Some("Lima"), 1));
    assert_folds_again(&host, &kept);
    bring_back(&mut host, copies, &file);
    let sessions = host.core.sessions("diego").into_iter().map(|session| session.id).collect::<Vec<_>>();
    let sessions: Vec<&str> = sessions.iter().map(String::as_str).collect();
    let seen = everything(&mut host, &sessions, "Zebulon quokkas");
    for word in ["zebulon", "quokka"] {
        assert!(!seen.contains(word), "{word} is still there");
    }
}

/// A model is asked about a turn, the turn is erased, and what the model found is stored at that very moment.
#[test]
fn what_is_on_its_way_to_the_storage_goes_too() {
    use luminoracore::engine::{Command, Effect, EffectResult, Environment};

    let mut host = Host::new();
    let session = host.session("diego", "alicia");
    let turn = say(&mut host, &session, "The neighbours call me Zebulon.").user_turn.unwrap();
    let command = json!({
        "type": "extract", "user": "diego", "session": session, "turn": turn,
        "model": { "kind": "test", "id": "test" },
    });
    let command = Command::parse(&crate::sample::tree(&command)).unwrap();
    let step = host.core.dispatch(command, &Environment { now: host.now, seed: [9; 32] });
    let answer = json!({ "facts": [{
        "category": "other", "key": "nickname", "value": "Zebulon", "confidence": 0.9, "quote": "call me Zebulon",
    }] });
    host.resume(step.op, text(&answer.to_string()));
    let step = host.resume(step.op, finish());
    let [Effect::Append { records, .. }] = &step.effects[..] else { panic!("a batch was expected") };
    let batch = records.as_ref().clone();
    assert!(batch.iter().any(|record| matches!(record.body(), Some(Body::Fact(_)))));

    let gone = forget(&mut host, &turn);
    // The rules had found a name in it.
    assert_eq!((count(&gone, "memory"), count(&gone, "run")), (2, 2));
    let step = host.resume(step.op, EffectResult::Stored);
    assert!(matches!(step.done, Some(Ok(Output::Extraction(_)))));
    host.core.load(batch, host.now).unwrap();
    assert!(host.facts("diego").is_empty());
    assert!(!everything(&mut host, &[&session], "Zebulon").contains("zebulon"));
}

#[test]
fn an_answer_can_be_forgotten_by_itself() {
    let mut host = Host::new();
    let session = host.session("diego", "alicia");
    host.model = Box::new(|_| Some(vec![text("Dear Zebulon!"), finish()]));
    let reply = say(&mut host, &session, "You're pretty");
    let before = state(&host, &session);
    let gone = forget(&mut host, &reply.turn.unwrap());
    assert_eq!((gone.len(), gone[0].kind), (1, "turn"));
    assert_eq!(state(&host, &session), before, "what the person said counts as before");
    assert!(!everything(&mut host, &[&session], "Zebulon").contains("zebulon"));
}

#[test]
fn only_what_a_person_tells_can_be_named_by_its_id() {
    let mut host = Host::new();
    let session = host.session("diego", "alicia");
    let reply = say(&mut host, &session, "Hello");
    let instance = host.core.session("diego", &session).unwrap().instance;
    for id in [reply.run.unwrap(), instance, "turn_unknown".to_owned()] {
        assert!(forget(&mut host, &id).is_empty(), "{id}");
    }
}

#[test]
fn what_one_tab_learns_while_another_erases_where_it_was_said_goes_too() {
    let mut one = Host::new();
    let session = one.session("diego", "alicia");
    let said = say(&mut one, &session, "My name is Ana.").user_turn.unwrap();
    let (learned, others): (Vec<Record>, Vec<Record>) =
        one.storage.all().into_iter().partition(|record| record.kind == "memory");
    assert!(!learned.is_empty());
    let mut two = Host::open(CoreOptions::default(), 7, Default::default());
    two.now = one.now + MINUTE;
    two.core.load(others, two.now).unwrap();
    forget(&mut two, &said);
    let erased = two.storage.all();

    // Each hears of the other, and both come to the same.
    let swept = one.core.hear(erased.clone(), one.now + MINUTE).unwrap().swept;
    assert_eq!(two.core.hear(learned.clone(), two.now).unwrap().swept, swept);
    let ids = |records: &[Record]| records.iter().map(|record| record.id.clone()).collect::<Vec<_>>();
    assert_eq!(ids(&swept), ids(&learned));
    for host in [&mut one, &mut two] {
        host.core.load(swept.clone(), host.now + MINUTE).unwrap();
        assert!(host.facts("diego").is_empty());
        // What is known already has no further consequences.
        for records in [&erased, &learned, &swept] {
            assert!(host.core.hear(records.clone(), host.now + MINUTE).unwrap().swept.is_empty());
        }
    }
}

/// A view that forgets a session has not heard of what another one said in it; nor has that one of the erasure.
#[test]
fn whoever_opens_a_log_finds_what_should_have_gone_with_an_erasure() {
    let mut one = Host::new();
    let session = one.session("diego", "alicia");
    say(&mut one, &session, "Hello there");
    let before = one.storage.all();
    // It knows neither the turn nor what was learned from it.
    let mut two = Host::open(CoreOptions::default(), 7, Default::default());
    two.now = one.now + MINUTE;
    two.core.load(before, two.now).unwrap();
    say(&mut one, &session, "My name is Ana.");
    forget(&mut two, &session);
    let stored = merge(&one.storage.all(), &two.storage.all()).unwrap();

    let open = |records: &[Record]| {
        let mut host = Host::open(CoreOptions::default(), 8, Default::default());
        host.now = two.now;
        let heard = host.core.hear(records.to_vec(), host.now).unwrap();
        host.core.load(heard.swept.clone(), host.now).unwrap();
        assert!(host.facts("diego").is_empty());
        assert!(host.core.sessions("diego").is_empty());
        sorted(heard.swept)
    };
    let swept = open(&stored);
    let mut kinds: Vec<&str> = swept.iter().map(|record| &*record.kind).collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["memory", "run", "turn", "turn"]);
    assert!(swept.iter().all(|record| record.content.is_erased()));
    // Once they are stored there is nothing left to do.
    assert!(open(&merge(&stored, &swept).unwrap()).is_empty());
    // From a checkpoint of what was there before, it is the same.
    let mut host = Host::open(CoreOptions::default(), 9, Default::default());
    host.now = two.now;
    host.core.load(one.storage.all(), host.now).unwrap();
    let checkpoint = host.core.checkpoint("diego").unwrap();
    let mut host = Host::open(CoreOptions::default(), 9, Default::default());
    host.now = two.now;
    assert!(host.core.restore_checkpoint("diego", checkpoint));
    assert_eq!(sorted(host.core.hear(two.storage.all(), host.now).unwrap().swept), swept);
}

fn sorted(mut records: Vec<Record>) -> Vec<Record> {
    records.sort_by(|a, b| a.id.cmp(&b.id));
    records
}
