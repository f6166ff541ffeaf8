//! `safety_guards`.

use crate::json::Value;

use crate::template::model::SafetyGuards;
use crate::template::reader::values::{number, part, texts};
use crate::template::reader::{Rule, optional};
use crate::template::words;

pub(super) static SAFETY_GUARDS: Rule = Rule::Object(&[
    optional("forbidden_topics", &Rule::Set(0, 1000, &Rule::String(1, 100))),
    optional("content_filters", &Rule::Set(0, 1000, &Rule::OneOf(words::CONTENT_FILTERS))),
    optional("tone_limits", &TONE_LIMITS),
]);

static TONE_LIMITS: Rule = Rule::Object(&[
    optional("max_aggression", &Rule::Number(0.0, 1.0)),
    optional("max_informality", &Rule::Number(0.0, 1.0)),
]);

pub(super) fn safety_guards(guards: &Value) -> SafetyGuards {
    let limits = part(guards, "tone_limits");
    SafetyGuards {
        forbidden_topics: texts(guards, "forbidden_topics"),
        max_aggression: number(limits, "max_aggression"),
        max_informality: number(limits, "max_informality"),
        content_filters: texts(guards, "content_filters"),
    }
}
