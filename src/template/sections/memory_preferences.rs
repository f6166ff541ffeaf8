//! `memory_preferences`.

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
