//! `mood_config`.

use super::modifiers::modifiers;
use super::triggers::triggers;
use crate::template::model::{Modifiers, Mood, MoodConfig, MoodDetection};
use crate::template::problem::{ProblemCode, Severity};
use crate::template::reader::{Node, boolean, map, number, number_above, one_of, string};

pub(super) fn mood_config(node: &Node<'_>) -> Option<MoodConfig> {
    node.object(|keys| {
        let config = MoodConfig {
            enabled: keys.optional("enabled", boolean).unwrap_or_default(),
            moods: keys.optional("moods", moods).unwrap_or_default(),
            detection: keys.optional("mood_detection", mood_detection).unwrap_or_default(),
            triggers: keys.optional("mood_triggers", triggers).unwrap_or_default(),
        };
        report_no_moods(node, &config);
        report_unknown_moods(node, &config.detection.default_mood);
        config
    })
}

fn moods(node: &Node<'_>) -> Option<Vec<Mood>> {
    let moods = map(0..=64, mood)(node)?;
    let named = |(name, (description, modifiers))| Mood { name, description, modifiers };
    Some(moods.into_iter().map(named).collect())
}

fn mood(node: &Node<'_>) -> Option<(Option<String>, Modifiers)> {
    node.object(|keys| {
        let description = keys.optional("description", string(0..=500));
        (description, keys.optional("modifiers", modifiers).unwrap_or_default())
    })
}

fn mood_detection(node: &Node<'_>) -> Option<MoodDetection> {
    let defaults = MoodDetection::default();
    node.object(|keys| MoodDetection {
        default_mood: keys.optional("default_mood", string(1..=50)).unwrap_or(defaults.default_mood),
        minimum_intensity: keys
            .optional("min_intensity", number(0.0..=1.0))
            .unwrap_or(defaults.minimum_intensity),
        half_life_minutes: keys
            .optional("half_life_minutes", number_above(0.0, f64::MAX))
            .unwrap_or(defaults.half_life_minutes),
        scale_by_intensity: keys
            .optional("scale_by_intensity", boolean)
            .unwrap_or(defaults.scale_by_intensity),
        by_model: keys
            .optional("method", one_of(&["triggers", "model"]))
            .is_some_and(|method| method == "model"),
    })
}

fn report_no_moods(node: &Node<'_>, config: &MoodConfig) {
    let moods = node.get("moods");
    let has_moods = moods.is_some_and(|moods| moods.value.as_object().is_none_or(|moods| !moods.is_empty()));
    if config.enabled && !has_moods {
        let message = "Moods are enabled, but there are none.";
        moods.as_ref().unwrap_or(node).warning(ProblemCode::NoMoods, message);
    }
}

/// A trigger list must belong to a mood of the document or to its default mood.
fn report_unknown_moods(node: &Node<'_>, default_mood: &str) {
    let (moods, triggers) = (node.get("moods"), node.get("mood_triggers"));
    if moods.is_some_and(|moods| !moods.value.is_object()) {
        return;
    }
    let is_known =
        |name: &str| name == default_mood || moods.is_some_and(|moods| moods.value.get(name).is_some());
    for (name, list) in triggers.iter().flat_map(Node::entries) {
        if !is_known(name) {
            let known = moods.iter().flat_map(Node::entries).map(|(name, _)| name).chain([default_mood]);
            let message = "No mood of this name is defined.";
            list.report(Severity::Error, ProblemCode::UnknownMood, message, node.nearest(name, known));
        }
    }
}
