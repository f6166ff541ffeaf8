//! What of a log can be searched: its turns, facts, episodes and notes as documents of an index. The log is the truth; the
//! index meets what is new when something is looked for.

use super::lane::{Lane, Position};
use super::owner::{Derived, OwnerState};
use crate::json;
use crate::log::Stamp;
use crate::log::body::{Body, Episode, Fact, MemoryStatus, Note, Role};
use crate::memory::FactCategory;
use crate::memory::note::chunks;
use crate::memory::recall::{
    Document, DocumentKind, Documents, KnownWords, NO_DOCUMENT, Terms, Vectors, date_terms,
};
use crate::observe::Packs;
use crate::order;
use crate::text::{Scan, long_hash};
use crate::timestamp;

/// To be raised whenever equal texts become other terms than before: what caches hold is then of no use.
const ANALYSIS_VERSION: u8 = 2;

/// What embedders are given of a long text, in bytes.
const LONGEST_EMBEDDED: usize = 8_192;

/// The index, and what it has not met yet.
#[derive(Debug, Default)]
pub(super) struct Recall {
    documents: Documents,
    vectors: Vectors,
    /// Ids of memories; lanes know which of their turns are to be indexed.
    waiting: Vec<String>,
    changed: bool,
}

impl Recall {
    /// A memory is to be indexed.
    pub(super) fn awaits(&mut self, id: &str) {
        self.waiting.push(id.to_owned());
    }

    /// What another one was given by caches, while it has nothing else.
    pub(super) fn take_caches_of(&mut self, other: Self) {
        self.documents = other.documents;
        self.vectors = other.vectors;
    }

    /// What stands in these slots is gone.
    pub(super) fn remove(&mut self, slots: &[u32]) {
        for slot in slots {
            self.documents.remove(*slot);
            self.vectors.remove(*slot);
            self.changed = true;
        }
    }
}

impl OwnerState {
    /// Brings the index up to date. Text in a language that cannot be told from its words is read as the personality's.
    pub(crate) fn index(&mut self, packs: &Packs) {
        self.index_some(packs, usize::MAX);
    }

    /// Does a part of that: about so many records. Says whether more wait.
    pub(crate) fn index_some(&mut self, packs: &Packs, most: usize) -> bool {
        let mut reader = Reader { packs, known: Vec::new() };
        let mut left = most;
        self.index_turns(&mut reader, &mut left);
        let part = self.recall.waiting.len().min(left);
        let rest = self.recall.waiting.split_off(part);
        for id in std::mem::replace(&mut self.recall.waiting, rest) {
            self.recall.changed = true;
            self.index_memory(&id, &mut reader);
        }
        if part == left {
            return true;
        }
        if self.recall.changed {
            self.recall.documents.settle();
        }
        self.recall.changed = false;
        false
    }

    /// What is searched.
    pub(crate) fn documents(&self) -> &Documents {
        &self.recall.documents
    }

    /// The index as bytes for a cache, when it differs by so many documents from what the cache holds.
    pub(crate) fn write_index(&mut self, packs: &Packs, least: usize) -> Option<Vec<u8>> {
        self.index(packs);
        let documents = &mut self.recall.documents;
        (documents.unsaved() >= least).then(|| documents.write())
    }

    /// Takes what a cache holds. Of use before anything was indexed.
    pub(crate) fn read_index(&mut self, bytes: &[u8]) {
        self.recall.documents.read(bytes);
    }

    /// The vectors of what is searched.
    pub(crate) fn vectors(&self) -> &Vectors {
        &self.recall.vectors
    }

    /// The same, to be filled.
    pub(crate) fn vectors_mut(&mut self) -> &mut Vectors {
        &mut self.recall.vectors
    }

    /// The texts of documents that have no vector of an embedder yet, at most so many, with their slots. What was asked
    /// for before and has not come is asked for again.
    pub(crate) fn texts_to_embed(
        &mut self,
        packs: &Packs,
        embedder: &str,
        most: usize,
    ) -> Vec<(u32, String)> {
        self.index(packs);
        self.recall.vectors.of_embedder(embedder);
        self.recall.vectors.give_up();
        let mut texts = Vec::new();
        for slot in 0..self.recall.documents.slots() as u32 {
            if texts.len() == most {
                return texts;
            }
            if self.recall.vectors.knows(slot) || self.recall.documents.get(slot).is_none() {
                continue;
            }
            match self.text_to_embed(slot) {
                None => self.recall.vectors.leave_out(slot),
                Some(text) if self.recall.vectors.ask(slot, &text) => texts.push((slot, text)),
                Some(_) => {}
            }
        }
        self.recall.vectors.settle();
        texts
    }

    /// The vector of a fact or an episode, where this embedder has made it.
    pub(crate) fn vector_of(&self, embedder: &str, id: &str) -> Option<Vec<f32>> {
        self.recall.vectors.get(embedder, *self.slots_of(id).first()?)
    }

    /// Keeps a vector of a fact or an episode that came from elsewhere, unless there is one. One of another length than
    /// the others is passed over.
    pub(crate) fn give_vector(&mut self, packs: &Packs, embedder: &str, id: &str, vector: &[f32]) {
        self.index(packs);
        self.recall.vectors.of_embedder(embedder);
        let Some(slot) = self.slots_of(id).first().copied() else { return };
        let Some(text) = self.text_to_embed(slot) else { return };
        if !self.recall.vectors.knows(slot) && self.recall.vectors.ask(slot, &text) {
            // What is refused stays asked for.
            drop(self.recall.vectors.set(slot, vector));
        }
    }

    /// The text of a document that an embedder may see.
    fn text_to_embed(&self, slot: u32) -> Option<String> {
        let document = self.recall.documents.get(slot)?;
        let (sharing, text) = match self.record(&document.id)?.body()? {
            Body::Turn(turn) => (&turn.sharing, turn.text.clone()),
            Body::Fact(fact) => (&fact.sharing, fact_text(fact)),
            Body::Episode(episode) => (&episode.sharing, episode_text(episode)),
            Body::Note(note) => {
                let [start, end] = document.bytes.map(|at| at as usize);
                let text = note.text.get(start..end)?;
                (
                    &note.sharing,
                    note.title.as_ref().map_or_else(|| text.to_owned(), |title| [title, "\n", text].concat()),
                )
            }
            _ => return None,
        };
        let text = text.trim();
        let end = (0..=text.len().min(LONGEST_EMBEDDED)).rev().find(|end| text.is_char_boundary(*end))?;
        (sharing.learn && end > 0).then(|| text.get(..end).unwrap_or_default().to_owned())
    }

    /// The turns of an instance that may be recalled, as a ranking wants them: in the order of their sessions.
    pub(crate) fn turns_to_search(&self, instance: &str, since: Option<i64>) -> Vec<u32> {
        let mut slots = Vec::new();
        for lane in &self.lanes {
            if self.session(&lane.session).is_none_or(|state| state.session.instance != instance) {
                continue;
            }
            for turn in &lane.turns {
                let Some(slot) = turn.slot.filter(|_| turn.learn) else { continue };
                let document = self.recall.documents.get(slot);
                if document.is_some_and(|document| since.is_none_or(|since| document.at >= since)) {
                    slots.push(slot);
                }
            }
            slots.push(NO_DOCUMENT);
        }
        slots
    }

    /// What the person is called, where that is known.
    pub(crate) fn name(&self) -> Option<&str> {
        let is_name = |fact: &&Fact| fact.category == FactCategory::PersonalInfo && fact.key == "name";
        let (_, fact) =
            self.facts().find(|(_, fact)| is_name(fact) && fact.status == MemoryStatus::Active)?;
        fact.value.as_str()
    }

    /// Where a memory is searched.
    pub(crate) fn slots_of(&self, id: &str) -> &[u32] {
        match self.entry(id).map(|entry| &entry.derived) {
            Some(Derived::Memory(slots)) => slots,
            _ => &[],
        }
    }

    /// Session by session, as they began: what is searched together lies together. As many as are `left`.
    fn index_turns(&mut self, reader: &mut Reader<'_>, left: &mut usize) {
        if self.lanes.iter().all(|lane| lane.indexed) {
            return;
        }
        let mut lanes = std::mem::take(&mut self.lanes);
        let begin =
            |index| lanes.get(index).and_then(|lane: &Lane| lane.turns.first().map(|turn| &turn.position));
        for index in order::sorted_indices(lanes.len(), &mut |a, b| begin(a).cmp(&begin(b))) {
            let Some(lane) = lanes.get_mut(index).filter(|lane| !lane.indexed) else { continue };
            if *left == 0 {
                break;
            }
            self.recall.changed = true;
            let language = self.language_of(&lane.session);
            for entry in lane.turns.iter_mut().filter(|entry| entry.slot.is_none()) {
                let Some(kind) = kind_of(entry.role) else { continue };
                if *left == 0 {
                    break;
                }
                *left -= 1;
                let Position { at, id } = &entry.position;
                let document = document(reader.packs, (id, at), kind, entry.created_at);
                entry.slot = Some(self.recall.documents.add(document, &mut || {
                    let Some(turn) = entry.turn() else { return Terms::default() };
                    let hint = turn.language.as_deref().or(language.as_deref());
                    let mut terms = reader.terms(&turn.text, hint);
                    add_date(entry.created_at, &mut terms);
                    terms
                }));
            }
            lane.indexed = *left > 0;
        }
        self.lanes = lanes;
    }

    fn index_memory(&mut self, id: &str, reader: &mut Reader<'_>) {
        let packs = reader.packs;
        let Ok(index) = self.position(id) else { return };
        let Some(entry) = self.entries.get(index) else { return };
        // Two versions may have come before the index met either.
        if matches!(&entry.derived, Derived::Memory(slots) if !slots.is_empty()) {
            return;
        }
        let record = &entry.record;
        let version = (record.id.as_str(), &record.at);
        match record.body() {
            Some(Body::Fact(fact)) => {
                let new = document(packs, version, DocumentKind::Fact, time_of(&fact.last_updated));
                let slot = self.recall.documents.add(new, &mut || reader.terms(&fact_text(fact), None));
                self.set_slots(index, vec![slot]);
            }
            Some(Body::Episode(episode)) => {
                let at = time_of(&episode.timestamp);
                let new = document(packs, version, DocumentKind::Episode, at);
                let slot = self.recall.documents.add(new, &mut || {
                    let mut terms = reader.terms(&episode_text(episode), None);
                    add_date(at, &mut terms);
                    terms
                });
                self.set_slots(index, vec![slot]);
            }
            Some(Body::Note(note)) => {
                let mut slots = Vec::new();
                for chunk in chunks(&note.text) {
                    let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
                    let bytes = [place(chunk.bytes.start), place(chunk.bytes.end)];
                    let at = time_of(&note.created_at);
                    let key = key(packs, version, bytes[0]);
                    let document =
                        Document { bytes, key, ..document(packs, version, DocumentKind::Note, at) };
                    let text = note.text.get(chunk.bytes).unwrap_or_default();
                    slots.push(self.recall.documents.add(document, &mut || note_terms(reader, note, text)));
                }
                self.set_slots(index, slots);
            }
            _ => {}
        }
    }

    fn set_slots(&mut self, index: usize, slots: Vec<u32>) {
        if let Some(entry) = self.entries.get_mut(index) {
            entry.derived = Derived::Memory(slots);
        }
    }

    /// The language of the personality of a session.
    fn language_of(&self, session: &str) -> Option<String> {
        let personality = self.personality_of(&self.session(session)?.session.instance)?;
        Some(personality.template().persona.language.clone())
    }
}

fn kind_of(role: Role) -> Option<DocumentKind> {
    match role {
        Role::User => Some(DocumentKind::UserTurn),
        Role::Assistant => Some(DocumentKind::AssistantTurn),
        Role::Tool => None,
    }
}

/// A document of a version of a record: its id and its stamp.
fn document(packs: &Packs, version: (&str, &Stamp), kind: DocumentKind, at: i64) -> Document {
    Document {
        id: version.0.to_owned(),
        kind,
        bytes: [0, 0],
        at,
        key: key(packs, version, 0),
        asks: false,
        names_time: false,
    }
}

/// What a cache knows a document by: its record, the version of it, which part, and how it was read.
fn key(packs: &Packs, (id, at): (&str, &Stamp), part: u32) -> u64 {
    let (milliseconds, counter, device) = at.parts();
    let [milliseconds, packs] = [milliseconds, packs.hash().into()].map(u64::to_le_bytes);
    let [counter, part] = [counter, part].map(u32::to_le_bytes);
    long_hash(&[
        id.as_bytes(),
        &milliseconds,
        &counter,
        device.as_bytes(),
        &part,
        &packs,
        &[ANALYSIS_VERSION],
    ])
}

/// Reads texts, and learns their words.
struct Reader<'a> {
    packs: &'a Packs,
    /// By language.
    known: Vec<KnownWords<'a>>,
}

impl Reader<'_> {
    fn terms(&mut self, text: &str, hint: Option<&str>) -> Terms {
        let scan = Scan::new(text);
        let language = self.packs.recall_language(&scan, None, hint);
        Terms::of_known(text, &scan, KnownWords::of(&mut self.known, language))
    }
}

fn time_of(text: &str) -> i64 {
    timestamp::parse(text).unwrap_or(0)
}

fn add_date(at: i64, terms: &mut Terms) {
    if let Some(date) = timestamp::date(at) {
        date_terms(date, terms);
    }
}

/// What a chunk of a note is found by: what it says, and what the whole is called.
fn note_terms(reader: &mut Reader<'_>, note: &Note, text: &str) -> Terms {
    let mut named = text.to_owned();
    for part in note.title.iter().chain(&note.tags) {
        named.push('\n');
        named.push_str(part);
    }
    reader.terms(&named, None)
}

/// What a fact is found by.
fn fact_text(fact: &Fact) -> String {
    let value = json::compact(&fact.value);
    let mut text = [fact.key.replace('_', " ").as_str(), " ", &value].concat();
    for part in fact.tags.iter().chain(&fact.context) {
        text.push(' ');
        text.push_str(part);
    }
    text
}

/// What an episode is found by.
fn episode_text(episode: &Episode) -> String {
    let mut text = episode.title.clone();
    if episode.summary != episode.title {
        text.push(' ');
        text.push_str(&episode.summary);
    }
    for tag in &episode.tags {
        text.push(' ');
        text.push_str(tag);
    }
    text
}
