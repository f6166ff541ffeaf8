//! `policy`: which tools may run, and the token limit of the prompt.

use crate::json::Value;

use crate::template::reader::values::number;
use crate::template::reader::{Rule, optional};
use crate::template::words;

pub(super) static POLICY: Rule = Rule::Object(&[
    optional("default", &APPROVAL),
    optional("tools", &Rule::Map(0, usize::MAX, &APPROVAL)),
    optional("max_context_tokens", &Rule::Integer(256.0, f64::MAX)),
]);

static APPROVAL: Rule = Rule::OneOf(words::APPROVALS);

/// The one value of the section that the core uses. A larger number than there are is the largest.
pub(super) fn max_context_tokens(policy: &Value) -> Option<u32> {
    number(policy, "max_context_tokens").map(|tokens| tokens as u32)
}
