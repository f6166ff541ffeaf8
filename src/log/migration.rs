//! Changes of the shape of stored bodies: pure steps from one schema of a kind to the next, and back. There is only
//! schema 1 today.

use serde::Serialize;

use super::body::Body;
use super::clock::HybridClock;
use super::record::{Content, Record};
use crate::error::{Error, ErrorCode};
use crate::json::{self, Fields, Map, Value};
use crate::timestamp;

/// The steps of this library, in their order. Those to schema 2 will stand here.
pub const MIGRATIONS: &[Migration] = &[];

/// The owner of what is about the storage as a whole: the history of its migrations.
pub(crate) const STORAGE: &str = "luminora:storage";

/// The schema of the bodies of a kind before any step.
pub(crate) const FIRST_SCHEMA: u32 = 1;

/// The newest schema of a kind: what these steps lead to, and what is written, and read without a step.
pub fn newest_schema(migrations: &[Migration], kind: &str) -> u32 {
    let of_kind = migrations.iter().filter(|step| step.kind == kind);
    of_kind.fold(FIRST_SCHEMA, |newest, step| newest.max(step.from + 1))
}

/// Rewrites a body in place. An error ends the whole migration.
pub type Rewrite = fn(&mut Map) -> Result<(), Error>;

/// One step: the bodies of a kind from schema `from` to the next. The steps of a library stand in a list whose order
/// never changes; the first one leads from version 1 of the storage to version 2, and so on.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// In snake_case words, and no other step has it.
    pub name: &'static str,
    /// The kind whose bodies change.
    pub kind: &'static str,
    /// Their schema before; afterwards it is one more.
    pub from: u32,
    /// What the step is for, in a sentence.
    pub description: &'static str,
    /// What `up` and `down` do, rule by rule. It stands for them in the checksum: code cannot be hashed, so whoever
    /// changes a rule changes this text.
    pub rules: &'static str,
    /// To the next schema.
    pub up: Rewrite,
    /// Back: the bodies are what they were before `up`. Without it nobody can go back behind this step.
    pub down: Option<Rewrite>,
}

impl Migration {
    /// SHA-256 of the definition, as hexadecimal digits.
    pub fn checksum(&self) -> String {
        let from = self.from.to_string();
        let parts = [self.name, self.kind, &from, self.description, self.rules].join("\0");
        json::sha256_hex(parts.as_bytes())
    }
}

/// A row of the history: one step that was applied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct AppliedMigration {
    /// The version of the storage since then.
    pub version: u32,
    /// The step's name.
    pub name: String,
    /// When, ISO 8601 UTC.
    pub applied_at: String,
    /// Its checksum then.
    pub checksum: String,
    /// What it was for.
    pub description: String,
}

/// Where a storage stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MigrationStatus {
    /// Its version, from 1.
    pub current: u32,
    /// The version that this library writes.
    pub latest: u32,
    /// Names of the steps between, in their order.
    pub pending: Vec<String>,
}

/// A step that would be taken, or was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct PlannedStep {
    /// The version of the storage after it.
    pub version: u32,
    /// The step's name.
    pub name: String,
    /// How many records it changes.
    pub records: usize,
}

/// What a migration comes to. Looking at it changes nothing; it is applied when `records` are appended in one batch, and
/// then, when those of all owners are, `history` takes the place of the old one.
#[derive(Clone, Debug, PartialEq)]
pub struct MigrationPlan {
    /// The steps, in the order in which they are taken; none when the storage stands where it should.
    pub steps: Vec<PlannedStep>,
    /// The changed records, each once, under new clocks.
    pub records: Vec<Record>,
    /// The history afterwards: a row for each step that is applied then.
    pub history: Vec<AppliedMigration>,
}

impl AppliedMigration {
    pub(crate) fn parse(fields: &mut Fields<'_>) -> Self {
        let version = fields.count("version");
        Self {
            version: fields.require("version", version),
            name: fields.required_string("name"),
            applied_at: fields.required_time("applied_at"),
            checksum: fields.required_string("checksum"),
            description: fields.required_string("description"),
        }
    }
}

/// Where a storage with this history stands.
///
/// # Errors
/// `migration_changed` when the history has a step that the list does not have, or has differently.
pub fn migration_status(
    migrations: &[Migration],
    history: &[AppliedMigration],
) -> Result<MigrationStatus, Error> {
    for (index, row) in history.iter().enumerate() {
        let known = migrations.get(index).filter(|step| step.name == row.name);
        if known.is_none_or(|step| step.checksum() != row.checksum || row.version != version(index + 1)) {
            let message = format!("the applied step {} is not what this library knows under it", row.name);
            return Err(Error::new(ErrorCode::MigrationChanged, message)
                .at(format!("/history/{index}"))
                .hint("Use the version of the library that wrote this storage, or a later one."));
        }
    }
    let pending = migrations.iter().skip(history.len()).map(|step| step.name.to_owned()).collect();
    Ok(MigrationStatus { current: version(history.len()), latest: version(migrations.len()), pending })
}

/// What leads from where a storage with these records and this history stands to version `target`, or to the latest.
/// Tombstones, other kinds and bodies of newer schemas stay as they are. `now` in milliseconds since 1970.
///
/// # Errors
/// Before the first step: `migration_changed` as above, `out_of_range` for a target that does not exist, and
/// `migration_irreversible` when a step on the way back has no inverse. Then what a step itself refuses, named by record.
pub fn plan_migration(
    migrations: &[Migration],
    history: &[AppliedMigration],
    records: &[&Record],
    target: Option<u32>,
    now: u64,
    clock: &mut HybridClock,
) -> Result<MigrationPlan, Error> {
    let status = migration_status(migrations, history)?;
    let target = target.unwrap_or(status.latest);
    if !(1..=status.latest).contains(&target) {
        let message = format!("there is no version {target}; the latest is {}", status.latest);
        return Err(Error::new(ErrorCode::OutOfRange, message).at("/target"));
    }
    let is_up = target >= status.current;
    let (low, high) = (status.current.min(target) as usize - 1, status.current.max(target) as usize - 1);
    let mut way: Vec<(usize, &Migration, Rewrite)> = Vec::new();
    for (index, step) in migrations.iter().enumerate().take(high).skip(low) {
        let rewrite = if is_up { Some(step.up) } else { step.down };
        let rewrite = rewrite.ok_or_else(|| {
            let message = format!("the step {} has no way back", step.name);
            Error::new(ErrorCode::MigrationIrreversible, message).at("/target")
        })?;
        way.push((index, step, rewrite));
    }
    if !is_up {
        way.reverse();
    }

    let mut plan = MigrationPlan { steps: Vec::new(), records: Vec::new(), history: history.to_vec() };
    plan.history.truncate(target as usize - 1);
    for (index, step, _) in &way {
        let after = version(if is_up { index + 1 } else { *index });
        plan.steps.push(PlannedStep { version: after, name: step.name.to_owned(), records: 0 });
        if is_up {
            plan.history.push(AppliedMigration {
                version: after,
                name: step.name.to_owned(),
                applied_at: timestamp::format(now),
                checksum: step.checksum(),
                description: step.description.to_owned(),
            });
        }
    }
    for record in records {
        clock.witness(&record.at);
    }
    for record in records {
        if let Some(content) = migrated(record, is_up, &way, &mut plan.steps)? {
            let Record { id, owner, kind, .. } = *record;
            let (id, owner, kind) = (id.clone(), owner.clone(), kind.clone());
            plan.records.push(Record { id, owner, kind, at: clock.tick(now), content });
        }
    }
    Ok(plan)
}

/// The content that a record of an older schema has after all steps; `None` when no step is about it. For records that
/// are no storage's yet: what they say was written when their clock says.
///
/// # Errors
/// What a step refuses.
pub fn upgraded(migrations: &[Migration], record: &Record) -> Result<Option<Content>, Error> {
    let way: Vec<(usize, &Migration, Rewrite)> =
        migrations.iter().enumerate().map(|(index, step)| (index, step, step.up)).collect();
    let uncounted = PlannedStep { version: 0, name: String::new(), records: 0 };
    migrated(record, true, &way, &mut vec![uncounted; way.len()])
}

/// The content of a record at the end of the way; `None` when no step is about it.
fn migrated(
    record: &Record,
    is_up: bool,
    way: &[(usize, &Migration, Rewrite)],
    steps: &mut [PlannedStep],
) -> Result<Option<Content>, Error> {
    let Some((mut schema, body)) = record.content.live() else { return Ok(None) };
    let mut body = Err(body);
    for ((_, step, rewrite), planned) in way.iter().zip(steps) {
        let (before, after) = if is_up { (step.from, step.from + 1) } else { (step.from + 1, step.from) };
        if record.kind != step.kind || schema != before {
            continue;
        }
        let mut fields = match body {
            Ok(fields) => fields,
            Err(body) => json::to_value(&body).as_object().cloned().unwrap_or_default(),
        };
        rewrite(&mut fields).map_err(|error| {
            let message =
                format!("the step {} refuses the record {}: {}", step.name, record.id, error.message);
            Error::new(error.code, message).at(error.path.as_str())
        })?;
        schema = after;
        planned.records += 1;
        body = Ok(fields);
    }
    Ok(body.ok().map(|fields| Content::Live { schema, body: Body::Other(Value::Object(fields)) }))
}

/// The version of a storage after so many steps.
fn version(steps: usize) -> u32 {
    u32::try_from(steps).unwrap_or(u32::MAX - 1) + 1
}
