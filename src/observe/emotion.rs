//! Which emotions a text names or shows.

use super::lexicon::EMOTIONS;
use super::reading::Reading;
use super::{Emotion, Span};

/// The emotions that feel good, and those that feel bad, as bits in the order of [`EMOTIONS`].
const GOOD: u8 = 0b1100_0001;
const BAD: u8 = 0b0010_1110;

/// The emotions of a text, in the order of [`EMOTIONS`]; negated ones are dropped, not turned, and so are
/// those of a word inside a phrase that says the opposite ("don't worry", "tears of joy").
///
/// The score of an emotion is `x / (x + 1)`, where x adds 1 for each word, times its intensifiers: one word
/// is 0.5, and no number of words reaches 1.
pub(super) fn emotions(reading: &Reading<'_>) -> Vec<Emotion> {
    let mut shown: Vec<(u8, f64, Span)> = Vec::new();
    for word in &reading.emotions {
        let modifiers = reading.modifiers(word.tokens.start);
        if !modifiers.negated() {
            let span = reading.scan.span_of(word.tokens.start, word.tokens.len());
            let phrase = reading.claim_of(word.tokens.start);
            let emotions = match phrase.filter(|phrase| phrase.tokens.len() > word.tokens.len()) {
                Some(phrase) if phrase.entry.valence > 0.0 => word.emotions & !BAD,
                Some(phrase) if phrase.entry.valence < 0.0 => word.emotions & !GOOD,
                _ => word.emotions,
            };
            shown.push((emotions, modifiers.degree, span));
        }
    }
    for symbol in &reading.symbols {
        shown.push((symbol.entry.emotions, 1.0, symbol.span));
    }
    let mut found = Vec::new();
    if shown.is_empty() {
        return found;
    }
    for (index, name) in EMOTIONS.into_iter().enumerate() {
        let mut strength = 0.0;
        let mut spans = Vec::new();
        for (emotions, amount, span) in &shown {
            if emotions >> index & 1 == 1 {
                strength += amount;
                spans.push(*span);
            }
        }
        if !spans.is_empty() {
            crate::order::sort_by_key(&mut spans, |span| *span);
            let score = crate::decimal::round(strength / (strength + 1.0), 6);
            found.push(Emotion { name: name.to_owned(), score, spans });
        }
    }
    found
}
