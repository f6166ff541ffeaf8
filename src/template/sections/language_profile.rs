//! `linguistic_profile`.

use crate::template::model::LinguisticProfile;
use crate::template::reader::{Node, list, set, string, word};
use crate::template::words;

pub(super) fn linguistic_profile(node: &Node<'_>) -> Option<LinguisticProfile> {
    node.object(|keys| LinguisticProfile {
        tone: keys.required("tone", set(1..=20, word(words::TONE))),
        syntax: keys.required("syntax", word(words::SYNTAX)),
        vocabulary: keys.required("vocabulary", list(0..=500, string(1..=100))),
        fillers: keys.optional("fillers", set(0..=1000, string(1..=50))).unwrap_or_default(),
        expressions: keys.optional("expressions", set(0..=1000, string(1..=100))).unwrap_or_default(),
        punctuation_style: keys.optional("punctuation_style", word(words::PUNCTUATION_STYLE)),
    })
}
