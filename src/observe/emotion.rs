//! Which emotions a text names or shows.

use super::lexicon::EMOTIONS;
use super::reading::Reading;
use super::{Emotion, Span};

/// The emotions of a text, in the order of [`EMOTIONS`]; negated ones are dropped, not turned.
///
/// The score of an emotion is `x / (x + 1)`, where x adds 1 for each word, times its intensifiers: one word
/// is 0.5, and no number of words reaches 1.
pub(super) fn emotions(reading: &Reading<'_>) -> Vec<Emotion> {
    let mut strength = [0.0; EMOTIONS.len()];
    let mut spans: [Vec<Span>; EMOTIONS.len()] = Default::default();
    let mut add = |emotions: u8, amount: f64, span: Span| {
        for (index, (strength, spans)) in strength.iter_mut().zip(&mut spans).enumerate() {
            if emotions >> index & 1 == 1 {
                *strength += amount;
                spans.push(span);
            }
        }
    };
    for word in &reading.emotions {
        let modifiers = reading.modifiers(word.tokens.start);
        if !modifiers.negated() {
            let span = reading.scan.span_of(word.tokens.start, word.tokens.len());
            add(word.emotions, modifiers.degree, span);
        }
    }
    for symbol in &reading.symbols {
        add(symbol.entry.emotions, 1.0, symbol.span);
    }
    let found = EMOTIONS.into_iter().zip(strength).zip(spans).filter(|(_, spans)| !spans.is_empty());
    found
        .map(|((name, strength), mut spans)| {
            crate::order::sort_by_key(&mut spans, |span| *span);
            Emotion {
                name: name.to_owned(),
                score: crate::decimal::round(strength / (strength + 1.0), 6),
                spans,
            }
        })
        .collect()
}
