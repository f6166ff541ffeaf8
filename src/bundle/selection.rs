//! What of an owner's log goes into a bundle, so that whoever imports it has all that it speaks of.

use crate::error::Error;
use crate::json::{self, Fields, Value};
use crate::log::{Body, Record, Stamp};
use crate::state::OwnerState;
use crate::timestamp;

/// What of an owner's log goes into a bundle. Each has all tombstones: what was erased stays so wherever it is imported.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Selection {
    /// Everything.
    #[default]
    Bundle,
    /// One relationship: the instance of that id, its template, sessions, turns, runs with their feedback, and what is
    /// remembered of the owner; of episodes those of the instance.
    Instance(String),
    /// What was written since: after a clock, or at a time (ISO 8601 UTC) or later; and whatever that refers to, its
    /// session and template for instance. What other devices wrote before and brought later is not in it.
    Since(String),
}

impl Selection {
    /// Reads the options of a call.
    pub fn parse(options: &Value) -> Result<Self, Error> {
        let mut fields = Fields::new(options, "");
        let (instance, since) = (fields.id("instance"), fields.id("since"));
        fields.finish()?;
        match (instance, since) {
            (None, None) => Ok(Self::Bundle),
            (Some(instance), None) => Ok(Self::Instance(instance)),
            (None, Some(since)) if oldest(&since).is_some() => Ok(Self::Since(since)),
            (None, Some(_)) => Err(Error::invalid_argument(
                "/since",
                "neither a clock of a record nor an ISO 8601 time in UTC",
            )),
            _ => Err(Error::invalid_argument("/since", "either an instance is chosen or a time, not both")),
        }
    }

    pub(super) fn write(&self, kinds: &[String]) -> Value {
        let mut members = match self {
            Self::Bundle => vec![("type", "bundle".into())],
            Self::Instance(instance) => {
                vec![("type", "instance".into()), ("instance", instance.as_str().into())]
            }
            Self::Since(since) => vec![("type", "since".into()), ("since", since.as_str().into())],
        };
        members.push(("kinds", Value::Array(kinds.iter().map(|kind| kind.as_str().into()).collect())));
        Value::object(members)
    }

    /// Reads what [`Selection::write`] wrote.
    pub(super) fn read(fields: &mut Fields<'_>) -> (Self, Vec<String>) {
        let kind = fields.required_choice("type", &[("bundle", 0), ("instance", 1), ("since", 2)]);
        let selection = match kind {
            0 => Self::Bundle,
            1 => Self::Instance(fields.required_id("instance")),
            _ => Self::Since(fields.required_id("since")),
        };
        (selection, fields.texts("kinds"))
    }

    /// For each record of the state, in their order, whether it belongs to it.
    pub(super) fn choose(&self, state: &OwnerState) -> Vec<bool> {
        let mut chosen = Chosen { state, flags: vec![false; state.len()] };
        match self {
            Self::Bundle => chosen.flags.fill(true),
            Self::Instance(instance) => {
                chosen.of_instance(instance);
                chosen.add_references();
            }
            Self::Since(since) => {
                chosen.since(oldest(since).unwrap_or((0, None)));
                chosen.add_references();
            }
        }
        for (flag, record) in chosen.flags.iter_mut().zip(state.records()) {
            *flag |= record.content.is_erased();
        }
        chosen.flags
    }
}

/// The least milliseconds that were meant, and the clock that a record has to be later than, if it was one.
fn oldest(since: &str) -> Option<(u64, Option<Stamp>)> {
    match Stamp::parse(since) {
        Ok(stamp) => Some((stamp.milliseconds(), Some(stamp))),
        Err(_) => Some((u64::try_from(timestamp::parse(since)?).unwrap_or(0), None)),
    }
}

/// The records of a state that were chosen so far.
struct Chosen<'a> {
    state: &'a OwnerState,
    flags: Vec<bool>,
}

impl Chosen<'_> {
    fn since(&mut self, (from, after): (u64, Option<Stamp>)) {
        for (flag, record) in self.flags.iter_mut().zip(self.state.records()) {
            *flag = record.at.milliseconds() >= from && after.as_ref().is_none_or(|stamp| record.at > *stamp);
        }
    }

    fn of_instance(&mut self, instance: &str) {
        // What belongs to what was chosen before it: sessions to the instance, turns and runs to these, feedback to runs.
        for kinds in [&["instance", "memory"][..], &["session"], &["turn", "run"], &["feedback"]] {
            for (index, record) in self.state.records().enumerate() {
                if kinds.contains(&record.kind.as_ref()) && self.belongs(record, instance) {
                    self.add(index);
                }
            }
        }
    }

    fn belongs(&self, record: &Record, instance: &str) -> bool {
        match record.body() {
            None => false,
            Some(Body::Instance(_)) => record.id == instance,
            Some(Body::Episode(episode)) => episode.instance == instance,
            Some(Body::Session(session)) => session.instance == instance,
            Some(Body::Turn(turn)) => self.has(&turn.session),
            Some(Body::Run(run)) => self.has(&run.session),
            Some(Body::Other(body)) if record.kind == "feedback" => {
                body.get("run").and_then(Value::as_str).is_some_and(|run| self.has(run))
            }
            // What is remembered of the owner.
            Some(_) => record.kind == "memory",
        }
    }

    fn has(&self, id: &str) -> bool {
        self.state.position(id).is_ok_and(|index| self.flags.get(index) == Some(&true))
    }

    /// Whether it was not chosen before.
    fn add(&mut self, index: usize) -> bool {
        self.flags.get_mut(index).is_some_and(|flag| !std::mem::replace(flag, true))
    }

    /// Adds what the chosen records refer to, and what that refers to.
    fn add_references(&mut self) {
        let mut open: Vec<&str> = Vec::new();
        let chosen = self.state.records().zip(&self.flags).filter(|(_, flag)| **flag);
        chosen.for_each(|(record, _)| open.push(&record.id));
        while let Some(id) = open.pop() {
            for referred in references(self.state.record(id)) {
                if let Ok(index) = self.state.position(&referred) {
                    if self.add(index) {
                        open.extend(self.state.record_at(index).map(|record| record.id.as_str()));
                    }
                }
            }
        }
    }
}

/// The ids of the records that a record refers to.
fn references(record: Option<&Record>) -> Vec<String> {
    let mut ids = Vec::new();
    let body = match record.and_then(Record::body) {
        // A template refers to nothing, and is large.
        None | Some(Body::Template(_)) => return ids,
        Some(body) => json::to_value(body),
    };
    for name in ["session", "reply_to", "run", "turn", "instance", "template", "links", "proposal"] {
        match body.get(name) {
            Some(Value::String(id)) => ids.push(id.clone()),
            Some(Value::Array(list)) => ids.extend(list.iter().filter_map(Value::as_str).map(str::to_owned)),
            _ => {}
        }
    }
    ids
}
