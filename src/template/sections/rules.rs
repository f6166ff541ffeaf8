//! `behavioral_rules` and `trigger_responses`.

use crate::json::Value;

use crate::template::model::TriggerResponses;
use crate::template::reader::values::texts;
use crate::template::reader::{Rule, optional};

pub(super) static BEHAVIORAL_RULES: Rule = Rule::List(1, 100, &Rule::String(1, 200));

pub(super) static TRIGGER_RESPONSES: Rule = Rule::Object(&[
    optional("on_greeting", &SHORT_LINES),
    optional("on_confusion", &LINES),
    optional("on_success", &SHORT_LINES),
    optional("on_error", &LINES),
    optional("on_goodbye", &SHORT_LINES),
]);

static SHORT_LINES: Rule = Rule::List(0, 50, &Rule::String(5, 200));
static LINES: Rule = Rule::List(0, 50, &Rule::String(10, 200));

pub(super) fn trigger_responses(responses: &Value) -> TriggerResponses {
    TriggerResponses {
        on_greeting: texts(responses, "on_greeting"),
        on_confusion: texts(responses, "on_confusion"),
        on_success: texts(responses, "on_success"),
        on_error: texts(responses, "on_error"),
        on_goodbye: texts(responses, "on_goodbye"),
    }
}
