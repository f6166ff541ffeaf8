//! What is read is what the reference reads, and what is written is read back.

#![no_main]

use libfuzzer_sys::fuzz_target;
use luminoracore::json::{self, FaultKind, Limits};

const LIMITS: Limits = Limits { bytes: 1 << 20, depth: 64, items: 10_000, items_at: &[] };

fuzz_target!(|bytes: &[u8]| {
    let examination = json::examine(bytes, LIMITS);
    let is_json = !examination
        .faults
        .iter()
        .any(|fault| matches!(fault.kind, FaultKind::Syntax | FaultKind::NotUtf8 | FaultKind::EmptyInput));
    assert_eq!(is_json, examination.value.is_some());
    // The reference refuses numbers that no double holds, and what is nested deeper than 127 levels; also in a value that
    // does not count because its key comes again.
    let reference = serde_json::from_slice::<serde_json::Value>(bytes);
    let is_plain = !examination
        .faults
        .iter()
        .any(|fault| fault.kind.is_error() || (fault.kind == FaultKind::DuplicateKey && reference.is_err()));
    if is_plain && !bytes.starts_with(b"\xEF\xBB\xBF") {
        let ours = json::canonical(&examination.value.clone().unwrap_or_default());
        let theirs = serde_json::to_string(&reference.expect("it is JSON")).expect("it is a value");
        let theirs = json::read(theirs.as_bytes(), LIMITS).expect("it was written");
        assert_eq!(ours, json::canonical(&theirs.value));
    } else if reference.is_ok() {
        assert!(is_json, "the reference reads it");
    }
    let mut tokens = json::Tokens::default();
    if let Some(tape) = tokens.read(bytes, LIMITS.depth) {
        let unlimited = Limits { bytes: usize::MAX, items: usize::MAX, ..LIMITS };
        let document = json::read(bytes, unlimited).expect("nothing is wrong with a tape");
        assert!(document.warnings.is_empty());
        assert_eq!((tape.root().to_value(), tape.is_canonical), (document.value, document.is_canonical));
    }
    let Some(value) = examination.value else { return };
    if let Ok(document) = json::read(bytes, LIMITS) {
        assert_eq!(document.is_canonical, json::canonical(&value).as_bytes() == bytes);
    }
    for text in [json::compact(&value), json::pretty(&value), json::canonical(&value), json::to_text(&value)]
    {
        let again =
            json::read(text.as_bytes(), Limits { bytes: usize::MAX, ..LIMITS }).expect("it was written");
        assert_eq!(json::canonical(&again.value), json::canonical(&value));
    }
});
