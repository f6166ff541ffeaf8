//! Two devices of one person that go their own ways and exchange bundles, in any order and any number of times.

use luminoracore::engine::{HistoryOptions, ImportMode, Output};
use luminoracore::log::body::Role;
use proptest::prelude::*;
use serde_json::json;

use crate::bundle::empty;
use crate::bundle_file::BundleFile;
use crate::host::{Host, finish, text};

const USER: &str = "diego";
const PLACES: [&str; 4] = ["Lima", "Cusco", "Quito", "La Paz"];

/// What a person does on one of the devices, or between them.
#[derive(Clone, Copy, Debug)]
enum Step {
    Say(usize),
    /// A fact, stated or corrected, with words that are said nowhere else.
    State(usize),
    Forget(usize),
    /// A fact in a turn, in words that are said nowhere else.
    Tell(usize),
    /// One of the turns is erased.
    ForgetTurn(usize),
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
        2 => (0..2_usize).prop_map(Step::Tell),
        2 => any::<usize>().prop_map(Step::ForgetTurn),
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

/// The name of a pet of which a device hears.
fn name(device: usize, count: usize) -> String {
    let letters = |number: usize| char::from(b'a' + (number % 24) as u8);
    format!("Unheard{}{}", letters(device), letters(count))
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
                Step::Say(place) => drop(host.send(USER, &session, &format!("I moved to {}", PLACES[place])).unwrap()),
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
                Step::Tell(pet) => {
                    let text = format!("My {} is called {}", ["dog", "cat"][pet], name(device, count));
                    drop(host.send(USER, &session, &text).unwrap());
                }
                Step::ForgetTurn(index) => {
                    let said: Vec<_> = host.core.history(USER, &session, &HistoryOptions::default()).unwrap();
                    let said: Vec<_> = said.iter().filter(|turn| turn.role == Role::User).collect();
                    if let Some(turn) = (!said.is_empty()).then(|| said[index % said.len()]) {
                        host.run(&json!({ "type": "forget", "user": USER, "query": turn.id })).unwrap();
                        if let Some((_, name)) = turn.text.split_once(" is called ") {
                            erased.push(name.to_owned());
                        }
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

/// One device learns from a turn and goes on in a session; the other has erased the turn and the session meanwhile.
#[test]
fn what_comes_from_an_erased_turn_goes_when_the_devices_meet() {
    let mut devices = [empty(1), empty(2)];
    let said = |host: &mut Host, session: &str, text: &str| match host.send(USER, session, text).unwrap() {
        Output::Reply(reply) => reply.user_turn.unwrap(),
        other => panic!("a reply was expected, not {other:?}"),
    };
    let session = devices[0].session(USER, "alicia");
    let other = devices[0].session(USER, "alicia");
    let first = said(&mut devices[0], &session, "Up there we met Unheardaa");
    let bundle = BundleFile::of(&devices[0].core, USER, 0);
    take(&mut devices[1], &bundle);

    let extract = |host: &mut Host, turn: &str, answer: &str| {
        let answer = answer.to_owned();
        host.model = Box::new(move |_| Some(vec![text(&answer), finish()]));
        host.run(&json!({ "type": "extract", "user": USER, "session": session, "turn": turn, "model": { "kind": "test", "id": "test" } })).unwrap();
        host.model = Box::new(|_| Some(vec![text("Hello."), finish()]));
    };
    extract(
        &mut devices[0],
        &first,
        r#"{"facts":[{"category":"relationships","key":"guide","value":"Unheardaa","confidence":0.9}],"episodes":[{"type":"achievement","title":"Met Unheardaa","summary":"They met Unheardaa up there.","importance":8}]}"#,
    );
    let second = said(&mut devices[0], &session, "The guide was someone else, it turns out");
    extract(
        &mut devices[0],
        &second,
        r#"{"facts":[{"category":"relationships","key":"guide","value":"Heardbb","confidence":0.9}],"episodes":[]}"#,
    );
    said(&mut devices[0], &other, "And Unheardcc came along");
    assert_eq!((devices[0].facts(USER).len(), devices[0].episodes(USER).len()), (1, 1));
    assert_eq!(devices[0].facts(USER)[0].fact.history.len(), 1);
    for id in [&first, &other] {
        devices[1].run(&json!({ "type": "forget", "user": USER, "query": id })).unwrap();
    }

    let bundles = devices.each_ref().map(|host| BundleFile::of(&host.core, USER, 0));
    assert!(bundles[0].holds("Unheardaa") && bundles[0].holds("Unheardcc"));
    let [a, b] = &mut devices;
    take(a, &bundles[1]);
    take(b, &bundles[0]);
    let state = BundleFile::of(&a.core, USER, 0);
    assert_eq!(BundleFile::of(&b.core, USER, 0), state);
    for host in [a, b] {
        for bundle in &bundles {
            take(host, bundle);
        }
        assert_eq!(BundleFile::of(&host.core, USER, 0), state);
        assert!(!state.holds("Unheard"));
        // What another turn says stays.
        let facts = host.facts(USER);
        assert_eq!(facts.iter().map(|fact| fact.fact.value.as_str()).collect::<Vec<_>>(), [Some("Heardbb")]);
        assert_eq!(host.episodes(USER).len(), 0);
    }
}

fn take(host: &mut Host, bundle: &BundleFile) {
    bundle.import(&mut host.core, USER, ImportMode::Merge, host.now).unwrap();
}
