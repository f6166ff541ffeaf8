//! What is carried along: knowledge, roles, extensions, the license.

use std::borrow::Cow;

use super::rule::{Merging, Rule, merge_section};
use super::share::Share;
use super::union::{Kind, firsts, groups};
use crate::json::{self, Map, Value};
use crate::template::LIMITS;
use crate::template::reader::values::part;
use crate::template::sections::{MAX_EXTENSIONS_BYTES, MAX_KNOWLEDGE_ENTRIES, MAX_ROLES};

/// Containers from the document to the list of an object's entries.
const ENTRIES_DEPTH: usize = 3;

/// An object with entries, or a bare array of them where all sources have one.
pub(super) fn knowledge(merging: &Merging<'_, '_>, cut: &mut bool) -> Option<Value> {
    let shares = merging.shares;
    let bare = shares.iter().all(|share| share.value.is_array());
    let mut lists = Vec::with_capacity(shares.len());
    for share in shares {
        let value = if share.value.is_array() { share.value } else { part(share.value, "entries") };
        lists.push(Share { value, weight: share.weight });
    }
    let mut groups = groups(&lists, &ENTRY);
    *cut |= groups.len() > MAX_KNOWLEDGE_ENTRIES;
    if !bare {
        // What came from a bare array lies one deeper now.
        groups.retain(|group| {
            let fits = is_within(group.first, LIMITS.depth - ENTRIES_DEPTH);
            *cut |= !fits;
            fits
        });
    }
    let entries = firsts(&groups, MAX_KNOWLEDGE_ENTRIES);
    if bare {
        return Some(entries);
    }
    let mut knowledge = Map::new();
    knowledge.insert("entries", entries);
    for (key, value) in merge_section(shares, &[("entries", Rule::Absent)], cut) {
        knowledge.insert(key, value);
    }
    Some(knowledge.into())
}

/// The role of the heaviest source that has one of that name.
pub(super) fn roles(merging: &Merging<'_, '_>, cut: &mut bool) -> Option<Value> {
    let mut room = MAX_ROLES;
    let mut roles = merge_section(merging.shares, &[], cut);
    *cut |= roles.len() > room;
    roles.retain(|_, _| {
        let fits = room > 0;
        room = room.saturating_sub(1);
        fits
    });
    Some(roles.into())
}

/// The extension of the heaviest source that has one of that name; what no longer fits is left out.
pub(super) fn extensions(merging: &Merging<'_, '_>, cut: &mut bool) -> Option<Value> {
    // The braces.
    let mut bytes = 2;
    let mut extensions = merge_section(merging.shares, &[], cut);
    extensions.retain(|name, value| {
        // With quotation marks, colon and comma.
        let needed = json::compact_length(&name.into()) + json::compact_length(value) + 2;
        let fits = bytes + needed <= MAX_EXTENSIONS_BYTES + 1;
        *cut |= !fits;
        bytes += if fits { needed } else { 0 };
        fits
    });
    Some(extensions.into())
}

/// The license that all sources have. Where they differ, or one has none, the blend has its own.
pub(super) fn license(merging: &Merging<'_, '_>, _: &mut bool) -> Option<Value> {
    let Merging { shares, section } = merging;
    let first = shares.first()?.value;
    let equal = shares.len() == section.len() && shares.iter().all(|share| share.value == first);
    Some(if equal { first.clone() } else { "Custom".into() })
}

/// An entry is the same when it has the same keys and content.
static ENTRY: Kind = Kind { identity: entry, strength: |_| 0.0 };

fn entry(entry: &Value) -> Cow<'_, str> {
    let mut identity = json::compact(part(entry, "keys"));
    identity.push_str(part(entry, "content").as_str().unwrap_or_default());
    Cow::Owned(identity)
}

/// Whether a value has at most so many containers inside each other.
fn is_within(value: &Value, depth: usize) -> bool {
    match value {
        Value::Array(items) => depth > 0 && items.iter().all(|item| is_within(item, depth - 1)),
        Value::Object(members) => depth > 0 && members.values().all(|member| is_within(member, depth - 1)),
        _ => true,
    }
}
