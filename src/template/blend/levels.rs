//! Relationship levels: the ranges of the heaviest source, changing what all sources change there.

use super::modifiers::merged;
use super::rule::Rule::{Absent, Heaviest};
use super::rule::{Merging, merge_section};
use super::share::{Share, heaviest};
use crate::json::Value;
use crate::template::reader::values::{is_true, items};

pub(super) fn hierarchical_config(merging: &Merging<'_, '_>, cut: &mut bool) -> Option<Value> {
    let shares = merging.shares;
    let mut enabled = shares.to_vec();
    enabled.retain(|share| is_true(share.value, "enabled") && !levels(share.value).is_empty());
    let Some(leading) = heaviest(&enabled) else {
        return heaviest(shares).cloned();
    };
    let mut blended = Vec::new();
    for level in levels(leading) {
        let (minimum, maximum) = range(level);
        let middle = ((minimum + maximum) / 2.0).trunc();
        let mut states = Vec::with_capacity(enabled.len());
        for share in &enabled {
            if let Some(value) = level_at(levels(share.value), middle) {
                states.push(Share { value, weight: share.weight });
            }
        }
        blended.push(merged(&states, cut));
    }
    let rules = [("enabled", Heaviest), ("description", Absent), ("relationship_levels", Absent)];
    let mut config = merge_section(&enabled, &rules, cut);
    if let Some(description) = leading.get("description") {
        config.insert("description", description.clone());
    }
    config.insert("relationship_levels", blended);
    Some(config.into())
}

fn levels(config: &Value) -> &[Value] {
    items(config, "relationship_levels")
}

/// The level that holds at these points; in a gap the nearest lower one, below all the lowest.
fn level_at(levels: &[Value], points: f64) -> Option<&Value> {
    let mut reached: Option<(&Value, f64)> = None;
    let mut lowest: Option<(&Value, f64)> = None;
    for level in levels {
        let (minimum, _) = range(level);
        if minimum <= points && reached.is_none_or(|(_, best)| minimum >= best) {
            reached = Some((level, minimum));
        }
        if lowest.is_none_or(|(_, least)| minimum < least) {
            lowest = Some((level, minimum));
        }
    }
    reached.or(lowest).map(|(level, _)| level)
}

fn range(level: &Value) -> (f64, f64) {
    match items(level, "affinity_range") {
        [minimum, maximum] => (minimum.as_f64().unwrap_or_default(), maximum.as_f64().unwrap_or_default()),
        _ => (0.0, 0.0),
    }
}
