//! `extensions`: any JSON of anyone, carried along.

use crate::json::Value;

use crate::json;
use crate::template::problem::ProblemCode;
use crate::template::reader::values::{optional_text, part};
use crate::template::reader::{Node, Rule};

/// Bytes of the section as compact JSON.
pub(in crate::template) const MAX_BYTES: usize = 256 << 10;

pub(super) static EXTENSIONS: Rule = Rule::And(&Rule::AnyObject, |node: &Node<'_>| {
    if json::compact_length(node.value) > MAX_BYTES {
        node.error(ProblemCode::TooLarge, &format!("This section has more than {MAX_BYTES} bytes."));
    }
});

/// The prose of a converted character card.
pub(super) fn card_prose(extensions: &Value) -> Option<String> {
    optional_text(part(extensions, "luminoracore/card"), "prose")
}
