//! How well each document answers a question: one similarity from its words, its meaning, and what a conversation
//! knows for free. The weights are round, and were chosen on the visible half of LoCoMo (ARCHITECTURE.md has figures).
//!
//! 1. `own` = BM25 divided by its maximum. A time that the question names from now ("last week") is a term that the
//!    documents of that time hold. With vectors `0.7 own + 0.3 meaning`, where meaning goes from the mean of all cosines
//!    (0) to the best one (1).
//! 2. A turn is lent something by those around it in its session: 0.4 of the one before and the one after, and of
//!    each further one half as much as of the one before it; 0.3 more of a question that it follows; 0.8 of the best turn
//!    of the session, with 0.95 for each turn in between. A question keeps 0.8 of what it is lent.
//! 3. All of it times 1.4 where the question names who spoke, times 1.3 where it asks for a time and the turn names one.
//! 4. Turns are scaled so that the best of them keeps its `own`: what is no turn has nobody to lend it anything.

use serde::Serialize;

use super::documents::{Document, DocumentKind, Documents};
use super::query::Query;
use crate::memory::text_index::Weighting;

/// How BM25 weighs here. Utterances are short, and their length says little.
const WEIGHTING: Weighting = Weighting { k1: 1.2, b: 0.4 };
/// The share of meaning where there are vectors.
const VECTOR: f32 = 0.3;
/// Lent by the next neighbour, and of each further one as a part of the one before.
const NEAR: f32 = 0.4;
const NEAR_DECAY: f32 = 0.5;
/// Lent in addition by a question that the turn follows.
const ANSWER: f32 = 0.3;
/// Lent by the best turn of the session, and what remains of that for each turn in between.
const PEAK: f32 = 0.8;
const PEAK_DECAY: f32 = 0.95;
/// What a question does without of what it is lent.
const QUESTION: f32 = 0.2;
/// Added where the question names who spoke.
const SPEAKER: f32 = 0.4;
/// Added where the question asks for a time, and the turn names one.
const TIME: f32 = 0.3;

/// Ends a session in [`Ranking::turns`].
pub(crate) const NO_DOCUMENT: u32 = u32::MAX;

/// What is ranked.
pub(crate) struct Ranking<'a> {
    pub(crate) documents: &'a Documents,
    pub(crate) query: &'a Query,
    /// Slots of turns in the order of their sessions, [`NO_DOCUMENT`] behind each session.
    pub(crate) turns: &'a [u32],
    /// Slots of all else.
    pub(crate) others: &'a [u32],
    /// The cosine of each slot to the question, NaN where there is no vector; empty without any.
    pub(crate) cosines: &'a [f32],
}

/// A document with its similarity.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ranked {
    pub(crate) slot: u32,
    /// 0..1.
    pub(crate) similarity: f32,
    pub(crate) why: Signals,
}

/// What made a document similar. Shares are 0..1; those that say nothing of it are 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(rename = "RecallSignals"))]
pub struct Signals {
    /// Its words, as a share of the best of all.
    pub text: f64,
    /// Its meaning: the cosine of its vector and that of the question.
    pub meaning: f64,
    /// What it has from the turns around it, as a part of its similarity.
    pub context: f64,
    /// Whether the question names who said it.
    pub speaker: bool,
    /// Whether it was said at the time that the question names, or names a time where one is asked for.
    pub time: bool,
}

/// The `most` documents of each sort (turns, facts, episodes, notes) that are most similar, the best of a sort first,
/// equals by their names. None that nothing speaks for.
pub(crate) fn rank(ranking: &Ranking<'_>, most: usize) -> Vec<Ranked> {
    let mut words = word_scores(ranking);
    normalize(ranking, &mut words);
    let base = base_scores(ranking, &words);
    let best = || Best { documents: ranking.documents, most, ranked: Vec::new() };
    let (mut facts, mut episodes, mut notes, mut turns) = (best(), best(), best(), best());
    for slot in ranking.others {
        let Some(document) = ranking.documents.get(*slot) else { continue };
        let similarity = at(&base, *slot);
        let why = signals(ranking, document, *slot, &words, 0.0);
        let best = match document.kind {
            DocumentKind::Fact => &mut facts,
            DocumentKind::Episode => &mut episodes,
            _ => &mut notes,
        };
        best.offer(Ranked { slot: *slot, similarity, why });
    }
    rank_turns(ranking, &words, &base, &mut turns);
    let mut ranked = turns.ranked;
    for best in [facts, episodes, notes] {
        ranked.extend(best.ranked);
    }
    ranked
}

fn rank_turns(ranking: &Ranking<'_>, words: &[f32], base: &[f32], best: &mut Best<'_>) {
    let own_best = greatest(ranking.turns.iter().map(|slot| at(base, *slot)));
    if own_best <= 0.0 {
        return;
    }
    let mut fused: Vec<f32> = Vec::with_capacity(ranking.turns.len());
    for session in ranking.turns.split(|slot| *slot == NO_DOCUMENT) {
        fuse_session(ranking, session, base, &mut fused);
        fused.push(0.0);
    }
    // A factor for all of them changes nothing between them.
    let scale = own_best / larger(greatest(fused.iter().copied()), f32::MIN_POSITIVE);
    for (slot, fused) in ranking.turns.iter().zip(&fused) {
        let similarity = fused * scale;
        if !best.wants(similarity) {
            continue;
        }
        if let Some(document) = ranking.documents.get(*slot) {
            let context = (1.0 - at(base, *slot) / larger(*fused, f32::MIN_POSITIVE)).clamp(0.0, 1.0);
            let why = signals(ranking, document, *slot, words, context);
            best.offer(Ranked { slot: *slot, similarity, why });
        }
    }
}

/// Appends the scores of the turns of a session, in their order.
fn fuse_session(ranking: &Ranking<'_>, session: &[u32], base: &[f32], fused: &mut Vec<f32>) {
    let start = fused.len();
    if session.iter().all(|slot| at(base, *slot) <= 0.0) {
        fused.resize(start + session.len(), 0.0);
        return;
    }
    // What was lent so far, and the peak so far.
    let mut peaks: Vec<f32> = Vec::with_capacity(session.len());
    let (mut near, mut answer, mut peak) = (0.0, 0.0, 0.0_f32);
    for slot in session {
        let own = at(base, *slot);
        fused.push(NEAR * near + answer);
        near = own + NEAR_DECAY * near;
        answer = if ranking.documents.get(*slot).is_some_and(|turn| turn.asks) { ANSWER * own } else { 0.0 };
        peak = larger(own, PEAK_DECAY * peak);
        peaks.push(peak);
    }
    (near, peak) = (0.0, 0.0);
    for ((slot, score), before) in session.iter().zip(fused.iter_mut().skip(start)).zip(&peaks).rev() {
        let own = at(base, *slot);
        peak = larger(own, PEAK_DECAY * peak);
        let mut lent = *score + NEAR * near + PEAK * larger(peak, *before);
        near = own + NEAR_DECAY * near;
        *score = 0.0;
        if let Some(turn) = ranking.documents.get(*slot) {
            if turn.asks {
                lent *= 1.0 - QUESTION;
            }
            *score = (own + lent) * factor(ranking.query, turn);
        }
    }
}

fn factor(query: &Query, turn: &Document) -> f32 {
    let mut factor = 1.0;
    if query.speaker == Some(turn.kind) {
        factor *= 1.0 + SPEAKER;
    }
    if query.asks_time && turn.names_time {
        factor *= 1.0 + TIME;
    }
    factor
}

/// BM25 of every slot.
fn word_scores(ranking: &Ranking<'_>) -> Vec<f32> {
    let Ranking { documents, query, .. } = ranking;
    let mut scores = vec![0.0; documents.slots()];
    for term in &query.terms {
        let mut numbers = Vec::with_capacity(term.stems.len());
        let mut holding = 0;
        for stem in &term.stems {
            let number = documents.text.number(stem.as_str().into());
            holding += documents.text.frequency(number);
            numbers.push(number);
        }
        let weight = documents.text.inverse_frequency(holding);
        for number in numbers {
            documents.text.score(number, weight, WEIGHTING, &mut scores);
        }
    }
    if let Some(time) = query.time {
        let inside = |document: &Document| (time[0]..time[1]).contains(&document.at);
        let holding = documents.iter().filter(|(_, document)| inside(document)).count();
        let weight = documents.text.inverse_frequency(holding);
        for (slot, _) in documents.iter().filter(|(_, document)| inside(document)) {
            if let Some(score) = scores.get_mut(slot as usize) {
                *score += weight;
            }
        }
    }
    scores
}

/// Divides scores by the best of what is ranked.
fn normalize(ranking: &Ranking<'_>, scores: &mut [f32]) {
    let slots = ranking.turns.iter().chain(ranking.others);
    let best = larger(greatest(slots.map(|slot| at(scores, *slot))), f32::MIN_POSITIVE);
    for score in scores {
        *score /= best;
    }
}

/// Words and meaning of every slot together, 0..1.
fn base_scores(ranking: &Ranking<'_>, words: &[f32]) -> Vec<f32> {
    let mut base = words.to_vec();
    let (mut sum, mut count, mut best) = (0.0_f64, 0.0_f64, f32::MIN);
    for slot in ranking.turns.iter().chain(ranking.others) {
        let cosine = cosine(ranking, *slot);
        if let Some(cosine) = cosine {
            sum += f64::from(cosine);
            count += 1.0;
            best = larger(best, cosine);
        }
    }
    let mean = (sum / count) as f32;
    // Also false without any vector.
    if best > mean {
        for slot in ranking.turns.iter().chain(ranking.others) {
            if let (Some(cosine), Some(score)) = (cosine(ranking, *slot), base.get_mut(*slot as usize)) {
                let meaning = larger((cosine - mean) / (best - mean), 0.0);
                *score = (1.0 - VECTOR) * *score + VECTOR * meaning;
            }
        }
    }
    base
}

fn cosine(ranking: &Ranking<'_>, slot: u32) -> Option<f32> {
    ranking.cosines.get(slot as usize).copied().filter(|cosine| !cosine.is_nan())
}

fn signals(ranking: &Ranking<'_>, document: &Document, slot: u32, words: &[f32], context: f32) -> Signals {
    let time = ranking.query.time.is_some_and(|time| (time[0]..time[1]).contains(&document.at));
    Signals {
        text: f64::from(at(words, slot)),
        meaning: f64::from(cosine(ranking, slot).map_or(0.0, |cosine| larger(cosine, 0.0))),
        context: f64::from(context),
        speaker: ranking.query.speaker == Some(document.kind),
        time: time || (ranking.query.asks_time && document.names_time),
    }
}

/// The larger of two numbers. `f32::max` asks first whether they are numbers, by a call.
fn larger(a: f32, b: f32) -> f32 {
    if a > b { a } else { b }
}

/// The greatest of numbers that are 0 or more.
fn greatest(numbers: impl Iterator<Item = f32>) -> f32 {
    numbers.fold(0.0, larger)
}

fn at(scores: &[f32], slot: u32) -> f32 {
    scores.get(slot as usize).copied().unwrap_or(0.0)
}

/// The best of what is offered. Few of many: whoever is worse than all of them is passed over at once.
struct Best<'a> {
    documents: &'a Documents,
    most: usize,
    /// The best first.
    ranked: Vec<Ranked>,
}

impl Best<'_> {
    fn wants(&self, similarity: f32) -> bool {
        similarity > 0.0
            && (self.ranked.len() < self.most
                || self.ranked.last().is_some_and(|last| similarity >= last.similarity))
    }

    fn offer(&mut self, ranked: Ranked) {
        if !self.wants(ranked.similarity) {
            return;
        }
        // Slots tell of the history of the index; the names of documents do not.
        let name = |slot| self.documents.get(slot).map(|document| (document.id.as_str(), document.bytes));
        let before = |other: &Ranked| {
            other.similarity > ranked.similarity
                || (other.similarity == ranked.similarity && name(other.slot) < name(ranked.slot))
        };
        let place = self.ranked.partition_point(before);
        self.ranked.insert(place, ranked);
        self.ranked.truncate(self.most);
    }
}
