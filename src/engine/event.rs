//! What happens while an operation runs.

use serde::Serialize;

use super::forget::Forgotten;
use super::learning::MemoryChanged;
use crate::log::body::MoodCause;
use crate::memory::ArchiveReason;

/// One thing that happened. Changes are told after they are stored, never before.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(rename = "CoreEvent"))]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "snake_case")]
pub enum Event {
    /// The reply grew.
    TextDelta {
        /// By this.
        text: String,
    },
    /// The relationship reached another level.
    LevelChange {
        /// The level before.
        from: String,
        /// The level now.
        to: String,
        /// Points now, 0..100.
        points: u8,
        /// `up` or `down`.
        direction: Direction,
    },
    /// The session's mood is another.
    MoodChange {
        /// The mood before.
        from: String,
        /// The mood now.
        to: String,
        /// Its intensity, 0..1.
        intensity: f64,
        /// Why.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "typescript", ts(optional))]
        cause: Option<MoodCause>,
    },
    /// A fact or an episode is new, or another.
    MemoryChange(MemoryChanged),
    /// Memories were put aside by a limit. They stay, are exported, and can be restored.
    Archived {
        /// Their ids.
        ids: Vec<String>,
        /// The limit.
        reason: ArchiveReason,
    },
    /// Memories, turns or a session were erased.
    Forgotten {
        /// All that is gone.
        erased: Vec<Forgotten>,
    },
    /// The owner was erased.
    Erased {
        /// The owner.
        user: String,
    },
}

/// Which way a level changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it")]
pub enum Direction {
    Up,
    Down,
}
