//! `linguistic_profile`.

use crate::json::Value;

use crate::template::model::LinguisticProfile;
use crate::template::reader::values::{optional_text, text, texts};
use crate::template::reader::{Rule, optional, required};
use crate::template::words;

pub(super) static LINGUISTIC_PROFILE: Rule = Rule::Object(&[
    required("tone", &Rule::Set(1, 20, &Rule::Word(words::TONE))),
    required("syntax", &Rule::Word(words::SYNTAX)),
    required("vocabulary", &Rule::List(0, 500, &Rule::String(1, 100))),
    optional("fillers", &Rule::Set(0, 1000, &Rule::String(1, 50))),
    optional("expressions", &Rule::Set(0, 1000, &Rule::String(1, 100))),
    optional("punctuation_style", &Rule::Word(words::PUNCTUATION_STYLE)),
]);

pub(super) fn linguistic_profile(profile: &Value) -> LinguisticProfile {
    LinguisticProfile {
        tone: texts(profile, "tone"),
        syntax: text(profile, "syntax"),
        vocabulary: texts(profile, "vocabulary"),
        fillers: texts(profile, "fillers"),
        expressions: texts(profile, "expressions"),
        punctuation_style: optional_text(profile, "punctuation_style"),
    }
}
