//! `core_traits`.

use crate::json::Value;

use crate::template::model::CoreTraits;
use crate::template::reader::values::text;
use crate::template::reader::{Rule, required};
use crate::template::words;

pub(super) static CORE_TRAITS: Rule = Rule::Object(&[
    required("archetype", &Rule::Word(words::ARCHETYPE)),
    required("temperament", &Rule::Word(words::TEMPERAMENT)),
    required("communication_style", &Rule::Word(words::COMMUNICATION_STYLE)),
]);

pub(super) fn core_traits(traits: &Value) -> CoreTraits {
    CoreTraits {
        archetype: text(traits, "archetype"),
        temperament: text(traits, "temperament"),
        communication_style: text(traits, "communication_style"),
    }
}
