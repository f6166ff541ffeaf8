//! A snapshot file back into a relationship: one atomic batch, or nothing.

use std::sync::Arc;

use crate::json::Value;
use serde::Serialize;

use super::command::{OnConflict, Restore};
use super::core::{Begun, Commit, Core, Outcome};
use super::imported_facts::{EPISODE_ERASED, SOURCE_ERASED, sharing_of};
use super::session::new_instance;
pub use crate::bundle::ImportNote;
use crate::bundle::snapshot::{Snapshot, SnapshotTurn};
use crate::error::{Error, ErrorCode};
use crate::list::List;
use crate::log::body::{
    AffinityBaseline, Episode, InstanceBaseline, MoodBaseline, Session, SessionBaseline, SessionStatus,
    Sharing, Source, Turn,
};
use crate::log::{Body, Content, IdSource, MAXIMUM_ID_LENGTH, Record, check_owner, is_natural};
use crate::order::{repeated, sort_by_text};
use crate::state::{Personality, settle};
use crate::template::Template;
use crate::timestamp;

/// How a snapshot is to be brought back.
pub(super) struct ImportRequest {
    pub user: Option<String>,
    pub restore: Restore,
    pub on_conflict: OnConflict,
    pub allow_modified: bool,
    /// Document of the template of a file that holds none, as JSON text.
    pub template: Option<String>,
}

/// What an import did.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ImportReport {
    /// The session that the file became.
    pub session: String,
    /// Its instance.
    pub instance: String,
    /// Whose it is now.
    pub user: String,
    /// What was not taken over as it stood in the file.
    pub report: Vec<ImportNote>,
}

impl Core {
    /// Turns a snapshot into one batch: the template, the instance, the session, its turns. Affinity and mood
    /// become baselines.
    pub(super) fn import_snapshot(
        &mut self,
        source: &str,
        request: ImportRequest,
        now: u64,
        ids: &mut IdSource,
    ) -> Result<Begun, Error> {
        self.require_feature(self.options.features.snapshot_export, "snapshot_export")?;
        let instead = request.template.map(|source| Template::parse(source.as_bytes())).transpose()?;
        let (snapshot, translation) =
            Snapshot::read(source.as_bytes(), request.allow_modified, instead, now)?;
        let user = request.user.unwrap_or_else(|| snapshot.user.clone());
        check_owner(&user)?;
        let personality = Arc::new(Personality::new(Arc::clone(&snapshot.template)));
        let (instance, exists) = self.instance_id(&user, &snapshot.template.persona.name);
        if exists && request.on_conflict == OnConflict::Refuse {
            let name = &snapshot.template.persona.name;
            return Err(Error::new(
                ErrorCode::InstanceExists,
                format!("\"{user}\" already has a relationship with {name}"),
            )
            .hint("Choose \"replace\" on conflict to let the file's affinity and mood win."));
        }
        let mut notes = Vec::new();
        let session = self.session_for(&user, &snapshot.session, ids, &mut notes);
        let mut records: Vec<Record> = self.copy_template(&user, &personality, now).into_iter().list();
        let restore = request.restore;
        records.push(self.instance_record(
            &user,
            &instance,
            &personality,
            &snapshot,
            restore,
            now,
            &mut notes,
        ));
        let mood = snapshot.mood.clone().filter(|_| restore.mood).filter(|mood| {
            let known = personality.prepared.has_mood(&mood.current);
            if !known {
                let reason = format!("the personality has no mood \"{}\"", mood.current);
                notes.push(note("/current_state/mood", "skipped", &reason));
            }
            known
        });
        records.push(self.session_record(&user, &session, &instance, mood, now));
        let turns = snapshot.conversation.iter().flatten().filter(|_| restore.conversation).list();
        let episodes = snapshot.episodes.iter().flatten().filter(|_| restore.facts).list();
        // One batch has an id once.
        let mut wanted = vec![Some(session.as_str())];
        wanted.extend(turns.iter().map(|turn| Some(turn.id.as_str())));
        wanted.extend(episodes.iter().map(|(id, _)| Some(id.as_str())));
        let repeated = repeated(&wanted);
        let (of_turns, of_episodes) = repeated.get(1..).unwrap_or_default().split_at(turns.len());
        for (index, (turn, is_repeated)) in turns.into_iter().zip(of_turns).enumerate() {
            let place = (index, *is_repeated);
            records.extend(self.turn_record(&user, &session, place, turn, now, ids, &mut notes));
        }
        let mut taken = Vec::new();
        if restore.facts {
            let episodes = episodes.into_iter().zip(of_episodes);
            let batch = (ids, &mut records, &mut notes);
            taken = self.import_memories((&user, &instance), &snapshot, episodes, now, batch);
        }
        let mut vectors = Vec::new();
        if let Some(embeddings) = snapshot.embeddings {
            if self.embedder() == Some(&embeddings.model) {
                for (id, vector) in embeddings.vectors {
                    vectors.extend(here(&taken, &id).map(|id| (id.to_owned(), vector)));
                }
            } else {
                let reason =
                    format!("they are of the embedder \"{}\", which is not used here", embeddings.model);
                notes.push(note("/embeddings", "skipped", &reason));
            }
        }
        if let Some(mut translation) = translation {
            for mut note in notes {
                note.path = translation.place(&note.path);
                translation.notes.push(note);
            }
            notes = translation.notes;
        }
        let report = ImportReport { session, instance, user: user.clone(), report: notes };
        let outcome = Outcome::Import(Box::new((report, vectors)));
        Ok(Commit::new(&user, records, Vec::new(), outcome).begin(Vec::new()))
    }

    /// Facts merge with what is known; episodes that are not there yet are added, each given with whether its id is in use
    /// already. What the person erased stays so. Gives the ids in the file of those that are taken as they are, in their
    /// order, and their ids here.
    fn import_memories<'a>(
        &mut self,
        (user, instance): (&str, &str),
        snapshot: &Snapshot,
        episodes: impl Iterator<Item = (&'a (String, Episode), &'a bool)>,
        now: u64,
        (ids, records, notes): (&mut IdSource, &mut Vec<Record>, &mut Vec<ImportNote>),
    ) -> Vec<(String, String)> {
        let mut memories: Vec<(String, Body)> = Vec::new();
        let facts = snapshot.facts.iter().flatten().enumerate();
        let mut facts = facts.map(|(index, fact)| (format!("/current_state/learned_facts/{index}"), fact));
        let imported = self.import_facts((&snapshot.user, user), &mut facts, now, &mut memories, notes);
        let mut as_they_are = Vec::new();
        for fact in imported.iter().filter(|fact| fact.is_whole) {
            as_they_are.push((fact.in_file.clone(), fact.id.clone()));
        }
        let mut facts = imported.into_iter().map(|fact| (fact.in_file, fact.id)).list();
        sort_by_text(&mut facts, |(in_file, _)| in_file);
        for (index, ((id, episode), is_repeated)) in episodes.enumerate() {
            let path = format!("/current_state/memorable_episodes/{index}");
            if self.was_told_by_erased(user, &episode.sources) {
                notes.push(note(&path, "skipped", SOURCE_ERASED));
                continue;
            }
            let in_file = id;
            let id = match self.owner(user).record(id) {
                None if !id.is_empty() && !is_repeated && !is_natural(id) => id.clone(),
                Some(record) if record.content.is_erased() => {
                    notes.push(note(&path, "skipped", EPISODE_ERASED));
                    continue;
                }
                Some(record) if matches!(record.body(), Some(Body::Episode(known)) if known.instance == instance) =>
                {
                    notes.push(note(&path, "skipped", "this episode is known"));
                    continue;
                }
                _ => ids.next("memory"),
            };
            let sharing = sharing_of(user, &episode.sharing);
            // What is not in the file, because it was erased for instance, keeps its id.
            let related = |id: &String| here(&facts, id).unwrap_or(id).to_owned();
            let related_facts = episode.related_facts.iter().map(related).list();
            let instance = instance.to_owned();
            let episode = Episode { instance, sharing, related_facts, ..episode.clone() };
            as_they_are.push((in_file.clone(), id.clone()));
            memories.push((id, episode.into()));
        }
        for (id, body) in memories {
            records.push(self.write(user, &id, body, now));
        }
        sort_by_text(&mut as_they_are, |(in_file, _)| in_file);
        as_they_are
    }

    /// The file's own session id where it is free, else a new one.
    fn session_for(
        &self,
        user: &str,
        wanted: &str,
        ids: &mut IdSource,
        notes: &mut Vec<ImportNote>,
    ) -> String {
        let reason = if wanted.chars().count() > MAXIMUM_ID_LENGTH {
            "an id has at most 200 characters"
        } else if is_natural(wanted) {
            "an id that begins like this is that of something else"
        } else if self.owner(user).record(wanted).is_some() {
            "a session of this id is or was there already"
        } else {
            return wanted.to_owned();
        };
        notes.push(note("/_snapshot_info/session_id", "renamed", reason));
        ids.next("session")
    }

    #[allow(clippy::too_many_arguments, reason = "the parts of one import")]
    fn instance_record(
        &mut self,
        user: &str,
        id: &str,
        personality: &Personality,
        snapshot: &Snapshot,
        restore: Restore,
        now: u64,
        notes: &mut Vec<ImportNote>,
    ) -> Record {
        let template = personality.template();
        let mut affinity = snapshot.affinity.clone().filter(|_| restore.affinity);
        if let Some(affinity) = &mut affinity {
            name_level(affinity, template, "/current_state/affinity/level", notes);
        }
        let imported = snapshot.imported.clone().filter(|_| restore.facts).map(Value::Object);
        let present = self.owner(user).instance(id).map(|state| state.instance.clone());
        let at = self.clock.tick(now);
        let mut body = present.unwrap_or_else(|| new_instance(template, now));
        body.imported = imported.or(body.imported);
        body.baseline =
            affinity.map(|affinity| InstanceBaseline { at: at.clone(), affinity }).or(body.baseline);
        self.live(user, id, body, at)
    }

    fn session_record(
        &mut self,
        user: &str,
        id: &str,
        instance: &str,
        mood: Option<MoodBaseline>,
        now: u64,
    ) -> Record {
        let at = self.clock.tick(now);
        let now = timestamp::format(now);
        let body = Session {
            instance: instance.to_owned(),
            title: None,
            status: SessionStatus::Active,
            started_at: now.clone(),
            updated_at: now,
            baseline: mood.map(|mood| SessionBaseline { at: at.clone(), mood }),
            sharing: Sharing::default(),
        };
        self.live(user, id, body, at)
    }

    #[allow(clippy::too_many_arguments, reason = "the parts of one import")]
    fn turn_record(
        &mut self,
        user: &str,
        session: &str,
        (index, is_repeated): (usize, bool),
        turn: &SnapshotTurn,
        now: u64,
        ids: &mut IdSource,
        notes: &mut Vec<ImportNote>,
    ) -> Option<Record> {
        let path = format!("/current_state/conversation_history/{index}");
        let id = match self.owner(user).record(&turn.id).map(|record| &record.content) {
            None if !is_repeated && !is_natural(&turn.id) => turn.id.clone(),
            Some(Content::Erased) => {
                notes.push(note(&path, "skipped", "the person erased this turn"));
                return None;
            }
            _ => {
                notes.push(note(&path, "renamed", "something else has this id"));
                ids.next("turn")
            }
        };
        let body = Turn {
            source: Some(Source::Import),
            ..Turn::new(session, turn.role, turn.text.clone(), turn.at.clone())
        };
        Some(self.write(user, &id, body, now))
    }
}

/// The id here of what has an id in the file; of pairs in the order of the latter.
fn here<'a>(ids: &'a [(String, String)], in_file: &str) -> Option<&'a str> {
    // Of equal ones the first: the others were given a new id.
    let place = ids.partition_point(|(known, _)| known.as_str() < in_file);
    ids.get(place).filter(|(known, _)| known == in_file).map(|(_, id)| id.as_str())
}

/// Gives points the level that they are, or still are where falling waits, and says where the file says another one,
/// which stands at `path`.
pub(super) fn name_level(
    affinity: &mut AffinityBaseline,
    template: &Template,
    path: &str,
    notes: &mut Vec<ImportNote>,
) {
    let level = settle(template, &affinity.level, affinity.points).to_owned();
    if affinity.level != level && !affinity.level.is_empty() {
        let reason = format!("{} points are the level {level}", affinity.points);
        notes.push(note(path, "recomputed", &reason));
    }
    affinity.level = level;
}

pub(super) fn note(path: &str, action: &str, reason: &str) -> ImportNote {
    ImportNote::new(path, action, reason)
}
