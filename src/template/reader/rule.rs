//! The rules of the format as data, and the one function that holds a value against them. A wrong type is reported
//! once, and what is inside such a value is not visited.

use super::Node;
use crate::json::{Value, to_text};
use crate::list::List;
use crate::order::repeated;
use crate::template::problem::{ProblemCode, Severity};

/// What a value must be. Ranges are closed; `usize::MAX` and `f64::MAX` stand for no upper bound.
pub(in crate::template) enum Rule {
    /// A string whose number of Unicode scalar values lies in a range. One that may not be empty may not be blank.
    String(usize, usize),
    /// A string of 1..50 from an open vocabulary: one outside the recommended words is a warning.
    Word(&'static [&'static str]),
    /// One of a closed list of strings.
    OneOf(&'static [&'static str]),
    /// `true` or `false`.
    Boolean,
    /// A number in a range.
    Number(f64, f64),
    /// A number greater than the first and at most the second.
    NumberAbove(f64, f64),
    /// A whole number in a range; `20.0` is one.
    Integer(f64, f64),
    /// An array with a number of items in a range.
    List(usize, usize, &'static Rule),
    /// Such an array of strings, none of them twice.
    Set(usize, usize, &'static Rule),
    /// An object from names to values, with a number of entries in a range.
    Map(usize, usize, &'static Rule),
    /// An object with these keys; every other one is unknown.
    Object(&'static [Key]),
    /// Such an object, and what concerns several of its keys.
    ObjectAnd(&'static [Key], fn(&Node<'_>)),
    /// An object with any content.
    AnyObject,
    /// A rule, and for a value that keeps it another one in code.
    And(&'static Rule, fn(&Node<'_>)),
    /// Of several rules for different JSON types the one for the value's type; the text names these types.
    Either(&'static [&'static Rule], &'static str),
}

/// A key of an object, and the rule of its value.
pub(in crate::template) struct Key {
    pub(in crate::template) name: &'static str,
    pub(in crate::template) rule: &'static Rule,
    pub(in crate::template) required: bool,
}

/// A key that must be there.
pub(in crate::template) const fn required(name: &'static str, rule: &'static Rule) -> Key {
    Key { name, rule, required: true }
}

/// A key that may be absent.
pub(in crate::template) const fn optional(name: &'static str, rule: &'static Rule) -> Key {
    Key { name, rule, required: false }
}

impl Rule {
    /// Reports everything in which a node breaks this rule. Gives whether the value itself keeps it; what is inside
    /// an array or an object plays no part in that.
    pub(in crate::template) fn check(&self, node: &Node<'_>) -> bool {
        match *self {
            Self::String(least, most) => is_string(node) && check_length(node, node.text(), least, most),
            Self::Word(recommended) => check_word(node, recommended),
            Self::OneOf(allowed) => check_one_of(node, allowed),
            Self::Boolean => expect(node, node.value.as_bool().is_some(), "true or false"),
            Self::Number(..) | Self::NumberAbove(..) | Self::Integer(..) => self.check_number(node),
            Self::List(least, most, item) => check_list(node, least, most, item),
            Self::Set(least, most, item) => {
                let is_list = check_list(node, least, most, item);
                if is_list {
                    check_repeats(node);
                }
                is_list
            }
            Self::Map(least, most, item) => check_map(node, least, most, item),
            Self::Object(keys) => check_object(node, keys, |_| {}),
            Self::ObjectAnd(keys, check) => check_object(node, keys, check),
            Self::AnyObject => expect(node, node.value.is_object(), "an object"),
            Self::And(rule, check) => {
                let keeps = rule.check(node);
                if keeps {
                    check(node);
                }
                keeps
            }
            Self::Either(rules, types) => match rules.iter().find(|rule| rule.fits(node.value)) {
                Some(rule) => rule.check(node),
                None => expect(node, false, types),
            },
        }
    }

    /// Whether a value has the JSON type that this rule is about.
    fn fits(&self, value: &Value) -> bool {
        match *self {
            Self::String(..) | Self::Word(_) | Self::OneOf(_) => value.is_string(),
            Self::Boolean => value.is_boolean(),
            Self::Number(..) | Self::NumberAbove(..) | Self::Integer(..) => value.is_number(),
            Self::List(..) | Self::Set(..) => value.is_array(),
            Self::Map(..) | Self::Object(_) | Self::ObjectAnd(..) | Self::AnyObject => value.is_object(),
            Self::And(rule, _) => rule.fits(value),
            Self::Either(rules, _) => rules.iter().any(|rule| rule.fits(value)),
        }
    }

    fn check_number(&self, node: &Node<'_>) -> bool {
        // Booleans are no numbers.
        let Some(found) = node.value.as_f64() else {
            node.wrong_type("a number");
            return false;
        };
        let message = match *self {
            Self::Integer(..) if found.fract() != 0.0 => {
                node.error(ProblemCode::NotInteger, "This must be a whole number.");
                return false;
            }
            Self::Number(low, high) | Self::Integer(low, high) if found < low || found > high => {
                if high < f64::MAX {
                    format!("This must be from {} to {}.", to_text(&low), to_text(&high))
                } else {
                    format!("This must be {} or more.", to_text(&low))
                }
            }
            Self::NumberAbove(low, high) if found <= low || found > high => {
                let mut message = format!("This must be greater than {}", to_text(&low));
                if high < f64::MAX {
                    message.push_str(" and at most ");
                    message.push_str(&to_text(&high));
                }
                message + "."
            }
            _ => return true,
        };
        node.error(ProblemCode::OutOfRange, &message);
        false
    }
}

/// Whether a text can be a name in the document: 1..50 characters, not all of them white space.
pub(in crate::template) fn is_name(text: &str) -> bool {
    text.chars().nth(50).is_none() && !text.trim().is_empty()
}

fn expect(node: &Node<'_>, is_expected: bool, expected: &str) -> bool {
    if !is_expected {
        node.wrong_type(expected);
    }
    is_expected
}

fn is_string(node: &Node<'_>) -> bool {
    expect(node, node.value.is_string(), "a string")
}

fn check_word(node: &Node<'_>, recommended: &[&str]) -> bool {
    let word = node.text();
    let keeps = is_string(node) && check_length(node, word, 1, 50);
    if keeps && !recommended.contains(&word) {
        let hint = node.nearest(word, recommended);
        let message = "This is not one of the recommended words.";
        node.report(Severity::Warning, ProblemCode::UnknownWord, message, hint);
    }
    keeps
}

fn check_one_of(node: &Node<'_>, allowed: &[&str]) -> bool {
    if !is_string(node) {
        return false;
    }
    let text = node.text();
    let is_allowed = allowed.contains(&text);
    if !is_allowed {
        let hint = node.nearest(text, allowed);
        let message = format!("This must be one of: {}.", allowed.join(", "));
        node.report(Severity::Error, ProblemCode::NotAllowed, &message, hint);
    }
    is_allowed
}

fn check_list(node: &Node<'_>, least: usize, most: usize, item: &Rule) -> bool {
    let Value::Array(items) = node.value else {
        node.wrong_type("an array");
        return false;
    };
    check_count(node, items.len(), least, most, "items");
    for (index, value) in items.iter().enumerate() {
        item.check(&node.at_index(index, value));
    }
    true
}

fn check_repeats(node: &Node<'_>) {
    let items = node.value.as_array().map(Vec::as_slice).unwrap_or_default();
    let texts: Vec<_> = items.iter().map(Value::as_str).list();
    for (index, is_repeat) in repeated(&texts).into_iter().enumerate() {
        if is_repeat {
            node.error(ProblemCode::DuplicateItem, &format!("Item {index} is given twice."));
        }
    }
}

fn check_map(node: &Node<'_>, least: usize, most: usize, item: &Rule) -> bool {
    let Value::Object(entries) = node.value else {
        node.wrong_type("an object");
        return false;
    };
    check_count(node, entries.len(), least, most, "entries");
    for (name, value) in entries {
        let node = node.at_key(name, value);
        if check_length(&node, name, 1, 50) {
            item.check(&node);
        }
    }
    true
}

fn check_object(node: &Node<'_>, keys: &[Key], check: fn(&Node<'_>)) -> bool {
    let Value::Object(entries) = node.value else {
        node.wrong_type("an object");
        return false;
    };
    // Most documents have their keys in the order of the table: each search begins behind the last key found.
    let (mut found, mut next) = (0_u64, 0);
    for (name, value) in entries {
        let (before, behind) = keys.split_at_checked(next).unwrap_or((keys, &[]));
        let search = |keys: &[Key]| keys.iter().position(|key| key.name == name);
        let index = search(behind).map(|index| index + next).or_else(|| search(before));
        let Some((index, key)) = index.and_then(|index| Some((index, keys.get(index)?))) else {
            let known: Vec<&str> = keys.iter().map(|key| key.name).list();
            let hint = node.nearest(name, &known);
            let message = "This key is not part of the format; it is kept, but has no effect.";
            node.at_key(name, value).report(Severity::Warning, ProblemCode::UnknownKey, message, hint);
            continue;
        };
        (found, next) = (found | 1 << index, index + 1);
        key.rule.check(&node.at_key(name, value));
    }
    check(node);
    for (index, key) in keys.iter().enumerate() {
        if key.required && found >> index & 1 == 0 {
            node.error(ProblemCode::Missing, &format!("The key \"{}\" is missing.", key.name));
        }
    }
    true
}

fn check_length(node: &Node<'_>, text: &str, least: usize, most: usize) -> bool {
    // A character has one byte to four: most texts need not be counted, and begin with something that shows.
    let bytes = text.len();
    let shows = text.as_bytes().first().is_some_and(u8::is_ascii_graphic);
    if bytes <= most && bytes / 4 >= least && (least == 0 || shows) {
        return true;
    }
    let found = text.chars().count();
    if found < least {
        let noun = if least == 1 { "character" } else { "characters" };
        let message = format!("This must have at least {least} {noun}, not {found}.");
        node.error(ProblemCode::TooShort, &message);
    } else if found > most {
        let message = format!("This may have at most {most} characters, not {found}.");
        node.error(ProblemCode::TooLong, &message);
    } else if least > 0 && text.trim().is_empty() {
        node.error(ProblemCode::Blank, "This is only white space.");
    } else {
        return true;
    }
    false
}

fn check_count(node: &Node<'_>, found: usize, least: usize, most: usize, noun: &str) {
    if found < least {
        node.error(ProblemCode::TooFew, &format!("This must have at least {least} {noun}, not {found}."));
    } else if found > most {
        node.error(ProblemCode::TooMany, &format!("This may have at most {most} {noun}, not {found}."));
    }
}
