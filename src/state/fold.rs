//! How an owner's log is folded: what each record touches, what becomes stale, and what is folded again.

use std::borrow::Cow;
use std::sync::Arc;

use super::affinity::Affinity;
use super::lane::Position;
use super::memories::{put, take};
use super::mood::Mood;
use super::owner::{Derived, Entry, Folded, InstanceState, OwnerState, SessionState};
use super::personality::Personality;
use crate::log::body::Instance;
use crate::log::{Body, Record};
use crate::order;
use crate::timestamp;

/// Which folds a batch of records touches.
#[derive(Default)]
pub(super) struct Stale {
    everything: bool,
    instances: Vec<String>,
    sessions: Vec<String>,
    runs: Vec<Position>,
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
                let position = Position::of(record);
                self.lane_mut(&run.session).put_run(position.clone());
                self.memories.count(run);
                stale.runs.push(position);
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
        let Stale { everything, mut sessions, mut instances, mut runs, uses } = stale;
        if uses {
            self.memories.forget_use();
            for entry in &self.entries {
                if let Some(Body::Run(run)) = entry.record.body() {
                    self.memories.count(run);
                }
            }
        }
        if everything {
            for entry in &self.entries {
                match entry.derived {
                    Derived::Mood(_) => sessions.push(entry.record.id.clone()),
                    Derived::Affinity(_) => instances.push(entry.record.id.clone()),
                    _ => {}
                }
            }
        }
        order::sort_by(&mut runs, Ord::cmp);
        let mut homes = Vec::with_capacity(runs.len());
        for run in runs {
            let Some((session, instance)) = self.home_of(&run) else { continue };
            if self.mood(session).is_some_and(|mood| mood.to.as_ref() >= Some(&run)) {
                sessions.push(session.to_owned());
            }
            if self.affinity(instance).is_some_and(|affinity| affinity.to.as_ref() >= Some(&run)) {
                instances.push(instance.to_owned());
            }
            homes.push((session.to_owned(), instance.to_owned(), run));
        }
        for list in [&mut sessions, &mut instances] {
            order::sort_by_text(list, |id| id);
            list.dedup();
        }
        for (session, instance, run) in homes {
            if sessions.binary_search(&session).is_err() {
                self.add_to_mood(&session, &run);
            }
            if instances.binary_search(&instance).is_err() {
                self.add_to_affinity(&instance, &run);
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
        let Some(SessionState { session, .. }) = self.session(id) else { return };
        let started_at = timestamp::parse(&session.started_at).unwrap_or(0);
        let personality = self.personality_of(&session.instance);
        let default_mood = personality.map_or("neutral", |personality| personality.template().default_mood());
        let mood = match &session.baseline {
            Some(baseline) => Mood::from_baseline(&baseline.mood),
            None => Mood::start(default_mood, started_at),
        };
        let runs = self.lane(id).map(|lane| lane.runs.clone()).unwrap_or_default();
        if let Some(folded) = self.mood_mut(id) {
            *folded = Folded { value: mood, to: None };
        }
        for run in &runs {
            self.add_to_mood(id, run);
        }
    }

    /// The affinity of an instance with its whole history, of which a checkpoint keeps the newest part.
    pub fn whole_affinity<'a>(&self, id: &str, affinity: &'a Affinity) -> Cow<'a, Affinity> {
        let whole = if affinity.is_cut { self.folded_affinity(id) } else { None };
        whole.map_or(Cow::Borrowed(affinity), |folded| Cow::Owned(folded.value))
    }

    fn refold_instance(&mut self, id: &str) {
        if let (Some(folded), Some(place)) = (self.folded_affinity(id), self.affinity_mut(id)) {
            *place = folded;
        }
    }

    /// The fold over all runs of an instance. Without its template nothing can be folded; when the template arrives,
    /// everything is folded again.
    fn folded_affinity(&self, id: &str) -> Option<Folded<Affinity>> {
        let InstanceState { instance, .. } = self.instance(id)?;
        let personality = self.template(&instance.template)?;
        let affinity = match &instance.baseline {
            Some(baseline) => Affinity::from_baseline(&baseline.affinity, personality.template()),
            None => Affinity::start(personality.template()),
        };
        let mut runs: Vec<Position> = Vec::new();
        for lane in &self.lanes {
            if self.session(&lane.session).is_some_and(|state| state.session.instance == id) {
                runs.extend_from_slice(&lane.runs);
            }
        }
        order::sort_by(&mut runs, Ord::cmp);
        let mut folded = Folded { value: affinity, to: None };
        for run in &runs {
            self.fold_affinity(&mut folded, instance, personality, run);
        }
        Some(folded)
    }

    fn add_to_mood(&mut self, session: &str, position: &Position) {
        let Some(run) = self.run(&position.id) else { return };
        let Some(SessionState { session: body, .. }) = self.session(session) else { return };
        let counts = body.baseline.as_ref().is_none_or(|baseline| position.at >= baseline.at);
        let change = run.mood.clone().filter(|_| counts);
        let started_at = timestamp::parse(&run.started_at);
        let Some(folded) = self.mood_mut(session) else { return };
        folded.to = folded.to.take().max(Some(position.clone()));
        if let (Some(change), Some(started_at)) = (change, started_at) {
            folded.value.apply(&change, started_at);
        }
    }

    fn add_to_affinity(&mut self, instance: &str, position: &Position) {
        let Some(personality) = self.personality_of(instance).cloned() else { return };
        let Some(place) = self.affinity_mut(instance) else { return };
        // Taken out meanwhile: what is folded is no part of what it is folded from.
        let mut folded = std::mem::take(place);
        if let Some(state) = self.instance(instance) {
            self.fold_affinity(&mut folded, state.instance, &personality, position);
        }
        if let Some(place) = self.affinity_mut(instance) {
            *place = folded;
        }
    }

    fn fold_affinity(
        &self,
        folded: &mut Folded<Affinity>,
        instance: &Instance,
        personality: &Personality,
        position: &Position,
    ) {
        let Some(run) = self.run(&position.id) else { return };
        folded.to = folded.to.take().max(Some(position.clone()));
        let counts = instance.baseline.as_ref().is_none_or(|baseline| position.at >= baseline.at);
        if let Some(change) = run.affinity.clone().filter(|_| counts) {
            folded.value.apply(change, run.started_at.clone(), personality.template());
        }
    }

    /// The session and the instance of a run, where they are known.
    fn home_of(&self, run: &Position) -> Option<(&str, &str)> {
        let session = self.run(&run.id)?.session.as_str();
        Some((session, &self.session(session)?.session.instance))
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
