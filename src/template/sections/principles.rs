//! `principles`: soft guidance, as objects or bare strings.

use crate::template::model::Principle;
use crate::template::problem::ProblemCode;
use crate::template::reader::{Node, list, number, one_of, report_duplicates, set, string};

/// The weight of a principle that does not say.
const DEFAULT_WEIGHT: f64 = 0.5;

pub(super) fn principles(node: &Node<'_>) -> Option<Vec<Principle>> {
    let principles = list(0..=50, principle)(node)?;
    report_duplicates(node, "id", ProblemCode::DuplicateId);
    Some(principles)
}

fn principle(node: &Node<'_>) -> Option<Principle> {
    let text = string(1..=300);
    if node.value.is_string() {
        return text(node).map(|text| Principle { text, weight: DEFAULT_WEIGHT });
    }
    if !node.value.is_object() {
        node.wrong_type("a sentence or an object with a text");
        return None;
    }
    node.object(|keys| {
        keys.optional("id", string(1..=50));
        keys.optional("scope", one_of(&["global", "domain", "task", "role"]));
        keys.optional("domain", string(1..=50));
        keys.optional("role", string(1..=50));
        keys.optional("tags", set(0..=1000, string(1..=50)));
        Principle {
            text: keys.required("text", text),
            weight: keys.optional("weight", number(0.0..=1.0)).unwrap_or(DEFAULT_WEIGHT),
        }
    })
}
