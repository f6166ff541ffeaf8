//! The types of values: each function makes a reader, which gives the typed value of a node or reports why it
//! cannot. A wrong type is reported once and its children are not visited.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use crate::json::Value;

use super::Node;
use crate::template::problem::{ProblemCode, Severity};

/// A string whose number of Unicode scalar values lies in a range. One that may not be empty may not be blank.
pub(in crate::template) fn string(length: RangeInclusive<usize>) -> impl Fn(&Node<'_>) -> Option<String> {
    move |node| {
        let text = text(node)?;
        check_length(node, text, &length).then(|| text.to_owned())
    }
}

/// A string of 1..50 from an open vocabulary: one outside the recommended words is a warning.
pub(in crate::template) fn word(
    recommended: &'static [&'static str],
) -> impl Fn(&Node<'_>) -> Option<String> {
    move |node| {
        let word = string(1..=50)(node)?;
        if !recommended.contains(&word.as_str()) {
            let hint = node.nearest(&word, recommended.iter().copied());
            let message = "This is not one of the recommended words.";
            node.report(Severity::Warning, ProblemCode::UnknownWord, message, hint);
        }
        Some(word)
    }
}

/// One of a closed list of strings.
pub(in crate::template) fn one_of(allowed: &'static [&'static str]) -> impl Fn(&Node<'_>) -> Option<String> {
    move |node| {
        let text = text(node)?;
        if allowed.contains(&text) {
            return Some(text.to_owned());
        }
        let hint = node.nearest(text, allowed.iter().copied());
        let message = format!("This must be one of: {}.", allowed.join(", "));
        node.report(Severity::Error, ProblemCode::NotAllowed, message, hint);
        None
    }
}

/// `true` or `false`.
pub(in crate::template) fn boolean(node: &Node<'_>) -> Option<bool> {
    let found = node.value.as_bool();
    if found.is_none() {
        node.wrong_type("true or false");
    }
    found
}

/// A number in a closed range.
pub(in crate::template) fn number(range: RangeInclusive<f64>) -> impl Fn(&Node<'_>) -> Option<f64> {
    move |node| {
        let found = any_number(node)?;
        if range.contains(&found) {
            return Some(found);
        }
        out_of_range(node, range.start(), range.end(), f64::MAX);
        None
    }
}

/// A number greater than `low` and at most `high`.
pub(in crate::template) fn number_above(low: f64, high: f64) -> impl Fn(&Node<'_>) -> Option<f64> {
    move |node| {
        let found = any_number(node)?;
        if found > low && found <= high {
            return Some(found);
        }
        let most = if high < f64::MAX { format!(" and at most {high}") } else { String::new() };
        node.error(ProblemCode::OutOfRange, format!("This must be greater than {low}{most}."));
        None
    }
}

/// A whole number in a closed range; `20.0` is one.
pub(in crate::template) fn integer<T: TryFrom<i64>>(
    range: RangeInclusive<i64>,
) -> impl Fn(&Node<'_>) -> Option<T> {
    move |node| {
        let found = any_number(node)?;
        if found.fract() != 0.0 {
            node.error(ProblemCode::NotInteger, "This must be a whole number.");
            return None;
        }
        // Saturates at the bounds of i64, which is beyond every range.
        let found = found as i64;
        if !range.contains(&found) {
            out_of_range(node, range.start(), range.end(), i64::MAX);
            return None;
        }
        T::try_from(found).ok()
    }
}

/// An array with a number of items in a range.
pub(in crate::template) fn list<T>(
    count: RangeInclusive<usize>,
    item: impl Fn(&Node<'_>) -> Option<T>,
) -> impl Fn(&Node<'_>) -> Option<Vec<T>> {
    move |node| {
        let Value::Array(items) = node.value else {
            node.wrong_type("an array");
            return None;
        };
        check_count(node, items.len(), &count, "items");
        Some(node.items().filter_map(|node| item(&node)).collect())
    }
}

/// An array of strings, none of them twice.
pub(in crate::template) fn set(
    count: RangeInclusive<usize>,
    item: impl Fn(&Node<'_>) -> Option<String>,
) -> impl Fn(&Node<'_>) -> Option<Vec<String>> {
    move |node| {
        let items = list(count.clone(), &item)(node)?;
        let mut seen = BTreeSet::new();
        for (index, item) in node.items().enumerate() {
            if item.value.as_str().is_some_and(|text| !seen.insert(text)) {
                node.error(ProblemCode::DuplicateItem, format!("Item {index} is given twice."));
            }
        }
        Some(items)
    }
}

/// An object from names of 1..50 to values, with a number of entries in a range.
pub(in crate::template) fn map<T>(
    count: RangeInclusive<usize>,
    item: impl Fn(&Node<'_>) -> Option<T>,
) -> impl Fn(&Node<'_>) -> Option<Vec<(String, T)>> {
    move |node| {
        let Value::Object(entries) = node.value else {
            node.wrong_type("an object");
            return None;
        };
        check_count(node, entries.len(), &count, "entries");
        let read = |(name, node): (&str, Node<'_>)| {
            let named = check_length(&node, name, &(1..=50));
            named.then(|| item(&node)).flatten().map(|value| (name.to_owned(), value))
        };
        Some(node.entries().filter_map(read).collect())
    }
}

/// An object with any content.
pub(in crate::template) fn any_object(node: &Node<'_>) -> Option<()> {
    if !node.value.is_object() {
        node.wrong_type("an object");
        return None;
    }
    Some(())
}

/// Reports, at the later one, a value of `key` that two objects of a list share.
pub(in crate::template) fn report_duplicates(list: &Node<'_>, key: &str, code: ProblemCode) {
    let items: Vec<Node<'_>> = list.items().collect();
    let mut seen = BTreeSet::new();
    for value in items.iter().filter_map(|item| item.get(key)) {
        if value.value.as_str().is_some_and(|text| !seen.insert(text)) {
            value.error(code, format!("An earlier item of this list has the same {key}."));
        }
    }
}

fn text<'a>(node: &Node<'a>) -> Option<&'a str> {
    let found = node.value.as_str();
    if found.is_none() {
        node.wrong_type("a string");
    }
    found
}

/// A number; booleans are none.
fn any_number(node: &Node<'_>) -> Option<f64> {
    let found = node.value.as_f64();
    if found.is_none() {
        node.wrong_type("a number");
    }
    found
}

fn check_length(node: &Node<'_>, text: &str, length: &RangeInclusive<usize>) -> bool {
    let (least, most) = (*length.start(), *length.end());
    let found = text.chars().count();
    if found < least {
        let message = format!("This must have at least {least} characters, not {found}.");
        node.error(ProblemCode::TooShort, message);
    } else if found > most {
        node.error(ProblemCode::TooLong, format!("This may have at most {most} characters, not {found}."));
    } else if least > 0 && text.trim().is_empty() {
        node.error(ProblemCode::Blank, "This is only white space.");
    } else {
        return true;
    }
    false
}

fn check_count(node: &Node<'_>, found: usize, count: &RangeInclusive<usize>, noun: &str) {
    let (least, most) = (*count.start(), *count.end());
    if found < least {
        node.error(ProblemCode::TooFew, format!("This must have at least {least} {noun}, not {found}."));
    } else if found > most {
        node.error(ProblemCode::TooMany, format!("This may have at most {most} {noun}, not {found}."));
    }
}

fn out_of_range<T: PartialEq + std::fmt::Display>(node: &Node<'_>, low: &T, high: &T, unbounded: T) {
    let message = if *high == unbounded {
        format!("This must be {low} or more.")
    } else {
        format!("This must be from {low} to {high}.")
    };
    node.error(ProblemCode::OutOfRange, message);
}
