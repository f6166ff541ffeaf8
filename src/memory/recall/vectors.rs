//! The vectors of an owner's documents, as one embedder made them: beside the text index, by the same slots. They are
//! asked for when there is time, and whatever has none is found by its words.

use crate::error::Error;
use crate::memory::vector_index::{Precision, VectorIndex};
use crate::order;
use crate::text::{hash_of, long_hash};

/// The vectors of an owner's documents.
#[derive(Debug, Default)]
pub(crate) struct Vectors {
    /// Whose vectors these are. Those of another one cannot be compared with them.
    embedder: String,
    /// None before the first vector says how long they are.
    index: Option<VectorIndex>,
    /// By slot: the hash of the text that the vector is of, where there is one; 0 for what is not to be embedded.
    hashes: Vec<Option<u64>>,
    /// How many of them there are.
    known: usize,
    /// Slots whose texts are being embedded, with their hashes, in order.
    asked: Vec<(u32, u64)>,
    /// What a cache holds: hashes in order, with the slots of its own index.
    cached: Option<(VectorIndex, Vec<(u64, u32)>)>,
    /// Vectors that the cache does not have.
    unsaved: usize,
}

/// Begins the bytes.
const HEADER: &[u8] = b"LVC1";

impl Vectors {
    /// From now on vectors of this embedder are kept. Those of another one are dropped.
    pub(crate) fn of_embedder(&mut self, embedder: &str) {
        if self.embedder != embedder {
            *self = Self { embedder: embedder.to_owned(), ..Self::default() };
        }
    }

    /// How many documents have a vector.
    pub(crate) fn len(&self) -> usize {
        self.index.as_ref().map_or(0, VectorIndex::len)
    }

    /// How many documents have a vector, or are not to have one.
    pub(crate) fn known(&self) -> usize {
        self.known
    }

    /// The document in a slot is not to be embedded.
    pub(crate) fn leave_out(&mut self, slot: u32) {
        self.note(slot, 0);
    }

    /// Whether the document in a slot has a vector, or is being embedded.
    pub(crate) fn knows(&self, slot: u32) -> bool {
        self.hashes.get(slot as usize).is_some_and(Option::is_some)
            || self.asked.binary_search_by(|(asked, _)| asked.cmp(&slot)).is_ok()
    }

    /// Looks for the vector of a text in what a cache holds, and asks for it otherwise: whether it is asked for.
    pub(crate) fn ask(&mut self, slot: u32, text: &str) -> bool {
        let hash = hash_of_text(text);
        if self.claim(slot, hash).is_some() {
            return false;
        }
        if let Err(place) = self.asked.binary_search_by(|(asked, _)| asked.cmp(&slot)) {
            self.asked.insert(place, (slot, hash));
        }
        true
    }

    /// Keeps the vector of a document that was asked for. One that is gone since, or was not asked for, is passed over.
    pub(crate) fn set(&mut self, slot: u32, vector: &[f32]) -> Result<(), Error> {
        let Ok(place) = self.asked.binary_search_by(|(asked, _)| asked.cmp(&slot)) else { return Ok(()) };
        let index = match &mut self.index {
            Some(index) => index,
            None => self.index.insert(VectorIndex::new(vector.len(), Precision::Int8)?),
        };
        index.set(slot, vector)?;
        let (_, hash) = self.asked.remove(place);
        self.note(slot, hash);
        self.unsaved += 1;
        Ok(())
    }

    /// The vector of a document, where this embedder has made it.
    pub(crate) fn get(&self, embedder: &str, slot: u32) -> Option<Vec<f32>> {
        self.index.as_ref().filter(|_| self.embedder == embedder)?.get(slot)
    }

    /// Nobody embeds any more: what was asked for is asked for again.
    pub(crate) fn give_up(&mut self) {
        self.asked.clear();
    }

    /// Forgets the vector of a document.
    pub(crate) fn remove(&mut self, slot: u32) {
        self.asked.retain(|(asked, _)| *asked != slot);
        if self.hashes.get_mut(slot as usize).and_then(Option::take).is_some() {
            self.known -= 1;
            self.unsaved += 1;
        }
        if let Some(index) = &mut self.index {
            index.remove(slot);
        }
    }

    /// The cosine of each slot to a question, NaN where there is no vector; none before the first one.
    ///
    /// # Errors
    /// `dimension` for a question of another length; `out_of_range` for one that holds what is no number.
    pub(crate) fn cosines(&self, question: &[f32]) -> Result<Vec<f32>, Error> {
        let mut cosines = Vec::new();
        if let Some(index) = &self.index {
            index.cosines(question, &mut cosines)?;
        }
        Ok(cosines)
    }

    /// How many vectors came or went since the last [`write`](Self::write) or [`read`](Self::read).
    pub(crate) fn unsaved(&self) -> usize {
        self.unsaved
    }

    /// Everything as bytes, for [`Vectors::read`]: a cache. The embedder, the hashes by slot, the index, and a hash of
    /// all that.
    pub(crate) fn write(&mut self) -> Vec<u8> {
        self.unsaved = 0;
        let mut bytes = HEADER.to_vec();
        for length in [self.embedder.len(), self.hashes.len()] {
            bytes.extend_from_slice(&(length as u32).to_le_bytes());
        }
        bytes.extend_from_slice(self.embedder.as_bytes());
        for hash in &self.hashes {
            bytes.extend_from_slice(&hash.unwrap_or_default().to_le_bytes());
        }
        bytes.extend_from_slice(&self.index.as_ref().map_or_else(Vec::new, VectorIndex::to_bytes));
        let hash = hash_of(&bytes);
        bytes.extend_from_slice(&hash.to_le_bytes());
        bytes
    }

    /// Takes what a cache holds, for the texts that are asked for from now on. Anything but a whole cache of this
    /// embedder is passed over.
    pub(crate) fn read(&mut self, bytes: &[u8]) {
        self.cached = read(bytes, &self.embedder);
    }

    fn claim(&mut self, slot: u32, hash: u64) -> Option<()> {
        let (cached, hashes) = self.cached.as_ref()?;
        let place = hashes.binary_search_by(|(known, _)| known.cmp(&hash)).ok()?;
        let (_, from) = hashes.get(place)?;
        let index = match &mut self.index {
            Some(index) => index,
            None => self.index.insert(VectorIndex::new(cached.dimension(), cached.precision()).ok()?),
        };
        index.copy(slot, cached, *from)?;
        self.note(slot, hash);
        Some(())
    }

    fn note(&mut self, slot: u32, hash: u64) {
        let slot = slot as usize;
        if slot >= self.hashes.len() {
            self.hashes.resize(slot + 1, None);
        }
        if let Some(place) = self.hashes.get_mut(slot) {
            self.known += usize::from(place.replace(hash).is_none());
        }
    }

    /// What the cache had and nobody asked for is not kept.
    pub(crate) fn settle(&mut self) {
        if let Some((cached, _)) = self.cached.take() {
            self.unsaved += cached.len().abs_diff(self.len());
        }
    }
}

fn read(bytes: &[u8], embedder: &str) -> Option<(VectorIndex, Vec<(u64, u32)>)> {
    let (content, hash) = bytes.split_last_chunk::<4>()?;
    if hash_of(content) != u32::from_le_bytes(*hash) {
        return None;
    }
    let rest = content.strip_prefix(HEADER)?;
    let (length, rest) = rest.split_first_chunk::<4>()?;
    let (slots, rest) = rest.split_first_chunk::<4>()?;
    let (name, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
    let size = (u32::from_le_bytes(*slots) as usize).checked_mul(8)?;
    let (hashes, index) = rest.split_at_checked(size)?;
    if name != embedder.as_bytes() {
        return None;
    }
    let index = VectorIndex::from_bytes(index)?;
    let mut known = Vec::new();
    for (slot, hash) in hashes.chunks_exact(8).enumerate() {
        let hash = u64::from_le_bytes(hash.try_into().ok()?);
        if hash != 0 {
            known.push((hash, slot as u32));
        }
    }
    order::sort_by(&mut known, |a, b| a.0.cmp(&b.0));
    Some((index, known))
}

/// The hash of a text that is embedded. Never 0.
fn hash_of_text(text: &str) -> u64 {
    long_hash(&[text.as_bytes()]).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled() -> Vectors {
        let mut vectors = Vectors::default();
        vectors.of_embedder("test");
        for (slot, text) in [(0, "sea"), (2, "hill"), (3, "sea")] {
            assert!(vectors.ask(slot, text));
            vectors.set(slot, &[slot as f32, 1.0]).unwrap();
        }
        vectors
    }

    #[test]
    fn what_was_not_asked_for_or_is_gone_is_passed_over() {
        let mut vectors = filled();
        vectors.set(1, &[1.0, 0.0]).unwrap();
        assert!(vectors.ask(1, "late"));
        vectors.remove(1);
        vectors.set(1, &[1.0, 0.0]).unwrap();
        assert_eq!((vectors.len(), vectors.knows(1), vectors.knows(0)), (3, false, true));
        vectors.remove(0);
        assert_eq!((vectors.len(), vectors.knows(0)), (2, false));
        assert!(vectors.ask(4, "other"));
        assert!(vectors.knows(4));
        vectors.give_up();
        assert!(!vectors.knows(4));
        assert_eq!(vectors.cosines(&[1.0]).unwrap_err().code, crate::ErrorCode::Dimension);
        assert!(vectors.cosines(&[0.0, 1.0]).unwrap()[0].is_nan());
        vectors.of_embedder("another");
        assert_eq!(vectors.len(), 0);
        assert!(vectors.cosines(&[1.0]).unwrap().is_empty());
    }

    #[test]
    fn a_cache_gives_equal_texts_their_vectors_in_whatever_slot() {
        let mut vectors = filled();
        assert_eq!(vectors.unsaved(), 3);
        let bytes = vectors.write();
        assert_eq!(vectors.unsaved(), 0);
        let open = |embedder: &str, bytes: &[u8]| {
            let mut vectors = Vectors::default();
            vectors.of_embedder(embedder);
            vectors.read(bytes);
            vectors
        };
        let mut again = open("test", &bytes);
        assert!(!again.ask(9, "hill"));
        assert!(again.ask(1, "valley"));
        assert_eq!(again.cosines(&[2.0, 1.0]).unwrap()[9], vectors.cosines(&[2.0, 1.0]).unwrap()[2]);
        again.settle();
        assert!(again.unsaved() > 0);
        assert!(again.ask(3, "sea"), "what nobody asked for in time is gone");
        // Of another embedder, damaged, cut short.
        let mut damaged = bytes.clone();
        damaged[30] ^= 1;
        for mut vectors in [open("another", &bytes), open("test", &damaged), open("test", &bytes[..40])] {
            assert!(vectors.ask(2, "hill"));
        }
        for length in 0..bytes.len() {
            assert!(read(&bytes[..length], "test").is_none());
        }
    }
}
