//! `run`: how a turn was produced. Immutable, and never holds what was said.

use serde::Serialize;

use super::instance::points;
use super::pattern::CLASSES;
use super::sharing::{Sharing, Visibility};
use crate::json::{FieldCode, Fields, Map, Value};
use crate::observe::Span;
use crate::text::first_characters;

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
    /// Ids of the records in it. The history names none: which turns those were follows from the log.
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
    /// A model named it.
    Model,
}

impl MoodCause {
    /// The word that files write.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Trigger { .. } => "trigger",
            Self::Decay => "decay",
            Self::Manual => "manual",
            Self::Model => "model",
        }
    }
}

/// Most characters of a short name, as of an id.
const MAXIMUM_NAME: usize = 200;

/// Largest whole number that a double holds with all smaller ones.
const MAXIMUM_WHOLE: i64 = (1 << 53) - 1;

/// Reads a field for its shape alone.
type HasType = fn(&mut Fields<'_>, &'static str);

/// Fields of a run that later features write, with the shape each must have.
const FURTHER: &[(&str, HasType)] = &[
    ("domain", |fields, name| drop(fields.string(name))),
    ("complexity", |fields, name| {
        fields.number(name, f64::MIN, f64::MAX);
    }),
    ("mask", has_object),
    ("mask_steps", has_list),
    ("attempts", |fields, name| {
        fields.list(name, |attempt| {
            attempt.id("role");
            let usage = attempt.nested("usage", Usage::parse);
            attempt.require("usage", usage.map(drop));
            has_list(attempt, "findings");
        });
    }),
    ("patterns", |fields, name| drop(fields.texts(name))),
    ("tensions", |fields, name| drop(fields.texts(name))),
    ("findings", has_list),
    ("actions", |fields, name| {
        fields.list(name, |action| {
            for name in ["hash", "tool", "decision", "by", "at", "expires_at", "result"] {
                action.raw(name);
            }
        });
    }),
    ("crisis", |fields, name| {
        fields.nested(name, |crisis| drop(crisis.required_id("level")));
    }),
];

fn has_object(fields: &mut Fields<'_>, name: &'static str) {
    fields.object(name);
}

fn has_list(fields: &mut Fields<'_>, name: &'static str) {
    fields.items(name);
}

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

    /// Reads the fields of a body that belongs to `owner`.
    pub(super) fn read(fields: &mut Fields<'_>, owner: &str) -> Self {
        let session = fields.required_id("session");
        let outcome = fields.choice("outcome", &Outcome::NAMES);
        let turn = fields.id("turn");
        if outcome != Some(Outcome::Blocked) && turn.is_none() {
            fields.missing("turn");
        }
        let template = fields.template_id("template");
        let mode = fields.required_choice("mode", &Mode::NAMES);
        let started_at = fields.required_time("started_at");
        // A clock that is put right meanwhile makes it as long as it was wrong.
        let duration_ms = fields.integer("duration_ms", 0, MAXIMUM_WHOLE).map(i64::unsigned_abs);
        let model = fields.nested("model", ModelReference::parse);
        let blocks = fields.list("blocks", BlockReport::parse);
        let usage = fields.nested("usage", Usage::parse);
        let affinity = fields.nested("affinity", AffinityChange::parse);
        let mood = fields.nested("mood", MoodChange::parse);
        let mut further = Map::new();
        for (name, has_type) in FURTHER {
            if let Some(value) = fields.raw(name) {
                further.insert(*name, value.to_value());
            }
            has_type(fields, name);
        }
        let sharing = Sharing::parse(fields, owner, true);
        if sharing.visibility == Visibility::SyncSummary {
            check_patterns(fields, further.get("patterns"));
        }
        Self {
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
        }
    }
}

/// Of patterns that may leave as counts, only the names that everybody has.
fn check_patterns(fields: &mut Fields<'_>, patterns: Option<&Value>) {
    let names = patterns.and_then(Value::as_array).into_iter().flatten().map(Value::as_str);
    for (index, name) in names.enumerate() {
        if name.is_some_and(|name| CLASSES.iter().all(|(class, ())| *class != name)) {
            let hint = "one of the six classes, or a run that is local_only";
            fields.refuse_item(FieldCode::NotEnumerated, "patterns", index, hint);
        }
    }
}

impl ModelReference {
    /// A model by the names that its host gave it, which may be any text, as far as a body has room for them.
    pub(crate) fn of(kind: &str, id: &str) -> Self {
        let name = |text: &str| {
            let text = first_characters(text, MAXIMUM_NAME);
            if text.trim().is_empty() { "unknown" } else { text }.to_owned()
        };
        Self { kind: name(kind), id: name(id) }
    }

    fn parse(fields: &mut Fields<'_>) -> Self {
        Self { kind: fields.required_id("kind"), id: fields.required_id("id") }
    }
}

impl BlockReport {
    fn parse(fields: &mut Fields<'_>) -> Self {
        Self {
            name: fields.required_id("name"),
            tokens: fields.count("tokens").unwrap_or(0),
            items: fields.texts("items"),
            dropped: fields.count("dropped").unwrap_or(0),
        }
    }
}

impl Usage {
    fn parse(fields: &mut Fields<'_>) -> Self {
        let input_tokens = fields.count("input_tokens");
        let input_tokens = fields.require("input_tokens", input_tokens);
        let output_tokens = fields.count("output_tokens");
        let output_tokens = fields.require("output_tokens", output_tokens);
        let is_unknown = fields.is_null("cost_usd");
        let cost_usd = if is_unknown { None } else { fields.number("cost_usd", 0.0, f64::MAX) };
        let estimated = fields.boolean("estimated").unwrap_or(false);
        Self { input_tokens, output_tokens, cost_usd, estimated }
    }
}

impl AffinityChange {
    fn parse(fields: &mut Fields<'_>) -> Self {
        let delta = |fields: &mut Fields<'_>, name| {
            i32::try_from(fields.required_integer(name, -10, 10)).unwrap_or_default()
        };
        let (before, decay) = (points(fields, "before"), points(fields, "decay"));
        let after = points(fields, "after");
        let (requested, delta) = (delta(fields, "requested"), delta(fields, "delta"));
        let kind = fields.required_text("kind", 50);
        let level_before = fields.required_text("level_before", 50);
        let level_after = fields.required_text("level_after", 50);
        let reasons = fields.texts("reasons");
        Self { before, decay, requested, delta, after, kind, reasons, level_before, level_after }
    }
}

impl MoodChange {
    fn parse(fields: &mut Fields<'_>) -> Self {
        let from = fields.required_text("from", 50);
        let to = fields.required_text("to", 50);
        let intensity = fields.number("intensity", 0.0, 1.0);
        let intensity = fields.require("intensity", intensity);
        Self { from, to, intensity, cause: fields.nested("cause", MoodCause::parse) }
    }
}

impl MoodCause {
    fn parse(fields: &mut Fields<'_>) -> Self {
        let kinds = [("trigger", 0), ("decay", 1), ("manual", 2), ("model", 3)];
        let kind = fields.required_choice("type", &kinds);
        let spans = fields.spans("spans");
        match kind {
            0 => Self::Trigger { spans },
            1 => Self::Decay,
            2 => Self::Manual,
            _ => Self::Model,
        }
    }
}
