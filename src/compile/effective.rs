//! The effective parameters: base + deltas, summed, clamped once, rounded once.

use super::compiled::{ParameterTrace, Step};
use crate::decimal::round6;
use crate::template::model::{Parameter, Parameters};

/// The base of a parameter that has a delta but no base value.
const BASE_WHEN_ABSENT: f64 = 0.5;

/// Deltas, where they come from, and the factor they are multiplied with.
pub(super) struct Source<'a> {
    pub(super) name: &'a str,
    pub(super) deltas: &'a Parameters,
    pub(super) factor: f64,
}

/// What the sums gave.
pub(super) struct Effective {
    /// Each 0..1, 6 decimals; absent = neither base value nor delta.
    pub(super) parameters: Parameters,
    pub(super) trace: Vec<(Parameter, ParameterTrace)>,
    /// Parameters with a delta and no base value.
    pub(super) without_base: Vec<Parameter>,
}

/// `effective = clamp01(base + the sources' deltas)`, in the order of the sources.
pub(super) fn effective(base: &Parameters, sources: &[Source<'_>]) -> Effective {
    let mut result = Effective {
        parameters: Parameters::default(),
        trace: Vec::with_capacity(6),
        without_base: Vec::new(),
    };
    for parameter in Parameter::ALL {
        let mut steps = Vec::new();
        let mut sum = base.get(parameter).unwrap_or(BASE_WHEN_ABSENT);
        for source in sources {
            if let Some(delta) = source.deltas.get(parameter) {
                let delta = delta * source.factor;
                sum += delta;
                steps.push(Step { source: source.name.to_owned(), delta: round6(delta) });
            }
        }
        if base.get(parameter).is_none() {
            if steps.is_empty() {
                continue;
            }
            result.without_base.push(parameter);
        }
        let value = round6(sum.clamp(0.0, 1.0));
        result.parameters.set(parameter, Some(value));
        let base = base.get(parameter).unwrap_or(BASE_WHEN_ABSENT);
        result.trace.push((parameter, ParameterTrace { base, steps, effective: value }));
    }
    result
}
