//! Whole conversations, as data: `tests/cases/conversation/` says what is done, and the hashes of all records and
//! prompts that come of it. The suites in Node and in a browser run the same files through the public API.
//!
//! `UPDATE_GENERATED=1` writes the hashes of this native run into the files.

use std::path::PathBuf;

use luminoracore::engine::{CoreOptions, EffectResult, ReportedUsage};
use luminoracore::json::{canonical, sha256_hex};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::host::{Host, Storage, file, finish, text};
use crate::sample::tree;

const USER: &str = "diego";

/// One file: a personality, and what is done with it step by step.
#[derive(Deserialize)]
struct Conversation {
    name: String,
    template: String,
    steps: Vec<Step>,
    expect: Expected,
}

#[derive(Deserialize)]
struct Step {
    /// How long after the step before.
    minutes: u64,
    /// The command, without user, session, template; a `send` without a model calls the one that gives `answer`.
    command: Value,
    /// The deltas of the called model.
    #[serde(default)]
    answer: Vec<String>,
    /// Tokens read and written, as the called model reports them.
    usage: Option<(u32, u32)>,
    /// Whether the step is refused or fails. Without `finishes` the model's answer breaks off.
    #[serde(default)]
    fails: bool,
    #[serde(default)]
    finishes: bool,
}

#[derive(Deserialize, PartialEq, Debug)]
struct Expected {
    records_sha256: String,
    prompts_sha256: String,
}

impl Step {
    fn parts(&self) -> Vec<EffectResult> {
        let mut parts: Vec<EffectResult> = self.answer.iter().map(|delta| text(delta)).collect();
        if let Some((input_tokens, output_tokens)) = self.usage {
            parts.push(EffectResult::Usage { usage: ReportedUsage { input_tokens, output_tokens } });
        }
        if !self.fails || self.finishes {
            parts.push(finish());
        }
        parts
    }
}

/// Runs a conversation; gives the hashes of what was stored, batch by batch, and of what the model was asked.
fn run(conversation: &Conversation) -> Expected {
    let mut host = Host::open(CoreOptions::default(), 0, Storage::default());
    let mut session = Value::Null;
    for (index, step) in conversation.steps.iter().enumerate() {
        host.now += step.minutes * 60_000;
        // All draws of one step are the same bytes: so it does not matter how often a host draws.
        host.fixed_draw = Some(index as u64 + 1);
        let mut command = step.command.clone();
        command["user"] = json!(USER);
        let kind = command["type"].as_str().unwrap().to_owned();
        match kind.as_str() {
            "create-session" => command["template"] = json!({ "document": file(&conversation.template) }),
            _ => command["session"] = session.clone(),
        }
        if kind == "send" && command["model"].is_null() {
            command["model"] = json!({ "kind": "test", "id": "test" });
        }
        let parts = step.parts();
        host.model = Box::new(move |_| Some(parts.clone()));
        let result = host.run(&command);
        assert_eq!(result.is_err(), step.fails, "{}, step {}: {result:?}", conversation.name, index + 1);
        if let Ok(luminoracore::engine::Output::Session(opened)) = result {
            session = json!(opened.id);
        }
    }
    let hash = |value: Value| sha256_hex(canonical(&tree(value)).as_bytes());
    Expected { records_sha256: hash(json!(host.storage.batches)), prompts_sha256: hash(json!(host.prompts)) }
}

#[test]
fn every_conversation_gives_the_records_and_prompts_of_its_file() {
    let paths = files();
    assert!(paths.len() >= 8);
    for path in paths {
        let source = std::fs::read_to_string(&path).unwrap();
        let conversation: Conversation = serde_json::from_str(&source).unwrap();
        let found = run(&conversation);
        if std::env::var_os("UPDATE_GENERATED").is_some() {
            let source = with_value(&source, "records_sha256", &found.records_sha256);
            std::fs::write(&path, with_value(&source, "prompts_sha256", &found.prompts_sha256)).unwrap();
        } else {
            assert_eq!(found, conversation.expect, "{}", conversation.name);
        }
    }
}

fn files() -> Vec<PathBuf> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/conversation");
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

/// The text of a file with another string behind `"key": `; its layout stays as it was written.
fn with_value(source: &str, key: &str, value: &str) -> String {
    let (before, rest) = source.split_once(&format!("\"{key}\": \"")).unwrap();
    let (_, after) = rest.split_once('"').unwrap();
    format!("{before}\"{key}\": \"{value}\"{after}")
}
