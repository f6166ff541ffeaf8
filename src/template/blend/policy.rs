//! The policy: no tool is freer in a blend than with any source that has a policy.

use super::rule::{Merging, strictest};
use super::share::keys;
use crate::json::{Map, Value};
use crate::template::reader::values::part;
use crate::template::words::APPROVALS;

/// What a policy says of a tool when it says nothing.
pub(super) const DEFAULT_APPROVAL: &str = "user-approval";

/// The strictest approval of each tool. For a tool that it does not name a policy has its default.
pub(super) fn tools(merging: &Merging<'_, '_>, _: &mut bool) -> Option<Value> {
    let mut tools = Map::new();
    for tool in keys(merging.shares, &|_| true) {
        let mut approvals = Vec::with_capacity(merging.section.len());
        for policy in merging.section {
            let named = part(part(policy.value, "tools"), tool).as_str();
            let default = part(policy.value, "default").as_str();
            approvals.push(named.or(default).unwrap_or(DEFAULT_APPROVAL));
        }
        tools.insert(tool, strictest(&approvals, APPROVALS));
    }
    (!merging.shares.is_empty()).then(|| tools.into())
}
