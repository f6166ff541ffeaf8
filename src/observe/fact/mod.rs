//! Facts that a message states about the person who wrote it (personality specification 7.2).
//!
//! A phrase of the language pack leads to a fact ("my name is"); its rules say what the fact is and how the value is
//! taken from the words behind it. What is asked, supposed, denied or reported was sifted out before.

mod date;
mod rule;
mod value;

pub(super) use rule::{Rule, ValueKind};

use std::ops::Range;

use super::FactCandidate;
use super::lexicon::Roles;
use super::reading::Reading;
use super::source::Source;
use super::telling::{Telling, is_negated};
use crate::decimal::round6;
use crate::json::{Number, Value};
use crate::memory::{canonical_key, key_of};
use value::{Taken, Taker};

/// Most facts of one message.
const MOST: usize = 32;
/// What a hedge makes of a confidence.
const HEDGE: f64 = 0.7;
/// How far before a verb its subject may stand, in tokens.
const SUBJECT_REACH: usize = 4;
/// How far before "and" the subject of its verb may stand, in tokens.
const INHERITANCE_REACH: usize = 16;
/// Longest value, in bytes.
const LONGEST: usize = 200;

/// The facts of a text, in its order. Of two with one key the later counts: "they call me Pip, but my name is Philippa".
pub(super) fn facts(
    reading: &Reading<'_>,
    source: &Source<'_>,
    tellings: &[Telling<'_>],
) -> Vec<FactCandidate> {
    let taker = Taker { reading, source };
    let mut facts: Vec<FactCandidate> = Vec::new();
    let mut taken_until = 0;
    for telling in tellings {
        if telling.tokens.start < taken_until || facts.len() >= MOST {
            continue;
        }
        let roles = telling.entry.roles;
        let start = match roles.has(Roles::VERB) {
            true => subject(reading, telling.tokens.start),
            false => Some(telling.tokens.start).filter(|_| roles.has(Roles::LEAD)),
        };
        let Some(start) = start.filter(|_| !is_titled(source, &telling.tokens)) else { continue };
        for (index, rule) in reading.lexicon.rules.iter().enumerate() {
            if telling.entry.rules >> index & 1 == 0 {
                continue;
            }
            let taken = taker.take(rule, &telling.tokens);
            for taken in taken.iter().flatten() {
                if let Some(fact) = candidate(&taker, rule, telling, start, taken) {
                    taken_until = taken_until.max(taken.end);
                    let known =
                        |other: &FactCandidate| other.category == fact.category && other.key == fact.key;
                    if facts.iter().any(|other| known(other) && other.value == fact.value) {
                        continue;
                    }
                    facts.retain(|other| !known(other));
                    facts.push(fact);
                }
            }
            if taken[0].is_some() {
                break;
            }
        }
    }
    facts
}

/// The candidate of a value, unless a word between its lead and its end negates it.
fn candidate(
    taker: &Taker<'_>,
    rule: &Rule,
    telling: &Telling<'_>,
    start: usize,
    taken: &Taken<'_>,
) -> Option<FactCandidate> {
    let reading = taker.reading;
    let tokens = taken.start..taken.end;
    let text = taker.source.tokens(&tokens);
    if text.len() > LONGEST || is_negated(reading, telling.tokens.end..taken.end) {
        return None;
    }
    let text = match rule.value {
        ValueKind::Event => {
            let said = reading.folded(&tokens);
            date::iso_date(reading.lexicon, said).unwrap_or_else(|| text.to_owned())
        }
        _ => text.to_owned(),
    };
    let key = match rule.key.split_once('*') {
        Some((before, after)) => {
            // A text without any letter of a key names nothing.
            key_of(taken.stem)?;
            before.to_owned() + taken.stem + after
        }
        None => rule.key.clone(),
    };
    // "I like jazz, I guess"
    let hedged = telling.hedged
        || reading.phrase_at(taken.end, Roles::HEDGE).is_some() && reading.same_sentence(taken.end);
    let hedge = if hedged { HEDGE } else { 1.0 };
    let start = start.min(taken.start);
    Some(FactCandidate {
        category: rule.category,
        key: canonical_key(rule.category, &key)?,
        value: taken.number.map_or(Value::String(text), |number| Value::Number(Number::Whole(number))),
        confidence: round6(taken.confidence.unwrap_or(rule.confidence) * hedge),
        spans: vec![reading.scan.span_of(start, taken.end - start)],
        reason: rule.name.clone(),
    })
}

/// The subject of a verb: the writer, before it and its adverbs ("I really love") or, after "and", at the beginning of
/// the clause ("I'm 28 and work in IT"), or of the clause before ("I'm from Lima but live in Cusco").
fn subject(reading: &Reading<'_>, verb: usize) -> Option<usize> {
    let clause = reading.clause_of(verb)?;
    let is = |at: usize, roles: Roles| reading.phrase_at(at, roles).is_some();
    let mut at = verb;
    for _ in 0..SUBJECT_REACH {
        at = at.checked_sub(1)?;
        if at < clause.tokens.start {
            return None;
        }
        if is(at, Roles::SUBJECT) {
            return (at == clause.tokens.start || follows_opener(reading, at)).then_some(at);
        }
        if is(at, Roles::JOINER.with(Roles::CONTRAST)) {
            let start = match clause.tokens.start {
                start if start < at => start,
                start => {
                    let before = reading.clause_of(start.checked_sub(1)?)?;
                    (before.sentence == clause.sentence).then_some(before.tokens.start)?
                }
            };
            // "I have two brothers who are 20 and live in Rome"
            if at - start > INHERITANCE_REACH || (start..at).any(|at| is(at, Roles::RELATIVE)) {
                return None;
            }
            let opened = is(start, Roles::OPENER.with(Roles::CONTRAST));
            return (is(start, Roles::SUBJECT) || opened && is(start + 1, Roles::SUBJECT)).then_some(at);
        }
        let degree = reading.words.get(at)?.claim.and_then(|claim| reading.claims.get(claim));
        if !is(at, Roles::ADVERB) && degree.is_none_or(|claim| claim.entry.degree == 0.0) {
            return None;
        }
    }
    None
}

/// Whether a subject inside a clause begins a statement: "the city I love" describes a city.
fn follows_opener(reading: &Reading<'_>, subject: usize) -> bool {
    let openers = Roles::OPENER
        .with(Roles::ADVERB)
        .with(Roles::JOINER)
        .with(Roles::CONTRAST)
        .with(Roles::HEDGE)
        .with(Roles::OWN_WORD)
        .with(Roles::GREETING);
    (1..=3.min(subject))
        .any(|length| reading.phrase_at(subject - length, openers).is_some_and(|(found, _)| found == length))
}

/// Whether a lead is written like the title of something: "My Name Is Earl".
fn is_titled(source: &Source<'_>, tokens: &Range<usize>) -> bool {
    tokens.len() > 1 && tokens.clone().all(|at| source.is_capital(at))
}
