//! Trigger phrases of moods and of interaction kinds: `{name: [phrase or {pattern, weight}]}`.

use crate::template::model::Trigger;
use crate::template::reader::{Node, list, map, number_above, string};

/// The weight of a trigger that does not say.
const DEFAULT_WEIGHT: f64 = 0.5;

pub(super) fn triggers(node: &Node<'_>) -> Option<Vec<(String, Vec<Trigger>)>> {
    map(0..=usize::MAX, list(0..=200, trigger))(node)
}

fn trigger(node: &Node<'_>) -> Option<Trigger> {
    let phrase = string(1..=100);
    if node.value.is_string() {
        return phrase(node).map(|phrase| Trigger { phrase, weight: DEFAULT_WEIGHT });
    }
    if !node.value.is_object() {
        node.wrong_type("a phrase or an object with a pattern");
        return None;
    }
    node.object(|keys| Trigger {
        phrase: keys.required("pattern", phrase),
        weight: keys.optional("weight", number_above(0.0, 1.0)).unwrap_or(DEFAULT_WEIGHT),
    })
}
