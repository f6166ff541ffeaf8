//! Facts, episodes and topics that the observer finds with the shipped packs.

use luminoracore::observe::{Observation, ObserveContext, observe};
use serde_json::{Value, json};

use crate::observe::{file, packs, read};

/// The facts of an observation as the labelled sentences have them, folded.
fn facts(observation: &Observation) -> Vec<Value> {
    let fact = |fact: &luminoracore::observe::FactCandidate| {
        let value = serde_json::to_value(&fact.value).expect("serialisable");
        let value = value.as_str().map(|text| json!(luminoracore::text::fold(text))).unwrap_or(value);
        json!([fact.category.name(), fact.key, value])
    };
    observation.facts.iter().map(fact).collect()
}

fn folded(label: &Value) -> Value {
    let mut label = label.clone();
    if let Some(text) = label[2].as_str() {
        label[2] = json!(luminoracore::text::fold(text));
    }
    label
}

/// Whether a value has everything that is expected: members of objects, all items of lists.
fn matches(value: &Value, expected: &Value) -> bool {
    match (value, expected) {
        (Value::Object(value), Value::Object(expected)) => expected
            .iter()
            .all(|(key, expected)| value.get(key).is_some_and(|value| matches(value, expected))),
        (Value::Array(value), Value::Array(expected)) => {
            value.len() == expected.len()
                && value.iter().zip(expected).all(|(value, expected)| matches(value, expected))
        }
        (Value::Number(value), Value::Number(expected)) => value.as_f64() == expected.as_f64(),
        _ => value == expected,
    }
}

#[test]
fn the_cases_that_the_public_api_runs_hold_here() {
    let cases: Vec<Value> =
        serde_json::from_slice(&file("tests/cases/pure/observe.json")).expect("a list of cases");
    for case in cases {
        let text = case["text"].as_str().expect("a text");
        let context = ObserveContext { language: case["language"].as_str(), ..ObserveContext::default() };
        let observation = observe(&packs(), text, &context);
        let mut value = serde_json::to_value(&observation).expect("serialisable");
        value["emotions"] = observation.emotions.iter().map(|emotion| emotion.name.as_str()).collect();
        assert!(matches(&value, &case["expect"]), "{text}: {value:#}");
    }
}

#[test]
fn who_says_it_and_how_decides() {
    for (language, text, found) in [
        ("en", "I'm Ana, and you?", 1),
        ("en", "I'm Ana, right?", 0),
        ("es", "Me llamo Ana, ¿y tú?", 1),
        ("es", "Sí, me llamo Ana", 1),
        ("es", "Si me llamo Ana, da igual", 0),
        ("en", "I told you I live in Oslo", 1),
        ("en", "She told you I live in Oslo", 0),
        ("en", "I have two brothers and live in Rome", 1),
        ("en", "I have two brothers who work hard and live in Rome", 0),
        ("en", "My parents are old and live in Rome", 0),
        ("en", "I hate people", 1),
        ("en", "I hate people who lie", 0),
        ("en", "\"I live in Rome\", it says", 0),
        ("en", "My Name Is Earl", 0),
        ("en", "I live in Rome\nBerlin", 1),
        ("en", "I'm 28.5", 0),
    ] {
        let found_here = read(language, text).facts;
        assert_eq!(found_here.len(), found, "{text}: {found_here:?}");
    }
}

#[test]
fn a_hedge_lowers_confidence_and_the_later_of_two_values_counts() {
    let confidence = |language, text| read(language, text).facts.first().map(|fact| fact.confidence);
    assert_eq!(confidence("en", "I think I'm allergic to gluten"), Some(0.63));
    assert_eq!(confidence("en", "I live in Lima. Maybe not for long."), Some(0.9));
    assert_eq!(confidence("en", "I like jazz I guess"), Some(0.56));
    assert_eq!(confidence("es", "Creo que me gusta el jazz"), Some(0.56));
    let facts = read("en", "They call me Pip, but my name is Philippa").facts;
    assert_eq!(facts.len(), 1);
    assert_eq!(facts[0].value.as_str(), Some("Philippa"));
}

#[test]
fn values_keep_their_case_and_spans_show_them() {
    let text = "😀 Vivo en San Juan de Ávila!";
    let facts = read("es", text).facts;
    assert_eq!(facts[0].value.as_str(), Some("San Juan de Ávila"));
    let units: Vec<u16> = text.encode_utf16().collect();
    let [start, end] = facts[0].spans[0];
    assert_eq!(String::from_utf16_lossy(&units[start as usize..end as usize]), "Vivo en San Juan de Ávila");
}

#[test]
fn episodes_by_their_words() {
    for (language, text, found) in [
        ("en", "I finally passed my driving test!!", &["achievement"] as &[&str]),
        ("en", "I graduated yesterday, my whole family came.", &["milestone"]),
        ("en", "We had a huge argument and he slammed the door.", &["conflict"]),
        ("en", "I have a confession: I never told anyone.", &["confession"]),
        ("en", "I made coffee and read the paper, as usual.", &["routine"]),
        ("en", "We talked for hours last night.", &["bonding"]),
        ("en", "My grandmother passed away. I got the job, though.", &["emotional_moment", "achievement"]),
        ("en", "They had a fight.", &[]),
        ("en", "My phone died and I lost my keys.", &[]),
        ("en", "If we broke up I would die.", &[]),
        ("en", "Did my dog die? Was my dog killed?", &[]),
        ("en", "I didn't get married and never got the job.", &[]),
        ("en", "She said we broke up.", &[]),
        ("es", "Me gradué ayer.", &["milestone"]),
        ("es", "Discutí con mi hermana.", &["conflict"]),
        ("es", "Café y periódico, como siempre.", &["routine"]),
        ("es", "No aprobé.", &[]),
        ("es", "Perdí mi cartera.", &[]),
    ] {
        let episodes = read(language, text).episodes;
        let types: Vec<&str> = episodes.iter().map(|episode| episode.episode_type.name()).collect();
        assert_eq!(types, found, "{text}");
    }
}

#[test]
fn one_episode_of_a_type_has_the_words_and_tags_of_all() {
    let text = "My cat Pixel died on Monday and I've been crying since. ".to_owned() + &"word ".repeat(200);
    let episodes = read("en", text.trim()).episodes;
    assert_eq!(episodes.len(), 1);
    assert_eq!(episodes[0].tags, ["pet", "loss", "emotion"]);
    assert_eq!(episodes[0].spans.len(), 2);
    assert_eq!(episodes[0].reason, "loss: died");
    let long = "I lost my dog ".to_owned() + &"and walked home alone ".repeat(40);
    let episode = &read("en", &long).episodes[0];
    assert!(episode.title.ends_with("walked home") || episode.title.len() > 70, "{}", episode.title);
    assert!(episode.title.chars().count() <= 80 && episode.summary.chars().count() <= 400);
}

#[test]
fn topics_count_whole_words_in_the_order_of_the_first() {
    let topics = |text| {
        let found = read("en", text).topics;
        found.into_iter().map(|topic| (topic.topic, topic.count)).collect::<Vec<_>>()
    };
    let of = |expected: &[(&str, u32)]| -> Vec<(String, u32)> {
        expected.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect()
    };
    assert_eq!(topics("I took a shower"), of(&[]));
    assert_eq!(
        topics("A show about my family, then another show"),
        of(&[("entertainment", 2), ("family", 1)])
    );
    assert_eq!(topics("My boss and my sister"), of(&[("work", 1), ("family", 1)]));
}

#[test]
fn packs_refuse_rules_that_they_do_not_know() {
    let load = |text: String| {
        luminoracore::observe::Packs::load(&[text.as_bytes()]).expect_err("refused").path.clone()
    };
    let pack = String::from_utf8(file("packs/en.json")).expect("UTF-8");
    let changed = |from: &str, to: &str| load(pack.replacen(from, to, 1));
    assert_eq!(changed("\"value\": \"name\"", "\"value\": \"color\""), "/0/facts/rules/0/value");
    assert_eq!(changed("\"confidence\": 0.95", "\"confidence\": 1.5"), "/0/facts/rules/0/confidence");
    assert_eq!(changed("\"my name is\"", "\"...\""), "/0/facts/rules/0/leads/0");
    assert_eq!(changed("\"my name's\"", "\"my name is\""), "/0/facts/rules/0/leads/1");
    assert_eq!(changed("\"hedges\"", "\"guesses\""), "/0/facts");
    assert_eq!(changed("\"emotional_moment\"", "\"moment\""), "/0/episodes/0/type");
}

#[test]
fn facts_are_right_and_mostly_found_in_both_halves_and_languages() {
    let cases: Value = serde_json::from_slice(&file("tests/cases/observe/facts.json")).expect("JSON");
    let packs = packs();
    let mut report = String::new();
    let mut low = false;
    let halves = std::env::var("FACTS_HALF").unwrap_or_else(|_| "dev held".to_owned());
    for (half, name) in ["dev", "held"].into_iter().enumerate().filter(|(_, name)| halves.contains(name)) {
        let mut total = [0_u32; 3];
        for (language, sentences) in cases["cases"].as_object().expect("languages") {
            let mut counts = [0_u32; 3];
            let sentences = sentences.as_array().expect("sentences");
            for sentence in sentences.iter().skip(half).step_by(2) {
                let text = sentence["text"].as_str().expect("a text");
                let context = ObserveContext { language: Some(language), ..ObserveContext::default() };
                let found = facts(&observe(&packs, text, &context));
                let labels: Vec<Value> =
                    sentence["facts"].as_array().expect("labels").iter().map(folded).collect();
                let right = found.iter().filter(|fact| labels.contains(fact)).count() as u32;
                counts[0] += right;
                counts[1] += found.len() as u32;
                counts[2] += labels.len() as u32;
                if right < labels.len() as u32 || right < found.len() as u32 {
                    report += &format!("  {text}\n    found {found:?}\n    label {labels:?}\n");
                }
            }
            report += &measured(&format!("{name} {language}"), counts);
            total = [0, 1, 2].map(|index| total[index] + counts[index]);
        }
        report += &measured(&format!("{name} both"), total);
        low |= precision(total) < 0.95 || recall(total) < 0.7;
    }
    println!("{report}");
    assert!(!low, "{report}");
}

fn precision([right, found, _]: [u32; 3]) -> f64 {
    f64::from(right) / f64::from(found)
}

fn recall([right, _, labelled]: [u32; 3]) -> f64 {
    f64::from(right) / f64::from(labelled)
}

fn measured(name: &str, counts: [u32; 3]) -> String {
    let [right, found, labelled] = counts;
    format!(
        "{name}: {right} right of {found} found and {labelled} labelled, precision {:.3}, recall {:.3}\n",
        precision(counts),
        recall(counts)
    )
}
