//! The JSON Schema (draft 2020-12) of a snapshot. The hashes over its content are beyond a schema.

use super::snapshot::{FORMAT, SnapshotTurn, read_episode, read_fact};
use crate::json::{Fields, NOT_BLANK, Value};
use crate::list::List;
use crate::log::body::{AffinityBaseline, MoodBaseline};

/// The schema of a snapshot; it refers to `template.json`, whose keys a snapshot has at its top.
pub fn schema() -> Value {
    let text = || Value::object(vec![("type", "string".into()), ("pattern", NOT_BLANK.into())]);
    let hash = || Value::object(vec![("type", "string".into()), ("pattern", "^[0-9a-f]{64}$".into())]);
    let list = |items: Value| Value::object(vec![("type", "array".into()), ("items", items)]);
    let state = vec![
        ("affinity", Fields::describe(|fields| drop(AffinityBaseline::parse(fields)))),
        ("mood", Fields::describe(|fields| drop(MoodBaseline::parse(fields)))),
        ("learned_facts", list(Fields::describe(|fields| drop(read_fact(fields))))),
        ("memorable_episodes", list(Fields::describe(|fields| drop(read_episode(fields))))),
        ("conversation_history", list(Fields::describe(|fields| drop(SnapshotTurn::read(fields))))),
    ];
    let info = vec![("user_id", text()), ("session_id", text()), ("created_at", text())];
    let own = vec![
        ("format", Value::object(vec![("const", FORMAT.into())])),
        ("_snapshot_info", object(info, &["user_id", "session_id", "created_at"])),
        ("current_state", object(state, &[])),
        ("hashes", object(vec![("template", hash()), ("content", hash())], &["template", "content"])),
    ];
    let Value::Object(own) = object(own, &["format", "_snapshot_info", "hashes"]) else { return Value::Null };
    let mut schema = vec![
        ("$schema", "https://json-schema.org/draft/2020-12/schema".into()),
        ("$id", "luminoracore/schemas/snapshot.json".into()),
        ("title", "Snapshot of a relationship 1.1".into()),
        (
            "$comment",
            "The reader knows more: what the template's validator knows, and whether the hashes match."
                .into(),
        ),
        ("allOf", vec![Value::object(vec![("$ref", "template.json".into())])].into()),
    ];
    for (key, value) in &own {
        schema.push((key, value.clone()));
    }
    Value::object(schema)
}

fn object(properties: Vec<(&str, Value)>, required: &[&str]) -> Value {
    let mut object = vec![("type", "object".into()), ("properties", Value::object(properties))];
    if !required.is_empty() {
        let required: Vec<Value> = required.iter().map(|name| Value::from(*name)).list();
        object.push(("required", required.into()));
    }
    Value::object(object)
}
