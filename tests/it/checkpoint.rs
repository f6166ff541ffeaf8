//! A checkpoint opens as the log that it was made of, whatever comes after it, and anything else is no checkpoint.

use luminoracore::bundle::snapshot::ExportOptions;
use luminoracore::engine::{Core, CoreOptions, Environment, HistoryOptions, RecallOptions};
use luminoracore::log::Record;
use proptest::prelude::*;
use serde_json::json;

use crate::host::{Host, packs};
use crate::sample::tree;

const SAYINGS: [&str; 9] = [
    "Good morning! My name is Ana and I live in Lisbon.",
    "You're pretty",
    "My dog Max died yesterday.",
    "I hate you",
    "My favourite tea is jasmine.",
    "That was terrible, you are stupid",
    "What do you think of the sea at Lisbon?",
    "I am so happy today!!!",
    "Actually my name is Eva.",
];

/// A life in short: two sessions, facts and episodes, moods and points by hand, a note, and things that were erased.
fn live(turns: usize) -> (Host, String) {
    let mut host = Host::new();
    let sessions = [host.session("diego", "alicia"), host.session("diego", "alicia")];
    for round in 0..turns {
        let session = &sessions[usize::from(round % 5 == 4)];
        host.now += 7 * 60_000 + if round % 6 == 5 { 3 * 86_400_000 } else { 0 };
        host.send("diego", session, SAYINGS[round % SAYINGS.len()]).unwrap();
        let further = match round {
            3 => json!({ "type": "set-mood", "user": "diego", "session": session, "name": "shy" }),
            5 => json!({ "type": "set-affinity", "user": "diego", "session": session, "points": 60 }),
            6 => json!({ "type": "import-notes", "user": "diego", "documents": [
                { "source": "garden.md", "text": "The roses by the gate need water." } ] }),
            8 => json!({ "type": "forget", "user": "diego", "query": "jasmine" }),
            9 => json!({ "type": "forget", "user": "diego", "source": "garden.md" }),
            _ => continue,
        };
        host.run(&further).unwrap();
    }
    let [session, _] = sessions;
    (host, session)
}

fn open(now: u64) -> Core {
    Core::open(CoreOptions::default(), packs(), &Environment { now, seed: [9; 32] })
}

fn opened(records: &[Record], now: u64) -> Core {
    let mut core = open(now);
    core.load(records.to_vec(), now).unwrap();
    core
}

fn restored(checkpoint: &[u8], now: u64) -> Core {
    let mut core = open(now);
    assert!(core.restore_checkpoint("diego", checkpoint.to_vec()));
    core
}

/// Everything that the API tells of an owner.
fn told(core: &mut Core, session: &str, now: u64) -> Vec<String> {
    let options = ExportOptions::default();
    let recall = RecallOptions::default();
    let before = core.export_snapshot("diego", session, options, now).unwrap();
    vec![
        before,
        format!("{:?}", core.session_state("diego", session, now)),
        format!("{:?}", core.affinity_history("diego", session)),
        format!("{:?}", core.explain_affinity("diego", session)),
        format!("{:?}", core.mood_history("diego", session)),
        format!("{:?}", core.history("diego", session, &HistoryOptions::parse(&tree(json!({}))).unwrap())),
        format!("{:?}", core.sessions("diego")),
        format!("{:?}", core.analytics("diego", None)),
        format!("{:?}", core.recall("diego", session, "Where does she live, in Lisbon?", &recall, now)),
        format!(
            "{:?}",
            core.preview("diego", session, "Tell me about Lisbon", now).map(|preview| preview.tokens)
        ),
        format!("{:?}", core.retention("diego", now)),
    ]
}

#[test]
fn a_checkpoint_opens_as_the_log_did() {
    let (host, session) = live(40);
    let now = host.now;
    let mut core = opened(&host.storage.scan("diego"), now);
    let checkpoint = core.checkpoint("diego").unwrap();
    let mut again = restored(&checkpoint, now);
    assert_eq!(again.record_count("diego"), host.storage.scan("diego").len());
    // Written before a single body was read, and after all of them were.
    assert_eq!(again.checkpoint("diego").unwrap(), checkpoint);
    assert_eq!(told(&mut again, &session, now), told(&mut core, &session, now));
    assert_eq!(again.checkpoint("diego").unwrap(), checkpoint);
}

#[test]
fn the_conversation_goes_on_where_it_was() {
    let (host, session) = live(12);
    let checkpoint = host.core.checkpoint("diego").unwrap();
    let mut went_on = Host::open(CoreOptions::default(), 0, host.storage.clone());
    let mut again = Host::open(CoreOptions::default(), 0, host.storage.clone());
    went_on.core = opened(&host.storage.scan("diego"), host.now);
    again.core = restored(&checkpoint, host.now);
    for other in [&mut went_on, &mut again] {
        other.now = host.now + 400 * 86_400_000;
        for saying in SAYINGS {
            other.now += 60_000;
            other.send("diego", &session, saying).unwrap();
        }
    }
    assert_eq!(went_on.prompts, again.prompts);
    assert_eq!(went_on.storage.scan("diego"), again.storage.scan("diego"));
}

#[test]
fn more_changes_of_affinity_than_are_kept_are_all_told() {
    let mut host = Host::new();
    let session = host.session("diego", "alicia");
    let points = |host: &mut Host, points| {
        host.run(&json!({ "type": "set-affinity", "user": "diego", "session": session, "points": points }))
            .unwrap();
    };
    let say = |host: &mut Host, count: usize| {
        for round in 0..count {
            host.now += 60_000;
            host.send("diego", &session, if round % 3 == 0 { "You're pretty" } else { "I hate you" })
                .unwrap();
        }
    };
    say(&mut host, 3);
    // A baseline with a history of its own.
    points(&mut host, 60);
    say(&mut host, 1_010);
    let checkpoint = host.core.checkpoint("diego").unwrap();
    let mut again = restored(&checkpoint, host.now);
    assert_eq!(again.checkpoint("diego").unwrap(), checkpoint);
    let mut folded_at_once = opened(&host.storage.scan("diego"), host.now);
    assert_eq!(folded_at_once.checkpoint("diego").unwrap(), checkpoint);
    let history = again.affinity_history("diego", &session).unwrap();
    assert_eq!(history.len(), 1_014);
    let expected = told(&mut host.core, &session, host.now);
    assert_eq!(told(&mut again, &session, host.now), expected);
    assert_eq!(told(&mut folded_at_once, &session, host.now), expected);
}

#[test]
fn whatever_is_not_a_checkpoint_of_this_owner_changes_nothing() {
    let (host, session) = live(6);
    let checkpoint = host.core.checkpoint("diego").unwrap();
    let mut core = open(host.now);
    assert!(!core.restore_checkpoint("ana", checkpoint.clone()));
    for length in (0..checkpoint.len()).step_by(7) {
        assert!(!core.restore_checkpoint("diego", checkpoint[..length].to_vec()), "{length}");
    }
    for place in (0..checkpoint.len()).step_by(11) {
        let mut damaged = checkpoint.clone();
        damaged[place] ^= 0x10;
        assert!(!core.restore_checkpoint("diego", damaged), "{place}");
    }
    assert_eq!(core.record_count("diego"), 0);
    assert!(core.restore_checkpoint("diego", checkpoint.clone()));
    // There is something already.
    assert!(!core.restore_checkpoint("diego", checkpoint.clone()));
    assert!(core.session_state("diego", &session, host.now).is_ok());
    assert!(core.checkpoint("nobody").is_none());
}

#[test]
fn what_is_written_after_a_checkpoint_is_newer_than_all_that_is_in_it() {
    let (host, session) = live(6);
    let newest = host.storage.scan("diego").iter().map(|record| record.at.clone()).max().unwrap();
    let checkpoint = host.core.checkpoint("diego").unwrap();
    // A clock that was set back.
    let mut again = Host::open(CoreOptions::default(), 0, host.storage.clone());
    again.core = restored(&checkpoint, 1_000_000);
    again.now = 1_000_000;
    again.send("diego", &session, "Hello").unwrap();
    assert!(again.storage.batches.last().unwrap().iter().all(|record| record.at > newest));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn whatever_comes_after_it_the_log_is_that_of_all_records(
        turns in 8..24usize,
        early in prop::collection::vec(any::<bool>(), 200),
    ) {
        let (host, session) = live(turns);
        let records = host.storage.scan("diego");
        let (mut before, mut after) = (Vec::new(), Vec::new());
        for (record, early) in records.iter().zip(early.iter().cycle()) {
            if *early { before.push(record.clone()) } else { after.push(record.clone()) }
        }
        let checkpoint = opened(&before, host.now).checkpoint("diego");
        let mut again = open(host.now);
        if let Some(checkpoint) = checkpoint {
            prop_assert!(again.restore_checkpoint("diego", checkpoint));
        }
        // Some of it comes twice, as from a storage that gives more than was asked for.
        after.extend(before.into_iter().step_by(3));
        again.load(after, host.now).unwrap();
        let mut all = opened(&records, host.now);
        prop_assert_eq!(again.checkpoint("diego"), all.checkpoint("diego"));
        prop_assert_eq!(told(&mut again, &session, host.now), told(&mut all, &session, host.now));
    }
}
