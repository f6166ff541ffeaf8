//! `guard`: constitutional checks on what the model says.

use crate::pattern::Pattern;
use crate::template::problem::ProblemCode;
use crate::template::reader::{Node, Rule, optional, report_duplicates, required};
use crate::template::words;

/// The most rules.
pub(in crate::template) const MAX_RULES: usize = 200;

pub(super) static GUARD: Rule = Rule::Object(&[
    optional("mode", &Rule::OneOf(&["off", "observe", "regenerate", "block"])),
    optional("profile", &Rule::OneOf(&["reflective", "assistant", "companion", "custom"])),
    optional("limits", &LIMITS),
    optional(
        "rules",
        &Rule::And(&Rule::List(0, MAX_RULES, &RULE), |rules: &Node<'_>| {
            report_duplicates(rules, "id", ProblemCode::DuplicateId);
        }),
    ),
    optional("max_regenerations", &Rule::Integer(0.0, 3.0)),
    optional("on_unsupported", &Rule::OneOf(&["allow", "block"])),
]);

static LIMITS: Rule = Rule::Object(&[
    optional("ratio", &Rule::Number(0.0, 1.0)),
    optional("sentence_share", &Rule::Number(0.0, 1.0)),
]);

static RULE: Rule = Rule::ObjectAnd(
    &[
        required("id", &Rule::String(1, 50)),
        optional("phrases", &Rule::List(1, 1000, &Rule::String(1, 200))),
        optional("pattern", &Rule::And(&Rule::String(1, 500), check_pattern)),
        optional("severity", &Rule::OneOf(&["note", "warn", "block"])),
        optional("message", &Rule::String(1, 500)),
        optional("family", &Rule::String(1, 50)),
        optional("language", &Rule::OneOf(words::LANGUAGES)),
        optional(
            "contexts_ignored",
            &Rule::Set(0, 4, &Rule::OneOf(&["quoted", "negated", "reported", "descriptive"])),
        ),
    ],
    check_has_condition,
);

fn check_has_condition(rule: &Node<'_>) {
    if rule.value.get("phrases").is_none() && rule.value.get("pattern").is_none() {
        rule.error(ProblemCode::Missing, "A rule needs the key \"phrases\" or \"pattern\".");
    }
}

fn check_pattern(node: &Node<'_>) {
    if let Err(reason) = Pattern::new(node.text(), true) {
        node.error(ProblemCode::BadPattern, &format!("This pattern has {reason}."));
    }
}
