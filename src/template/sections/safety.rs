//! `safety_guards`.

use crate::template::model::SafetyGuards;
use crate::template::reader::{Node, number, one_of, set, string};
use crate::template::words;

pub(super) fn safety_guards(node: &Node<'_>) -> Option<SafetyGuards> {
    node.object(|keys| {
        let mut guards = SafetyGuards {
            forbidden_topics: keys
                .optional("forbidden_topics", set(0..=1000, string(1..=100)))
                .unwrap_or_default(),
            content_filters: keys
                .optional("content_filters", set(0..=1000, one_of(words::CONTENT_FILTERS)))
                .unwrap_or_default(),
            ..SafetyGuards::default()
        };
        keys.optional("tone_limits", |node| {
            node.object(|keys| {
                guards.max_aggression = keys.optional("max_aggression", number(0.0..=1.0));
                guards.max_informality = keys.optional("max_informality", number(0.0..=1.0));
            })
        });
        guards
    })
}
