//! `affinity_config`.

use super::triggers::{TRIGGERS, names, report_unknown_names, triggers};
use crate::json::Value;
use crate::template::model::AffinityConfig;
use crate::template::problem::ProblemCode;
use crate::template::reader::values::{number, part};
use crate::template::reader::{Node, Rule, optional};
use crate::template::words::BUILT_IN_INTERACTIONS;

pub(super) static AFFINITY_CONFIG: Rule = Rule::ObjectAnd(
    &[
        optional("interaction_types", &Rule::Map(0, usize::MAX, &Rule::Integer(-100.0, 100.0))),
        optional("interaction_triggers", &TRIGGERS),
        optional("daily_cap", &Rule::Integer(1.0, 100.0)),
        optional("decay_per_day", &Rule::Number(0.0, 100.0)),
        optional("grace_days", &Rule::Integer(0.0, 3650.0)),
        optional("hysteresis", &Rule::Integer(0.0, 20.0)),
    ],
    report_unknown_interactions,
);

pub(super) fn affinity_config(config: &Value) -> AffinityConfig {
    let mut interaction_types = Vec::new();
    if let Value::Object(types) = part(config, "interaction_types") {
        for (name, points) in types {
            interaction_types.push((name.clone(), points.as_f64().unwrap_or_default() as i32));
        }
    }
    AffinityConfig {
        interaction_types,
        interaction_triggers: triggers(part(config, "interaction_triggers")),
        daily_cap: number(config, "daily_cap").map(|points| points as u32),
        decay_per_day: number(config, "decay_per_day"),
        grace_days: number(config, "grace_days").unwrap_or_default() as u32,
        hysteresis: number(config, "hysteresis").unwrap_or_default() as u8,
    }
}

/// A trigger list must belong to a built-in kind or to one of the document.
fn report_unknown_interactions(node: &Node<'_>) {
    let kinds = node.value.get("interaction_types");
    let mut known = BUILT_IN_INTERACTIONS.to_vec();
    known.extend(names(kinds));
    let message = "This interaction kind is neither built in nor in interaction_types.";
    let problem = (ProblemCode::UnknownInteraction, message);
    report_unknown_names(node, "interaction_triggers", kinds, BUILT_IN_INTERACTIONS, &known, problem);
}
