//! What the core asks of the host, and what comes back.

use serde::{Deserialize, Serialize};

use crate::compile::Message;
use crate::error::Error;
use crate::log::Record;

/// One thing that the host does for the core.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Call the model, and resume with each part as it arrives.
    Call(ModelRequest),
    /// Append these records of one owner to the storage: all or none.
    Append {
        /// The owner.
        owner: String,
        /// The batch.
        records: Vec<Record>,
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
    /// The conversation, oldest first; the last one is the person's turn.
    pub messages: Vec<Message>,
    /// 0..2.
    pub temperature: f64,
    /// Most tokens of the answer.
    pub max_output_tokens: u32,
}

/// What the host reports of an effect.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "snake_case", deny_unknown_fields)]
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
    /// The records are stored, or the owner is erased.
    Stored,
    /// The effect failed, or the caller gave up. Nothing of the operation is kept.
    Failed,
}

/// Tokens as a provider reports them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub struct ReportedUsage {
    /// Tokens read.
    pub input_tokens: u32,
    /// Tokens written.
    pub output_tokens: u32,
}

/// Why a model stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the names are those of the field")]
pub enum FinishReason {
    Stop,
    Length,
    ContentFilter,
    ToolCalls,
    Error,
    Other,
}

/// A failed operation says so in its outcome; the host still holds the error that caused it.
pub(super) fn host_failure() -> Error {
    Error::new(crate::ErrorCode::HostFailure, "the host reported that an effect failed")
}
