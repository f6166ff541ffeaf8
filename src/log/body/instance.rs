//! `instance`: one owner with one template. A register: the newest version counts.

use serde::Serialize;

use super::session::{as_text, stamp};
use super::sharing::Sharing;
use crate::json::{Fields, Node, Value};
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
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct AffinityBaseline {
    /// 0..100.
    pub points: u8,
    /// The name of the level; empty where a file leaves it out.
    #[serde(skip_serializing_if = "String::is_empty")]
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
    /// Level after the change; empty where a file leaves it out.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub level: String,
    /// What the interaction added or took.
    pub delta: i32,
    /// The interaction kind, or `manual`.
    pub kind: String,
    /// Why, in snake_case words.
    pub reasons: Vec<String>,
}

impl Instance {
    /// Reads the fields of a body that belongs to `owner`.
    pub(super) fn read(fields: &mut Fields<'_>, owner: &str) -> Self {
        let template = fields.template_id("template");
        let template_name = fields.required_text("template_name", 100);
        let created_at = fields.required_time("created_at");
        let baseline = fields.nested("baseline", |baseline| {
            let at = stamp(baseline);
            let affinity = baseline.nested("affinity", AffinityBaseline::parse);
            InstanceBaseline { at, affinity: baseline.require("affinity", affinity) }
        });
        let mask = fields.object("mask").map(Node::to_value);
        let imported = fields.object("imported").map(Node::to_value);
        let sharing = Sharing::parse(fields, owner, false);
        Self { template, template_name, created_at, baseline, mask, imported, sharing }
    }
}

/// Points that must be there.
pub(super) fn points(fields: &mut Fields<'_>, name: &'static str) -> u8 {
    u8::try_from(fields.required_integer(name, 0, 100)).unwrap_or_default()
}

impl AffinityBaseline {
    /// Reads the shape that snapshots and baselines share.
    pub(crate) fn parse(fields: &mut Fields<'_>) -> Self {
        let points = points(fields, "points");
        let level = fields.text("level", 50).unwrap_or_default();
        let total_messages = fields.count("total_messages").unwrap_or(0);
        let positive_interactions = fields.count("positive_interactions").unwrap_or(0);
        let negative_interactions = fields.count("negative_interactions").unwrap_or(0);
        let has_none = fields.is_null("last_interaction");
        let last_interaction = if has_none { None } else { fields.time("last_interaction") };
        let progression_history = fields.list("progression_history", Progression::parse);
        Self {
            points,
            level,
            total_messages,
            positive_interactions,
            negative_interactions,
            last_interaction,
            progression_history,
        }
    }
}

impl Progression {
    /// Reads the shape that snapshots and baselines share.
    pub(crate) fn parse(fields: &mut Fields<'_>) -> Self {
        let delta = |fields: &mut Fields<'_>| i32::try_from(fields.integer("delta", -100, 100)?).ok();
        Self {
            date: fields.required_time("date"),
            points: points(fields, "points"),
            level: fields.text("level", 50).unwrap_or_default(),
            delta: delta(fields).unwrap_or(0),
            kind: fields.text("kind", 50).unwrap_or_else(|| "neutral".to_owned()),
            reasons: fields.texts("reasons"),
        }
    }
}
