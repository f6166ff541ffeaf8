//! `memory_preferences`.

use crate::json::Value;
use crate::template::model::MemoryPreferences;
use crate::template::reader::values::{number, part, texts};
use crate::template::reader::{Rule, optional};
use crate::template::words;

pub(super) static MEMORY_PREFERENCES: Rule = Rule::Object(&[
    optional("fact_categories", &Rule::Set(0, 1000, &Rule::OneOf(words::FACT_CATEGORIES))),
    optional("episode_types", &Rule::Set(0, 1000, &Rule::OneOf(words::EPISODE_TYPES))),
    optional("importance_threshold", &Rule::Number(0.0, 10.0)),
    optional("remember_topics", &Rule::Boolean),
    optional("remember_questions", &Rule::Boolean),
    optional("remember_shared_interests", &Rule::Boolean),
]);

pub(super) fn memory_preferences(section: &Value) -> MemoryPreferences {
    let defaults = MemoryPreferences::default();
    let names = |key| part(section, key).is_array().then(|| texts(section, key));
    let wanted = |key| part(section, key).as_bool().unwrap_or(true);
    MemoryPreferences {
        fact_categories: names("fact_categories"),
        episode_types: names("episode_types"),
        importance_threshold: number(section, "importance_threshold")
            .unwrap_or(defaults.importance_threshold),
        topics: wanted("remember_topics"),
        questions: wanted("remember_questions"),
        shared_interests: wanted("remember_shared_interests"),
    }
}
