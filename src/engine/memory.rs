//! Memories by hand: remember, restore, retain, and reading them.

use serde::Serialize;

use super::core::{Begun, Commit, Core, Outcome, Output};
use super::event::Event;
use super::learning::{Learning, MemoryChanged};
use crate::decimal::round6;
use crate::error::{Error, ErrorCode};
use crate::json::{self, Fields, Node, Value};
use crate::list::joined;
use crate::log::body::{Episode, Fact, FactOrigin, MemorySource, MemoryStatus};
use crate::log::{Body, check_owner};
use crate::memory::{
    ArchiveReason, EpisodeClass, EpisodeType, FactCategory, FactClass, MemoryChange, Statement,
    canonical_key, current_importance,
};
use crate::observe::observe_with;
use crate::order;

/// Topics by which memories are sorted (personality specification 9).
const CATEGORIES: [&str; 5] = ["work", "family", "relationship", "health", "entertainment"];

/// A fact that the host hands in.
#[derive(Clone, Debug, PartialEq)]
pub struct Remembered {
    /// `other` when absent.
    pub category: FactCategory,
    /// What it is about; made a key.
    pub key: String,
    /// Any JSON of at most 2 KiB.
    pub value: Value,
    /// 0..1; 1 when absent.
    pub confidence: f64,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// What it was said about.
    pub context: Option<String>,
}

impl Remembered {
    pub(super) fn parse(fields: &mut Fields<'_>) -> Self {
        let value = fields.raw("value").map(Node::to_value);
        Self {
            category: fields.choice("category", &FactCategory::NAMES).unwrap_or(FactCategory::Other),
            key: fields.required_string("key"),
            value: fields.require("value", value),
            confidence: fields.number("confidence", 0.0, 1.0).unwrap_or(1.0),
            tags: fields.texts("tags"),
            context: fields.text("context", 500),
        }
    }
}

/// Which memories to list; absent = all.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MemoryFilter {
    /// `fact`, `episode`.
    pub types: Option<Vec<String>>,
    /// Facts of this category alone.
    pub category: Option<FactCategory>,
    /// Episodes of this type alone.
    pub episode_type: Option<EpisodeType>,
    /// Episodes whose importance now is at least this, 0..10.
    pub min_importance: Option<f64>,
    /// `active` when absent; `all` lists every one.
    pub status: Option<MemoryStatus>,
    /// Whatever the status.
    pub all: bool,
    /// At most so many: the first of the list.
    pub limit: Option<u32>,
}

impl MemoryFilter {
    /// Reads the options of a call.
    pub fn parse(options: &Value) -> Result<Self, Error> {
        Ok(Fields::read(options, "", |fields| {
            let all = fields.raw("status").and_then(Node::as_str) == Some("all");
            Self {
                types: fields.raw("types").is_some().then(|| fields.texts("types")),
                category: fields.choice("category", &FactCategory::NAMES),
                episode_type: fields.choice("episode_type", &EpisodeType::NAMES),
                min_importance: fields.number("min_importance", 0.0, 10.0),
                status: if all { None } else { fields.choice("status", &MemoryStatus::NAMES) },
                all,
                limit: fields.count("limit"),
            }
        })?)
    }

    fn admits(&self, memory_type: &str, status: MemoryStatus) -> bool {
        self.types.as_ref().is_none_or(|types| types.iter().any(|name| name == memory_type))
            && (self.all || status == self.status.unwrap_or(MemoryStatus::Active))
    }
}

/// A memory in a list.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(untagged)]
#[allow(clippy::large_enum_variant, reason = "a list for reading")]
pub enum MemoryView {
    /// One thing that is known about the person.
    Fact(FactView),
    /// Something that happened to the person.
    Episode(EpisodeView),
}

/// A fact in a list.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct FactView {
    /// Its id.
    pub id: String,
    /// What it says.
    #[serde(flatten)]
    pub fact: Fact,
    /// How far it can be relied on.
    pub class: FactClass,
    /// What it has to do with: `work`, `family`, `relationship`, `health`, `entertainment`.
    pub categories: Vec<String>,
    /// In how many prompts it was.
    pub uses: u32,
}

/// An episode in a list.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct EpisodeView {
    /// Its id.
    pub id: String,
    /// What it says.
    #[serde(flatten)]
    pub episode: Episode,
    /// What is left of its importance now, 0..10, 6 decimals.
    pub current_importance: f64,
    /// How much it matters now.
    pub class: EpisodeClass,
    /// What it has to do with: `work`, `family`, `relationship`, `health`, `entertainment`.
    pub categories: Vec<String>,
    /// In how many prompts it was.
    pub uses: u32,
}

/// What a limit puts aside.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Archive {
    /// The limit.
    pub reason: ArchiveReason,
    /// The memories.
    pub ids: Vec<String>,
}

impl Core {
    /// Keeps a fact that the person, or the host in their name, states. It outlives what extractors find.
    pub(super) fn remember(&mut self, user: &str, fact: Remembered, now: u64) -> Result<Begun, Error> {
        check_owner(user)?;
        let key = canonical_key(fact.category, &fact.key).ok_or_else(|| {
            Error::invalid_argument("/fact/key", "a key holds at least one letter from a to z or digit")
        })?;
        if !crate::log::body::fits(&fact.value) {
            return Err(Error::invalid_argument(
                "/fact/value",
                "a value has at most 2 KiB as JSON, and is at most 24 deep",
            ));
        }
        let mut learning = Learning::new(self, user, now);
        learning.state(Statement {
            category: fact.category,
            key,
            value: fact.value,
            confidence: fact.confidence,
            tags: fact.tags,
            context: fact.context,
            origin: FactOrigin::User,
            source: None,
        });
        learning.keep_limits(self.options.limits);
        Ok(self.commit_learned(user, learning.finish(), now))
    }

    /// Recalls again what was put aside.
    pub(super) fn restore(&mut self, user: &str, memory: &str, now: u64) -> Result<Begun, Error> {
        check_owner(user)?;
        let owner = self.owner(user);
        let (fact, episode) = (owner.fact(memory).cloned(), owner.episode(memory).cloned());
        let mut change =
            MemoryChanged { memory: memory.to_owned(), memory_type: "fact", change: MemoryChange::Restored };
        let record = if let Some(fact) = fact {
            self.write(user, memory, Fact { status: MemoryStatus::Active, ..fact }, now)
        } else if let Some(episode) = episode {
            change.memory_type = "episode";
            self.write(user, memory, Episode { status: MemoryStatus::Active, ..episode }, now)
        } else {
            return Err(unknown_memory(user, memory));
        };
        let events = vec![Event::MemoryChange(change.clone())];
        Ok(Commit::new(user, vec![record], events, Outcome::Memories(vec![change])).begin(Vec::new()))
    }

    /// Puts aside what is beyond the limits or was not used for long.
    pub(super) fn retain(&mut self, user: &str, now: u64) -> Result<Begun, Error> {
        check_owner(user)?;
        let mut learning = Learning::new(self, user, now);
        learning.keep_limits(self.options.limits);
        Ok(self.commit_learned(user, learning.finish(), now))
    }

    /// What [`Command::Retain`](super::Command::Retain) would put aside at `now` (milliseconds since 1970).
    pub fn retention(&self, user: &str, now: u64) -> Vec<Archive> {
        let mut learning = Learning::new(self, user, now);
        learning.keep_limits(self.options.limits);
        learning.finish().archives()
    }

    /// The memories of an owner: facts by category and key, then episodes, the most important first.
    pub fn memories(&self, user: &str, filter: &MemoryFilter, now: u64) -> Vec<MemoryView> {
        let now = i64::try_from(now).unwrap_or(i64::MAX);
        let owner = self.owner(user);
        let mut facts = Vec::new();
        for (id, fact) in owner.facts().filter(|(_, fact)| filter.admits("fact", fact.status)) {
            if filter.category.is_none_or(|category| category == fact.category) {
                facts.push(self.fact_view(user, id, fact));
            }
        }
        order::sort_by(&mut facts, |a, b| {
            (a.fact.category, &a.fact.key, &a.id).cmp(&(b.fact.category, &b.fact.key, &b.id))
        });
        let mut episodes = Vec::new();
        for (id, episode) in owner.episodes().filter(|(_, episode)| filter.admits("episode", episode.status))
        {
            let view = self.episode_view(user, (id, episode), now);
            let important = filter.min_importance.is_none_or(|least| view.current_importance >= least);
            if important && filter.episode_type.is_none_or(|kind| kind == episode.episode_type) {
                episodes.push(view);
            }
        }
        order::sort_by(&mut episodes, |a, b| {
            let important = b.current_importance.total_cmp(&a.current_importance);
            let newer = important.then_with(|| b.episode.timestamp.cmp(&a.episode.timestamp));
            newer.then_with(|| a.id.cmp(&b.id))
        });
        let mut memories: Vec<MemoryView> = facts.into_iter().map(MemoryView::Fact).collect();
        memories.extend(episodes.into_iter().map(MemoryView::Episode));
        memories.truncate(filter.limit.map_or(usize::MAX, |limit| limit as usize));
        memories
    }

    /// One memory.
    ///
    /// # Errors
    /// `unknown_memory`.
    pub fn memory(&self, user: &str, id: &str, now: u64) -> Result<MemoryView, Error> {
        let now = i64::try_from(now).unwrap_or(i64::MAX);
        let owner = self.owner(user);
        if let Some(fact) = owner.fact(id) {
            return Ok(MemoryView::Fact(self.fact_view(user, id, fact)));
        }
        if let Some(episode) = owner.episode(id) {
            return Ok(MemoryView::Episode(self.episode_view(user, (id, episode), now)));
        }
        Err(unknown_memory(user, id))
    }

    /// The step that stores what was learned, if anything was.
    pub(super) fn commit_learned(
        &mut self,
        user: &str,
        learned: super::learning::Learned,
        now: u64,
    ) -> Begun {
        let (mut records, mut events) = (Vec::new(), Vec::new());
        let changes = learned.write(self, user, now, (&mut records, &mut events));
        if records.is_empty() {
            return Begun::Done(Output::Memories(changes));
        }
        Commit::new(user, records, events, Outcome::Memories(changes)).begin(Vec::new())
    }

    fn fact_view(&self, user: &str, id: &str, fact: &Fact) -> FactView {
        let text = [&fact.key.replace('_', " "), " ", json::compact(&fact.value).as_str()].concat();
        FactView {
            id: id.to_owned(),
            fact: fact.clone(),
            class: FactClass::of(fact.confidence),
            categories: self.categories(user, &text, &fact.sources),
            uses: self.owner(user).use_of(id).count,
        }
    }

    fn episode_view(&self, user: &str, (id, episode): (&str, &Episode), now: i64) -> EpisodeView {
        let current = current_importance(episode, now);
        let text = [episode.title.as_str(), &episode.summary, &joined(&episode.tags, " ")].join("\n");
        EpisodeView {
            id: id.to_owned(),
            episode: episode.clone(),
            current_importance: round6(current),
            class: EpisodeClass::of(current),
            categories: self.categories(user, &text, &episode.sources),
            uses: self.owner(user).use_of(id).count,
        }
    }

    /// What a memory has to do with, by the words of the language in which it was told.
    fn categories(&self, user: &str, text: &str, sources: &[MemorySource]) -> Vec<String> {
        let told = sources.last().and_then(|source| self.owner(user).record(&source.turn)?.body());
        let language = match told {
            Some(Body::Turn(turn)) => turn.language.as_deref(),
            _ => None,
        };
        let mut topics = observe_with(&self.packs, text, language, None, false).topics;
        topics.retain(|topic| CATEGORIES.contains(&topic.topic.as_str()));
        topics.into_iter().map(|topic| topic.topic).collect()
    }
}

pub(super) fn unknown_memory(user: &str, id: &str) -> Error {
    Error::new(ErrorCode::UnknownMemory, format!("\"{user}\" has no memory \"{id}\"")).at("/memory")
}
