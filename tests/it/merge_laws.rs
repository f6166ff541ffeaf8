//! The laws of merge, on random histories: whatever order, grouping and repetition versions of records come in, the same
//! log and the same state come out.

use std::sync::OnceLock;

use luminoracore::engine::{Core, CoreOptions, Environment};
use luminoracore::log::{Body, Content, Device, Record, Stamp, merge};
use luminoracore::{Error, ErrorCode};
use proptest::prelude::*;
use serde_json::json;

use crate::host::{Host, packs};

const IDS: usize = 5;
const STAMPS: usize = 6;
/// Of each stamp of each id: what an honest device wrote, a tombstone, and what somebody forged.
const VARIANTS: usize = 3;
const FORGED: usize = 2;

/// All versions that can meet, so that a case is a handful of numbers.
fn versions() -> &'static [Record] {
    static VERSIONS: OnceLock<Vec<Record>> = OnceLock::new();
    VERSIONS.get_or_init(|| (0..IDS * STAMPS * VARIANTS).map(version).collect())
}

fn version(number: usize) -> Record {
    let (id, stamp, variant) = (number % IDS, number / IDS % STAMPS, number / IDS / STAMPS);
    // Two devices, and a counter that goes on within a millisecond.
    let device = Device::parse(if stamp % 2 == 0 { "A" } else { "B" }).unwrap();
    let at = Stamp::new((stamp / 3) as u64, (stamp / 2 % 2) as u32, device).unwrap();
    let body = Body::Other(number.into());
    let content = if variant == 1 { Content::Erased } else { Content::Live { schema: 1, body } };
    Record { id: format!("turn_{id}"), owner: "o".into(), kind: "turn".into(), at, content }
}

/// A history: versions in the order in which they came, some more than once.
fn history(variants: usize) -> impl Strategy<Value = Vec<Record>> {
    prop::collection::vec(0..IDS * STAMPS * variants, 0..6)
        .prop_map(|numbers| numbers.into_iter().map(|number| versions()[number].clone()).collect())
}

fn of(history: &[Record]) -> Result<Vec<Record>, Error> {
    merge(history, &[])
}

fn laws(a: &[Record], b: &[Record], c: &[Record]) -> Result<(), TestCaseError> {
    let (log_a, log_b, log_c) = (of(a).unwrap(), of(b).unwrap(), of(c).unwrap());
    let ab = merge(&log_a, &log_b).unwrap();
    prop_assert_eq!(&ab, &merge(&log_b, &log_a).unwrap(), "commutative");
    let bc = merge(&log_b, &log_c).unwrap();
    let all = merge(&ab, &log_c).unwrap();
    prop_assert_eq!(&all, &merge(&log_a, &bc).unwrap(), "associative");
    prop_assert_eq!(&merge(&all, &ab).unwrap(), &all, "idempotent");
    prop_assert_eq!(&of(&ab).unwrap(), &ab, "the empty log changes nothing");
    prop_assert_eq!(&of(&[a, b, c].concat()).unwrap(), &all, "one by one or all together");
    prop_assert!(all.windows(2).all(|pair| pair[0].id < pair[1].id), "sorted, each id once");
    for record in a.iter().chain(b).chain(c) {
        let winner = all.iter().find(|winner| winner.id == record.id).unwrap();
        let holds = match (winner.content.is_erased(), record.content.is_erased()) {
            (true, true) => winner.at <= record.at,
            (true, false) => true,
            (false, true) => false,
            (false, false) => winner.at >= record.at,
        };
        prop_assert!(holds, "{record:?} wins over {winner:?}");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100_000, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn merge_is_commutative_associative_and_idempotent(a in history(FORGED), b in history(FORGED), c in history(FORGED)) {
        laws(&a, &b, &c)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn a_forgery_is_refused_whichever_side_it_is_on(a in history(VARIANTS), b in history(VARIANTS)) {
        let (Ok(a), Ok(b)) = (of(&a), of(&b)) else { return Ok(()) };
        let differs = |left: &Record, right: &Record| {
            left.id == right.id && left.at == right.at && left.content != right.content
                && !left.content.is_erased() && !right.content.is_erased()
        };
        let forged = a.iter().find(|left| b.iter().any(|right| differs(left, right)));
        match (merge(&a, &b), merge(&b, &a), forged) {
            (Err(error), Err(other), Some(forged)) => {
                prop_assert_eq!(error.code, ErrorCode::Integrity);
                prop_assert!(error.message.contains(&forged.id));
                prop_assert_eq!(error, other);
            }
            (Ok(ab), Ok(ba), None) => prop_assert_eq!(ab, ba),
            (ab, ba, forged) => prop_assert!(false, "{ab:?} {ba:?} {forged:?}"),
        }
    }
}

/// Every version that was ever written while two devices talked, corrected, set by hand and erased; one of them heard of
/// the other's doings now and then.
fn life() -> &'static (Vec<Record>, u64) {
    static LIFE: OnceLock<(Vec<Record>, u64)> = OnceLock::new();
    LIFE.get_or_init(|| {
        const SAYINGS: [&str; 6] = [
            "Hello!",
            "You're pretty, and my name is Ana.",
            "My dog Max died yesterday.",
            "I hate you",
            "Actually my name is Eva.",
            "I lost my cat today too, I am heartbroken.",
        ];
        let mut one = Host::new();
        let session = one.session("diego", "alicia");
        let other = one.session("diego", "alicia");
        let mut two = Host::open(CoreOptions::default(), 2, one.storage.clone());
        for round in 0..7 {
            for (host, offset) in [(&mut one, 0), (&mut two, 1)] {
                host.now += 60_000;
                let session = if round % 4 == 3 { &other } else { &session };
                host.send("diego", session, SAYINGS[(round + offset) % SAYINGS.len()]).unwrap();
            }
            if round == 4 {
                let mood = json!({ "type": "set-mood", "user": "diego", "session": session, "name": "shy" });
                one.run(&mood).unwrap();
                let points =
                    json!({ "type": "set-affinity", "user": "diego", "session": session, "points": 50 });
                two.run(&points).unwrap();
            }
            if round % 5 == 2 {
                let (from_one, from_two) = (one.storage.all(), two.storage.all());
                one.core.absorb(from_two, one.now).unwrap();
                two.core.absorb(from_one, two.now).unwrap();
                let turn =
                    one.core.history("diego", &session, &Default::default()).unwrap()[1 + round].id.clone();
                for (host, erased) in [(&mut one, turn.as_str()), (&mut two, "Max")] {
                    host.run(&json!({ "type": "forget", "user": "diego", "query": erased })).unwrap();
                }
            }
        }
        let batches = one.storage.batches.iter().chain(&two.storage.batches);
        (batches.flatten().cloned().collect(), one.now)
    })
}

/// What all of it adds up to, merged beforehand and taken at once.
fn expected() -> &'static Vec<u8> {
    static EXPECTED: OnceLock<Vec<u8>> = OnceLock::new();
    let (versions, now) = life();
    EXPECTED.get_or_init(|| folded(&[merge(versions, &[]).unwrap()], *now))
}

fn folded(batches: &[Vec<Record>], now: u64) -> Vec<u8> {
    let environment = Environment { now, seed: [9; 32] };
    let mut core = Core::open(CoreOptions::default(), packs(), &environment);
    for batch in batches {
        core.load(batch.clone(), now).unwrap();
    }
    core.checkpoint("diego").unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]
    /// A checkpoint holds the log and everything that folds over it.
    #[test]
    fn what_a_log_adds_up_to_depends_on_no_order_and_no_batch(
        order in Just((0..life().0.len()).collect::<Vec<_>>()).prop_shuffle(),
        again in prop::collection::vec(0..life().0.len(), 0..20),
        size in 3..40usize,
    ) {
        let (versions, now) = life();
        let shuffled: Vec<Record> = order.iter().chain(&again).map(|index| versions[*index].clone()).collect();
        let batches: Vec<Vec<Record>> = shuffled.chunks(size).map(<[Record]>::to_vec).collect();
        prop_assert!(folded(&batches, *now) == *expected());
    }
}
