//! Record bodies and merge, against the shared cases.

use luminoracore::ErrorCode;
use luminoracore::log::{Record, body, merge};
use serde_json::{Value, json};

use crate::host::file;
use crate::sample::tree;

#[test]
fn bodies_keep_the_rules_of_their_kind() {
    for path in ["mirror/record-constraints.json", "minime/feedback-pairs.json"] {
        let file: Value = serde_json::from_str(&file(&format!("tests/cases/{path}"))).unwrap();
        for case in file["cases"].as_array().unwrap() {
            let id = &case["id"];
            let kind = case["kind"].as_str().unwrap_or("feedback");
            let owner = case["owner"].as_str().unwrap_or("diego");
            let parsed = body::parse(kind, owner, tree(&case["record"])).and_then(|body| {
                body::check_references(kind, &body, |id| file["existing"].get(id).is_some()).map(|()| body)
            });
            if case["valid"] == true {
                assert!(parsed.is_ok(), "{id}: {parsed:?}");
            } else {
                let error = parsed.expect_err(&id.to_string());
                let code = serde_json::to_value(error.code).unwrap();
                let path = case["path"].as_str().unwrap();
                assert_eq!((&code, error.path.as_str()), (&case["code"], path), "{id}");
            }
        }
    }
}

/// The rules of the kinds, each broken once.
#[test]
fn every_broken_rule_is_named() {
    let template = format!("sha256:{}", "0".repeat(64));
    let time = "2026-01-31T08:00:00.000Z";
    let turn = json!({ "session": "s", "role": "user", "text": "x", "created_at": time });
    let session = json!({ "instance": "i", "status": "active", "started_at": time, "updated_at": time });
    let run =
        json!({ "session": "s", "turn": "t", "template": template, "mode": "manual", "started_at": time });
    let mut summary = run.clone();
    summary["visibility"] = json!("sync_summary");
    let usage = json!({ "input_tokens": 1, "output_tokens": 1 });
    let instance = json!({ "template": template, "template_name": "Alicia", "created_at": time });
    let delta = json!({ "scope": "task", "aspect": "beta", "old": 0.7, "new": 0.3, "rationale": "calmer" });
    let feedback = json!({ "run": "r", "created_at": time, "flags": ["too_long", "my own"], "delta": delta });
    let of_aspect = |aspect: &str, new: Value| {
        let mut delta = delta.clone();
        delta["aspect"] = json!(aspect);
        delta["new"] = new;
        delta
    };
    let pattern = json!({ "type": "pattern", "class": "self_judgment", "label": "Being hard on me", "hidden": true, "note": "" });
    let measured = json!({ "position": -1, "confidence": 1, "source": "user" });
    let sources = json!([{ "turn": "t", "span": [0, 4] }, { "note": "n", "span": [2, 2] }]);
    let tension = json!({ "type": "tension", "name": "Work and rest", "axis_a": "Work", "axis_b": "Rest", "position": -1, "intensity": null, "origin": "user_created", "measurements": [measured], "sources": sources, "created_at": time, "updated_at": time });
    let consent = json!({ "destination": "host:clinic", "purpose": "summary", "state": "revoked", "granted_by": "owner", "created_at": time, "expires_at": time });
    let cases = [
        ("feedback", &feedback, "rating", json!(0), "range", "/rating"),
        ("feedback", &feedback, "rating", json!(1.5), "type", "/rating"),
        ("feedback", &feedback, "flags", json!(["too_long", " "]), "empty", "/flags/1"),
        ("feedback", &feedback, "flags", json!(["x".repeat(65)]), "too_long", "/flags/0"),
        ("feedback", &feedback, "note", json!("x".repeat(262_145)), "too_long", "/note"),
        ("feedback", &feedback, "correction", json!(""), "empty", "/correction"),
        ("feedback", &feedback, "confidence", json!(1.1), "range", "/confidence"),
        ("feedback", &feedback, "visibility", json!("sync_full_private"), "enum", "/visibility"),
        ("feedback", &feedback, "delta", of_aspect("routing.", json!(0.5)), "enum", "/delta/aspect"),
        ("feedback", &feedback, "delta", of_aspect("routing.critic", json!(1.5)), "range", "/delta/new"),
        ("feedback", &feedback, "delta", of_aspect("temperature", json!(2.5)), "range", "/delta/new"),
        ("feedback", &feedback, "delta", of_aspect("rigor", json!(0.4)), "range", "/delta/new"),
        ("feedback", &feedback, "delta", of_aspect("retrieval_k", json!(3.5)), "type", "/delta/new"),
        ("feedback", &feedback, "delta", of_aspect("retrieval_k", json!(2)), "range", "/delta/new"),
        ("feedback", &feedback, "delta", json!({}), "missing", "/delta"),
        ("memory", &pattern, "class", json!("my own"), "enum", "/class"),
        ("memory", &pattern, "label", json!(" "), "empty", "/label"),
        ("memory", &pattern, "note", json!("x".repeat(2_001)), "too_long", "/note"),
        ("memory", &pattern, "count", json!(3), "unknown_field", "/count"),
        ("memory", &tension, "axis_b", json!(" WORK "), "same_pole", "/axis_b"),
        ("memory", &tension, "axis_a", json!("x".repeat(51)), "too_long", "/axis_a"),
        ("memory", &tension, "position", json!("0"), "type", "/position"),
        ("memory", &tension, "measurements", json!([measured, {}]), "missing", "/measurements/1"),
        ("memory", &tension, "sources", json!([{ "span": [0, 1] }]), "missing", "/sources/0"),
        ("memory", &tension, "sources", json!([{ "turn": "t", "span": [2, 1] }]), "order", "/sources/0/span"),
        ("memory", &tension, "type", json!("dream"), "enum", "/type"),
        ("consent", &consent, "destination", json!("host:"), "enum", "/destination"),
        ("consent", &consent, "purpose", json!("everything"), "enum", "/purpose"),
        ("consent", &consent, "granted_by", json!("host"), "enum", "/granted_by"),
        ("consent", &consent, "expires_at", json!("soon"), "format", "/expires_at"),
        ("turn", &turn, "text", json!(1), "type", "/text"),
        ("turn", &turn, "text", json!("x".repeat(262_145)), "too_long", "/text"),
        ("turn", &turn, "role", json!("assistant"), "missing", ""),
        ("turn", &turn, "created_at", json!("2025-02-29T00:00:00Z"), "format", "/created_at"),
        ("turn", &turn, "session", Value::Null, "type", "/session"),
        ("turn", &turn, "learn", json!("no"), "type", "/learn"),
        ("turn", &turn, "learn_reason", json!("because"), "enum", "/learn_reason"),
        ("turn", &turn, "links", json!([1]), "type", "/links/0"),
        ("turn", &turn, "tool", json!({ "name": "x" }), "missing", "/tool"),
        ("session", &session, "updated_at", json!("2026-01-30T08:00:00Z"), "order", "/updated_at"),
        ("session", &session, "title", json!("x".repeat(201)), "too_long", "/title"),
        ("session", &session, "baseline", json!({ "at": "now", "mood": {} }), "format", "/baseline/at"),
        ("run", &run, "template", json!("sha256:xyz"), "format", "/template"),
        ("run", &run, "duration_ms", json!(1.5), "type", "/duration_ms"),
        ("run", &run, "visibility", json!("sync_full_public"), "enum", "/visibility"),
        ("run", &run, "usage", json!({ "input_tokens": -1 }), "range", "/usage/input_tokens"),
        ("run", &run, "blocks", json!([{ "tokens": 1 }]), "missing", "/blocks/0"),
        ("run", &run, "affinity", json!({ "before": 101 }), "range", "/affinity/before"),
        ("run", &run, "mood", json!({ "from": "a", "to": "b", "intensity": 2 }), "range", "/mood/intensity"),
        ("run", &run, "findings", json!({}), "type", "/findings"),
        ("run", &run, "text", json!("what was said"), "unknown_field", "/text"),
        ("run", &run, "patterns", json!(["obligation_language", 1]), "type", "/patterns/1"),
        ("run", &run, "tensions", json!([{}]), "type", "/tensions/0"),
        (
            "run",
            &run,
            "attempts",
            json!([{ "usage": usage, "text": "raw" }]),
            "unknown_field",
            "/attempts/0/text",
        ),
        ("run", &run, "attempts", json!([{ "role": "critic" }]), "missing", "/attempts/0"),
        (
            "run",
            &run,
            "actions",
            json!([{ "tool": "x", "arguments": {} }]),
            "unknown_field",
            "/actions/0/arguments",
        ),
        ("run", &run, "crisis", json!({ "level": "none", "text": "raw" }), "unknown_field", "/crisis/text"),
        ("run", &summary, "patterns", json!(["self_judgment", "my own"]), "not_enumerated", "/patterns/1"),
        ("instance", &instance, "template_name", json!(" "), "empty", "/template_name"),
        ("instance", &instance, "a/b", json!(1), "unknown_field", "/a~1b"),
    ];
    for (kind, good, field, value, code, path) in cases {
        assert!(body::parse(kind, "diego", tree(good)).is_ok(), "{kind}");
        let mut bad = good.clone();
        bad[field] = value;
        let error = body::parse(kind, "diego", tree(bad)).expect_err(&format!("{kind} {field}"));
        assert_eq!(
            (serde_json::to_value(error.code).unwrap(), error.path.as_str()),
            (json!(code), path),
            "{kind} {field}"
        );
    }
}

#[test]
fn what_later_features_write_of_a_run_is_taken() {
    let template = format!("sha256:{}", "0".repeat(64));
    let time = "2026-01-31T08:00:00.000Z";
    let run =
        json!({ "session": "s", "turn": "t", "template": template, "mode": "manual", "started_at": time });
    for (field, value) in [
        ("duration_ms", json!(1_767_225_600_000_u64)),
        ("patterns", json!(["what I call it"])),
        (
            "attempts",
            json!([{ "usage": { "input_tokens": 1, "output_tokens": 1 }, "findings": [{}] }, { "role": "critic", "usage": { "input_tokens": 1, "output_tokens": 1 } }]),
        ),
        (
            "actions",
            json!([{ "hash": "h", "tool": "t", "decision": "approved", "by": "owner", "at": time, "expires_at": time, "result": { "any": 1 } }]),
        ),
        ("crisis", json!({ "level": "none" })),
    ] {
        let mut run = run.clone();
        run[field] = value;
        body::parse("run", "diego", tree(run)).expect(field);
    }
    let mut run = run;
    run["visibility"] = json!("sync_summary");
    run["patterns"] = json!(["obligation_language", "future_anxiety"]);
    body::parse("run", "diego", tree(run)).unwrap();
}

fn record(case: &Value) -> Record {
    let mut body = case.as_object().unwrap().clone();
    let take =
        |body: &mut serde_json::Map<String, Value>, key: &str| body.shift_remove(key).unwrap_or(Value::Null);
    let (id, kind, at) = (take(&mut body, "id"), take(&mut body, "kind"), take(&mut body, "at"));
    let at =
        format!("{:015}-{:05}-{}", at[0].as_u64().unwrap(), at[1].as_u64().unwrap(), at[2].as_str().unwrap());
    let mut value = json!({ "id": id, "owner": "diego", "kind": kind, "at": at });
    if body.shift_remove("erased").is_some() {
        value["erased"] = json!(true);
    } else {
        value["schema"] = json!(1);
        value["body"] = Value::Object(body);
    }
    Record::parse(&tree(value)).unwrap()
}

#[test]
fn merge_keeps_its_laws_on_the_shared_cases() {
    let cases: Value = serde_json::from_str(&file("tests/cases/mirror/merge-vectors.json")).unwrap();
    let records = |list: &Value| list.as_array().unwrap().iter().map(record).collect::<Vec<_>>();
    let mut cases = cases["cases"].as_array().unwrap().clone();
    // One of a sort that the shared file only speaks of.
    let ahead = |at: u64| json!({ "id": "t9", "kind": "turn", "at": [at, 0, "B"], "text": "hi" });
    let merged = json!([ahead(86_401_000)]);
    for (ms, merged) in [(86_401_001, json!("REJECT:clock")), (86_401_000, merged)] {
        cases.push(json!({ "id": ms, "a": [], "b": [ahead(ms)], "now": 1_000, "merged": merged }));
    }
    for case in &cases {
        let id = &case["id"];
        let (a, b) = (records(&case["a"]), records(&case["b"]));
        for (a, b) in [(&a, &b), (&b, &a)] {
            match case["merged"].as_str() {
                Some("ERROR:integrity") => {
                    assert_eq!(merge(a, b).unwrap_err().code, ErrorCode::Integrity, "{id}")
                }
                // What is refused for itself, whatever it meets: the log names it.
                Some(reject) if reject.starts_with("REJECT:") => {
                    let now = case["now"].as_u64().expect("a clock is ahead of something");
                    let mut host = crate::bundle::empty(1);
                    let absorbed = host.core.absorb([a.as_slice(), b].concat(), now).unwrap();
                    let codes: Vec<&str> =
                        absorbed.quarantined.iter().map(|record| record.code.as_str()).collect();
                    assert!(codes.contains(&reject.trim_start_matches("REJECT:")), "{id}: {codes:?}");
                }
                Some(other) => panic!("{id}: {other} is not a result that this test knows"),
                None => assert_eq!(merge(a, b).unwrap(), records(&case["merged"]), "{id}"),
            }
        }
        if let Ok(ab) = merge(&a, &b) {
            for third in &cases {
                let c = records(&third["a"]);
                if let (Ok(left), Ok(right)) = (merge(&ab, &c), merge(&b, &c).and_then(|bc| merge(&a, &bc))) {
                    assert_eq!(left, right, "{id}");
                }
            }
        }
    }
}

/// One record that somebody wrote wrongly must not lock a person out of all others.
#[test]
fn an_envelope_of_a_storage_that_breaks_a_rule_is_left_out_alone() {
    let good = json!({ "id": "a", "owner": "diego", "kind": "widget", "at": "001767225600000-00000-A", "schema": 1, "body": {} });
    for (field, value) in
        [("id", json!("x".repeat(201))), ("at", json!("now")), ("schema", json!(0)), ("z", json!(1))]
    {
        let mut bad = good.clone();
        bad[field] = value;
        let text = json!([bad, good, 7]).to_string();
        let (read, left_out) = Record::parse_stored(text.as_bytes()).unwrap();
        assert_eq!((read.len(), left_out), (1, 2), "{field}");
        let error = Record::parse_all(text.as_bytes()).unwrap_err();
        assert_eq!((error.code, error.path.starts_with("/0/")), (ErrorCode::InvalidRecord, true), "{field}");
    }
    assert!(Record::parse_stored(b"{}").is_err() && Record::parse_stored(b"[").is_err());
}
