//! The snapshot: one instance, through one of its sessions, with its template. The save game.
//!
//! The template's keys sit at the top of the file, as they are in its document; what the relationship has become
//! sits under `current_state`. Two hashes guard it: that of the template, and that of everything.

use std::sync::Arc;

use serde::Serialize;

use super::compact::{ENCODING, compact, expand};
use super::parts::Parts;
use super::predecessor;
use super::translation::Translation;
use crate::base64;
use crate::error::{Error, ErrorCode};
use crate::json::{self, FieldError, Fields, Limits, Map, Node, Value};
use crate::list::List;
use crate::log::body::{AffinityBaseline, Episode, Fact, MoodBaseline, Role, Sharing, check_text};
use crate::order;
use crate::template::Template;
use crate::template::model::Parameters;
use crate::text::find;
use crate::timestamp;

/// What `format` says.
pub(super) const FORMAT: &str = "luminoracore/snapshot";
/// What `schema_version` says.
const SCHEMA_VERSION: &str = "1.1.0";
/// Keys of the file itself. A template key of the same name moves to `template_extra`.
const OWN_KEYS: [&str; 10] = [
    "format",
    "schema_version",
    "encoding",
    "_snapshot_info",
    "current_state",
    "active_configuration",
    "embeddings",
    "anonymization",
    "template_extra",
    "hashes",
];
/// Keys of `current_state` that this library reads; all others are kept for the next export.
const STATE_KEYS: [&str; 6] = [
    "affinity",
    "mood",
    "learned_facts",
    "memorable_episodes",
    "conversation_history",
    "conversation_summary",
];
/// The largest file that is read.
const LIMITS: Limits = Limits { bytes: 64 << 20, depth: 32, items: usize::MAX, items_at: &[] };
/// A compact file says so in so many bytes from its start, and has a container around its content.
const HEAD: usize = 200;

/// Which sections an export holds, one that is switched off is absent; and in what form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[allow(clippy::struct_excessive_bools, reason = "independent choices are what this is")]
pub struct ExportOptions {
    /// The turns.
    pub conversation: bool,
    /// The owner's facts.
    pub facts: bool,
    /// The instance's episodes.
    pub episodes: bool,
    /// The vectors of facts and episodes, where there is an embedder: as they are kept, a byte an element.
    pub embeddings: bool,
    /// What says who the person is, is removed or replaced; the file reports what.
    pub anonymize: bool,
    /// What stands in the file again and again is written once. It reads as the other form does.
    pub compact: bool,
}

impl Default for ExportOptions {
    fn default() -> Self {
        Self {
            conversation: true,
            facts: true,
            episodes: true,
            embeddings: false,
            anonymize: false,
            compact: false,
        }
    }
}

impl ExportOptions {
    /// Reads the options of a call, by the names of the predecessor too.
    pub fn parse(options: &Value) -> Result<Self, Error> {
        Ok(Fields::read(options, "", |fields| {
            let more = fields.nested("include_options", Choices::read).unwrap_or_default();
            let choices = Choices::read(fields).or(more);
            let defaults = Self::default();
            Self {
                conversation: choices.conversation.unwrap_or(defaults.conversation),
                facts: choices.facts.unwrap_or(defaults.facts),
                episodes: choices.episodes.unwrap_or(defaults.episodes),
                embeddings: choices.embeddings.unwrap_or(defaults.embeddings),
                anonymize: choices.anonymize.unwrap_or(defaults.anonymize),
                compact: fields.boolean("compact").unwrap_or(defaults.compact),
            }
        })?)
    }
}

/// What a caller says of the options that have several names.
#[derive(Default)]
struct Choices {
    conversation: Option<bool>,
    facts: Option<bool>,
    episodes: Option<bool>,
    embeddings: Option<bool>,
    anonymize: Option<bool>,
}

impl Choices {
    fn read(fields: &mut Fields<'_>) -> Self {
        // All of them are known names, and the first that is given counts.
        let mut choice = |names: &[&'static str]| {
            let mut choice = None;
            for name in names {
                choice = choice.or(fields.boolean(name));
            }
            choice
        };
        Self {
            conversation: choice(&[
                "conversation",
                "conversation_history",
                "include_conversation",
                "include_conversation_history",
            ]),
            facts: choice(&["facts", "include_facts"]),
            episodes: choice(&["episodes", "include_episodes"]),
            embeddings: choice(&["embeddings", "include_embeddings"]),
            anonymize: choice(&["anonymize", "anonymize_user_data"]),
        }
    }

    fn or(self, other: Self) -> Self {
        Self {
            conversation: self.conversation.or(other.conversation),
            facts: self.facts.or(other.facts),
            episodes: self.episodes.or(other.episodes),
            embeddings: self.embeddings.or(other.embeddings),
            anonymize: self.anonymize.or(other.anonymize),
        }
    }
}

/// Everything that a snapshot says.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// Who talks.
    pub template: Arc<Template>,
    /// Whose relationship this is.
    pub user: String,
    /// Its session.
    pub session: String,
    /// When it was exported, ISO 8601 UTC.
    pub created_at: String,
    /// How close.
    pub affinity: Option<AffinityBaseline>,
    /// In what mood.
    pub mood: Option<MoodBaseline>,
    /// What is known of the owner, by category and key; `None` when the section is switched off.
    pub facts: Option<Vec<Fact>>,
    /// What happened to the owner, oldest first, each with its id; `None` when the section is switched off.
    pub episodes: Option<Vec<(String, Episode)>>,
    /// What was said, oldest first; `None` when the section is switched off.
    pub conversation: Option<Vec<SnapshotTurn>>,
    /// State keys that this library does not know.
    pub imported: Option<Map>,
    /// The vectors of facts and episodes.
    pub embeddings: Option<Embeddings>,
}

/// The vectors of facts and episodes, as one embedder made them.
#[derive(Clone, Debug, PartialEq)]
pub struct Embeddings {
    /// The embedder's id.
    pub model: String,
    /// How many elements a vector has.
    pub dimensions: usize,
    /// By the memory's id, in the order of ids.
    pub vectors: Vec<(String, Vec<f32>)>,
}

impl Embeddings {
    fn to_value(&self) -> Value {
        let mut vectors = Map::new();
        for (id, vector) in &self.vectors {
            let mut bytes = Vec::new();
            vector.iter().for_each(|element| bytes.extend_from_slice(&element.to_le_bytes()));
            let mut text = Vec::new();
            base64::encode(&bytes, &mut text);
            vectors.insert(id.as_str(), String::from_utf8(text).unwrap_or_default());
        }
        Value::object(vec![
            ("model", self.model.as_str().into()),
            ("dimensions", self.dimensions.into()),
            ("vectors", vectors.into()),
        ])
    }

    fn read(value: &Value) -> Result<Self, Error> {
        let path = "/embeddings";
        let (model, dimensions, vectors) = Fields::read(value, path, Self::parts).map_err(unreadable)?;
        let dimensions = dimensions as usize;
        let mut read = Vec::new();
        for (id, text) in vectors.and_then(Node::members).into_iter().flatten() {
            let bytes = text.as_str().and_then(|text| base64::decode(text.as_bytes())).unwrap_or_default();
            let elements =
                bytes.chunks_exact(4).filter_map(|four| Some(f32::from_le_bytes(four.try_into().ok()?)));
            let vector = elements.list();
            if vector.len() != dimensions || bytes.len() != 4 * dimensions || dimensions == 0 {
                let path = json::pointer::join(&json::pointer::join(path, "vectors"), id);
                return Err(unsupported(
                    &path,
                    "a vector of that many 32-bit numbers is expected, as base64",
                ));
            }
            read.push((id.to_owned(), vector));
        }
        Ok(Self { model, dimensions, vectors: read })
    }

    /// The model, the dimensions, and the vectors as they stand in the file.
    pub(super) fn parts<'a>(fields: &mut Fields<'a>) -> (String, u32, Option<Node<'a>>) {
        let vectors = fields.object("vectors");
        let dimensions = fields.count("dimensions");
        (
            fields.required_id("model"),
            fields.require("dimensions", dimensions),
            fields.require("vectors", Some(vectors)),
        )
    }
}

/// One turn of a snapshot.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SnapshotTurn {
    /// Its id.
    pub id: String,
    /// Who said it.
    pub role: Role,
    /// What was said.
    pub text: String,
    /// When, ISO 8601 UTC.
    pub at: String,
}

/// What the conversation is like, in short: computed for readers, and never read back.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConversationSummary {
    /// What the person talks about most.
    pub main_topics: Vec<String>,
    /// A sentiment class.
    pub sentiment_overall: &'static str,
}

/// What an export says beside the [`Snapshot`]: computed from it, for readers, and never read back.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ActiveConfiguration {
    /// The six parameters as they apply.
    pub compiled_parameters: Parameters,
    /// The level's name.
    pub active_level: String,
    /// The mood's name.
    pub active_mood: String,
    /// For example `friend_level`, `shy_mood`.
    pub active_modifiers_applied: Vec<String>,
}

impl Snapshot {
    /// The file's text. The same snapshot gives the same bytes. `anonymization` is the report, where it was anonymized.
    pub fn write(
        &self,
        options: ExportOptions,
        active: &ActiveConfiguration,
        summary: &ConversationSummary,
        anonymization: Option<Value>,
    ) -> String {
        let turns = self.conversation.as_deref().unwrap_or_default();
        let mut days: Vec<i64> =
            turns.iter().filter_map(|turn| timestamp::parse(&turn.at)).map(timestamp::day).list();
        order::sort_by(&mut days, Ord::cmp);
        days.dedup();
        let mut file = Map::new();
        file.insert("format", FORMAT);
        file.insert("schema_version", SCHEMA_VERSION);
        let persona = &self.template.persona;
        file.insert(
            "_snapshot_info",
            Value::object(vec![
                ("created_at", self.created_at.as_str().into()),
                ("template_name", persona.name.as_str().into()),
                ("template_version", persona.version.as_str().into()),
                ("user_id", self.user.as_str().into()),
                ("session_id", self.session.as_str().into()),
                ("total_messages", turns.len().into()),
                ("days_active", days.len().into()),
                (
                    "options",
                    Value::object(vec![
                        ("conversation_history", options.conversation.into()),
                        ("facts", options.facts.into()),
                        ("episodes", options.episodes.into()),
                        ("embeddings", self.embeddings.is_some().into()),
                        ("anonymize_user_data", anonymization.is_some().into()),
                    ]),
                ),
            ]),
        );
        let mut extra = Map::new();
        for (key, item) in self.template.document.as_object().into_iter().flatten() {
            let place = if OWN_KEYS.contains(&key.as_str()) { &mut extra } else { &mut file };
            place.insert(key.clone(), item.clone());
        }
        if !extra.is_empty() {
            file.insert("template_extra", Value::Object(extra));
        }
        let mut state = Map::new();
        if let Some(affinity) = &self.affinity {
            state.insert("affinity", json::to_value(affinity));
        }
        if let Some(mood) = &self.mood {
            state.insert("mood", json::to_value(mood));
        }
        if let Some(facts) = &self.facts {
            state.insert("learned_facts", facts.iter().map(fact_of_file).list());
        }
        if let Some(episodes) = &self.episodes {
            state.insert("memorable_episodes", episodes.iter().map(episode_of_file).list());
        }
        if options.conversation {
            state.insert("conversation_history", json::to_value(turns));
            state.insert(
                "conversation_summary",
                Value::object(vec![
                    ("total_messages", turns.len().into()),
                    ("main_topics", json::to_value(&summary.main_topics)),
                    ("sentiment_overall", summary.sentiment_overall.into()),
                ]),
            );
        }
        let mask = self.imported.as_ref().and_then(|imported| imported.get("learned_mask"));
        state.insert("learned_mask", mask.cloned().unwrap_or(Value::Null));
        for (key, item) in self.imported.iter().flatten() {
            if key != "learned_mask" && !STATE_KEYS.contains(&key.as_str()) {
                state.insert(key.clone(), item.clone());
            }
        }
        file.insert("current_state", Value::Object(state));
        file.insert("active_configuration", json::to_value(active));
        if let Some(embeddings) = &self.embeddings {
            file.insert("embeddings", embeddings.to_value());
        }
        if let Some(anonymization) = anonymization {
            file.insert("anonymization", anonymization);
        }
        let (content, mut file) = content_hash(file);
        let template = self.template.id().strip_prefix("sha256:").unwrap_or_default();
        let hashes = vec![("template", template.into()), ("content", content.into())];
        file.insert("hashes", Value::object(hashes));
        let file = Value::Object(file);
        if !options.compact {
            return json::pretty(&file);
        }
        let mut compacted = Map::new();
        compacted.insert("format", FORMAT);
        for (key, value) in compact(&file) {
            compacted.insert(key, value);
        }
        json::compact(&compacted.into())
    }

    /// Whose snapshot a file is, without reading it in earnest; none where nobody is named.
    pub fn user_of(bytes: &[u8]) -> Option<String> {
        let file = read_file(bytes).ok()?;
        let info =
            file.get("_snapshot_info").and_then(|info| info.get("user_id")).or_else(|| file.get("user_id"));
        info.and_then(Value::as_str).map(str::trim).filter(|user| !user.is_empty()).map(str::to_owned)
    }

    /// Reads a file that [`Snapshot::write`] made, or the predecessor, and says what was not taken over as it stood.
    /// `allow_modified` accepts one whose hashes do not match. `now`, in milliseconds since 1970, stands where a file of
    /// the predecessor has no time; `instead` is the template of a file that holds none.
    pub fn read(
        bytes: &[u8],
        allow_modified: bool,
        instead: Option<Template>,
        now: u64,
    ) -> Result<(Self, Option<Translation>), Error> {
        let mut file = read_file(bytes)?;
        if !file.contains_key("format") {
            let Some((parts, translation)) = predecessor::translate(file, now) else {
                return Err(unsupported("/format", "this is no snapshot"));
            };
            let mut translation = Some(translation);
            let (template, _) = read_template(parts.template, instead)?;
            let snapshot = Self::of_parts(template, &parts.info.into(), parts.state, &mut translation)?;
            return Ok((snapshot, translation));
        }
        if file.get("format").and_then(Value::as_str) != Some(FORMAT) {
            return Err(unsupported("/format", "this is not a luminoracore snapshot"));
        }
        let hashes = file.remove("hashes");
        let hash = |name: &str| hashes.as_ref().and_then(|hashes| hashes.get(name)).and_then(Value::as_str);
        let (content, mut file) = content_hash(file);
        if hash("content") != Some(content.as_str()) && !allow_modified {
            return Err(modified("/hashes/content"));
        }
        let state = file.remove("current_state").unwrap_or_else(|| Map::new().into());
        let info = file.remove("_snapshot_info").unwrap_or_default();
        let embeddings =
            file.remove("embeddings").map(|embeddings| Embeddings::read(&embeddings)).transpose()?;
        let (template, is_own) = read_template(without_own_keys(file), instead)?;
        if is_own && hash("template") != template.id().strip_prefix("sha256:") && !allow_modified {
            return Err(modified("/hashes/template"));
        }
        let Value::Object(state) = state else {
            return Err(unsupported("/current_state", "an object is expected"));
        };
        Ok((Self { embeddings, ..Self::of_parts(template, &info, state, &mut None)? }, None))
    }

    /// With a translation, what breaks a rule is left out.
    fn of_parts(
        template: Template,
        info: &Value,
        mut state: Map,
        translation: &mut Option<Translation>,
    ) -> Result<Self, Error> {
        let text = |name: &str| {
            let text = info.get(name).and_then(Value::as_str).filter(|text| !text.trim().is_empty());
            text.map(str::to_owned)
                .ok_or_else(|| unsupported(&format!("/_snapshot_info/{name}"), "a text is expected"))
        };
        let (user, session, created_at) = (text("user_id")?, text("session_id")?, text("created_at")?);
        let (mut affinity, mut mood) = (None, None);
        let mut parts = Parts::new(&mut state, translation);
        parts.one("affinity", &mut |value, path| {
            Fields::read(value, path, AffinityBaseline::parse).map(|read| affinity = Some(read))
        })?;
        parts.one("mood", &mut |value, path| {
            Fields::read(value, path, MoodBaseline::parse).map(|read| mood = Some(read))
        })?;
        let (mut facts, mut episodes, mut conversation) = (Vec::new(), Vec::new(), Vec::new());
        let has_facts = parts.list("learned_facts", &mut |value, path| {
            Fields::read(value, path, read_fact).map(|fact| facts.push(fact))
        })?;
        let has_episodes = parts.list("memorable_episodes", &mut |value, path| {
            Fields::read(value, path, read_episode).map(|episode| episodes.push(episode))
        })?;
        let has_turns = parts.list("conversation_history", &mut |value, path| {
            Fields::read(value, path, SnapshotTurn::read).map(|turn| conversation.push(turn))
        })?;
        // What is left but for this is unknown here.
        state.remove("conversation_summary");
        state.retain(|key, value| key != "learned_mask" || !value.is_null());
        Ok(Self {
            template: Arc::new(template),
            user,
            session,
            created_at,
            affinity,
            mood,
            facts: has_facts.then_some(facts),
            episodes: has_episodes.then_some(episodes),
            conversation: has_turns.then_some(conversation),
            imported: (!state.is_empty()).then_some(state),
            embeddings: None,
        })
    }
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

/// The content of a file, in whichever form it is written.
fn read_file(bytes: &[u8]) -> Result<Map, Error> {
    let head = std::str::from_utf8(bytes.get(..HEAD).unwrap_or(bytes)).unwrap_or_default();
    let depth = LIMITS.depth + usize::from(find(head, ENCODING, 0).is_some());
    let document = json::read(bytes, Limits { depth, ..LIMITS });
    let document = document.map_err(|fault| Error::of_fault(fault, ErrorCode::UnsupportedFormat))?;
    let Value::Object(file) = document.value else {
        return Err(unsupported("", "a snapshot is a JSON object"));
    };
    if file.get("format").and_then(Value::as_str) != Some(FORMAT) || !file.contains_key("encoding") {
        return Ok(file);
    }
    match expand(&file, LIMITS.bytes) {
        Some(Value::Object(file)) => Ok(file),
        _ => Err(unsupported("/encoding", "this is no compact form that can be read")),
    }
}

/// The hash over everything but the hashes.
fn content_hash(file: Map) -> (String, Map) {
    let file = Value::Object(file);
    let hash = json::sha256_hex(json::canonical(&file).as_bytes());
    match file {
        Value::Object(file) => (hash, file),
        _ => (hash, Map::new()),
    }
}

/// The template of a file, or the one that takes its place where it holds none; and whether it is its own.
fn read_template(document: Map, instead: Option<Template>) -> Result<(Template, bool), Error> {
    let persona = document.get("persona").and_then(Value::as_object);
    if persona.is_none_or(Map::is_empty) {
        if let Some(template) = instead {
            return Ok((template, false));
        }
        return Err(Error::new(ErrorCode::SnapshotWithoutTemplate, "the snapshot holds no usable template")
            .at("/persona")
            .hint("Pass the personality as `template`; without one nobody could answer."));
    }
    Ok((Template::from_value(Value::Object(document))?, true))
}

/// The template's document out of a file of ours.
fn without_own_keys(mut file: Map) -> Map {
    // Keys that had to make way come first: `schema_version` usually opens a document.
    let mut document = match file.remove("template_extra") {
        Some(Value::Object(extra)) => extra,
        _ => Map::new(),
    };
    for (key, item) in file {
        if !OWN_KEYS.contains(&key.as_str()) {
            document.insert(key, item);
        }
    }
    document
}

/// A fact as files write it: its record's body but for the type.
fn fact_of_file(fact: &Fact) -> Value {
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
fn episode_of_file((id, episode): &(String, Episode)) -> Value {
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

pub(super) fn unreadable(error: FieldError) -> Error {
    unsupported(&error.path, &error.hint)
}

pub(super) fn unsupported(path: &str, message: &str) -> Error {
    Error::new(ErrorCode::UnsupportedFormat, message)
        .at(path)
        .hint("Pass the file that exportSnapshot wrote, as it was.")
}

fn modified(path: &str) -> Error {
    Error::new(ErrorCode::HashMismatch, "the file was changed after it was exported")
        .at(path)
        .hint("Allow modified files if you changed it on purpose.")
}
