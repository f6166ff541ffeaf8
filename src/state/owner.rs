//! Everything that one owner's log adds up to. The records are the truth; all else in here is an index or a fold
//! over them and can be dropped and computed again.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::affinity::Affinity;
use super::mood::Mood;
use super::personality::Personality;
use crate::context::estimate;
use crate::error::Error;
use crate::log::body::{self, AffinityChange, Body, Instance, MoodChange, Role, Session};
use crate::log::{Content, Merged, Record, Stamp, newer};
use crate::order;
use crate::template::Template;
use crate::timestamp;

/// What one owner's log adds up to.
#[derive(Debug, Default)]
pub struct OwnerState {
    entries: BTreeMap<String, Entry>,
    /// The turns and runs of every session, in clock order, with the [`TurnCost`] of a turn.
    places: BTreeMap<Place, TurnCost>,
}

/// A record with what is derived from it.
#[derive(Debug)]
struct Entry {
    record: Record,
    derived: Derived,
}

/// What is derived from a record.
#[derive(Debug)]
enum Derived {
    Nothing,
    Template(Arc<Personality>),
    Instance(Box<InstanceState>),
    Session(Box<SessionState>),
    Run(Box<RunEntry>),
}

/// Where a turn or a run stands: session, lane, and its position in that lane.
type Place = (String, Lane, Option<Position>);

/// The tokens of a turn's text; `None` for what no prompt shows.
type TurnCost = Option<u32>;

/// Clock order, and the id should two clocks ever be equal.
type Position = (Stamp, String);

/// The two sequences of a session. `End` closes the range of the runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Lane {
    Turns,
    Runs,
    End,
}

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
    session: String,
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
    pub fn absorb(&mut self, mut records: Vec<Record>, now: u64) -> Result<Absorbed, Error> {
        let mut absorbed = Absorbed::default();
        let mut accepted: Vec<(Record, Admitted)> = Vec::new();
        order::sort_by(&mut records, |a, b| a.id.cmp(&b.id));
        for record in records {
            let last = accepted.last().map(|(last, _)| last).filter(|last| last.id == record.id);
            let present = last.or_else(|| self.record(&record.id));
            if let Some(present) = present {
                if newer(present, &record)? != Merged::Replace {
                    continue;
                }
            }
            match admit(&record, now) {
                Ok(admitted) => {
                    if last.is_some() {
                        accepted.pop();
                    }
                    accepted.push((record, admitted));
                }
                Err(quarantined) => absorbed.quarantined.push(quarantined),
            }
        }
        let mut stale = Stale::default();
        for (record, admitted) in accepted {
            absorbed.changed.push(record.id.clone());
            self.put(record, admitted, &mut stale);
        }
        self.refold(stale);
        Ok(absorbed)
    }

    /// All records, by id.
    pub fn records(&self) -> impl Iterator<Item = &Record> {
        self.entries.values().map(|entry| &entry.record)
    }

    /// One record.
    pub fn record(&self, id: &str) -> Option<&Record> {
        self.entries.get(id).map(|entry| &entry.record)
    }

    /// One template of this owner.
    pub fn template(&self, id: &str) -> Option<&Arc<Personality>> {
        match self.derived(id)? {
            Derived::Template(personality) => Some(personality),
            _ => None,
        }
    }

    /// All templates of this owner, by id.
    pub fn templates(&self) -> impl Iterator<Item = (&str, &Arc<Personality>)> {
        self.entries.iter().filter_map(|(id, entry)| match &entry.derived {
            Derived::Template(personality) => Some((id.as_str(), personality)),
            _ => None,
        })
    }

    /// One instance.
    pub fn instance(&self, id: &str) -> Option<&InstanceState> {
        match self.derived(id)? {
            Derived::Instance(state) => Some(state),
            _ => None,
        }
    }

    /// One session.
    pub fn session(&self, id: &str) -> Option<&SessionState> {
        match self.derived(id)? {
            Derived::Session(state) => Some(state),
            _ => None,
        }
    }

    /// All sessions, by id.
    pub fn sessions(&self) -> impl Iterator<Item = (&str, &SessionState)> {
        self.entries.iter().filter_map(|(id, entry)| match &entry.derived {
            Derived::Session(state) => Some((id.as_str(), &**state)),
            _ => None,
        })
    }

    /// The turns of a session, oldest first.
    pub fn turns(&self, session: &str) -> impl DoubleEndedIterator<Item = &Record> {
        self.lane(session, Lane::Turns, Lane::Runs).filter_map(|((_, id), _)| self.record(id))
    }

    /// The ids of a session's turns, oldest first, and the tokens of each text; `None` where the role is not one
    /// of a conversation. Known beforehand, because every prompt asks for hundreds of them.
    pub fn turn_costs(&self, session: &str) -> impl DoubleEndedIterator<Item = (&str, Option<u32>)> {
        self.lane(session, Lane::Turns, Lane::Runs).map(|((_, id), tokens)| (id.as_str(), tokens))
    }

    /// How many turns a session has.
    pub fn turn_count(&self, session: &str) -> usize {
        self.lane(session, Lane::Turns, Lane::Runs).count()
    }

    fn lane(
        &self,
        session: &str,
        lane: Lane,
        next: Lane,
    ) -> impl DoubleEndedIterator<Item = (&Position, TurnCost)> {
        let range = (session.to_owned(), lane, None)..(session.to_owned(), next, None);
        self.places.range(range).filter_map(|((_, _, position), cost)| Some((position.as_ref()?, *cost)))
    }

    fn derived(&self, id: &str) -> Option<&Derived> {
        self.entries.get(id).map(|entry| &entry.derived)
    }

    fn personality_of(&self, instance: &str) -> Option<&Arc<Personality>> {
        self.template(&self.instance(instance)?.instance.template)
    }

    /// Puts the winning version of a record in its place, and notes which folds that touches.
    fn put(&mut self, record: Record, admitted: Admitted, stale: &mut Stale) {
        if let Some(previous) = self.entries.remove(&record.id) {
            self.withdraw(&previous, stale);
        }
        let position = (record.at.clone(), record.id.clone());
        let body = match admitted {
            Admitted::Template(personality) => {
                stale.everything = true;
                self.entries
                    .insert(record.id.clone(), Entry { record, derived: Derived::Template(personality) });
                return;
            }
            Admitted::Body(body) => body,
        };
        let derived = match *body {
            Body::Instance(instance) => {
                stale.instances.push(record.id.clone());
                Derived::Instance(Box::new(InstanceState {
                    affinity: Affinity::default(),
                    instance,
                    folded_to: None,
                }))
            }
            Body::Session(session) => {
                stale.instances.push(session.instance.clone());
                stale.sessions.push(record.id.clone());
                Derived::Session(Box::new(SessionState {
                    mood: Mood::start("", 0),
                    session,
                    folded_to: None,
                }))
            }
            Body::Turn(turn) => {
                let cost = matches!(turn.role, Role::User | Role::Assistant).then(|| estimate(&turn.text));
                self.places.insert((turn.session, Lane::Turns, Some(position)), cost);
                Derived::Nothing
            }
            Body::Run(run) => {
                self.places.insert((run.session.clone(), Lane::Runs, Some(position.clone())), None);
                stale.runs.push(position);
                Derived::Run(Box::new(RunEntry {
                    session: run.session,
                    started_at: run.started_at,
                    affinity: run.affinity,
                    mood: run.mood,
                }))
            }
            Body::Other => Derived::Nothing,
        };
        self.entries.insert(record.id.clone(), Entry { record, derived });
    }

    /// Takes a version that has lost out of its place.
    fn withdraw(&mut self, previous: &Entry, stale: &mut Stale) {
        let Record { id, at, .. } = &previous.record;
        match &previous.derived {
            Derived::Session(state) => stale.instances.push(state.session.instance.clone()),
            Derived::Run(run) => {
                self.places.remove(&(run.session.clone(), Lane::Runs, Some((at.clone(), id.clone()))));
                stale.sessions.push(run.session.clone());
                stale
                    .instances
                    .extend(self.session(&run.session).map(|state| state.session.instance.clone()));
            }
            _ => {
                let session = previous.record.fields().and_then(|fields| fields.get("session")?.as_str());
                if let Some(session) = session {
                    self.places.remove(&(session.to_owned(), Lane::Turns, Some((at.clone(), id.clone()))));
                }
            }
        }
    }

    /// Folds what became stale: runs that are newer than everything folded are added, all else starts again.
    fn refold(&mut self, stale: Stale) {
        let Stale { everything, mut sessions, mut instances, mut runs } = stale;
        if everything {
            for (id, entry) in &self.entries {
                match entry.derived {
                    Derived::Session(_) => sessions.push(id.clone()),
                    Derived::Instance(_) => instances.push(id.clone()),
                    _ => {}
                }
            }
        }
        order::sort_by(&mut runs, Ord::cmp);
        for run in &runs {
            let Some((session_id, session)) = self.session_of(run) else { continue };
            let instance_id = &session.session.instance;
            let instance = self.instance(instance_id);
            let is_old =
                |folded_to: &Option<Position>| folded_to.as_ref().is_some_and(|folded_to| run <= folded_to);
            if is_old(&session.folded_to) {
                sessions.push(session_id.to_owned());
            }
            if instance.is_some_and(|instance| is_old(&instance.folded_to)) {
                instances.push(instance_id.clone());
            }
        }
        for list in [&mut sessions, &mut instances] {
            order::sort_by(list, Ord::cmp);
            list.dedup();
        }
        for run in runs {
            let Some((session_id, session)) = self.session_of(&run) else { continue };
            let (session_id, instance_id) = (session_id.to_owned(), session.session.instance.clone());
            if sessions.binary_search(&session_id).is_err() {
                self.add_to_mood(&session_id, &run);
            }
            if instances.binary_search(&instance_id).is_err() {
                self.add_to_affinity(&instance_id, &run);
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
        let Some(state) = self.session(id) else { return };
        let started_at = timestamp::parse(&state.session.started_at).unwrap_or(0);
        let personality = self.personality_of(&state.session.instance);
        let default_mood = personality.map_or("neutral", |personality| personality.template().default_mood());
        let mood = match &state.session.baseline {
            Some(baseline) => Mood::from_baseline(&baseline.mood),
            None => Mood::start(default_mood, started_at),
        };
        let runs: Vec<Position> = self.lane(id, Lane::Runs, Lane::End).map(|(run, _)| run.clone()).collect();
        if let Some(state) = self.session_mut(id) {
            (state.mood, state.folded_to) = (mood, None);
        }
        for run in &runs {
            self.add_to_mood(id, run);
        }
    }

    fn refold_instance(&mut self, id: &str) {
        let Some(state) = self.instance(id) else { return };
        // Without its template nothing can be folded; when the template arrives, everything is folded again.
        let Some(personality) = self.personality_of(id) else { return };
        let affinity = match &state.instance.baseline {
            Some(baseline) => Affinity::from_baseline(&baseline.affinity, personality.template()),
            None => Affinity::start(personality.template()),
        };
        let mut runs: Vec<Position> = Vec::new();
        for (session, state) in self.sessions() {
            if state.session.instance == id {
                runs.extend(self.lane(session, Lane::Runs, Lane::End).map(|(run, _)| run.clone()));
            }
        }
        order::sort_by(&mut runs, Ord::cmp);
        if let Some(state) = self.instance_mut(id) {
            (state.affinity, state.folded_to) = (affinity, None);
        }
        for run in &runs {
            self.add_to_affinity(id, run);
        }
    }

    fn add_to_mood(&mut self, session: &str, position: &Position) {
        let Some(run) = self.run(&position.1).cloned() else { return };
        let Some(state) = self.session_mut(session) else { return };
        state.folded_to = state.folded_to.take().max(Some(position.clone()));
        if state.session.baseline.as_ref().is_some_and(|baseline| position.0 < baseline.at) {
            return;
        }
        if let (Some(mood), Some(started_at)) = (&run.mood, timestamp::parse(&run.started_at)) {
            state.mood.apply(mood, started_at);
        }
    }

    fn add_to_affinity(&mut self, instance: &str, position: &Position) {
        let Some(personality) = self.personality_of(instance).cloned() else { return };
        let Some(run) = self.run(&position.1).cloned() else { return };
        let Some(state) = self.instance_mut(instance) else { return };
        state.folded_to = state.folded_to.take().max(Some(position.clone()));
        if state.instance.baseline.as_ref().is_some_and(|baseline| position.0 < baseline.at) {
            return;
        }
        if let Some(change) = &run.affinity {
            state.affinity.apply(change, &run.started_at, personality.template());
        }
    }

    /// The session of a run, where it is known.
    fn session_of(&self, run: &Position) -> Option<(&str, &SessionState)> {
        let session = self.run(&run.1)?.session.as_str();
        self.session(session).map(|state| (session, state))
    }

    fn run(&self, id: &str) -> Option<&RunEntry> {
        match self.derived(id)? {
            Derived::Run(run) => Some(run),
            _ => None,
        }
    }

    fn session_mut(&mut self, id: &str) -> Option<&mut SessionState> {
        match &mut self.entries.get_mut(id)?.derived {
            Derived::Session(state) => Some(state),
            _ => None,
        }
    }

    fn instance_mut(&mut self, id: &str) -> Option<&mut InstanceState> {
        match &mut self.entries.get_mut(id)?.derived {
            Derived::Instance(state) => Some(state),
            _ => None,
        }
    }
}

/// Which folds a batch of records touches.
#[derive(Default)]
struct Stale {
    everything: bool,
    instances: Vec<String>,
    sessions: Vec<String>,
    runs: Vec<Position>,
}

/// A record that may enter the log, parsed.
enum Admitted {
    Template(Arc<Personality>),
    Body(Box<Body>),
}

/// Whether a record may enter the log: its clock is plausible and its body keeps the rules of its kind.
fn admit(record: &Record, now: u64) -> Result<Admitted, Quarantined> {
    let quarantine =
        |code: &str, message: String| Quarantined { id: record.id.clone(), code: code.to_owned(), message };
    if record.at.milliseconds() > now.saturating_add(MAXIMUM_AHEAD) {
        return Err(quarantine("clock", "its clock is more than 24 hours ahead".to_owned()));
    }
    let Content::Live { schema, body } = &record.content else {
        return Ok(Admitted::Body(Box::new(Body::Other)));
    };
    if record.kind == "template" && *schema == body::SCHEMA {
        let template = Template::from_value(body.clone());
        let template = template.map_err(|error| quarantine("invalid_template", error.to_string()))?;
        if template.id != record.id {
            return Err(quarantine("integrity", "its id is not the hash of its document".to_owned()));
        }
        return Ok(Admitted::Template(Arc::new(Personality::new(template))));
    }
    let body = body::parse(&record.kind, *schema, &record.owner, body);
    body.map(|body| Admitted::Body(Box::new(body)))
        .map_err(|error| quarantine("invalid_record", error.to_string()))
}
