//! `instance`: one owner with one template. A register: the newest version counts.

use crate::json::Value;
use serde::Serialize;

use super::session::{as_text, stamp};
use super::sharing::Sharing;
use crate::json::{FieldError, Fields};
use crate::log::Stamp;

/// One owner with one template.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Instance {
    /// The id of the template version that it keeps until the owner adopts another.
    pub template: String,
    /// The template's name; new versions of a template keep their state.
    pub template_name: String,
    /// ISO 8601 UTC.
    pub created_at: String,
    /// Where the affinity's fold starts, instead of 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub baseline: Option<InstanceBaseline>,
    /// The learned mask.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mask: Option<Value>,
    /// State keys of an imported file that this library does not know, kept for the next export.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub imported: Option<Value>,
    /// Visibility and learning.
    #[serde(flatten)]
    pub sharing: Sharing,
}

/// Affinity that was set rather than folded: runs before `at` no longer count.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct InstanceBaseline {
    /// From when on runs count.
    #[serde(serialize_with = "as_text")]
    pub at: Stamp,
    /// The affinity at that time.
    pub affinity: AffinityBaseline,
}

/// Affinity as files write it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct AffinityBaseline {
    /// 0..100.
    pub points: u8,
    /// The name of the level.
    pub level: String,
    /// Messages of the person so far.
    pub total_messages: u32,
    /// Of these, how many gained points.
    pub positive_interactions: u32,
    /// Of these, how many lost points.
    pub negative_interactions: u32,
    /// ISO 8601 UTC; absent before the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub last_interaction: Option<String>,
    /// Every change, oldest first.
    pub progression_history: Vec<Progression>,
}

/// One change of affinity.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Progression {
    /// ISO 8601 UTC.
    pub date: String,
    /// Points after the change, 0..100.
    pub points: u8,
    /// Level after the change.
    pub level: String,
    /// What the interaction added or took.
    pub delta: i32,
    /// The interaction kind, or `manual`.
    pub kind: String,
    /// Why, in snake_case words.
    pub reasons: Vec<String>,
}

impl Instance {
    pub(super) fn parse(owner: &str, body: &Value) -> Result<Self, FieldError> {
        let mut fields = Fields::new(body, "")?;
        let template = fields.template_id("template")?;
        let template = fields.require("template", template)?;
        let template_name = fields.text("template_name", 100)?;
        let template_name = fields.require("template_name", template_name)?;
        let created_at = fields.time("created_at")?;
        let created_at = fields.require("created_at", created_at)?;
        let baseline = match fields.raw("baseline") {
            None => None,
            Some(value) => {
                let mut baseline = Fields::new(value, "/baseline")?;
                let at = stamp(&mut baseline)?;
                let affinity = baseline.raw("affinity");
                let affinity =
                    AffinityBaseline::parse(baseline.require("affinity", affinity)?, "/baseline/affinity")?;
                baseline.finish()?;
                Some(InstanceBaseline { at, affinity })
            }
        };
        let mask = fields.object("mask")?;
        let imported = fields.object("imported")?;
        let sharing = Sharing::parse(&mut fields, owner, false)?;
        fields.finish()?;
        Ok(Self { template, template_name, created_at, baseline, mask, imported, sharing })
    }
}

fn points(fields: &mut Fields<'_>) -> Result<Option<u8>, FieldError> {
    Ok(fields.integer("points", 0, 100)?.and_then(|points| u8::try_from(points).ok()))
}

impl AffinityBaseline {
    /// Reads the shape that snapshots and baselines share; `path` is where it stands.
    pub(crate) fn parse(value: &Value, path: &str) -> Result<Self, FieldError> {
        let mut fields = Fields::new(value, path)?;
        let points = points(&mut fields)?;
        let points = fields.require("points", points)?;
        let level = fields.text("level", 50)?.unwrap_or_default();
        let total_messages = fields.count("total_messages")?.unwrap_or(0);
        let positive_interactions = fields.count("positive_interactions")?.unwrap_or(0);
        let negative_interactions = fields.count("negative_interactions")?.unwrap_or(0);
        let last_interaction = match fields.raw("last_interaction") {
            Some(Value::Null) => None,
            _ => fields.time("last_interaction")?,
        };
        let progression_history = fields.list("progression_history", Progression::parse)?;
        fields.finish()?;
        Ok(Self {
            points,
            level,
            total_messages,
            positive_interactions,
            negative_interactions,
            last_interaction,
            progression_history,
        })
    }
}

impl Progression {
    fn parse(value: &Value, path: String) -> Result<Self, FieldError> {
        let mut fields = Fields::new(value, path)?;
        let date = fields.time("date")?;
        let date = fields.require("date", date)?;
        let points = points(&mut fields)?;
        let points = fields.require("points", points)?;
        let level = fields.text("level", 50)?.unwrap_or_default();
        let delta =
            fields.integer("delta", -100, 100)?.and_then(|delta| i32::try_from(delta).ok()).unwrap_or(0);
        let kind = fields.text("kind", 50)?.unwrap_or_else(|| "neutral".to_owned());
        let reasons = fields.texts("reasons")?;
        fields.finish()?;
        Ok(Self { date, points, level, delta, kind, reasons })
    }
}
