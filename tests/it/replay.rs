//! The log is the truth: replay, merge and folds agree, whatever the order in which records arrive.

use luminoracore::engine::{Core, CoreOptions, Environment, Output};
use luminoracore::log::Record;
use proptest::prelude::*;
use serde_json::json;

use crate::host::{Host, Storage, body, finish, packs, text};

const SAYINGS: [&str; 10] = [
    "Good morning!",
    "You're pretty",
    "I hate you",
    "It was a long day at the office today.",
    "Thank you, friend",
    "That was terrible, you are stupid",
    "I am so happy today!!!",
    "What do you think of the sea?",
    "I miss my dog",
    "Bye",
];

/// Twenty turns with changes by hand between them.
fn talk(host: &mut Host) -> String {
    let mut answers = 0;
    host.model = Box::new(move |_| {
        answers += 1;
        Some(vec![text("Answer "), text(&answers.to_string()), finish()])
    });
    let session = host.session("diego", "alicia");
    for round in 0..20 {
        host.now += 7 * 60_000;
        host.send("diego", &session, SAYINGS[round % SAYINGS.len()]).unwrap();
        if round == 8 {
            host.run(&json!({ "type": "set-mood", "user": "diego", "session": session, "name": "shy" }))
                .unwrap();
        }
        if round == 12 {
            host.run(&json!({ "type": "set-affinity", "user": "diego", "session": session, "points": 60 }))
                .unwrap();
        }
    }
    session
}

fn bytes(records: &[Record]) -> String {
    serde_json::to_string(records).unwrap()
}

#[test]
fn the_same_inputs_give_the_same_bytes() {
    let (mut first, mut second) = (Host::new(), Host::new());
    assert_eq!(talk(&mut first), talk(&mut second));
    assert_eq!(bytes(&first.storage.all()), bytes(&second.storage.all()));
    assert_eq!(first.prompts, second.prompts);
}

#[test]
fn a_core_opened_on_the_log_is_in_the_state_of_the_one_that_wrote_it() {
    let mut host = Host::new();
    let session = talk(&mut host);
    let reopened = Host::open(CoreOptions::default(), 9, host.storage.clone());
    let state = |host: &Host, now| host.core.session_state("diego", &session, now).unwrap();
    assert_eq!(state(&host, host.now), state(&reopened, host.now));
    assert_eq!(
        host.core.affinity_history("diego", &session),
        reopened.core.affinity_history("diego", &session)
    );
    assert_eq!(host.core.mood_history("diego", &session), reopened.core.mood_history("diego", &session));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn records_may_arrive_in_any_order_and_more_than_once(order in Just((0..70usize).collect::<Vec<_>>()).prop_shuffle(), size in 1..9usize) {
        let mut host = Host::new();
        let session = talk(&mut host);
        let records = host.storage.all();
        let mut core = Core::open(CoreOptions::default(), packs(), &Environment { now: host.now, seed: [9; 32] });
        let shuffled: Vec<Record> = order.iter().filter_map(|index| records.get(*index)).cloned().collect();
        prop_assert_eq!(shuffled.len(), records.len());
        for chunk in shuffled.chunks(size) {
            core.absorb(chunk.to_vec(), host.now).unwrap();
            core.absorb(chunk.to_vec(), host.now).unwrap();
        }
        prop_assert_eq!(core.session_state("diego", &session, host.now), host.core.session_state("diego", &session, host.now));
        prop_assert_eq!(core.affinity_history("diego", &session), host.core.affinity_history("diego", &session));
        prop_assert_eq!(core.mood_history("diego", &session), host.core.mood_history("diego", &session));
    }
}

#[test]
fn two_devices_that_talk_at_the_same_time_agree_in_the_end() {
    let mut one = Host::new();
    let session = one.session("diego", "alicia");
    let mut two = Host::open(CoreOptions::default(), 2, one.storage.clone());
    for round in 0..50 {
        for (host, offset) in [(&mut one, 0), (&mut two, 3)] {
            host.now += 1_000;
            host.send("diego", &session, SAYINGS[(round + offset) % SAYINGS.len()]).unwrap();
        }
        if round % 10 == 9 {
            let (from_one, from_two) = (one.storage.scan("diego"), two.storage.scan("diego"));
            one.core.absorb(from_two, one.now).unwrap();
            two.core.absorb(from_one, two.now).unwrap();
        }
    }
    let all: Vec<Record> = one.storage.all().into_iter().chain(two.storage.all()).collect();
    let mut fresh = Core::open(CoreOptions::default(), packs(), &Environment { now: one.now, seed: [7; 32] });
    fresh.absorb(all, one.now).unwrap();
    let state = |core: &Core| core.session_state("diego", &session, one.now).unwrap();
    assert_eq!(state(&one.core), state(&two.core));
    assert_eq!(state(&one.core), state(&fresh));
    assert_eq!(state(&fresh).affinity.total_messages, 100);
}

#[test]
fn an_id_with_two_contents_under_one_clock_is_refused_and_nothing_is_merged() {
    let mut host = Host::new();
    let session = talk(&mut host);
    let before = host.core.session_state("diego", &session, host.now);
    let mut records = host.storage.scan("diego");
    for record in &mut records {
        if record.kind == "turn" {
            body(record).insert("text", "forged");
        }
    }
    let error = host.core.absorb(records, host.now).unwrap_err();
    assert_eq!(error.code, luminoracore::ErrorCode::Integrity);
    assert_eq!(host.core.session_state("diego", &session, host.now), before);
}

#[test]
fn a_record_that_breaks_its_rules_or_comes_from_the_future_is_left_out_and_named() {
    let mut host = Host::new();
    let session = talk(&mut host);
    let mut forged = host.storage.scan("diego").into_iter().find(|record| record.kind == "turn").unwrap();
    forged.id = "turn_forged".to_owned();
    let mut future = forged.clone();
    body(&mut forged).insert("role", "narrator");
    future.id = "turn_future".to_owned();
    future.at = luminoracore::log::Stamp::parse("009999999999999-00000-X").unwrap();
    let absorbed = host.core.absorb(vec![forged, future], host.now).unwrap();
    let named: Vec<(&str, &str)> = absorbed
        .quarantined
        .iter()
        .map(|quarantined| (quarantined.id.as_str(), quarantined.code.as_str()))
        .collect();
    assert_eq!(named, [("turn_forged", "invalid_record"), ("turn_future", "clock")]);
    let turns = host.core.history("diego", &session, &Default::default()).unwrap();
    assert_eq!(turns.len(), 40);
}

#[test]
fn a_broken_copy_of_a_good_record_is_left_out_in_whatever_order_they_come() {
    let mut host = Host::new();
    talk(&mut host);
    let good = host.storage.scan("diego").into_iter().find(|record| record.kind == "turn").unwrap();
    let mut broken = good.clone();
    body(&mut broken).insert("role", "narrator");
    let mut all = host.storage.scan("diego");
    all.insert(0, broken);
    let mut fresh =
        Core::open(CoreOptions::default(), packs(), &Environment { now: host.now, seed: [1; 32] });
    for _ in 0..2 {
        let absorbed = fresh.absorb(all.clone(), host.now).unwrap();
        assert_eq!(absorbed.quarantined.len(), 1);
        all.reverse();
    }
}

#[test]
fn unknown_kinds_and_newer_schemas_are_kept_untouched() {
    let mut host = Host::new();
    let session = host.session("diego", "alicia");
    let stranger = json!([
        { "id": "x1", "owner": "diego", "kind": "constellation", "at": "000000000000005-00000-A", "schema": 1, "body": { "any": [1] } },
        { "id": "x2", "owner": "diego", "kind": "turn", "at": "000000000000006-00000-A", "schema": 2, "body": { "words": "later" } },
    ]);
    let records = Record::parse_all(stranger.to_string().as_bytes()).unwrap();
    assert!(host.core.absorb(records, host.now).unwrap().quarantined.is_empty());
    assert!(matches!(host.send("diego", &session, "Hello"), Ok(Output::Reply(_))));
    let erased = host.run(&json!({ "type": "erase", "user": "diego" }));
    assert_eq!(erased, Ok(Output::Nothing));
    let last = host.storage.batches.last().unwrap();
    assert!(last.iter().any(|record| record.id == "x1"), "erasing covers what this version does not know");
}

#[test]
fn an_empty_storage_opens() {
    let host = Host::open(CoreOptions::default(), 0, Storage::default());
    assert!(host.core.sessions("diego").is_empty());
}
