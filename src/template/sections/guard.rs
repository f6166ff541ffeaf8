//! `guard`: constitutional checks on what the model says.

use crate::template::pattern;
use crate::template::problem::ProblemCode;
use crate::template::reader::{Node, integer, list, number, one_of, report_duplicates, set, string};
use crate::template::words;

pub(super) fn guard(node: &Node<'_>) -> Option<()> {
    node.object(|keys| {
        keys.optional("mode", one_of(&["off", "observe", "regenerate", "block"]));
        keys.optional("profile", one_of(&["reflective", "assistant", "companion", "custom"]));
        keys.optional("limits", |node| {
            node.object(|keys| {
                keys.optional("ratio", number(0.0..=1.0));
                keys.optional("sentence_share", number(0.0..=1.0));
            })
        });
        keys.optional("rules", rules);
        keys.optional("max_regenerations", integer::<i64>(0..=3));
        keys.optional("on_unsupported", one_of(&["allow", "block"]));
    })
}

fn rules(node: &Node<'_>) -> Option<()> {
    list(0..=200, rule)(node)?;
    report_duplicates(node, "id", ProblemCode::DuplicateId);
    Some(())
}

fn rule(node: &Node<'_>) -> Option<()> {
    node.object(|keys| {
        keys.required("id", string(1..=50));
        keys.optional("phrases", list(1..=1000, string(1..=200)));
        keys.optional("pattern", linear_pattern);
        keys.optional("severity", one_of(&["note", "warn", "block"]));
        keys.optional("message", string(1..=500));
        keys.optional("family", string(1..=50));
        keys.optional("language", one_of(words::LANGUAGES));
        keys.optional(
            "contexts_ignored",
            set(0..=4, one_of(&["quoted", "negated", "reported", "descriptive"])),
        );
        if !keys.has("phrases") && !keys.has("pattern") {
            node.error(ProblemCode::Missing, "A rule needs the key \"phrases\" or \"pattern\".");
        }
    })
}

fn linear_pattern(node: &Node<'_>) -> Option<()> {
    let text = string(1..=500)(node)?;
    if let Err(reason) = pattern::check(&text) {
        node.error(ProblemCode::BadPattern, format!("This pattern has {reason}."));
    }
    Some(())
}
