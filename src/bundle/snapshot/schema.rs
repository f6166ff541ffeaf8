//! The JSON Schema (draft 2020-12) of a snapshot, in both of its forms. The hashes over its content are beyond a schema,
//! and so is what the compact form expands to.

use super::compact::{DATA, ENCODING, KEYS, VALUES};
use super::items::{read_episode, read_fact};
use super::{Embeddings, FORMAT, SnapshotTurn};
use crate::json::{Fields, NOT_BLANK, Value};
use crate::list::List;
use crate::log::body::{AffinityBaseline, MoodBaseline};

/// The schema of a snapshot; it refers to `template.json`, whose keys a snapshot has at its top.
pub fn schema() -> Value {
    let is_compact = object(vec![("encoding", Value::object(Vec::new()))], &["encoding"]);
    Value::object(vec![
        ("$schema", "https://json-schema.org/draft/2020-12/schema".into()),
        ("$id", "luminoracore/schemas/snapshot.json".into()),
        ("title", "Snapshot of a relationship 1.1".into()),
        (
            "$comment",
            "The reader knows more: what the template's validator knows, whether the hashes match, and what the \
             compact form stands for."
                .into(),
        ),
        ("type", "object".into()),
        ("properties", Value::object(vec![("format", constant(FORMAT))])),
        ("required", vec![Value::from("format")].into()),
        ("if", is_compact),
        ("then", compact_form()),
        ("else", plain_form()),
    ])
}

fn plain_form() -> Value {
    let text = || matching(NOT_BLANK);
    let hash = || matching("^[0-9a-f]{64}$");
    let state = vec![
        ("affinity", Fields::describe(|fields| drop(AffinityBaseline::parse(fields)))),
        ("mood", Fields::describe(|fields| drop(MoodBaseline::parse(fields)))),
        ("learned_facts", list(Fields::describe(|fields| drop(read_fact(fields))))),
        ("memorable_episodes", list(Fields::describe(|fields| drop(read_episode(fields))))),
        ("conversation_history", list(Fields::describe(|fields| drop(SnapshotTurn::read(fields))))),
    ];
    let info = vec![("user_id", text()), ("session_id", text()), ("created_at", text())];
    let hashes = vec![("template", hash()), ("content", hash())];
    let own = vec![
        ("_snapshot_info", object(info, &["user_id", "session_id", "created_at"])),
        ("current_state", object(state, &[])),
        ("embeddings", embeddings()),
        ("anonymization", anonymization()),
        ("hashes", object(hashes, &["template", "content"])),
    ];
    let mut form = object(own, &["_snapshot_info", "hashes"]);
    if let Some(form) = form.as_object_mut() {
        form.insert("allOf", vec![Value::object(vec![("$ref", "template.json".into())])]);
    }
    form
}

/// What one of the two forms is written in has no other members.
fn compact_form() -> Value {
    let string = || Value::object(vec![("type", "string".into())]);
    let members = vec![
        ("format", constant(FORMAT)),
        ("encoding", constant(ENCODING)),
        (KEYS, list(list(string()))),
        (VALUES, list(string())),
        (DATA, Value::object(vec![("type", "array".into())])),
    ];
    let mut form = object(members, &["format", "encoding", KEYS, VALUES, DATA]);
    if let Some(form) = form.as_object_mut() {
        form.insert("additionalProperties", false);
    }
    form
}

/// Vectors of 32-bit numbers, little-endian, as base64.
fn embeddings() -> Value {
    let mut embeddings = Fields::describe(|fields| drop(Embeddings::parts(fields)));
    let vector = matching("^(?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$");
    let properties = embeddings.as_object_mut().and_then(|schema| schema.get_mut("properties"));
    if let Some(properties) = properties.and_then(Value::as_object_mut) {
        properties.insert("vectors", members_of(vector));
    }
    embeddings
}

/// What was taken out of a file, and what was replaced in it, by kind.
fn anonymization() -> Value {
    let count = || Value::object(vec![("type", "integer".into()), ("minimum", 1_usize.into())]);
    let report = vec![
        ("removed", members_of(count())),
        ("replaced", members_of(count())),
        ("note", Value::object(vec![("type", "string".into())])),
    ];
    object(report, &["removed", "replaced", "note"])
}

fn constant(value: &str) -> Value {
    Value::object(vec![("const", value.into())])
}

fn matching(pattern: &str) -> Value {
    Value::object(vec![("type", "string".into()), ("pattern", pattern.into())])
}

fn list(items: Value) -> Value {
    Value::object(vec![("type", "array".into()), ("items", items)])
}

fn members_of(schema: Value) -> Value {
    Value::object(vec![("type", "object".into()), ("additionalProperties", schema)])
}

fn object(properties: Vec<(&str, Value)>, required: &[&str]) -> Value {
    let mut object = vec![("type", "object".into()), ("properties", Value::object(properties))];
    if !required.is_empty() {
        let required: Vec<Value> = required.iter().map(|name| Value::from(*name)).list();
        object.push(("required", required.into()));
    }
    Value::object(object)
}
