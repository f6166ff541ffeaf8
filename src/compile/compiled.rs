//! What a compile gives.

use std::sync::Arc;

use serde::Serialize;

use super::line::Section;
use super::options::Message;
use super::target::Target;
use crate::template::Template;
use crate::template::model::{Parameter, Parameters};

/// A personality compiled for one level, one mood and one target. [`Compiled::request`] gives the body of a
/// model request.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Compiled {
    /// Whose request shape [`Compiled::request`] takes.
    pub target: Target,
    /// The whole system prompt.
    pub text: String,
    /// The effective parameters, 0..1 with 6 decimals; absent = neither base value nor delta.
    pub parameters: Parameters,
    /// `0.1 + 0.9 * creativity` (absent = 0.5) with 6 decimals, or that of the mask.
    pub temperature: f64,
    /// Name of the level that holds.
    pub level: String,
    /// Name of the mood.
    pub mood: String,
    /// Whose modifiers changed something: `<name>_level`, then `<name>_mood`.
    pub applied: Vec<String>,
    /// How each effective parameter came about, in the order of the format.
    #[serde(with = "trace_by_name")]
    #[cfg_attr(feature = "typescript", ts(type = "Record<string, ParameterTrace>"))]
    pub trace: Vec<(Parameter, ParameterTrace)>,
    /// Tone words: template, level, mood, without duplicates.
    pub tone: Vec<String>,
    /// Rules: template, level, mood, without duplicates.
    pub rules: Vec<String>,
    /// What stands before the body.
    pub system_prompt_prefix: String,
    /// What stands behind the body.
    pub system_prompt_suffix: String,
    /// Estimate of `text`.
    pub tokens: u32,
    /// What was left out to fit `max_tokens`, in the order of dropping; the tokens of a complete prompt are
    /// `tokens` + the sum of these.
    pub dropped: Vec<Dropped>,
    /// What is likely not meant.
    pub warnings: Vec<Warning>,
    #[serde(skip)]
    #[cfg_attr(feature = "typescript", ts(skip))]
    pub(super) request: RequestParts,
}

/// What a request is built of beyond the compiled personality.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct RequestParts {
    pub(super) template: Arc<Template>,
    pub(super) model: Option<String>,
    pub(super) max_output_tokens: Option<u32>,
    pub(super) messages: Vec<Message>,
}

/// How one effective parameter came about.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ParameterTrace {
    /// The template's value, or 0.5 where it has none.
    pub base: f64,
    /// The deltas, in the order of summing.
    pub steps: Vec<Step>,
    /// The sum, clamped once to 0..1, 6 decimals.
    pub effective: f64,
}

/// One delta.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Step {
    /// `<name>_level`, `<name>_mood` or `mask`.
    pub source: String,
    /// As it was added, 6 decimals.
    pub delta: f64,
}

/// A line, or an item of an inline list, that was left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Dropped {
    /// Where it would have stood.
    pub section: Section,
    /// JSON Pointer to where its text is, or would be, in the template.
    pub path: String,
    /// What leaving it out saved, its label and heading included where they went with it.
    pub tokens: u32,
}

/// What is likely not meant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Warning {
    /// What it is about.
    pub code: WarningCode,
    /// Where, as a JSON Pointer into the template.
    pub path: String,
    /// What is the matter, in a sentence.
    pub message: String,
}

/// What a [`Warning`] is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum WarningCode {
    /// No level's range holds the points; the nearest lower level was taken.
    LevelGap,
    /// A delta on a parameter that has no base value; 0.5 was taken.
    NoBaseValue,
    /// The target is not in `persona.compatibility`.
    TargetNotDeclared,
    /// A key of the knowledge is no pattern that can be looked for; its entry is not found.
    BadPattern,
    /// A decorator of the knowledge has no effect.
    IgnoredDecorator,
}

mod trace_by_name {
    use serde::Serializer;

    use super::{Parameter, ParameterTrace};

    pub(super) fn serialize<S: Serializer>(
        trace: &[(Parameter, ParameterTrace)],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_map(trace.iter().map(|(parameter, trace)| (parameter.name(), trace)))
    }
}
