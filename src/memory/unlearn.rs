//! What is left of a fact when turns that it was learned from are erased.

use crate::list::List;
use crate::log::Body;
use crate::log::body::{EarlierValue, Fact, FactOrigin, MemorySource, MemoryStatus};

/// What is left of a memory when turns are erased.
#[derive(Clone, Debug, PartialEq)]
pub enum Rest<T> {
    /// All of it: none of the turns is a source.
    All,
    /// What other turns say, or the person set by hand.
    Some(T),
    /// Nothing.
    Nothing,
}

/// A fact without the turns that `is_gone` names. A value stays while another turn says it, or the person set it by hand;
/// else the newest of the earlier values that stay takes its place. What nobody can tell the turn of, the words around
/// it and its tags, goes with any of its turns.
pub fn unlearn(fact: &Fact, is_gone: &dyn Fn(&str) -> bool) -> Rest<Fact> {
    let left =
        |sources: &[MemorySource]| sources.iter().filter(|source| !is_gone(&source.turn)).cloned().list();
    let told = |earlier: &EarlierValue| earlier.sources.iter().any(|source| is_gone(&source.turn));
    let sources = left(&fact.sources);
    let lost = fact.sources.len() - sources.len();
    if lost == 0 && !fact.history.iter().any(told) {
        return Rest::All;
    }
    let mut rest = fact.clone();
    rest.history = Vec::new();
    for earlier in &fact.history {
        let sources = left(&earlier.sources);
        if !sources.is_empty() || earlier.sources.is_empty() {
            rest.history.push(EarlierValue { sources, ..earlier.clone() });
        }
    }
    if lost == 0 {
        return Rest::Some(rest);
    }
    rest.context = None;
    rest.tags = Vec::new();
    if !sources.is_empty() || fact.origin == FactOrigin::User {
        let lost = u32::try_from(lost).unwrap_or(u32::MAX);
        rest.mention_count = fact.mention_count.saturating_sub(lost).max(1);
        rest.sources = sources;
        return Rest::Some(rest);
    }
    let Some(earlier) = rest.history.pop() else { return Rest::Nothing };
    let by_hand = earlier.sources.is_empty();
    Rest::Some(Fact {
        value: earlier.value,
        confidence: earlier.confidence,
        first_mentioned: earlier.from.clone(),
        last_updated: earlier.from,
        mention_count: u32::try_from(earlier.sources.len()).unwrap_or(u32::MAX).max(1),
        sources: earlier.sources,
        origin: if by_hand { FactOrigin::User } else { fact.origin },
        status: MemoryStatus::Active,
        ..rest
    })
}

/// Whether a memory comes from a turn that is gone, if only in part: then its record has to go, and so has every version
/// of it, whoever brings it.
pub fn comes_from(body: &Body, is_gone: &dyn Fn(&str) -> bool) -> bool {
    match body {
        Body::Fact(fact) => unlearn(fact, is_gone) != Rest::All,
        // All of them are asked for: who asks may want to know which.
        Body::Episode(episode) => episode.sources.iter().filter(|source| is_gone(&source.turn)).count() > 0,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::{FactCategory, Statement, learn};

    const NOW: &str = "2026-01-01T00:00:00Z";

    /// A fact as it becomes when these values are said, each in a turn; without one, by hand.
    fn said(told: &[(&str, Option<&str>)]) -> Fact {
        let mut fact = None;
        for (value, turn) in told {
            let statement = Statement {
                category: FactCategory::PersonalInfo,
                key: "name".to_owned(),
                value: (*value).into(),
                confidence: 0.9,
                tags: turn.map(str::to_owned).into_iter().collect(),
                context: turn.map(str::to_owned),
                origin: if turn.is_some() { FactOrigin::Rules } else { FactOrigin::User },
                source: turn.map(|turn| MemorySource { turn: turn.to_owned(), span: [0, 3] }),
            };
            fact = learn(fact.as_ref(), &statement, NOW).map(|(_, fact)| fact).or(fact);
        }
        fact.unwrap()
    }

    fn without(fact: &Fact, turns: &[&str]) -> Rest<Fact> {
        unlearn(fact, &|turn| turns.contains(&turn))
    }

    fn left(fact: &Fact, turns: &[&str]) -> Fact {
        match without(fact, turns) {
            Rest::Some(fact) => fact,
            other => panic!("something is left, not {other:?}"),
        }
    }

    #[test]
    fn what_one_turn_said_goes_with_it_and_what_two_said_with_both() {
        let once = said(&[("Ana", Some("t1"))]);
        assert_eq!(without(&once, &["t2"]), Rest::All);
        assert_eq!(without(&once, &["t1"]), Rest::Nothing);
        let twice = said(&[("Ana", Some("t1")), ("Ana", Some("t2"))]);
        let rest = left(&twice, &["t2"]);
        assert_eq!((rest.value.as_str(), rest.mention_count, rest.sources.len()), (Some("Ana"), 1, 1));
        assert_eq!((rest.context, rest.tags.len()), (None, 0), "nobody knows which turn they are of");
        assert_eq!(without(&twice, &["t1", "t2"]), Rest::Nothing);
    }

    #[test]
    fn a_correction_that_is_erased_gives_way_to_what_was_said_before() {
        let fact = said(&[("Ana", Some("t1")), ("Eva", Some("t2")), ("Ida", Some("t3"))]);
        let rest = left(&fact, &["t3"]);
        assert_eq!((rest.value.as_str(), rest.sources[0].turn.as_str()), (Some("Eva"), "t2"));
        assert_eq!(rest.history.len(), 1);
        let rest = left(&fact, &["t3", "t2"]);
        assert_eq!((rest.value.as_str(), rest.history.len()), (Some("Ana"), 0));
        let rest = left(&fact, &["t2"]);
        assert_eq!((rest.value.as_str(), rest.history.len()), (Some("Ida"), 1));
        assert_eq!(without(&fact, &["t1", "t2", "t3"]), Rest::Nothing);
    }

    #[test]
    fn what_the_person_set_by_hand_stays() {
        let fact = said(&[("Ana", Some("t1")), ("Ana", None)]);
        let rest = left(&fact, &["t1"]);
        assert_eq!((rest.value.as_str(), rest.origin), (Some("Ana"), FactOrigin::User));
        assert!(rest.sources.is_empty());
        let corrected = said(&[("Ana", Some("t1")), ("Eva", None)]);
        let rest = left(&corrected, &["t1"]);
        assert_eq!((rest.value.as_str(), rest.history.len()), (Some("Eva"), 0));
    }
}
