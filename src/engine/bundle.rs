//! An owner's log as a bundle, and bundles back into logs: what an import comes to is worked out first, then the host
//! stores it in one batch, and then the core merges it.

use serde::Serialize;

use super::core::Core;
use super::swept::Swept;
use crate::bundle::{BundleReader, BundleWriter, Moving, Piece, Selection};
use crate::error::{Error, ErrorCode};
use crate::json::{self, Value};
use crate::list::List;
use crate::log::body::check_references;
use crate::log::{Merged, Record, check_owner, newer};
use crate::order;
use crate::state::{MAXIMUM_AHEAD, OwnerState, Quarantined};

/// What to do with the records of a bundle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ImportMode {
    /// They are merged with those of the log.
    #[default]
    Merge,
    /// They take their place; what was erased here stays so.
    Replace,
    /// Nothing is stored; the report says what merging would do.
    DryRun,
}

impl ImportMode {
    /// The names that callers use.
    pub const NAMES: [(&'static str, Self); 3] =
        [("merge", Self::Merge), ("replace", Self::Replace), ("dry_run", Self::DryRun)];
}

/// What a bundle is to a log.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct BundleReport {
    /// Whose log it is.
    pub user: String,
    /// Records that the log does not have.
    pub new: u32,
    /// Records of which the bundle has a newer version.
    pub changed: u32,
    /// Records that were erased elsewhere, and here not yet.
    pub erased: u32,
    /// Ids of records that have one clock in both and say different things. Nothing of such a bundle is merged.
    pub conflicts: Vec<String>,
    /// Records that are left out, and why: `clock` for those from the future, `unknown_ref` for feedback on what is
    /// neither here nor in the bundle.
    pub quarantined: Vec<Quarantined>,
}

/// An import under way: the records that will be stored, and what they come to.
#[derive(Debug)]
pub struct BundleImport {
    user: String,
    mode: ImportMode,
    moving: Option<Moving>,
    records: Vec<Record>,
    /// Of those of them that the host does not have yet, each on a line.
    texts: String,
    report: BundleReport,
}

impl BundleImport {
    /// Begins an import of what a reader is about to give.
    ///
    /// # Errors
    /// `invalid_owner`.
    pub fn new(reader: &BundleReader, mode: ImportMode) -> Result<Self, Error> {
        let user = reader.owner().to_owned();
        check_owner(&user)?;
        let moving = reader.moving().cloned();
        let report = BundleReport { user: user.clone(), ..BundleReport::default() };
        Ok(Self { user, mode, moving, records: Vec::new(), texts: String::new(), report })
    }

    /// Whether the log has exactly these records afterwards.
    pub fn replaces(&self) -> bool {
        self.mode == ImportMode::Replace
    }

    /// Whose log it is.
    pub fn user(&self) -> &str {
        &self.user
    }

    /// What it comes to.
    pub fn report(&self) -> &BundleReport {
        &self.report
    }

    /// The records to store that were found since this was last asked for: the JSON text of each on a line, with what
    /// storages read of it first (`id`, `owner`, `kind`, `at`, and `erased` of a tombstone), so that nobody has to read
    /// the body. None when there are none. Those of a settled import take the place of earlier ones with their ids; those that its report calls quarantined
    /// are not to be stored.
    pub fn take_texts(&mut self) -> Option<String> {
        let texts = std::mem::take(&mut self.texts);
        (!texts.is_empty()).then_some(texts)
    }

    /// Leaves out what means nothing without a record that neither the log nor the bundle has.
    fn leave_out_unresolved(&mut self, state: &OwnerState) {
        let of_feedback = |record: &Record| record.kind == "feedback";
        if !self.records.iter().any(of_feedback) {
            return;
        }
        let mut brought = self.records.iter().map(|record| record.id.clone()).list();
        order::sort_by_text(&mut brought, |id| id);
        // What is replaced is not there any more, but for what was erased.
        let replaces = self.mode == ImportMode::Replace;
        let stays = |record: &Record| !replaces || record.content.is_erased();
        let exists = |id: &str| {
            state.record(id).is_some_and(stays)
                || brought.binary_search_by(|known| known.as_str().cmp(id)).is_ok()
        };
        let report = &mut self.report;
        self.records.retain(|record| {
            let Some(body) = record.body() else { return true };
            let Err(error) = check_references(&record.kind, body, exists) else { return true };
            // As it was counted when it was offered.
            match state.record(&record.id) {
                None => report.new -= 1,
                Some(present) => report.changed -= u32::from(present.at != record.at),
            }
            let (id, message) = (record.id.clone(), error.to_string());
            report.quarantined.push(Quarantined { id, code: "unknown_ref".to_owned(), message });
            false
        });
    }

    fn add(&mut self, record: Record) {
        self.add_text(&json::to_text(&record));
        self.records.push(record);
    }

    fn add_text(&mut self, text: &str) {
        self.next_text().push_str(text);
    }

    /// Adds the text of a record as the reader gives it.
    fn add_read(&mut self, record: &Record, text: &str) {
        let Some([at, schema, body]) = canonical_parts(record, text) else {
            // What is of a newer schema than it was, or another owner's, was written anew.
            let is_ours = text.starts_with("{\"id\":");
            return if is_ours { self.add_text(text) } else { self.add_text(&json::to_text(record)) };
        };
        let out = self.next_text();
        for (key, value) in [
            ("{\"id\":\"", &*record.id),
            ("\",\"owner\":\"", &*record.owner),
            ("\",\"kind\":\"", &*record.kind),
            ("\",\"at\":\"", at),
            ("\",\"schema\":", schema),
            (",\"body\":", body),
        ] {
            out.push_str(key);
            out.push_str(value);
        }
        out.push('}');
    }

    fn next_text(&mut self) -> &mut String {
        if !self.texts.is_empty() {
            self.texts.push('\n');
        }
        &mut self.texts
    }
}

impl Core {
    /// Begins to export what was chosen of an owner's log.
    ///
    /// # Errors
    /// `invalid_owner`; `invalid_argument` for an instance that there is not.
    pub fn export_bundle(&self, user: &str, selection: Selection) -> Result<BundleWriter, Error> {
        check_owner(user)?;
        let state = self.owner(user);
        if let Selection::Instance(id) = &selection {
            if state.instance(id).is_none() {
                let message = format!("\"{user}\" has no relationship of the id \"{id}\"");
                return Err(Error::invalid_argument("/instance", message));
            }
        }
        Ok(BundleWriter::new(user, selection, state))
    }

    /// The next part of an export; none when it is complete.
    ///
    /// # Errors
    /// `invalid_operation` when the log was changed meanwhile: then it is exported from the beginning.
    pub fn next_piece(&self, writer: &mut BundleWriter) -> Result<Option<Piece>, Error> {
        writer.next(self.owner(&writer.owner.clone()))
    }

    /// Takes the records that a reader has, as far as they change something. `now` in milliseconds since 1970.
    pub fn offer(&self, import: &mut BundleImport, reader: &mut BundleReader, now: u64) {
        let state = self.owner(&import.user);
        for (record, text) in reader.take_records() {
            if record.at.milliseconds() > now.saturating_add(MAXIMUM_AHEAD) {
                let message = "its clock is more than 24 hours ahead".to_owned();
                import.report.quarantined.push(Quarantined {
                    id: record.id,
                    code: "clock".to_owned(),
                    message,
                });
                continue;
            }
            // Erased here before its owner was another one.
            let old = import.moving.as_ref().and_then(|moving| state.record(moving.old_id(&record.id)?));
            if old.is_some_and(|old| old.content.is_erased()) && !record.content.is_erased() {
                continue;
            }
            let wins = match state.record(&record.id) {
                None => {
                    *if record.content.is_erased() {
                        &mut import.report.erased
                    } else {
                        &mut import.report.new
                    } += 1;
                    true
                }
                Some(present) if present.content.is_erased() || !import.replaces() => {
                    match newer(present, &record) {
                        Ok(Merged::Replace) => {
                            let erases = record.content.is_erased() && !present.content.is_erased();
                            *if erases { &mut import.report.erased } else { &mut import.report.changed } += 1;
                            true
                        }
                        Ok(_) => false,
                        Err(_) => {
                            import.report.conflicts.push(record.id.clone());
                            false
                        }
                    }
                }
                Some(present) => {
                    import.report.changed += u32::from(present.at != record.at);
                    true
                }
            };
            if !wins {
                continue;
            }
            if import.mode != ImportMode::DryRun {
                import.add_read(&record, &text);
            }
            // Those that go with what is erased, here or there, are only known when all have come.
            import.records.push(record);
        }
    }

    /// All records were offered, and the reader has no objection: from here on the import can be stored.
    ///
    /// # Errors
    /// `integrity` for a record that says different things under one clock, unless it is a dry run.
    pub fn settle_import(&self, import: &mut BundleImport) -> Result<(), Error> {
        let state = self.owner(&import.user);
        if let (Some(id), false) = (import.report.conflicts.first(), import.mode == ImportMode::DryRun) {
            let message =
                format!("the record {id} says something else in this bundle than here, under one clock");
            return Err(Error::new(ErrorCode::Integrity, message)
                .hint("One of the two was altered. Nothing was imported; with the mode \"replace\" the bundle wins."));
        }
        import.leave_out_unresolved(state);
        if let Some(moving) = &import.moving {
            for tombstone in erased_by(moving, &import.records, state) {
                import.report.erased += 1;
                import.add(tombstone);
            }
        }
        let swept = self.swept(&import.user, &import.records.iter().list(), import.replaces());
        if !swept.is_empty() {
            order::sort_by_text(&mut import.records, |record| &record.id);
        }
        let brought = import.records.len();
        for Swept { tombstone, rest } in swept {
            let is_here = state.record(&tombstone.id).is_some_and(|record| !record.content.is_erased());
            import.report.erased += u32::from(is_here);
            let sorted = import.records.get(..brought).unwrap_or_default();
            let place = sorted.binary_search_by(|record| record.id.cmp(&tombstone.id)).ok();
            match place.and_then(|index| import.records.get_mut(index)) {
                Some(record) => {
                    let count = if is_here { &mut import.report.changed } else { &mut import.report.new };
                    // In the place of one that is here under the same clock it was not counted.
                    *count = count.saturating_sub(1);
                    record.clone_from(&tombstone);
                    import.add_text(&json::to_text(&tombstone));
                }
                None => import.add(tombstone),
            }
            if let Some(rest) = rest {
                import.report.new += 1;
                import.add(rest);
            }
        }
        if import.replaces() {
            order::sort_by_text(&mut import.records, |record| &record.id);
            let mut kept: Vec<Record> = Vec::new();
            for present in state.records().filter(|record| record.content.is_erased()) {
                let place = import.records.binary_search_by(|record| record.id.cmp(&present.id));
                match place.ok().and_then(|index| import.records.get_mut(index)) {
                    None => kept.push(present.clone()),
                    // Erased since it was offered.
                    Some(record) if newer(present, record) == Ok(Merged::Keep) => {
                        record.clone_from(present);
                        import.add_text(&json::to_text(present));
                    }
                    Some(_) => {}
                }
            }
            kept.into_iter().for_each(|record| import.add(record));
        }
        Ok(())
    }

    /// A number that changes with an owner's log.
    pub fn revision(&self, user: &str) -> u64 {
        self.owner(user).revision
    }

    /// Merges an import that the host has stored. Gives the ids of what changed.
    ///
    /// # Errors
    /// As [`Core::absorb`].
    pub fn commit_import(&mut self, import: BundleImport, now: u64) -> Result<Vec<String>, Error> {
        if import.replaces() {
            self.drop_owner(&import.user);
        }
        Ok(self.absorb(import.records, now)?.changed)
    }
}

/// `at`, `schema` and `body` in the canonical text of a live record, in which the body stands between `at` and all else. None
/// where a name needs an escape.
fn canonical_parts<'a>(record: &Record, text: &'a str) -> Option<[&'a str; 3]> {
    let (at, rest) = text.strip_prefix("{\"at\":\"")?.split_once('"')?;
    let (rest, schema) = rest.strip_prefix(",\"body\":")?.strip_suffix('}')?.rsplit_once(':')?;
    let rest = rest.strip_suffix("\",\"schema\"")?.strip_suffix(&*record.owner)?;
    let rest = rest.strip_suffix("\",\"owner\":\"")?.strip_suffix(&*record.kind)?;
    let rest = rest.strip_suffix("\",\"kind\":\"")?.strip_suffix(&*record.id)?;
    Some([at, schema, rest.strip_suffix(",\"id\":\"")?])
}

/// The tombstones of records here that a bundle of another owner has erased: those of the same key.
fn erased_by(moving: &Moving, records: &[Record], state: &OwnerState) -> Vec<Record> {
    let mut erased: Vec<&Record> = records.iter().filter(|record| record.content.is_erased()).collect();
    order::sort_by_text(&mut erased, |record| &record.id);
    let mut tombstones = Vec::new();
    for record in state.records() {
        let Some(body) = record.body().filter(|_| matches!(&*record.kind, "instance" | "memory" | "consent"))
        else {
            continue;
        };
        let body: Value = json::to_value(body);
        let Some(old) = moving.id_under(&record.kind, &record.id, &body, (&moving.to, &moving.from)) else {
            continue;
        };
        let found = erased.binary_search_by(|tombstone| tombstone.id.as_str().cmp(&old));
        if let Some(tombstone) = found.ok().and_then(|index| erased.get(index)) {
            tombstones.push(record.tombstone(tombstone.at.clone()));
        }
    }
    tombstones
}
