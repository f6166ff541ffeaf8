//! Everything that one owner's log adds up to. The records are the truth; all else in here is an index or a fold
//! over them and can be dropped and computed again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::affinity::Affinity;
use super::mood::Mood;
use super::personality::Personality;
use crate::error::Error;
use crate::log::body::{self, AffinityChange, Body, Instance, MoodChange, Session};
use crate::log::{Content, Merged, Record, Stamp, newer};
use crate::template::Template;
use crate::timestamp;

/// What one owner's log adds up to.
#[derive(Debug, Default)]
pub struct OwnerState {
    records: BTreeMap<String, Record>,
    templates: BTreeMap<String, Arc<Personality>>,
    instances: BTreeMap<String, InstanceState>,
    sessions: BTreeMap<String, SessionState>,
    turns: BTreeMap<String, BTreeSet<Position>>,
    runs: BTreeMap<String, BTreeMap<Position, RunEntry>>,
}

/// Where a record stands in its session: clock order, and the id should two clocks ever be equal.
type Position = (Stamp, String);

/// An instance and its folded affinity.
#[derive(Clone, Debug)]
pub struct InstanceState {
    /// The newest version of its record.
    pub instance: Instance,
    /// The fold over its runs.
    pub affinity: Affinity,
    folded_to: Option<Position>,
}

/// A session and its folded mood.
#[derive(Clone, Debug)]
pub struct SessionState {
    /// The newest version of its record.
    pub session: Session,
    /// The fold over its runs.
    pub mood: Mood,
    folded_to: Option<Position>,
}

/// What the folds need of a run.
#[derive(Clone, Debug)]
struct RunEntry {
    started_at: String,
    affinity: Option<AffinityChange>,
    mood: Option<MoodChange>,
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

/// Records whose clock is further ahead of `now` than this (milliseconds) are not merged.
pub(crate) const MAXIMUM_AHEAD: u64 = 24 * 60 * 60 * 1_000;

impl OwnerState {
    /// Merges records into the log and brings the folds up to date. A record that breaks a rule is quarantined;
    /// one id with two contents under one clock is an `integrity` error, and then nothing at all is merged.
    pub fn absorb(&mut self, records: Vec<Record>, now: u64) -> Result<Absorbed, Error> {
        let mut absorbed = Absorbed::default();
        let mut accepted: BTreeMap<String, (Record, Admitted)> = BTreeMap::new();
        for record in records {
            let present = accepted.get(&record.id).map(|(record, _)| record).or_else(|| self.records.get(&record.id));
            if present.is_some_and(|present| *present == record) {
                continue;
            }
            if let Some(present) = present {
                if newer(present, &record)? != Merged::Replace {
                    continue;
                }
            }
            match admit(&record, now) {
                Ok(admitted) => {
                    accepted.insert(record.id.clone(), (record, admitted));
                }
                Err(quarantined) => absorbed.quarantined.push(quarantined),
            }
        }
        let mut stale = Stale::default();
        for (id, (record, admitted)) in accepted {
            self.index(&record, admitted, &mut stale);
            self.records.insert(id.clone(), record);
            absorbed.changed.push(id);
        }
        self.refold(&stale);
        Ok(absorbed)
    }

    /// All records, by id.
    pub fn records(&self) -> impl Iterator<Item = &Record> {
        self.records.values()
    }

    /// One record.
    pub fn record(&self, id: &str) -> Option<&Record> {
        self.records.get(id)
    }

    /// One template of this owner.
    pub fn template(&self, id: &str) -> Option<&Arc<Personality>> {
        self.templates.get(id)
    }

    /// All templates of this owner, by id.
    pub fn templates(&self) -> impl Iterator<Item = (&str, &Arc<Personality>)> {
        self.templates.iter().map(|(id, template)| (id.as_str(), template))
    }

    /// One instance.
    pub fn instance(&self, id: &str) -> Option<&InstanceState> {
        self.instances.get(id)
    }

    /// One session.
    pub fn session(&self, id: &str) -> Option<&SessionState> {
        self.sessions.get(id)
    }

    /// All sessions, by id.
    pub fn sessions(&self) -> impl Iterator<Item = (&str, &SessionState)> {
        self.sessions.iter().map(|(id, session)| (id.as_str(), session))
    }

    /// The turns of a session, oldest first.
    pub fn turns(&self, session: &str) -> impl DoubleEndedIterator<Item = &Record> {
        self.turns.get(session).into_iter().flatten().filter_map(|(_, id)| self.records.get(id))
    }

    /// How many turns a session has.
    pub fn turn_count(&self, session: &str) -> usize {
        self.turns.get(session).map_or(0, BTreeSet::len)
    }

    /// The days (UTC) on which a session has turns.
    pub fn days_active(&self, session: &str) -> usize {
        let day = |record: &Record| {
            let time = record.fields()?.get("created_at")?.as_str()?;
            timestamp::parse(time).map(timestamp::day)
        };
        self.turns(session).filter_map(day).collect::<BTreeSet<_>>().len()
    }

    /// Brings the indexes in line with the winning version of a record, and notes which folds that touches.
    fn index(&mut self, record: &Record, admitted: Admitted, stale: &mut Stale) {
        if let Some(previous) = self.records.get(&record.id).cloned() {
            self.unindex(&previous, stale);
        }
        let position = (record.at.clone(), record.id.clone());
        let body = match admitted {
            Admitted::Template(personality) => {
                self.templates.insert(record.id.clone(), personality);
                stale.everything = true;
                return;
            }
            Admitted::Body(body) => body,
        };
        match body {
            Body::Instance(instance) => {
                let state = InstanceState { affinity: Affinity::default(), instance, folded_to: None };
                self.instances.insert(record.id.clone(), state);
                stale.instances.insert(record.id.clone());
            }
            Body::Session(session) => {
                stale.instances.insert(session.instance.clone());
                stale.sessions.insert(record.id.clone());
                let started_at = timestamp::parse(&session.started_at).unwrap_or(0);
                let state = SessionState { mood: Mood::start("neutral", started_at), session, folded_to: None };
                self.sessions.insert(record.id.clone(), state);
            }
            Body::Turn(turn) => {
                self.turns.entry(turn.session).or_default().insert(position);
            }
            Body::Run(run) => {
                stale.runs.insert((position.clone(), run.session.clone()));
                let entry = RunEntry { started_at: run.started_at, affinity: run.affinity, mood: run.mood };
                self.runs.entry(run.session).or_default().insert(position, entry);
            }
            Body::Other => {}
        }
    }

    /// Removes a version that has lost from the indexes.
    fn unindex(&mut self, previous: &Record, stale: &mut Stale) {
        match previous.kind.as_str() {
            "template" => drop(self.templates.remove(&previous.id)),
            "instance" => drop(self.instances.remove(&previous.id)),
            "session" => {
                if let Some(state) = self.sessions.remove(&previous.id) {
                    stale.instances.insert(state.session.instance);
                }
            }
            "turn" => {
                for turns in self.turns.values_mut() {
                    turns.retain(|(_, id)| *id != previous.id);
                }
            }
            "run" => {
                for (session, runs) in &mut self.runs {
                    let before = runs.len();
                    runs.retain(|(_, id), _| *id != previous.id);
                    if runs.len() != before {
                        stale.sessions.insert(session.clone());
                        stale.instances.extend(self.sessions.get(session).map(|state| state.session.instance.clone()));
                    }
                }
            }
            _ => {}
        }
    }

    /// Folds what became stale: runs that are newer than everything folded are added, all else starts again.
    fn refold(&mut self, stale: &Stale) {
        let mut sessions = stale.sessions.clone();
        let mut instances = stale.instances.clone();
        if stale.everything {
            sessions.extend(self.sessions.keys().cloned());
            instances.extend(self.instances.keys().cloned());
        }
        for (at, session_id) in &stale.runs {
            let Some(session) = self.sessions.get(session_id) else { continue };
            let instance_id = session.session.instance.clone();
            if session.folded_to.as_ref().is_some_and(|folded| at <= folded) {
                sessions.insert(session_id.clone());
            }
            if self.instances.get(&instance_id).is_some_and(|state| state.folded_to.as_ref().is_some_and(|folded| at <= folded)) {
                instances.insert(instance_id);
            }
        }
        for (at, session_id) in &stale.runs {
            let Some(instance_id) = self.sessions.get(session_id).map(|state| state.session.instance.clone()) else {
                continue;
            };
            let Some(run) = self.runs.get(session_id).and_then(|runs| runs.get(at)).cloned() else { continue };
            if !sessions.contains(session_id) {
                self.add_to_mood(session_id, at, &run);
            }
            if !instances.contains(&instance_id) {
                self.add_to_affinity(&instance_id, at, &run);
            }
        }
        for id in &sessions {
            self.refold_session(id);
        }
        for id in &instances {
            self.refold_instance(id);
        }
    }

    fn refold_session(&mut self, id: &str) {
        let Some(state) = self.sessions.get(id) else { return };
        let started_at = timestamp::parse(&state.session.started_at).unwrap_or(0);
        let default_mood = self.personality_of(&state.session.instance).map_or("neutral", |personality| personality.template().default_mood());
        let mood = match &state.session.baseline {
            Some(baseline) => Mood::from_baseline(&baseline.mood),
            None => Mood::start(default_mood, started_at),
        };
        if let Some(state) = self.sessions.get_mut(id) {
            (state.mood, state.folded_to) = (mood, None);
        }
        let runs: Vec<(Position, RunEntry)> =
            self.runs.get(id).into_iter().flatten().map(|(at, run)| (at.clone(), run.clone())).collect();
        for (at, run) in runs {
            self.add_to_mood(id, &at, &run);
        }
    }

    fn refold_instance(&mut self, id: &str) {
        let Some(state) = self.instances.get(id) else { return };
        // Without its template nothing can be folded; when the template arrives, everything is folded again.
        let Some(personality) = self.personality_of(id) else { return };
        let affinity = match &state.instance.baseline {
            Some(baseline) => Affinity::from_baseline(&baseline.affinity, personality.template()),
            None => Affinity::start(personality.template()),
        };
        if let Some(state) = self.instances.get_mut(id) {
            (state.affinity, state.folded_to) = (affinity, None);
        }
        let of_instance = |(_, state): &(&String, &SessionState)| state.session.instance == id;
        let mut runs: Vec<(Position, RunEntry)> = self
            .sessions
            .iter()
            .filter(of_instance)
            .flat_map(|(session, _)| self.runs.get(session).into_iter().flatten())
            .map(|(at, run)| (at.clone(), run.clone()))
            .collect();
        crate::order::sort_by(&mut runs, |(a, _), (b, _)| a.cmp(b));
        for (at, run) in runs {
            self.add_to_affinity(id, &at, &run);
        }
    }

    fn add_to_mood(&mut self, session: &str, at: &Position, run: &RunEntry) {
        let Some(state) = self.sessions.get_mut(session) else { return };
        state.folded_to = state.folded_to.take().max(Some(at.clone()));
        if state.session.baseline.as_ref().is_some_and(|baseline| at.0 < baseline.at) {
            return;
        }
        if let (Some(mood), Some(started_at)) = (&run.mood, timestamp::parse(&run.started_at)) {
            state.mood.apply(mood, started_at);
        }
    }

    fn add_to_affinity(&mut self, instance: &str, at: &Position, run: &RunEntry) {
        let Some(personality) = self.personality_of(instance).cloned() else { return };
        let Some(state) = self.instances.get_mut(instance) else { return };
        state.folded_to = state.folded_to.take().max(Some(at.clone()));
        if state.instance.baseline.as_ref().is_some_and(|baseline| at.0 < baseline.at) {
            return;
        }
        if let Some(change) = &run.affinity {
            state.affinity.apply(change, &run.started_at, personality.template());
        }
    }

    fn personality_of(&self, instance: &str) -> Option<&Arc<Personality>> {
        self.templates.get(&self.instances.get(instance)?.instance.template)
    }
}

/// Which folds a batch of records touches.
#[derive(Default)]
struct Stale {
    everything: bool,
    instances: BTreeSet<String>,
    sessions: BTreeSet<String>,
    runs: BTreeSet<(Position, String)>,
}

/// A record that may enter the log, parsed.
enum Admitted {
    Template(Arc<Personality>),
    Body(Body),
}

/// Whether a record may enter the log: its clock is plausible and its body keeps the rules of its kind.
fn admit(record: &Record, now: u64) -> Result<Admitted, Quarantined> {
    let quarantine = |code: &str, message: String| Quarantined { id: record.id.clone(), code: code.to_owned(), message };
    if record.at.milliseconds() > now.saturating_add(MAXIMUM_AHEAD) {
        return Err(quarantine("clock", "its clock is more than 24 hours ahead".to_owned()));
    }
    let Content::Live { schema, body } = &record.content else { return Ok(Admitted::Body(Body::Other)) };
    if record.kind == "template" && *schema == body::SCHEMA {
        let template = Template::from_value(body.clone());
        let template = template.map_err(|error| quarantine("invalid_template", error.to_string()))?;
        if template.id != record.id {
            return Err(quarantine("integrity", "its id is not the hash of its document".to_owned()));
        }
        return Ok(Admitted::Template(Arc::new(Personality::new(template))));
    }
    let body = body::parse(&record.kind, *schema, &record.owner, body);
    body.map(Admitted::Body).map_err(|error| quarantine("invalid_record", error.to_string()))
}
