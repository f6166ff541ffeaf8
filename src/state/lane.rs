//! The turns and runs of one session, in clock order.

use std::sync::Arc;

use crate::context::estimate;
use crate::log::body::{Role, Turn};
use crate::log::{Kept, Record, Stamp};
use crate::order;
use crate::timestamp;

/// The turns and runs of one session, in clock order.
#[derive(Debug)]
pub(super) struct Lane {
    pub(super) session: String,
    pub(super) turns: Vec<TurnEntry>,
    pub(super) runs: Vec<Position>,
    /// The earliest of the runs that no fold has met yet.
    pub(super) unfolded: Option<Position>,
    in_order: bool,
    /// Whether the index has met every turn.
    pub(super) indexed: bool,
}

/// A turn in its place.
#[derive(Debug)]
pub(super) struct TurnEntry {
    pub(super) position: Position,
    pub(super) said: Said,
    pub(super) role: Role,
    /// Whether learners and searches may use it.
    pub(super) learn: bool,
    /// When it was said, milliseconds since 1970.
    pub(super) created_at: i64,
    /// The tokens of its text; `None` for what no prompt shows.
    pub(super) tokens: Option<u32>,
    /// Where it is searched; not known before the index has met it, and nowhere for what is not said to anybody.
    pub(super) slot: Option<u32>,
}

/// The body of a turn: in memory, or in the text of a checkpoint until somebody asks for it.
#[derive(Debug)]
pub(super) enum Said {
    Here(Arc<Turn>),
    Kept(Arc<Kept>),
}

impl TurnEntry {
    /// The body.
    pub(super) fn turn(&self) -> Option<&Turn> {
        match &self.said {
            Said::Here(turn) => Some(turn),
            Said::Kept(kept) => kept.turn(),
        }
    }
}

/// Where a record stands: clock order, and the id should two clocks ever be equal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Position {
    pub(super) at: Stamp,
    pub(super) id: String,
}

impl Position {
    pub(super) fn of(record: &Record) -> Self {
        Self { at: record.at.clone(), id: record.id.clone() }
    }
}

impl Lane {
    pub(super) fn new(session: &str) -> Self {
        Self {
            session: session.to_owned(),
            turns: Vec::new(),
            runs: Vec::new(),
            unfolded: None,
            in_order: true,
            indexed: true,
        }
    }

    /// Adds a turn; [`settle`](Self::settle) follows.
    pub(super) fn put_turn(&mut self, position: Position, turn: &Arc<Turn>) {
        let shown = matches!(turn.role, Role::User | Role::Assistant);
        self.put(TurnEntry {
            position,
            said: Said::Here(Arc::clone(turn)),
            role: turn.role,
            learn: turn.sharing.learn,
            created_at: timestamp::parse(&turn.created_at).unwrap_or(0),
            tokens: shown.then(|| estimate(&turn.text)),
            slot: None,
        });
    }

    /// The same for one whose body may not be there yet.
    pub(super) fn put(&mut self, entry: TurnEntry) {
        self.in_order &= self.turns.last().is_none_or(|last| last.position < entry.position);
        self.turns.push(entry);
        self.indexed = false;
    }

    /// Adds a run that is to be folded; [`settle`](Self::settle) follows.
    pub(super) fn put_run(&mut self, position: Position) {
        if self.unfolded.as_ref().is_none_or(|first| position < *first) {
            self.unfolded = Some(position.clone());
        }
        self.put_folded_run(position);
    }

    /// Adds a run; [`settle`](Self::settle) follows.
    pub(super) fn put_folded_run(&mut self, position: Position) {
        self.in_order &= self.runs.last().is_none_or(|last| *last < position);
        self.runs.push(position);
    }

    /// The runs behind a position; all of them behind none.
    pub(super) fn runs_after(&self, position: Option<&Position>) -> &[Position] {
        let start = self.runs.partition_point(|run| Some(run) <= position);
        self.runs.get(start..).unwrap_or_default()
    }

    /// Takes a turn or a run out; gives where the turn is searched.
    pub(super) fn remove(&mut self, position: &Position) -> Option<u32> {
        self.settle();
        let mut slot = None;
        if let Ok(index) = self.turns.binary_search_by(|turn| turn.position.cmp(position)) {
            slot = self.turns.remove(index).slot;
        }
        if let Ok(index) = self.runs.binary_search(position) {
            self.runs.remove(index);
        }
        slot
    }

    /// Restores clock order: what is added is nearly always the newest, and otherwise sorted once for a batch.
    pub(super) fn settle(&mut self) {
        if !self.in_order {
            order::sort_by(&mut self.turns, |a, b| a.position.cmp(&b.position));
            order::sort_by(&mut self.runs, Ord::cmp);
            self.in_order = true;
        }
    }
}
