//! The sections of the document, in its order, and how each is merged.

use std::borrow::Cow;

use super::rule::Rule::{
    self, Absent, Heaviest, Least, Made, Mean, Prevailing, Ranked, Section, Strictest, United,
};
use super::union::{Kind, TEXT};
use super::{affinity, carried, guard, levels, memory, moods, policy, principles};
use crate::decimal::push_whole;
use crate::json::Value;
use crate::template::words::APPROVALS;

/// The decimals of a blended parameter or delta.
pub(super) const PARAMETER_DECIMALS: usize = 2;

pub(super) static SECTIONS: &[(&str, Rule)] = &[
    // The other keys are made anew for every blend.
    ("persona", Section(&[("language", Heaviest), ("compatibility", United)])),
    (
        "core_traits",
        Section(&[
            ("archetype", Prevailing),
            ("temperament", Prevailing),
            ("communication_style", Prevailing),
        ]),
    ),
    (
        "linguistic_profile",
        Section(&[
            ("tone", Ranked(&TEXT, 5)),
            ("syntax", Prevailing),
            ("vocabulary", Ranked(&TEXT, 15)),
            ("fillers", Ranked(&TEXT, 5)),
            ("expressions", Ranked(&TEXT, 10)),
            ("punctuation_style", Prevailing),
        ]),
    ),
    ("behavioral_rules", Ranked(&TEXT, 10)),
    (
        "trigger_responses",
        Section(&[
            ("on_greeting", LINES),
            ("on_confusion", LINES),
            ("on_success", LINES),
            ("on_error", LINES),
            ("on_goodbye", LINES),
        ]),
    ),
    (
        "advanced_parameters",
        Section(&[
            ("verbosity", PARAMETER),
            ("formality", PARAMETER),
            ("humor", PARAMETER),
            ("empathy", PARAMETER),
            ("creativity", PARAMETER),
            ("directness", PARAMETER),
        ]),
    ),
    (
        "safety_guards",
        Section(&[
            ("forbidden_topics", United),
            ("tone_limits", Section(&[("max_aggression", Mean(6)), ("max_informality", Mean(6))])),
            ("content_filters", United),
        ]),
    ),
    ("examples", Section(&[("sample_responses", Ranked(&SAMPLE, 5))])),
    (
        "metadata",
        Section(&[
            // When the sources were made says nothing about the blend.
            ("created_at", Absent),
            ("updated_at", Absent),
            ("downloads", Made(|_, _| Some(0_u32.into()))),
            ("rating", Mean(1)),
            ("license", Made(carried::license)),
        ]),
    ),
    ("hierarchical_config", Made(levels::hierarchical_config)),
    ("mood_config", Made(moods::mood_config)),
    (
        "affinity_config",
        // The triggers are those of one source: each names a kind that is built in or among its own.
        Section(&[
            ("interaction_types", Made(affinity::interaction_types)),
            ("interaction_triggers", Heaviest),
        ]),
    ),
    (
        "memory_preferences",
        Section(&[
            ("importance_threshold", Made(memory::threshold)),
            ("fact_categories", Made(memory::wanted)),
            ("episode_types", Made(memory::wanted)),
            ("remember_topics", Made(memory::remembered)),
            ("remember_questions", Made(memory::remembered)),
            ("remember_shared_interests", Made(memory::remembered)),
        ]),
    ),
    ("principles", Made(principles::principles)),
    (
        "guard",
        Section(&[
            ("mode", Strictest(&["block", "regenerate", "observe", "off"], "observe")),
            ("profile", Heaviest),
            ("limits", Section(&[("ratio", Least), ("sentence_share", Least)])),
            ("rules", Made(guard::rules)),
            ("max_regenerations", Heaviest),
            ("on_unsupported", Strictest(&["block", "allow"], "allow")),
        ]),
    ),
    (
        "policy",
        Section(&[
            ("default", Strictest(APPROVALS, policy::DEFAULT_APPROVAL)),
            ("tools", Made(policy::tools)),
            ("max_context_tokens", Least),
        ]),
    ),
    ("roles", Made(carried::roles)),
    ("knowledge", Made(carried::knowledge)),
    ("extensions", Made(carried::extensions)),
];

const LINES: Rule = Ranked(&TEXT, 3);
const PARAMETER: Rule = Mean(PARAMETER_DECIMALS);

static SAMPLE: Kind = Kind { identity: sample, strength: |_| 0.0 };

/// What is asked and what is answered; the context may differ.
fn sample(sample: &Value) -> Cow<'_, str> {
    let part = |key| sample.get(key).and_then(Value::as_str).unwrap_or_default();
    let (input, output) = (part("input"), part("output"));
    // The length tells where one ends: a text may hold any character.
    let mut identity = String::with_capacity(input.len() + output.len() + 8);
    push_whole(&mut identity, input.len() as u64);
    identity.push(' ');
    identity.push_str(input);
    identity.push_str(output);
    Cow::Owned(identity)
}
