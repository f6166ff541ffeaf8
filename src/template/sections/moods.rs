//! `mood_config`.

use super::modifiers::{MODIFIERS, modifiers};
use super::triggers::{TRIGGERS, names, report_unknown_names, triggers};
use crate::json::Value;
use crate::template::model::{Mood, MoodConfig, MoodDetection};
use crate::template::problem::ProblemCode;
use crate::template::reader::values::{is_true, number, optional_text, part};
use crate::template::reader::{Node, Rule, is_name, optional};

/// The most moods.
pub(in crate::template) const MAX_MOODS: usize = 64;

pub(super) static MOOD_CONFIG: Rule = Rule::ObjectAnd(
    &[
        optional("enabled", &Rule::Boolean),
        optional("moods", &Rule::Map(0, MAX_MOODS, &MOOD)),
        optional("mood_detection", &MOOD_DETECTION),
        optional("mood_triggers", &TRIGGERS),
    ],
    |node: &Node<'_>| {
        report_no_moods(node);
        report_unknown_moods(node);
    },
);

static MOOD: Rule =
    Rule::Object(&[optional("description", &Rule::String(0, 500)), optional("modifiers", &MODIFIERS)]);

static MOOD_DETECTION: Rule = Rule::Object(&[
    optional("default_mood", &Rule::String(1, 50)),
    optional("min_intensity", &Rule::Number(0.0, 1.0)),
    optional("half_life_minutes", &Rule::NumberAbove(0.0, f64::MAX)),
    optional("scale_by_intensity", &Rule::Boolean),
    optional("method", &Rule::OneOf(&["triggers", "model"])),
]);

pub(super) fn mood_config(config: &Value) -> MoodConfig {
    let mut moods = Vec::new();
    if let Value::Object(entries) = part(config, "moods") {
        for (name, mood) in entries {
            moods.push(Mood {
                name: name.clone(),
                description: optional_text(mood, "description"),
                modifiers: modifiers(part(mood, "modifiers")),
            });
        }
    }
    MoodConfig {
        enabled: is_true(config, "enabled"),
        moods,
        triggers: triggers(part(config, "mood_triggers")),
        detection: mood_detection(part(config, "mood_detection")),
    }
}

fn mood_detection(detection: &Value) -> MoodDetection {
    let defaults = MoodDetection::default();
    MoodDetection {
        default_mood: optional_text(detection, "default_mood").unwrap_or(defaults.default_mood),
        minimum_intensity: number(detection, "min_intensity").unwrap_or(defaults.minimum_intensity),
        half_life_minutes: number(detection, "half_life_minutes").unwrap_or(defaults.half_life_minutes),
        scale_by_intensity: is_true(detection, "scale_by_intensity"),
        by_model: part(detection, "method").as_str() == Some("model"),
    }
}

fn report_no_moods(node: &Node<'_>) {
    let moods = node.get("moods");
    let has_moods = moods.is_some_and(|moods| moods.value.as_object().is_none_or(|moods| !moods.is_empty()));
    if is_true(node.value, "enabled") && !has_moods {
        let message = "Moods are enabled, but there are none.";
        moods.as_ref().unwrap_or(node).warning(ProblemCode::NoMoods, message);
    }
}

/// A trigger list must belong to a mood of the document or to its default mood.
fn report_unknown_moods(node: &Node<'_>) {
    let moods = node.value.get("moods");
    let named = part(part(node.value, "mood_detection"), "default_mood").as_str();
    let default_mood = named.filter(|name| is_name(name)).unwrap_or("neutral");
    let mut known = names(moods);
    known.push(default_mood);
    let problem = (ProblemCode::UnknownMood, "No mood of this name is defined.");
    report_unknown_names(node, "mood_triggers", moods, &[default_mood], &known, problem);
}
