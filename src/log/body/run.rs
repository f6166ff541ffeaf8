//! `run`: how a turn was produced. Immutable, and never holds what was said.

use serde::Serialize;

use super::sharing::Sharing;
use crate::json::{FieldCode, FieldError, Fields, Map, Value};
use crate::observe::Span;

/// How a turn was produced.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Run {
    /// The session it belongs to.
    pub session: String,
    /// The person's turn that it answers; absent only when the guard blocked it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub turn: Option<String>,
    /// The id of the template version that spoke.
    pub template: String,
    /// Where the model ran.
    pub mode: Mode,
    /// The `now` of the call, ISO 8601 UTC.
    pub started_at: String,
    /// How long the reply took.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
    /// Which model answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<ModelReference>,
    /// The blocks of the prompt.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub blocks: Vec<BlockReport>,
    /// Tokens of the call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
    /// What the turn did to affinity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub affinity: Option<AffinityChange>,
    /// What the turn did to the mood.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mood: Option<MoodChange>,
    /// How it ended; `ok` when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// The fields that this library writes in later versions of its features: checked for their type, kept.
    #[serde(flatten)]
    pub further: Map,
    /// Visibility and learning.
    #[serde(flatten)]
    pub sharing: Sharing,
}

/// Where the model ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// On this device; also the scripted model.
    LocalLlm,
    /// At a provider.
    RemoteLlm,
    /// No model: the host replies, or nobody does.
    Manual,
}

impl Mode {
    const NAMES: [(&'static str, Self); 3] =
        [("local_llm", Self::LocalLlm), ("remote_llm", Self::RemoteLlm), ("manual", Self::Manual)];
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it")]
pub enum Outcome {
    Ok,
    Blocked,
    NeedsHuman,
}

impl Outcome {
    const NAMES: [(&'static str, Self); 3] =
        [("ok", Self::Ok), ("blocked", Self::Blocked), ("needs_human", Self::NeedsHuman)];
}

/// Which model answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ModelReference {
    /// The kind of the model port, for example `openai-compatible`.
    pub kind: String,
    /// The caller's model id.
    pub id: String,
}

/// One block of the prompt, as it was used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct BlockReport {
    /// Its name.
    pub name: String,
    /// Tokens used, by the estimate.
    pub tokens: u32,
    /// Ids of the records in it.
    pub items: Vec<String>,
    /// How many items (or, for the persona, lines) did not fit.
    pub dropped: u32,
}

/// Tokens of one or more model calls.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Usage {
    /// Tokens read.
    pub input_tokens: u32,
    /// Tokens written.
    pub output_tokens: u32,
    /// Cost by the host's price table; unknown is null, never guessed.
    pub cost_usd: Option<f64>,
    /// Whether the counts are our estimate rather than the provider's report.
    pub estimated: bool,
}

/// What one turn did to affinity, as that turn saw it. The fold uses `decay` and `delta` only.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct AffinityChange {
    /// Points before decay, 0..100.
    pub before: u8,
    /// Points lost to idle days, before the interaction counts.
    pub decay: u8,
    /// Points of the interaction, -10..10, before the daily cap.
    pub requested: i32,
    /// What counts of them.
    pub delta: i32,
    /// Points after, 0..100.
    pub after: u8,
    /// The interaction kind.
    pub kind: String,
    /// Why, in snake_case words.
    pub reasons: Vec<String>,
    /// Level before.
    pub level_before: String,
    /// Level after.
    pub level_after: String,
}

/// What one turn did to the mood of its session.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct MoodChange {
    /// Mood before this turn.
    pub from: String,
    /// Mood after this turn's message.
    pub to: String,
    /// Intensity after, 0..1.
    pub intensity: f64,
    /// Why; absent when nothing but time acted on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<MoodCause>,
}

/// Why a mood changed or grew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum MoodCause {
    /// Trigger phrases in the message.
    Trigger {
        /// Where, in the person's turn.
        spans: Vec<Span>,
    },
    /// It faded below the template's minimum.
    Decay,
    /// The host set it.
    Manual,
}

impl MoodCause {
    /// The word that files write.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Trigger { .. } => "trigger",
            Self::Decay => "decay",
            Self::Manual => "manual",
        }
    }
}

/// Tells whether a value has a JSON type.
type HasType = fn(&Value) -> bool;

/// Fields of a run that later features write, with the JSON type each must have.
const FURTHER: &[(&str, HasType)] = &[
    ("domain", Value::is_string),
    ("complexity", Value::is_number),
    ("mask", Value::is_object),
    ("mask_steps", Value::is_array),
    ("attempts", Value::is_array),
    ("patterns", Value::is_array),
    ("tensions", Value::is_array),
    ("findings", Value::is_array),
    ("actions", Value::is_array),
    ("crisis", Value::is_object),
];

impl Run {
    /// A run with nothing but what every one has.
    pub(crate) fn new(session: &str, turn: String, template: String, mode: Mode, started_at: String) -> Self {
        Self {
            session: session.to_owned(),
            turn: Some(turn),
            template,
            mode,
            started_at,
            duration_ms: None,
            model: None,
            blocks: Vec::new(),
            usage: None,
            affinity: None,
            mood: None,
            outcome: None,
            further: Map::new(),
            sharing: Sharing::default(),
        }
    }

    pub(super) fn parse(owner: &str, body: &Value) -> Result<Self, FieldError> {
        let mut fields = Fields::new(body, "")?;
        let session = fields.id("session")?;
        let session = fields.require("session", session)?;
        let outcome = fields.choice("outcome", &Outcome::NAMES)?;
        let turn = fields.id("turn")?;
        if outcome != Some(Outcome::Blocked) {
            fields.require("turn", turn.as_ref())?;
        }
        let template = fields.template_id("template")?;
        let template = fields.require("template", template)?;
        let mode = fields.choice("mode", &Mode::NAMES)?;
        let mode = fields.require("mode", mode)?;
        let started_at = fields.time("started_at")?;
        let started_at = fields.require("started_at", started_at)?;
        let duration_ms =
            fields.integer("duration_ms", 0, i64::from(u32::MAX))?.and_then(|ms| u64::try_from(ms).ok());
        let model = fields.raw("model").map(ModelReference::parse).transpose()?;
        let blocks = fields.list("blocks", BlockReport::parse)?;
        let usage = fields.raw("usage").map(Usage::parse).transpose()?;
        let affinity = fields.raw("affinity").map(AffinityChange::parse).transpose()?;
        let mood = fields.raw("mood").map(MoodChange::parse).transpose()?;
        let mut further = Map::new();
        for (name, has_type) in FURTHER {
            match fields.raw(name) {
                None => {}
                Some(value) if has_type(value) => {
                    further.insert((*name).to_owned(), value.clone());
                }
                Some(_) => {
                    return Err(FieldError::new(
                        FieldCode::Type,
                        fields.at(name),
                        "another JSON type is expected",
                    ));
                }
            }
        }
        let sharing = Sharing::parse(&mut fields, owner, true)?;
        fields.finish()?;
        Ok(Self {
            session,
            turn,
            template,
            mode,
            started_at,
            duration_ms,
            model,
            blocks,
            usage,
            affinity,
            mood,
            outcome,
            further,
            sharing,
        })
    }
}

impl ModelReference {
    fn parse(value: &Value) -> Result<Self, FieldError> {
        let mut fields = Fields::new(value, "/model")?;
        let kind = fields.id("kind")?;
        let kind = fields.require("kind", kind)?;
        let id = fields.id("id")?;
        let id = fields.require("id", id)?;
        fields.finish()?;
        Ok(Self { kind, id })
    }
}

impl BlockReport {
    fn parse(value: &Value, path: String) -> Result<Self, FieldError> {
        let mut fields = Fields::new(value, path)?;
        let name = fields.id("name")?;
        let name = fields.require("name", name)?;
        let tokens = fields.count("tokens")?.unwrap_or(0);
        let items = fields.texts("items")?;
        let dropped = fields.count("dropped")?.unwrap_or(0);
        fields.finish()?;
        Ok(Self { name, tokens, items, dropped })
    }
}

impl Usage {
    fn parse(value: &Value) -> Result<Self, FieldError> {
        let mut fields = Fields::new(value, "/usage")?;
        let input_tokens = fields.count("input_tokens")?;
        let input_tokens = fields.require("input_tokens", input_tokens)?;
        let output_tokens = fields.count("output_tokens")?;
        let output_tokens = fields.require("output_tokens", output_tokens)?;
        let cost_usd = match fields.raw("cost_usd") {
            None | Some(Value::Null) => None,
            Some(_) => fields.number("cost_usd", 0.0, f64::MAX)?,
        };
        let estimated = fields.boolean("estimated")?.unwrap_or(false);
        fields.finish()?;
        Ok(Self { input_tokens, output_tokens, cost_usd, estimated })
    }
}

impl AffinityChange {
    fn parse(value: &Value) -> Result<Self, FieldError> {
        let mut fields = Fields::new(value, "/affinity")?;
        let mut points = |name: &'static str| -> Result<u8, FieldError> {
            let value = fields.integer(name, 0, 100)?;
            Ok(u8::try_from(fields.require(name, value)?).unwrap_or(100))
        };
        let (before, decay, after) = (points("before")?, points("decay")?, points("after")?);
        let mut delta = |name: &'static str| -> Result<i32, FieldError> {
            let value = fields.integer(name, -10, 10)?;
            Ok(i32::try_from(fields.require(name, value)?).unwrap_or(0))
        };
        let (requested, delta) = (delta("requested")?, delta("delta")?);
        let mut text = |name: &'static str| -> Result<String, FieldError> {
            let value = fields.text(name, 50)?;
            fields.require(name, value)
        };
        let (kind, level_before, level_after) = (text("kind")?, text("level_before")?, text("level_after")?);
        let reasons = fields.texts("reasons")?;
        fields.finish()?;
        Ok(Self { before, decay, requested, delta, after, kind, reasons, level_before, level_after })
    }
}

impl MoodChange {
    fn parse(value: &Value) -> Result<Self, FieldError> {
        let mut fields = Fields::new(value, "/mood")?;
        let from = fields.text("from", 50)?;
        let from = fields.require("from", from)?;
        let to = fields.text("to", 50)?;
        let to = fields.require("to", to)?;
        let intensity = fields.number("intensity", 0.0, 1.0)?;
        let intensity = fields.require("intensity", intensity)?;
        let cause = fields.raw("cause").map(MoodCause::parse).transpose()?;
        fields.finish()?;
        Ok(Self { from, to, intensity, cause })
    }
}

impl MoodCause {
    fn parse(value: &Value) -> Result<Self, FieldError> {
        let mut fields = Fields::new(value, "/mood/cause")?;
        let kind = fields.text("type", 20)?;
        let kind = fields.require("type", kind)?;
        let spans = fields.list("spans", |value, path| {
            let position = |value: &Value| value.as_u64().and_then(|at| u32::try_from(at).ok());
            let pair = value.as_array().map(Vec::as_slice);
            let pair = pair.and_then(|pair| match pair {
                [start, end] => Some([position(start)?, position(end)?]),
                _ => None,
            });
            match pair {
                Some(span) => Ok(span),
                None => Err(FieldError::new(FieldCode::Type, path, "a pair of positions")),
            }
        })?;
        fields.finish()?;
        match kind.as_str() {
            "trigger" => Ok(Self::Trigger { spans }),
            "decay" => Ok(Self::Decay),
            "manual" => Ok(Self::Manual),
            _ => Err(FieldError::new(FieldCode::Enum, "/mood/cause/type", "trigger, decay or manual")),
        }
    }
}
