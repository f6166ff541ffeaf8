//! The eight feature flags. They belong to one core; there is no global.

use serde::Serialize;

use crate::error::{Error, ErrorCode};
use crate::json::{Value, pointer};

/// What is switched on. Flags that a caller leaves out of an object are off; without any object all are on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[allow(clippy::struct_excessive_bools, reason = "eight independent flags are what this is")]
pub struct Features {
    /// Episode candidates and records.
    pub episodic_memory: bool,
    /// Embedding calls.
    pub semantic_search: bool,
    /// Fact extraction; explicit `remember` always works.
    pub fact_extraction: bool,
    /// Level modifiers.
    pub hierarchical_personality: bool,
    /// Moods; off: the mood stays the default mood.
    pub mood_system: bool,
    /// Affinity; off: points never change.
    pub affinity_system: bool,
    /// Analytics.
    pub conversation_analytics: bool,
    /// `exportSnapshot` and `importSnapshot`.
    pub snapshot_export: bool,
}

impl Features {
    /// Everything on.
    pub const ALL: Self = Self {
        episodic_memory: true,
        semantic_search: true,
        fact_extraction: true,
        hierarchical_personality: true,
        mood_system: true,
        affinity_system: true,
        conversation_analytics: true,
        snapshot_export: true,
    };
    /// Everything off.
    pub const NONE: Self = Self {
        episodic_memory: false,
        semantic_search: false,
        fact_extraction: false,
        hierarchical_personality: false,
        mood_system: false,
        affinity_system: false,
        conversation_analytics: false,
        snapshot_export: false,
    };
}

impl Features {
    /// Reads an object of flags. Those left out are off; an unknown name is `unknown_feature`, and a value that is
    /// not a boolean `invalid_argument`.
    pub fn parse(flags: &Value) -> Result<Self, Error> {
        let path = "/features";
        let Value::Object(flags) = flags else {
            return Err(Error::invalid_argument(path, "an object of flags is expected"));
        };
        let mut features = Self::NONE;
        for (name, value) in flags {
            let flag = match name.as_str() {
                "episodic_memory" => &mut features.episodic_memory,
                "semantic_search" => &mut features.semantic_search,
                "fact_extraction" => &mut features.fact_extraction,
                "hierarchical_personality" => &mut features.hierarchical_personality,
                "mood_system" => &mut features.mood_system,
                "affinity_system" => &mut features.affinity_system,
                "conversation_analytics" => &mut features.conversation_analytics,
                "snapshot_export" => &mut features.snapshot_export,
                _ => {
                    let message = format!("no feature is called \"{name}\"");
                    return Err(Error::new(ErrorCode::UnknownFeature, message).at(pointer::join(path, name)));
                }
            };
            *flag = value.as_bool().ok_or_else(|| {
                Error::invalid_argument(pointer::join(path, name), "a flag is true or false")
            })?;
        }
        Ok(features)
    }
}

impl Default for Features {
    fn default() -> Self {
        Self::NONE
    }
}
