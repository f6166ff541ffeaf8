//! The items of several lists as one list, each item once.

use std::borrow::Cow;

use super::share::Share;
use crate::json::Value;
use crate::order::{sort_by, sorted_indices};

/// An item of one or more sources.
#[derive(Clone, Copy)]
pub(super) struct Group<'a> {
    /// As it is first seen.
    pub(super) first: &'a Value,
    /// As it is strongest; of equally strong ones the first.
    pub(super) strongest: &'a Value,
    /// The weight of all sources that have it.
    weight: f64,
    /// What its strengths sum to, each times the weight of its source.
    strengths: f64,
    /// The last source that was counted.
    from: usize,
}

impl Group<'_> {
    /// The weighted mean of its strengths.
    pub(super) fn strength(&self) -> f64 {
        self.strengths / self.weight
    }
}

/// What makes items the same, and how strong one is where that matters.
pub(super) struct Kind {
    pub(super) identity: fn(&Value) -> Cow<'_, str>,
    pub(super) strength: fn(&Value) -> f64,
}

/// Texts: those with the same characters are the same.
pub(super) static TEXT: Kind =
    Kind { identity: |item| Cow::Borrowed(item.as_str().unwrap_or_default()), strength: |_| 0.0 };

/// The items of all lists, each once, in the order in which they are first seen.
pub(super) fn groups<'a>(lists: &[Share<'a>], kind: &Kind) -> Vec<Group<'a>> {
    let items = lists.iter().fold(0, |items, list| items + list.value.as_array().map_or(0, Vec::len));
    let mut identities: Vec<Cow<'a, str>> = Vec::with_capacity(items);
    let mut groups: Vec<Group<'a>> = Vec::with_capacity(items);
    for (from, list) in lists.iter().enumerate() {
        for value in list.value.as_array().into_iter().flatten() {
            identities.push((kind.identity)(value));
            let strengths = list.weight * (kind.strength)(value);
            groups.push(Group { first: value, strongest: value, weight: list.weight, strengths, from });
        }
    }
    // Equal items stand together then, the first seen first; the others are added to it. Which of two others comes
    // first does not matter, and nearly always their lengths tell them apart.
    let key = |index: usize| identities.get(index).map(|identity| (identity.len(), identity));
    let order = sorted_indices(identities.len(), &mut |a, b| key(a).cmp(&key(b)));
    let mut first = 0;
    for (rank, index) in order.iter().copied().enumerate() {
        if rank == 0 || identities.get(first) != identities.get(index) {
            first = index;
            continue;
        }
        let Some(again) = groups.get_mut(index) else { continue };
        let counted = *again;
        again.weight = 0.0;
        let Some(group) = groups.get_mut(first) else { continue };
        if (kind.strength)(counted.first) > (kind.strength)(group.strongest) {
            group.strongest = counted.first;
        }
        // A list that has an item twice counts once.
        if group.from != counted.from {
            group.weight += counted.weight;
            group.strengths += counted.strengths;
            group.from = counted.from;
        }
    }
    // Every source weighs something; what weighs nothing was added to another.
    groups.retain(|group| group.weight > 0.0);
    groups
}

/// Up to so many of the items with the most weight behind them, the heaviest first; equal ones stay as they are
/// first seen.
pub(super) fn heaviest_groups<'a>(lists: &[Share<'a>], kind: &Kind, most: usize) -> Vec<Group<'a>> {
    let mut groups = groups(lists, kind);
    sort_by(&mut groups, |a, b| b.weight.total_cmp(&a.weight));
    groups.truncate(most);
    groups
}

/// The items with the most weight behind them, as they are first seen.
pub(super) fn ranked(lists: &[Share<'_>], kind: &Kind, most: usize) -> Value {
    firsts(&heaviest_groups(lists, kind, most), most)
}

/// Up to so many of the items, as they are first seen.
pub(super) fn firsts(groups: &[Group<'_>], most: usize) -> Value {
    let mut items = Vec::with_capacity(groups.len().min(most));
    for group in groups.iter().take(most) {
        items.push(group.first.clone());
    }
    Value::Array(items)
}
