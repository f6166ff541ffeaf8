//! The core of one `Luminora` object.

use luminoracore::Error;
use luminoracore::bundle::snapshot::{ExportOptions, Snapshot};
use luminoracore::compile::Role;
use luminoracore::engine::{
    self, Command, CoreOptions, Effect, EffectResult, Event, Heard, HistoryOptions, MemoryFilter,
    ModelRequest, Output, RecallOptions, Step,
};
use luminoracore::json;
use luminoracore::log::Record;
use luminoracore::state::OwnerState;
use luminoracore::template::Template;
use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::environment::{environment, milliseconds, moment};
use crate::packs::LanguagePacks;
use crate::value::{from_js, set_text, throw, to_js};

/// The core of one `Luminora` object: logs, sessions, and operations under way.
#[wasm_bindgen]
pub struct Core {
    pub(crate) core: engine::Core,
}

#[wasm_bindgen]
impl Core {
    /// A core that knows nothing yet.
    #[wasm_bindgen(constructor)]
    pub fn new(
        options: JsValue,
        packs: &LanguagePacks,
        now: Option<f64>,
        seed: Option<Vec<u8>>,
    ) -> Result<Core, JsValue> {
        let options = CoreOptions::parse(&from_js(&options)?).map_err(|error| throw(&error))?;
        let core = engine::Core::open(options, packs.packs.clone(), &environment(now, seed)?);
        Ok(Self { core })
    }

    /// Merges the log that this device has stored, given as JSON texts of arrays, so that only one of them is here at a
    /// time. Gives how many records were left out, and what is to be stored because of the others.
    pub fn load(&mut self, parts: Vec<js_sys::Uint8Array>, now: Option<f64>) -> Result<JsValue, JsValue> {
        let now = moment(now)?;
        let length: usize = parts.iter().map(|part| part.length() as usize).sum();
        reserve(length.saturating_mul(MEMORY_FOR_TEXT));
        let (mut records, mut left_out) = (Vec::new(), 0);
        for part in parts {
            let (read, left) = Record::parse_stored(&part.to_vec()).map_err(|error| throw(&error))?;
            records.extend(read);
            left_out += left;
        }
        let heard = self.core.hear(records, now);
        answer(heard.map(|heard| Heard { changed: Vec::new(), left: heard.left + left_out, ..heard }))
    }

    /// An owner's log and what follows from it as bytes, for a cache.
    pub fn checkpoint(&self, user: &str) -> Option<Vec<u8>> {
        self.core.checkpoint(user)
    }

    /// Takes an owner's log from a checkpoint, before anything of it was loaded; says whether it could.
    #[wasm_bindgen(js_name = restoreCheckpoint)]
    pub fn restore_checkpoint(&mut self, user: &str, checkpoint: Vec<u8>) -> bool {
        reserve(OwnerState::memory_beside(&checkpoint));
        self.core.restore_checkpoint(user, checkpoint)
    }

    /// Merges records that another tab of this device wrote, given as the JSON text of an array. Gives what became of
    /// them, and what is to be stored because of it.
    pub fn hear(&mut self, records: &[u8], now: Option<f64>) -> Result<JsValue, JsValue> {
        let now = moment(now)?;
        answer(Record::parse_stored(records).and_then(|(records, _)| self.core.hear(records, now)))
    }

    /// The same for records of another device: those from the future are left out.
    pub fn absorb(&mut self, records: &[u8], now: Option<f64>) -> Result<JsValue, JsValue> {
        let now = moment(now)?;
        let absorbed = Record::parse_all(records).and_then(|records| self.core.absorb(records, now));
        absorbed.map(|absorbed| to_js(&absorbed)).map_err(|error| throw(&error))
    }

    /// Whether a record is in an owner's log.
    pub fn knows(&self, user: &str, id: &str) -> bool {
        self.core.knows(user, id)
    }

    /// Drops what this core knows of an owner that was erased elsewhere.
    #[wasm_bindgen(js_name = dropOwner)]
    pub fn drop_owner(&mut self, owner: &str) {
        self.core.drop_owner(owner);
    }

    /// Begins an operation.
    pub fn dispatch(
        &mut self,
        command: JsValue,
        now: Option<f64>,
        seed: Option<Vec<u8>>,
    ) -> Result<JsValue, JsValue> {
        let command = Command::parse(&from_js(&command)?).map_err(|error| throw(&error))?;
        let environment = environment(now, seed)?;
        step(self.core.dispatch(command, &environment))
    }

    /// Goes on with an operation by a little more of the model's text. Gives nothing when the text is simply to be
    /// told as it came, which is nearly always.
    #[wasm_bindgen(js_name = resumeText)]
    pub fn resume_text(&mut self, op: u32, text: String, now: f64) -> Result<JsValue, JsValue> {
        let result = EffectResult::TextDelta { text };
        let next = self.core.resume(op, result, milliseconds(now)?);
        if next.done.is_none() && matches!(next.events[..], [Event::TextDelta { .. }]) {
            return Ok(JsValue::UNDEFINED);
        }
        step(next)
    }

    /// Goes on with an operation by the vector of a text, or without one.
    #[wasm_bindgen(js_name = resumeVector)]
    pub fn resume_vector(
        &mut self,
        op: u32,
        vector: Option<Vec<f32>>,
        now: Option<f64>,
    ) -> Result<JsValue, JsValue> {
        let now = moment(now)?;
        step(self.core.resume(op, EffectResult::Embedded { vector }, now))
    }

    /// Goes on with an operation. What it draws, it drew when it began.
    pub fn resume(&mut self, op: u32, result: JsValue, now: Option<f64>) -> Result<JsValue, JsValue> {
        let result = EffectResult::parse(&from_js(&result)?).map_err(|error| throw(&error))?;
        let now = moment(now)?;
        step(self.core.resume(op, result, now))
    }

    /// One session.
    pub fn session(&self, user: &str, session: &str) -> Result<JsValue, JsValue> {
        answer(self.core.session(user, session))
    }

    /// All sessions of an owner, the most recently active first.
    pub fn sessions(&self, user: &str) -> JsValue {
        to_js(&self.core.sessions(user))
    }

    /// The templates of the library.
    pub fn templates(&self) -> JsValue {
        to_js(&self.core.templates())
    }

    /// A template's document as JSON text.
    #[wasm_bindgen(js_name = templateDocument)]
    pub fn template_document(&self, user: &str, reference: &str) -> Result<String, JsValue> {
        self.core.template_document(user, reference).map_err(|error| throw(&error))
    }

    /// The id of a document, given as JSON text.
    #[wasm_bindgen(js_name = templateId)]
    pub fn template_id(&self, source: &str) -> Result<String, JsValue> {
        Template::parse(source.as_bytes())
            .map(|template| template.id().to_owned())
            .map_err(|error| throw(&error))
    }

    /// What a relationship is like now.
    #[wasm_bindgen(js_name = sessionState)]
    pub fn session_state(&self, user: &str, session: &str, now: Option<f64>) -> Result<JsValue, JsValue> {
        let now = moment(now)?;
        answer(self.core.session_state(user, session, now))
    }

    /// Every change of affinity, oldest first.
    #[wasm_bindgen(js_name = affinityHistory)]
    pub fn affinity_history(&self, user: &str, session: &str) -> Result<JsValue, JsValue> {
        answer(self.core.affinity_history(user, session))
    }

    /// The earlier moods, oldest first.
    #[wasm_bindgen(js_name = moodHistory)]
    pub fn mood_history(&self, user: &str, session: &str) -> Result<JsValue, JsValue> {
        answer(self.core.mood_history(user, session))
    }

    /// The turns of a session, oldest first.
    pub fn history(&self, user: &str, session: &str, options: JsValue) -> Result<JsValue, JsValue> {
        let options = HistoryOptions::parse(&from_js(&options)?).map_err(|error| throw(&error))?;
        answer(self.core.history(user, session, &options))
    }

    /// What a turn would be.
    pub fn preview(
        &mut self,
        user: &str,
        session: &str,
        text: &str,
        now: Option<f64>,
    ) -> Result<JsValue, JsValue> {
        let now = moment(now)?;
        answer(self.core.preview(user, session, text, now))
    }

    /// How the value of a parameter came about.
    #[wasm_bindgen(js_name = explainParameter)]
    pub fn explain_parameter(
        &self,
        user: &str,
        session: &str,
        parameter: &str,
        now: Option<f64>,
    ) -> Result<JsValue, JsValue> {
        let now = moment(now)?;
        answer(self.core.explain_parameter(user, session, parameter, now))
    }

    /// Why affinity is what it is, in words.
    #[wasm_bindgen(js_name = explainAffinity)]
    pub fn explain_affinity(&self, user: &str, session: &str) -> Result<String, JsValue> {
        self.core.explain_affinity(user, session).map_err(|error| throw(&error))
    }

    /// What answers a question.
    pub fn recall(
        &mut self,
        user: &str,
        session: &str,
        question: &str,
        options: JsValue,
        vector: Option<Vec<f32>>,
        now: Option<f64>,
    ) -> Result<JsValue, JsValue> {
        let mut options = RecallOptions::parse(&from_js(&options)?).map_err(|error| throw(&error))?;
        options.vector = vector;
        let now = moment(now)?;
        answer(self.core.recall(user, session, question, &options, now))
    }

    /// Makes a part of what is searched, of about so many records; says whether more wait.
    #[wasm_bindgen(js_name = indexSome)]
    pub fn index_some(&mut self, user: &str, most: u32) -> bool {
        self.core.index_some(user, most as usize)
    }

    /// What is searched, as bytes for a cache; nothing when the cache holds nearly that.
    #[wasm_bindgen(js_name = recallCache)]
    pub fn recall_cache(&mut self, user: &str, least: u32) -> Option<Vec<u8>> {
        self.core.recall_cache(user, least as usize)
    }

    /// Takes what a cache holds.
    #[wasm_bindgen(js_name = readRecallCache)]
    pub fn read_recall_cache(&mut self, user: &str, cache: &[u8]) {
        reserve(cache.len().saturating_mul(MEMORY_FOR_INDEX));
        self.core.read_recall_cache(user, cache);
    }

    /// Texts that have no vector yet.
    #[wasm_bindgen(js_name = textsToEmbed)]
    pub fn texts_to_embed(&mut self, user: &str, most: u32) -> JsValue {
        to_js(&self.core.texts_to_embed(user, most as usize))
    }

    /// Their vectors, one behind the other.
    #[wasm_bindgen(js_name = setVectors)]
    pub fn set_vectors(&mut self, user: &str, slots: &[u32], vectors: &[f32]) -> Result<(), JsValue> {
        self.core.set_vectors(user, slots, vectors).map_err(|error| throw(&error))
    }

    /// How many texts have a vector.
    #[wasm_bindgen(js_name = embeddingProgress)]
    pub fn embedding_progress(&mut self, user: &str) -> JsValue {
        to_js(&self.core.embedding_progress(user))
    }

    /// The vectors as bytes for a cache; nothing when fewer than `least` have changed.
    #[wasm_bindgen(js_name = vectorCache)]
    pub fn vector_cache(&mut self, user: &str, least: u32) -> Option<Vec<u8>> {
        self.core.vector_cache(user, least as usize)
    }

    /// Takes what a cache holds.
    #[wasm_bindgen(js_name = readVectorCache)]
    pub fn read_vector_cache(&mut self, user: &str, cache: &[u8]) {
        self.core.read_vector_cache(user, cache);
    }

    /// The memories of an owner.
    pub fn memories(&self, user: &str, filter: JsValue, now: Option<f64>) -> Result<JsValue, JsValue> {
        let filter = MemoryFilter::parse(&from_js(&filter)?).map_err(|error| throw(&error))?;
        let now = moment(now)?;
        Ok(to_js(&self.core.memories(user, &filter, now)))
    }

    /// One memory.
    pub fn memory(&self, user: &str, id: &str, now: Option<f64>) -> Result<JsValue, JsValue> {
        let now = moment(now)?;
        answer(self.core.memory(user, id, now))
    }

    /// The notes of an owner, by source; with an id that one alone, with its text.
    pub fn notes(&self, user: &str, id: Option<String>) -> Result<JsValue, JsValue> {
        answer(match id {
            Some(id) => self.core.note(user, &id).map(|note| vec![note]),
            None => Ok(self.core.notes(user)),
        })
    }

    /// What the limits would put aside now.
    pub fn retention(&self, user: &str, now: Option<f64>) -> Result<JsValue, JsValue> {
        let now = moment(now)?;
        Ok(to_js(&self.core.retention(user, now)))
    }

    /// What happened in a session, or in all of an owner's.
    pub fn analytics(&self, user: &str, session: Option<String>) -> Result<JsValue, JsValue> {
        answer(self.core.analytics(user, session.as_deref()))
    }

    /// What is switched on.
    pub fn features(&self) -> JsValue {
        to_js(&self.core.features().summary())
    }

    /// How a reply came about: the run's body as JSON text.
    pub fn run(&self, user: &str, run: &str) -> Result<String, JsValue> {
        self.core.run(user, run).map_err(|error| throw(&error))
    }

    /// Where the storage stands.
    pub fn migrations(&self) -> Result<JsValue, JsValue> {
        answer(self.core.migrations())
    }

    /// The steps of a migration, and how many records of an owner each changes.
    #[wasm_bindgen(js_name = migrationSteps)]
    pub fn migration_steps(
        &self,
        user: &str,
        target: Option<u32>,
        now: Option<f64>,
    ) -> Result<JsValue, JsValue> {
        let now = moment(now)?;
        answer(self.core.migration_steps(user, target, now))
    }

    /// Whose snapshot a file is.
    #[wasm_bindgen(js_name = userOfSnapshot)]
    pub fn user_of_snapshot(&self, source: &str) -> Option<String> {
        Snapshot::user_of(source.as_bytes())
    }

    /// The snapshot of a session, as the file's text.
    #[wasm_bindgen(js_name = exportSnapshot)]
    pub fn export_snapshot(
        &self,
        user: &str,
        session: &str,
        options: JsValue,
        now: Option<f64>,
    ) -> Result<String, JsValue> {
        let now = moment(now)?;
        let options = ExportOptions::parse(&from_js(&options)?).map_err(|error| throw(&error))?;
        self.core.export_snapshot(user, session, options, now).map_err(|error| throw(&error))
    }
}

/// Makes the memory grow in large steps. By itself it grows in thousands of small ones, and each of them counts for the
/// engine as a reason to collect its garbage.
pub(crate) fn reserve(length: usize) {
    // What is free already is taken first.
    let mut rooms: Vec<Vec<u8>> = Vec::new();
    for _ in 0..length / STEP {
        let mut room = Vec::new();
        // Without so much memory, as much as is needed may still be there.
        if room.try_reserve_exact(STEP).is_ok() {
            rooms.push(room);
        }
    }
    std::hint::black_box(&rooms);
}

/// Bytes of memory that a byte of records takes at least.
pub(crate) const MEMORY_FOR_TEXT: usize = 3;
/// The same of an index.
const MEMORY_FOR_INDEX: usize = 4;
/// Bytes of memory by which it grows.
pub(crate) const STEP: usize = 4 << 20;

fn answer<T: Serialize>(answer: Result<T, Error>) -> Result<JsValue, JsValue> {
    answer.map(|answer| to_js(&answer)).map_err(|error| throw(&error))
}

/// A step as JS sees it.
#[derive(Serialize)]
struct StepView<'a> {
    op: u32,
    effects: Vec<EffectView<'a>>,
    events: &'a [Event],
    #[serde(skip_serializing_if = "Option::is_none")]
    output: Option<&'a Output>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a Error>,
}

/// An effect as JS sees it.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
enum EffectView<'a> {
    Call { request: RequestView<'a> },
    Embed { text: &'a str },
    Append { owner: &'a str, records: &'a [Record], replace: bool },
    Erase { owner: &'a str },
}

/// A model's request without its texts. They are most of a step, and go as one string that is neither escaped nor
/// parsed: the system text and the contents of the messages, one behind the other.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RequestView<'a> {
    /// UTF-16 code units of each text.
    lengths: Vec<usize>,
    /// A letter for each message: `u`ser, `a`ssistant or `s`ystem.
    roles: String,
    temperature: f64,
    max_output_tokens: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_schema: Option<&'a json::Value>,
}

fn step(step: Step) -> Result<JsValue, JsValue> {
    let Step { op, effects, events, done } = step;
    let mut texts = String::new();
    let mut views = Vec::new();
    for effect in &effects {
        views.push(match effect {
            Effect::Call(request) => EffectView::Call { request: RequestView::new(request, &mut texts) },
            Effect::Embed { text } => EffectView::Embed { text },
            Effect::Append { owner, records, replace } => {
                EffectView::Append { owner, records, replace: *replace }
            }
            Effect::Erase { owner } => EffectView::Erase { owner },
        });
    }
    let (output, error) = match &done {
        None => (None, None),
        Some(Ok(output)) => (Some(output), None),
        Some(Err(error)) => (None, Some(error)),
    };
    let view = to_js(&StepView { op, effects: views, events: &events, output, error });
    if !texts.is_empty() {
        set_text(&view, "texts", &texts)?;
    }
    Ok(view)
}

impl<'a> RequestView<'a> {
    fn new(request: &'a ModelRequest, texts: &mut String) -> Self {
        let mut view = Self {
            lengths: vec![utf16_length(&request.system)],
            roles: String::new(),
            temperature: request.temperature,
            max_output_tokens: request.max_output_tokens,
            response_schema: request.response_schema.as_ref(),
        };
        texts.push_str(&request.system);
        for message in &request.messages {
            texts.push_str(&message.content);
            view.lengths.push(utf16_length(&message.content));
            view.roles.push(match message.role {
                Role::User => 'u',
                Role::Assistant => 'a',
                Role::System => 's',
            });
        }
        view
    }
}

fn utf16_length(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.encode_utf16().count() }
}
