//! Trigger phrases of moods and of interaction kinds: `{name: [phrase or {pattern, weight}]}`.

use crate::json::Value;
use crate::list::List;

use crate::template::model::Trigger;
use crate::template::problem::{ProblemCode, Severity};
use crate::template::reader::values::{number, text};
use crate::template::reader::{Node, Rule, optional, required};

/// The weight of a trigger that does not say.
pub(in crate::template) const DEFAULT_WEIGHT: f64 = 0.5;

/// The most triggers of one mood or kind.
pub(in crate::template) const MAX_TRIGGERS: usize = 200;

pub(super) static TRIGGERS: Rule = Rule::Map(0, usize::MAX, &Rule::List(0, MAX_TRIGGERS, &PHRASE_OR_TRIGGER));

static PHRASE_OR_TRIGGER: Rule = Rule::Either(&[&PHRASE, &TRIGGER], "a phrase or an object with a pattern");

static PHRASE: Rule = Rule::String(1, 100);

static TRIGGER: Rule =
    Rule::Object(&[required("pattern", &PHRASE), optional("weight", &Rule::NumberAbove(0.0, 1.0))]);

pub(super) fn triggers(lists: &Value) -> Vec<(String, Vec<Trigger>)> {
    let mut triggers = Vec::new();
    if let Value::Object(lists) = lists {
        for (name, list) in lists {
            let list = list.as_array().map(Vec::as_slice).unwrap_or_default();
            triggers.push((name.clone(), list.iter().map(trigger).list()));
        }
    }
    triggers
}

fn trigger(trigger: &Value) -> Trigger {
    Trigger {
        phrase: trigger.as_str().map_or_else(|| text(trigger, "pattern"), str::to_owned),
        weight: number(trigger, "weight").unwrap_or(DEFAULT_WEIGHT),
    }
}

/// The names that an object of the document defines.
pub(super) fn names(defined: Option<&Value>) -> Vec<&str> {
    let mut names = Vec::new();
    if let Some(Value::Object(defined)) = defined {
        names.extend(defined.iter().map(|(name, _)| name.as_str()));
    }
    names
}

/// Reports the trigger lists of a section whose name is neither defined in the document nor there without that.
/// `known` are all these names in the order of preference for a hint.
pub(super) fn report_unknown_names(
    section: &Node<'_>,
    key: &str,
    defined: Option<&Value>,
    always: &[&str],
    known: &[&str],
    (code, message): (ProblemCode, &str),
) {
    if defined.is_some_and(|defined| !defined.is_object()) {
        return;
    }
    let Some(triggers) = section.get(key) else { return };
    let Value::Object(lists) = triggers.value else { return };
    for (name, list) in lists {
        let is_known =
            always.contains(&name.as_str()) || defined.is_some_and(|defined| defined.get(name).is_some());
        if !is_known {
            let hint = triggers.nearest(name, known);
            triggers.at_key(name, list).report(Severity::Error, code, message, hint);
        }
    }
}
