//! Documents of other dialects: named by validation, converted with every guess marked.

use luminoracore::card::LossAction;
use luminoracore::compile::{CompileOptions, Prepared};
use luminoracore::dialect::{Converted, convert};
use luminoracore::error::ErrorCode;
use luminoracore::template::model::Parameter;
use luminoracore::template::{Dialect, validate};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::sync::Arc;

use crate::sample::document;

const NAMES: [&str; 5] = ["assistant", "coach", "creative", "scientist", "teacher"];

fn file(name: &str) -> String {
    let path = format!("{}/tests/cases/dialects/{name}.json", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn validation_names_the_dialect_and_the_way_out() {
    for name in NAMES {
        let validation = validate(file(name).as_bytes());
        assert_eq!(validation.dialect, Some(Dialect::CliTemplate), "{name}");
        let error = validation.into_template().unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidTemplate);
        assert!(error.hint.as_deref().unwrap().contains("convert()"));
    }
    let card = json!({"spec": "chara_card_v2", "spec_version": "2.0", "data": {}}).to_string();
    for file in [card.as_bytes(), b"\x89PNG\r\n\x1a\n", b"PK\x03\x04\x14\0"] {
        let validation = validate(file);
        assert_eq!((validation.valid, validation.dialect), (false, Some(Dialect::CharacterCard)));
        assert!(validation.into_template().unwrap_err().hint.as_deref().unwrap().contains("convertCard()"));
    }
    assert_eq!(convert(card.as_bytes()).unwrap_err().code, ErrorCode::UnsupportedFormat);
}

#[test]
fn every_file_of_the_first_command_line_is_converted_without_loss() {
    for name in NAMES {
        let source: Value = serde_json::from_str(&file(name)).unwrap();
        let converted = convert(file(name).as_bytes()).unwrap();
        let made = document(&converted.template);
        let profile = &source["linguistic_profile"];
        for pointer in [
            "/persona/name",
            "/persona/tags",
            "/behavioral_rules",
            "/linguistic_profile/tone",
            "/core_traits/archetype",
        ] {
            assert_eq!(made.pointer(pointer), source.pointer(pointer), "{name} {pointer}");
        }
        assert_eq!(made["linguistic_profile"]["expressions"], profile["speech_patterns"]);
        let principles = made["principles"].as_array().unwrap();
        for key in ["values", "motivations"] {
            for text in source["core_traits"][key].as_array().unwrap() {
                assert!(principles.contains(text), "{name} {text}");
            }
        }
        let mark = &made["extensions"]["luminoracore/converted"];
        assert_eq!(mark["dialect"], "cli_template");
        for key in ["top_p", "max_tokens", "frequency_penalty", "presence_penalty"] {
            let pointer = format!("/advanced_parameters/{key}");
            let kept = mark["kept"][&pointer].as_f64();
            assert_eq!(kept, source["advanced_parameters"][key].as_f64(), "{name} {key}");
        }
        let prepared = Prepared::new(Arc::new(converted.template));
        let compiled = prepared.compile(&CompileOptions::default()).unwrap();
        assert_eq!(compiled.temperature, source["advanced_parameters"]["temperature"].as_f64().unwrap());
    }
}

#[test]
fn what_was_guessed_is_marked_in_the_report_and_in_the_template() {
    let converted = convert(file("scientist").as_bytes()).unwrap();
    let guessed = guesses(&converted);
    let expected = [
        "/persona/language",
        "/persona/compatibility",
        "/advanced_parameters/verbosity",
        "/advanced_parameters/formality",
        "/advanced_parameters/creativity",
        "/linguistic_profile/syntax",
    ];
    assert_eq!(guessed, expected);
    let marked = &document(&converted.template)["extensions"]["luminoracore/converted"]["guessed"];
    assert_eq!(marked, &json!(expected));
    let formality = converted.template.advanced_parameters.get(Parameter::Formality);
    assert_eq!(formality, Some(0.8));
}

#[test]
fn a_template_is_taken_as_it_is_and_anything_else_is_refused() {
    let tove = include_str!("../cases/templates/tove.json");
    let converted = convert(tove.as_bytes()).unwrap();
    assert_eq!((converted.dialect, converted.report.len()), (None, 0));
    assert_eq!(document(&converted.template), serde_json::from_str::<Value>(tove).unwrap());
    for text in ["", "[]", "{}", "{\"persona\": {}}"] {
        assert_eq!(convert(text.as_bytes()).unwrap_err().code, ErrorCode::InvalidTemplate, "{text}");
    }
}

#[test]
fn a_list_without_texts_goes_nowhere_and_is_kept() {
    let mut source: Value = serde_json::from_str(&file("coach")).unwrap();
    source["linguistic_profile"]["speech_patterns"] = json!([]);
    source["core_traits"]["values"] = json!([" "]);
    source["core_traits"]["motivations"] = json!([]);
    let converted = convert(source.to_string().as_bytes()).unwrap();
    let made = document(&converted.template);
    assert_eq!((made.get("principles"), made["linguistic_profile"].get("expressions")), (None, None));
    for path in ["/linguistic_profile/speech_patterns", "/core_traits/values", "/core_traits/motivations"] {
        let item = converted.report.iter().find(|item| item.path == path).unwrap();
        assert_eq!(item.action, LossAction::KeptOpaque, "{path}");
        let kept = &made["extensions"]["luminoracore/converted"]["kept"];
        assert_eq!(kept.get(path), source.pointer(path), "{path}");
    }
}

#[test]
fn placeholders_that_nobody_filled_in_are_named() {
    let validation = validate(file("custom").as_bytes());
    let problem = &validation.problems[0];
    assert!(problem.hint.as_deref().unwrap().contains("{{name}}"), "{problem:?}");
}

/// The file that Node and Chromium run too: the same templates, byte for byte.
#[test]
fn the_shared_cases() {
    #[derive(serde::Deserialize)]
    struct Case {
        file: String,
        #[serde(default)]
        dialect: Value,
        #[serde(default)]
        guessed: Vec<String>,
        #[serde(default)]
        id: String,
        #[serde(default)]
        error: Value,
    }
    let cases: Vec<Case> = serde_json::from_str(include_str!("../cases/pure/convert.json")).unwrap();
    for case in cases {
        let path = format!("{}/{}", env!("CARGO_MANIFEST_DIR"), case.file);
        let converted = match convert(&std::fs::read(path).unwrap()) {
            Ok(converted) => converted,
            Err(error) => {
                assert_eq!(serde_json::to_value(error.code).unwrap(), case.error, "{}", case.file);
                continue;
            }
        };
        assert_eq!(serde_json::to_value(converted.dialect).unwrap(), case.dialect, "{}", case.file);
        assert_eq!(guesses(&converted), case.guessed, "{}", case.file);
        assert_eq!(converted.template.id(), case.id, "{}", case.file);
    }
}

fn guesses(converted: &Converted) -> Vec<&str> {
    let guessed = converted.report.iter().filter(|item| item.action.is_guess());
    guessed.map(|item| item.to.as_str()).collect()
}

/// Values of any type, most of them wrong at their place.
fn any_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        Just(json!("  ")),
        Just(json!({"a": 1})),
        any::<i32>().prop_map(Value::from),
        (0..2500_usize).prop_map(|length| Value::from("é".repeat(length))),
        prop::collection::vec(prop_oneof![Just(json!("x")), Just(json!(7)), Just(json!("formal"))], 0..40)
            .prop_map(Value::from),
    ]
}

proptest! {
    #[test]
    fn whatever_its_parts_are_a_template_comes_out_and_every_part_is_in_the_report(
        changes in prop::collection::vec((0..64_usize, any_value()), 0..8),
        further in any_value(),
    ) {
        let mut source: Value = serde_json::from_str(&file("teacher")).unwrap();
        source["guard"] = further.clone();
        source["extensions"] = further;
        for (place, value) in changes {
            let sections = source.as_object_mut().unwrap();
            let section = sections.values_mut().nth(place % 7).unwrap();
            match section.as_object_mut().filter(|_| place < 56) {
                Some(keys) => {
                    let count = keys.len().max(1);
                    if let Some(key) = keys.values_mut().nth(place / 7 % count) {
                        *key = value;
                    }
                }
                None => *section = value,
            }
        }
        let text = source.to_string();
        if validate(text.as_bytes()).dialect != Some(Dialect::CliTemplate) {
            return Ok(());
        }
        let converted = convert(text.as_bytes()).unwrap();
        for (section, keys) in source.as_object().unwrap() {
            let said = |pointer: &str| converted.report.iter().any(|item| item.path == pointer);
            let whole = document(&converted.template).get(section) == source.get(section) || said(&format!("/{section}"));
            for key in keys.as_object().into_iter().flat_map(|keys| keys.keys()) {
                let same = document(&converted.template)[section].get(key) == keys.get(key);
                prop_assert!(whole || same || said(&format!("/{section}/{key}")), "{section} {key} in {text}");
            }
        }
        for item in &converted.report {
            let to_the_document = converted.template.document.pointer(&item.to).is_some();
            prop_assert!(to_the_document || item.action == LossAction::KeptOpaque, "{item:?}");
        }
    }
}
