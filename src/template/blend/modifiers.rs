//! What levels or moods of several sources change, as one level or mood.

use super::rule::Rule::{self, Made, Ranked, Section};
use super::rule::{Merging, merge_section};
use super::sections::PARAMETER_DECIMALS;
use super::share::{Share, having, heaviest, leading, total};
use super::union::TEXT;
use crate::decimal::round;
use crate::json::{Map, Value};
use crate::template::model::Parameter;
use crate::template::reader::values::part;

static MODIFIERS: &[(&str, Rule)] = &[
    ("advanced_parameters", Made(deltas)),
    (
        "linguistic_profile",
        Section(&[("tone_additions", Ranked(&TEXT, 5)), ("expression_additions", Ranked(&TEXT, 10))]),
    ),
    ("behavioral_adjustments", Ranked(&TEXT, 10)),
    ("system_prompt_additions", Made(affixes)),
];

/// Levels or moods as one: that of the heaviest source, with the modifiers of all.
pub(super) fn merged(states: &[Share<'_>], cut: &mut bool) -> Value {
    let mut merged = heaviest(states).and_then(Value::as_object).cloned().unwrap_or_default();
    // One without modifiers has its part in the means.
    let mut modifiers = Vec::with_capacity(states.len());
    for state in states {
        modifiers.push(Share { value: part(state.value, "modifiers"), weight: state.weight });
    }
    let modifiers = merge_section(&modifiers, MODIFIERS, cut);
    if modifiers.is_empty() {
        merged.remove("modifiers");
    } else {
        merged.insert("modifiers", modifiers);
    }
    merged.into()
}

/// The means of the deltas, where a source that does not change a parameter counts as a delta of 0.
fn deltas(merging: &Merging<'_, '_>, _: &mut bool) -> Option<Value> {
    let all = total(merging.section);
    let mut deltas = Map::new();
    for parameter in Parameter::ALL {
        let mut delta = None;
        for share in having(merging.shares, parameter.name()) {
            let own = share.weight / all * share.value.as_f64().unwrap_or_default();
            delta = Some(delta.unwrap_or_default() + own);
        }
        if let Some(delta) = delta {
            deltas.insert(parameter.name(), round(delta, PARAMETER_DECIMALS));
        }
    }
    (!deltas.is_empty()).then(|| deltas.into())
}

/// Those of the heaviest source, also where it has none.
fn affixes(merging: &Merging<'_, '_>, _: &mut bool) -> Option<Value> {
    let own = merging.section.get(leading(merging.section))?.value;
    own.get("system_prompt_additions").cloned()
}
