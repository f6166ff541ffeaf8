//! `core_traits`.

use crate::template::model::CoreTraits;
use crate::template::reader::{Node, word};
use crate::template::words;

pub(super) fn core_traits(node: &Node<'_>) -> Option<CoreTraits> {
    node.object(|keys| CoreTraits {
        archetype: keys.required("archetype", word(words::ARCHETYPE)),
        temperament: keys.required("temperament", word(words::TEMPERAMENT)),
        communication_style: keys.required("communication_style", word(words::COMMUNICATION_STYLE)),
    })
}
