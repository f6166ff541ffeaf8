//! Migrations of a storage, owner by owner: each in one atomic batch, and the history last. When a process dies between
//! two owners, the next one goes on where it was, because a step is about records of the schema before it alone.

use serde::Serialize;

use super::core::{Begun, Commit, Core, Outcome, Output};
use crate::error::{Error, ErrorCode};
use crate::json::{self, Fields, Value};
use crate::list::List;
use crate::log::{
    AppliedMigration, Body, Content, MigrationPlan, PlannedStep, Record, STORAGE, migration_status,
    plan_migration,
};

/// The id and the kind of the history.
const HISTORY: &str = "migrations";
const KIND: &str = "migration";
/// The id of the history that the predecessor's tables had.
const IMPORTED: &str = "imported_migrations";

/// Where a storage stands, and how it came there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Migrations {
    /// Its version, from 1.
    pub current: u32,
    /// The version that this library writes.
    pub latest: u32,
    /// Names of the steps between, in their order.
    pub pending: Vec<String>,
    /// A row for each step that was applied; before them those that came with the predecessor's tables.
    pub history: Vec<AppliedMigration>,
    /// The steps that were taken, or in a dry run would be.
    pub steps: Vec<PlannedStep>,
}

impl Core {
    /// Where the storage stands, once what is known of it as a whole was loaded.
    ///
    /// # Errors
    /// `migration_changed` for a storage that a later version of the library has written, or one with other steps.
    pub fn migrations(&self) -> Result<Migrations, Error> {
        let history = self.migration_history()?;
        let status = migration_status(self.options.migrations, &history)?;
        let (current, latest, pending) = (status.current, status.latest, status.pending);
        let mut all = self.history_of(IMPORTED)?;
        all.extend(history);
        let history = all;
        Ok(Migrations { current, latest, pending, history, steps: Vec::new() })
    }

    /// The steps from where the storage stands to version `target`, or to the latest, and how many records of an owner
    /// each would change. Nothing changes. `now` in milliseconds since 1970.
    ///
    /// # Errors
    /// Those of [`plan_migration`].
    pub fn migration_steps(
        &self,
        user: &str,
        target: Option<u32>,
        now: u64,
    ) -> Result<Vec<PlannedStep>, Error> {
        let mut clock = self.clock.clone();
        let records = self.owner(user).records().list();
        let history = self.migration_history()?;
        Ok(plan_migration(self.options.migrations, &history, &records, target, now, &mut clock)?.steps)
    }

    /// Changes the records of an owner; nothing, where they are what they should be.
    pub(super) fn migrate(&mut self, user: &str, target: Option<u32>, now: u64) -> Result<Begun, Error> {
        let records = self.plan(user, target, now)?.records;
        if records.is_empty() {
            return Ok(Begun::Done(Output::Nothing));
        }
        Ok(Commit::new(user, records, Vec::new(), Outcome::Nothing).begin(Vec::new()))
    }

    /// Notes that all owners were changed.
    pub(super) fn finish_migration(&mut self, target: Option<u32>, now: u64) -> Result<Begun, Error> {
        let history = self.plan(STORAGE, target, now)?.history;
        if history == self.migration_history()? {
            return Ok(Begun::Done(Output::Nothing));
        }
        let record = self.write_history(HISTORY, &history, now);
        Ok(Commit::new(STORAGE, vec![record], Vec::new(), Outcome::Nothing).begin(Vec::new()))
    }

    fn plan(&mut self, user: &str, target: Option<u32>, now: u64) -> Result<MigrationPlan, Error> {
        let mut clock = self.clock.clone();
        let history = self.migration_history()?;
        let records = self.owner(user).records().list();
        let plan = plan_migration(self.options.migrations, &history, &records, target, now, &mut clock);
        self.clock = clock;
        plan
    }

    /// Adds rows of the predecessor's history to those that are there. The record with them, if there are new ones; rows
    /// whose version says something else already are given to `conflict`.
    pub(super) fn import_history(
        &mut self,
        rows: &mut dyn Iterator<Item = (&str, &AppliedMigration)>,
        now: u64,
        conflict: &mut dyn FnMut(&str),
    ) -> Option<Record> {
        let mut history = self.history_of(IMPORTED).unwrap_or_default();
        let before = history.len();
        for (path, row) in rows {
            match history.iter().find(|known| known.version == row.version) {
                None => history.push(row.clone()),
                Some(known) if (&known.name, &known.checksum) == (&row.name, &row.checksum) => {}
                Some(_) => conflict(path),
            }
        }
        (history.len() > before).then(|| self.write_history(IMPORTED, &history, now))
    }

    fn write_history(&mut self, id: &str, history: &[AppliedMigration], now: u64) -> Record {
        let body = Body::Other(Value::object(vec![("history", json::to_value(history))]));
        Record {
            id: id.to_owned(),
            owner: STORAGE.into(),
            kind: KIND.into(),
            at: self.clock.tick(now),
            content: Content::Live { schema: 1, body },
        }
    }

    fn migration_history(&self) -> Result<Vec<AppliedMigration>, Error> {
        self.history_of(HISTORY)
    }

    fn history_of(&self, id: &str) -> Result<Vec<AppliedMigration>, Error> {
        let Some(body) = self.owner(STORAGE).record(id).and_then(Record::body) else {
            return Ok(Vec::new());
        };
        Fields::read(&json::to_value(body), "", |fields| fields.list("history", AppliedMigration::parse))
            .map_err(|error| {
                Error::new(ErrorCode::InvalidRecord, error.hint.as_str()).at(error.path.as_str())
            })
    }
}
