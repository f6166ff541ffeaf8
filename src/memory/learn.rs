//! What becomes of a fact when something is said about it again (personality specification 7.1).

use serde::Serialize;

use super::FactCategory;
use crate::json::{self, Value};
use crate::log::body::{EarlierValue, Fact, FactOrigin, MemorySource, MemoryStatus, Sharing};
use crate::text::fold;

/// Earlier values that are kept, the newest.
const KEPT_VALUES: usize = 20;
/// Sources and tags that are kept, the newest.
const KEPT_SOURCES: usize = 20;
const KEPT_TAGS: usize = 50;

/// A fact as something says it.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// What sort of fact it is.
    pub category: FactCategory,
    /// Its canonical key.
    pub key: String,
    /// What it says.
    pub value: Value,
    /// 0..1.
    pub confidence: f64,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// What it was said about.
    pub context: Option<String>,
    /// Who says it.
    pub origin: FactOrigin,
    /// Where.
    pub source: Option<MemorySource>,
}

/// What became of a memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum MemoryChange {
    /// It is new.
    Learned,
    /// It was said again, or an episode goes on.
    Confirmed,
    /// It has another value; the old one is in its history.
    Corrected,
    /// Its opposite took its place.
    Superseded,
    /// It was put aside by a limit.
    Archived,
    /// It is recalled again.
    Restored,
    /// It was erased.
    Forgotten,
}

/// The fact after a statement at `now` (ISO 8601 UTC), and what became of it; `None` when an extractor contradicts
/// what the person set by hand, which stays.
pub fn learn(present: Option<&Fact>, statement: &Statement, now: &str) -> Option<(MemoryChange, Fact)> {
    let Some(present) = present else {
        return Some((MemoryChange::Learned, new_fact(statement, now)));
    };
    let mut fact = present.clone();
    if is_same(&present.value, &statement.value) {
        let again = statement.source.as_ref().is_some_and(|source| is_known(&present.sources, source));
        fact.mention_count = present.mention_count.saturating_add(u32::from(!again));
        fact.confidence = present.confidence.max(statement.confidence);
        if statement.origin == FactOrigin::User {
            fact.origin = FactOrigin::User;
        }
        let change = match present.status {
            MemoryStatus::Active => MemoryChange::Confirmed,
            MemoryStatus::Archived | MemoryStatus::Superseded => MemoryChange::Restored,
        };
        fact.status = MemoryStatus::Active;
        now.clone_into(&mut fact.last_updated);
        fact.context = statement.context.clone().or(fact.context);
        unite(&mut fact, statement);
        return Some((change, fact));
    }
    if present.origin == FactOrigin::User && statement.origin != FactOrigin::User {
        return None;
    }
    let (sharing, history) = (present.sharing.clone(), present.history.clone());
    fact = Fact { sharing, history, ..new_fact(statement, now) };
    fact.history.push(EarlierValue {
        value: present.value.clone(),
        confidence: present.confidence,
        sources: present.sources.clone(),
        from: present.first_mentioned.clone(),
        to: now.to_owned(),
    });
    keep_newest(&mut fact.history, KEPT_VALUES);
    Some((MemoryChange::Corrected, fact))
}

/// The key of the opposite: `likes_x` and `dislikes_x` cannot both hold.
pub fn opposite(key: &str) -> Option<String> {
    match (key.strip_prefix("likes_"), key.strip_prefix("dislikes_")) {
        (Some(what), _) => Some(["dislikes_", what].concat()),
        (_, Some(what)) => Some(["likes_", what].concat()),
        _ => None,
    }
}

fn new_fact(statement: &Statement, now: &str) -> Fact {
    let mut fact = Fact {
        category: statement.category,
        key: statement.key.clone(),
        value: statement.value.clone(),
        confidence: statement.confidence,
        first_mentioned: now.to_owned(),
        last_updated: now.to_owned(),
        mention_count: 1,
        tags: Vec::new(),
        context: statement.context.clone(),
        sources: Vec::new(),
        origin: statement.origin,
        status: MemoryStatus::Active,
        history: Vec::new(),
        sharing: Sharing::default(),
    };
    unite(&mut fact, statement);
    fact
}

/// Adds the tags and the source of a statement.
fn unite(fact: &mut Fact, statement: &Statement) {
    unite_tags(&mut fact.tags, &statement.tags);
    if let Some(source) = &statement.source {
        unite_source(&mut fact.sources, source.clone());
    }
}

/// Adds tags that are not there, the oldest making room for the newest.
pub(crate) fn unite_tags(tags: &mut Vec<String>, more: &[String]) {
    for tag in more {
        if !tags.contains(tag) {
            tags.push(tag.clone());
        }
    }
    keep_newest(tags, KEPT_TAGS);
}

/// Adds a source that is not there, the oldest making room for the newest.
pub(crate) fn unite_source(sources: &mut Vec<MemorySource>, source: MemorySource) {
    if !sources.contains(&source) {
        sources.push(source);
    }
    keep_newest(sources, KEPT_SOURCES);
}

/// Whether something of that turn is among the sources: it was counted as a mention already.
fn is_known(sources: &[MemorySource], source: &MemorySource) -> bool {
    sources.iter().any(|known| known.turn == source.turn)
}

/// Whether two values say the same: equal JSON after folding.
pub(crate) fn is_same(a: &Value, b: &Value) -> bool {
    a == b || fold(&json::canonical(a)) == fold(&json::canonical(b))
}

fn keep_newest<T>(items: &mut Vec<T>, most: usize) {
    let excess = items.len().saturating_sub(most);
    items.drain(..excess);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn said(value: &str, origin: FactOrigin, turn: &str) -> Statement {
        Statement {
            category: FactCategory::PersonalInfo,
            key: "name".to_owned(),
            value: value.into(),
            confidence: 0.9,
            tags: vec!["identity".to_owned()],
            context: None,
            origin,
            source: Some(MemorySource { turn: turn.to_owned(), span: [0, 3] }),
        }
    }

    #[test]
    fn another_value_takes_the_place_of_the_first_which_stays_in_the_history() {
        let (change, ana) =
            learn(None, &said("Ana", FactOrigin::Rules, "t1"), "2026-01-01T00:00:00Z").unwrap();
        assert_eq!((change, ana.mention_count), (MemoryChange::Learned, 1));
        let (change, eva) =
            learn(Some(&ana), &said("Eva", FactOrigin::Rules, "t2"), "2026-01-02T00:00:00Z").unwrap();
        assert_eq!((change, eva.value.as_str()), (MemoryChange::Corrected, Some("Eva")));
        let [earlier] = &eva.history[..] else { panic!("{eva:?}") };
        assert_eq!(earlier.value.as_str(), Some("Ana"));
        assert_eq!(
            (earlier.from.as_str(), earlier.to.as_str()),
            ("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z")
        );
        assert_eq!(earlier.sources[0].turn, "t1");
    }

    #[test]
    fn the_same_value_counts_once_a_turn() {
        let (_, ana) = learn(None, &said("Ana", FactOrigin::Rules, "t1"), "2026-01-01T00:00:00Z").unwrap();
        let (change, again) =
            learn(Some(&ana), &said("ANA", FactOrigin::Model, "t2"), "2026-01-02T00:00:00Z").unwrap();
        assert_eq!((change, again.mention_count, again.sources.len()), (MemoryChange::Confirmed, 2, 2));
        assert_eq!(again.value.as_str(), Some("Ana"), "the first spelling stays");
        let (_, same_turn) =
            learn(Some(&again), &said("ana", FactOrigin::Model, "t2"), "2026-01-02T00:00:01Z").unwrap();
        assert_eq!(same_turn.mention_count, 2);
    }

    #[test]
    fn what_the_person_set_stays() {
        let (_, ana) = learn(None, &said("Ana", FactOrigin::User, "t1"), "2026-01-01T00:00:00Z").unwrap();
        assert_eq!(learn(Some(&ana), &said("Eva", FactOrigin::Model, "t2"), "2026-01-02T00:00:00Z"), None);
        let (change, _) =
            learn(Some(&ana), &said("Eva", FactOrigin::User, "t2"), "2026-01-02T00:00:00Z").unwrap();
        assert_eq!(change, MemoryChange::Corrected);
    }

    #[test]
    fn a_history_keeps_the_newest_twenty() {
        let mut fact = None;
        for index in 0..30 {
            let value = format!("name {index}");
            let statement = said(&value, FactOrigin::Rules, &value);
            fact = learn(fact.as_ref(), &statement, "2026-01-01T00:00:00Z").map(|(_, fact)| fact);
        }
        let history = fact.unwrap().history;
        assert_eq!((history.len(), history[0].value.as_str()), (20, Some("name 9")));
    }

    #[test]
    fn liking_and_disliking_are_opposites() {
        assert_eq!(opposite("likes_tea").as_deref(), Some("dislikes_tea"));
        assert_eq!(opposite("dislikes_tea").as_deref(), Some("likes_tea"));
        assert_eq!(opposite("name"), None);
    }

    proptest! {
        #[test]
        fn whatever_is_said_the_last_word_counts_unless_the_person_had_it(
            said_by in proptest::collection::vec((0..4_usize, 0..3_usize, 0..5_usize), 1..80),
        ) {
            let origins = [FactOrigin::Rules, FactOrigin::Model, FactOrigin::User];
            let mut fact: Option<Fact> = None;
            for (value, origin, turn) in said_by {
                let statement = said(&format!("name {value}"), origins[origin], &format!("turn {turn}"));
                let learned = learn(fact.as_ref(), &statement, "2026-01-01T00:00:00Z");
                let Some((_, next)) = learned else {
                    let kept = fact.as_ref().expect("something contradicts");
                    prop_assert!(kept.origin == FactOrigin::User && statement.origin != FactOrigin::User);
                    prop_assert_ne!(&kept.value, &statement.value);
                    continue;
                };
                prop_assert_eq!(&next.value, &statement.value);
                prop_assert!(next.history.len() <= KEPT_VALUES && next.sources.len() <= KEPT_SOURCES);
                prop_assert!(next.mention_count >= 1 && next.status == MemoryStatus::Active);
                prop_assert!(next.sources.contains(statement.source.as_ref().expect("it has one")));
                fact = Some(next);
            }
        }
    }
}
