//! Erasing one thing: a memory, a turn, a whole conversation, with all that derives from it.

use serde::Serialize;

use super::core::{Begun, Commit, Core, Outcome, Output, Pending};
use super::event::Event;
use super::learning::MemoryChanged;
use crate::error::Error;
use crate::json::{self, Fields};
use crate::list::{List, joined};
use crate::log::{Body, Content, IdSource, Record, check_owner};
use crate::memory::{MemoryChange, Rest, comes_from, unlearn};
use crate::text::tokens;

/// What is to be forgotten.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Forget {
    /// The memory, turn or session of that id; else every fact and episode that holds all these words.
    Query(String),
    /// The note of that source.
    Source(String),
}

impl Forget {
    pub(super) fn parse(fields: &mut Fields<'_>) -> Self {
        match fields.string("source") {
            Some(source) => Self::Source(source),
            None => Self::Query(fields.required_string("query")),
        }
    }
}

/// Something that was erased.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Forgotten {
    /// Its id.
    pub id: String,
    /// What it was.
    #[cfg_attr(feature = "typescript", ts(type = "\"memory\" | \"turn\" | \"run\" | \"session\""))]
    pub kind: &'static str,
    /// The `type` of a memory.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional, type = "\"fact\" | \"episode\" | \"note\""))]
    pub memory_type: Option<&'static str>,
}

/// What goes, and what is written anew without it.
#[derive(Default)]
struct Erasure {
    gone: Vec<Forgotten>,
    rest: Vec<(String, Body)>,
}

impl Core {
    /// Erases what is to be forgotten. With a turn go the runs that answered it and what was learned from it; with a
    /// session its turns, and with these the same. What the personality said to a turn is a turn of its own, and stays.
    pub(super) fn forget(
        &mut self,
        user: &str,
        what: &Forget,
        now: u64,
        ids: &mut IdSource,
    ) -> Result<Begun, Error> {
        check_owner(user)?;
        let Erasure { gone, rest } = self.erasure(user, what, ids);
        if gone.is_empty() {
            return Ok(Begun::Done(Output::Forgotten(gone)));
        }
        let (mut records, mut events) = (Vec::with_capacity(gone.len() + rest.len()), Vec::new());
        for Forgotten { id, kind, memory_type } in gone.clone() {
            events.extend(memory_type.map(|memory_type| changed(&id, memory_type, MemoryChange::Forgotten)));
            records.push(self.tombstone(user, id, kind, now));
        }
        for (id, body) in rest {
            events.extend(type_of(&body).map(|memory_type| changed(&id, memory_type, MemoryChange::Learned)));
            records.push(self.write(user, &id, body, now));
        }
        events.push(Event::Forgotten { erased: gone.clone() });
        Ok(Commit::new(user, records, events, Outcome::Forgotten(gone)).begin(Vec::new()))
    }

    /// The end of a record.
    pub(super) fn tombstone(&mut self, user: &str, id: String, kind: &'static str, now: u64) -> Record {
        let at = self.clock.tick(now);
        Record { id, owner: user.into(), kind: kind.into(), at, content: Content::Erased }
    }

    fn erasure(&self, user: &str, what: &Forget, ids: &mut IdSource) -> Erasure {
        let owner = self.owner(user);
        let mut erasure = Erasure::default();
        let query = match what {
            Forget::Source(source) => {
                for (id, _) in owner.notes().filter(|(_, note)| note.source == *source) {
                    erasure.add(id, "memory", Some("note"));
                }
                return erasure;
            }
            Forget::Query(query) => query,
        };
        let record = owner.record(query).filter(|record| !record.content.is_erased());
        match record.map(|record| (record.kind.as_ref(), record.body())) {
            Some(("memory", body)) => erasure.add(query, "memory", body.and_then(type_of)),
            Some(("turn", body)) => {
                erasure.add(query, "turn", None);
                if let Some(Body::Turn(turn)) = body {
                    erasure.add_all(owner.runs_of_turn(&turn.session, query), "run");
                }
                for record in self.pending(user) {
                    if matches!(record.body(), Some(Body::Run(run)) if run.turn.as_ref() == Some(query)) {
                        erasure.add(&record.id, "run", None);
                    }
                }
                self.without(user, &|turn| turn == query, &mut erasure, ids);
            }
            Some(("session", _)) => {
                erasure.add(query, "session", None);
                let mut turns = owner.turn_ids(query);
                erasure.add_all(owner.run_ids(query), "run");
                for record in self.pending(user) {
                    match record.body() {
                        Some(Body::Turn(turn)) if turn.session == *query => turns.push(record.id.clone()),
                        Some(Body::Run(run)) if run.session == *query => {
                            erasure.add(&record.id, "run", None);
                        }
                        _ => {}
                    }
                }
                crate::order::sort_by_text(&mut turns, |id| id);
                self.without(
                    user,
                    &|turn| turns.binary_search_by(|id| id.as_str().cmp(turn)).is_ok(),
                    &mut erasure,
                    ids,
                );
                erasure.add_all(turns, "turn");
            }
            _ => {
                for (id, memory_type) in self.memories_about(user, query) {
                    erasure.add(&id, "memory", Some(memory_type));
                }
            }
        }
        erasure
    }

    /// What was learned from turns that go: all of that goes, and what other turns say becomes a record of its own, so
    /// that no version of the old one, wherever it is, can come back.
    fn without(&self, user: &str, is_gone: &dyn Fn(&str) -> bool, erasure: &mut Erasure, ids: &mut IdSource) {
        let owner = self.owner(user);
        // What is on its way to the storage is newer than what the log has.
        let mut memories: Vec<&Record> = self.pending(user).list();
        memories.reverse();
        memories.extend(owner.memory_ids().filter_map(|id| owner.record(id)));
        let mut seen: Vec<&str> = Vec::new();
        for record in memories {
            let (id, Some(body)) = (record.id.as_str(), record.body()) else { continue };
            if seen.contains(&id) {
                continue;
            }
            seen.push(id);
            if !comes_from(body, is_gone) {
                continue;
            }
            erasure.add(id, "memory", type_of(body));
            match body {
                Body::Fact(fact) => {
                    if let Rest::Some(fact) = unlearn(fact, is_gone) {
                        let parts = [user, fact.category.name(), &fact.key];
                        erasure.rest.push((self.free_id(user, "fact", &parts, id), fact.into()));
                    }
                }
                Body::Episode(episode) => {
                    let rest = self.told_again(user, episode, is_gone);
                    erasure.rest.extend(rest.map(|episode| (ids.next("memory"), episode.into())));
                }
                _ => {}
            }
        }
    }

    /// What is on its way to the storage of an owner, the last batch last.
    fn pending(&self, user: &str) -> impl Iterator<Item = &Record> {
        let commits = self.operations.iter().filter_map(move |(_, pending)| match pending {
            Pending::Commit(commit) if commit.owner == user => Some(commit),
            _ => None,
        });
        commits.flat_map(|commit| commit.records.iter())
    }

    /// The facts and episodes that hold all words of a query, with their types.
    fn memories_about(&self, user: &str, query: &str) -> Vec<(String, &'static str)> {
        let words = |text: &str| tokens(text).into_iter().map(|token| token.text).list();
        let wanted: Vec<String> = words(query);
        let holds = |text: &str| {
            let words = words(text);
            wanted.iter().all(|word| words.contains(word))
        };
        let mut ids = Vec::new();
        if wanted.is_empty() {
            return ids;
        }
        let owner = self.owner(user);
        for (id, fact) in owner.facts() {
            let key = fact.key.replace('_', " ");
            let value = json::compact(&fact.value);
            let text =
                [fact.category.name(), key.as_str(), value.as_str(), &joined(&fact.tags, " ")].join(" ");
            if holds(&text) {
                ids.push((id.to_owned(), "fact"));
            }
        }
        for (id, episode) in owner.episodes() {
            if holds(&[episode.title.as_str(), &episode.summary, &joined(&episode.tags, " ")].join(" ")) {
                ids.push((id.to_owned(), "episode"));
            }
        }
        ids
    }
}

impl Erasure {
    fn add(&mut self, id: &str, kind: &'static str, memory_type: Option<&'static str>) {
        self.gone.push(Forgotten { id: id.to_owned(), kind, memory_type });
    }

    fn add_all(&mut self, ids: Vec<String>, kind: &'static str) {
        for id in ids {
            self.gone.push(Forgotten { id, kind, memory_type: None });
        }
    }
}

fn type_of(body: &Body) -> Option<&'static str> {
    match body {
        Body::Fact(_) => Some("fact"),
        Body::Episode(_) => Some("episode"),
        Body::Note(_) => Some("note"),
        _ => None,
    }
}

fn changed(id: &str, memory_type: &'static str, change: MemoryChange) -> Event {
    Event::MemoryChange(MemoryChanged { memory: id.to_owned(), memory_type, change })
}
