//! Observations across the boundary. To write one as JSON text and parse it takes longer than to observe a message, so
//! an observation goes as numbers, which `js/observation.ts` reads in the order in which they are written here. What
//! a template or a pack names goes beside them, when there is any, as plain objects.

use luminoracore::observe::{Observation, SentimentClass, Span};
use wasm_bindgen::prelude::*;

use crate::value::to_js;

#[wasm_bindgen]
extern "C" {
    /// Makes objects of numbers: `js/observation.ts`.
    pub type ObservationReader;

    /// An observation, of its numbers, which are there only during the call, and of what is named.
    #[wasm_bindgen(method)]
    fn read(this: &ObservationReader, numbers: &[f64], named: &JsValue) -> JsValue;
}

/// The observation as a plain object. What is named is an array: the type of the interaction, or `null` when it is the
/// class that the numbers say, mood triggers, topics, facts and episodes.
pub(crate) fn observation_to_js(observation: &Observation, reader: &ObservationReader) -> JsValue {
    let Observation { interaction, mood_triggers, topics, facts, episodes, .. } = observation;
    let class = SentimentClass::from_name(&interaction.kind);
    let is_named = class.is_none()
        || !(mood_triggers.is_empty() && topics.is_empty() && facts.is_empty() && episodes.is_empty());
    let named = if is_named {
        let kind = if class.is_none() { Some(&interaction.kind) } else { None };
        to_js(&(kind, mood_triggers, topics, facts, episodes))
    } else {
        JsValue::UNDEFINED
    };
    reader.read(&numbers(observation, class), &named)
}

/// Names are numbers too: their places in the declarations.
fn numbers(observation: &Observation, interaction: Option<SentimentClass>) -> Vec<f64> {
    let Observation { language, coverage, sentiment, emotions, intent, .. } = observation;
    let mut numbers = Vec::with_capacity(64);
    // Two or three letters, each a digit to the base 32.
    let mut code = 0;
    for letter in language.code.bytes() {
        code = code << 5 | u32::from(letter & 31);
    }
    numbers.push(code.into());
    numbers.push(language.confidence);
    numbers.push(f64::from(*coverage as u8));
    numbers.push(f64::from(sentiment.class as u8));
    numbers.push(sentiment.score);
    push_spans(&mut numbers, &sentiment.spans);
    numbers.push(emotions.len() as f64);
    for emotion in emotions {
        numbers.push(emotion.index() as f64);
        numbers.push(emotion.score);
        push_spans(&mut numbers, &emotion.spans);
    }
    numbers.push(f64::from(interaction.unwrap_or(SentimentClass::Neutral) as u8));
    numbers.push(f64::from(u8::from(observation.interaction.directed)));
    push_spans(&mut numbers, &observation.interaction.spans);
    // -1 = none.
    numbers.push(intent.map_or(-1.0, |intent| f64::from(intent as u8)));
    numbers
}

fn push_spans(numbers: &mut Vec<f64>, spans: &[Span]) {
    numbers.push(spans.len() as f64);
    for [start, end] in spans {
        numbers.push(f64::from(*start));
        numbers.push(f64::from(*end));
    }
}
