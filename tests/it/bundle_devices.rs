//! Two devices of one person that go their own ways and exchange bundles, in any order and any number of times.

use luminoracore::engine::ImportMode;
use proptest::prelude::*;
use serde_json::json;

use crate::bundle::empty;
use crate::bundle_file::BundleFile;
use crate::host::Host;

const USER: &str = "diego";
const PLACES: [&str; 4] = ["Lima", "Cusco", "Quito", "La Paz"];

/// What a person does on one of the devices, or between them.
#[derive(Clone, Copy, Debug)]
enum Step {
    Say(usize),
    /// A fact, stated or corrected, with words that are said nowhere else.
    State(usize),
    Forget(usize),
    Points(u8),
    /// A bundle is exported and kept.
    Export,
    /// One of the bundles so far is imported.
    Import(usize),
    Wait(u64),
}

fn step() -> impl Strategy<Value = (usize, Step)> {
    let step = prop_oneof![
        3 => (0..PLACES.len()).prop_map(Step::Say),
        3 => (0..4_usize).prop_map(Step::State),
        2 => (0..4_usize).prop_map(Step::Forget),
        1 => (0..=100_u8).prop_map(Step::Points),
        2 => Just(Step::Export),
        3 => any::<usize>().prop_map(Step::Import),
        1 => (0..100_000_u64).prop_map(Step::Wait),
    ];
    (0..2_usize, step)
}

/// What a fact says on a device, the nth time.
fn words(device: usize, count: usize) -> String {
    format!("unheard{device}of{count}.")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn both_end_in_the_same_state_and_what_was_erased_is_nowhere(steps in prop::collection::vec(step(), 1..24)) {
        let mut devices = [empty(1), empty(2)];
        let session = devices[0].session(USER, "alicia");
        let mut bundles = vec![BundleFile::of(&devices[0].core, USER, 0)];
        take(&mut devices[1], &bundles[0]);
        let mut erased = Vec::new();
        for (count, (device, step)) in steps.into_iter().enumerate() {
            let host = &mut devices[device];
            match step {
                Step::Say(place) => drop(host.send_scripted(USER, &session, &format!("I moved to {}", PLACES[place])).unwrap()),
                Step::State(key) => {
                    let key = format!("key{key}");
                    let value = words(device, count);
                    host.run(&json!({ "type": "remember", "user": USER, "fact": { "key": key, "value": value } })).unwrap();
                }
                Step::Forget(key) => {
                    let key = format!("key{key}");
                    if let Some(fact) = host.facts(USER).into_iter().find(|fact| fact.fact.key == key) {
                        host.run(&json!({ "type": "forget", "user": USER, "query": fact.id })).unwrap();
                        erased.push(fact.fact.value.as_str().unwrap().to_owned());
                        erased.extend(fact.fact.history.iter().map(|earlier| earlier.value.as_str().unwrap().to_owned()));
                    }
                }
                Step::Points(points) => drop(host.run(&json!({ "type": "set-affinity", "user": USER, "session": session, "points": points })).unwrap()),
                Step::Export => bundles.push(BundleFile::of(&host.core, USER, host.now)),
                Step::Import(index) => take(host, &bundles[index % bundles.len()]),
                Step::Wait(time) => host.now += time,
            }
        }
        // They meet once more, in both directions, and then every older bundle comes along again, last first.
        let now = devices.iter().map(|host| host.now).max().unwrap();
        let last = devices.each_ref().map(|host| BundleFile::of(&host.core, USER, now));
        take(&mut devices[0], &last[1]);
        take(&mut devices[1], &last[0]);
        let state = BundleFile::of(&devices[0].core, USER, now);
        for host in &mut devices {
            for bundle in last.iter().chain(bundles.iter().rev()).chain(&bundles) {
                take(host, bundle);
            }
            prop_assert_eq!(&BundleFile::of(&host.core, USER, now), &state);
            for words in &erased {
                prop_assert!(!state.holds(words), "{}", words);
                prop_assert!(host.facts(USER).iter().all(|fact| fact.fact.value.as_str() != Some(words)));
                let told = host.core.preview(USER, &session, words, now).unwrap();
                prop_assert!(!format!("{told:?}").replacen(words.as_str(), "", 2).contains(words), "{:?}", told);
            }
        }
        let [a, b] = devices.map(|mut host| { host.now = now; host.core.session_state(USER, &session, now).unwrap() });
        prop_assert_eq!(a, b);
    }
}

fn take(host: &mut Host, bundle: &BundleFile) {
    bundle.import(&mut host.core, USER, ImportMode::Merge, host.now).unwrap();
}
