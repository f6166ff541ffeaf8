//! [`Parameters`] as the JSON object that files and callers see.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::template::model::{Parameter, Parameters};

/// Values for some of the six parameters, by name.
#[derive(Deserialize, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(rename = "Parameters", optional_fields))]
#[serde(deny_unknown_fields)]
pub(super) struct ParametersByName {
    #[serde(skip_serializing_if = "Option::is_none")]
    verbosity: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    formality: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    humor: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    empathy: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    creativity: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    directness: Option<f64>,
}

pub(super) fn serialize<S: Serializer>(parameters: &Parameters, serializer: S) -> Result<S::Ok, S::Error> {
    let [verbosity, formality, humor, empathy, creativity, directness] =
        Parameter::ALL.map(|parameter| parameters.get(parameter));
    ParametersByName { verbosity, formality, humor, empathy, creativity, directness }.serialize(serializer)
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Parameters, D::Error> {
    let ParametersByName { verbosity, formality, humor, empathy, creativity, directness } =
        ParametersByName::deserialize(deserializer)?;
    let values = [verbosity, formality, humor, empathy, creativity, directness];
    let mut parameters = Parameters::default();
    for (parameter, value) in Parameter::ALL.into_iter().zip(values) {
        parameters.set(parameter, value);
    }
    Ok(parameters)
}
