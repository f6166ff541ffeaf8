//! A model's answer about a message: whatever it is, there is a result, and it keeps its bounds.
#![no_main]

use libfuzzer_sys::fuzz_target;
use luminoracore::memory::read_extraction;

fuzz_target!(|input: (&str, &str)| {
    let (answer, said) = input;
    let extraction = read_extraction(answer, said);
    let length = said.encode_utf16().count() as u32;
    assert!(extraction.facts.len() <= 20 && extraction.episodes.len() <= 5);
    for fact in &extraction.facts {
        assert!((0.0..=1.0).contains(&fact.confidence));
        assert!((1..=64).contains(&fact.key.len()));
        assert!(fact.span[0] <= fact.span[1] && fact.span[1] <= length);
    }
    for episode in &extraction.episodes {
        assert!(!episode.title.is_empty() && episode.title.chars().count() <= 80);
        assert!(!episode.summary.is_empty() && episode.summary.chars().count() <= 400);
    }
});
