//! The strategy `dominant`: the heaviest source, moved a little towards the others.

use super::sections::PARAMETER_DECIMALS;
use super::share::{Share, having, leading, mean};
use super::strategy::merge;
use crate::decimal::{round, round6};
use crate::json::Value;
use crate::template::model::Parameter;
use crate::template::reader::values::part;

/// How much of a number stays the heaviest source's own, and how much is the mean of the others.
const OWN_PART: f64 = 0.8;
const OTHERS_PART: f64 = 0.2;

/// A section of the heaviest source, completed from the others. Where it has none, theirs.
///
/// What is completed are the sections whose keys mean nothing when they are absent: voice, lines, numbers, safety and
/// examples. In the others an absent key has a meaning of its own, which stays.
pub(super) fn section(key: &str, all: &[Share<'_>], cut: &mut bool) -> Option<Value> {
    let mut others = all.to_vec();
    let own = others.remove(leading(all)).value.get(key);
    let others = having(&others, key);
    let Some(own) = own else { return merge(key, &others, cut) };
    let mut section = own.clone();
    if others.is_empty() {
        return Some(section);
    }
    match key {
        "advanced_parameters" => {
            approach(&mut section, &others, &Parameter::ALL.map(Parameter::name), Some(PARAMETER_DECIMALS));
        }
        "safety_guards" | "linguistic_profile" | "trigger_responses" | "examples" => {}
        _ => return Some(section),
    }
    // The lists are its own: a limit that the others reach does not matter.
    let theirs = merge(key, &others, &mut false)?;
    if key == "safety_guards" {
        let mut limits = part(own, "tone_limits").clone();
        approach(&mut limits, &having(&others, "tone_limits"), &["max_aggression", "max_informality"], None);
        complete(&mut limits, part(&theirs, "tone_limits"));
        if let (Value::Object(section), true) = (&mut section, limits.is_object()) {
            section.insert("tone_limits", limits);
        }
    }
    complete(&mut section, &theirs);
    Some(section)
}

/// Moves the numbers of a section towards the means of the others.
fn approach(section: &mut Value, others: &[Share<'_>], keys: &[&str], decimals: Option<usize>) {
    let Value::Object(section) = section else { return };
    for key in keys {
        let own = section.get(key).and_then(Value::as_f64);
        if let (Some(own), Some(mean)) = (own, mean(&having(others, key))) {
            let mean = decimals.map_or(mean, |decimals| round(mean, decimals));
            section.insert(*key, round6(OWN_PART * own + OTHERS_PART * mean));
        }
    }
}

/// Adds the keys that a section lacks.
fn complete(section: &mut Value, other: &Value) {
    if let (Value::Object(section), Value::Object(other)) = (section, other) {
        for (key, value) in other {
            if !section.contains_key(key) {
                section.insert(key.as_str(), value.clone());
            }
        }
    }
}
