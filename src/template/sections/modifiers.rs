//! The six parameters, as base values and as deltas, and the `modifiers` of levels and moods.

use crate::json::Value;

use crate::template::model::{Modifiers, Parameter, Parameters};
use crate::template::reader::values::{number, part, text, texts};
use crate::template::reader::{Key, Rule, optional};

/// Base values.
pub(super) static BASE_VALUES: Rule = Rule::Object(&parameter_keys(&Rule::Number(0.0, 1.0)));

/// Deltas.
pub(super) static DELTAS: Rule = Rule::Object(&parameter_keys(&Rule::Number(-1.0, 1.0)));

pub(super) static MODIFIERS: Rule = Rule::Object(&[
    optional("advanced_parameters", &DELTAS),
    optional("behavioral_adjustments", &Rule::List(0, 1000, &Rule::String(1, 200))),
    optional(
        "linguistic_profile",
        &Rule::Object(&[
            optional("tone_additions", &ADDITIONS),
            optional("expression_additions", &ADDITIONS),
        ]),
    ),
    optional(
        "system_prompt_additions",
        &Rule::Object(&[optional("prefix", &AFFIX), optional("suffix", &AFFIX)]),
    ),
]);

static ADDITIONS: Rule = Rule::List(0, 1000, &Rule::String(1, 100));
static AFFIX: Rule = Rule::String(0, 2000);

const fn parameter_keys(rule: &'static Rule) -> [Key; 6] {
    [
        optional(Parameter::Verbosity.name(), rule),
        optional(Parameter::Formality.name(), rule),
        optional(Parameter::Humor.name(), rule),
        optional(Parameter::Empathy.name(), rule),
        optional(Parameter::Creativity.name(), rule),
        optional(Parameter::Directness.name(), rule),
    ]
}

/// Some of the six parameters.
pub(super) fn parameters(values: &Value) -> Parameters {
    let mut parameters = Parameters::default();
    for parameter in Parameter::ALL {
        parameters.set(parameter, number(values, parameter.name()));
    }
    parameters
}

pub(super) fn modifiers(modifiers: &Value) -> Modifiers {
    let profile = part(modifiers, "linguistic_profile");
    let affixes = part(modifiers, "system_prompt_additions");
    Modifiers {
        parameters: parameters(part(modifiers, "advanced_parameters")),
        tone_additions: texts(profile, "tone_additions"),
        expression_additions: texts(profile, "expression_additions"),
        behavioral_adjustments: texts(modifiers, "behavioral_adjustments"),
        prefix: text(affixes, "prefix"),
        suffix: text(affixes, "suffix"),
    }
}
