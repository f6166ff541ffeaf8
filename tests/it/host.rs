//! A host for tests: performs effects in memory, and keeps what an observer would see.

use crate::sample::tree;
use luminoracore::compile::Role;
use luminoracore::engine::{
    Command, Core, CoreOptions, Effect, EffectResult, Environment, EpisodeView, Event, FactView,
    MemoryFilter, MemoryView, ModelRequest, Operation, Output, Step,
};
use luminoracore::json::{Map, to_text};
use luminoracore::log::{Body, Content, Merged, Record, newer};
use luminoracore::observe::Packs;
use luminoracore::{Error, ErrorCode};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Reads a file of the repository.
pub(crate) fn file(path: &str) -> String {
    let path = format!("{}/{path}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The language packs that the package ships.
pub(crate) fn packs() -> Packs {
    let files = ["packs/languages.json", "packs/en.json", "packs/es.json"].map(file);
    let files: Vec<&[u8]> = files.iter().map(String::as_bytes).collect();
    Packs::load(&files).unwrap()
}

/// A storage as adapters are: it keeps the winning version of each id.
#[derive(Clone, Default)]
pub(crate) struct Storage {
    records: BTreeMap<(String, String), Record>,
    pub(crate) batches: Vec<Vec<Record>>,
}

impl Storage {
    pub(crate) fn append(&mut self, records: &[Record]) {
        // A storage keeps what it was given as text; nothing in it is parsed.
        let records = &Record::parse_all(to_text(records).as_bytes()).unwrap();
        self.batches.push(records.clone());
        for record in records {
            let key = (record.owner.to_string(), record.id.clone());
            let wins =
                self.records.get(&key).is_none_or(|present| newer(present, record) == Ok(Merged::Replace));
            if wins {
                self.records.insert(key, record.clone());
            }
        }
    }

    pub(crate) fn scan(&self, owner: &str) -> Vec<Record> {
        self.records.values().filter(|record| &*record.owner == owner).cloned().collect()
    }

    /// Changes the bodies of every record of a kind, as another version of the library might have written them.
    pub(crate) fn change(&mut self, kind: &str, change: impl Fn(&mut Map)) {
        self.records
            .values_mut()
            .filter(|record| record.kind == kind && !record.content.is_erased())
            .for_each(|record| change(body(record)));
    }

    pub(crate) fn all(&self) -> Vec<Record> {
        self.records.values().cloned().collect()
    }
}

/// The body of a stored record, to look at or to change.
pub(crate) fn body(record: &mut Record) -> &mut Map {
    if let Content::Live { body, .. } = &mut record.content {
        *body = Body::Other(luminoracore::json::read_arguments(&to_text(body)).unwrap());
    }
    match &mut record.content {
        Content::Live { body: Body::Other(luminoracore::json::Value::Object(body)), .. } => body,
        other => panic!("a stored body was expected, not {other:?}"),
    }
}

/// What a model is told by nobody: the system text, and what stands among the messages.
pub(crate) fn instructions(request: &ModelRequest) -> String {
    let told = request.messages.iter().filter(|message| message.role == Role::System);
    told.fold(request.system.clone(), |told, message| told + "\n\n" + &message.content)
}

/// Answers a call with its parts, or fails.
pub(crate) type Model = Box<dyn FnMut(&ModelRequest) -> Option<Vec<EffectResult>>>;

/// One core with a storage, a clock that stands where it is put, and seeds that count up.
pub(crate) struct Host {
    pub(crate) core: Core,
    pub(crate) storage: Storage,
    pub(crate) now: u64,
    pub(crate) events: Vec<Event>,
    pub(crate) prompts: Vec<ModelRequest>,
    /// What the model says to the next call; a `None` fails the call.
    pub(crate) model: Model,
    /// The vector of a text; `None` when the embedder fails.
    pub(crate) embedder: fn(&str) -> Option<Vec<f32>>,
    /// When set, every draw of randomness gives the bytes of this one.
    pub(crate) fixed_draw: Option<u64>,
    draws: u64,
    device: u8,
}

impl Host {
    pub(crate) fn new() -> Self {
        Self::open(CoreOptions::default(), 0, Storage::default())
    }

    /// Another core over the same or another storage; `device` makes its seeds its own.
    pub(crate) fn open(options: CoreOptions, device: u8, storage: Storage) -> Self {
        let now = 1_767_225_600_000;
        let environment = Environment { now, seed: seed(device, 0) };
        let mut core = Core::open(options, packs(), &environment);
        core.absorb(storage.all(), now).unwrap();
        let model = Box::new(|_: &ModelRequest| Some(vec![text("Hello."), finish()]));
        Self {
            core,
            storage,
            now,
            events: Vec::new(),
            prompts: Vec::new(),
            model,
            embedder: |_| None,
            fixed_draw: None,
            draws: 0,
            device,
        }
    }

    /// Runs a command to its end.
    pub(crate) fn run(&mut self, command: &Value) -> Result<Output, Error> {
        let command = Command::parse(&tree(command))?;
        let environment = self.environment();
        let mut step = self.core.dispatch(command, &environment);
        loop {
            self.events.append(&mut step.events);
            if let Some(done) = step.done {
                return done;
            }
            assert_eq!(step.effects.len(), 1, "an operation under way waits for one effect");
            step = self.perform(step);
        }
    }

    fn perform(&mut self, step: Step) -> Step {
        let op = step.op;
        match step.effects.into_iter().next().unwrap() {
            Effect::Append { owner, records, replace } => {
                if replace {
                    self.storage.records.retain(|(of, _), _| *of != owner);
                }
                self.storage.append(&records);
                self.resume(op, EffectResult::Stored)
            }
            Effect::Embed { text } => {
                let vector = (self.embedder)(&text);
                self.resume(op, EffectResult::Embedded { vector })
            }
            Effect::Erase { owner } => {
                self.storage.records.retain(|(of, _), _| *of != owner);
                self.resume(op, EffectResult::Stored)
            }
            Effect::Call(request) => {
                self.prompts.push(request.clone());
                let Some(parts) = (self.model)(&request) else {
                    return self.resume(op, EffectResult::Failed);
                };
                for part in parts {
                    let mut step = self.resume(op, part);
                    if step.done.is_some() || !step.effects.is_empty() {
                        return step;
                    }
                    self.events.append(&mut step.events);
                }
                self.resume(op, EffectResult::Failed)
            }
        }
    }

    pub(crate) fn resume(&mut self, op: Operation, result: EffectResult) -> Step {
        self.core.resume(op, result, self.now)
    }

    fn environment(&mut self) -> Environment {
        self.draws += 1;
        Environment { now: self.now, seed: seed(self.device, self.fixed_draw.unwrap_or(self.draws)) }
    }

    /// Opens a session with a bundled personality.
    pub(crate) fn session(&mut self, user: &str, personality: &str) -> String {
        let document = file(&format!("personalities/{personality}.json"));
        self.session_of(user, &document)
    }

    /// Opens a session with a document.
    pub(crate) fn session_of(&mut self, user: &str, document: &str) -> String {
        let command = json!({ "type": "create-session", "user": user, "template": { "document": document } });
        match self.run(&command).unwrap() {
            Output::Session(session) => session.id,
            other => panic!("a session was expected, not {other:?}"),
        }
    }

    /// What is known of an owner, whatever its status.
    pub(crate) fn facts(&self, user: &str) -> Vec<FactView> {
        let facts = self.memories(user).into_iter().filter_map(|memory| match memory {
            MemoryView::Fact(fact) => Some(fact),
            MemoryView::Episode(_) => None,
        });
        facts.collect()
    }

    /// What an owner told of, whatever its status.
    pub(crate) fn episodes(&self, user: &str) -> Vec<EpisodeView> {
        let episodes = self.memories(user).into_iter().filter_map(|memory| match memory {
            MemoryView::Episode(episode) => Some(episode),
            MemoryView::Fact(_) => None,
        });
        episodes.collect()
    }

    fn memories(&self, user: &str) -> Vec<MemoryView> {
        self.core.memories(user, &MemoryFilter { all: true, ..MemoryFilter::default() }, self.now)
    }

    /// Says something, with a model that is called.
    pub(crate) fn send(&mut self, user: &str, session: &str, text: &str) -> Result<Output, Error> {
        self.run(&json!({
            "type": "send", "user": user, "session": session, "text": text, "model": { "kind": "test", "id": "test" },
        }))
    }

    /// Says something to the scripted model.
    pub(crate) fn send_scripted(&mut self, user: &str, session: &str, text: &str) -> Result<Output, Error> {
        self.run(&json!({
            "type": "send", "user": user, "session": session, "text": text,
            "model": { "kind": "scripted", "id": "scripted" },
        }))
    }
}

pub(crate) fn text(text: &str) -> EffectResult {
    EffectResult::TextDelta { text: text.to_owned() }
}

pub(crate) fn finish() -> EffectResult {
    EffectResult::Finish { reason: luminoracore::engine::FinishReason::Stop }
}

pub(crate) fn code(result: Result<Output, Error>) -> ErrorCode {
    result.expect_err("an error was expected").code
}

fn seed(device: u8, draw: u64) -> [u8; 32] {
    let mut seed = [device; 32];
    seed[..8].copy_from_slice(&draw.to_be_bytes());
    seed
}
