//! Which of its phrases a message says to be so: not in a question, a supposition, a negation or as the word of
//! another.

use std::ops::Range;

use super::lexicon::{Entry, Roles};
use super::reading::Reading;
use super::source::Source;

/// How far before a lead a negator is looked for, in tokens of its clause.
const NEGATOR_REACH: usize = 8;
/// Among how many tokens of the last clause of a question the reader is looked for.
const ADDRESS_REACH: usize = 8;

/// A phrase that leads to a fact or tells of an episode, and is said to be so.
pub(super) struct Telling<'r> {
    pub(super) tokens: Range<usize>,
    pub(super) entry: &'r Entry,
    /// Whether its clause hedges before it.
    pub(super) hedged: bool,
}

/// The roles of the phrases that are tellings.
const TELLINGS: Roles = Roles::LEAD.with(Roles::VERB).with(Roles::EPISODE);

/// Whether a text has any lead or episode word: most have none, and cost nothing more.
pub(super) fn tells(reading: &Reading<'_>) -> bool {
    reading.told.iter().any(|told| told.entry.roles.has(TELLINGS))
}

/// The leads and episode words of a text, in order; of those that begin at one token only the longest of each sort.
pub(super) fn tellings<'r>(reading: &'r Reading<'_>, source: &Source<'_>) -> Vec<Telling<'r>> {
    let mut tellings: Vec<Telling<'r>> = Vec::new();
    // The sentence of which the rest is supposed or reported.
    let mut barred = None;
    let mut hedged = None;
    let mut own_until = 0;
    for told in &reading.told {
        let start = told.tokens.start;
        let Some(clause) = reading.clause_of(start) else { continue };
        let roles = told.entry.roles;
        if roles.has(Roles::OWN_WORD.with(Roles::HEDGE)) {
            own_until = own_until.max(told.tokens.end);
        }
        if roles.has(Roles::HEDGE) {
            hedged = reading.words.get(start).map(|word| word.clause);
        }
        let supposes = roles.has(Roles::HYPOTHETICAL) && !is_yes(reading, source, &told.tokens);
        if supposes || roles.has(Roles::REPORT) && start >= own_until {
            barred = Some(clause.sentence);
        }
        if !roles.has(TELLINGS)
            || barred == Some(clause.sentence)
            || !clause.tokens.contains(&(told.tokens.end - 1))
            || is_negated(reading, clause.tokens.start.max(start.saturating_sub(NEGATOR_REACH))..start)
            || is_asked(reading, start)
        {
            continue;
        }
        // A relative clause describes what stands before it, unless the word belongs to "I think that".
        let relative = start > own_until && reading.phrase_at(start - 1, Roles::RELATIVE).is_some();
        if relative && start > clause.tokens.start && !roles.has(Roles::EPISODE) {
            continue;
        }
        let hedged = hedged == reading.words.get(start).map(|word| word.clause);
        if let Some(last) = tellings.last_mut() {
            let same = Roles::LEAD.with(Roles::VERB);
            if last.tokens.start == start && last.entry.roles.has(same) == roles.has(same) {
                tellings.pop();
            }
        }
        tellings.push(Telling { tokens: told.tokens.clone(), entry: told.entry, hedged });
    }
    tellings
}

/// Whether one of these tokens negates.
pub(super) fn is_negated(reading: &Reading<'_>, tokens: Range<usize>) -> bool {
    let claims = reading.words.get(tokens).unwrap_or_default().iter().filter_map(|word| word.claim);
    claims.filter_map(|claim| reading.claims.get(claim)).any(|claim| claim.entry.roles.has(Roles::NEGATOR))
}

/// Whether a phrase that supposes ("si") is none here: all of its clause ("si, ...") or written with an accent ("sí").
fn is_yes(reading: &Reading<'_>, source: &Source<'_>, tokens: &Range<usize>) -> bool {
    let short = reading.scan.word(tokens.start).len() == 2 && tokens.len() == 1;
    short
        && (!source.tokens(tokens).is_ascii()
            || reading.clause_of(tokens.start).is_some_and(|clause| clause.tokens == *tokens))
}

/// Whether a token is asked about: in the sentence of a question mark, or in a clause that begins like a question. Not
/// when the question comes only after its clause: "I'm Ana, and you?"
fn is_asked(reading: &Reading<'_>, at: usize) -> bool {
    let Some(clause) = reading.clause_of(at) else { return true };
    let opens_question =
        |start: usize| reading.acts_in(&(start..start + 1)).iter().any(|act| act.roles.has(Roles::QUESTION));
    let first = reading.questions.partition_point(|tokens| tokens.end <= at);
    if let Some(question) = reading.questions.get(first).filter(|tokens| tokens.contains(&at)) {
        let last = question.end.checked_sub(1).and_then(|last| reading.clause_of(last));
        return last.is_none_or(|last| {
            let start = last.tokens.start;
            let words = reading.words.get(start..last.tokens.end.min(start + ADDRESS_REACH));
            let to_reader = words.unwrap_or_default().iter().any(|word| word.roles.has(Roles::SECOND_PERSON));
            start <= at || !(to_reader || opens_question(start))
        });
    }
    clause.tokens.start < at && opens_question(clause.tokens.start)
}
