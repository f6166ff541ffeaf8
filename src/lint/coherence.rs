//! Parts of a document that work against each other.

use super::Lint;
use crate::json::pointer;
use crate::template::ProblemCode;
use crate::template::model::{Modifiers, Parameter, Template};

/// The base value of a parameter that has a delta but no base.
const ABSENT_BASE: f64 = 0.5;

/// Sums of decimal fractions are compared with this tolerance.
const TOLERANCE: f64 = 1e-9;

pub(super) fn check(lint: &mut Lint<'_>) {
    trait_conflicts(lint);
    limit_conflict(lint);
    saturating_deltas(lint);
    moods_without_triggers(lint);
}

fn trait_conflicts(lint: &mut Lint<'_>) {
    let template = lint.template;
    let traits = &template.core_traits;
    let style = traits.communication_style.as_str();
    let temperament = traits.temperament.as_str();
    let syntax = template.linguistic_profile.syntax.as_str();
    // A word, and the parameter values that contradict it.
    let conflicts = [
        (style == "casual", "a casual style", Parameter::Formality, 0.7..=1.0),
        (style == "formal", "a formal style", Parameter::Formality, 0.0..=0.3),
        (temperament == "serious", "a serious temperament", Parameter::Humor, 0.7..=1.0),
        (syntax == "concise", "a concise syntax", Parameter::Verbosity, 0.7..=1.0),
        (syntax == "elaborate", "an elaborate syntax", Parameter::Verbosity, 0.0..=0.3),
        (style == "poetic", "a poetic style", Parameter::Creativity, 0.0..=0.2),
    ];
    for (applies, what, parameter, contradicting) in conflicts {
        let value = template.advanced_parameters.get(parameter);
        if applies && value.is_some_and(|value| contradicting.contains(&value)) {
            let path = format!("/advanced_parameters/{}", parameter.name());
            lint.suggest(ProblemCode::TraitConflict, &path, &format!("This value contradicts {what}."));
        }
    }
}

/// The informality that levels and moods can lead to together must be allowed by the tone limit.
fn limit_conflict(lint: &mut Lint<'_>) {
    let template = lint.template;
    let Some(limit) = template.safety_guards.as_ref().and_then(|guards| guards.max_informality) else {
        return;
    };
    let base = template.advanced_parameters.get(Parameter::Formality);
    let (levels, moods) = (lowest_formality(&levels(template)), lowest_formality(&moods(template)));
    if base.is_none() && !levels.given && !moods.given {
        return;
    }
    // Some level always applies, if only a built-in one that changes nothing; a mood that does so always exists.
    let level = levels.lowest.unwrap_or(0.0);
    let mood = moods.lowest.unwrap_or(0.0).min(0.0);
    let lowest = (base.unwrap_or(ABSENT_BASE) + level + mood).clamp(0.0, 1.0);
    if limit < 1.0 - lowest - TOLERANCE {
        let path = "/safety_guards/tone_limits/max_informality";
        let message = "A level or mood makes the personality less formal than this limit allows.";
        lint.suggest(ProblemCode::LimitConflict, path, message);
    }
}

/// The deltas of formality among levels or moods.
struct FormalityDeltas {
    /// Whether there are any.
    given: bool,
    /// The lowest; one that does not change formality counts as 0.
    lowest: Option<f64>,
}

fn lowest_formality(changing: &[(String, &Modifiers)]) -> FormalityDeltas {
    let mut deltas = FormalityDeltas { given: false, lowest: None };
    for (_, modifiers) in changing {
        let delta = modifiers.parameters.get(Parameter::Formality);
        deltas.given |= delta.is_some();
        let delta = delta.unwrap_or(0.0);
        deltas.lowest = Some(deltas.lowest.map_or(delta, |lowest| lowest.min(delta)));
    }
    deltas
}

fn saturating_deltas(lint: &mut Lint<'_>) {
    let template = lint.template;
    let mut changing = levels(template);
    changing.append(&mut moods(template));
    for (place, modifiers) in changing {
        for (parameter, delta) in modifiers.parameters.iter() {
            let sum = template.advanced_parameters.get(parameter).unwrap_or(ABSENT_BASE) + delta;
            let outside = (sum - 1.0).max(-sum);
            if outside > 0.1 + TOLERANCE {
                let path = format!("{place}/modifiers/advanced_parameters/{}", parameter.name());
                let message = "With its base value this leaves the range 0 to 1; a part of it has no effect.";
                lint.suggest(ProblemCode::DeltaSaturates, &path, message);
            }
        }
    }
}

fn moods_without_triggers(lint: &mut Lint<'_>) {
    let template = lint.template;
    let Some(config) = template.mood_config.as_ref().filter(|config| !config.detection.by_model) else {
        return;
    };
    let has_triggers =
        |mood: &str| config.triggers.iter().any(|(name, list)| name == mood && !list.is_empty());
    for mood in &config.moods {
        if mood.name != config.detection.default_mood && !has_triggers(&mood.name) {
            let path = pointer::join("/mood_config/moods", &mood.name);
            lint.suggest(ProblemCode::MoodWithoutTriggers, &path, "Nothing triggers this mood.");
        }
    }
}

/// The modifiers of levels that can apply, with the pointers of their levels.
fn levels(template: &Template) -> Vec<(String, &Modifiers)> {
    let mut levels = Vec::new();
    if let Some(config) = template.hierarchical_config.as_ref().filter(|config| config.enabled) {
        for (index, level) in config.levels.iter().enumerate() {
            levels.push((format!("/hierarchical_config/relationship_levels/{index}"), &level.modifiers));
        }
    }
    levels
}

/// The modifiers of moods that can apply, with the pointers of their moods.
fn moods(template: &Template) -> Vec<(String, &Modifiers)> {
    let mut moods = Vec::new();
    if let Some(config) = template.mood_config.as_ref().filter(|config| config.enabled) {
        for mood in &config.moods {
            moods.push((pointer::join("/mood_config/moods", &mood.name), &mood.modifiers));
        }
    }
    moods
}
