//! A year of a relationship, 2,000 turns on two devices: gaps of days, clocks that jump, and the log that adds up to
//! the state at every moment.

use luminoracore::engine::{CoreOptions, Environment, Output};
use luminoracore::log::{Record, merge};
use serde_json::{Value, json};

use crate::host::{Host, Storage, file, packs};

const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
const TURNS: usize = 2_000;

const SAYINGS: [&str; 16] = [
    "Good morning!",
    "You're pretty",
    "I love talking to you!!!",
    "This is useless, you are stupid",
    "My name is Diego and I live in Lima",
    "The bus was late again.",
    "Thank you, that helped a lot",
    "I'm so sad today, my dog Max died",
    "What do you think about the sea?",
    "I hate Mondays",
    "I moved to Cusco",
    "I passed my exam!",
    "It rained the whole day and nothing else happened that would be worth telling, so I read a book and slept early.",
    "Shut up",
    "no me gusta nada esto",
    "I like tea",
];

fn document() -> String {
    let mut document: Value = serde_json::from_str(&file("personalities/alicia.json")).unwrap();
    document["affinity_config"] =
        json!({ "daily_cap": 12, "decay_per_day": 1.5, "grace_days": 3, "hysteresis": 3 });
    document.to_string()
}

/// Draws whole numbers: a sequence of its own, so that the year is the same every time.
struct Draw(u64);

impl Draw {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

/// The points of a session's instance and what else must stay in its range.
fn check_ranges(host: &Host, session: &str) -> u8 {
    let state = host.core.session_state("diego", session, host.now).unwrap();
    assert!(state.affinity.points <= 100);
    assert!((0.0..=1.0).contains(&state.affinity.progress_in_level));
    assert!((0.0..=1.0).contains(&state.mood.intensity), "{}", state.mood.intensity);
    assert!((0.0..=2.0).contains(&state.temperature));
    assert!(state.parameters.iter().all(|(_, value)| (0.0..=1.0).contains(&value)));
    state.affinity.points
}

fn say(host: &mut Host, session: &str, text: &str) -> u8 {
    let Output::Reply(reply) = host.send("diego", session, text).unwrap() else {
        panic!("a reply was expected")
    };
    let run: Value =
        serde_json::from_str(&host.core.run("diego", reply.run.as_deref().unwrap()).unwrap()).unwrap();
    let affinity = &run["affinity"];
    for (name, least, most) in
        [("before", 0, 100), ("after", 0, 100), ("decay", 0, 100), ("delta", -10, 10), ("requested", -10, 10)]
    {
        let value = affinity[name].as_i64().unwrap();
        assert!((least..=most).contains(&value), "{name} {value}");
    }
    assert!(!affinity["reasons"].as_array().unwrap().is_empty());
    let points = check_ranges(host, session);
    assert_eq!(json!(points), affinity["after"], "on one device the state is what the turn said");
    points
}

/// The specification's fold over stored runs, written anew: `- decay`, `+ delta`, clamped at each step, in clock order.
fn fold(records: &[Record]) -> i64 {
    let mut runs: Vec<Value> = records
        .iter()
        .filter(|record| record.kind == "run")
        .map(|record| serde_json::to_value(record).unwrap())
        .collect();
    runs.sort_by_key(|run| (run["at"].to_string(), run["id"].to_string()));
    runs.iter().fold(0, |points, run| {
        let affinity = &run["body"]["affinity"];
        let decayed = (points - affinity["decay"].as_i64().unwrap()).max(0);
        (decayed + affinity["delta"].as_i64().unwrap()).clamp(0, 100)
    })
}

fn merged(one: &Host, two: &Host) -> Vec<Record> {
    merge(&one.storage.scan("diego"), &two.storage.scan("diego")).unwrap()
}

/// Each device hears what the other said since they met last; `heard` counts their batches.
fn meet(one: &mut Host, two: &mut Host, heard: &mut [usize; 2]) {
    let since = |host: &Host, heard: usize| host.storage.batches[heard..].concat();
    let (from_one, from_two) = (since(one, heard[0]), since(two, heard[1]));
    *heard = [one.storage.batches.len(), two.storage.batches.len()];
    one.core.absorb(from_two, one.now).unwrap();
    two.core.absorb(from_one, two.now).unwrap();
}

#[test]
fn a_year_on_two_devices_adds_up() {
    let mut one = Host::new();
    let session = one.session_of("diego", &document());
    let mut two = Host::open(CoreOptions::default(), 2, one.storage.clone());
    let mut draw = Draw(7);
    let begin = one.now;
    let mut now = begin;
    let mut turns = 0;
    let mut levels = Vec::new();
    let mut heard = [one.storage.batches.len(), 0];
    while turns < TURNS {
        // A year has 365 days: most turns follow each other, some days nobody comes, and now and then for a fortnight.
        now += match draw.below(40) {
            0 => draw.below(4 * DAY),
            1 if draw.below(6) == 0 => 14 * DAY,
            2..=8 => draw.below(8 * HOUR),
            _ => draw.below(5 * MINUTE),
        };
        let host = if draw.below(3) == 0 { &mut two } else { &mut one };
        host.now = now + draw.below(2 * MINUTE);
        let saying = SAYINGS[draw.below(SAYINGS.len() as u64) as usize];
        host.send("diego", &session, saying).unwrap();
        check_ranges(host, &session);
        levels.push(host.core.session_state("diego", &session, host.now).unwrap().affinity.level);
        turns += 1;
        if draw.below(25) == 0 {
            (one.now, two.now) = (now + 2 * MINUTE, now + 2 * MINUTE);
            meet(&mut one, &mut two, &mut heard);
        }
    }
    let days = (now - begin) / DAY;
    assert!((200..600).contains(&days), "{days} days");
    levels.dedup();
    assert!(levels.len() > 4, "{levels:?}");
    (one.now, two.now) = (now + HOUR, now + HOUR);
    meet(&mut one, &mut two, &mut heard);
    let all = merged(&one, &two);
    let expected = fold(&all);
    let mut fresh = Host::open(CoreOptions::default(), 9, Storage::default());
    fresh.core.absorb(all.iter().rev().cloned().collect(), one.now).unwrap();
    let state = |host: &Host| host.core.session_state("diego", &session, one.now).unwrap();
    assert_eq!(i64::from(state(&one).affinity.points), expected, "the state is the fold");
    assert_eq!((state(&one), state(&one)), (state(&two), state(&fresh)));
    assert_eq!(state(&one).affinity.total_messages, TURNS as u32);
    // What was learned on either device is known on both.
    let known = |host: &Host| host.core.memories("diego", &Default::default(), one.now);
    assert_eq!(known(&one), known(&two));
}

#[test]
fn a_clock_that_jumps_takes_nothing_for_good() {
    let mut host = Host::new();
    let session = host.session_of("diego", &document());
    let mut draw = Draw(3);
    for _ in 0..36 {
        host.now += 3 * HOUR;
        say(&mut host, &session, SAYINGS[[0, 1, 2, 6][draw.below(4) as usize]]);
    }
    let before = check_ranges(&host, &session);
    assert!((40..90).contains(&before), "{before}");
    let present = host.now;

    // 400 days ahead, by a wrong setting: as far as anybody can know, nobody came for so long.
    host.now += 400 * DAY;
    say(&mut host, &session, "The bus was late again.");
    host.now += MINUTE;
    let ahead = say(&mut host, &session, "Thank you, that helped a lot");
    assert!(ahead < 10, "{ahead}");
    // The clock is right again: the days that never were are given back, and nothing waits for them to come.
    host.now = present + HOUR;
    let back = say(&mut host, &session, "The bus was late again.");
    assert!(back > before, "{before} before, {back} after");
    let state = host.core.session_state("diego", &session, host.now).unwrap();
    assert_eq!(state.affinity.last_interaction, Some(luminoracore::timestamp::format(host.now)));
    let text = host.core.explain_affinity("diego", &session).unwrap();
    assert!(text.contains("clock_corrected"), "{text}");
    // A mood that was set off under the wrong clock fades as any other.
    say(&mut host, &session, "You're pretty");
    assert_eq!(host.core.session_state("diego", &session, host.now).unwrap().mood.current, "shy");
    let faded = host.core.session_state("diego", &session, host.now + 3 * HOUR).unwrap();
    assert_eq!(faded.mood.current, "neutral");

    // Back by a year, and on to the present.
    host.now -= 365 * DAY;
    let past = say(&mut host, &session, "The bus was late again.");
    assert!(past > back, "{before} {ahead} {back} {past}");
    host.now = present + 2 * HOUR;
    let now = say(&mut host, &session, "The bus was late again.");
    assert!(now >= past);
    let history = host.core.history("diego", &session, &Default::default()).unwrap();
    assert_eq!(history.last().unwrap().text, "Hello.", "what was said last stands last");

    // The stored log says the same on the next day, whatever its stamps.
    let records = host.storage.scan("diego");
    let environment = Environment { now: host.now, seed: [5; 32] };
    let mut reopened = luminoracore::engine::Core::open(CoreOptions::default(), packs(), &environment);
    assert!(reopened.load(records, host.now).unwrap().quarantined.is_empty());
    let state = |core: &luminoracore::engine::Core| core.session_state("diego", &session, host.now).unwrap();
    assert_eq!(state(&reopened), state(&host.core));
}
