//! The core: logs by owner, operations under way, and the two entries that move them, `dispatch` and `resume`.

use std::sync::Arc;

use serde::Serialize;

use super::command::{Command, Environment};
use super::effect::{Effect, EffectResult, host_failure};
use super::event::Event;
use super::extraction::{ExtractionOperation, ExtractionReport};
use super::features::Features;
use super::forget::Forgotten;
use super::import::ImportReport;
use super::learning::MemoryChanged;
use super::notes::ImportedNote;
use super::query::{SessionSummary, TemplateSummary};
use super::turn::SendRequest;
use super::turn::{Reply, TurnOperation};
use super::usage::Prices;
use crate::error::{Error, ErrorCode};
use crate::json::{Fields, Value};
use crate::log::{Device, HybridClock, IdSource, MIGRATIONS, Migration, Record};
use crate::memory;
use crate::observe::Packs;
use crate::order;
use crate::state::{Absorbed, OwnerState};

/// The owner of what `AddTemplate` stores. Opening a session copies the template to its owner.
pub(super) const LIBRARY: &str = "luminora:library";

/// Number of an operation, unique in its core.
pub type Operation = u32;

/// How a core is set up.
#[derive(Clone, Debug)]
pub struct CoreOptions {
    /// What is switched on.
    pub features: Features,
    /// Most tokens of a prompt, unless the template allows less; 4,000 by default.
    pub context_tokens: u32,
    /// How much is recalled before the rest is put aside.
    pub limits: memory::Limits,
    /// The least confidence of a fact that an extractor found, 0..1; 0.7 by default.
    pub fact_threshold: f64,
    /// Most of what one search finds; 10 by default.
    pub most_recalled: u32,
    /// Whose vectors the host gives, where it has an embedder; vectors of another one are dropped.
    pub embedder: Option<String>,
    /// Most tokens that extraction uses for a person on a UTC day; none: as many as it takes.
    pub tokens_per_day: Option<u32>,
    /// What models cost.
    pub prices: Prices,
    /// The steps that lead from one shape of what is stored to the next: no choice of a host.
    pub migrations: &'static [Migration],
}

impl Default for CoreOptions {
    fn default() -> Self {
        Self {
            features: Features::ALL,
            context_tokens: 4_000,
            limits: memory::Limits::default(),
            fact_threshold: 0.7,
            most_recalled: 10,
            embedder: None,
            tokens_per_day: None,
            prices: Prices::default(),
            migrations: MIGRATIONS,
        }
    }
}

impl CoreOptions {
    /// Reads the options of a call; absent ones have their defaults.
    pub fn parse(options: &Value) -> Result<Self, Error> {
        let mut fields = Fields::new(options, "");
        fields.check()?;
        let defaults = Self::default();
        let features = fields.raw("features").map(Features::parse).transpose()?.unwrap_or(defaults.features);
        let context_tokens = fields.count("context_tokens").unwrap_or(defaults.context_tokens);
        let limits = fields.nested("limits", limits).unwrap_or_default();
        let fact_threshold = fields.number("fact_threshold", 0.0, 1.0).unwrap_or(defaults.fact_threshold);
        let most_recalled = fields.count("most_recalled").unwrap_or(defaults.most_recalled);
        let embedder = fields.text("embedder", 200);
        let tokens_per_day = fields.count("tokens_per_day");
        let prices = Prices::parse(&mut fields)?;
        fields.finish()?;
        Ok(Self {
            features,
            context_tokens,
            limits,
            fact_threshold,
            most_recalled,
            embedder,
            tokens_per_day,
            prices,
            migrations: defaults.migrations,
        })
    }
}

/// Absent limits have their defaults; `null` is no limit.
fn limits(fields: &mut Fields<'_>) -> memory::Limits {
    let mut limit = |name, default: Option<u32>| match fields.is_null(name) {
        true => None,
        false => fields.count(name).or(default),
    };
    let defaults = memory::Limits::default();
    memory::Limits {
        max_facts: limit("max_facts", defaults.max_facts),
        max_episodes: limit("max_episodes", defaults.max_episodes),
        retention_days: limit("retention_days", defaults.retention_days),
    }
}

/// Personalities, relationships and operations under way. Holds no handle to the outside world.
#[derive(Debug)]
pub struct Core {
    pub(super) options: CoreOptions,
    pub(super) packs: Packs,
    pub(super) clock: HybridClock,
    /// Few at a time: a tab talks for one person.
    pub(super) owners: Vec<(String, OwnerState)>,
    /// Few at a time: one for each turn under way.
    pub(super) operations: Vec<(Operation, Pending)>,
    next_operation: Operation,
    /// How often a log has changed.
    changes: u64,
    nothing: OwnerState,
}

/// How far an operation has come.
#[derive(Debug)]
pub struct Step {
    /// The operation, for `resume`.
    pub op: Operation,
    /// What the host does now; empty while a model is answering, and when the operation is done.
    pub effects: Vec<Effect>,
    /// What happened.
    pub events: Vec<Event>,
    /// How it ended, if it did.
    pub done: Option<Result<Output, Error>>,
}

/// What an operation gives back.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(tag = "type", content = "value", rename_all = "kebab-case")]
pub enum Output {
    /// Of `AddTemplate`.
    Template(TemplateSummary),
    /// Of `CreateSession` and `UpdateSession`.
    Session(SessionSummary),
    /// Of `Send` and `Reply`.
    Reply(Box<Reply>),
    /// Of `ImportSnapshot`.
    Import(ImportReport),
    /// Of `Remember`, `Restore` and `Retain`: what they changed.
    Memories(Vec<MemoryChanged>),
    /// Of `Forget`: what is gone.
    Forgotten(Vec<Forgotten>),
    /// Of `ImportNotes`: what became of each document, in their order.
    Notes(Vec<ImportedNote>),
    /// Of `Extract`.
    Extraction(Box<ExtractionReport>),
    /// Of commands that have nothing to say.
    Nothing,
}

/// What an operation waits for.
#[derive(Debug)]
pub(super) enum Pending {
    /// The vector of what the person says.
    Recall(Box<(SendRequest, IdSource, u64)>),
    /// The parts of a model's answer.
    Turn(Box<TurnOperation>),
    /// The parts of a model's answer about a turn.
    Extraction(Box<ExtractionOperation>),
    /// The storage of a batch; with it come the events and the output.
    Commit(Commit),
    /// The erasure of an owner.
    Erase(String),
}

/// A batch on its way to the storage.
#[derive(Debug)]
pub(super) struct Commit {
    pub owner: String,
    pub records: Arc<Vec<Record>>,
    /// Whether the owner has exactly these records afterwards.
    pub replace: bool,
    /// Told once the batch is stored.
    pub events: Vec<Event>,
    pub outcome: Outcome,
}

/// Vectors by the ids of what they are of.
pub(super) type NamedVectors = Vec<(String, Vec<f32>)>;

/// What a commit gives back; read from the state that the batch leads to.
#[derive(Debug)]
pub(super) enum Outcome {
    Template(String),
    Session(String),
    Reply(Box<Reply>),
    /// With the vectors of memories that it brought.
    Import(Box<(ImportReport, NamedVectors)>),
    Memories(Vec<MemoryChanged>),
    Forgotten(Vec<Forgotten>),
    Notes(Vec<ImportedNote>),
    Extraction(Box<ExtractionReport>),
    Nothing,
}

/// What a command leads to, before the operation has a number.
pub(super) enum Begun {
    /// The host has something to do.
    Waiting { pending: Pending, effects: Vec<Effect>, events: Vec<Event> },
    /// There was nothing to do.
    Done(Output),
}

impl Core {
    /// A core that knows nothing yet. The seed names its device.
    pub fn open(options: CoreOptions, packs: Packs, environment: &Environment) -> Self {
        Self {
            options,
            packs,
            clock: HybridClock::new(Device::from_seed(environment.seed)),
            owners: Vec::new(),
            operations: Vec::new(),
            next_operation: 1,
            changes: 0,
            nothing: OwnerState::default(),
        }
    }

    /// What is switched on.
    pub fn features(&self) -> Features {
        self.options.features
    }

    /// Merges records that this device wrote itself, from its storage or another tab: their clocks are believed, however
    /// far ahead, so that nothing that was said while the device's clock was wrong is missing afterwards.
    ///
    /// # Errors
    /// As [`Core::absorb`].
    pub fn load(&mut self, records: Vec<Record>, now: u64) -> Result<Absorbed, Error> {
        let newest = records.iter().map(|record| record.at.milliseconds()).max().unwrap_or(now);
        self.absorb(records, now.max(newest))
    }

    /// Merges records from another device. One id with two contents under one clock is
    /// an `integrity` error, and then nothing of that owner is merged.
    pub fn absorb(&mut self, mut records: Vec<Record>, now: u64) -> Result<Absorbed, Error> {
        let one_owner =
            records.iter().all(|record| Some(&record.owner) == records.first().map(|first| &first.owner));
        if !one_owner {
            order::sort_by_text(&mut records, |record| &record.owner);
        }
        let mut all = Absorbed::default();
        while let Some(first) = records.first() {
            let owner = first.owner.clone();
            let rest = records.split_off(records.partition_point(|record| record.owner == owner));
            let batch = std::mem::replace(&mut records, rest);
            let limit = now.saturating_add(crate::state::MAXIMUM_AHEAD);
            let stamps = batch.iter().map(|record| &record.at);
            let newest = stamps.filter(|stamp| stamp.milliseconds() <= limit).max().cloned();
            let absorbed = self.owner_mut(&owner).absorb(batch, now)?;
            self.note_change(&owner);
            if let Some(newest) = newest {
                self.clock.witness(&newest);
            }
            all.changed.extend(absorbed.changed);
            all.quarantined.extend(absorbed.quarantined);
        }
        Ok(all)
    }

    /// An owner's log and what follows from it as bytes, for a cache that may be dropped at any time.
    pub fn checkpoint(&self, user: &str) -> Option<Vec<u8>> {
        let (_, state) = self.owners.iter().find(|(name, _)| name == user)?;
        // What is not of the newest shape is read anew until it is migrated.
        (!state.has_older_bodies()).then(|| state.to_checkpoint(user))
    }

    /// Takes an owner's log from a checkpoint, and says whether it could. Of use before anything of that owner was merged;
    /// what was stored since is merged afterwards.
    pub fn restore_checkpoint(&mut self, user: &str, checkpoint: Vec<u8>) -> bool {
        let state = self.owner_mut(user);
        if !state.is_empty() {
            return false;
        }
        let Some(newest) = state.restore(user, checkpoint) else { return false };
        self.note_change(user);
        if let Some(newest) = newest {
            self.clock.witness(&newest);
        }
        true
    }

    /// How many records of an owner there are.
    pub fn record_count(&self, user: &str) -> usize {
        self.owner(user).len()
    }

    /// Whether a record is in an owner's log: what breaks a rule, or is from the future, is only where it is stored.
    pub fn knows(&self, user: &str, id: &str) -> bool {
        self.owner(user).record(id).is_some()
    }

    /// Drops what this core knows of an owner, because another tab erased it. The storage is not touched.
    pub fn drop_owner(&mut self, owner: &str) {
        self.owners.retain(|(name, _)| name != owner);
    }

    /// Begins an operation.
    pub fn dispatch(&mut self, command: Command, environment: &Environment) -> Step {
        let op = self.next_operation;
        self.next_operation = self.next_operation.wrapping_add(1);
        let mut ids = IdSource::new(environment.seed);
        let now = environment.now;
        let begun = match command {
            Command::AddTemplate { source } => self.add_template(&source, now),
            Command::CreateSession { user, template, title } => {
                self.create_session(&user, &template, title, now, &mut ids)
            }
            Command::Send(request) => self.send(request, now, ids),
            Command::Extract { user, session, turn, model } => {
                self.extract((user, session, turn), model, now, ids)
            }
            Command::Reply(reply) => self.reply(reply, now, &mut ids),
            Command::SetMood { user, session, name, intensity } => {
                self.set_mood(&user, &session, &name, intensity, now)
            }
            Command::SetAffinity { user, session, points } => self.set_affinity(&user, &session, points, now),
            Command::UpdateSession { user, session, title, status } => {
                self.update_session(&user, &session, title, status, now)
            }
            Command::ImportSnapshot { user, source, restore, on_conflict, allow_modified, template } => {
                let request =
                    super::import::ImportRequest { user, restore, on_conflict, allow_modified, template };
                self.import_snapshot(&source, request, now, &mut ids)
            }
            Command::Remember { user, fact } => self.remember(&user, fact, now),
            Command::Forget { user, what } => self.forget(&user, &what, now, &mut ids),
            Command::ImportNotes { user, documents } => self.import_notes(&user, documents, now),
            Command::Restore { user, memory } => self.restore(&user, &memory, now),
            Command::Retain { user } => self.retain(&user, now),
            Command::Migrate { user, target } => self.migrate(&user, target, now),
            Command::FinishMigration { target } => self.finish_migration(target, now),
            Command::Erase { user, purge } => self.erase(&user, purge, now),
        };
        self.settle(op, begun)
    }

    /// Goes on with an operation after the host has done, or failed to do, what it asked for.
    pub fn resume(&mut self, op: Operation, result: EffectResult, now: u64) -> Step {
        let found = self.operations.iter().position(|(number, _)| *number == op);
        let Some((_, pending)) = found.map(|index| self.operations.swap_remove(index)) else {
            let error = Error::new(ErrorCode::InvalidOperation, "no such operation is under way");
            return Step { op, effects: Vec::new(), events: Vec::new(), done: Some(Err(error)) };
        };
        let next = match (pending, result) {
            (_, EffectResult::Failed) => Err(host_failure()),
            (Pending::Recall(request), EffectResult::Embedded { vector }) => {
                let (request, ids, started) = *request;
                self.begin_turn(request, vector, started, ids)
            }
            (Pending::Turn(operation), result) => self.advance(*operation, result, now),
            (Pending::Extraction(operation), result) => self.advance_extraction(*operation, result, now),
            (Pending::Commit(commit), EffectResult::Stored) => {
                return self.committed(op, commit, now);
            }
            (Pending::Erase(owner), EffectResult::Stored) => {
                self.drop_owner(&owner);
                let events = vec![Event::Erased { user: owner }];
                return Step { op, effects: Vec::new(), events, done: Some(Ok(Output::Nothing)) };
            }
            _ => Err(Error::new(
                ErrorCode::InvalidOperation,
                "the result does not fit the effect that was asked for",
            )),
        };
        self.settle(op, next)
    }

    /// What one owner's log adds up to; empty for an unknown owner.
    pub(super) fn owner(&self, owner: &str) -> &OwnerState {
        self.owners.iter().find(|(name, _)| name == owner).map_or(&self.nothing, |(_, state)| state)
    }

    pub(super) fn owner_mut(&mut self, owner: &str) -> &mut OwnerState {
        let index = self.owners.iter().position(|(name, _)| *name == owner).unwrap_or_else(|| {
            self.owners.push((owner.to_owned(), OwnerState::of(self.options.migrations)));
            self.owners.len() - 1
        });
        &mut self.owners[index].1
    }

    fn note_change(&mut self, owner: &str) {
        self.changes += 1;
        self.owner_mut(owner).revision = self.changes;
    }

    fn settle(&mut self, op: Operation, begun: Result<Begun, Error>) -> Step {
        match begun {
            Ok(Begun::Waiting { pending, effects, events }) => {
                self.operations.push((op, pending));
                Step { op, effects, events, done: None }
            }
            Ok(Begun::Done(output)) => {
                Step { op, effects: Vec::new(), events: Vec::new(), done: Some(Ok(output)) }
            }
            Err(error) => Step { op, effects: Vec::new(), events: Vec::new(), done: Some(Err(error)) },
        }
    }

    fn committed(&mut self, op: Operation, commit: Commit, now: u64) -> Step {
        let Commit { owner, records, replace, events, outcome } = commit;
        if replace {
            self.drop_owner(&owner);
        }
        // Our own records are never from the future, even when the device's clock was set back since.
        let merged_at = now.max(self.clock.milliseconds());
        // The host has let go of its share by now.
        let records = Arc::try_unwrap(records).unwrap_or_else(|records| records.as_ref().clone());
        let done = self.absorb(records, merged_at).and_then(|_| {
            Ok(match outcome {
                Outcome::Template(id) => Output::Template(self.template_summary(&owner, &id)?),
                Outcome::Session(id) => Output::Session(self.session(&owner, &id)?),
                Outcome::Reply(mut reply) => {
                    reply.events = events.clone();
                    reply.state = Some(self.session_state(&owner, &reply.session, now)?);
                    Output::Reply(reply)
                }
                Outcome::Import(import) => {
                    let (report, vectors) = *import;
                    self.give_vectors(&owner, &vectors);
                    Output::Import(report)
                }
                Outcome::Memories(changes) => Output::Memories(changes),
                Outcome::Forgotten(gone) => Output::Forgotten(gone),
                Outcome::Notes(imported) => Output::Notes(imported),
                Outcome::Extraction(report) => Output::Extraction(report),
                Outcome::Nothing => Output::Nothing,
            })
        });
        Step { op, effects: Vec::new(), events, done: Some(done) }
    }
}

impl Commit {
    /// A batch that is added to what is there.
    pub(super) fn new(owner: &str, records: Vec<Record>, events: Vec<Event>, outcome: Outcome) -> Self {
        Self { owner: owner.to_owned(), records: Arc::new(records), replace: false, events, outcome }
    }

    /// The step that asks the host to store this batch.
    pub(super) fn begin(self, events: Vec<Event>) -> Begun {
        let (owner, records, replace) = (self.owner.clone(), Arc::clone(&self.records), self.replace);
        let effects = vec![Effect::Append { owner, records, replace }];
        Begun::Waiting { pending: Pending::Commit(self), effects, events }
    }
}
