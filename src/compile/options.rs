//! What a compile can be told beyond the template.

use serde::Serialize;

use super::target::Target;
use crate::error::{Error, ErrorCode};
use crate::json::{self, Fields, Value};
use crate::template::model::{Parameter, Parameters};

/// Options of a compile. Every one has a default; an unknown key is refused.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CompileOptions {
    /// Affinity points: an integer 0..100. A float so that 20.5 is refused as `out_of_range` like any other
    /// number that is none of these.
    pub affinity: f64,
    /// The level that holds, by name, where it is not the one of the points (hysteresis); absent = by points.
    pub level: Option<String>,
    /// A mood of the template; absent = its default mood.
    pub mood: Option<String>,
    /// 0..1; absent = 1.
    pub mood_intensity: Option<f64>,
    /// Deltas and temperature of the mask.
    pub mask: Option<MaskDeltas>,
    /// Whose request shape to build.
    pub target: Target,
    /// The model id, where the target's request names one.
    pub model: Option<String>,
    /// The most tokens (by the estimate) the prompt may have; absent = nothing is dropped.
    pub max_tokens: Option<u32>,
    /// The most tokens the model may answer with, at least 1.
    pub max_output_tokens: Option<u32>,
    /// The conversation so far, set behind the system text in the request.
    pub messages: Vec<Message>,
    /// Which features apply.
    pub features: CompileFeatures,
    /// The person's name, for `{{user}}`; absent = "User".
    pub user: Option<String>,
    /// What `{{random:}}` and `{{roll:}}` draw from.
    pub seed: u64,
}

/// What a mask changes: deltas on the parameters, and the temperature itself.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
pub struct MaskDeltas {
    /// -1..1 each.
    #[cfg_attr(feature = "typescript", ts(as = "Option<Parameters>", optional))]
    pub parameters: Parameters,
    /// 0..2; replaces the temperature that follows from creativity.
    pub temperature: Option<f64>,
}

impl MaskDeltas {
    /// Reads the deltas of a call.
    pub(crate) fn parse(fields: &mut Fields<'_>) -> Self {
        let parameters = fields.nested("parameters", |values| {
            let mut parameters = Parameters::default();
            for parameter in Parameter::ALL {
                parameters.set(parameter, values.number(parameter.name(), f64::MIN, f64::MAX));
            }
            parameters
        });
        let temperature = fields.number("temperature", f64::MIN, f64::MAX);
        Self { parameters: parameters.unwrap_or_default(), temperature }
    }
}

/// Features that can be switched off. Without one, level or mood are still named, but change nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct CompileFeatures {
    /// Whether the modifiers of levels apply.
    #[cfg_attr(feature = "typescript", ts(as = "Option<bool>", optional))]
    pub hierarchical_personality: bool,
    /// Whether the modifiers of moods apply.
    #[cfg_attr(feature = "typescript", ts(as = "Option<bool>", optional))]
    pub mood_system: bool,
}

impl CompileFeatures {
    fn parse(fields: &mut Fields<'_>) -> Self {
        Self {
            hierarchical_personality: fields.boolean("hierarchical_personality").unwrap_or(true),
            mood_system: fields.boolean("mood_system").unwrap_or(true),
        }
    }
}

impl Default for CompileFeatures {
    fn default() -> Self {
        Self { hierarchical_personality: true, mood_system: true }
    }
}

/// One message of the conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Message {
    /// Who said it.
    pub role: Role,
    /// What was said.
    pub content: String,
}

impl Message {
    fn parse(fields: &mut Fields<'_>) -> Self {
        Self {
            role: fields.required_choice("role", &Role::NAMES),
            content: fields.required_string("content"),
        }
    }
}

/// Who said a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(rename = "MessageRole"))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The person.
    User,
    /// The personality.
    Assistant,
    /// Neither: what both should know. Targets that have no such role are told it as the person.
    System,
}

impl Role {
    const NAMES: [(&'static str, Self); 3] =
        [("user", Self::User), ("assistant", Self::Assistant), ("system", Self::System)];
}

impl CompileOptions {
    /// Reads the options of a call: every one may be absent, and no other is known.
    ///
    /// # Errors
    /// `unknown_target` for a name that is no target; `invalid_argument` for a wrong type or an unknown key.
    pub fn parse(options: &Value) -> Result<Self, Error> {
        let mut fields = Fields::new(options, "");
        let target = fields.string("target");
        fields.check()?;
        let target = target.map(|name| Target::from_name(&name)).transpose()?;
        let options = Self {
            affinity: fields.number("affinity", f64::MIN, f64::MAX).unwrap_or_default(),
            level: fields.string("level"),
            mood: fields.string("mood"),
            mood_intensity: fields.number("mood_intensity", f64::MIN, f64::MAX),
            mask: fields.nested("mask", MaskDeltas::parse),
            target: target.unwrap_or_default(),
            model: fields.string("model"),
            max_tokens: fields.count("max_tokens"),
            max_output_tokens: fields.count("max_output_tokens"),
            messages: fields.list("messages", Message::parse),
            features: fields.nested("features", CompileFeatures::parse).unwrap_or_default(),
            user: fields.string("user"),
            seed: fields.integer("seed", 0, 1 << 53).unwrap_or_default().unsigned_abs(),
        };
        fields.finish()?;
        Ok(options)
    }

    /// The options as the numbers they stand for, each inside its range.
    pub(super) fn checked(&self) -> Result<Checked<'_>, Error> {
        // Written as a range check so that NaN fails it.
        if !((0.0..=100.0).contains(&self.affinity) && self.affinity.fract() == 0.0) {
            return Err(out_of_range("/affinity", self.affinity, "an integer from 0 to 100"));
        }
        let intensity = self.mood_intensity.unwrap_or(1.0);
        if !(0.0..=1.0).contains(&intensity) {
            return Err(out_of_range("/mood_intensity", intensity, "a number from 0 to 1"));
        }
        if self.max_output_tokens == Some(0) {
            return Err(out_of_range("/max_output_tokens", 0.0, "an integer of at least 1"));
        }
        let mask = self.mask.as_ref();
        for parameter in Parameter::ALL {
            let delta = mask.and_then(|mask| mask.parameters.get(parameter)).unwrap_or_default();
            if !(-1.0..=1.0).contains(&delta) {
                let path = format!("/mask/parameters/{}", parameter.name());
                return Err(out_of_range(&path, delta, "a number from -1 to 1"));
            }
        }
        let temperature = mask.and_then(|mask| mask.temperature);
        if let Some(temperature) = temperature.filter(|temperature| !(0.0..=2.0).contains(temperature)) {
            return Err(out_of_range("/mask/temperature", temperature, "a number from 0 to 2"));
        }
        let points = self.affinity as u8;
        Ok(Checked { points, intensity, mask: mask.map(|mask| &mask.parameters), temperature })
    }
}

/// Options whose numbers lie in their ranges.
pub(super) struct Checked<'a> {
    pub(super) points: u8,
    pub(super) intensity: f64,
    pub(super) mask: Option<&'a Parameters>,
    pub(super) temperature: Option<f64>,
}

fn out_of_range(path: &str, value: f64, range: &str) -> Error {
    Error::new(ErrorCode::OutOfRange, format!("{} is not {range}", json::to_text(&value)))
        .at(path)
        .hint(format!("give {range}"))
}
