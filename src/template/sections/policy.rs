//! `policy`: which tools may run, and the token limit of the prompt.

use crate::template::reader::{Node, integer, map, one_of};
use crate::template::words;

/// Checks the section; its one value that the core uses is `max_context_tokens`.
pub(super) fn max_context_tokens(node: &Node<'_>) -> Option<u32> {
    node.object(|keys| {
        keys.optional("default", one_of(words::APPROVALS));
        keys.optional("tools", map(0..=usize::MAX, one_of(words::APPROVALS)));
        let tokens = keys.optional("max_context_tokens", integer::<i64>(256..=i64::MAX));
        tokens.map(|tokens| u32::try_from(tokens).unwrap_or(u32::MAX))
    })?
}
