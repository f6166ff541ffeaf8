//! The documents that are searched: one for each turn, fact and episode, and one for each chunk of a note.

use super::analysis::Terms;
use crate::memory::text_index::TextIndex;
use crate::order;

/// What is searched of one owner: an index over the log.
#[derive(Debug, Default)]
pub(crate) struct Documents {
    pub(crate) text: TextIndex,
    /// By slot.
    slots: Vec<Option<Document>>,
    free: Vec<u32>,
    /// What was read from a cache, in the order of the slots; a document that claimed its entry is marked.
    cached: Vec<Cached>,
    /// The entry behind the one that was claimed last: documents come again in the order in which they were written.
    next: usize,
    /// The entries in the order of their keys, once one was not the next.
    by_key: Vec<usize>,
    /// Something was taken out that may have left terms behind.
    removed: bool,
    /// Documents that a cache does not know as they are.
    unsaved: usize,
}

/// One thing that can be found.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Document {
    /// The id of its record.
    pub(crate) id: String,
    pub(crate) kind: DocumentKind,
    /// Of a chunk of a note: where it stands in the text, in bytes of UTF-8, half-open.
    pub(crate) bytes: [u32; 2],
    /// When it was said, milliseconds since 1970.
    pub(crate) at: i64,
    /// Follows from the record and its version: what was indexed under an equal key need not be read again.
    pub(crate) key: u64,
    /// Whether it ends as a question does.
    pub(crate) asks: bool,
    /// Whether it names a time.
    pub(crate) names_time: bool,
}

/// What a cache knows of the document in a slot.
#[derive(Debug)]
struct Cached {
    key: u64,
    flags: u8,
    claimed: bool,
}

/// What a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DocumentKind {
    UserTurn,
    AssistantTurn,
    Fact,
    Episode,
    Note,
}

impl Document {
    /// Whether more than half of it is a part of the other.
    pub(crate) fn says_the_same_as(&self, other: &Self) -> bool {
        let [start, end] = self.bytes;
        let common = end.min(other.bytes[1]).saturating_sub(start.max(other.bytes[0]));
        self.id == other.id && common > (end - start) / 2
    }
}

const ASKS: u8 = 1;
const NAMES_TIME: u8 = 2;

impl Documents {
    /// Adds a document, whose terms are made only when no cache knows them.
    pub(crate) fn add(&mut self, mut document: Document, terms: &mut dyn FnMut() -> Terms) -> u32 {
        if let Some((slot, flags)) = self.claim(document.key) {
            (document.asks, document.names_time) = (flags & ASKS != 0, flags & NAMES_TIME != 0);
            self.put(slot, document);
            return slot;
        }
        let slot = self.free.pop().unwrap_or(self.slots.len() as u32);
        let terms = terms();
        (document.asks, document.names_time) = (terms.asks, terms.names_time);
        self.text.set(slot, terms.iter().map(Into::into));
        self.put(slot, document);
        self.unsaved += 1;
        slot
    }

    /// Takes a document out.
    pub(crate) fn remove(&mut self, slot: u32) {
        if self.slots.get_mut(slot as usize).and_then(Option::take).is_some() {
            self.text.remove(slot);
            self.free.push(slot);
            self.removed = true;
            self.unsaved += 1;
        }
    }

    /// To be called after changes: nothing is left of what was taken out, or of a cache that nobody claimed.
    pub(crate) fn settle(&mut self) {
        self.by_key = Vec::new();
        for (slot, cached) in (0..).zip(std::mem::take(&mut self.cached)) {
            if !cached.claimed {
                self.text.remove(slot);
                self.free.push(slot);
                self.removed = true;
                self.unsaved += 1;
            }
        }
        if std::mem::take(&mut self.removed) {
            self.text.forget_unused();
        }
    }

    /// One document.
    pub(crate) fn get(&self, slot: u32) -> Option<&Document> {
        self.slots.get(slot as usize)?.as_ref()
    }

    /// Whether a document holds one of some terms.
    pub(crate) fn holds(&self, slot: u32, terms: &[String]) -> bool {
        terms.iter().any(|term| self.text.holds(slot, self.text.number(term.as_str().into())))
    }

    /// All documents with their slots.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, &Document)> {
        self.slots.iter().zip(0..).filter_map(|(document, slot)| Some((slot, document.as_ref()?)))
    }

    /// One more than the greatest slot.
    pub(crate) fn slots(&self) -> usize {
        self.slots.len()
    }

    /// How many documents were added or taken out since the last [`write`](Self::write) or [`read`](Self::read).
    pub(crate) fn unsaved(&self) -> usize {
        self.unsaved
    }

    /// Everything as bytes, for [`Documents::read`]: a cache. Equal documents give equal bytes.
    pub(crate) fn write(&mut self) -> Vec<u8> {
        self.unsaved = 0;
        let mut all: Vec<(i64, (u64, u8, u32))> = Vec::new();
        for (slot, document) in self.iter() {
            let flags = (u8::from(document.asks) * ASKS) | (u8::from(document.names_time) * NAMES_TIME);
            all.push((document.at, (document.key, flags, slot)));
        }
        // What is said together is searched together: in the order of time it lies together.
        order::sort_by(&mut all, |a, b| a.cmp(b));
        let all: Vec<(u64, u8, u32)> = all.into_iter().map(|(_, entry)| entry).collect();
        self.text.write(&all)
    }

    /// Takes what a cache holds, for the documents that are added from now on. Only while there is none; anything but a
    /// whole cache is passed over.
    pub(crate) fn read(&mut self, bytes: &[u8]) {
        if !self.slots.is_empty() {
            return;
        }
        let Some((text, keys)) = TextIndex::read(bytes) else { return };
        self.slots.resize(keys.len(), None);
        self.text = text;
        self.cached = Vec::with_capacity(keys.len());
        for (key, flags) in keys {
            self.cached.push(Cached { key, flags, claimed: false });
        }
        self.next = 0;
    }

    /// The slot and the flags of what a cache holds under a key, once.
    fn claim(&mut self, key: u64) -> Option<(u32, u8)> {
        let key_at = |cached: &[Cached], index: usize| cached.get(index).map(|cached| cached.key);
        let mut index = self.next;
        if key_at(&self.cached, index) != Some(key) {
            if self.by_key.len() != self.cached.len() {
                let cached = &self.cached;
                self.by_key = order::sorted_indices(cached.len(), &mut |a, b| {
                    key_at(cached, a).cmp(&key_at(cached, b))
                });
            }
            let place = self.by_key.binary_search_by(|index| key_at(&self.cached, *index).cmp(&Some(key)));
            index = *self.by_key.get(place.ok()?)?;
        }
        let cached = self.cached.get_mut(index).filter(|cached| !cached.claimed)?;
        cached.claimed = true;
        self.next = index + 1;
        Some((index as u32, cached.flags))
    }

    fn put(&mut self, slot: u32, document: Document) {
        if slot as usize >= self.slots.len() {
            self.slots.resize(slot as usize + 1, None);
        }
        if let Some(place) = self.slots.get_mut(slot as usize) {
            *place = Some(document);
        }
    }
}
