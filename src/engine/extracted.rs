//! What becomes of what a model found in a turn: facts, episodes and the mood, as far as the person's settings and the
//! template want them.

use super::core::Core;
use super::episodes::Told;
use super::learning::{Learned, Learning, is_wanted};
use crate::list::List;
use crate::log::IdSource;
use crate::log::body::{self, Episode, FactOrigin, MemorySource, MoodCause, MoodChange};
use crate::memory::{
    DropReason, DroppedItem, ExtractedEpisode, ExtractedMood, Extraction, MemoryChange, Statement, importance,
};
use crate::state::Personality;
use crate::timestamp;

impl Core {
    /// What of it is kept, not yet written, and what is left out, and why.
    pub(super) fn learn_extraction(
        &self,
        told: &Told<'_>,
        extraction: Extraction,
        now: u64,
        ids: &mut IdSource,
    ) -> (Learned, Vec<DroppedItem>) {
        let preferences = &told.personality.template().memory_preferences;
        let mut learning = Learning::new(self, told.user, now);
        let mut dropped = extraction.dropped;
        let mut drop = |path: String, reason| dropped.push(DroppedItem { path, reason });
        let mut facts = Vec::new();
        if self.options.features.fact_extraction {
            for fact in extraction.facts {
                let path = ["/facts/", &fact.key].concat();
                if fact.confidence < self.options.fact_threshold {
                    drop(path, DropReason::LowConfidence);
                } else if !is_wanted(fact.category, preferences) {
                    drop(path, DropReason::NotWanted);
                } else {
                    facts.extend(learning.state(Statement {
                        category: fact.category,
                        key: fact.key,
                        value: fact.value,
                        confidence: fact.confidence,
                        tags: fact.tags,
                        context: fact.context,
                        origin: FactOrigin::Model,
                        source: Some(MemorySource { turn: told.turn.to_owned(), span: fact.span }),
                    }));
                }
            }
        }
        if self.options.features.episodic_memory {
            for episode in extraction.episodes {
                let wanted = preferences.episode_types.as_ref();
                if wanted.is_some_and(|names| !names.iter().any(|name| name == episode.episode_type.name())) {
                    drop("/episodes".to_owned(), DropReason::NotWanted);
                } else {
                    self.learn_extracted_episode(&mut learning, told, (episode, &facts), ids);
                }
            }
        }
        if !learning.is_empty() {
            learning.keep_limits(self.options.limits);
        }
        (learning.finish(), dropped)
    }

    /// The model's title and summary for an episode that the rules found in this turn, or else an episode of its own.
    fn learn_extracted_episode(
        &self,
        learning: &mut Learning<'_>,
        told: &Told<'_>,
        (found, facts): (ExtractedEpisode, &[String]),
        ids: &mut IdSource,
    ) {
        let known = self.owner(told.user).episodes().find(|(_, known)| {
            known.instance == told.instance
                && known.episode_type == found.episode_type
                && known.sources.iter().any(|source| source.turn == told.turn)
        });
        if let Some((id, known)) = known {
            let episode = Episode { title: found.title, summary: found.summary, ..known.clone() };
            learning.put_episode(id, episode, MemoryChange::Corrected);
            return;
        }
        let sentiment = told.observation.sentiment.class;
        let importance = importance(Some(found.episode_type), sentiment, 1);
        if importance < told.personality.template().memory_preferences.importance_threshold {
            return;
        }
        let span = told.observation.sentiment.spans.first().copied().unwrap_or([0, 0]);
        let episode = Episode {
            instance: told.instance.to_owned(),
            episode_type: found.episode_type,
            title: found.title,
            summary: found.summary,
            importance,
            sentiment,
            timestamp: timestamp::format(u64::try_from(told.at).unwrap_or(0)),
            tags: Vec::new(),
            sources: vec![MemorySource { turn: told.turn.to_owned(), span }],
            message_count: 1,
            related_facts: facts.to_vec(),
            related_episodes: Vec::new(),
            status: body::MemoryStatus::Active,
            sharing: body::Sharing::default(),
        };
        learning.put_episode(&ids.next("memory"), episode, MemoryChange::Learned);
    }

    /// The mood that the model named, where the template asks for that and has it.
    pub(super) fn named_mood(
        &self,
        told: &Told<'_>,
        named: &ExtractedMood,
        now: u64,
        dropped: &mut Vec<DroppedItem>,
    ) -> Option<MoodChange> {
        if !self.moods_to_name(told.personality).contains(&named.name) {
            dropped.push(DroppedItem { path: "/mood/name".to_owned(), reason: DropReason::UnknownMood });
            return None;
        }
        let state = self.session_of(told.user, told.session).ok()?;
        let detection = &told.personality.template().mood_config.as_ref()?.detection;
        let (from, _) = state.mood.faded(detection, i64::try_from(now).unwrap_or(i64::MAX));
        let intensity = if named.name == detection.default_mood { 1.0 } else { named.intensity };
        if intensity < detection.minimum_intensity {
            return None;
        }
        let intensity = crate::decimal::round6(intensity);
        Some(MoodChange { from, to: named.name.clone(), intensity, cause: Some(MoodCause::Model) })
    }

    /// The moods that a model chooses among; none where trigger phrases do.
    pub(super) fn moods_to_name(&self, personality: &Personality) -> Vec<String> {
        let config = personality.template().mood_config.as_ref();
        let config = config.filter(|config| {
            config.enabled && config.detection.by_model && self.options.features.mood_system
        });
        config.map_or(Vec::new(), |config| config.moods.iter().map(|mood| mood.name.clone()).list())
    }
}
