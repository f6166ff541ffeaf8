//! Everything that one owner's log adds up to. The records are the truth; all else in here is an index or a fold
//! over them and can be dropped and computed again.

use std::sync::Arc;

use super::admit::{is_ahead, parse_body};
use super::affinity::Affinity;
use super::entries::{Entries, Keyed};
use super::fold::Stale;
use super::lane::{Lane, Position};
use super::memories::{Memories, Use};
use super::mood::Mood;
use super::personality::Personality;
use super::recall::Recall;
use crate::error::Error;
use crate::list::List;
use crate::log::body::{Episode, Fact, Instance, Note, Run, Session, Turn};
use crate::log::{Body, Content, Merged, Migration, Record, newer, newest_schema};
use crate::order;

/// What one owner's log adds up to.
#[derive(Debug, Default)]
pub struct OwnerState {
    pub(super) entries: Entries,
    /// The turns and runs of every session, by session.
    pub(super) lanes: Vec<Lane>,
    pub(super) memories: Memories,
    pub(super) recall: Recall,
    /// The steps from older schemas to the newest.
    migrations: &'static [Migration],
    /// Another one after each change.
    pub(crate) revision: u64,
}

/// A record with what is derived from it.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) record: Record,
    pub(super) derived: Derived,
}

/// What is derived from a record.
#[derive(Debug)]
pub(super) enum Derived {
    Nothing,
    Template(Arc<Personality>),
    /// Of an instance.
    Affinity(Box<Folded<Affinity>>),
    /// Of a session.
    Mood(Box<Folded<Mood>>),
    /// Of a memory: where it is searched. Empty before the index has met it.
    Memory(Vec<u32>),
}

/// A fold over runs, and the last one in it.
#[derive(Debug, Default)]
pub(super) struct Folded<T> {
    pub(super) value: T,
    pub(super) to: Option<Position>,
}

/// An instance and its folded affinity.
#[derive(Clone, Copy, Debug)]
pub struct InstanceState<'a> {
    /// The newest version of its record.
    pub instance: &'a Instance,
    /// The fold over its runs.
    pub affinity: &'a Affinity,
}

/// A session and its folded mood.
#[derive(Clone, Copy, Debug)]
pub struct SessionState<'a> {
    /// The newest version of its record.
    pub session: &'a Session,
    /// The fold over its runs.
    pub mood: &'a Mood,
}

/// What became of records that were offered to an owner's log.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Absorbed {
    /// Ids that are new or have a new winning version.
    pub changed: Vec<String>,
    /// Records that were left out, and why. They stay where they are stored.
    pub quarantined: Vec<Quarantined>,
}

/// A record that was left out.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Quarantined {
    /// Its id.
    pub id: String,
    /// `clock`, `invalid_record`, `invalid_template` or `integrity`.
    pub code: String,
    /// What is wrong, in a sentence.
    pub message: String,
}

impl OwnerState {
    /// An empty log, in which bodies of older schemas count as these steps make them.
    pub(crate) fn of(migrations: &'static [Migration]) -> Self {
        Self { migrations, ..Self::default() }
    }

    /// Whether a body is of an older schema.
    pub fn has_older_bodies(&self) -> bool {
        self.entries.iter().any(|entry| matches!(entry.record.content, Content::Lifted(_)))
    }

    /// Merges records into the log and brings the folds up to date. A record that breaks a rule is quarantined;
    /// one id with two contents under one clock is an `integrity` error, and then nothing at all is merged.
    pub fn absorb(&mut self, records: Vec<Record>, now: u64) -> Result<Absorbed, Error> {
        let mut absorbed = Absorbed::default();
        let by_id = order::indices_by_text(&records.iter().map(|record| record.id.as_str()).list());
        // Those that are accepted stay where they are, and so in the order of the memory.
        let mut records: Vec<Option<Record>> = records.into_iter().map(Some).collect();
        let mut accepted: Vec<usize> = Vec::with_capacity(records.len());
        for index in by_id {
            let Some(mut record) = records[index].take() else { continue };
            let last = accepted.last().and_then(|last| records[*last].as_ref());
            let last = last.filter(|last| last.id == record.id);
            let present = last.or_else(|| self.record(&record.id));
            // Only versions of one stamp are compared by what they say, and for that both must be parsed.
            let same_stamp = present.filter(|present| present.at == record.at);
            if let Some(present) = present.filter(|_| same_stamp.is_none()) {
                if newer(present, &record)? != Merged::Replace {
                    continue;
                }
            }
            if let Err((code, message, _)) = parse_body(&mut record, now, self.migrations) {
                let (id, code) = (record.id.clone(), code.to_owned());
                absorbed.quarantined.push(Quarantined { id, code, message });
                if !self.is_unread(&record, now) {
                    continue;
                }
            }
            if let Some(present) = same_stamp {
                if newer(present, &record)? != Merged::Replace {
                    continue;
                }
            }
            match accepted.last_mut().filter(|_| last.is_some()) {
                Some(loser) => records[std::mem::replace(loser, index)] = None,
                None => {
                    absorbed.changed.push(record.id.clone());
                    accepted.push(index);
                }
            }
            records[index] = Some(record);
        }
        let mut stale = Stale::default();
        let mut derived: Vec<Derived> = Vec::new();
        derived.resize_with(records.len(), || Derived::Nothing);
        // Turns and runs are most of it; lanes bring them into clock order.
        let mut others = Vec::new();
        for (index, record) in records.iter().enumerate() {
            match record {
                Some(record) if matches!(&*record.kind, "turn" | "run") => {
                    derived[index] = self.derive(record, &mut stale)
                }
                Some(record) => others.push((index, record)),
                None => {}
            }
        }
        order::sort_by(&mut others, |a, b| a.1.at.cmp(&b.1.at));
        for (index, record) in others {
            derived[index] = self.derive(record, &mut stale);
        }
        let mut fresh = Vec::new();
        for index in accepted {
            let Some(record) = records[index].take() else { continue };
            let derived = std::mem::replace(&mut derived[index], Derived::Nothing);
            let entry = Entry { record, derived };
            let present = self.position(&entry.record.id).ok();
            match present.and_then(|index| self.entries.get_mut(index)) {
                Some(present) => {
                    let previous = std::mem::replace(present, entry);
                    self.withdraw(&previous, &mut stale);
                }
                None => fresh.push(Keyed::from(entry)),
            }
        }
        self.entries.insert(fresh);
        self.lanes.iter_mut().for_each(Lane::settle);
        self.refold(stale);
        Ok(absorbed)
    }

    /// Whether a record that breaks the rules is kept as it is: one of an older schema that no step can lift, so that a
    /// migration meets it and names it.
    fn is_unread(&self, record: &Record, now: u64) -> bool {
        let newest = newest_schema(self.migrations, &record.kind);
        record.content.schema().is_some_and(|schema| schema < newest) && !is_ahead(record, now)
    }

    /// All records, by id.
    pub fn records(&self) -> impl Iterator<Item = &Record> {
        self.entries.iter().map(|entry| &entry.record)
    }

    /// One record, by its place among all.
    pub(crate) fn record_at(&self, index: usize) -> Option<&Record> {
        self.entries.get(index).map(|entry| &entry.record)
    }

    /// One record.
    pub fn record(&self, id: &str) -> Option<&Record> {
        self.entry(id).map(|entry| &entry.record)
    }

    /// One template of this owner.
    pub fn template(&self, id: &str) -> Option<&Arc<Personality>> {
        match &self.entry(id)?.derived {
            Derived::Template(personality) => Some(personality),
            _ => None,
        }
    }

    /// All templates of this owner, by id.
    pub fn templates(&self) -> impl Iterator<Item = &Arc<Personality>> {
        self.entries.iter().filter_map(|entry| match &entry.derived {
            Derived::Template(personality) => Some(personality),
            _ => None,
        })
    }

    /// One instance.
    pub fn instance(&self, id: &str) -> Option<InstanceState<'_>> {
        let entry = self.entry(id)?;
        match (entry.record.body()?, &entry.derived) {
            (Body::Instance(instance), Derived::Affinity(affinity)) => {
                Some(InstanceState { instance, affinity: &affinity.value })
            }
            _ => None,
        }
    }

    /// One session.
    pub fn session(&self, id: &str) -> Option<SessionState<'_>> {
        let entry = self.entry(id)?;
        match (entry.record.body()?, &entry.derived) {
            (Body::Session(session), Derived::Mood(mood)) => {
                Some(SessionState { session, mood: &mood.value })
            }
            _ => None,
        }
    }

    /// The ids of all sessions, in their order.
    pub fn sessions(&self) -> impl Iterator<Item = &str> {
        let sessions = self.entries.iter().filter(|entry| matches!(entry.derived, Derived::Mood(_)));
        sessions.map(|entry| entry.record.id.as_str())
    }

    /// The turns of a session, oldest first: id, content, and the tokens of its text (`None` where the role is not
    /// one of a conversation), which are known beforehand because every prompt asks for hundreds of them.
    pub fn turns(&self, session: &str) -> impl DoubleEndedIterator<Item = (&str, &Turn, Option<u32>)> {
        let turns = self.lane(session).map_or(&[][..], |lane| &lane.turns);
        turns.iter().filter_map(|entry| Some((entry.position.id.as_str(), entry.turn()?, entry.tokens)))
    }

    /// The ids of the turns of a session, oldest first.
    pub fn turn_ids(&self, session: &str) -> Vec<String> {
        let turns = self.lane(session).map_or(&[][..], |lane| &lane.turns);
        turns.iter().map(|entry| entry.position.id.clone()).list()
    }

    /// The ids of the runs of a session, oldest first.
    pub fn run_ids(&self, session: &str) -> Vec<String> {
        let runs = self.lane(session).map_or(&[][..], |lane| &lane.runs);
        runs.iter().map(|position| position.id.clone()).list()
    }

    /// The ids of the runs about a turn of a session. No other's body is read.
    pub fn runs_of_turn(&self, session: &str, turn: &str) -> Vec<String> {
        let mut runs = self.run_ids(session);
        runs.retain(|id| match self.record(id).map(|record| &record.content) {
            Some(Content::Kept(kept)) if !kept.mentions(turn) => false,
            _ => self.run(id).is_some_and(|run| run.turn.as_deref() == Some(turn)),
        });
        runs
    }

    /// How many turns a session has.
    pub fn turn_count(&self, session: &str) -> usize {
        self.lane(session).map_or(0, |lane| lane.turns.len())
    }

    /// One fact.
    pub fn fact(&self, id: &str) -> Option<&Fact> {
        match self.record(id)?.body()? {
            Body::Fact(fact) => Some(fact),
            _ => None,
        }
    }

    /// All facts, whatever their status, by id.
    pub fn facts(&self) -> impl Iterator<Item = (&str, &Fact)> {
        self.memories.facts.iter().filter_map(|id| Some((id.as_str(), self.fact(id)?)))
    }

    /// One episode.
    pub fn episode(&self, id: &str) -> Option<&Episode> {
        match self.record(id)?.body()? {
            Body::Episode(episode) => Some(episode),
            _ => None,
        }
    }

    /// All episodes of all instances, whatever their status, by id.
    pub fn episodes(&self) -> impl Iterator<Item = (&str, &Episode)> {
        self.memories.episodes.iter().filter_map(|id| Some((id.as_str(), self.episode(id)?)))
    }

    /// One note.
    pub fn note(&self, id: &str) -> Option<&Note> {
        match self.record(id)?.body()? {
            Body::Note(note) => Some(note),
            _ => None,
        }
    }

    /// All notes, by id.
    pub fn notes(&self) -> impl Iterator<Item = (&str, &Note)> {
        self.memories.notes.iter().filter_map(|id| Some((id.as_str(), self.note(id)?)))
    }

    /// The ids of all facts and episodes.
    pub fn memory_ids(&self) -> impl Iterator<Item = &str> {
        self.memories.facts.iter().chain(&self.memories.episodes).map(String::as_str)
    }

    /// How a memory was used.
    pub fn use_of(&self, id: &str) -> Use {
        self.memories.use_of(id)
    }

    /// All runs, by id.
    pub fn runs(&self) -> impl Iterator<Item = (&str, &Run)> {
        self.entries.iter().filter_map(|entry| match entry.record.body()? {
            Body::Run(run) => Some((entry.record.id.as_str(), run.as_ref())),
            _ => None,
        })
    }

    /// The runs that were written at `from` (milliseconds since 1970) or later, of each session the newest first. No
    /// other's body is read.
    pub fn runs_since(&self, from: i64) -> Vec<&Run> {
        let from = u64::try_from(from).unwrap_or(0);
        let mut runs = Vec::new();
        for lane in &self.lanes {
            for position in lane.runs.iter().rev() {
                if position.at.milliseconds() < from {
                    break;
                }
                if let Some(run) = self.run(&position.id) {
                    runs.push(run);
                }
            }
        }
        runs
    }

    pub(super) fn run(&self, id: &str) -> Option<&Run> {
        match self.record(id)?.body()? {
            Body::Run(run) => Some(run),
            _ => None,
        }
    }

    pub(crate) fn personality_of(&self, instance: &str) -> Option<&Arc<Personality>> {
        self.template(&self.instance(instance)?.instance.template)
    }

    pub(super) fn entry(&self, id: &str) -> Option<&Entry> {
        self.entries.get(self.position(id).ok()?)
    }

    /// The index of a record, or else where it would stand.
    pub(crate) fn position(&self, id: &str) -> Result<usize, usize> {
        self.entries.position(id)
    }

    pub(super) fn lane(&self, session: &str) -> Option<&Lane> {
        let index = self.lanes.binary_search_by(|lane| lane.session.as_str().cmp(session)).ok()?;
        self.lanes.get(index)
    }

    pub(super) fn lane_mut(&mut self, session: &str) -> &mut Lane {
        let place = self.lanes.binary_search_by(|lane| lane.session.as_str().cmp(session));
        let index = place.unwrap_or_else(|index| {
            self.lanes.insert(index, Lane::new(session));
            index
        });
        &mut self.lanes[index]
    }
}
