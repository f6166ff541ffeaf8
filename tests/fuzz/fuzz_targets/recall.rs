//! Whatever is said, brought along and asked: what is found is in order, adds up, and is the same with a cache.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use luminoracore::engine::{
    Command, Core, CoreOptions, Effect, EffectResult, Environment, Output, RecallOptions,
};
use luminoracore::json::{self, Value};
use luminoracore::log::Record;
use luminoracore::observe::Packs;

static PACKS: LazyLock<Packs> = LazyLock::new(|| {
    let files = ["languages", "en", "es"].map(|name| read(&format!("packs/{name}.json")));
    let files: Vec<&[u8]> = files.iter().map(Vec::as_slice).collect();
    Packs::load(&files).expect("good packs")
});

static PERSONALITY: LazyLock<String> =
    LazyLock::new(|| String::from_utf8(read("personalities/alicia.json")).expect("a personality"));

fn read(path: &str) -> Vec<u8> {
    std::fs::read(format!("{}/../../{path}", env!("CARGO_MANIFEST_DIR"))).expect("a file")
}

// The first line is asked, at a moment that its first characters choose; the second is a note, the others are said.
fuzz_target!(|input: (u64, i16, &str)| {
    let (now, utc_offset, text) = input;
    let mut lines = text.split('\n').filter(|line| !line.trim().is_empty() && !line.contains('\0'));
    let (Some(question), note) = (lines.next(), lines.next()) else { return };
    let now = now % 8_640_000_000_000_000;
    let mut log = Vec::new();
    let mut core = open(now);
    let document = object(&[("document", PERSONALITY.as_str().into())]);
    let template = [("type", "create-session".into()), ("user", "ana".into()), ("template", document)];
    let Some(Output::Session(session)) = run(&mut core, now, &object(&template), &mut log) else { return };
    if let Some(note) = note {
        let note = object(&[("source", "note".into()), ("text", note.into())]);
        let import = [("type", "import-notes".into()), ("user", "ana".into()), ("documents", vec![note].into())];
        run(&mut core, now, &object(&import), &mut log);
    }
    for line in lines.take(12) {
        let model = object(&[("kind", "manual".into()), ("id", "manual".into())]);
        let send = [
            ("type", "send".into()),
            ("user", "ana".into()),
            ("session", session.id.as_str().into()),
            ("text", line.into()),
            ("model", model),
        ];
        run(&mut core, now, &object(&send), &mut log);
    }
    let options = RecallOptions { utc_offset: i32::from(utc_offset) % 1_440, ..RecallOptions::default() };
    let Ok(found) = core.recall("ana", &session.id, question, &options, now) else { return };
    assert!(found.len() <= 5);
    assert!(found.windows(2).all(|pair| pair[0].score >= pair[1].score));
    for one in &found {
        let why = one.why;
        let score = why.similarity * (1.0 + why.domain + why.recency + why.reuse) * why.importance;
        assert!(one.score.is_finite() && one.score >= 0.0 && (score - one.score).abs() < 1e-5, "{one:?}");
        assert!(why.similarity <= 1.0 + 1e-6, "{one:?}");
    }
    let cache = core.recall_cache("ana", 0).expect("an index");
    let mut again = open(now);
    again.read_recall_cache("ana", &cache);
    again.absorb(log, now).expect("the same log");
    assert_eq!(again.recall("ana", &session.id, question, &options, now).expect("the same"), found);
});

fn open(now: u64) -> Core {
    Core::open(CoreOptions::default(), PACKS.clone(), &Environment { now, seed: [7; 32] })
}

fn object(fields: &[(&str, Value)]) -> Value {
    Value::object(fields.to_vec())
}

/// Runs a command of which nothing is asked but to be stored.
fn run(core: &mut Core, now: u64, command: &Value, log: &mut Vec<Record>) -> Option<Output> {
    let command = Command::parse(command).ok()?;
    let mut seed = [1; 32];
    seed[..8].copy_from_slice(&(log.len() as u64).to_le_bytes());
    let mut step = core.dispatch(command, &Environment { now, seed });
    while step.done.is_none() {
        for effect in &step.effects {
            if let Effect::Append { records, .. } = effect {
                log.extend(Record::parse_all(json::to_text(&**records).as_bytes()).expect("records"));
            }
        }
        step = core.resume(step.op, EffectResult::Stored, now);
    }
    step.done?.ok()
}
