//! `principles`: soft guidance, as objects or bare strings.

use crate::json::Value;

use crate::template::model::Principle;
use crate::template::problem::ProblemCode;
use crate::template::reader::values::{number, text};
use crate::template::reader::{Node, Rule, optional, report_duplicates, required};

/// The weight of a principle that does not say.
pub(in crate::template) const DEFAULT_WEIGHT: f64 = 0.5;

pub(super) static PRINCIPLES: Rule =
    Rule::And(&Rule::List(0, 50, &TEXT_OR_PRINCIPLE), |principles: &Node<'_>| {
        report_duplicates(principles, "id", ProblemCode::DuplicateId);
    });

static TEXT_OR_PRINCIPLE: Rule = Rule::Either(&[&TEXT, &PRINCIPLE], "a sentence or an object with a text");

static TEXT: Rule = Rule::String(1, 300);

static PRINCIPLE: Rule = Rule::Object(&[
    optional("id", &Rule::String(1, 50)),
    optional("scope", &Rule::OneOf(&["global", "domain", "task", "role"])),
    optional("domain", &Rule::String(1, 50)),
    optional("role", &Rule::String(1, 50)),
    optional("tags", &Rule::Set(0, 1000, &Rule::String(1, 50))),
    required("text", &TEXT),
    optional("weight", &Rule::Number(0.0, 1.0)),
]);

pub(super) fn principle(principle: &Value) -> Principle {
    Principle {
        text: principle.as_str().map_or_else(|| text(principle, "text"), str::to_owned),
        weight: number(principle, "weight").unwrap_or(DEFAULT_WEIGHT),
    }
}
