//! `session`: a titled conversation of an instance. A register: the newest version counts.

use serde::Serialize;

use super::sharing::Sharing;
use crate::json::{FieldCode, Fields};
use crate::log::Stamp;
use crate::timestamp;

/// A titled conversation of an instance.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Session {
    /// The instance that talks here.
    pub instance: String,
    /// 1..200 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Whether it takes turns.
    pub status: SessionStatus,
    /// When it began, ISO 8601 UTC.
    pub started_at: String,
    /// When this version was made, not before `started_at`.
    pub updated_at: String,
    /// Where the mood's fold starts, instead of the default mood.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub baseline: Option<SessionBaseline>,
    /// Visibility and learning.
    #[serde(flatten)]
    pub sharing: Sharing,
}

/// Whether a session takes turns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum SessionStatus {
    /// Yes.
    Active,
    /// Yes, and the next turn makes it active again.
    Paused,
    /// No.
    Archived,
}

impl SessionStatus {
    pub(crate) const NAMES: [(&'static str, Self); 3] =
        [("active", Self::Active), ("paused", Self::Paused), ("archived", Self::Archived)];
}

/// A mood that was set rather than folded: runs before `at` no longer count.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SessionBaseline {
    /// From when on runs count.
    #[serde(serialize_with = "as_text")]
    pub at: Stamp,
    /// The mood at that time.
    pub mood: MoodBaseline,
}

/// A mood as files write it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct MoodBaseline {
    /// Its name.
    pub current: String,
    /// 0..1.
    pub intensity: f64,
    /// When it began, ISO 8601 UTC.
    pub started_at: String,
    /// When its intensity was last computed, ISO 8601 UTC.
    pub updated_at: String,
    /// Earlier moods, oldest first.
    pub history: Vec<MoodPeriod>,
}

/// A mood that has ended.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct MoodPeriod {
    /// Its name.
    pub mood: String,
    /// Its last intensity, 0..1.
    pub intensity: f64,
    /// ISO 8601 UTC.
    pub started_at: String,
    /// ISO 8601 UTC.
    pub ended_at: String,
    /// What ended it: `trigger`, `decay`, `manual` or `model`.
    pub cause: String,
}

pub(super) fn as_text<S: serde::Serializer>(stamp: &Stamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(stamp)
}

/// The clock of a baseline.
pub(super) fn stamp(fields: &mut Fields<'_>) -> Stamp {
    let at = Stamp::parse(&fields.required_text("at", 40));
    if at.is_err() {
        fields.refuse(FieldCode::Format, "at", "a clock is expected");
    }
    at.unwrap_or_else(|_| Stamp::none())
}

impl Session {
    /// Reads the fields of a body that belongs to `owner`.
    pub(super) fn read(fields: &mut Fields<'_>, owner: &str) -> Self {
        let instance = fields.required_id("instance");
        let title = fields.text("title", 200);
        let status = fields.required_choice("status", &SessionStatus::NAMES);
        let started_at = fields.required_time("started_at");
        let updated_at = fields.required_time("updated_at");
        if timestamp::parse(&updated_at) < timestamp::parse(&started_at) {
            fields.refuse(FieldCode::Order, "updated_at", "not before started_at");
        }
        let baseline = fields.nested("baseline", |baseline| {
            let at = stamp(baseline);
            let mood = baseline.nested("mood", MoodBaseline::parse);
            SessionBaseline { at, mood: baseline.require("mood", mood) }
        });
        let sharing = Sharing::parse(fields, owner, false);
        Self { instance, title, status, started_at, updated_at, baseline, sharing }
    }
}

impl MoodBaseline {
    /// Reads the shape that snapshots and baselines share.
    pub(crate) fn parse(fields: &mut Fields<'_>) -> Self {
        let current = fields.required_text("current", 50);
        let intensity = fields.number("intensity", 0.0, 1.0).unwrap_or(1.0);
        let started_at = fields.required_time("started_at");
        let updated_at = fields.time("updated_at").unwrap_or_else(|| started_at.clone());
        let history = fields.list("history", MoodPeriod::parse);
        Self { current, intensity, started_at, updated_at, history }
    }
}

impl MoodPeriod {
    /// Reads the shape that snapshots and baselines share.
    pub(crate) fn parse(fields: &mut Fields<'_>) -> Self {
        Self {
            mood: fields.required_text("mood", 50),
            intensity: fields.number("intensity", 0.0, 1.0).unwrap_or(1.0),
            started_at: fields.required_time("started_at"),
            ended_at: fields.required_time("ended_at"),
            cause: fields.text("cause", 50).unwrap_or_else(|| "trigger".to_owned()),
        }
    }
}
