//! Notes: documents that a person brings along, imported, listed and read. `forget` erases them.

use serde::Serialize;

use super::core::{Begun, Commit, Core, Outcome, Output};
use super::memory::unknown_memory;
use crate::error::{Error, ErrorCode};
use crate::json::{FieldCode, Fields, pointer, sha256_hex};
use crate::list::List;
use crate::log::body::{MAXIMUM_DOMAIN, MAXIMUM_NOTE_TITLE, MAXIMUM_SOURCE, Note};
use crate::log::{Record, check_owner};
use crate::memory::note::{Chunk, MAXIMUM_CALL_BYTES, check_text, chunks, domain, without_mark};
use crate::order;
use crate::text::Span;
use crate::timestamp;

/// A document to import. What is absent stays as the note of that source has it.
#[derive(Clone, Debug, PartialEq)]
pub struct NoteDocument {
    /// Where it came from, 1..500 characters: importing the same source again replaces its note.
    pub source: String,
    /// Its text; a byte order mark is removed.
    pub text: String,
    /// At most 100 characters; blank, and at first absent, is `general`.
    pub domain: Option<String>,
    /// 1..200 characters.
    pub title: Option<String>,
    /// Words to find it by.
    pub tags: Option<Vec<String>>,
}

impl NoteDocument {
    pub(super) fn parse(fields: &mut Fields<'_>) -> Self {
        let source = fields.required_text("source", MAXIMUM_SOURCE);
        let text = fields.required_string("text");
        let name = fields.string("domain");
        let domain = name.map(|name| domain(&name).to_owned());
        if domain.as_ref().is_some_and(|name| name.chars().count() > MAXIMUM_DOMAIN) {
            fields.refuse(FieldCode::TooLong, "domain", "at most 100 characters");
        }
        Self {
            source,
            text: without_mark(&text).to_owned(),
            domain,
            title: fields.text("title", MAXIMUM_NOTE_TITLE),
            tags: fields.raw("tags").is_some().then(|| fields.texts("tags")),
        }
    }
}

/// What became of a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ImportedNote {
    /// Its source.
    pub source: String,
    /// The id of its note; null when it was skipped.
    pub id: Option<String>,
    /// What became of it.
    pub change: NoteChange,
    /// In how many pieces its text is recalled.
    pub chunks: u32,
}

/// What became of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum NoteChange {
    /// Its source is new.
    Added,
    /// Its source had another text, which is erased.
    Replaced,
    /// Its text is known; domain, title or tags are others.
    Updated,
    /// It is known, and nothing was stored.
    Unchanged,
    /// It is blank, and nothing was stored.
    Skipped,
}

/// A note.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct NoteView {
    /// Its id.
    pub id: String,
    /// Where it came from.
    pub source: String,
    /// Its title.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub title: Option<String>,
    /// What it belongs to.
    pub domain: String,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// UTF-16 code units of its text.
    pub length: u32,
    /// In how many pieces it is recalled.
    pub chunks: u32,
    /// When its text was imported, ISO 8601 UTC.
    pub created_at: String,
    /// Its text; absent in a list.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub text: Option<String>,
    /// The pieces in which it is recalled, as UTF-16 spans of the text; absent in a list.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "typescript", ts(optional, as = "Option<Vec<Span>>"))]
    pub spans: Vec<Span>,
}

impl Core {
    /// Keeps documents, all or none. A source has one note: another text takes the place of the one before, which is
    /// erased; the same text again changes nothing but what is given beside it.
    pub(super) fn import_notes(
        &mut self,
        user: &str,
        documents: Vec<NoteDocument>,
        now: u64,
    ) -> Result<Begun, Error> {
        check_owner(user)?;
        check(&documents)?;
        // Several of one source, where devices imported different texts of it.
        let mut present: Vec<Vec<String>> = vec![Vec::new(); documents.len()];
        for (id, note) in self.owner(user).notes() {
            if let Some(index) = documents.iter().position(|document| document.source == note.source) {
                present[index].push(id.to_owned());
            }
        }
        let (mut records, mut imported) = (Vec::new(), Vec::new());
        for (document, present) in documents.into_iter().zip(present) {
            imported.push(self.import_note(user, document, present, (now, &mut records)));
        }
        if records.is_empty() {
            return Ok(Begun::Done(Output::Notes(imported)));
        }
        Ok(Commit::new(user, records, Vec::new(), Outcome::Notes(imported)).begin(Vec::new()))
    }

    /// What becomes of one document, where its source has the notes `present`.
    fn import_note(
        &mut self,
        user: &str,
        document: NoteDocument,
        mut present: Vec<String>,
        (now, records): (u64, &mut Vec<Record>),
    ) -> ImportedNote {
        let mut imported = ImportedNote {
            source: document.source,
            id: None,
            change: NoteChange::Skipped,
            chunks: chunks(&document.text).len() as u32,
        };
        if imported.chunks == 0 {
            return imported;
        }
        let sha256 = sha256_hex(document.text.as_bytes());
        let owner = self.owner(user);
        let is_same = |id: &String| owner.note(id).is_some_and(|note| note.sha256 == sha256);
        let known = present.iter().position(is_same).map(|index| present.remove(index));
        let before = known.as_ref().or(present.last()).and_then(|id| owner.note(id));
        let mut note = before.cloned().unwrap_or_else(Note::empty);
        if known.is_none() {
            note.source.clone_from(&imported.source);
            note.text = document.text;
            note.sha256 = sha256;
            note.created_at = timestamp::format(now);
            note.supersedes = present.last().cloned();
        }
        note.domain = document.domain.unwrap_or(note.domain);
        note.title = document.title.or(note.title);
        note.tags = document.tags.unwrap_or(note.tags);
        let is_known = known.is_some();
        let id = known.unwrap_or_else(|| self.free_id(user, "note", &[user, &note.source, &note.sha256], ""));
        let is_new = self.owner(user).note(&id) != Some(&note);
        imported.change = match (is_known, is_new) {
            _ if !present.is_empty() => NoteChange::Replaced,
            (false, _) => NoteChange::Added,
            (true, true) => NoteChange::Updated,
            (true, false) => NoteChange::Unchanged,
        };
        for other in present {
            records.push(self.tombstone(user, other, "memory", now));
        }
        if is_new {
            records.push(self.write(user, &id, note, now));
        }
        imported.id = Some(id);
        imported
    }

    /// The notes of an owner, by source, without their texts.
    pub fn notes(&self, user: &str) -> Vec<NoteView> {
        let mut notes = Vec::new();
        for (id, note) in self.owner(user).notes() {
            notes.push(view(id, note, &chunks(&note.text)));
        }
        order::sort_by(&mut notes, |a: &NoteView, b| (&a.source, &a.id).cmp(&(&b.source, &b.id)));
        notes
    }

    /// One note, with its text.
    ///
    /// # Errors
    /// `unknown_memory`.
    pub fn note(&self, user: &str, id: &str) -> Result<NoteView, Error> {
        let note = self.owner(user).note(id).ok_or_else(|| unknown_memory(user, id))?;
        let chunks = chunks(&note.text);
        let mut view = view(id, note, &chunks);
        view.text = Some(note.text.clone());
        view.spans = chunks.into_iter().map(|chunk| chunk.utf16).list();
        Ok(view)
    }
}

/// Refuses what may not be stored, before anything is.
fn check(documents: &[NoteDocument]) -> Result<(), Error> {
    let at = |index: usize, field: &str| {
        let mut path = "/documents".to_owned();
        pointer::push_index(&mut path, index);
        pointer::join(&path, field)
    };
    let sources = documents.iter().map(|document| Some(document.source.as_str())).list();
    if let Some(index) = order::repeated(&sources).into_iter().position(|repeated| repeated) {
        let message = "two documents of one call have this source";
        return Err(Error::invalid_argument(at(index, "source"), message)
            .hint("The source tells documents apart; use the whole path or address."));
    }
    let mut bytes = 0;
    for (index, document) in documents.iter().enumerate() {
        bytes += document.text.len();
        if let Err(error) = check_text(&document.text) {
            let code = match error.code {
                FieldCode::TooLong => ErrorCode::TooLarge,
                _ => ErrorCode::InvalidArgument,
            };
            return Err(Error::new(code, error.hint.as_str()).at(at(index, "text")));
        }
    }
    if bytes > MAXIMUM_CALL_BYTES {
        return Err(Error::new(ErrorCode::TooLarge, "at most 50 MiB of UTF-8 in one call").at("/documents"));
    }
    Ok(())
}

fn view(id: &str, note: &Note, chunks: &[Chunk]) -> NoteView {
    NoteView {
        id: id.to_owned(),
        source: note.source.clone(),
        title: note.title.clone(),
        domain: note.domain.clone(),
        tags: note.tags.clone(),
        length: chunks.last().map_or(0, |last| last.utf16[1]),
        chunks: chunks.len() as u32,
        created_at: note.created_at.clone(),
        text: None,
        spans: Vec::new(),
    }
}
