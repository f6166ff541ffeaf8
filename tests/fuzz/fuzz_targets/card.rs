//! Whatever the card: it comes back equal, and so does its template; also the template of a card that was edited.

#![no_main]

use libfuzzer_sys::fuzz_target;
use luminoracore::card::{CardExportOptions, CardFormat, convert, export};
use luminoracore::json::{self, Limits};

const LIMITS: Limits = Limits { bytes: usize::MAX, depth: 100, items: usize::MAX, items_at: &[] };

fuzz_target!(|bytes: &[u8]| {
    let Ok(conversion) = convert(bytes) else { return };
    let source = json::read(bytes, LIMITS).expect("it was read").value;
    let written = export(&conversion.template, CardExportOptions { format: Some(conversion.format) });
    assert_eq!(json::compact(&written.card), json::compact(&source));
    for format in [CardFormat::V1, CardFormat::V2, CardFormat::V3] {
        let card = export(&conversion.template, CardExportOptions { format: Some(format) });
        let back = convert(&card.bytes()).expect("a card");
        assert_eq!(json::compact(&back.template.document), json::compact(&conversion.template.document));
    }
});
