//! `knowledge`: entries that are shown when one of their keys is mentioned.

use crate::json::Value;
use crate::pattern::Pattern;
use crate::template::knowledge::{Knowledge, KnowledgeEntry, Position};
use crate::template::problem::{ProblemCode, Severity};
use crate::template::reader::values::{is_true, number, part, text, texts};
use crate::template::reader::{Node, Report, Rule, optional, required};
use crate::text::find;

/// The most entries; also the limit of the array while reading.
pub(crate) const MAX_ENTRIES: usize = 2000;

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

pub(super) fn knowledge(section: &Value) -> Knowledge {
    let mut knowledge = Knowledge::default();
    // Too large a number is as good as the largest.
    let count = |name: &str, default: u32| number(section, name).map_or(default, |count| count as u32);
    knowledge.scan_depth = count("scan_depth", knowledge.scan_depth);
    knowledge.token_budget = count("token_budget", knowledge.token_budget);
    knowledge.recursive = is_true(section, "recursive");
    let entries = section.get("entries").unwrap_or(section).as_array();
    for entry in entries.map(Vec::as_slice).unwrap_or_default() {
        knowledge.entries.push(KnowledgeEntry {
            keys: texts(entry, "keys"),
            secondary_keys: texts(entry, "secondary_keys"),
            content: text(entry, "content"),
            selective: is_true(entry, "selective"),
            constant: is_true(entry, "constant"),
            enabled: part(entry, "enabled").as_bool().unwrap_or(true),
            insertion_order: number(entry, "insertion_order").unwrap_or(100.0),
            priority: number(entry, "priority"),
            case_sensitive: is_true(entry, "case_sensitive"),
            use_regex: is_true(entry, "use_regex"),
            whole_words: is_true(part(entry, "extensions"), "match_whole_words"),
            position: match part(entry, "position").as_str() {
                Some("before_char") => Position::BeforeCharacter,
                _ => Position::AfterCharacter,
            },
        });
    }
    knowledge
}

/// Whether a value keeps the rules of an entry; warnings do not count.
pub(crate) fn is_entry(value: &Value) -> bool {
    let report = Report::default();
    ENTRY.check(&Node::root(value, &report));
    report.into_problems().iter().all(|problem| problem.severity != Severity::Error)
}

/// Where an entry says so, its keys are patterns.
fn check_key(key: &Node<'_>) {
    let entry = key.parent().and_then(Node::parent);
    // What a pattern with a macro is shows only in a turn.
    if !entry.is_some_and(|entry| is_true(entry.value, "use_regex")) || find(key.text(), "{{", 0).is_some() {
        return;
    }
    if let Err(reason) = Pattern::of_key(key.text(), true) {
        // Only a warning, unlike the pattern of a guard rule: an entry without a match does no harm, and
        // character cards have many such keys.
        let message = format!("This pattern has {reason}; its entry will never match.");
        key.warning(ProblemCode::BadPattern, &message);
    }
}
