//! The facts, episodes and turns of a file: the bodies of their records, with the names that files have for some fields.

use super::SnapshotTurn;
use crate::json::{self, Fields, Map, Value};
use crate::log::body::{Episode, Fact, Role, Sharing, check_text};

/// A fact as files write it: its record's body but for the type.
pub(super) fn fact_of_file(fact: &Fact) -> Value {
    let mut value = json::to_value(fact);
    if let Value::Object(fields) = &mut value {
        fields.remove("type");
    }
    value
}

pub(super) fn read_fact(fields: &mut Fields<'_>) -> Fact {
    let mut fact = Fact::parse(fields);
    fact.sharing = Sharing::parse(fields, "", false);
    fact
}

/// An episode as files write it: other names for type and time, and the id by which an erased one is known.
pub(super) fn episode_of_file((id, episode): &(String, Episode)) -> Value {
    let mut file = Map::new();
    file.insert("id", id.as_str());
    if let Value::Object(fields) = json::to_value(episode) {
        for (key, value) in fields {
            match key.as_str() {
                "type" | "instance" => {}
                "episode_type" => file.insert("type", value),
                "timestamp" => file.insert("date", value),
                _ => file.insert(key, value),
            }
        }
    }
    Value::Object(file)
}

pub(super) fn read_episode(fields: &mut Fields<'_>) -> (String, Episode) {
    let id = fields.id("id").unwrap_or_default();
    let mut episode = Episode::parse(fields, "type", "date");
    episode.sharing = Sharing::parse(fields, "", false);
    (id, episode)
}

impl SnapshotTurn {
    pub(super) fn read(fields: &mut Fields<'_>) -> Self {
        let id = fields.required_id("id");
        let role = fields.required_choice("role", &Role::NAMES);
        let text = fields.required_string("text");
        if let Err(error) = check_text(&text) {
            fields.refuse(error.code, "text", &error.hint);
        }
        Self { id, role, text, at: fields.required_time("at") }
    }
}
