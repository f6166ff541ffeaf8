//! How an owner's log is folded: what each record touches, what becomes stale, and what is folded again.

use std::borrow::Cow;
use std::sync::Arc;

use super::affinity::Affinity;
use super::lane::{Lane, Position};
use super::memories::{put, take};
use super::mood::Mood;
use super::owner::{Derived, Entry, Folded, InstanceState, OwnerState, SessionState};
use super::personality::Personality;
use crate::list::List;
use crate::log::body::{Instance, Run};
use crate::log::{Body, Record};
use crate::order;
use crate::timestamp;

/// Which folds a batch of records touches.
#[derive(Default)]
pub(super) struct Stale {
    everything: bool,
    instances: Vec<String>,
    sessions: Vec<String>,
    /// A run is gone, and with it what it used.
    uses: bool,
}

impl OwnerState {
    /// Puts the winning version of a record in its places, and notes which folds that touches.
    pub(super) fn derive(&mut self, record: &Record, stale: &mut Stale) -> Derived {
        match record.body() {
            None | Some(Body::Other(_)) => Derived::Nothing,
            Some(Body::Template(template)) => {
                stale.everything = true;
                Derived::Template(Arc::new(Personality::new(Arc::clone(template))))
            }
            Some(Body::Instance(_)) => {
                stale.instances.push(record.id.clone());
                Derived::Affinity(Box::new(Folded { value: Affinity::default(), to: None }))
            }
            Some(Body::Session(session)) => {
                stale.instances.push(session.instance.clone());
                stale.sessions.push(record.id.clone());
                Derived::Mood(Box::new(Folded { value: Mood::start("", 0), to: None }))
            }
            Some(Body::Turn(turn)) => {
                self.lane_mut(&turn.session).put_turn(Position::of(record), turn);
                Derived::Nothing
            }
            Some(Body::Run(run)) => {
                self.lane_mut(&run.session).put_run(Position::of(record));
                self.memories.count(run);
                Derived::Nothing
            }
            Some(Body::Fact(_)) => {
                put(&mut self.memories.facts, &record.id);
                self.recall.awaits(&record.id);
                Derived::Memory(Vec::new())
            }
            Some(Body::Episode(_)) => {
                put(&mut self.memories.episodes, &record.id);
                self.recall.awaits(&record.id);
                Derived::Memory(Vec::new())
            }
            Some(Body::Note(_)) => {
                put(&mut self.memories.notes, &record.id);
                self.recall.awaits(&record.id);
                Derived::Memory(Vec::new())
            }
        }
    }

    /// Takes a version that has lost out of its places.
    pub(super) fn withdraw(&mut self, entry: &Entry, stale: &mut Stale) {
        let previous = &entry.record;
        if let Derived::Memory(slots) = &entry.derived {
            self.recall.remove(slots);
        }
        match previous.body() {
            Some(Body::Session(session)) => stale.instances.push(session.instance.clone()),
            Some(Body::Turn(turn)) => {
                let slot = self.lane_mut(&turn.session).remove(&Position::of(previous));
                self.recall.remove(slot.as_slice());
            }
            Some(Body::Run(run)) => {
                self.lane_mut(&run.session).remove(&Position::of(previous));
                stale.sessions.push(run.session.clone());
                let session = self.session(&run.session);
                stale.instances.extend(session.map(|state| state.session.instance.clone()));
                stale.uses = true;
            }
            Some(Body::Fact(_)) if self.fact(&previous.id).is_none() => {
                take(&mut self.memories.facts, &previous.id);
            }
            Some(Body::Episode(_)) if self.episode(&previous.id).is_none() => {
                take(&mut self.memories.episodes, &previous.id);
            }
            Some(Body::Note(_)) if self.note(&previous.id).is_none() => {
                take(&mut self.memories.notes, &previous.id);
            }
            _ => {}
        }
    }

    /// Folds what became stale: runs that are newer than everything folded are added, all else starts again.
    pub(super) fn refold(&mut self, stale: Stale) {
        let Stale { everything, mut sessions, mut instances, uses } = stale;
        if uses {
            self.memories.forget_use();
            for entry in self.entries.iter() {
                if let Some(Body::Run(run)) = entry.record.body() {
                    self.memories.count(run);
                }
            }
        }
        if everything {
            for entry in self.entries.iter() {
                match entry.derived {
                    Derived::Mood(_) => sessions.push(entry.record.id.clone()),
                    Derived::Affinity(_) => instances.push(entry.record.id.clone()),
                    _ => {}
                }
            }
        }
        let with_new_runs = self.lanes.iter_mut().filter_map(|lane| {
            let first = lane.unfolded.take()?;
            Some((lane.session.clone(), first))
        });
        let mut grown = Vec::new();
        for (session, run) in with_new_runs.list() {
            let Some(instance) = self.session(&session).map(|state| state.session.instance.clone()) else {
                continue;
            };
            if self.mood(&session).is_some_and(|mood| mood.to.as_ref() >= Some(&run)) {
                sessions.push(session.clone());
            }
            if self.affinity(&instance).is_some_and(|affinity| affinity.to.as_ref() >= Some(&run)) {
                instances.push(instance.clone());
            }
            grown.push((instance, session));
        }
        for list in [&mut sessions, &mut instances] {
            order::sort_by_text(list, |id| id);
            list.dedup();
        }
        for id in &sessions {
            self.refold_session(id);
        }
        for id in &instances {
            self.refold_instance(id);
        }
        for (_, session) in &grown {
            if sessions.binary_search(session).is_err() {
                self.add_to_mood(session);
            }
        }
        order::sort_by_text(&mut grown, |(instance, _)| instance);
        for of_one in grown.chunk_by(|a, b| a.0 == b.0) {
            match of_one {
                [(instance, _), ..] if instances.binary_search(instance).is_err() => {
                    self.add_to_affinity(instance, of_one);
                }
                _ => {}
            }
        }
    }

    fn refold_session(&mut self, id: &str) {
        let Some(SessionState { session, .. }) = self.session(id) else { return };
        let started_at = timestamp::parse(&session.started_at).unwrap_or(0);
        let personality = self.personality_of(&session.instance);
        let default_mood = personality.map_or("neutral", |personality| personality.template().default_mood());
        let mood = match &session.baseline {
            Some(baseline) => Mood::from_baseline(&baseline.mood),
            None => Mood::start(default_mood, started_at),
        };
        if let Some(place) = self.mood_mut(id) {
            *place = Folded { value: mood, to: None };
        }
        self.add_to_mood(id);
    }

    /// The affinity of an instance with its whole history, of which the newest part is kept.
    pub fn whole_affinity<'a>(&self, id: &str, affinity: &'a Affinity) -> Cow<'a, Affinity> {
        let whole = if affinity.is_cut { self.folded_affinity(id, true) } else { None };
        whole.map_or(Cow::Borrowed(affinity), |folded| Cow::Owned(folded.value))
    }

    fn refold_instance(&mut self, id: &str) {
        if let (Some(folded), Some(place)) = (self.folded_affinity(id, false), self.affinity_mut(id)) {
            *place = folded;
        }
    }

    /// The fold over all runs of an instance, with its whole history or with what rules look at. Without its template
    /// nothing can be folded; when the template arrives, everything is folded again.
    fn folded_affinity(&self, id: &str, is_whole: bool) -> Option<Folded<Affinity>> {
        let InstanceState { instance, .. } = self.instance(id)?;
        let personality = self.template(&instance.template)?;
        let affinity = match &instance.baseline {
            Some(baseline) => Affinity::from_baseline(&baseline.affinity, personality.template()),
            None => Affinity::start(personality.template()),
        };
        let of_instance =
            |lane: &&Lane| self.session(&lane.session).is_some_and(|state| state.session.instance == id);
        let lanes = self.lanes.iter().filter(of_instance).list();
        let mut folded = Folded { value: affinity, to: None };
        self.fold_affinity(&mut folded, (instance, personality), &lanes, is_whole);
        Some(folded)
    }

    /// Adds the runs of a session that come after all that is in its mood.
    fn add_to_mood(&mut self, id: &str) {
        // Taken out meanwhile: what is folded is no part of what it is folded from.
        let Some(mut folded) = self.mood_mut(id).map(std::mem::take) else { return };
        if let (Some(state), Some(lane)) = (self.session(id), self.lane(id)) {
            let baseline = state.session.baseline.as_ref();
            for (position, run) in self.runs_after(&mut folded.to, &[lane]) {
                let counts = baseline.is_none_or(|baseline| position.at >= baseline.at);
                let change = run.mood.as_ref().filter(|_| counts);
                if let (Some(change), Some(started_at)) = (change, timestamp::parse(&run.started_at)) {
                    folded.value.apply(change, started_at);
                }
            }
        }
        if let Some(place) = self.mood_mut(id) {
            *place = folded;
        }
    }

    /// Adds the runs of some sessions of an instance that come after all that is in its affinity.
    fn add_to_affinity(&mut self, id: &str, sessions: &[(String, String)]) {
        let Some(mut folded) = self.affinity_mut(id).map(std::mem::take) else { return };
        if let (Some(state), Some(personality)) = (self.instance(id), self.personality_of(id)) {
            let lanes = sessions.iter().filter_map(|(_, session)| self.lane(session)).list();
            self.fold_affinity(&mut folded, (state.instance, personality), &lanes, false);
        }
        if let Some(place) = self.affinity_mut(id) {
            *place = folded;
        }
    }

    fn fold_affinity(
        &self,
        folded: &mut Folded<Affinity>,
        (instance, personality): (&Instance, &Personality),
        lanes: &[&Lane],
        is_whole: bool,
    ) {
        let baseline = instance.baseline.as_ref();
        let mut changes = Vec::new();
        for (position, run) in self.runs_after(&mut folded.to, lanes) {
            let counts = baseline.is_none_or(|baseline| position.at >= baseline.at);
            changes.extend(run.affinity.as_ref().filter(|_| counts).map(|change| (change, &*run.started_at)));
        }
        folded.value.apply_all(&changes, personality.template(), is_whole);
    }

    /// The runs of some sessions that come after a position, in clock order; the position becomes that of the last one.
    fn runs_after<'a>(
        &'a self,
        to: &mut Option<Position>,
        lanes: &[&'a Lane],
    ) -> Vec<(&'a Position, &'a Run)> {
        let mut runs = Vec::new();
        for lane in lanes {
            let after = lane.runs_after(to.as_ref()).iter();
            runs.extend(after.filter_map(|position| Some((position, self.run(&position.id)?))));
        }
        order::sort_by(&mut runs, |a, b| a.0.cmp(b.0));
        if let Some((last, _)) = runs.last() {
            *to = Some((*last).clone());
        }
        runs
    }

    fn mood(&self, session: &str) -> Option<&Folded<Mood>> {
        match &self.entry(session)?.derived {
            Derived::Mood(mood) => Some(mood),
            _ => None,
        }
    }

    fn affinity(&self, instance: &str) -> Option<&Folded<Affinity>> {
        match &self.entry(instance)?.derived {
            Derived::Affinity(affinity) => Some(affinity),
            _ => None,
        }
    }

    fn mood_mut(&mut self, session: &str) -> Option<&mut Folded<Mood>> {
        let index = self.position(session).ok()?;
        match &mut self.entries.get_mut(index)?.derived {
            Derived::Mood(mood) => Some(mood),
            _ => None,
        }
    }

    fn affinity_mut(&mut self, instance: &str) -> Option<&mut Folded<Affinity>> {
        let index = self.position(instance).ok()?;
        match &mut self.entries.get_mut(index)?.derived {
            Derived::Affinity(affinity) => Some(affinity),
            _ => None,
        }
    }
}
