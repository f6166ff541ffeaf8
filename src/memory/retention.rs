//! What is put aside when there is more than the limits allow, or what nobody has used for long. Nothing is deleted:
//! an archived memory stays, is exported, and can be restored (personality specification 9).

use serde::Serialize;

use super::{EpisodeClass, FactClass, decay};
use crate::list::List;
use crate::log::body::{Episode, Fact, MemoryStatus};
use crate::order::sort_by;
use crate::timestamp::{self, DAY};

/// How much is recalled; `None` = no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Active facts of an owner; 500 by default.
    pub max_facts: Option<u32>,
    /// Active episodes of an instance; 100 by default.
    pub max_episodes: Option<u32>,
    /// Days without use after which low facts and episodes below high are put aside; 90 by default.
    pub retention_days: Option<u32>,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_facts: Some(500), max_episodes: Some(100), retention_days: Some(90) }
    }
}

/// Which limit puts a memory aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names are those of the limits")]
pub enum ArchiveReason {
    RetentionDays,
    MaxFacts,
    MaxEpisodes,
}

/// A memory, and when it was last used beyond being told (milliseconds since 1970; 0 = never).
pub(crate) type Kept<'a, T> = (&'a str, &'a T, i64);

/// The ids of what is to be put aside at `now` (milliseconds since 1970), by reason.
pub(crate) fn to_archive(
    facts: &[Kept<'_, Fact>],
    episodes: &[Kept<'_, Episode>],
    limits: Limits,
    now: i64,
) -> Vec<(ArchiveReason, Vec<String>)> {
    let before = limits.retention_days.map(|days| now.saturating_sub(i64::from(days).saturating_mul(DAY)));
    let unused = |time: &str, used: i64| {
        let last = timestamp::parse(time).unwrap_or(now).max(used);
        before.is_some_and(|before| last < before)
    };
    let mut idle = Vec::new();
    let mut active_facts = Vec::new();
    for &(id, fact, used) in facts.iter().filter(|(_, fact, _)| fact.status == MemoryStatus::Active) {
        let class = FactClass::of(fact.confidence);
        if class == FactClass::Low && unused(&fact.last_updated, used) {
            idle.push(id.to_owned());
        } else {
            active_facts.push((id, class, fact.last_updated.as_str()));
        }
    }
    let mut active_episodes = Vec::new();
    for &(id, episode, used) in
        episodes.iter().filter(|(_, episode, _)| episode.status == MemoryStatus::Active)
    {
        let importance = current_importance(episode, now);
        if EpisodeClass::of(importance) < EpisodeClass::High && unused(&episode.timestamp, used) {
            idle.push(id.to_owned());
        } else {
            active_episodes.push((id, importance, episode));
        }
    }
    sort_by(&mut active_facts, |a, b| a.1.cmp(&b.1).then_with(|| a.2.cmp(b.2)).then_with(|| a.0.cmp(b.0)));
    let excess = |count: usize, most: Option<u32>| most.map_or(0, |most| count.saturating_sub(most as usize));
    let facts: Vec<String> =
        first_ids(active_facts.iter().map(|fact| fact.0), excess(active_facts.len(), limits.max_facts));
    // The limit is one of each instance.
    sort_by(&mut active_episodes, |a, b| {
        let by_instance = a.2.instance.cmp(&b.2.instance);
        let by_importance = by_instance.then_with(|| a.1.total_cmp(&b.1));
        by_importance.then_with(|| a.2.timestamp.cmp(&b.2.timestamp)).then_with(|| a.0.cmp(b.0))
    });
    let mut episodes = Vec::new();
    for of_instance in active_episodes.chunk_by(|a, b| a.2.instance == b.2.instance) {
        let excess = excess(of_instance.len(), limits.max_episodes);
        episodes.extend(first_ids(of_instance.iter().map(|episode| episode.0), excess));
    }
    let all = [
        (ArchiveReason::RetentionDays, idle),
        (ArchiveReason::MaxFacts, facts),
        (ArchiveReason::MaxEpisodes, episodes),
    ];
    all.into_iter().filter(|(_, ids)| !ids.is_empty()).list()
}

/// What is left of an episode's importance at `now` (milliseconds since 1970), not rounded.
pub fn current_importance(episode: &Episode, now: i64) -> f64 {
    episode.importance * decay(days_since(&episode.timestamp, now))
}

/// Days between a time (ISO 8601 UTC) and `now`; 0 for a time to come.
pub(crate) fn days_since(time: &str, now: i64) -> f64 {
    let passed = now.saturating_sub(timestamp::parse(time).unwrap_or(now)).max(0);
    #[allow(clippy::cast_precision_loss, reason = "milliseconds are far below 2^53")]
    let days = passed as f64 / DAY as f64;
    days
}

fn first_ids<'a>(ids: impl Iterator<Item = &'a str>, count: usize) -> Vec<String> {
    ids.take(count).map(str::to_owned).list()
}
