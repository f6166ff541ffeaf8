//! What a message does to the relationship, which is not how the person feels: grief is no attack.

use super::lexicon::Roles;
use super::reading::{Clause, Reading};
use super::sentiment::ValuedWord;
use super::{Interaction, SentimentClass, Span};
use crate::list::List;

/// How far before a word it is looked for whom the word is about, in tokens.
const SELF_REACH: usize = 4;

/// The interaction kind that a template's triggers found, and where.
#[derive(Clone, Debug)]
pub(super) struct MatchedKind {
    pub(super) kind: String,
    pub(super) spans: Vec<Span>,
}

/// The one interaction that counts: a directed negative class, else the template's kind, else the class.
///
/// `names` are the token positions at which the personality is called by its name.
pub(super) fn interaction(
    reading: &Reading<'_>,
    valued: &[ValuedWord],
    class: SentimentClass,
    matched: Option<MatchedKind>,
    names: &[usize],
    after_assistant: bool,
) -> Interaction {
    use SentimentClass::{Negative, Neutral, Positive, VeryNegative, VeryPositive};
    // Only clauses of the message's own sign speak for its class.
    let speaks = |word: &ValuedWord| match class {
        VeryPositive | Positive => word.valence > 0.0,
        Neutral => true,
        Negative | VeryNegative => word.valence < 0.0,
    };
    let directed = directed_clauses(reading, names, after_assistant);
    let spans: Vec<Span> = valued
        .iter()
        .filter(|word| speaks(word))
        .filter(|word| word.clause.and_then(|clause| directed.get(clause)).is_some_and(|directed| *directed))
        .filter(|word| word.valence > 0.0 || !is_about_writer(reading, word))
        .map(|word| word.span)
        .list();
    let directed = !spans.is_empty();
    let negative = matches!(class, Negative | VeryNegative);
    if let (Some(matched), false) = (matched, negative && directed) {
        return Interaction { kind: matched.kind, directed, spans: matched.spans };
    }
    let kind = match class {
        VeryPositive | Positive => class,
        Negative | VeryNegative if directed => class,
        Negative | VeryNegative => Neutral,
        Neutral => {
            let kind_words = kind_words(reading);
            if !kind_words.is_empty() {
                return Interaction { kind: Positive.name().to_owned(), directed, spans: kind_words };
            }
            Neutral
        }
    };
    Interaction { kind: kind.name().to_owned(), directed, spans }
}

/// Whether a bad word is what the writer says or fears of themself: "I'm afraid you think I'm pathetic", "are you mad at
/// me?"; not "I'm mad at you".
fn is_about_writer(reading: &Reading<'_>, word: &ValuedWord) -> bool {
    let roles = |token: usize| reading.words.get(token).map_or(Roles::default(), |word| word.roles);
    let Some(clause) = reading.clause_of(word.tokens.start) else { return false };
    let (start, end) = (word.tokens.start, word.tokens.end);
    let reader = |token: usize| token < clause.tokens.end && roles(token).has(Roles::SECOND_PERSON);
    // Behind a preposition, or last: "mad at you", "enojado contigo".
    if reader(end + 1) || (reader(end) && end + 1 == clause.tokens.end) {
        return false;
    }
    if roles(start).has(Roles::SELF) {
        return true;
    }
    for before in (clause.tokens.start.max(start.saturating_sub(SELF_REACH))..start).rev() {
        if roles(before).has(Roles::SELF) {
            return true;
        }
        if roles(before).has(Roles::SECOND_PERSON) {
            return false;
        }
    }
    false
}

/// For each clause, whether it is aimed at the personality.
fn directed_clauses(reading: &Reading<'_>, names: &[usize], after_assistant: bool) -> Vec<bool> {
    // "Sorry I was so rude to you" blames the writer, up to a contrast word: "sorry, but you are rude".
    let mut apologised = None;
    let mut directed = Vec::with_capacity(reading.clauses.len());
    for clause in &reading.clauses {
        if reading.acts_in(&clause.tokens).iter().any(|act| act.roles.has(Roles::APOLOGY)) {
            apologised = Some(clause.sentence);
        } else if clause.contrast {
            apologised = None;
        }
        directed.push(
            apologised != Some(clause.sentence) && is_directed(reading, clause, names, after_assistant),
        );
    }
    directed
}

fn is_directed(reading: &Reading<'_>, clause: &Clause, names: &[usize], after_assistant: bool) -> bool {
    let roles = reading.roles_in(clause);
    let named = names.get(names.partition_point(|at| *at < clause.tokens.start));
    roles.has(Roles::SECOND_PERSON)
        || named.is_some_and(|at| *at < clause.tokens.end)
        || is_bare_attack(reading, clause)
        || (after_assistant && roles.has(Roles::DEMONSTRATIVE) && !roles.has(Roles::FIRST_PERSON))
}

/// An insult or rude order with nothing around it but words of address: "shut up", "just shut up, please".
fn is_bare_attack(reading: &Reading<'_>, clause: &Clause) -> bool {
    let address = |range: std::ops::Range<usize>| {
        reading.words.get(range).unwrap_or_default().iter().all(|word| {
            let degree =
                word.claim.and_then(|claim| reading.claims.get(claim)).is_some_and(|c| c.entry.degree != 0.0);
            word.roles.has(Roles::ADDRESS) || degree
        })
    };
    reading.acts_in(&clause.tokens).iter().filter(|act| act.roles.has(Roles::INSULT.with(Roles::ORDER))).any(
        |act| {
            address(clause.tokens.start..act.tokens.start)
                && (act.roles.has(Roles::ORDER) || address(act.tokens.end..clause.tokens.end))
        },
    )
}

/// Thanks and apologies that are not negated.
fn kind_words(reading: &Reading<'_>) -> Vec<Span> {
    let kind = reading.acts.iter().filter(|act| act.roles.has(Roles::THANKS.with(Roles::APOLOGY)));
    kind.filter(|act| !reading.modifiers(act.tokens.start).negated())
        .map(|act| reading.scan.span_of(act.tokens.start, act.tokens.len()))
        .list()
}
