//! `trigger_responses`. (`behavioral_rules` is a plain list, declared with the document.)

use crate::template::model::TriggerResponses;
use crate::template::reader::{Node, list, string};

pub(super) fn trigger_responses(node: &Node<'_>) -> Option<TriggerResponses> {
    node.object(|keys| {
        let mut lines =
            |key, shortest| keys.optional(key, list(0..=50, string(shortest..=200))).unwrap_or_default();
        TriggerResponses {
            on_greeting: lines("on_greeting", 5),
            on_confusion: lines("on_confusion", 10),
            on_success: lines("on_success", 5),
            on_error: lines("on_error", 10),
            on_goodbye: lines("on_goodbye", 5),
        }
    })
}
