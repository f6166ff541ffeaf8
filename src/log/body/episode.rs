//! `memory` of type `episode`: something that happened to a person, as they told one personality. A register: the
//! newest version counts.

use serde::Serialize;

use super::sharing::Sharing;
use super::source::{MemorySource, MemoryStatus};
use crate::json::Fields;
use crate::memory::EpisodeType;
use crate::observe::SentimentClass;

/// Longest title and summary, in characters.
pub(crate) const MAXIMUM_TITLE: usize = 80;
pub(crate) const MAXIMUM_SUMMARY: usize = 400;

/// Something that happened to a person, as they told one personality.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(tag = "type", rename = "episode")]
pub struct Episode {
    /// The instance that it was told to.
    pub instance: String,
    /// What sort of thing happened.
    pub episode_type: EpisodeType,
    /// 1..80 characters.
    pub title: String,
    /// 1..400 characters.
    pub summary: String,
    /// 0..10 at the time; how it fades is computed, never stored.
    pub importance: f64,
    /// How it felt.
    pub sentiment: SentimentClass,
    /// When it was last told of, ISO 8601 UTC.
    pub timestamp: String,
    /// What it is about.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "typescript", ts(optional, as = "Option<Vec<String>>"))]
    pub tags: Vec<String>,
    /// Where it was told.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "typescript", ts(optional, as = "Option<Vec<MemorySource>>"))]
    pub sources: Vec<MemorySource>,
    /// How many messages of the person told it, from 1.
    pub message_count: u32,
    /// Ids of facts that came up with it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "typescript", ts(optional, as = "Option<Vec<String>>"))]
    pub related_facts: Vec<String>,
    /// Ids of episodes that it goes with.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "typescript", ts(optional, as = "Option<Vec<String>>"))]
    pub related_episodes: Vec<String>,
    /// Whether it is recalled.
    pub status: MemoryStatus,
    /// Visibility and learning.
    #[serde(flatten)]
    #[cfg_attr(feature = "typescript", ts(skip))]
    pub sharing: Sharing,
}

impl Episode {
    /// Reads the fields of a body that belongs to `owner`, but for `type`.
    pub(super) fn read(fields: &mut Fields<'_>, owner: &str) -> Self {
        fields.required_choice("type", &[("episode", ())]);
        let instance = fields.required_id("instance");
        let mut episode = Self::parse(fields, "episode_type", "timestamp");
        episode.instance = instance;
        episode.sharing = Sharing::parse(fields, owner, false);
        episode
    }

    /// Reads the shape that records and snapshots share; their names for type and time differ.
    pub(crate) fn parse(fields: &mut Fields<'_>, kind: &'static str, time: &'static str) -> Self {
        let names = SentimentClass::ALL.map(|class| (class.name(), class));
        let importance = fields.number("importance", 0.0, 10.0);
        Self {
            instance: String::new(),
            episode_type: fields.required_choice(kind, &EpisodeType::NAMES),
            title: fields.required_text("title", MAXIMUM_TITLE),
            summary: fields.required_text("summary", MAXIMUM_SUMMARY),
            importance: fields.require("importance", importance),
            sentiment: fields.choice("sentiment", &names).unwrap_or(SentimentClass::Neutral),
            timestamp: fields.required_time(time),
            tags: fields.texts("tags"),
            sources: fields.list("sources", MemorySource::parse),
            message_count: fields.count("message_count").unwrap_or(1).max(1),
            related_facts: fields.texts("related_facts"),
            related_episodes: fields.texts("related_episodes"),
            status: fields.choice("status", &MemoryStatus::NAMES).unwrap_or(MemoryStatus::Active),
            sharing: Sharing::default(),
        }
    }
}
