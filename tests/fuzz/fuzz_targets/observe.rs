//! Whatever the message: every span lies inside it, and scores are in their ranges.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use luminoracore::memory::key_of;
use luminoracore::observe::{ObserveContext, Packs, observe};

static PACKS: LazyLock<Packs> = LazyLock::new(|| {
    let files = ["languages", "en", "es"].map(|name| {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../packs");
        std::fs::read(format!("{folder}/{name}.json")).expect("a pack")
    });
    let files: Vec<&[u8]> = files.iter().map(Vec::as_slice).collect();
    Packs::load(&files).expect("good packs")
});

fuzz_target!(|message: &str| {
    let length = message.encode_utf16().count() as u32;
    for language in [None, Some("en"), Some("es")] {
        let context = ObserveContext { language, template: None, after_assistant: true };
        let observation = observe(&PACKS, message, &context);
        assert!((-1.0..=1.0).contains(&observation.sentiment.score));
        let emotions = observation.emotions.iter().flat_map(|emotion| &emotion.spans);
        let facts = observation.facts.iter().flat_map(|fact| &fact.spans);
        let episodes = observation.episodes.iter().flat_map(|episode| &episode.spans);
        let spans = observation.sentiment.spans.iter().chain(&observation.interaction.spans);
        let spans = spans.chain(emotions).chain(facts).chain(episodes);
        for [start, end] in spans {
            assert!(start <= end && *end <= length, "{start}..{end} of {length}");
        }
        for fact in &observation.facts {
            assert!((0.0..=1.0).contains(&fact.confidence));
            assert_eq!(key_of(&fact.key).as_deref(), Some(fact.key.as_str()));
        }
        for episode in &observation.episodes {
            assert!((1..=80).contains(&episode.title.chars().count()));
            assert!((1..=400).contains(&episode.summary.chars().count()));
        }
    }
});
