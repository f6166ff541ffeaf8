//! `memory_preferences`.

use crate::template::reader::{Node, boolean, number, one_of, set};
use crate::template::words;

pub(super) fn memory_preferences(node: &Node<'_>) -> Option<()> {
    node.object(|keys| {
        keys.optional("fact_categories", set(0..=1000, one_of(words::FACT_CATEGORIES)));
        keys.optional("episode_types", set(0..=1000, one_of(words::EPISODE_TYPES)));
        keys.optional("importance_threshold", number(0.0..=10.0));
        keys.optional("remember_topics", boolean);
        keys.optional("remember_questions", boolean);
        keys.optional("remember_shared_interests", boolean);
    })
}
