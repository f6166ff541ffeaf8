//! What a message wants, in one word.

use super::Intent;
use super::lexicon::Roles;
use super::reading::{Act, Reading};

/// The first that applies: confusion, error, success, a question beyond a greeting ("hi, how are you?" greets),
/// thanks, goodbye, greeting.
pub(super) fn intent(reading: &Reading<'_>) -> Option<Intent> {
    let said = |role: Roles| {
        reading.acts.iter().any(|act| act.roles.has(role) && !reading.modifiers(act.tokens.start).negated())
    };
    let opens =
        |role: Roles| reading.acts.iter().any(|act| act.roles.has(role) && opens_clause(reading, act));
    if said(Roles::CONFUSION) {
        return Some(Intent::Confusion);
    }
    if said(Roles::ERROR) {
        return Some(Intent::Error);
    }
    if said(Roles::SUCCESS) {
        return Some(Intent::Success);
    }
    if asks(reading) {
        return Some(Intent::Question);
    }
    if said(Roles::THANKS) {
        return Some(Intent::Thanks);
    }
    if opens(Roles::GOODBYE) {
        return Some(Intent::Goodbye);
    }
    opens(Roles::GREETING).then_some(Intent::Greeting)
}

/// "Bye!" and "ok bye", but not "I never said goodbye to him".
fn opens_clause(reading: &Reading<'_>, act: &Act) -> bool {
    let start = act.tokens.start;
    reading.clause_of(start).is_some_and(|clause| start <= clause.tokens.start + 1)
}

fn asks(reading: &Reading<'_>) -> bool {
    let greets = |tokens: &std::ops::Range<usize>| {
        let mut acts = reading.acts_in(tokens).iter();
        acts.any(|act| act.roles.has(Roles::GREETING) && opens_clause(reading, act))
    };
    let marked = reading.questions.iter().any(|tokens| !tokens.is_empty() && !greets(tokens));
    let worded = reading.acts.iter().any(|act| act.roles.has(Roles::QUESTION) && act.tokens.start == 0);
    marked || (worded && !greets(&(0..1)))
}
