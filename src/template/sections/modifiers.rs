//! The six parameters, as base values and as deltas, and the `modifiers` of levels and moods.

use std::ops::RangeInclusive;

use crate::template::model::{Modifiers, Parameter, Parameters};
use crate::template::reader::{Node, list, number, string};

/// An object with some of the six parameters.
pub(super) fn parameters(range: RangeInclusive<f64>) -> impl Fn(&Node<'_>) -> Option<Parameters> {
    move |node| {
        node.object(|keys| {
            let mut parameters = Parameters::default();
            for parameter in Parameter::ALL {
                parameters.set(parameter, keys.optional(parameter.name(), number(range.clone())));
            }
            parameters
        })
    }
}

pub(super) fn modifiers(node: &Node<'_>) -> Option<Modifiers> {
    node.object(|keys| {
        let mut modifiers = Modifiers {
            parameters: keys.optional("advanced_parameters", parameters(-1.0..=1.0)).unwrap_or_default(),
            behavioral_adjustments: keys
                .optional("behavioral_adjustments", list(0..=1000, string(1..=200)))
                .unwrap_or_default(),
            ..Modifiers::default()
        };
        keys.optional("linguistic_profile", |node| {
            node.object(|keys| {
                let mut lines = |key| keys.optional(key, list(0..=1000, string(1..=100))).unwrap_or_default();
                modifiers.tone_additions = lines("tone_additions");
                modifiers.expression_additions = lines("expression_additions");
            })
        });
        keys.optional("system_prompt_additions", |node| {
            node.object(|keys| {
                modifiers.prefix = keys.optional("prefix", string(0..=2000)).unwrap_or_default();
                modifiers.suffix = keys.optional("suffix", string(0..=2000)).unwrap_or_default();
            })
        });
        modifiers
    })
}
