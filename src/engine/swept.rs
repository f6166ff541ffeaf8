//! What goes with an erasure, beyond the tombstones that an import brings or a storage has: turns that were said in a
//! session which is gone, runs that answered a turn which is gone, and memories that were learned from it. Whoever wrote
//! them did not know of the erasure yet.

use std::cell::RefCell;
use std::sync::Arc;

use serde::Serialize;

use super::core::Core;
use crate::error::Error;
use crate::json;
use crate::list::List;
use crate::log::body::Fact;
use crate::log::{Body, Content, Device, Merged, Record, Stamp, natural_ids, newer};
use crate::memory::{Rest, comes_from, unlearn};
use crate::order;
use crate::state::OwnerState;

/// A record that goes.
pub(super) struct Swept {
    /// In its place.
    pub tombstone: Record,
    /// What other turns say of a fact: a record of its own.
    pub rest: Option<Record>,
}

/// What became of records of this device's storage.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Heard {
    /// Ids that are new or have a new winning version.
    pub changed: Vec<String>,
    /// What goes or stays because of it, and is to be stored: whoever wrote one of two records did not know yet that the
    /// other was erased.
    pub swept: Vec<Record>,
    /// How many records were left out, because they break a rule or come from the future.
    pub left: usize,
}

impl Core {
    /// Merges records of this device's storage, all of one owner, which are read from it, or which another view of it
    /// wrote: as [`Core::load`] does.
    ///
    /// # Errors
    /// As [`Core::absorb`].
    pub fn hear(&mut self, records: Vec<Record>, now: u64) -> Result<Heard, Error> {
        let mut swept = Vec::new();
        let owner = records.first().map(|record| Arc::clone(&record.owner));
        let state = owner.as_ref().map(|owner| self.owner(owner));
        // Most logs that are read for the first time have lost nothing.
        let is_whole =
            |state: &OwnerState| state.is_empty() && !records.iter().any(|record| record.content.is_erased());
        if let (Some(owner), Some(state)) = (&owner, state.filter(|state| !is_whole(state))) {
            let wins = |record: &&Record| {
                state.record(&record.id).is_none_or(|present| newer(present, record) == Ok(Merged::Replace))
            };
            // What has lost already says nothing of what is there.
            let winners = records.iter().filter(wins).list();
            for Swept { tombstone, rest } in self.swept(owner, &winners, false) {
                swept.push(tombstone);
                swept.extend(rest);
            }
        }
        let absorbed = self.load(records, now)?;
        Ok(Heard { changed: absorbed.changed, swept, left: absorbed.quarantined.len() })
    }

    /// The records of an owner that go with what an import erases, and those of the import that go with what is erased
    /// here or there. Every device comes to the same tombstones, clocks included, so that they agree without having to
    /// meet again.
    pub(super) fn swept(&self, user: &str, records: &[&Record], replaces: bool) -> Vec<Swept> {
        let state = self.owner(user);
        let mut gone = Gone::new(state, records);
        let (mut turns, mut others) = if replaces { Default::default() } else { gone.affected() };
        turns.retain(|id| !gone.is_brought(id));
        others.retain(|id| !gone.is_brought(id));
        let here = |ids: Vec<String>| ids.into_iter().filter_map(|id| state.record(&id)).list();
        let mut swept = Vec::new();
        // Turns first: what comes from them goes, too.
        for record in records.iter().copied().chain(here(turns)) {
            swept.extend(gone.sweep_turn(record));
        }
        order::sort_by_text(&mut gone.turns, |(id, _)| id);
        for record in records.iter().copied().chain(here(others)) {
            swept.extend(gone.sweep(record));
        }
        swept
    }
}

/// What is gone, here or by the records of an import.
struct Gone<'a> {
    state: &'a OwnerState,
    /// The records of the import, by id.
    brought: Vec<&'a Record>,
    /// Those of them that are erased: few, and asked for by every record of the import.
    erased: Vec<&'a Record>,
    /// Turns that go with their session, by id, and when that went.
    turns: Vec<(String, Stamp)>,
    /// When what was asked for went.
    found: RefCell<Vec<Stamp>>,
}

impl<'a> Gone<'a> {
    fn new(state: &'a OwnerState, records: &[&'a Record]) -> Self {
        let mut brought = records.to_vec();
        order::sort_by_text(&mut brought, |record| &record.id);
        let erased = brought.iter().copied().filter(|record| record.content.is_erased()).list();
        Self { state, brought, erased, turns: Vec::new(), found: RefCell::default() }
    }

    /// The ids of the turns, and of the runs and memories, that may go here.
    fn affected(&self) -> (Vec<String>, Vec<String>) {
        let (mut turns, mut others) = (Vec::new(), Vec::new());
        let mut sessions = Vec::new();
        let mut is_told = false;
        for Record { id, kind, .. } in &self.erased {
            is_told |= matches!(&**kind, "session" | "turn");
            match &**kind {
                "session" => {
                    turns.extend(self.state.turn_ids(id));
                    sessions.push(id.as_str());
                }
                "turn" => {
                    if let Some(Body::Turn(turn)) = self.state.record(id).and_then(Record::body) {
                        sessions.push(&turn.session);
                    }
                }
                _ => {}
            }
        }
        order::sort_by_text(&mut sessions, |id| id);
        sessions.dedup();
        for session in &sessions {
            others.extend(self.state.run_ids(session));
        }
        if is_told {
            others.extend(self.state.memory_ids().map(str::to_owned));
        }
        (turns, others)
    }

    fn sweep_turn(&mut self, record: &Record) -> Option<Swept> {
        let Body::Turn(turn) = record.body()? else { return None };
        let at = self.end_of(&turn.session)?.clone();
        self.turns.push((record.id.clone(), at.clone()));
        Some(Swept { tombstone: record.tombstone(at), rest: None })
    }

    fn sweep(&self, record: &Record) -> Option<Swept> {
        self.found.borrow_mut().clear();
        let is_gone = |id: &str| {
            let end = self.end_of(id);
            self.found.borrow_mut().extend(end.cloned());
            end.is_some()
        };
        let body = record.body()?;
        let goes = match body {
            Body::Run(run) => is_gone(&run.session) | run.turn.as_deref().is_some_and(is_gone),
            _ => comes_from(body, &is_gone),
        };
        if !goes {
            return None;
        }
        let found = self.found.take();
        let rest = match body {
            Body::Fact(fact) => match unlearn(fact, &is_gone) {
                Rest::Some(rest) => self.anew(record, rest, &found),
                _ => None,
            },
            _ => None,
        };
        Some(Swept { tombstone: record.tombstone(found.iter().min()?.clone()), rest })
    }

    /// What is left of a fact under the next id that is not erased; none where somebody has written it already. Its clock
    /// is the latest of what it follows from, by a device that is named after all of that: no two different rests have
    /// the same one.
    fn anew(&self, fact: &Record, rest: Fact, found: &[Stamp]) -> Option<Record> {
        let parts = [&*fact.owner, rest.category.name(), &rest.key];
        let id = natural_ids("fact", &parts).find(|id| *id != fact.id && self.end_of(id).is_none())?;
        if self.state.record(&id).is_some() || self.is_brought(&id) {
            return None;
        }
        let (milliseconds, counter, _) = found.iter().chain([&fact.at]).max()?.parts();
        let schema = fact.schema()?;
        let body = Body::from(rest);
        let causes = [fact.id.as_str(), &fact.at.to_string(), &json::to_text(&body)].join("\n");
        let name = json::sha256_hex(causes.as_bytes());
        let at = Stamp::new(milliseconds, counter, Device::parse(name.get(..16)?).ok()?).ok()?;
        Some(Record { id, content: Content::Live { schema, body }, ..fact.tombstone(at) })
    }

    fn is_brought(&self, id: &str) -> bool {
        find(&self.brought, id).is_some()
    }

    /// When a record went; none while it is there.
    fn end_of(&self, id: &str) -> Option<&Stamp> {
        let brought = find(&self.erased, id);
        let turn = self.turns.binary_search_by(|turn| turn.0.as_str().cmp(id));
        let turn = turn.ok().and_then(|index| self.turns.get(index));
        let here = || self.state.record(id).filter(|record| record.content.is_erased());
        brought.or_else(here).map(|record| &record.at).or_else(|| turn.map(|turn| &turn.1))
    }
}

/// One of some records that are in the order of their ids.
fn find<'a>(records: &[&'a Record], id: &str) -> Option<&'a Record> {
    let place = records.binary_search_by(|record| record.id.as_str().cmp(id));
    place.ok().and_then(|index| records.get(index).copied())
}
