//! The eight feature flags. They belong to one core; there is no global.

use serde::{Deserialize, Serialize};

/// What is switched on. Flags that a caller leaves out of an object are off; without any object all are on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "typescript", ts(optional_fields))]
#[serde(default, deny_unknown_fields)]
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

impl Default for Features {
    fn default() -> Self {
        Self::NONE
    }
}
