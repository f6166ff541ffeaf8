//! What happened in one or all conversations of a person, counted from the log. No score of the person, and nothing
//! that is sent.

use serde::Serialize;

use super::core::Core;
use crate::decimal::round6;
use crate::error::Error;
use crate::json::Map;
use crate::list::List;
use crate::log::body::{MemorySource, MemoryStatus, Role, Run, Turn};
use crate::observe::{Coverage, Observation, SentimentClass, observe_with};
use crate::order::{sort_by, sort_by_text};
use crate::timestamp;

/// Topics that are listed.
const TOP_TOPICS: usize = 10;
/// Scored turns that the newest are compared to, and how many are newest.
const NEWEST: usize = 3;
const FEWEST_SCORED: usize = 4;
/// A change of the mean below this is none.
const STABLE: f64 = 0.1;

/// What happened in one or all conversations of a person.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Analytics {
    /// How many turns.
    pub turns: ByRole,
    /// How many characters (Unicode scalar values).
    pub characters: ByRole,
    /// When the first turn was made, ISO 8601 UTC; null without turns.
    pub first_at: Option<String>,
    /// When the last turn was made.
    pub last_at: Option<String>,
    /// UTC days with a turn.
    pub days_active: u32,
    /// Tokens by model.
    pub tokens: Vec<ModelTokens>,
    /// What the person's turns are about: the ten most frequent.
    pub topics: Vec<TopicCount>,
    /// How the person's turns feel.
    pub sentiment: SentimentSummary,
    /// Each level that was reached, oldest first.
    pub level_path: Vec<LevelPoint>,
    /// Changes of affinity.
    pub affinity: AffinityCounts,
    /// Per mood, in order of the first.
    pub moods: Vec<MoodCount>,
    /// What was remembered.
    pub memory: MemoryCounts,
}

/// A count per role.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[allow(missing_docs, reason = "the names say it")]
pub struct ByRole {
    pub user: u32,
    pub assistant: u32,
    pub tool: u32,
}

/// Tokens of one model's calls.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ModelTokens {
    /// Kind of the model port.
    pub kind: String,
    /// The model's id.
    pub id: String,
    /// Tokens read.
    pub input_tokens: u64,
    /// Tokens written.
    pub output_tokens: u64,
    /// Whether any of it is our estimate.
    pub estimated: bool,
}

/// How often a topic came up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[allow(missing_docs, reason = "the names say it")]
pub struct TopicCount {
    pub topic: String,
    pub count: u32,
}

/// How the person's turns feel. Turns in a language without a pack are left out.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct SentimentSummary {
    /// Turns by class.
    #[cfg_attr(feature = "typescript", ts(type = "Readonly<Record<SentimentClass, number>>"))]
    pub distribution: Map,
    /// Mean score, -1..1, 6 decimals; null without scored turns.
    pub mean: Option<f64>,
    /// Every score, oldest first.
    pub series: Vec<ScorePoint>,
    /// The mean of the last three scores against that of all before.
    pub direction: SentimentDirection,
}

/// The score of a turn.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ScorePoint {
    /// ISO 8601 UTC.
    pub at: String,
    /// -1..1.
    pub score: f64,
}

/// Where the scores go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum SentimentDirection {
    /// Up by more than 0.1.
    Improving,
    /// Down by more than 0.1.
    Declining,
    /// Neither.
    Stable,
    /// Fewer than four scored turns.
    Insufficient,
}

/// A level that was reached.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct LevelPoint {
    /// The instance.
    pub instance: String,
    /// The level's name.
    pub level: String,
    /// Points then, 0..100.
    pub points: u8,
    /// ISO 8601 UTC.
    pub at: String,
}

/// Changes of affinity.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct AffinityCounts {
    /// How many, by interaction kind.
    #[cfg_attr(feature = "typescript", ts(type = "Readonly<Record<string, number>>"))]
    pub by_kind: Map,
    /// How many, by reason.
    #[cfg_attr(feature = "typescript", ts(type = "Readonly<Record<string, number>>"))]
    pub by_reason: Map,
}

/// How often and how long a mood was there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct MoodCount {
    /// Its name.
    pub mood: String,
    /// How many times.
    pub count: u32,
    /// How long in all; the present one up to the last turn.
    pub duration_ms: u64,
}

/// What was remembered.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct MemoryCounts {
    /// Facts that came from these turns.
    pub facts: FactCounts,
    /// Episodes by type.
    #[cfg_attr(feature = "typescript", ts(type = "Readonly<Record<string, number>>"))]
    pub episodes: Map,
}

/// Facts by what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct FactCounts {
    /// How many there are.
    pub new: u32,
    /// How many of them were mentioned again or corrected.
    pub updated: u32,
    /// How many values were replaced.
    pub superseded: u32,
}

impl Core {
    /// What happened in a session, or in all of an owner's.
    ///
    /// # Errors
    /// `feature_disabled` without the feature `conversation_analytics`; `unknown_session`.
    pub fn analytics(&self, user: &str, session: Option<&str>) -> Result<Analytics, Error> {
        self.require_feature(self.options.features.conversation_analytics, "conversation_analytics")?;
        let owner = self.owner(user);
        let sessions: Vec<&str> = match session {
            Some(session) => {
                self.session_of(user, session)?;
                vec![session]
            }
            None => owner.sessions().list(),
        };
        let mut turns: Vec<(&str, &Turn)> = Vec::new();
        for id in &sessions {
            turns.extend(owner.turns(id).map(|(id, turn, _)| (id, turn)));
        }
        sort_by(&mut turns, |a, b| (&a.1.created_at, a.0).cmp(&(&b.1.created_at, b.0)));
        let mut analytics = Analytics::of_turns(&turns);
        analytics.read_texts(&turns, |turn| {
            observe_with(&self.packs, &turn.text, turn.language.as_deref(), None, false)
        });
        let mut runs: Vec<(&str, &Run)> =
            owner.runs().filter(|(_, run)| sessions.contains(&run.session.as_str())).list();
        sort_by(&mut runs, |a, b| (&a.1.started_at, a.0).cmp(&(&b.1.started_at, b.0)));
        for (_, run) in &runs {
            analytics.add_run(run);
        }
        self.add_levels_and_moods(&mut analytics, user, &sessions);
        self.add_memories(&mut analytics, user, (session, &turns));
        Ok(analytics)
    }

    fn add_levels_and_moods(&self, analytics: &mut Analytics, user: &str, sessions: &[&str]) {
        let owner = self.owner(user);
        let mut instances = Vec::new();
        for id in sessions {
            let Some(state) = owner.session(id) else { continue };
            instances.push(state.session.instance.as_str());
            let present = (&state.mood.current, (state.mood.updated_at - state.mood.since).max(0));
            for period in &state.mood.history {
                let time = |text: &str| timestamp::parse(text).unwrap_or(0);
                let lasted = time(&period.ended_at) - time(&period.started_at);
                analytics.add_mood(&period.mood, lasted.max(0));
            }
            analytics.add_mood(present.0, present.1);
        }
        sort_by_text(&mut instances, |id| id);
        instances.dedup();
        for id in instances {
            let Some(instance) = owner.instance(id) else { continue };
            let mut level = String::new();
            for change in &owner.whole_affinity(id, instance.affinity).history {
                if change.level != level {
                    level.clone_from(&change.level);
                    analytics.level_path.push(LevelPoint {
                        instance: id.to_owned(),
                        level: level.clone(),
                        points: change.points,
                        at: change.date.clone(),
                    });
                }
            }
        }
        sort_by(&mut analytics.level_path, |a, b| (&a.at, &a.instance).cmp(&(&b.at, &b.instance)));
    }

    /// Memories that come from these turns; without a session, all of the owner's.
    fn add_memories(
        &self,
        analytics: &mut Analytics,
        user: &str,
        (session, turns): (Option<&str>, &[(&str, &Turn)]),
    ) {
        let mut ids: Vec<&str> = turns.iter().map(|(id, _)| *id).list();
        sort_by_text(&mut ids, |id| id);
        let of_these = |sources: &[MemorySource]| {
            session.is_none() || sources.iter().any(|source| ids.binary_search(&source.turn.as_str()).is_ok())
        };
        let owner = self.owner(user);
        let counts = &mut analytics.memory.facts;
        for (_, fact) in owner.facts().filter(|(_, fact)| of_these(&fact.sources)) {
            counts.new += 1;
            counts.updated += u32::from(fact.mention_count > 1 || !fact.history.is_empty());
            counts.superseded += u32::try_from(fact.history.len()).unwrap_or(u32::MAX)
                + u32::from(fact.status == MemoryStatus::Superseded);
        }
        for (_, episode) in owner.episodes().filter(|(_, episode)| of_these(&episode.sources)) {
            count(&mut analytics.memory.episodes, episode.episode_type.name());
        }
    }
}

impl Analytics {
    fn of_turns(turns: &[(&str, &Turn)]) -> Self {
        let (mut by_role, mut characters) = (ByRole::default(), ByRole::default());
        let mut days: Vec<i64> = Vec::new();
        for (_, turn) in turns {
            *by_role.of(turn.role) += 1;
            *characters.of(turn.role) += u32::try_from(turn.text.chars().count()).unwrap_or(u32::MAX);
            days.extend(timestamp::parse(&turn.created_at).map(timestamp::day));
        }
        sort_by(&mut days, Ord::cmp);
        days.dedup();
        let mut distribution = Map::new();
        for class in SentimentClass::ALL {
            distribution.insert(class.name(), 0_u32);
        }
        Self {
            turns: by_role,
            characters,
            first_at: turns.first().map(|(_, turn)| turn.created_at.clone()),
            last_at: turns.last().map(|(_, turn)| turn.created_at.clone()),
            days_active: u32::try_from(days.len()).unwrap_or(u32::MAX),
            tokens: Vec::new(),
            topics: Vec::new(),
            sentiment: SentimentSummary {
                distribution,
                mean: None,
                series: Vec::new(),
                direction: SentimentDirection::Insufficient,
            },
            level_path: Vec::new(),
            affinity: AffinityCounts::default(),
            moods: Vec::new(),
            memory: MemoryCounts::default(),
        }
    }

    /// Topics and sentiment of the person's turns.
    fn read_texts(&mut self, turns: &[(&str, &Turn)], observe: impl Fn(&Turn) -> Observation) {
        for (_, turn) in turns.iter().filter(|(_, turn)| turn.role == Role::User) {
            let observation = observe(turn);
            if observation.coverage == Coverage::Unsupported {
                continue;
            }
            for topic in observation.topics {
                match self.topics.iter_mut().find(|known| known.topic == topic.topic) {
                    Some(known) => known.count += topic.count,
                    None => self.topics.push(TopicCount { topic: topic.topic, count: topic.count }),
                }
            }
            let sentiment = observation.sentiment;
            count(&mut self.sentiment.distribution, sentiment.class.name());
            self.sentiment.series.push(ScorePoint { at: turn.created_at.clone(), score: sentiment.score });
        }
        sort_by(&mut self.topics, |a, b| b.count.cmp(&a.count).then_with(|| a.topic.cmp(&b.topic)));
        self.topics.truncate(TOP_TOPICS);
        let scores: Vec<f64> = self.sentiment.series.iter().map(|point| point.score).list();
        self.sentiment.mean = mean(&scores).map(round6);
        self.sentiment.direction = direction(&scores);
    }

    fn add_run(&mut self, run: &Run) {
        if let (Some(model), Some(usage)) = (&run.model, &run.usage) {
            let same = |known: &&mut ModelTokens| known.kind == model.kind && known.id == model.id;
            if !self.tokens.iter_mut().any(|known| same(&known)) {
                self.tokens.push(ModelTokens {
                    kind: model.kind.clone(),
                    id: model.id.clone(),
                    input_tokens: 0,
                    output_tokens: 0,
                    estimated: false,
                });
            }
            if let Some(known) = self.tokens.iter_mut().find(same) {
                known.input_tokens += u64::from(usage.input_tokens);
                known.output_tokens += u64::from(usage.output_tokens);
                known.estimated |= usage.estimated;
            }
        }
        if let Some(change) = &run.affinity {
            count(&mut self.affinity.by_kind, &change.kind);
            for reason in &change.reasons {
                count(&mut self.affinity.by_reason, reason);
            }
        }
    }

    fn add_mood(&mut self, mood: &str, lasted: i64) {
        let lasted = u64::try_from(lasted).unwrap_or(0);
        match self.moods.iter_mut().find(|known| known.mood == mood) {
            Some(known) => {
                known.count += 1;
                known.duration_ms += lasted;
            }
            None => self.moods.push(MoodCount { mood: mood.to_owned(), count: 1, duration_ms: lasted }),
        }
    }
}

impl ByRole {
    fn of(&mut self, role: Role) -> &mut u32 {
        match role {
            Role::User => &mut self.user,
            Role::Assistant => &mut self.assistant,
            Role::Tool => &mut self.tool,
        }
    }
}

/// Where scores go: the last three against all before.
fn direction(scores: &[f64]) -> SentimentDirection {
    let split = scores.len().saturating_sub(NEWEST);
    let (earlier, newest) = scores.split_at(split);
    let (Some(newest), Some(earlier)) = (mean(newest), mean(earlier)) else {
        return SentimentDirection::Insufficient;
    };
    match newest - earlier {
        _ if scores.len() < FEWEST_SCORED => SentimentDirection::Insufficient,
        change if change > STABLE => SentimentDirection::Improving,
        change if change < -STABLE => SentimentDirection::Declining,
        _ => SentimentDirection::Stable,
    }
}

fn mean(scores: &[f64]) -> Option<f64> {
    #[allow(clippy::cast_precision_loss, reason = "far below 2^53")]
    let count = scores.len() as f64;
    (!scores.is_empty()).then(|| scores.iter().sum::<f64>() / count)
}

/// Adds 1 to a count.
fn count(counts: &mut Map, name: &str) {
    let before = counts.get(name).and_then(crate::json::Value::as_f64).unwrap_or(0.0);
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of ours")]
    counts.insert(name, before as u32 + 1);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_three_scores_say_where_it_goes() {
        use SentimentDirection::{Declining, Improving, Insufficient, Stable};
        for (scores, expected) in [
            (&[0.0, 0.5, 0.5][..], Insufficient),
            (&[], Insufficient),
            (&[0.0, 0.2, 0.2, 0.2], Improving),
            (&[0.0, 0.05, 0.05, 0.05], Stable),
            (&[0.5, 0.5, 0.0, 0.0, 0.0], Declining),
        ] {
            assert_eq!(direction(scores), expected, "{scores:?}");
        }
    }
}
