//! The sections of the document, one file each: every key of the format with its type, limits and default.

mod affinity;
mod examples;
mod extensions;
mod guard;
mod knowledge;
mod language_profile;
mod levels;
mod memory_preferences;
mod metadata;
mod modifiers;
mod moods;
mod persona;
mod policy;
mod principles;
mod roles;
mod rules;
mod safety;
mod traits;
mod triggers;

use super::model::{Parameter, Template};
use super::problem::ProblemCode;
use super::reader::{Node, list, string};

pub(super) use knowledge::MAX_ENTRIES as MAX_KNOWLEDGE_ENTRIES;

/// Reads the whole document. The result is complete only when nothing was reported; its `document` and `id` are
/// still to be filled in.
pub(super) fn template(root: &Node<'_>) -> Option<Template> {
    root.object(|keys| {
        keys.optional("schema_version", metadata::schema_version);
        let template = Template {
            document: crate::json::Value::Null,
            id: String::new(),
            persona: keys.required("persona", persona::persona),
            core_traits: keys.required("core_traits", traits::core_traits),
            linguistic_profile: keys.required("linguistic_profile", language_profile::linguistic_profile),
            behavioral_rules: keys.required("behavioral_rules", list(1..=100, string(1..=200))),
            trigger_responses: keys
                .optional("trigger_responses", rules::trigger_responses)
                .unwrap_or_default(),
            advanced_parameters: keys
                .optional("advanced_parameters", modifiers::parameters(0.0..=1.0))
                .unwrap_or_default(),
            safety_guards: keys.optional("safety_guards", safety::safety_guards),
            sample_responses: keys.optional("examples", examples::examples).unwrap_or_default(),
            hierarchical_config: keys.optional("hierarchical_config", levels::hierarchical_config),
            mood_config: keys.optional("mood_config", moods::mood_config),
            affinity_config: keys.optional("affinity_config", affinity::affinity_config).unwrap_or_default(),
            principles: keys.optional("principles", principles::principles).unwrap_or_default(),
            max_context_tokens: keys.optional("policy", policy::max_context_tokens),
            card_prose: keys.optional("extensions", extensions::card_prose),
        };
        keys.optional("metadata", metadata::metadata);
        // Checked here; their typed forms belong to the rooms that will use them.
        keys.optional("memory_preferences", memory_preferences::memory_preferences);
        keys.optional("guard", guard::guard);
        keys.optional("roles", roles::roles);
        keys.optional("knowledge", knowledge::knowledge);
        warn_without_base_value(keys.node, &template);
        template
    })
}

/// A level or mood that changes a parameter without a base value changes 0.5, which is seldom meant.
fn warn_without_base_value(root: &Node<'_>, template: &Template) {
    let levels = template.hierarchical_config.iter().flat_map(|config| &config.levels);
    let moods = template.mood_config.iter().flat_map(|config| &config.moods);
    let modifiers: Vec<_> =
        levels.map(|level| &level.modifiers).chain(moods.map(|mood| &mood.modifiers)).collect();
    let base = root.get("advanced_parameters");
    for parameter in Parameter::ALL {
        let has_delta = modifiers.iter().any(|modifiers| modifiers.parameters.get(parameter).is_some());
        if !has_delta
            || base.is_some_and(|base| !base.value.is_object() || base.get(parameter.name()).is_some())
        {
            continue;
        }
        let name = parameter.name();
        let message = format!("A level or mood changes {name}, which has no base value; 0.5 is used.");
        base.as_ref().unwrap_or(root).warning(ProblemCode::NoBaseValue, message);
    }
}
