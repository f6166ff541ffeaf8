//! The template format: every row of its tables as a mutation of one good document, and laws for any mutation.

use std::sync::Arc;

use crate::sample::tree;
use luminoracore::compile::{CompileOptions, Prepared};
use luminoracore::json;
use luminoracore::lint::{ValidateOptions, validate};
use luminoracore::template::model::{Parameter, Trigger};
use luminoracore::template::{Problem, ProblemCode, Severity, Template, Validation, validate_value};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

const TOVE: &str = include_str!("../cases/templates/tove.json");
const CASES: &str = include_str!("../cases/template/validation.json");

const LINT_CASES: &str = include_str!("../cases/template/lint.json");

const LENIENT: ValidateOptions = ValidateOptions { strict: false, lint: false };
const STRICT: ValidateOptions = ValidateOptions { strict: true, lint: false };
const LINT: ValidateOptions = ValidateOptions { strict: true, lint: true };

fn tove() -> Value {
    serde_json::from_str(TOVE).unwrap()
}

fn found(validation: &Validation) -> Vec<(Value, Value, &str)> {
    validation
        .problems
        .iter()
        .map(|problem| (name(problem.severity), name(problem.code), problem.path.as_str()))
        .collect()
}

/// The snake_case name that files and the API show.
fn name(value: impl Serialize) -> Value {
    serde_json::to_value(value).unwrap()
}

fn codes(text: &str) -> Vec<(ProblemCode, String)> {
    validate(text.as_bytes(), LENIENT)
        .problems
        .into_iter()
        .map(|problem| (problem.code, problem.path))
        .collect()
}

/// One case: changes to the example document, and all problems that they make, in order.
#[derive(Deserialize)]
struct Case {
    name: String,
    mutate: Vec<Change>,
    expect: Vec<(Value, Value, String)>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Change {
    Set((String, String, Value)),
    Delete((String, String)),
}

impl Change {
    fn apply(self, document: &mut Value) {
        match self {
            Self::Set((_, pointer, value)) => set(document, &pointer, expand(value)),
            Self::Delete((_, pointer)) => delete(document, &pointer),
        }
    }
}

/// `{"$repeat": ["x", 101]}` stands for a long string, `{"$repeat": [[item], 101]}` for a long array.
fn expand(value: Value) -> Value {
    match value {
        Value::Object(entries) => {
            if let Some([what, count]) = entries.get("$repeat").and_then(|r| r.as_array()).map(Vec::as_slice)
            {
                let count = count.as_u64().unwrap() as usize;
                return match what {
                    Value::String(text) => text.repeat(count).into(),
                    Value::Array(items) => vec![expand(items[0].clone()); count].into(),
                    _ => panic!("$repeat of {what}"),
                };
            }
            entries.into_iter().map(|(key, value)| (key, expand(value))).collect()
        }
        Value::Array(items) => items.into_iter().map(expand).collect(),
        other => other,
    }
}

fn split(pointer: &str) -> (&str, String) {
    let (parent, segment) = pointer.rsplit_once('/').unwrap();
    (parent, json::pointer::unescape(segment).into_owned())
}

fn set(document: &mut Value, pointer: &str, value: Value) {
    if let Some(place) = document.pointer_mut(pointer) {
        *place = value;
        return;
    }
    let (parent, key) = split(pointer);
    if document.pointer(parent).is_none() {
        set(document, parent, json!({}));
    }
    document.pointer_mut(parent).unwrap()[key] = value;
}

fn delete(document: &mut Value, pointer: &str) {
    let (parent, key) = split(pointer);
    match document.pointer_mut(parent) {
        // Keeps the order of the other keys.
        Some(Value::Object(entries)) => drop(entries.shift_remove(&key)),
        Some(Value::Array(items)) => drop(items.remove(key.parse().unwrap())),
        _ => {}
    }
}

#[test]
fn the_example_has_no_problems() {
    let validation = validate(TOVE.as_bytes(), LINT);
    assert_eq!(found(&validation), []);
    assert!(validation.valid && validation.template.is_some());
}

/// Applies every case's changes to the example; its problems must be those of the case, in order. Gives the cases,
/// the changed documents, and what was found.
fn run_cases(cases: &str, options: ValidateOptions) -> Vec<(Case, Value, Validation)> {
    let cases: Vec<Case> = serde_json::from_str(cases).unwrap();
    let run = |mut case: Case| {
        let mut document = tove();
        for change in case.mutate.drain(..) {
            change.apply(&mut document);
        }
        let validation = validate(document.to_string().as_bytes(), options);
        let expected: Vec<_> = case
            .expect
            .iter()
            .map(|(severity, code, path)| (severity.clone(), code.clone(), &**path))
            .collect();
        assert_eq!(found(&validation), expected, "{}", case.name);
        (case, document, validation)
    };
    cases.into_iter().map(run).collect()
}

#[test]
fn every_row_of_the_format() {
    for (case, document, validation) in run_cases(CASES, LENIENT) {
        let has_error = case.expect.iter().any(|(severity, _, _)| severity == "error");
        assert_eq!(validation.valid, !has_error, "{}", case.name);
        assert_eq!(validation.template.is_some(), !has_error, "{}", case.name);

        let strict = validate(document.to_string().as_bytes(), STRICT);
        assert_eq!(strict.valid, case.expect.is_empty(), "{}", case.name);
        assert_eq!(strict.counts.errors as usize, case.expect.len(), "{}", case.name);
        assert_eq!(validate_value(tree(document)), validation, "{}", case.name);
    }
}

#[test]
fn every_suggestion() {
    for (case, _, validation) in run_cases(LINT_CASES, LINT) {
        assert!(validation.valid && validation.template.is_some(), "{}", case.name);
        assert_eq!(validation.counts.suggestions as usize, case.expect.len(), "{}", case.name);
    }
}

#[test]
fn a_prompt_is_long_from_2001_tokens() {
    let with_digits = |count: usize| {
        let mut document = tove();
        let example = json!({"input": "Count on", "output": "7".repeat(count)});
        set(&mut document, "/examples/sample_responses", json!([example, example, example]));
        document
    };
    let prepared = |document| Prepared::new(Arc::new(Template::from_value(tree(document)).unwrap()));
    let tokens = prepared(with_digits(10)).compile(&CompileOptions::default()).unwrap().tokens as usize;
    // Three examples, one token a digit.
    let digits = 10 + (2000 - tokens) / 3;
    let suggested = |count: usize| {
        let validation = validate(with_digits(count).to_string().as_bytes(), LINT);
        validation.problems.iter().any(|problem| problem.code == ProblemCode::LongPrompt)
    };
    assert!(!suggested(digits));
    assert!(suggested(digits + 1));
}

#[test]
fn problems_of_the_file_itself() {
    use ProblemCode::*;
    let at_root = |code| vec![(code, String::new())];
    assert_eq!(codes(""), at_root(EmptyInput));
    assert_eq!(codes(" \n"), at_root(EmptyInput));
    assert_eq!(codes("{\"persona\": NaN}"), at_root(JsonSyntax));
    assert_eq!(codes("[]"), at_root(WrongType));
    assert_eq!(codes(&format!("\u{feff}{TOVE}")), at_root(ByteOrderMark));
    let not_utf8 = validate(b"{\"\xC3\": 1}", LENIENT);
    assert_eq!(not_utf8.problems[0].code, NotUtf8);
    assert!(not_utf8.problems[0].message.contains("Byte 2"));
    assert_eq!(codes(&format!("{TOVE}{}", " ".repeat(1 << 20))), at_root(TooLarge));
    let deep = format!("{{\"extensions\":{}{}}}", "[".repeat(40), "]".repeat(40));
    assert_eq!(codes(&deep).last(), Some(&(TooDeep, format!("/extensions{}", "/0".repeat(31)))));
}

#[test]
fn a_key_given_twice_is_a_warning_but_not_inside_extensions() {
    let twice = TOVE.replacen("\"name\": \"Tove Brandt\"", "\"name\": \"x\", \"name\": \"Tove\"", 1);
    assert_eq!(codes(&twice), [(ProblemCode::DuplicateKey, "/persona/name".to_owned())]);
    assert_eq!(Template::parse(twice.as_bytes()).unwrap().persona.name, "Tove");
    let extension = TOVE.replacen("\"extensions\": {}", "\"extensions\": {\"a\": 1, \"a\": 2}", 1);
    assert_ne!(extension, TOVE);
    assert_eq!(codes(&extension), []);
}

#[test]
fn a_number_that_is_not_finite_is_one_problem_at_its_place() {
    let expected = [(ProblemCode::NotFinite, "/advanced_parameters/humor".to_owned())];
    let text = TOVE.replacen("\"humor\": 0.3", "\"humor\": 1e999", 1);
    assert_eq!(codes(&text), expected);
}

#[test]
fn hints_name_the_nearest_known_word() {
    let mut document = tove();
    set(&mut document, "/personna", json!(1));
    set(&mut document, "/linguistic_profile/tone/0", json!("warn"));
    set(&mut document, "/persona/language", json!("ens"));
    set(&mut document, "/mood_config/mood_triggers", json!({"woried": ["x"], "elsewhere": ["x"]}));
    let validation = validate_value(tree(document));
    let hints: Vec<_> =
        validation.problems.iter().map(|problem| (&*problem.path, problem.hint.as_deref())).collect();
    assert_eq!(
        hints,
        [
            ("/persona/language", Some("en")),
            ("/linguistic_profile/tone/0", Some("warm")),
            ("/mood_config/mood_triggers/woried", Some("worried")),
            ("/mood_config/mood_triggers/elsewhere", None),
            ("/personna", Some("persona")),
        ]
    );
}

#[test]
fn parse_refuses_with_all_problems_and_keeps_unknown_keys() {
    let error = Template::parse(b"{}").unwrap_err();
    assert_eq!(error.code, luminoracore::ErrorCode::InvalidTemplate);
    assert_eq!(error.problems.len(), 4);

    let mut document = tove();
    set(&mut document, "/personna", json!({"b": 1, "a": 1.50}));
    let template = Template::from_value(tree(&document)).unwrap();
    assert_eq!(serde_json::to_string(&template.document).unwrap(), document.to_string());
}

#[test]
fn the_id_is_the_hash_of_the_canonical_form() {
    let template = Template::parse(TOVE.as_bytes()).unwrap();
    let canonical = json::canonical(&tree(tove()));
    assert_eq!(template.id(), format!("sha256:{}", json::sha256_hex(canonical.as_bytes())));
    let compact = Template::parse(canonical.as_bytes()).unwrap();
    assert_eq!(compact.id(), template.id(), "white space and key order are not part of the identity");
    let mut other = tove();
    set(&mut other, "/advanced_parameters/humor", json!(0.31));
    assert_ne!(Template::from_value(tree(other)).unwrap().id(), template.id());
}

#[test]
fn the_typed_model_holds_what_the_document_says() {
    let template = Template::parse(TOVE.as_bytes()).unwrap();
    assert_eq!(template.persona.name, "Tove Brandt");
    assert_eq!(template.core_traits.temperament, "calm");
    assert_eq!(template.linguistic_profile.vocabulary.len(), 5);
    assert_eq!(template.trigger_responses.on_success, ["There, safely moored."]);
    assert_eq!(template.advanced_parameters.get(Parameter::Empathy), Some(0.8));
    assert_eq!(template.safety_guards.as_ref().unwrap().max_informality, Some(0.8));
    assert_eq!(template.sample_responses[1].context.as_deref(), Some("relief"));

    let levels = template.hierarchical_config.as_ref().unwrap();
    assert!(levels.enabled);
    let ranges: Vec<_> =
        levels.levels.iter().map(|level| (&*level.name, level.minimum, level.maximum)).collect();
    assert_eq!(ranges, [("visitor", 0, 30), ("neighbour", 31, 70), ("shipmate", 71, 100)]);
    let shipmate = &levels.levels[2].modifiers;
    let deltas: Vec<_> = shipmate.parameters.iter().collect();
    assert_eq!(deltas, [(Parameter::Formality, -0.3), (Parameter::Directness, 0.1)]);
    assert_eq!(shipmate.tone_additions, ["playful"]);
    assert_eq!(shipmate.expression_additions, ["old friend"]);
    assert_eq!((&*shipmate.prefix, &*shipmate.suffix), ("You two go back years.", "Keep it short."));

    let moods = template.mood_config.as_ref().unwrap();
    assert_eq!(moods.moods.iter().map(|mood| &*mood.name).collect::<Vec<_>>(), ["neutral", "worried"]);
    let trigger = |phrase: &str, weight| Trigger { phrase: phrase.to_owned(), weight };
    let worried = vec![trigger("panic attack", 0.5), trigger("cannot sleep", 0.8)];
    assert_eq!(moods.triggers, [("worried".to_owned(), worried)]);
    assert_eq!((moods.detection.half_life_minutes, moods.detection.minimum_intensity), (60.0, 0.2));
    assert_eq!(template.default_mood(), "neutral");

    assert_eq!(template.affinity_config.interaction_types, [("shared_plan".to_owned(), 3)]);
    assert_eq!((template.affinity_config.daily_cap, template.affinity_config.hysteresis), (Some(15), 0));
    assert_eq!(template.principles[0].weight, 0.6);
    assert_eq!(template.max_context_tokens, None);
}

#[test]
fn extensions_carry_card_prose_and_policy_a_token_limit() {
    let mut document = tove();
    set(&mut document, "/extensions", json!({"luminoracore/card": {"prose": "Once."}, "x/y": [1]}));
    set(&mut document, "/policy/max_context_tokens", json!(9e12));
    let template = Template::from_value(tree(document)).unwrap();
    assert_eq!(template.card.prose.as_deref(), Some("Once."));
    assert_eq!(template.max_context_tokens, Some(u32::MAX));
}

#[test]
fn hostile_documents_take_linear_time() {
    let keys: String = (0..60_000).map(|n| format!("\"key{n}\":0,")).collect();
    let unknown = format!("{{{keys}\"persona\":0}}");
    let validation = validate(unknown.as_bytes(), LENIENT);
    assert_eq!(validation.counts.warnings, 60_000);

    let names: String = (0..20_000).map(|n| format!("\"{}{n}\":[],", "m".repeat(30))).collect();
    let triggers = format!("{{\"mood_config\":{{\"mood_triggers\":{{{names}\"z\":[]}}}}}}");
    assert_eq!(validate(triggers.as_bytes(), LENIENT).counts.errors, 20_001 + 4);

    let kinds: String = (0..14_000).map(|n| format!("\"{}{n}\":1,", "m".repeat(20))).collect();
    let lists: String = (0..14_000).map(|n| format!("\"{}{n}x\":[],", "m".repeat(20))).collect();
    let affinity = format!(
        "{{\"affinity_config\":{{\"interaction_types\":{{{kinds}\"z\":1}},\"interaction_triggers\":{{{lists}\"z\":[]}}}}}}"
    );
    assert_eq!(validate(affinity.as_bytes(), LENIENT).counts.errors, 14_000 + 4);

    let long = format!("{{\"{}\":0}}", "k".repeat(900_000));
    assert_eq!(validate(long.as_bytes(), LENIENT).counts.warnings, 1);
}

/// Every pointer of a document, the root included.
fn pointers(value: &Value, at: String, all: &mut Vec<String>) {
    match value {
        Value::Object(entries) => {
            entries.iter().for_each(|(key, child)| pointers(child, json::pointer::join(&at, key), all));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, child)| pointers(child, format!("{at}/{index}"), all));
        }
        _ => {}
    }
    all.push(at);
}

/// The position of a place in the document: indices on the way to it.
fn position(document: &Value, pointer: &str) -> Option<Vec<usize>> {
    let mut value = document;
    let mut position = Vec::new();
    for segment in pointer.split('/').skip(1) {
        let key = json::pointer::unescape(segment);
        let index = match value {
            Value::Object(entries) => entries.keys().position(|other| *other == key)?,
            Value::Array(_) => key.parse().ok()?,
            _ => return None,
        };
        value = match value {
            Value::Object(entries) => entries.values().nth(index)?,
            Value::Array(items) => items.get(index)?,
            _ => return None,
        };
        position.push(index);
    }
    Some(position)
}

/// What holds for every result: places exist, the order is that of the document, and the verdict fits.
fn check_laws(document: &Value, validation: &Validation) {
    let places: Vec<(Vec<usize>, ProblemCode)> = validation
        .problems
        .iter()
        .map(|problem| (position(document, &problem.path).expect(&problem.path), problem.code))
        .collect();
    assert!(places.is_sorted(), "{places:?}");
    let errors = validation.problems.iter().filter(|problem| problem.severity == Severity::Error).count();
    assert_eq!(validation.counts.errors as usize, errors);
    assert_eq!(validation.valid, errors == 0);
    assert_eq!(validation.template.is_some(), validation.valid);
    assert!(validation.problems.iter().all(|problem: &Problem| !problem.message.is_empty()));
}

fn any_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,60}".prop_map(Value::from),
        Just(json!([])),
        Just(json!({})),
        Just(json!([["a", 1], {"text": 2, "id": "x"}, {"id": "x"}, "a", "a", null])),
        Just(json!({"name": [], "/~": {}, "enabled": true})),
        Just(json!([0.5, -1])),
    ]
}

proptest! {
    #[test]
    fn any_mutation_is_judged_by_the_laws(
        changes in prop::collection::vec((any::<prop::sample::Index>(), 0..3_u8, "[a-z~/_]{0,6}", any_value()), 1..6),
    ) {
        let mut document = tove();
        for (index, how, key, value) in changes {
            let mut all = Vec::new();
            pointers(&document, String::new(), &mut all);
            let pointer = index.get(&all);
            match how {
                0 => *document.pointer_mut(pointer).unwrap() = value,
                1 if !pointer.is_empty() => delete(&mut document, pointer),
                _ => match document.pointer_mut(pointer).unwrap() {
                    Value::Object(entries) => drop(entries.insert(key, value)),
                    Value::Array(items) => items.push(value),
                    scalar => *scalar = value,
                },
            }
        }
        let text = serde_json::to_string(&document).unwrap();
        check_laws(&document, &validate(text.as_bytes(), LINT));
        let validation = validate(text.as_bytes(), LENIENT);
        check_laws(&document, &validation);
        if let Some(template) = &validation.template {
            prop_assert_eq!(&template.document, &tree(&document));
            let again = Template::parse(serde_json::to_string(&template.document).unwrap().as_bytes());
            prop_assert_eq!(again.as_ref(), Ok(template));
        }
        prop_assert_eq!(validate_value(tree(document)), validation);
    }

    #[test]
    fn damaged_bytes_are_read_or_refused(
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
        end in any::<prop::sample::Index>(),
        truncate in any::<bool>(),
    ) {
        let mut bytes = TOVE.as_bytes().to_vec();
        for (index, byte) in flips {
            let at = index.index(bytes.len());
            bytes[at] = byte;
        }
        if truncate {
            bytes.truncate(end.index(bytes.len()));
        }
        let validation = validate(&bytes, STRICT);
        prop_assert_eq!(validation.valid, validation.problems.is_empty());
        prop_assert_eq!(validation.template.is_some(), validation.valid);
    }
}

#[test]
fn alicia_has_the_numbers_of_the_worked_example() {
    let alicia = Template::parse(include_bytes!("../../personalities/alicia.json")).unwrap();
    let base: Vec<_> = alicia.advanced_parameters.iter().map(|(_, value)| value).collect();
    assert_eq!(base, [0.7, 0.3, 0.5, 0.95, 0.6, 0.4]);
    let levels = alicia.hierarchical_config.as_ref().unwrap();
    let friend = levels.levels.iter().find(|level| level.name == "friend").unwrap();
    assert_eq!((friend.minimum, friend.maximum), (41, 60));
    let deltas: Vec<_> = friend.modifiers.parameters.iter().collect();
    assert_eq!(deltas, [(Parameter::Formality, -0.1), (Parameter::Empathy, 0.2)]);
    let moods = alicia.mood_config.as_ref().unwrap();
    let shy = moods.moods.iter().find(|mood| mood.name == "shy").unwrap();
    let deltas: Vec<_> = shy.modifiers.parameters.iter().collect();
    assert_eq!(
        deltas,
        [(Parameter::Verbosity, -0.1), (Parameter::Formality, 0.2), (Parameter::Directness, -0.3)]
    );
    let triggers = &moods.triggers.iter().find(|(mood, _)| mood == "shy").unwrap().1;
    assert!(triggers.contains(&Trigger { phrase: "pretty".to_owned(), weight: 0.5 }));
}
