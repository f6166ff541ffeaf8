//! The predecessor's tables into logs: what an import comes to is worked out first, for everybody; then, person by person,
//! the host stores a batch and the core merges it. Ids follow from what the rows are known by, so that the same tables
//! may come twice.

use std::sync::Arc;

use serde::Serialize;

use super::core::Core;
use super::import::{ImportNote, name_level, note};
use super::imported_facts::{EPISODE_ERASED, SOURCE_ERASED, WRITTEN_LATER};
use super::session::new_instance;
use crate::bundle::{Item, Tables};
use crate::error::{Error, ErrorCode};
use crate::json::pointer;
use crate::list::List;
use crate::log::body::{
    AffinityBaseline, Episode, InstanceBaseline, MoodBaseline, Session, SessionBaseline, SessionStatus,
    Sharing,
};
use crate::log::{Body, Content, Record, STORAGE};
use crate::order;
use crate::state::{Affinity, Personality};
use crate::timestamp;

/// What tables come to.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct TablesReport {
    /// Whose rows there are, by name.
    pub users: Vec<TablesOfUser>,
    /// What was not taken over as it stood.
    pub report: Vec<ImportNote>,
}

/// What tables are to the log of a person.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct TablesOfUser {
    /// The person.
    pub user: String,
    /// Records that the log does not have.
    pub new: u32,
    /// Records that say something new.
    pub changed: u32,
}

/// What a person's rows come to.
#[derive(Default)]
struct Plan {
    records: Vec<Record>,
    /// Their relationships, with whom, and what says which of them was the last to go on.
    homes: Vec<Home>,
    notes: Vec<ImportNote>,
    /// Rows that have no place here.
    broken: Vec<Error>,
}

struct Home {
    instance: String,
    personality: Arc<Personality>,
    last: (Option<String>, u8),
}

impl Core {
    /// What tables come to, of which all files are read and all personalities introduced, and everybody's log is known.
    /// Nothing changes. `now` in milliseconds since 1970.
    ///
    /// # Errors
    /// That of the first row which breaks a rule, unless such rows are to be left out: `invalid_record`,
    /// `unknown_template`, `secret_in_bundle`.
    pub fn settle_tables(&mut self, tables: &Tables, now: u64) -> Result<TablesReport, Error> {
        let clock = self.clock.clone();
        let (mut report, mut broken) = (TablesReport::default(), tables.broken.clone());
        report.report.clone_from(&tables.notes);
        for user in tables.users() {
            let plan = self.plan_tables(tables, user, now);
            report.report.extend(plan.notes);
            broken.extend(plan.broken);
            if user != STORAGE {
                let known =
                    plan.records.iter().filter(|record| self.owner(user).record(&record.id).is_some());
                let changed = u32::try_from(known.count()).unwrap_or(u32::MAX);
                let new = u32::try_from(plan.records.len()).unwrap_or(u32::MAX).saturating_sub(changed);
                report.users.push(TablesOfUser { user: user.to_owned(), new, changed });
            }
        }
        self.clock = clock;
        match broken.first() {
            Some(first) if !tables.options.skip_invalid => {
                let message = format!(
                    "{}; of all rows {} cannot be taken, and nothing was imported",
                    first.message,
                    broken.len()
                );
                let error = Error::new(first.code, message).at(first.path.as_str());
                Err(first.hint.iter().fold(error, |error, hint| error.hint(hint.as_str())))
            }
            _ => {
                for error in broken {
                    let reason = error.hint.as_deref().filter(|_| error.code == ErrorCode::InvalidRecord);
                    report.report.push(note(&error.path, "skipped", reason.unwrap_or(&error.message)));
                }
                Ok(report)
            }
        }
    }

    /// The records of one of their users, for the host to store in one batch; none where nothing changes.
    pub fn batch_of_tables(&mut self, tables: &Tables, user: &str, now: u64) -> Vec<Record> {
        self.plan_tables(tables, user, now).records
    }

    fn plan_tables(&mut self, tables: &Tables, user: &str, now: u64) -> Plan {
        let mut plan = Plan::default();
        if user == STORAGE {
            let mut rows = tables.rows_of(user).iter().filter_map(|row| match &row.item {
                Item::Migration(migration) => Some((row.path.as_str(), migration)),
                _ => None,
            });
            let notes = &mut plan.notes;
            let mut conflict = |path: &str| {
                notes.push(note(path, "skipped", "another step of this version is known"));
            };
            plan.records.extend(self.import_history(&mut rows, now, &mut conflict));
            return plan;
        }
        for row in tables.rows_of(user) {
            if let Item::Relationship { personality, created_at, affinity } = &row.item {
                let known = tables.personality(personality).cloned();
                match known {
                    Some(known) => {
                        let affinity = (affinity.clone(), created_at.clone());
                        self.plan_relationship(tables, (user, &row.path), known, affinity, now, &mut plan);
                    }
                    None => plan.broken.push(
                        Error::new(
                            ErrorCode::UnknownTemplate,
                            format!("no template is known as \"{personality}\""),
                        )
                        .at(pointer::join(&row.path, "personality_name"))
                        .hint("Add the document first: templates.add(source)."),
                    ),
                }
            }
        }
        let mut home: Option<Option<usize>> = None;
        let mut memories: Vec<(String, Body)> = Vec::new();
        let rows = tables.rows_of(user).iter().filter_map(|row| match &row.item {
            Item::Fact { fact, row: id } => Some((row, id, fact)),
            _ => None,
        });
        // In the order of their ids in the tables, for the episodes that name them.
        let mut facts: Vec<(&str, String)> = Vec::new();
        for (_, id, fact) in rows.clone().filter(|(_, id, _)| !id.is_empty()) {
            facts.push((id, self.fact_id(user, fact.category, &fact.key)));
        }
        order::sort_by_text(&mut facts, |(row, _)| row);
        let mut rows = rows.map(|(row, _, fact)| (row.path.clone(), fact));
        self.import_facts((user, user), &mut rows, now, &mut memories, &mut plan.notes);
        for row in tables.rows_of(user) {
            if !matches!(row.item, Item::Mood { .. } | Item::Episode { .. }) {
                continue;
            }
            let home = *home.get_or_insert_with(|| self.home(tables, (user, &row.path), now, &mut plan));
            let Some(home) = home.and_then(|home| plan.homes.get(home)) else {
                plan.broken.push(
                    Error::new(
                        ErrorCode::UnknownTemplate,
                        format!("nobody knows with which personality of \"{user}\" this was"),
                    )
                    .at(row.path.as_str())
                    .hint("Pass it as `template`: the tables do not say."),
                );
                continue;
            };
            let (instance, personality) = (home.instance.clone(), Arc::clone(&home.personality));
            match &row.item {
                Item::Mood { session, mood } => {
                    let mood = mood.clone();
                    let place = (user, session.as_str(), row.path.as_str());
                    self.plan_session(tables, place, (instance, &personality), mood, now, &mut plan);
                }
                Item::Episode { id, episode } => {
                    let skipped = match self.owner(user).record(id).map(|record| &record.content) {
                        Some(Content::Erased) => Some(EPISODE_ERASED),
                        None if self.was_told_by_erased(user, &episode.sources) => Some(SOURCE_ERASED),
                        None => {
                            let mut related = Vec::new();
                            for id in &episode.related_facts {
                                let place = facts.binary_search_by(|(known, _)| (*known).cmp(id));
                                related.extend(
                                    place.ok().and_then(|at| facts.get(at)).map(|(_, id)| id.clone()),
                                );
                            }
                            let episode = Episode { instance, related_facts: related, ..episode.clone() };
                            memories.push((id.clone(), episode.into()));
                            None
                        }
                        // It came before, and may have been put aside since.
                        Some(_) => None,
                    };
                    plan.notes.extend(skipped.map(|reason| note(&row.path, "skipped", reason)));
                }
                _ => {}
            }
        }
        for (id, body) in memories {
            plan.records.push(self.write(user, &id, body, now));
        }
        plan
    }

    fn plan_relationship(
        &mut self,
        tables: &Tables,
        (user, path): (&str, &str),
        personality: Arc<Personality>,
        (mut affinity, created_at): (AffinityBaseline, Option<String>),
        now: u64,
        plan: &mut Plan,
    ) {
        let (id, exists) = self.instance_id(user, &personality.template().persona.name);
        if plan.homes.iter().any(|home| home.instance == id) {
            let message = "another row has this person and this personality";
            plan.broken.push(Error::new(ErrorCode::InvalidRecord, message).at(path).hint(message));
            return;
        }
        let present = self.owner(user).instance(&id).map(|state| {
            let Affinity { points, total_messages, .. } = *state.affinity;
            (state.instance.clone(), (points, total_messages))
        });
        if exists && present.is_none() {
            plan.notes.push(note(path, "skipped", WRITTEN_LATER));
            return;
        }
        let own = self.owner(user).personality_of(&id).cloned();
        let personality = own.unwrap_or(personality);
        name_level(
            &mut affinity,
            personality.template(),
            &pointer::join(path, "current_level"),
            &mut plan.notes,
        );
        let last = affinity.last_interaction.clone().or_else(|| created_at.clone());
        let last = (last, affinity.points);
        plan.homes.push(Home { instance: id.clone(), personality: Arc::clone(&personality), last });
        let at = self.clock.tick(now);
        let (mut body, stands) = present.unwrap_or_else(|| {
            let mut body = new_instance(personality.template(), now);
            body.created_at = created_at.unwrap_or(body.created_at);
            (body, (0, 0))
        });
        let goes_on = stands != (affinity.points, affinity.total_messages);
        let known_at = body.baseline.as_ref().map(|baseline| baseline.at.clone());
        body.baseline = Some(InstanceBaseline { at: known_at.unwrap_or(at.clone()), affinity });
        if exists {
            // The same but for its clock came before.
            let is_known = self.says(user, &id, &body.clone().into());
            if is_known && !(goes_on && tables.options.replace) {
                return;
            }
            if !tables.options.replace {
                plan.notes.push(note(path, "skipped", GOES_ON));
                return;
            }
        }
        if !exists {
            plan.records.extend(self.copy_template(user, &personality, now));
        }
        if let Some(baseline) = &mut body.baseline {
            baseline.at = at.clone();
        }
        plan.records.push(self.live(user, &id, body, at));
    }

    /// Whether a record is there and says this.
    fn says(&self, user: &str, id: &str, body: &Body) -> bool {
        self.owner(user).record(id).and_then(Record::body) == Some(body)
    }

    /// The place among the plan's homes of the relationship to which moods and episodes belong, which their tables do
    /// not name: the one that the caller names, or the one that was the last to go on.
    fn home(
        &mut self,
        tables: &Tables,
        (user, path): (&str, &str),
        now: u64,
        plan: &mut Plan,
    ) -> Option<usize> {
        if let Some(personality) = &tables.home {
            let (instance, exists) = self.instance_id(user, &personality.template().persona.name);
            if let Some(home) = plan.homes.iter().position(|home| home.instance == instance) {
                return Some(home);
            }
            if !exists {
                plan.records.extend(self.copy_template(user, personality, now));
                let body = new_instance(personality.template(), now);
                plan.records.push(self.write(user, &instance, body, now));
            }
            let personality = Arc::clone(self.owner(user).personality_of(&instance).unwrap_or(personality));
            plan.homes.push(Home { instance, personality, last: (None, 0) });
            return Some(plan.homes.len() - 1);
        }
        if plan.homes.is_empty() {
            let owner = self.owner(user);
            for record in owner.records() {
                let state = owner.instance(&record.id).zip(owner.personality_of(&record.id));
                plan.homes.extend(state.map(|(state, personality)| {
                    let affinity = state.affinity.to_baseline();
                    let last = (affinity.last_interaction, affinity.points);
                    Home { instance: record.id.clone(), personality: Arc::clone(personality), last }
                }));
            }
        }
        let mut last: Option<usize> = None;
        for (index, home) in plan.homes.iter().enumerate() {
            if last.and_then(|last| plan.homes.get(last)).is_none_or(|last| home.last > last.last) {
                last = Some(index);
            }
        }
        if let Some(home) = last.and_then(|last| plan.homes.get(last)).filter(|_| plan.homes.len() > 1) {
            let name = &home.personality.template().persona.name;
            let reason = format!(
                "the table does not say with whom it was: with {name}, the last one of \"{user}\", as all others"
            );
            plan.notes.push(note(path, "assumed", &reason));
        }
        last
    }

    fn plan_session(
        &mut self,
        tables: &Tables,
        (user, id, path): (&str, &str, &str),
        (instance, personality): (String, &Personality),
        mood: Option<MoodBaseline>,
        now: u64,
        plan: &mut Plan,
    ) {
        let mut mood = mood.filter(|mood| {
            let known = personality.prepared.has_mood(&mood.current);
            if !known {
                let reason = format!("the personality has no mood \"{}\"", mood.current);
                plan.notes.push(note(&pointer::join(path, "current_mood"), "skipped", &reason));
            }
            known
        });
        let present = self.owner(user).session(id).map(|state| state.session.clone());
        if let Some(mood) = mood.as_mut().filter(|mood| mood.started_at.is_empty()) {
            // As old as it was when it came before, or else as the import.
            let known = present.as_ref().and_then(|session| session.baseline.as_ref());
            match known.map(|known| &known.mood) {
                Some(known) => {
                    mood.started_at.clone_from(&known.started_at);
                    mood.history.clone_from(&known.history);
                }
                None => mood.started_at = timestamp::format(now),
            }
        }
        let at = self.clock.tick(now);
        let mut body = match present {
            Some(mut session) => {
                let mut mood = mood.clone();
                let known = session.baseline.clone();
                if let (Some(mood), Some(known)) = (&mut mood, &known) {
                    mood.updated_at.clone_from(&known.mood.updated_at);
                }
                let known_at = known.map_or(at.clone(), |known| known.at);
                session.baseline =
                    mood.map(|mood| SessionBaseline { at: known_at, mood }).or(session.baseline);
                // The same but for its clocks came before.
                if self.says(user, id, &session.clone().into()) {
                    return;
                }
                if !tables.options.replace {
                    plan.notes.push(note(path, "skipped", GOES_ON));
                    return;
                }
                session
            }
            None => {
                if let Some(record) = self.owner(user).record(id) {
                    let reason = match record.content {
                        Content::Erased => "the person erased this session",
                        _ => "something else has this id",
                    };
                    plan.notes.push(note(path, "skipped", reason));
                    return;
                }
                let updated_at = timestamp::format(now);
                let earlier =
                    mood.iter().flat_map(|mood| mood.history.first().map(|first| &first.started_at));
                let began = earlier.chain(mood.iter().map(|mood| &mood.started_at));
                let began = began.filter(|time| timestamp::parse(time) < timestamp::parse(&updated_at));
                let started_at = began.list().first().map_or(updated_at.clone(), |time| (*time).clone());
                Session {
                    instance,
                    title: None,
                    status: SessionStatus::Active,
                    started_at,
                    updated_at,
                    baseline: None,
                    sharing: Sharing::default(),
                }
            }
        };
        body.baseline = mood.map(|mood| SessionBaseline { at: at.clone(), mood }).or(body.baseline);
        plan.records.push(self.live(user, id, body, at));
    }
}

const GOES_ON: &str =
    "there is one here that says something else; with onConflict \"replace\" the tables win";
