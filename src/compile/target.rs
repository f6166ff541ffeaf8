//! The model families that a prompt can be compiled for.

use serde::Serialize;

use crate::error::{Error, ErrorCode};

/// Whose request shape the result takes. The prompt text is the same for all of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names are those of the vendors")]
pub enum Target {
    Openai,
    Anthropic,
    Google,
    Mistral,
    Cohere,
    Deepseek,
    Llama,
    /// No vendor's shape: system prompt, who this is, settings.
    #[default]
    Universal,
}

impl Target {
    /// All eight.
    pub const ALL: [Self; 8] = [
        Self::Openai,
        Self::Anthropic,
        Self::Google,
        Self::Mistral,
        Self::Cohere,
        Self::Deepseek,
        Self::Llama,
        Self::Universal,
    ];

    /// The name in files and in the API, the same word as in `persona.compatibility`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Openai => "openai",
            Self::Anthropic => "anthropic",
            Self::Google => "google",
            Self::Mistral => "mistral",
            Self::Cohere => "cohere",
            Self::Deepseek => "deepseek",
            Self::Llama => "llama",
            Self::Universal => "universal",
        }
    }

    /// The target with that name.
    ///
    /// # Errors
    /// `unknown_target` at `/target`.
    pub fn from_name(name: &str) -> Result<Self, Error> {
        Self::ALL.into_iter().find(|target| target.name() == name).ok_or_else(|| {
            let names = Self::ALL.map(Self::name).join(", ");
            Error::new(ErrorCode::UnknownTarget, format!("there is no target \"{name}\""))
                .at("/target")
                .hint(format!("use one of {names}"))
        })
    }
}
