//! `session`: a titled conversation of an instance. A register: the newest version counts.

use crate::json::Value;
use serde::Serialize;

use super::sharing::Sharing;
use crate::json::{FieldCode, FieldError, Fields};
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
#[derive(Clone, Debug, PartialEq, Serialize)]
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

pub(super) fn stamp(fields: &mut Fields<'_>) -> Result<Stamp, FieldError> {
    let at = fields.text("at", 40)?;
    let at = fields.require("at", at)?;
    Stamp::parse(&at).map_err(|_| FieldError::new(FieldCode::Format, fields.at("at"), "a clock is expected"))
}

impl Session {
    pub(super) fn parse(owner: &str, body: &Value) -> Result<Self, FieldError> {
        let mut fields = Fields::new(body, "")?;
        let instance = fields.id("instance")?;
        let instance = fields.require("instance", instance)?;
        let title = fields.text("title", 200)?;
        let status = fields.choice("status", &SessionStatus::NAMES)?;
        let status = fields.require("status", status)?;
        let started_at = fields.time("started_at")?;
        let started_at = fields.require("started_at", started_at)?;
        let updated_at = fields.time("updated_at")?;
        let updated_at = fields.require("updated_at", updated_at)?;
        if timestamp::parse(&updated_at) < timestamp::parse(&started_at) {
            return Err(FieldError::new(FieldCode::Order, "/updated_at", "not before started_at"));
        }
        let baseline = match fields.raw("baseline") {
            None => None,
            Some(value) => {
                let mut baseline = Fields::new(value, "/baseline")?;
                let at = stamp(&mut baseline)?;
                let mood = baseline.raw("mood");
                let mood = MoodBaseline::parse(baseline.require("mood", mood)?, "/baseline/mood")?;
                baseline.finish()?;
                Some(SessionBaseline { at, mood })
            }
        };
        let sharing = Sharing::parse(&mut fields, owner, false)?;
        fields.finish()?;
        Ok(Self { instance, title, status, started_at, updated_at, baseline, sharing })
    }
}

impl MoodBaseline {
    /// Reads the shape that snapshots and baselines share; `path` is where it stands.
    pub(crate) fn parse(value: &Value, path: &str) -> Result<Self, FieldError> {
        let mut fields = Fields::new(value, path)?;
        let current = fields.text("current", 50)?;
        let current = fields.require("current", current)?;
        let intensity = fields.number("intensity", 0.0, 1.0)?.unwrap_or(1.0);
        let started_at = fields.time("started_at")?;
        let started_at = fields.require("started_at", started_at)?;
        let updated_at = fields.time("updated_at")?.unwrap_or_else(|| started_at.clone());
        let history = fields.list("history", MoodPeriod::parse)?;
        fields.finish()?;
        Ok(Self { current, intensity, started_at, updated_at, history })
    }
}

impl MoodPeriod {
    fn parse(value: &Value, path: String) -> Result<Self, FieldError> {
        let mut fields = Fields::new(value, path)?;
        let mood = fields.text("mood", 50)?;
        let mood = fields.require("mood", mood)?;
        let intensity = fields.number("intensity", 0.0, 1.0)?.unwrap_or(1.0);
        let started_at = fields.time("started_at")?;
        let started_at = fields.require("started_at", started_at)?;
        let ended_at = fields.time("ended_at")?;
        let ended_at = fields.require("ended_at", ended_at)?;
        let cause = fields.text("cause", 50)?.unwrap_or_else(|| "trigger".to_owned());
        fields.finish()?;
        Ok(Self { mood, intensity, started_at, ended_at, cause })
    }
}
