//! What a blend was made of, and what its maker should know.

use serde::Serialize;

use super::{Source, Strategy};

/// What a blend was made of.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct BlendReport {
    /// How the sources became one.
    pub strategy: Strategy,
    /// The sources, in the order in which they were given.
    pub sources: Vec<BlendedSource>,
    /// What may not be as expected.
    pub warnings: Vec<BlendWarning>,
}

/// A source of a blend.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct BlendedSource {
    /// `persona.name`.
    pub name: String,
    /// `persona.version`.
    pub version: String,
    /// `sha256:` and the hash of the document.
    pub hash: String,
    /// Its part of the whole, 0..1; those of all sources sum to 1.
    pub weight: f64,
}

/// Something about a blend that may not be as expected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct BlendWarning {
    /// What it is about.
    pub code: BlendWarningCode,
    /// Where, as a JSON Pointer into the blended document.
    pub path: String,
    /// What is the matter, in a sentence.
    pub message: String,
}

/// What a [`BlendWarning`] is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum BlendWarningCode {
    /// The sources speak different languages; lines of theirs may be in another one than the blend's.
    LanguagesDiffer,
    /// Together the sources have more than the format allows; some of it was left out.
    LimitReached,
}

impl BlendReport {
    pub(super) fn new(
        strategy: Strategy,
        sources: &[Source<'_>],
        weights: &[f64],
        warnings: Vec<BlendWarning>,
    ) -> Self {
        let mut blended = Vec::with_capacity(sources.len());
        for (source, weight) in sources.iter().zip(weights) {
            let Source { template, .. } = source;
            blended.push(BlendedSource {
                name: template.persona.name.clone(),
                version: template.persona.version.clone(),
                hash: template.id().to_owned(),
                weight: *weight,
            });
        }
        Self { strategy, sources: blended, warnings }
    }
}

impl BlendWarning {
    pub(super) fn limit_reached(path: String) -> Self {
        let message = "Together the sources have more here than the format allows; some was left out.".into();
        Self { code: BlendWarningCode::LimitReached, path, message }
    }

    pub(super) fn languages_differ() -> Self {
        Self {
            code: BlendWarningCode::LanguagesDiffer,
            path: "/persona/language".into(),
            message: "The sources speak different languages; the blend answers in one of them.".into(),
        }
    }
}
