//! The sections of the document, one file each: every key of the format with its rule, and the typed values that
//! the core uses. Values are taken only from a document that keeps the rules.

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

use super::model::{LazyId, Parameter, Template};
use super::problem::ProblemCode;
use super::reader::values::{items, part, texts};
use super::reader::{Node, Rule, is_name, optional, required};
use crate::json::Value;
use crate::list::List;

pub(super) use extensions::MAX_BYTES as MAX_EXTENSIONS_BYTES;
pub(super) use guard::MAX_RULES as MAX_GUARD_RULES;
pub(crate) use knowledge::{MAX_ENTRIES as MAX_KNOWLEDGE_ENTRIES, is_entry as is_knowledge_entry};
pub(super) use moods::MAX_MOODS;
pub(crate) use persona::is_version;
pub(super) use principles::DEFAULT_WEIGHT as DEFAULT_PRINCIPLE_WEIGHT;
pub(super) use roles::MAX_ROLES;
pub(super) use triggers::{DEFAULT_WEIGHT as DEFAULT_TRIGGER_WEIGHT, MAX_TRIGGERS};

/// The whole document. The keys stand in the order in which their problems are found.
pub(super) static DOCUMENT: Rule = Rule::ObjectAnd(
    &[
        optional("schema_version", &metadata::SCHEMA_VERSION),
        required("persona", &persona::PERSONA),
        required("core_traits", &traits::CORE_TRAITS),
        required("linguistic_profile", &language_profile::LINGUISTIC_PROFILE),
        required("behavioral_rules", &rules::BEHAVIORAL_RULES),
        optional("trigger_responses", &rules::TRIGGER_RESPONSES),
        optional("advanced_parameters", &modifiers::BASE_VALUES),
        optional("safety_guards", &safety::SAFETY_GUARDS),
        optional("examples", &examples::EXAMPLES),
        optional("hierarchical_config", &levels::HIERARCHICAL_CONFIG),
        optional("mood_config", &moods::MOOD_CONFIG),
        optional("affinity_config", &affinity::AFFINITY_CONFIG),
        optional("principles", &principles::PRINCIPLES),
        optional("policy", &policy::POLICY),
        optional("extensions", &extensions::EXTENSIONS),
        optional("metadata", &metadata::METADATA),
        // Checked here; their typed forms belong to the rooms that will use them.
        optional("memory_preferences", &memory_preferences::MEMORY_PREFERENCES),
        optional("guard", &guard::GUARD),
        optional("roles", &roles::ROLES),
        optional("knowledge", &knowledge::KNOWLEDGE),
    ],
    warn_without_base_value,
);

/// The typed form of a document that keeps the rules.
pub(super) fn template(document: Value) -> Template {
    let section = |key| part(&document, key);
    Template {
        id: LazyId::default(),
        persona: persona::persona(section("persona")),
        core_traits: traits::core_traits(section("core_traits")),
        linguistic_profile: language_profile::linguistic_profile(section("linguistic_profile")),
        behavioral_rules: texts(&document, "behavioral_rules"),
        trigger_responses: rules::trigger_responses(section("trigger_responses")),
        advanced_parameters: modifiers::parameters(section("advanced_parameters")),
        safety_guards: document.get("safety_guards").map(safety::safety_guards),
        sample_responses: examples::sample_responses(section("examples")),
        hierarchical_config: document.get("hierarchical_config").map(levels::hierarchical_config),
        mood_config: document.get("mood_config").map(moods::mood_config),
        affinity_config: affinity::affinity_config(section("affinity_config")),
        memory_preferences: memory_preferences::memory_preferences(section("memory_preferences")),
        principles: items(&document, "principles").iter().map(principles::principle).list(),
        knowledge: knowledge::knowledge(section("knowledge")),
        max_context_tokens: policy::max_context_tokens(section("policy")),
        card: extensions::card_texts(section("extensions")),
        document,
    }
}

/// A level or mood that changes a parameter without a base value changes 0.5, which is seldom meant.
fn warn_without_base_value(root: &Node<'_>) {
    let deltas = deltas(root.value);
    let base = root.get("advanced_parameters");
    for parameter in Parameter::ALL {
        let name = parameter.name();
        let is_delta = |value: &Value| value.as_f64().is_some_and(|delta| (-1.0..=1.0).contains(&delta));
        let has_delta = deltas.iter().any(|deltas| is_delta(part(deltas, name)));
        let has_base = base.is_some_and(|base| !base.value.is_object() || base.value.get(name).is_some());
        if has_delta && !has_base {
            let message = format!("A level or mood changes {name}, which has no base value; 0.5 is used.");
            base.as_ref().unwrap_or(root).warning(ProblemCode::NoBaseValue, &message);
        }
    }
}

/// The deltas of all levels and moods that can be read.
fn deltas(document: &Value) -> Vec<&Value> {
    let mut changing: Vec<&Value> = Vec::new();
    changing.extend(items(part(document, "hierarchical_config"), "relationship_levels"));
    if let Value::Object(moods) = part(part(document, "mood_config"), "moods") {
        changing.extend(moods.iter().filter(|(name, _)| is_name(name)).map(|(_, mood)| mood));
    }
    changing.into_iter().map(|level| part(part(level, "modifiers"), "advanced_parameters")).list()
}
