//! `knowledge`: entries that are shown when one of their keys is mentioned.

use crate::template::pattern;
use crate::template::problem::ProblemCode;
use crate::template::reader::{Node, any_object, boolean, integer, list, number, one_of, string};

/// The most entries; also the limit of the array while reading.
pub(in crate::template) const MAX_ENTRIES: usize = 2000;

/// An object with entries, or a bare array of them.
pub(super) fn knowledge(node: &Node<'_>) -> Option<()> {
    if node.value.is_array() {
        return entries(node);
    }
    if !node.value.is_object() {
        node.wrong_type("an object or an array of entries");
        return None;
    }
    node.object(|keys| {
        keys.optional("entries", entries);
        keys.optional("scan_depth", integer::<i64>(0..=100));
        keys.optional("token_budget", integer::<i64>(0..=i64::MAX));
        keys.optional("recursive", boolean);
    })
}

fn entries(node: &Node<'_>) -> Option<()> {
    list(0..=MAX_ENTRIES, entry)(node).map(drop)
}

fn entry(node: &Node<'_>) -> Option<()> {
    node.object(|keys| {
        keys.required("content", string(0..=usize::MAX));
        let use_regex = keys.optional("use_regex", boolean).unwrap_or_default();
        for list_of_keys in ["keys", "secondary_keys"] {
            keys.optional(list_of_keys, list(0..=1000, |node| key(node, use_regex)));
        }
        for flag in ["selective", "constant", "enabled", "case_sensitive"] {
            keys.optional(flag, boolean);
        }
        keys.optional("insertion_order", number(f64::MIN..=f64::MAX));
        keys.optional("priority", number(f64::MIN..=f64::MAX));
        keys.optional("position", one_of(&["before_char", "after_char"]));
        keys.optional("id", string_or_number);
        keys.optional("name", string(0..=usize::MAX));
        keys.optional("comment", string(0..=usize::MAX));
        keys.optional("extensions", any_object);
    })
}

fn key(node: &Node<'_>, is_pattern: bool) -> Option<()> {
    let text = string(1..=200)(node)?;
    if is_pattern {
        if let Err(reason) = pattern::check(&text) {
            // Only a warning, unlike the pattern of a guard rule: an entry without a match does no harm, and
            // character cards have many such keys.
            let message = format!("This pattern has {reason}; it will never match.");
            node.warning(ProblemCode::BadPattern, message);
        }
    }
    Some(())
}

/// Character cards identify entries by either.
fn string_or_number(node: &Node<'_>) -> Option<()> {
    if !node.value.is_string() && !node.value.is_number() {
        node.wrong_type("a string or a number");
        return None;
    }
    Some(())
}
