//! Character cards: both laws for any card and any template, and what the mapping says.

use luminoracore::card::{CardExport, CardExportOptions, CardFormat, Conversion, LossAction, convert};
use luminoracore::compile::{CompileOptions, Prepared};
use luminoracore::json::{self, Value as Tree};
use luminoracore::template::Template;
use luminoracore::{ErrorCode, card};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::sync::Arc;

use crate::host::file;
use crate::sample::{document, tree};

const FORMATS: [CardFormat; 3] = [CardFormat::V1, CardFormat::V2, CardFormat::V3];

fn converted(card: &Value) -> Conversion {
    convert(card.to_string().as_bytes()).unwrap_or_else(|error| panic!("{error:?}: {card}"))
}

fn export(template: &Template, format: Option<CardFormat>) -> CardExport {
    card::export(template, CardExportOptions { format })
}

/// The text of a value: equal texts are equal values with equal key orders.
fn text(card: impl std::borrow::Borrow<Value>) -> String {
    json::compact(&tree(card))
}

fn template(document: &Value) -> Template {
    Template::parse(document.to_string().as_bytes()).unwrap()
}

/// Card -> template -> card, also without saying in which format.
fn check_card_law(card: &Value) -> Conversion {
    let conversion = check_written_law(card);
    assert_eq!(json::compact(&export(&conversion.template, None).card), text(card));
    conversion
}

/// Card -> template -> text of the template -> card in its format. The template that a written card carries may once
/// have been a card of another format, so that this has to be said.
fn check_written_law(card: &Value) -> Conversion {
    let conversion = converted(card);
    let stored = Template::parse(json::compact(&conversion.template.document).as_bytes()).unwrap();
    assert_eq!(stored, conversion.template);
    let export = export(&stored, Some(conversion.format));
    assert_eq!(json::compact(&export.card), text(card));
    assert_eq!(export.bytes(), text(card).into_bytes());
    conversion
}

/// Template -> card -> template, for every format.
fn check_template_law(template: &Template) {
    for format in FORMATS {
        let export = export(template, Some(format));
        let back = convert(&export.bytes()).unwrap();
        assert_eq!(json::compact(&back.template.document), json::compact(&template.document), "{format:?}");
        assert_eq!(back.format, format);
    }
}

fn v2() -> Value {
    json!({
        "name": "Tove", "spec": "chara_card_v2", "spec_version": "2.0", "avatar": "none",
        "data": {
            "name": "Tove Brandt",
            "description": "{{char}} kept the light for forty years. She moors at dawn.\n\n# Not a heading",
            "personality": "dry, patient",
            "scenario": "{{user}} knocks at the door of the lighthouse.",
            "first_mes": "Morning. How is the water?",
            "mes_example": "<START>\n{{user}}: I have too much to do.\n{{char}}: Then we light one lantern first.\n<START>\n{{user}}: no\n{{char}}: Yes.",
            "creator_notes": "Works best slowly.",
            "system_prompt": "Write as {{char}}. {{original}} Mind the tide.",
            "post_history_instructions": "One paragraph.",
            "alternate_greetings": ["Hm?", "You again. Sit, the kettle is on."],
            "tags": ["calm", "calm", "", "sea", 7],
            "creator": "ingrid",
            "character_version": "main",
            "character_book": {"name": "Harbour", "scan_depth": 2, "extensions": {}, "entries": [
                {"keys": ["tide"], "content": "High at noon.", "extensions": {"depth": 4}, "enabled": true, "insertion_order": 10, "id": null},
            ]},
            "extensions": {"talkativeness": "0.5", "other/app": {"z": 1, "a": [null, {"": 0}]}},
            "fav": false,
        },
        "create_date": "2024-1-2 @10h 20m",
    })
}

/// Whether `found` has at least what `expected` has; lists have equal lengths.
fn has(found: &Value, expected: &Value) -> bool {
    match (found, expected) {
        (Value::Object(found), Value::Object(expected)) => {
            expected.iter().all(|(key, expected)| found.get(key).is_some_and(|found| has(found, expected)))
        }
        (Value::Array(found), Value::Array(expected)) => {
            found.len() == expected.len()
                && found.iter().zip(expected).all(|(found, expected)| has(found, expected))
        }
        _ => found == expected,
    }
}

#[test]
fn the_cases_that_node_and_the_browser_run_as_well() {
    for name in ["v1", "v2", "v3", "lorebook", "odd"] {
        let case: Value = serde_json::from_str(&file(&format!("tests/cases/card/{name}.json"))).unwrap();
        let Conversion { template, format, report } = check_card_law(&case["card"]);
        check_template_law(&template);
        assert_eq!(serde_json::to_value(format).unwrap(), case["format"], "{name}");
        let found = document(&template);
        assert!(has(&found, &case["expect"]), "{name}: {found:#}");
        for absent in case["absent"].as_array().unwrap() {
            assert_eq!(found.pointer(absent.as_str().unwrap()), None, "{name}");
        }
        let report = serde_json::to_value(report).unwrap();
        for item in case["report"].as_array().unwrap() {
            let expected = json!({"path": item[0], "to": item[1], "action": item[2]});
            assert!(
                report.as_array().unwrap().iter().any(|item| has(item, &expected)),
                "{name}: {item} {report:#}"
            );
        }
        let options = CompileOptions::parse(&tree(&case["prompt"]["options"])).unwrap();
        let prompt = Prepared::new(Arc::new(template)).compile(&options).unwrap().text;
        for text in case["prompt"]["contains"].as_array().unwrap() {
            assert!(prompt.contains(text.as_str().unwrap()), "{name}: {text} in {prompt}");
        }
        for text in case["prompt"]["lacks"].as_array().unwrap() {
            assert!(!prompt.contains(text.as_str().unwrap()), "{name}: {text} in {prompt}");
        }
        if name == "v2" {
            insta::assert_snapshot!("card_v2", prompt);
        }
    }
}

#[test]
fn row_78_a_card_with_unknown_extensions_comes_back_equal() {
    let conversion = check_card_law(&v2());
    assert_eq!(conversion.format, CardFormat::V2);
}

#[test]
fn the_fields_of_a_card_become_those_of_a_template() {
    let conversion = converted(&v2());
    let found = document(&conversion.template);
    let prose = "{{char}} kept the light for forty years. She moors at dawn.\n\n# Not a heading\n\n\
                 Personality: dry, patient\n\nScenario: {{user}} knocks at the door of the lighthouse.";
    let expected = json!({
        "schema_version": "1.1.0",
        "persona": {
            "name": "Tove Brandt", "version": "1.0.0",
            "description": "{{char}} kept the light for forty years. She moors at dawn. # Not a heading",
            "author": "ingrid", "tags": ["calm", "sea"], "language": "en",
            "compatibility": ["openai", "anthropic", "google", "mistral", "cohere", "deepseek", "llama", "universal"],
        },
        "core_traits": {"archetype": "companion", "temperament": "calm", "communication_style": "conversational"},
        "linguistic_profile": {"tone": ["friendly"], "syntax": "varied", "vocabulary": []},
        "behavioral_rules": ["Stay in character as Tove Brandt."],
        "trigger_responses": {"on_greeting": ["Morning. How is the water?", "You again. Sit, the kettle is on."]},
        "examples": {"sample_responses": [
            {"input": "I have too much to do.", "output": "Then we light one lantern first."},
        ]},
        "knowledge": {"entries": [
            {"keys": ["tide"], "content": "High at noon.", "extensions": {"depth": 4}, "enabled": true, "insertion_order": 10},
        ], "scan_depth": 2},
    });
    let mut plain = found.clone();
    let extensions = plain.as_object_mut().unwrap().remove("extensions").unwrap();
    assert_eq!(plain, expected);
    let kept = &extensions["luminoracore/card"];
    assert_eq!(kept["prose"], prose);
    assert_eq!(kept["system_prompt"], "Write as {{char}}. {{original}} Mind the tide.");
    assert_eq!(kept["post_history_instructions"], "One paragraph.");
    assert_eq!(kept["format"], "v2");
    assert_eq!(kept["card"]["data"]["extensions"], v2()["data"]["extensions"]);
    // No entry is kept twice.
    assert_eq!(text(&kept["card"]).matches("High at noon.").count(), 0);

    let report = serde_json::to_value(&conversion.report).unwrap();
    for (path, to, action) in [
        ("/data/name", "/persona/name", "mapped"),
        ("/data/creator", "/persona/author", "mapped"),
        ("/data/character_version", "/persona/version", "defaulted"),
        ("/data/tags", "/persona/tags", "truncated"),
        ("/data/description", "/extensions/luminoracore~1card/prose", "kept_as_prose"),
        ("/data/scenario", "/extensions/luminoracore~1card/prose", "kept_as_prose"),
        ("", "/core_traits", "derived"),
        ("", "/behavioral_rules", "derived"),
        ("/data/system_prompt", "/extensions/luminoracore~1card/system_prompt", "moved"),
        ("/data/first_mes", "/trigger_responses/on_greeting", "moved"),
        ("/data/alternate_greetings", "/trigger_responses/on_greeting", "moved"),
        ("/data/mes_example", "/examples/sample_responses", "moved"),
        ("/data/character_book", "/knowledge", "mapped"),
        ("/data/character_book/entries/0", "/knowledge", "truncated"),
        ("/data/creator_notes", "/extensions/luminoracore~1card/card/data/creator_notes", "kept_opaque"),
        ("/data/extensions", "/extensions/luminoracore~1card/card/data/extensions", "kept_opaque"),
        ("/create_date", "/extensions/luminoracore~1card/card/create_date", "kept_opaque"),
    ] {
        let item = report.as_array().unwrap().iter().find(|item| item["path"] == path && item["to"] == to);
        assert_eq!(item.unwrap_or_else(|| panic!("{path} -> {to}"))["action"], action, "{path}");
    }
}

#[test]
fn what_is_no_card_is_refused_with_its_place() {
    let refused = |source: &[u8]| {
        let error = convert(source).unwrap_err();
        assert!(error.hint.is_some(), "{error:?}");
        (error.code, error.path.clone())
    };
    let unsupported = |path: &str| (ErrorCode::UnsupportedFormat, path.to_owned());
    for (source, path) in [
        ("", ""),
        ("{", ""),
        ("[]", ""),
        ("null", ""),
        ("{}", ""),
        (r#"{"name": "x"}"#, ""),
        (r#"{"spec": "chara_card_v9", "data": {}}"#, "/spec"),
        (r#"{"spec": 2, "data": {}}"#, "/spec"),
        (r#"{"spec": "chara_card_v2"}"#, ""),
        (r#"{"spec": "chara_card_v3", "data": []}"#, "/data"),
        (r#"{"spec": "lorebook_v3", "data": "x"}"#, "/data"),
        (r#"{"name": "x", "description": 1e999}"#, "/description"),
        ("\u{89}PNG", ""),
        ("PK\u{3}\u{4}", ""),
    ] {
        assert_eq!(refused(source.as_bytes()), unsupported(path), "{source}");
    }
    assert_eq!(refused(file("personalities/alicia.json").as_bytes()), unsupported(""));
    assert_eq!(refused(b"\x89PNG\r\n\x1a\n"), unsupported(""));
    let large = vec![b' '; (64 << 20) + 1];
    assert_eq!(refused(&large), (ErrorCode::TooLarge, String::new()));
    let many = json!({"name": "x", "description": "y".repeat(300 << 10)});
    assert_eq!(refused(many.to_string().as_bytes()), (ErrorCode::TooLarge, String::new()));
}

#[test]
fn what_a_card_lacks_has_a_default() {
    for card in [
        json!({"name": "", "description": ""}),
        json!({"spec": "chara_card_v2", "data": {}}),
        json!({"spec": "chara_card_v3", "spec_version": 3, "data": {"name": 7, "tags": "x", "description": null}}),
        json!({"spec": "lorebook_v3", "data": {}}),
    ] {
        let template = check_card_law(&card).template;
        assert_eq!(template.persona.name, "Unnamed");
        assert_eq!(template.persona.author, "unknown");
        assert_eq!(template.persona.description, "Unnamed, a character.");
        assert_eq!(template.persona.tags, Vec::<String>::new());
        check_template_law(&template);
    }
    let nicknamed =
        json!({"spec": "chara_card_v3", "data": {"name": " ", "nickname": "Zed", "tags": ["x".repeat(60)]}});
    let template = check_card_law(&nicknamed).template;
    assert_eq!((template.persona.name.as_str(), template.character()), ("Zed", "Zed"));
    assert_eq!(template.persona.tags, ["x".repeat(50)]);
}

#[test]
fn another_spec_version_is_accepted_with_a_note() {
    for (version, noted) in
        [(json!("3.0"), false), (json!(3), false), (json!("3.1"), true), (json!("x"), true)]
    {
        let card = json!({"spec": "chara_card_v3", "spec_version": version, "data": {"name": "Zed"}});
        let report = check_card_law(&card).report;
        let note = report.iter().find(|item| item.path == "/spec_version");
        assert_eq!(note.map(|item| item.action), noted.then_some(LossAction::KeptOpaque), "{version}");
    }
}

#[test]
fn a_lorebook_alone_is_knowledge() {
    let book = json!({"spec": "lorebook_v3", "data": {"name": "Harbour", "extensions": {"x": 1}, "entries": [
        {"keys": ["tide"], "content": "High at noon.", "extensions": {}, "enabled": true, "insertion_order": 1, "use_regex": false},
    ], "recursive_scanning": true}});
    let conversion = check_card_law(&book);
    assert_eq!(conversion.format, CardFormat::Lorebook);
    let found = document(&conversion.template);
    assert_eq!(found["persona"]["name"], "Harbour");
    assert_eq!(found["knowledge"], json!({"entries": book["data"]["entries"], "recursive": true}));
    check_template_law(&conversion.template);
    // Also that of a template that never was one.
    let tove = Template::parse(file("tests/cases/templates/tove.json").as_bytes()).unwrap();
    let export = export(&tove, Some(CardFormat::Lorebook));
    let expected = json!({"spec": "lorebook_v3", "data": {"extensions": {}, "entries": [{
        "keys": ["storm glass"], "content": "A storm glass is an old weather vial.",
        "extensions": {}, "enabled": true, "insertion_order": 100, "use_regex": false,
    }]}});
    assert_eq!(json::compact(&export.card), text(expected));
}

#[test]
fn a_template_that_never_was_a_card_loses_nothing() {
    let mut documents =
        vec![file("tests/cases/templates/tove.json"), file("tests/cases/templates/ines.json")];
    let folder = std::fs::read_dir(format!("{}/personalities", env!("CARGO_MANIFEST_DIR"))).unwrap();
    documents.extend(folder.map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap()));
    for document in documents {
        let template = Template::parse(document.as_bytes()).unwrap();
        check_template_law(&template);
        let card = export(&template, None);
        assert_eq!(card.format, CardFormat::V3);
        let data = card.card.get("data").unwrap();
        assert_eq!(data.get("name").unwrap().as_str(), Some(template.persona.name.as_str()));
        assert_eq!(data.get("description").unwrap().as_str(), Some(template.persona.description.as_str()));
        assert_eq!(data.get("creator").unwrap().as_str(), Some(template.persona.author.as_str()));
        let greetings = &template.trigger_responses.on_greeting;
        assert_eq!(
            data.get("first_mes").unwrap().as_str(),
            Some(greetings.first().map_or("", String::as_str))
        );
    }
}

#[test]
fn other_programs_may_add_to_a_card_but_not_change_its_fields() {
    let source = template(&serde_json::from_str(&file("tests/cases/templates/tove.json")).unwrap());
    let card: Value = serde_json::from_slice(&export(&source, Some(CardFormat::V2)).bytes()).unwrap();
    let mut added = card.clone();
    added["data"]["extensions"]["talkativeness"] = json!(0.5);
    added["data"]["nickname"] = json!("");
    added["fav"] = json!(true);
    let back = check_card_law(&added).template;
    assert_eq!(back.hierarchical_config, source.hierarchical_config);
    assert_eq!(back.persona, source.persona);
    assert_eq!(
        Prepared::new(Arc::new(back.clone())).compile(&CompileOptions::default()).unwrap().text,
        Prepared::new(Arc::new(source)).compile(&CompileOptions::default()).unwrap().text
    );
    check_template_law(&back);

    added["data"]["description"] = json!("Somebody else by now.");
    let other = check_card_law(&added).template;
    assert_eq!(other.persona.description, "Somebody else by now.");
    assert_eq!(other.hierarchical_config, None);
    check_template_law(&other);
}

#[test]
fn what_was_edited_in_the_template_is_written_field_by_field() {
    let mut edited = document(&converted(&v2()).template);
    edited["persona"]["name"] = json!("Tove");
    edited["trigger_responses"]["on_greeting"] = json!(["Evening, friend.", "Who goes there?", "One more."]);
    edited["knowledge"]["entries"][0]["content"] = json!("Low at noon.");
    edited["knowledge"]["entries"]
        .as_array_mut()
        .unwrap()
        .push(json!({"keys": ["fog"], "content": "Thick."}));
    edited["extensions"]["luminoracore/card"]["system_prompt"] = json!("Be brief.");
    edited["metadata"] = json!({"license": "MIT"});
    let edited = template(&edited);
    check_template_law(&edited);
    let card: Value = serde_json::from_slice(&export(&edited, None).bytes()).unwrap();
    let mut expected = v2();
    let data = &mut expected["data"];
    data["name"] = json!("Tove");
    data["first_mes"] = json!("Evening, friend.");
    data["alternate_greetings"] = json!(["Hm?", "Who goes there?", "One more."]);
    data["character_book"]["entries"][0]["content"] = json!("Low at noon.");
    data["character_book"]["entries"]
        .as_array_mut()
        .unwrap()
        .push(json!({"keys": ["fog"], "content": "Thick."}));
    data["system_prompt"] = json!("Be brief.");
    let mut found = card;
    found["data"]["extensions"].as_object_mut().unwrap().remove("luminoracore").unwrap();
    assert_eq!(found, expected);
}

#[test]
fn an_edited_prose_is_the_description() {
    let mut edited = document(&converted(&v2()).template);
    edited["extensions"]["luminoracore/card"]["prose"] = json!("All new.");
    edited["examples"]["sample_responses"][0]["output"] = json!("One lantern at a time.");
    let edited = template(&edited);
    check_template_law(&edited);
    let card = export(&edited, Some(CardFormat::V3)).card;
    let found = |key: &str| card.pointer(&format!("/data/{key}")).and_then(Tree::as_str).unwrap().to_owned();
    assert_eq!(found("description"), "All new.");
    assert_eq!((found("personality"), found("scenario")), (String::new(), String::new()));
    assert_eq!(
        found("mes_example"),
        "<START>\n{{user}}: I have too much to do.\n{{char}}: One lantern at a time.\n"
    );
    assert_eq!(card.get("spec").and_then(Tree::as_str), Some("chara_card_v3"));
    assert!(card.pointer("/data/group_only_greetings").is_some());
}

#[test]
fn older_formats_leave_decorators_out_and_the_template_keeps_them() {
    let card = json!({"spec": "chara_card_v3", "spec_version": "3.0", "data": {"name": "Zed", "character_book": {
        "extensions": {}, "entries": [{"keys": ["a"], "content": "@@depth 4\n\nThe tide."}, {"keys": [], "content": "Plain."}],
    }}});
    let template = check_card_law(&card).template;
    check_template_law(&template);
    let v2 = export(&template, Some(CardFormat::V2)).card;
    let content = |card: &Tree| {
        card.pointer("/data/character_book/entries/0/content").and_then(Tree::as_str).map(str::to_owned)
    };
    assert_eq!(content(&v2).as_deref(), Some("The tide."));
    assert!(v2.pointer("/data/creator_notes").and_then(Tree::as_str).unwrap().contains("decorators"));
    let v3 = export(&template, Some(CardFormat::V3)).card;
    assert_eq!(content(&v3).as_deref(), Some("@@depth 4\n\nThe tide."));
}

#[test]
fn a_card_that_is_nested_deeply_or_has_long_lists_is_kept_as_text() {
    let mut deep = json!(1);
    for _ in 0..50 {
        deep = json!([deep]);
    }
    for value in [deep, json!(vec![0; 5000])] {
        let mut card = v2();
        card["data"]["extensions"]["x"] = value;
        let template = check_card_law(&card).template;
        assert!(document(&template)["extensions"]["luminoracore/card"]["card"].is_string());
        check_template_law(&template);
    }
}

#[test]
fn a_large_lorebook_is_not_kept_twice() {
    let entries: Vec<Value> = (0..2500)
        .map(|number| json!({"keys": [format!("key {number}")], "content": "x".repeat(200), "id": null, "enabled": true}))
        .collect();
    let mut card = v2();
    card["data"]["character_book"]["entries"] = json!(entries[..1900]);
    let template = check_card_law(&card).template;
    assert_eq!(document(&template)["knowledge"]["entries"].as_array().unwrap().len(), 1900);
    // Of more than a template holds, the last ones stay behind.
    let short: Vec<Value> =
        (0..2500).map(|number| json!({"keys": ["k"], "content": number.to_string()})).collect();
    card["data"]["character_book"]["entries"] = json!(short);
    let template = check_card_law(&card).template;
    assert_eq!(document(&template)["knowledge"]["entries"].as_array().unwrap().len(), 2000);
    check_template_law(&template);
}

#[test]
fn a_stale_template_in_a_card_is_dropped_rather_than_the_card_refused() {
    let mut large: Value = serde_json::from_str(&file("tests/cases/templates/tove.json")).unwrap();
    large["extensions"] = json!({"notes": "n".repeat(261_000)});
    let mut card: Value =
        serde_json::from_slice(&export(&template(&large), Some(CardFormat::V2)).bytes()).unwrap();
    card["data"]["description"] = json!("Changed elsewhere.");
    let conversion = converted(&card);
    let dropped = conversion.report.iter().find(|item| item.path == "/data/extensions/luminoracore");
    assert_eq!(dropped.map(|item| item.action), Some(LossAction::Truncated));
    card["data"]["extensions"].as_object_mut().unwrap().remove("luminoracore");
    assert_eq!(json::compact(&export(&conversion.template, None).card), text(&card));
    // What others add to a card that still is its template must not cost the template.
    let mut card: Value =
        serde_json::from_slice(&export(&template(&large), Some(CardFormat::V2)).bytes()).unwrap();
    card["data"]["extensions"]["other"] = json!(1);
    assert_eq!(document(&converted(&card).template), large);
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1e6..1e6).prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        "[a-c ]{0,250}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec(("[a-c0-2]{0,2}|extensions|luminoracore|hash", inner), 0..5)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn prose() -> impl Strategy<Value = Value> {
    prop_oneof![
        "[A-Za-z .{}<>#\n]{0,60}",
        "[a-z]{1,9}[.!?] ?[a-z ]{0,700}",
        Just("{{user}}: Hello there\n{{char}}: And to you too.\n<START>\n".to_owned()),
        ".{0,30}",
    ]
    .prop_map(Value::from)
}

fn any_entry() -> impl Strategy<Value = Value> {
    let key = prop::sample::select(vec![
        "keys",
        "content",
        "extensions",
        "enabled",
        "insertion_order",
        "use_regex",
        "secondary_keys",
        "position",
        "id",
        "name",
        "comment",
        "priority",
        "constant",
        "selective",
        "case_sensitive",
        "0",
        "unknown",
    ]);
    let value = prop_oneof![
        any_json(),
        prose(),
        any::<bool>().prop_map(Value::from),
        prop::collection::vec("[a-z(]{0,4}", 0..3).prop_map(Value::from),
    ];
    let good = (prose(), any_json()).prop_map(|(content, odd)| {
        json!({"keys": ["a", "b"], "content": content, "extensions": {}, "enabled": true, "insertion_order": 1, "odd": odd})
    });
    prop_oneof![
        3 => good,
        3 => prop::collection::vec((key, value), 0..8).prop_map(|members| {
            let mut entry = json!({"content": "Something."});
            for (key, value) in members {
                entry[key] = value;
            }
            entry
        }),
        1 => any_json(),
    ]
}

fn any_book() -> impl Strategy<Value = Value> {
    let entries = prop::collection::vec(any_entry(), 0..6).prop_map(Value::from);
    let member = prop_oneof![
        4 => (Just("entries"), prop_oneof![5 => entries, 1 => any_json()]),
        1 => (prop::sample::select(vec!["extensions", "name", "x"]), any_json()),
        1 => (
            prop::sample::select(vec!["scan_depth", "token_budget", "recursive_scanning"]),
            prop_oneof![any_json(), (0..5000).prop_map(Value::from), any::<bool>().prop_map(Value::from)],
        ),
    ];
    prop::collection::vec(member, 0..5).prop_map(|members| {
        let mut book = json!({});
        for (key, value) in members {
            book[key] = value;
        }
        book
    })
}

fn any_body() -> impl Strategy<Value = Value> {
    let text = |key: &'static str| (Just(key), prop_oneof![4 => prose(), 1 => any_json()]);
    let list = |key: &'static str| {
        let items = prop::collection::vec(prose(), 0..4).prop_map(Value::from);
        (Just(key), prop_oneof![4 => items, 1 => any_json()])
    };
    let field = prop_oneof![
        text("name"),
        text("nickname"),
        text("creator"),
        text("character_version"),
        text("description"),
        text("personality"),
        text("scenario"),
        text("system_prompt"),
    ];
    let field = prop_oneof![
        field,
        prop_oneof![
            text("post_history_instructions"),
            text("first_mes"),
            text("mes_example"),
            text("creator_notes"),
            list("alternate_greetings"),
            list("group_only_greetings"),
            list("tags"),
        ],
        (Just("character_book"), prop_oneof![4 => any_book(), 1 => any_json()]),
        (Just("extensions"), any_json()),
        (prop::sample::select(vec!["spec", "data", "0", "x", "assets", "spec_version"]), any_json()),
    ];
    prop::collection::vec(field, 0..14).prop_map(|fields| {
        let mut body = json!({});
        for (key, value) in fields {
            body[key] = value;
        }
        body
    })
}

fn any_card() -> impl Strategy<Value = Value> {
    (any_body(), any_body(), any_book(), 0..4).prop_map(|(mut body, root, book, sort)| match sort {
        0 => {
            body.as_object_mut().unwrap().remove("spec");
            for key in ["name", "scenario"] {
                if body.get(key).is_none() {
                    body[key] = json!("");
                }
            }
            body
        }
        3 => json!({"spec": "lorebook_v3", "data": book, "x": 1}),
        sort => {
            let mut card = root;
            card["spec"] = format!("chara_card_v{}", sort + 1).into();
            card["data"] = body;
            card
        }
    })
}

proptest! {
    // Each case is many conversions.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_card_becomes_a_valid_template_and_comes_back(card in any_card()) {
        let conversion = check_card_law(&card);
        check_template_law(&conversion.template);
        let prepared = Prepared::new(Arc::new(conversion.template));
        prop_assert!(!prepared.compile(&CompileOptions::default()).unwrap().text.is_empty());
    }

    #[test]
    fn any_change_of_such_a_template_survives(card in any_card(), other in any_card(), keep in any::<bool>()) {
        let mut edited = document(&converted(&card).template);
        let other = document(&converted(&other).template);
        for path in ["/persona", "/knowledge", "/trigger_responses", "/examples", "/extensions/luminoracore~1card/prose"] {
            if let (Some(now), Some(new)) = (edited.pointer_mut(path), other.pointer(path)) {
                *now = new.clone();
            }
        }
        if !keep {
            edited["extensions"]["luminoracore/card"]["card"] = other["extensions"]["luminoracore/card"]["card"].clone();
        }
        let edited = template(&edited);
        check_template_law(&edited);
        for format in FORMATS {
            let exported = export(&edited, Some(format));
            check_written_law(&serde_json::from_slice(&exported.bytes()).unwrap());
        }
    }

    #[test]
    fn whatever_is_added_to_a_written_card_comes_back(card in any_card(), added in any_json(), key in "[a-z]{5}") {
        let mut edited = document(&converted(&card).template);
        edited["metadata"] = json!({"license": "MIT"});
        let edited = template(&edited);
        for format in FORMATS {
            let mut card: Value = serde_json::from_slice(&export(&edited, Some(format)).bytes()).unwrap();
            card[&key] = added.clone();
            let back = check_card_law(&card).template;
            prop_assert_eq!(&document(&back)["metadata"], &json!({"license": "MIT"}));
            check_template_law(&back);
        }
    }

    #[test]
    fn garbage_in_the_place_of_a_kept_card_does_no_harm(garbage in any_json(), part in any_json(), whole in any::<bool>()) {
        let mut document: Value = serde_json::from_str(&file("tests/cases/templates/tove.json")).unwrap();
        document["extensions"] = json!({"luminoracore/card": if whole { garbage } else { json!({"card": garbage, "hash": part}) }});
        if let Ok(template) = Template::parse(document.to_string().as_bytes()) {
            check_template_law(&template);
            let _ = export(&template, None);
        }
    }
}
