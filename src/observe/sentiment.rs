//! How positive a text is: the valence of its words, turned and weighed by what stands around them.

use super::lexicon::Roles;
use super::reading::Reading;
use super::{Sentiment, SentimentClass, Span};

/// What a negator does to a valence: it turns it and weakens it.
const NEGATION: f64 = -0.75;
/// What each of at most three exclamation marks does to the sum.
const EXCLAMATION: f64 = 1.1;
const MOST_EXCLAMATIONS: usize = 3;
/// Softens the score: one strong word alone does not reach the end of the scale.
const SOFTENING: f64 = 15.0;

/// A valued word of a text with what it adds to the sum.
#[derive(Clone, Debug)]
pub(super) struct ValuedWord {
    pub(super) valence: f64,
    /// The word with its negators and intensifiers.
    pub(super) span: Span,
    /// Its clause; `None` for a symbol.
    pub(super) clause: Option<usize>,
    /// Its tokens, without what stands before it; none for a symbol.
    pub(super) tokens: std::ops::Range<usize>,
}

/// The valued words and symbols outside quotations, in the order of the text.
pub(super) fn valued_words(reading: &Reading<'_>) -> Vec<ValuedWord> {
    let mut valued = Vec::new();
    for claim in reading.claims.iter().filter(|claim| claim.valued && !reading.quoted(claim.tokens.start)) {
        let start = claim.tokens.start;
        let modifiers = reading.modifiers(start);
        if claim.entry.roles.has(Roles::EXPECTED) && !modifiers.negated() {
            continue;
        }
        let negators = if claim.negative { 0 } else { modifiers.negators };
        let turned = (0..negators).fold(1.0, |factor, _| factor * NEGATION);
        valued.push(ValuedWord {
            valence: claim.entry.valence * modifiers.degree * turned * reading.weight(start),
            span: reading.scan.span_of(modifiers.start, claim.tokens.end - modifiers.start),
            clause: reading.words.get(start).map(|word| word.clause),
            tokens: claim.tokens.clone(),
        });
    }
    for symbol in reading.symbols.iter().filter(|symbol| symbol.entry.valence != 0.0) {
        let weight = symbol.tokens_before.checked_sub(1).map_or(1.0, |token| reading.weight(token));
        valued.push(ValuedWord {
            valence: symbol.entry.valence * weight,
            span: symbol.span,
            clause: None,
            tokens: 0..0,
        });
    }
    crate::order::sort_by_key(&mut valued, |word| word.span);
    valued
}

/// Score and class of a text with these valued words.
pub(super) fn sentiment(reading: &Reading<'_>, valued: &[ValuedWord]) -> Sentiment {
    let sum: f64 = valued.iter().map(|word| word.valence).sum();
    let sum = (0..reading.exclamations.min(MOST_EXCLAMATIONS)).fold(sum, |sum, _| sum * EXCLAMATION);
    let score = crate::decimal::round(sum / (sum * sum + SOFTENING).sqrt(), 6);
    Sentiment {
        class: SentimentClass::of(score),
        score,
        spans: valued.iter().map(|word| word.span).collect(),
    }
}
