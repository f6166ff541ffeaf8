//! Knowledge: the lorebook of a card, the `knowledge` of a template.
//!
//! Entries have the same keys in both. Most cross as they are; from some a part has to go that breaks the rules of a
//! template (`"id": null`, an empty key); what is no entry at all stays behind. So that a card keeps no entry twice,
//! what is kept of the book has holes where the template has the rest:
//!
//! | in the list of entries | stands for |
//! |---|---|
//! | a number | as many entries of the template, one after the other |
//! | an object | one entry of the template; each member is `0` where it crossed, else `[what it was]` |
//! | an array | the one thing in it, which did not cross |

use super::format::is_empty;
use super::record;
use super::report::{LossAction, Report};
use crate::json::{Map, Value, compact, pointer};
use crate::list::List;
use crate::template::{MAX_KNOWLEDGE_ENTRIES, is_knowledge_entry};

/// The deepest nesting, and the longest list, inside an entry of a template.
const DEPTH: usize = 28;
const ITEMS: usize = 1000;

/// The settings of a book by their keys in a card and in a template, and the greatest value of those that are
/// numbers.
const SETTINGS: [(&str, &str, Option<f64>); 3] = [
    ("scan_depth", "scan_depth", Some(100.0)),
    ("token_budget", "token_budget", Some(9_007_199_254_740_991.0)),
    ("recursive_scanning", "recursive", None),
];

/// The `knowledge` that a book is, if there is any; puts the holes into the book.
pub(super) fn take_entries(book: &mut Value, path: &str, report: &mut Report) -> Option<Value> {
    let book = book.as_object_mut()?;
    let entries = book.get_mut("entries").filter(|entries| entries.is_array()).map(std::mem::take);
    let Some(Value::Array(entries)) = entries else { return None };
    let mut taken = Vec::new();
    let mut rest: Vec<Value> = Vec::new();
    let mut run = 0_u64;
    for (index, entry) in entries.into_iter().enumerate() {
        let full = taken.len() >= MAX_KNOWLEDGE_ENTRIES;
        if !full && is_entry(&entry) {
            taken.push(entry);
            run += 1;
            continue;
        }
        if run > 0 {
            rest.push(std::mem::take(&mut run).into());
        }
        let mut at = [path, "/entries"].concat();
        pointer::push_index(&mut at, index);
        let usable = if full { None } else { usable_part(&entry) };
        if let Some(usable) = usable {
            report.add(
                at,
                "/knowledge",
                LossAction::Truncated,
                "Without members that a template cannot hold.",
            );
            rest.push(holes(&entry, &usable));
            taken.push(usable);
        } else {
            report.add(at, "", LossAction::KeptOpaque, "Not an entry that a template can hold.");
            rest.push(vec![entry].into());
        }
    }
    if run > 0 {
        rest.push(run.into());
    }
    book.insert("entries", rest);
    for (key, value) in &*book {
        let is_known = key == "entries" || SETTINGS.iter().any(|(known, _, _)| known == key);
        if !is_known && !is_empty(value) {
            let to = [record::POINTER, "/card", path].concat();
            report.add(pointer::join(path, key), &pointer::join(&to, key), LossAction::KeptOpaque, "");
        }
    }
    if taken.is_empty() {
        return None;
    }
    report.add(path.to_owned(), "/knowledge", LossAction::Mapped, "");
    let mut knowledge = Map::new();
    knowledge.insert("entries", taken);
    for (from, to, greatest) in SETTINGS {
        let Some(value) = book.get(from).filter(|value| !value.is_null()) else { continue };
        let usable = match (value.as_f64(), greatest) {
            (Some(number), Some(greatest)) => (number >= 0.0 && number.fract() == 0.0)
                .then(|| if number > greatest { Value::from(greatest as u64) } else { value.clone() }),
            (_, None) => Some(value.clone()).filter(Value::is_boolean),
            _ => None,
        };
        let at = pointer::join(path, from);
        let Some(usable) = usable else {
            report.add(at, "", LossAction::KeptOpaque, "Not a setting that a template can hold.");
            continue;
        };
        if usable != *value {
            report.add(at, &pointer::join("/knowledge", to), LossAction::Truncated, "");
        }
        knowledge.insert(to, usable);
    }
    Some(knowledge.into())
}

/// Fills the holes of a book with entries. Where there are fewer, holes close; where there are more, they follow.
pub(super) fn put_entries(book: &mut Value, entries: &[Value]) {
    let mut entries = entries.iter();
    let kept = book.as_object_mut().and_then(|book| book.get_mut("entries"));
    let Some(Value::Array(kept)) = kept else { return };
    let mut filled = Vec::new();
    for hole in std::mem::take(kept) {
        match hole {
            Value::Number(_) => {
                let run = hole.as_u64().unwrap_or_default();
                filled.extend(entries.by_ref().take(usize::try_from(run).unwrap_or(usize::MAX)).cloned());
            }
            Value::Object(members) => filled.extend(entries.next().map(|entry| fill(&members, entry))),
            Value::Array(mut alone) if alone.len() == 1 => filled.append(&mut alone),
            other => filled.push(other),
        }
    }
    filled.extend(entries.cloned());
    *kept = filled;
}

/// Writes the settings of `knowledge` into a book where they differ from those of `before`.
pub(super) fn write_settings(book: &mut Map, knowledge: &Value, before: &Value) {
    for (key, name, _) in SETTINGS {
        match (knowledge.get(name), before.get(name)) {
            (now, before) if now == before => {}
            (Some(now), _) => book.insert(key, now.clone()),
            (None, _) => {
                book.remove(key);
            }
        }
    }
}

/// The entries of `knowledge`, which may be a bare list of them.
pub(super) fn entries_of(knowledge: &Value) -> &[Value] {
    let list = knowledge.as_array().or_else(|| knowledge.get("entries")?.as_array());
    list.map(Vec::as_slice).unwrap_or_default()
}

/// An entry with all members that cards require.
pub(super) fn complete(entry: &Value) -> Value {
    let mut entry = entry.clone();
    if let Some(members) = entry.as_object_mut() {
        for (key, value) in [
            ("keys", Value::Array(Vec::new())),
            ("extensions", Value::Object(Map::new())),
            ("enabled", true.into()),
            ("insertion_order", 100_u32.into()),
            ("use_regex", false.into()),
        ] {
            if !members.contains_key(key) {
                members.insert(key, value);
            }
        }
    }
    entry
}

fn is_entry(entry: &Value) -> bool {
    fits(entry, DEPTH) && is_knowledge_entry(entry)
}

/// Whether lists and nesting are inside the limits of a template.
fn fits(value: &Value, depth: usize) -> bool {
    match value {
        Value::Array(items) => {
            depth > 0 && items.len() <= ITEMS && items.iter().all(|item| fits(item, depth - 1))
        }
        Value::Object(members) => depth > 0 && members.values().all(|member| fits(member, depth - 1)),
        _ => true,
    }
}

/// The entry without what breaks the rules, when the rest is one.
fn usable_part(entry: &Value) -> Option<Value> {
    let mut usable = Map::new();
    for (key, value) in entry.as_object()? {
        if let Some(value) = usable_member(key, value) {
            usable.insert(key.as_str(), value);
        }
    }
    Some(usable.into()).filter(is_entry)
}

/// What a template can hold of a member: all of it, of a list of keys the good ones, or nothing.
fn usable_member(key: &str, value: &Value) -> Option<Value> {
    let alone = |value: &Value| {
        let member = Value::object(vec![("content", "".into()), (key, value.clone())]);
        Some(value.clone()).filter(|_| is_entry(&member))
    };
    alone(value).or_else(|| {
        let items = value.as_array().filter(|_| key == "keys" || key == "secondary_keys")?;
        let good = |item: &&Value| alone(&vec![(*item).clone()].into()).is_some();
        Some(items.iter().filter(good).take(ITEMS).cloned().list().into())
    })
}

/// What an entry has beyond its usable part, by member.
fn holes(entry: &Value, usable: &Value) -> Value {
    let mut holes = Map::new();
    for (key, value) in entry.as_object().into_iter().flatten() {
        let crossed = usable.get(key).is_some_and(|usable| compact(usable) == compact(value));
        holes.insert(key.as_str(), if crossed { 0_u32.into() } else { Value::from(vec![value.clone()]) });
    }
    holes.into()
}

/// An entry of a template with what was kept of it. A member that was changed since is as it is now.
fn fill(holes: &Map, entry: &Value) -> Value {
    let mut filled = Map::new();
    for (key, hole) in holes {
        let now = entry.get(key);
        let was = hole.as_array().and_then(|was| was.first());
        let is_unchanged = was.is_some_and(|was| usable_member(key, was).as_ref() == now);
        if let Some(value) = if is_unchanged { was } else { now } {
            filled.insert(key.as_str(), value.clone());
        }
    }
    for (key, value) in entry.as_object().into_iter().flatten() {
        if !holes.contains_key(key) {
            filled.insert(key.as_str(), value.clone());
        }
    }
    filled.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::json;

    #[test]
    fn what_cannot_cross_stays_and_comes_back() {
        let book = json!({"name": "Harbour", "scan_depth": 250, "token_budget": 0.5, "recursive_scanning": true, "entries": [
            {"keys": ["tide"], "content": "High at noon.", "unknown": {"b": 1, "a": [null]}},
            {"id": null, "keys": ["", "boat"], "content": "Moored.", "position": ""},
            {"keys": ["lamp"]}, 7, null, [1],
            {"content": "Fog.", "enabled": false},
        ], "extensions": {}});
        let mut report = Report::default();
        let mut kept = book.clone();
        let knowledge = take_entries(&mut kept, "/data/character_book", &mut report).unwrap();
        let expected = json!({"entries": [
            {"keys": ["tide"], "content": "High at noon.", "unknown": {"b": 1, "a": [null]}},
            {"keys": ["boat"], "content": "Moored."},
            {"content": "Fog.", "enabled": false},
        ], "scan_depth": 100, "recursive": true});
        assert_eq!(compact(&knowledge), compact(&expected));
        let holes = json!([1, {"id": [null], "keys": [["", "boat"]], "content": 0, "position": [""]},
            [{"keys": ["lamp"]}], [7], [null], [[1]], 1]);
        assert_eq!(compact(kept.get("entries").unwrap()), compact(&holes));
        let paths: Vec<_> = report.0.iter().map(|item| item.path.as_str()).collect();
        let at = |path: &str| format!("/data/character_book{path}");
        let expected = [
            "/entries/1",
            "/entries/2",
            "/entries/3",
            "/entries/4",
            "/entries/5",
            "/name",
            "",
            "/scan_depth",
            "/token_budget",
        ];
        assert_eq!(paths, expected.map(at));
        put_entries(&mut kept, entries_of(&knowledge));
        assert_eq!(compact(&kept), compact(&book));
    }

    #[test]
    fn edited_entries_take_their_places() {
        let mut book = json!({"entries": [
            {"content": "One.", "keys": ["", "a"], "id": null}, 5, {"content": "Two."}, {"content": "Three."},
        ]});
        take_entries(&mut book, "", &mut Report::default());
        let mut more = book.clone();
        let edited = [
            json!({"content": "First.", "keys": ["b"], "id": 1, "name": "new"}),
            json!({"content": "2"}),
            json!({"content": "3"}),
            json!({"content": "4"}),
        ];
        put_entries(&mut more, &edited);
        let expected = json!([{"content": "First.", "keys": ["b"], "id": 1, "name": "new"}, 5,
            {"content": "2"}, {"content": "3"}, {"content": "4"}]);
        assert_eq!(more.get("entries"), Some(&expected));
        put_entries(&mut book, &edited[1..2]);
        assert_eq!(book.get("entries"), Some(&json!([{"content": "2", "id": null}, 5])));
    }
}
