//! Canonical JSON: the published cases, to the byte.

use luminoracore::json::{self, Limits};
use serde::Deserialize;

#[derive(Deserialize)]
struct Cases {
    cases: Vec<Case>,
    must_reject: Vec<String>,
}

#[derive(Deserialize)]
struct Case {
    id: String,
    r#in: String,
    out: String,
    sha256: String,
}

const LIMITS: Limits = Limits { bytes: 1 << 20, depth: 32, items: 1000, items_at: &[] };

#[test]
fn canonical_form_and_hash() {
    let cases: Cases = serde_json::from_str(include_str!("../cases/mirror/canonical-json.json")).unwrap();
    for case in cases.cases {
        let document = json::read(case.r#in.as_bytes(), LIMITS).unwrap();
        let canonical = json::canonical(&document.value);
        assert_eq!(canonical, case.out, "{}", case.id);
        assert_eq!(json::sha256_hex(canonical.as_bytes()), case.sha256, "{}", case.id);
    }
    for text in cases.must_reject {
        let clean = json::read(text.as_bytes(), LIMITS).is_ok_and(|document| document.warnings.is_empty());
        assert!(!clean, "{text}");
    }
}
