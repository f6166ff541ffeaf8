//! Records that become another owner's. Whatever has a natural id, which follows from the owner, gets the one that it
//! would have had there, and what refers to it follows; all else stays as it is, sources too. So the two logs merge as
//! if they had been one person's all along.

use crate::json::{Map, Value};
use crate::log::natural_id;
use crate::order;
use crate::text::fold;

/// The ids of one owner's records under another owner.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Moving {
    /// Whose they were.
    pub(crate) from: String,
    /// Whose they become.
    pub(crate) to: String,
    /// Old and new ids, by the old ones.
    ids: Vec<(String, String)>,
}

/// So often has one thing been erased and come to be known again, at most.
const GENERATIONS: u32 = 64;

/// Members that name other records, in the bodies of all kinds.
const REFERENCES: [&str; 6] = ["instance", "note", "items", "tensions", "supersedes", "related_facts"];

impl Moving {
    /// Nothing is known yet of what becomes whose.
    pub(crate) fn new(from: &str, to: &str) -> Self {
        Self { from: from.to_owned(), to: to.to_owned(), ids: Vec::new() }
    }

    /// Takes note of a live record's natural id, if it has one.
    pub(super) fn note(&mut self, record: &Value) {
        let text = |name| record.get(name).and_then(Value::as_str).unwrap_or_default();
        let Some(body) = record.get("body") else { return };
        if let Some(new) = self.id_under(text("kind"), text("id"), body, (&self.from, &self.to)) {
            self.ids.push((text("id").to_owned(), new));
        }
    }

    /// All are noted.
    pub(super) fn settle(&mut self) {
        order::sort_by_text(&mut self.ids, |(id, _)| id);
    }

    /// The id that a record has under the second of two owners, when the one that it has follows from the first.
    pub(crate) fn id_under(
        &self,
        kind: &str,
        id: &str,
        body: &Value,
        (from, to): (&str, &str),
    ) -> Option<String> {
        let (prefix, mut parts) = key_of(kind, body)?;
        let mut id_of = |owner: &str, generation| {
            parts[0] = owner.to_owned();
            let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
            natural_id(prefix, &parts, generation)
        };
        let generation = (0..GENERATIONS).find(|generation| id_of(from, *generation) == id)?;
        Some(id_of(to, generation))
    }

    /// The id that a record had before.
    pub(crate) fn old_id(&self, new: &str) -> Option<&str> {
        self.ids.iter().find(|(_, id)| id == new).map(|(old, _)| old.as_str())
    }

    /// Makes a record the other owner's.
    pub(super) fn apply(&self, record: &mut Value) {
        let Some(record) = record.as_object_mut() else { return };
        record.insert("owner", self.to.as_str());
        if let Some(id) = record.get_mut("id") {
            self.rename(id);
        }
        if let Some(body) = record.get_mut("body") {
            self.follow(body);
            // Of the anonymous owner nothing leaves.
            if let (Some(body), "anonymous") = (body.as_object_mut(), self.to.as_str()) {
                body.remove("visibility");
            }
        }
    }

    /// Changes what names another record.
    fn follow(&self, value: &mut Value) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| self.follow(item)),
            Value::Object(members) => {
                members.retain(|key, member| {
                    match member {
                        Value::String(_) if REFERENCES.contains(&key) => self.rename(member),
                        Value::Array(items) if REFERENCES.contains(&key) => {
                            items.iter_mut().for_each(|item| self.rename(item));
                        }
                        _ => self.follow(member),
                    }
                    true
                });
            }
            _ => {}
        }
    }

    fn rename(&self, id: &mut Value) {
        let Value::String(text) = &*id else { return };
        let place = self.ids.binary_search_by(|(old, _)| old.as_str().cmp(text));
        if let Some((_, new)) = place.ok().and_then(|index| self.ids.get(index)) {
            *id = new.as_str().into();
        }
    }
}

/// The prefix of a natural id, and what it follows from beside the owner, whose place is the first.
fn key_of(kind: &str, body: &Value) -> Option<(&'static str, Vec<String>)> {
    let body: &Map = body.as_object()?;
    let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
    let of = |names: &[&str]| -> Vec<String> {
        std::iter::once("").chain(names.iter().map(|name| text(name))).map(str::to_owned).collect()
    };
    Some(match (kind, text("type")) {
        ("instance", _) => ("instance", of(&["template_name"])),
        ("memory", "fact") => ("fact", of(&["category", "key"])),
        ("memory", "note") => ("note", of(&["source", "sha256"])),
        ("memory", "pattern") => ("pattern", of(&["class"])),
        ("memory", "tension") => {
            let mut poles = ["axis_a", "axis_b"].map(|name| fold(text(name).trim()));
            poles.sort_unstable();
            let [first, second] = poles;
            ("tension", vec![String::new(), first, second])
        }
        ("consent", _) => ("consent", of(&["destination", "purpose"])),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::Moving;
    use crate::json::{Value, json};
    use crate::log::natural_id;

    #[test]
    fn natural_ids_and_what_names_them_follow_the_owner() {
        let fact = |owner: &str, generation| natural_id("fact", &[owner, "likes", "tea"], generation);
        let mut moving = Moving::new("ana", "anonymous");
        let body =
            json!({ "type": "fact", "category": "likes", "key": "tea", "visibility": "sync_full_public" });
        let mut record = json!({ "id": fact("ana", 2), "owner": "ana", "kind": "memory", "body": body });
        moving.note(&record);
        moving.note(&json!({ "id": "memory_random", "kind": "memory", "body": { "type": "episode" } }));
        moving.settle();
        moving.apply(&mut record);
        assert_eq!(record.get("id").and_then(Value::as_str), Some(fact("anonymous", 2).as_str()));
        assert_eq!(record.pointer("/body/visibility"), None);
        assert_eq!(moving.old_id(&fact("anonymous", 2)), Some(fact("ana", 2).as_str()));

        let mut run = json!({
            "id": "run_1",
            "body": { "blocks": [{ "name": "facts", "items": [fact("ana", 2), "other"] }], "text": fact("ana", 2) }
        });
        moving.apply(&mut run);
        let named = |path: &str| run.pointer(path).and_then(Value::as_str).unwrap().to_owned();
        assert_eq!(named("/body/blocks/0/items/0"), fact("anonymous", 2));
        assert_eq!(named("/body/blocks/0/items/1"), "other");
        assert_eq!(named("/body/text"), fact("ana", 2), "what somebody says stays");
    }
}
