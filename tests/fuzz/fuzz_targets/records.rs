//! Whatever records a storage holds: they are merged, quarantined or refused, the same again changes nothing, and what
//! was merged is written as it was read.

#![no_main]

use libfuzzer_sys::fuzz_target;
use luminoracore::engine::{Core, CoreOptions, Environment, HistoryOptions};
use luminoracore::json;
use luminoracore::log::{Record, merge};
use luminoracore::observe::Packs;

const NOW: u64 = 1_800_000_000_000;

fuzz_target!(|bytes: &[u8]| {
    let Ok(records) = Record::parse_all(bytes) else { return };
    let again = Record::parse_all(json::to_text(&records).as_bytes()).expect("it was written");
    assert_eq!(again, records);
    let environment = Environment { now: NOW, seed: [7; 32] };
    let mut core = Core::open(CoreOptions::default(), Packs::empty(), &environment);
    if core.absorb(records, NOW).is_err() {
        return;
    }
    let second = core.absorb(again.clone(), NOW).expect("they were merged before");
    assert!(second.changed.is_empty());
    reads_once(&again, &environment);
    for owner in again.iter().map(|record| &*record.owner) {
        for session in core.sessions(owner) {
            let state = core.session_state(owner, &session.id, NOW).expect("it can be opened");
            assert!(state.affinity.points <= 100 && (0.0..=1.0).contains(&state.mood.intensity));
            core.history(owner, &session.id, &HistoryOptions::default()).expect("it can be read");
            core.preview(owner, &session.id, "hello", NOW).ok();
        }
    }
});

/// What should have gone with an erasure goes when a log is read, and then nothing more does.
fn reads_once(records: &[Record], environment: &Environment) {
    let Some(first) = records.first() else { return };
    let of_one: Vec<Record> = records.iter().filter(|record| record.owner == first.owner).cloned().collect();
    let Ok(stored) = merge(&of_one, &[]) else { return };
    let open = || Core::open(CoreOptions::default(), Packs::empty(), environment);
    let Ok(heard) = open().hear(stored.clone(), NOW) else { return };
    let stored = merge(&stored, &heard.swept).expect("a tombstone wins");
    let again = open().hear(stored, NOW).expect("it was read before");
    assert!(again.swept.is_empty(), "{:?} after {:?}", again.swept, heard.swept);
}
