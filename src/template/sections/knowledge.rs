//! `knowledge`: entries that are shown when one of their keys is mentioned.

use crate::template::pattern;
use crate::template::problem::ProblemCode;
use crate::template::reader::values::is_true;
use crate::template::reader::{Node, Rule, optional, required};

/// The most entries; also the limit of the array while reading.
pub(in crate::template) const MAX_ENTRIES: usize = 2000;

/// An object with entries, or a bare array of them.
pub(super) static KNOWLEDGE: Rule = Rule::Either(&[&OBJECT, &ENTRIES], "an object or an array of entries");

static OBJECT: Rule = Rule::Object(&[
    optional("entries", &ENTRIES),
    optional("scan_depth", &Rule::Integer(0.0, 100.0)),
    optional("token_budget", &Rule::Integer(0.0, f64::MAX)),
    optional("recursive", &Rule::Boolean),
]);

static ENTRIES: Rule = Rule::List(0, MAX_ENTRIES, &ENTRY);

static ENTRY: Rule = Rule::Object(&[
    required("content", &ANY_STRING),
    optional("use_regex", &Rule::Boolean),
    optional("keys", &KEYS),
    optional("secondary_keys", &KEYS),
    optional("selective", &Rule::Boolean),
    optional("constant", &Rule::Boolean),
    optional("enabled", &Rule::Boolean),
    optional("case_sensitive", &Rule::Boolean),
    optional("insertion_order", &ANY_NUMBER),
    optional("priority", &ANY_NUMBER),
    optional("position", &Rule::OneOf(&["before_char", "after_char"])),
    // Character cards identify entries by either.
    optional("id", &Rule::Either(&[&ANY_STRING, &ANY_NUMBER], "a string or a number")),
    optional("name", &ANY_STRING),
    optional("comment", &ANY_STRING),
    optional("extensions", &Rule::AnyObject),
]);

static ANY_STRING: Rule = Rule::String(0, usize::MAX);
static ANY_NUMBER: Rule = Rule::Number(f64::MIN, f64::MAX);
static KEYS: Rule = Rule::List(0, 1000, &Rule::And(&Rule::String(1, 200), check_key));

/// Where an entry says so, its keys are patterns.
fn check_key(key: &Node<'_>) {
    let entry = key.parent().and_then(Node::parent);
    if !entry.is_some_and(|entry| is_true(entry.value, "use_regex")) {
        return;
    }
    if let Err(reason) = pattern::check(key.text()) {
        // Only a warning, unlike the pattern of a guard rule: an entry without a match does no harm, and
        // character cards have many such keys.
        let message = format!("This pattern has {reason}; it will never match.");
        key.warning(ProblemCode::BadPattern, &message);
    }
}
