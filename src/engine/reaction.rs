//! What a message does to a relationship, before anything is stored: the same for a turn and for its dry run.

use super::core::Core;
use crate::compile::{CompileFeatures, CompileOptions};
use crate::log::body::{AffinityChange, MoodChange};
use crate::observe::{Observation, observe_with};
use crate::state::{self, InstanceState, Interaction, Personality, SessionState};

/// What a message does to a relationship.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Reaction {
    pub observation: Observation,
    /// `None` when affinity is switched off.
    pub affinity: Option<AffinityChange>,
    /// `None` when moods are switched off, or the template has none.
    pub mood: Option<MoodChange>,
}

impl Core {
    /// How this conversation reacts to a text at `now` (milliseconds since 1970).
    pub(super) fn react(
        &self,
        (session, instance, personality): (SessionState<'_>, InstanceState<'_>, &Personality),
        text: &str,
        language: Option<&str>,
        after_assistant: bool,
        now: u64,
    ) -> Reaction {
        let now = i64::try_from(now).unwrap_or(i64::MAX);
        let template = personality.template();
        let mut observation =
            observe_with(&self.packs, text, language, Some(&personality.triggers), after_assistant);
        if !self.options.features.fact_extraction {
            observation.facts.clear();
        }
        if !self.options.features.episodic_memory {
            observation.episodes.clear();
        }
        if !template.memory_preferences.topics {
            observation.topics.clear();
        }
        let affinity = self.options.features.affinity_system.then(|| {
            let interaction =
                Interaction { kind: &observation.interaction.kind, length: text.chars().count(), now };
            state::change(instance.affinity, interaction, template)
        });
        let mood = template
            .mood_config
            .as_ref()
            .filter(|config| config.enabled && self.options.features.mood_system)
            .map(|config| session.mood.step(config, &observation.mood_triggers, now));
        Reaction { observation, affinity, mood }
    }

    /// The compile options of a relationship: its points and level, its mood, and what is switched on.
    pub(super) fn compile_options(
        &self,
        points: u8,
        level: &str,
        mood: Option<(&str, f64)>,
    ) -> CompileOptions {
        CompileOptions {
            affinity: f64::from(points),
            level: (!level.is_empty()).then(|| level.to_owned()),
            mood: mood.map(|(name, _)| name.to_owned()),
            mood_intensity: mood.map(|(_, intensity)| intensity),
            features: CompileFeatures {
                hierarchical_personality: self.options.features.hierarchical_personality,
                mood_system: self.options.features.mood_system,
            },
            ..CompileOptions::default()
        }
    }

    /// [`compile_options`](Self::compile_options) for the state after a reaction.
    pub(super) fn options_after(
        &self,
        reaction: &Reaction,
        instance: InstanceState<'_>,
        personality: &Personality,
    ) -> CompileOptions {
        let (points, level) = match &reaction.affinity {
            Some(change) => (change.after, change.level_after.as_str()),
            None => (instance.affinity.points, instance.affinity.level.as_str()),
        };
        self.compile_options(
            points,
            level,
            reaction.mood.as_ref().map(|mood| (personality.mood(&mood.to), mood.intensity)),
        )
    }
}
