//! `extensions`: any JSON of anyone, carried along.

use crate::json::Value;

use crate::json;
use crate::template::model::CardTexts;
use crate::template::problem::ProblemCode;
use crate::template::reader::values::{optional_text, part, text};
use crate::template::reader::{Node, Rule};

/// Bytes of the section as compact JSON.
pub(in crate::template) const MAX_BYTES: usize = 256 << 10;

pub(super) static EXTENSIONS: Rule = Rule::And(&Rule::AnyObject, |node: &Node<'_>| {
    if json::compact_length(node.value) > MAX_BYTES {
        node.error(ProblemCode::TooLarge, &format!("This section has more than {MAX_BYTES} bytes."));
    }
});

/// What a converted character card says in its own words.
pub(super) fn card_texts(extensions: &Value) -> CardTexts {
    let card = part(extensions, "luminoracore/card");
    CardTexts {
        prose: optional_text(card, "prose"),
        nickname: optional_text(card, "nickname").filter(|name| !name.trim().is_empty()),
        system_prompt: text(card, "system_prompt"),
        post_history_instructions: text(card, "post_history_instructions"),
    }
}
