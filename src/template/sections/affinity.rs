//! `affinity_config`.

use super::triggers::triggers;
use crate::template::model::AffinityConfig;
use crate::template::problem::{ProblemCode, Severity};
use crate::template::reader::{Node, integer, map, number};
use crate::template::words::BUILT_IN_INTERACTIONS;

pub(super) fn affinity_config(node: &Node<'_>) -> Option<AffinityConfig> {
    node.object(|keys| {
        let config = AffinityConfig {
            interaction_types: keys
                .optional("interaction_types", map(0..=usize::MAX, integer(-100..=100)))
                .unwrap_or_default(),
            interaction_triggers: keys.optional("interaction_triggers", triggers).unwrap_or_default(),
            daily_cap: keys.optional("daily_cap", integer(1..=100)),
            decay_per_day: keys.optional("decay_per_day", number(0.0..=100.0)),
            grace_days: keys.optional("grace_days", integer(0..=3650)).unwrap_or_default(),
            hysteresis: keys.optional("hysteresis", integer(0..=20)).unwrap_or_default(),
        };
        report_unknown_interactions(node);
        config
    })
}

/// A trigger list must belong to a built-in kind or to one of the document.
fn report_unknown_interactions(node: &Node<'_>) {
    let (kinds, triggers) = (node.get("interaction_types"), node.get("interaction_triggers"));
    if kinds.is_some_and(|kinds| !kinds.value.is_object()) {
        return;
    }
    let is_known = |name: &str| {
        BUILT_IN_INTERACTIONS.contains(&name) || kinds.is_some_and(|kinds| kinds.value.get(name).is_some())
    };
    for (name, list) in triggers.iter().flat_map(Node::entries) {
        if !is_known(name) {
            let declared = kinds.iter().flat_map(Node::entries).map(|(name, _)| name);
            let known = BUILT_IN_INTERACTIONS.iter().copied().chain(declared);
            let message = "This interaction kind is neither built in nor in interaction_types.";
            list.report(Severity::Error, ProblemCode::UnknownInteraction, message, node.nearest(name, known));
        }
    }
}
