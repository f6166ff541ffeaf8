//! What the observer keeps. Inside the section what is absent has its default, so that "all" united with some is all.

use super::rule::{Merging, Rule};
use super::share::total;
use crate::decimal::round;
use crate::json::Value;

/// The importance from which on episodes are kept where a source does not say.
const DEFAULT_THRESHOLD: f64 = 5.0;

pub(super) fn threshold(merging: &Merging<'_, '_>, _: &mut bool) -> Option<Value> {
    let Merging { shares, section } = merging;
    let all = total(section);
    let mut threshold = 0.0;
    let mut silent = all;
    for share in *shares {
        threshold += share.weight / all * share.value.as_f64().unwrap_or(DEFAULT_THRESHOLD);
        silent -= share.weight;
    }
    if shares.len() < section.len() {
        threshold += silent / all * DEFAULT_THRESHOLD;
    }
    (!shares.is_empty()).then(|| round(threshold, 1).into())
}

/// Categories or types: what any source wants.
pub(super) fn wanted(merging: &Merging<'_, '_>, cut: &mut bool) -> Option<Value> {
    let all_say = merging.shares.len() == merging.section.len();
    if all_say { Rule::United.merge(merging, cut) } else { None }
}

/// Whether any source wants this.
pub(super) fn remembered(merging: &Merging<'_, '_>, _: &mut bool) -> Option<Value> {
    let Merging { shares, section } = merging;
    let any = shares.len() < section.len() || shares.iter().any(|share| *share.value == Value::Bool(true));
    (!shares.is_empty()).then_some(Value::Bool(any))
}
