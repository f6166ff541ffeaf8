//! `extensions`: any JSON of anyone, carried along.

use crate::json;
use crate::template::problem::ProblemCode;
use crate::template::reader::Node;

/// Bytes of the section as compact JSON.
const MAX_BYTES: usize = 256 << 10;

/// Checks the section; its one value that the core uses is the prose of a converted character card.
pub(super) fn card_prose(node: &Node<'_>) -> Option<String> {
    if !node.value.is_object() {
        node.wrong_type("an object");
        return None;
    }
    if json::compact_length(node.value) > MAX_BYTES {
        node.error(ProblemCode::TooLarge, format!("This section has more than {MAX_BYTES} bytes."));
    }
    let prose = node.value.get("luminoracore/card")?.get("prose")?;
    prose.as_str().map(str::to_owned)
}
