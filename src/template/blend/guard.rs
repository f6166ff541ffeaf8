//! The rules of the guard: what any source checks is checked.

use std::borrow::Cow;

use super::rule::Merging;
use super::union::{Kind, groups};
use crate::decimal::push_whole;
use crate::json::{self, Map, Value};
use crate::template::sections::MAX_GUARD_RULES;

/// A rule is the same when all of it is.
static RULE: Kind = Kind { identity: |rule| Cow::Owned(json::compact(rule)), strength: |_| 0.0 };

/// Every rule once. Rules that only share their id keep apart: the later one gets an id of its own.
pub(super) fn rules(merging: &Merging<'_, '_>, cut: &mut bool) -> Option<Value> {
    let mut rules: Vec<Value> = Vec::new();
    for group in groups(merging.shares, &RULE) {
        if rules.len() == MAX_GUARD_RULES {
            *cut = true;
            break;
        }
        let Some(mut rule) = group.first.as_object().cloned() else { continue };
        let id = free_id(&rule, &rules);
        rule.insert("id", id);
        rules.push(rule.into());
    }
    (!merging.shares.is_empty()).then(|| rules.into())
}

fn free_id(rule: &Map, rules: &[Value]) -> String {
    let own = rule.get("id").and_then(Value::as_str).unwrap_or_default();
    let mut id = own.to_owned();
    let mut number = 2;
    while rules.iter().any(|rule| rule.get("id").and_then(Value::as_str) == Some(&id)) {
        // Short enough for a number of three digits behind it.
        id = own.chars().take(46).collect();
        id.push('_');
        push_whole(&mut id, number);
        number += 1;
    }
    id
}
