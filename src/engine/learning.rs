//! What a message teaches: facts and episodes take their places in the log, in the batch of the turn that told them.

use serde::Serialize;

use super::core::Core;
use super::episodes::Told;
use super::event::Event;
use super::memory::Archive;
use crate::json::Value;
use crate::list::List;
use crate::log::body::{Episode, Fact, FactOrigin, MemorySource, MemoryStatus};
use crate::log::{IdSource, Record, natural_ids};
use crate::memory::{
    ArchiveReason, FactCategory, Limits, MemoryChange, Statement, learn, opposite, to_archive,
};
use crate::observe::{FactCandidate, Intent};
use crate::template::model::MemoryPreferences;
use crate::text::{first_characters, part_of};
use crate::timestamp;

/// Most characters of the words in which a fact was said.
const MAXIMUM_CONTEXT: usize = 500;

/// A memory that a call changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct MemoryChanged {
    /// Its id.
    pub memory: String,
    /// Its `type`.
    #[cfg_attr(feature = "typescript", ts(type = "\"fact\" | \"episode\" | \"note\""))]
    pub memory_type: &'static str,
    /// What became of it.
    pub change: MemoryChange,
}

/// Changes of memories that are not stored yet. What comes later sees what came before.
#[derive(Debug)]
pub(super) struct Learning<'c> {
    core: &'c Core,
    user: String,
    /// Milliseconds since 1970.
    now: i64,
    /// `now` as ISO 8601 UTC.
    time: String,
    facts: Vec<(String, Fact)>,
    episodes: Vec<(String, Episode)>,
    changes: Vec<MemoryChanged>,
    archived: Vec<(ArchiveReason, Vec<String>)>,
    /// What was noticed and not kept, as findings of a run.
    pub(super) findings: Vec<Value>,
}

/// What was learned, ready to be stored.
#[derive(Debug, Default)]
pub(super) struct Learned {
    facts: Vec<(String, Fact)>,
    episodes: Vec<(String, Episode)>,
    pub(super) changes: Vec<MemoryChanged>,
    archived: Vec<(ArchiveReason, Vec<String>)>,
    pub(super) findings: Vec<Value>,
}

impl<'c> Learning<'c> {
    /// Nothing learned yet.
    pub(super) fn new(core: &'c Core, user: &str, now: u64) -> Self {
        Self {
            core,
            user: user.to_owned(),
            now: i64::try_from(now).unwrap_or(i64::MAX),
            time: timestamp::format(now),
            facts: Vec::new(),
            episodes: Vec::new(),
            changes: Vec::new(),
            archived: Vec::new(),
            findings: Vec::new(),
        }
    }

    /// The facts that the built-in extractor found in a turn and the template wants. Gives the ids of the facts.
    pub(super) fn facts_of(&mut self, told: &Told<'_>, preferences: &MemoryPreferences) -> Vec<String> {
        let observation = told.observation;
        if observation.intent == Some(Intent::Question) && !preferences.questions {
            return Vec::new();
        }
        let mut ids = Vec::new();
        for candidate in &observation.facts {
            let certain = candidate.confidence >= self.core.options.fact_threshold;
            if certain && is_wanted(candidate.category, preferences) {
                ids.extend(self.state(statement(candidate, told)));
            }
        }
        ids
    }

    /// Something is said about the person. Gives the id of the fact, unless the statement was not kept.
    pub(super) fn state(&mut self, statement: Statement) -> Option<String> {
        let id = self.core.fact_id(&self.user, statement.category, &statement.key);
        let present = self.core.owner(&self.user).record(&id);
        if self.fact(&id).is_none() && present.is_some_and(|record| !record.content.is_erased()) {
            // A later version of the library wrote it, in a shape that is unknown here: it is not written over.
            return None;
        }
        let Some((change, fact)) = learn(self.fact(&id), &statement, &self.time) else {
            let mut finding = vec![
                ("rule", "fact_conflict".into()),
                ("severity", "note".into()),
                ("memory", id.as_str().into()),
            ];
            if let Some(source) = &statement.source {
                finding.push(("span", source.span.map(Value::from).to_vec().into()));
            }
            self.findings.push(Value::object(finding));
            return None;
        };
        self.put_fact(&id, fact, change);
        if let Some(key) = opposite(&statement.key) {
            let other = self.core.fact_id(&self.user, statement.category, &key);
            if let Some(fact) = self.fact(&other).filter(|fact| fact.status == MemoryStatus::Active) {
                let superseded = Fact { status: MemoryStatus::Superseded, ..fact.clone() };
                self.put_fact(&other, superseded, MemoryChange::Superseded);
            }
        }
        Some(id)
    }

    /// An episode is told, or goes on.
    pub(super) fn put_episode(&mut self, id: &str, episode: Episode, change: MemoryChange) {
        put(&mut self.episodes, id, episode);
        self.note(id, "episode", change);
    }

    fn put_fact(&mut self, id: &str, fact: Fact, change: MemoryChange) {
        put(&mut self.facts, id, fact);
        self.note(id, "fact", change);
    }

    /// Puts aside what is beyond the limits.
    pub(super) fn keep_limits(&mut self, limits: Limits) {
        let owner = self.core.owner(&self.user);
        let mut facts: Vec<(&str, &Fact, i64)> = Vec::new();
        for (id, fact) in owner.facts().filter(|(id, _)| !has(&self.facts, id)) {
            facts.push((id, fact, owner.use_of(id).last));
        }
        for (id, fact) in &self.facts {
            facts.push((id, fact, owner.use_of(id).last));
        }
        let mut episodes: Vec<(&str, &Episode, i64)> = Vec::new();
        for (id, episode) in owner.episodes().filter(|(id, _)| !has(&self.episodes, id)) {
            episodes.push((id, episode, owner.use_of(id).last));
        }
        for (id, episode) in &self.episodes {
            episodes.push((id, episode, owner.use_of(id).last));
        }
        self.archived = to_archive(&facts, &episodes, limits, self.now);
        for id in self.archived.iter().flat_map(|(_, ids)| ids.clone()).list() {
            if let Some(fact) = self.fact(&id) {
                let archived = Fact { status: MemoryStatus::Archived, ..fact.clone() };
                self.put_fact(&id, archived, MemoryChange::Archived);
            } else if let Some(episode) = self.episode(&id) {
                let archived = Episode { status: MemoryStatus::Archived, ..episode.clone() };
                self.put_episode(&id, archived, MemoryChange::Archived);
            }
        }
    }

    /// Whether anything changed.
    pub(super) fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// What was learned, without the core.
    pub(super) fn finish(self) -> Learned {
        let Self { facts, episodes, changes, archived, findings, .. } = self;
        Learned { facts, episodes, changes, archived, findings }
    }

    /// A fact as it would be now.
    pub(super) fn fact(&self, id: &str) -> Option<&Fact> {
        let pending = self.facts.iter().find(|(known, _)| known == id).map(|(_, fact)| fact);
        pending.or_else(|| self.core.owner(&self.user).fact(id))
    }

    /// An episode as it would be now.
    pub(super) fn episode(&self, id: &str) -> Option<&Episode> {
        let pending = self.episodes.iter().find(|(known, _)| known == id).map(|(_, episode)| episode);
        pending.or_else(|| self.core.owner(&self.user).episode(id))
    }

    /// Of several changes of one memory, the first says what happened; only being put aside comes after it.
    fn note(&mut self, id: &str, memory_type: &'static str, change: MemoryChange) {
        let known = self.changes.iter().any(|changed| changed.memory == id);
        if !known || change == MemoryChange::Archived {
            self.changes.push(MemoryChanged { memory: id.to_owned(), memory_type, change });
        }
    }
}

impl Learned {
    /// What the limits put aside.
    pub(super) fn archives(self) -> Vec<Archive> {
        self.archived.into_iter().map(|(reason, ids)| Archive { reason, ids }).list()
    }

    /// Writes the records of what was learned, and tells of it.
    pub(super) fn write(
        self,
        core: &mut Core,
        user: &str,
        now: u64,
        (records, events): (&mut Vec<Record>, &mut Vec<Event>),
    ) -> Vec<MemoryChanged> {
        for (id, fact) in self.facts {
            records.push(core.write(user, &id, fact, now));
        }
        for (id, episode) in self.episodes {
            records.push(core.write(user, &id, episode, now));
        }
        let told = self.changes.iter().filter(|changed| changed.change != MemoryChange::Archived);
        for changed in told {
            events.push(Event::MemoryChange(changed.clone()));
        }
        for (reason, ids) in self.archived {
            events.push(Event::Archived { ids, reason });
        }
        self.changes
    }
}

impl Core {
    /// The id of an owner's fact.
    pub(super) fn fact_id(&self, user: &str, category: FactCategory, key: &str) -> String {
        self.free_id(user, "fact", &[user, category.name(), key], "")
    }

    /// The natural id of an owner's record. An erased id stays erased: the next record of that key gets the next
    /// generation. `erased` is about to be.
    pub(super) fn free_id(&self, user: &str, prefix: &str, parts: &[&str], erased: &str) -> String {
        let owner = self.owner(user);
        let is_gone = |id: &str| owner.record(id).is_some_and(|record| record.content.is_erased());
        natural_ids(prefix, parts).find(|id| id != erased && !is_gone(id)).unwrap_or_default()
    }

    /// What a person's turn teaches by the rules alone.
    pub(super) fn learn_from(
        &self,
        told: &Told<'_>,
        preferences: &MemoryPreferences,
        now: u64,
        ids: &mut IdSource,
    ) -> Learned {
        let features = self.options.features;
        let mut learning = Learning::new(self, told.user, now);
        let mut facts = Vec::new();
        if features.fact_extraction {
            facts = learning.facts_of(told, preferences);
        }
        if features.episodic_memory {
            self.learn_episodes(&mut learning, told, (&facts, preferences), ids);
        }
        if !learning.is_empty() {
            learning.keep_limits(self.options.limits);
        }
        learning.finish()
    }
}

/// Whether a template wants facts of a category.
pub(super) fn is_wanted(category: FactCategory, preferences: &MemoryPreferences) -> bool {
    let named = preferences.fact_categories.as_ref();
    let shared = matches!(category, FactCategory::Hobbies | FactCategory::Preferences);
    named.is_none_or(|names| names.iter().any(|name| name == category.name()))
        && (preferences.shared_interests || !shared)
}

fn statement(candidate: &FactCandidate, told: &Told<'_>) -> Statement {
    let span = hull(&candidate.spans);
    // "peanuts" alone does not say what is with them.
    let said = part_of(told.text, span);
    let context = (candidate.category == FactCategory::Health && !said.is_empty())
        .then(|| first_characters(said, MAXIMUM_CONTEXT).to_owned());
    Statement {
        category: candidate.category,
        key: candidate.key.clone(),
        value: candidate.value.clone(),
        confidence: candidate.confidence,
        tags: Vec::new(),
        context,
        origin: FactOrigin::Rules,
        source: Some(MemorySource { turn: told.turn.to_owned(), span }),
    }
}

/// From the first start to the last end.
pub(super) fn hull(spans: &[[u32; 2]]) -> [u32; 2] {
    let start = spans.iter().map(|span| span[0]).min().unwrap_or(0);
    [start, spans.iter().map(|span| span[1]).max().unwrap_or(start)]
}

fn put<T>(list: &mut Vec<(String, T)>, id: &str, value: T) {
    match list.iter_mut().find(|(known, _)| known == id) {
        Some((_, present)) => *present = value,
        None => list.push((id.to_owned(), value)),
    }
}

fn has<T>(list: &[(String, T)], id: &str) -> bool {
    list.iter().any(|(known, _)| known == id)
}
