//! Facts, episodes and topics that the observer finds with the shipped packs.

use luminoracore::memory::EpisodeType;
use luminoracore::observe::{Observation, ObserveContext, SentimentClass, observe};
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
