//! What the core asks of the host, and what comes back.

use std::sync::Arc;

use serde::Serialize;

use crate::compile::Message;
use crate::error::Error;
use crate::json::{Fields, Value};
use crate::log::Record;

/// One thing that the host does for the core.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Call the model, and resume with each part as it arrives.
    Call(ModelRequest),
    /// Embed this text, which searches, and resume with its vector.
    Embed {
        /// What the person says.
        text: String,
    },
    /// Append these records of one owner to the storage: all or none.
    Append {
        /// The owner.
        owner: String,
        /// The batch; the operation keeps it as well.
        records: Arc<Vec<Record>>,
        /// Whether the owner has exactly these records afterwards.
        replace: bool,
    },
    /// Leave nothing of this owner in the storage.
    Erase {
        /// The owner.
        owner: String,
    },
}

/// What a model is asked.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct ModelRequest {
    /// The compiled personality.
    pub system: String,
    /// The conversation, oldest first; the last one that is not of the system is the person's turn.
    pub messages: Vec<Message>,
    /// 0..2.
    pub temperature: f64,
    /// Most tokens of the answer.
    pub max_output_tokens: u32,
    /// JSON Schema that the answer has to match.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional, type = "unknown"))]
    pub response_schema: Option<Value>,
}

/// What the host reports of an effect.
#[derive(Clone, Debug, PartialEq)]
pub enum EffectResult {
    /// The model said a little more.
    TextDelta {
        /// What it said.
        text: String,
    },
    /// The model reported its tokens.
    Usage {
        /// The report.
        usage: ReportedUsage,
    },
    /// The model is done.
    Finish {
        /// Why.
        reason: FinishReason,
    },
    /// The text is embedded.
    Embedded {
        /// Its vector; none where the embedder failed: then words alone are searched.
        vector: Option<Vec<f32>>,
    },
    /// The records are stored, or the owner is erased.
    Stored,
    /// The effect failed, or the caller gave up. Nothing of the operation is kept.
    Failed,
}

/// Tokens as a provider reports them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReportedUsage {
    /// Tokens read.
    pub input_tokens: u32,
    /// Tokens written.
    pub output_tokens: u32,
}

impl ReportedUsage {
    pub(super) fn parse(fields: &mut Fields<'_>) -> Self {
        let (input, output) = (fields.count("input_tokens"), fields.count("output_tokens"));
        Self {
            input_tokens: fields.require("input_tokens", input),
            output_tokens: fields.require("output_tokens", output),
        }
    }
}

/// Why a model stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are those of the field")]
pub enum FinishReason {
    Stop,
    Length,
    ContentFilter,
    ToolCalls,
    Error,
    Other,
}

impl FinishReason {
    const NAMES: [(&'static str, Self); 6] = [
        ("stop", Self::Stop),
        ("length", Self::Length),
        ("content-filter", Self::ContentFilter),
        ("tool-calls", Self::ToolCalls),
        ("error", Self::Error),
        ("other", Self::Other),
    ];
}

impl EffectResult {
    /// Reads a result as the host writes it: `type` in kebab-case, fields in snake_case.
    pub fn parse(result: &Value) -> Result<Self, Error> {
        let mut fields = Fields::new(result, "");
        let kind = fields.required_id("type");
        fields.check()?;
        let parsed = match kind.as_str() {
            "text-delta" => Self::TextDelta { text: fields.required_string("text") },
            "usage" => {
                let usage = fields.nested("usage", ReportedUsage::parse);
                Self::Usage { usage: fields.require("usage", usage) }
            }
            "finish" => Self::Finish { reason: fields.required_choice("reason", &FinishReason::NAMES) },
            "embedded" => Self::Embedded { vector: None },
            "stored" => Self::Stored,
            "failed" => Self::Failed,
            _ => {
                return Err(Error::invalid_argument("/type", format!("no result is called \"{kind}\"")));
            }
        };
        fields.finish()?;
        Ok(parsed)
    }
}

/// A failed operation says so in its outcome; the host still holds the error that caused it.
pub(super) fn host_failure() -> Error {
    Error::new(crate::ErrorCode::HostFailure, "the host reported that an effect failed")
}
