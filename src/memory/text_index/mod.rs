//! The text index: which documents hold which terms. It grows and shrinks with the log that it is derived from, one
//! document at a time, and equals at any moment one that is built afresh from the same documents.
//!
//! A *document* is anything that can be recalled by its words: a turn, a fact, an episode, a chunk of a note. Here it
//! is a number, its *slot*; what stands behind the slot is the caller's to know. A *term* is what a word becomes for
//! searching ([`analysis`](super::analysis)).

mod bytes;

use crate::order::sort_numbers;
use crate::text::{Hashed, Words};

/// Frequencies of a term in a document above this count as this: the score of BM25 hardly grows there any more.
const MOST_OCCURRENCES: u32 = 63;
/// Bits of an entry that hold the frequency.
const FREQUENCY_BITS: u32 = 6;
/// The largest slot and the largest number of a term.
pub(crate) const MAXIMUM: u32 = (1 << (32 - FREQUENCY_BITS)) - 1;

/// An inverted index with the terms of each document beside it, so that a document can be taken out again without its
/// text.
#[derive(Debug, Default)]
pub(crate) struct TextIndex {
    /// Terms, numbered from 1.
    vocabulary: Words,
    /// By term: slot and frequency, in the order of the slots.
    postings: Vec<Vec<Entry>>,
    /// By slot: number of the term and frequency, in the order of the numbers. Empty where there is no document.
    documents: Vec<Box<[Entry]>>,
    /// By slot: the sum of the frequencies.
    lengths: Vec<u16>,
    /// Documents that have at least one term.
    count: u32,
    /// The sum of the lengths.
    total: u64,
    /// Terms that no document holds any more.
    unused: usize,
}

/// A number and a frequency in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry(u32);

impl Entry {
    fn new(number: u32, frequency: u32) -> Self {
        Self(number << FREQUENCY_BITS | frequency.min(MOST_OCCURRENCES))
    }

    fn number(self) -> u32 {
        self.0 >> FREQUENCY_BITS
    }

    fn frequency(self) -> u32 {
        self.0 & MOST_OCCURRENCES
    }
}

/// How BM25 weighs frequency (`k1`) and the length of a document (`b`).
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Weighting {
    pub(crate) k1: f32,
    pub(crate) b: f32,
}

impl TextIndex {
    /// Puts the terms of a document, in any order and as often as they occur, in a slot; what was there is gone. No
    /// terms take the document out. Slots above [`MAXIMUM`] hold nothing.
    pub(crate) fn set<'a>(&mut self, slot: u32, terms: impl Iterator<Item = Hashed<'a>>) {
        self.remove(slot);
        if slot > MAXIMUM {
            return;
        }
        let mut numbers: Vec<u32> = Vec::new();
        for term in terms {
            let number = self.vocabulary.add(term);
            if (1..=MAXIMUM).contains(&number) {
                numbers.push(number);
            }
        }
        sort_numbers(&mut numbers);
        let mut entries = Vec::with_capacity(numbers.len());
        let mut rest = &numbers[..];
        while let Some(number) = rest.first() {
            let frequency = rest.iter().take_while(|other| *other == number).count();
            entries.push(Entry::new(*number, frequency as u32));
            rest = rest.get(frequency..).unwrap_or_default();
        }
        self.put(slot, entries, numbers.len());
    }

    /// Takes a document out. Without one in the slot nothing happens.
    pub(crate) fn remove(&mut self, slot: u32) {
        let Some(entries) = self.documents.get_mut(slot as usize).map(std::mem::take) else { return };
        for entry in &entries {
            let Some(postings) = self.postings.get_mut(entry.number() as usize - 1) else { continue };
            if let Ok(index) = postings.binary_search_by(|posting| posting.number().cmp(&slot)) {
                postings.remove(index);
                self.unused += usize::from(postings.is_empty());
            }
        }
        if let Some(length) = self.lengths.get_mut(slot as usize).filter(|_| !entries.is_empty()) {
            self.total -= u64::from(std::mem::take(length));
            self.count -= 1;
        }
    }

    /// Lets go of terms that no document holds any more, so that nothing is left of what was erased.
    pub(crate) fn forget_unused(&mut self) {
        if self.unused == 0 {
            return;
        }
        let words = std::mem::take(&mut self.vocabulary);
        let postings = std::mem::take(&mut self.postings);
        self.documents.iter_mut().for_each(|entries| *entries = Box::default());
        // In the order of the old numbers, so that each document meets its terms in order.
        let mut documents: Vec<Vec<Entry>> = Vec::new();
        documents.resize_with(self.documents.len(), Vec::new);
        for (index, postings) in postings.into_iter().enumerate().filter(|(_, postings)| !postings.is_empty())
        {
            let number = self.vocabulary.add(words.word(index as u32 + 1).into());
            for posting in &postings {
                if let Some(entries) = documents.get_mut(posting.number() as usize) {
                    entries.push(Entry::new(number, posting.frequency()));
                }
            }
            self.postings.push(postings);
        }
        for (slot, entries) in self.documents.iter_mut().zip(documents) {
            *slot = entries.into_boxed_slice();
        }
        self.unused = 0;
    }

    /// The number of a term, 0 when no document ever held it.
    pub(crate) fn number(&self, term: Hashed<'_>) -> u32 {
        self.vocabulary.number(term)
    }

    /// How many terms there are.
    #[cfg(feature = "measure")]
    pub(crate) fn terms(&self) -> usize {
        self.vocabulary.len()
    }

    /// Whether the document in a slot holds a term.
    pub(crate) fn holds(&self, slot: u32, number: u32) -> bool {
        let entries = self.documents.get(slot as usize).map_or(&[][..], |entries| entries);
        entries.binary_search_by(|entry| entry.number().cmp(&number)).is_ok()
    }

    /// How many documents hold a term.
    pub(crate) fn frequency(&self, number: u32) -> usize {
        self.postings_of(number).len()
    }

    /// The weight of a term that so many documents hold: `ln(1 + (n - df + 0.5) / (df + 0.5))`, as in Lucene's BM25.
    pub(crate) fn inverse_frequency(&self, holding: usize) -> f32 {
        let all = f64::from(self.count);
        // Never below 0, also for a caller who counts more than documents.
        let holding = (holding as f64).min(all);
        libm::log(1.0 + (all - holding + 0.5) / (holding + 0.5)) as f32
    }

    /// Adds to the score of every document what a term says for it by BM25 (Robertson and Zaragoza, 2009):
    /// `weight * tf * (k1 + 1) / (tf + k1 * (1 - b + b * length / average))`. `weight` has the inverse frequency in it.
    pub(crate) fn score(&self, number: u32, weight: f32, weighting: Weighting, scores: &mut [f32]) {
        let Weighting { k1, b } = weighting;
        let average = self.total.max(1) as f32 / self.count.max(1) as f32;
        let (base, slope) = (k1 * (1.0 - b), k1 * b / average);
        let weight = weight * (k1 + 1.0);
        for posting in self.postings_of(number) {
            let slot = posting.number() as usize;
            let (Some(score), Some(length)) = (scores.get_mut(slot), self.lengths.get(slot)) else {
                continue;
            };
            let frequency = posting.frequency() as f32;
            *score += weight * frequency / (frequency + base + slope * f32::from(*length));
        }
    }

    /// The sum of the frequencies of a document's terms.
    pub(crate) fn length(&self, slot: u32) -> u32 {
        self.lengths.get(slot as usize).copied().map_or(0, u32::from)
    }

    fn postings_of(&self, number: u32) -> &[Entry] {
        let index = number.checked_sub(1);
        index.and_then(|index| self.postings.get(index as usize)).map_or(&[], |postings| postings)
    }

    /// Puts entries, in the order of their terms, in a free slot.
    fn put(&mut self, slot: u32, entries: Vec<Entry>, length: usize) {
        if entries.is_empty() {
            return;
        }
        for entry in &entries {
            let index = entry.number() as usize - 1;
            if let Some(more) = (index + 1).checked_sub(self.postings.len()) {
                self.postings.resize_with(index + 1, Vec::new);
                self.unused += more;
            }
        }
        for entry in &entries {
            let Some(postings) = self.postings.get_mut(entry.number() as usize - 1) else { continue };
            self.unused -= usize::from(postings.is_empty());
            let posting = Entry::new(slot, entry.frequency());
            // New documents are at the end nearly always.
            if postings.last().is_none_or(|last| last.number() < slot) {
                postings.push(posting);
            } else if let Err(index) = postings.binary_search_by(|posting| posting.number().cmp(&slot)) {
                postings.insert(index, posting);
            }
        }
        let index = slot as usize;
        if index >= self.documents.len() {
            self.documents.resize_with(index + 1, Box::default);
            self.lengths.resize(index + 1, 0);
        }
        let length = u16::try_from(length).unwrap_or(u16::MAX);
        self.documents[index] = entries.into_boxed_slice();
        self.lengths[index] = length;
        self.count += 1;
        self.total += u64::from(length);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const WEIGHTING: Weighting = Weighting { k1: 1.2, b: 0.75 };

    fn set(index: &mut TextIndex, slot: u32, text: &str) {
        index.set(slot, text.split_whitespace().map(Hashed::from));
    }

    /// What BM25 says of every slot, written down once more without an index.
    fn expected(documents: &[String], term: &str) -> Vec<f32> {
        let split: Vec<Vec<&str>> = documents.iter().map(|text| text.split_whitespace().collect()).collect();
        let lengths: Vec<usize> = split.iter().map(Vec::len).filter(|length| *length > 0).collect();
        let holding = split.iter().filter(|words| words.contains(&term)).count() as f64;
        let idf = (1.0 + (lengths.len() as f64 - holding + 0.5) / (holding + 0.5)).ln();
        let average = lengths.iter().sum::<usize>() as f64 / lengths.len().max(1) as f64;
        let score = |words: &Vec<&str>| {
            let tf = words.iter().filter(|word| **word == term).count() as f64;
            let length = words.len() as f64;
            if tf == 0.0 { 0.0 } else { idf * tf * 2.2 / (tf + 1.2 * (0.25 + 0.75 * length / average)) }
        };
        split.iter().map(|words| score(words) as f32).collect()
    }

    fn scores(index: &TextIndex, slots: usize, term: &str) -> Vec<f32> {
        let number = index.number(term.into());
        let mut scores = vec![0.0; slots];
        let weight = index.inverse_frequency(index.frequency(number));
        index.score(number, weight, WEIGHTING, &mut scores);
        scores
    }

    fn text() -> impl Strategy<Value = String> {
        prop_oneof![1 => Just(String::new()), 6 => "([a-f]{1,2} ){0,8}"]
    }

    proptest! {
        #[test]
        fn any_history_gives_the_index_of_what_is_left(
            steps in proptest::collection::vec((0..12_u32, text(), any::<bool>()), 0..60),
        ) {
            let mut index = TextIndex::default();
            let mut documents = vec![String::new(); 12];
            for (slot, text, forget) in steps {
                set(&mut index, slot, &text);
                documents[slot as usize] = text;
                if forget {
                    index.forget_unused();
                }
            }
            let mut fresh = TextIndex::default();
            for (slot, text) in documents.iter().enumerate().rev() {
                set(&mut fresh, slot as u32, text);
            }
            let all: Vec<(u64, u8, u32)> = (0..12).map(|slot| (u64::from(slot) << 40, 3, slot)).collect();
            let bytes = index.write(&all);
            prop_assert_eq!(&bytes, &fresh.write(&all));
            let (read, keys) = TextIndex::read(&bytes).unwrap();
            prop_assert_eq!(keys, all.iter().map(|(key, flags, _)| (*key, *flags)).collect::<Vec<_>>());
            prop_assert_eq!(&bytes, &read.write(&all));
            for term in ["a", "ab", "cc", "f", "none"] {
                let expected = expected(&documents, term);
                for index in [&index, &fresh, &read] {
                    let scores = scores(index, 12, term);
                    let near = scores.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-5);
                    prop_assert!(near, "{term}: {scores:?} {expected:?}");
                }
                prop_assert_eq!(scores(&index, 12, term), scores(&read, 12, term));
            }
        }

        #[test]
        fn no_bytes_make_it_fail(bytes in proptest::collection::vec(any::<u8>(), 0..200), at in 0..200_usize, to: u8) {
            prop_assert!(TextIndex::read(&bytes).is_none());
            let mut index = TextIndex::default();
            set(&mut index, 0, "a b a c");
            set(&mut index, 3, "c d");
            let mut bytes = index.write(&[(1, 0, 0), (2, 0, 3)]);
            let at = at % bytes.len();
            let changed = bytes[at] != to;
            bytes[at] = to;
            prop_assert_eq!(TextIndex::read(&bytes).is_none(), changed);
            // With a hash that fits whatever is in it, it is an index or nothing.
            let content = bytes.len() - 4;
            let hash = crate::text::hash_of(&bytes[..content]);
            bytes[content..].copy_from_slice(&hash.to_le_bytes());
            if let Some((read, keys)) = TextIndex::read(&bytes) {
                let all: Vec<(u64, u8, u32)> = keys.into_iter().zip(0..).map(|((key, flags), slot)| (key, flags, slot)).collect();
                read.write(&all);
            }
        }
    }

    #[test]
    fn nothing_is_left_of_what_was_taken_out() {
        let mut index = TextIndex::default();
        set(&mut index, 0, "lima lives");
        set(&mut index, 1, "cusco lives");
        index.remove(1);
        index.remove(1);
        index.remove(7);
        index.forget_unused();
        assert_eq!((index.count, index.number("cusco".into()), index.vocabulary.len()), (1, 0, 2));
        assert_eq!(index.frequency(index.number("lives".into())), 1);
        let bytes = index.write(&[(9, 0, 0)]);
        assert!(!bytes.windows(5).any(|window| window == b"cusco"));
    }

    #[test]
    fn too_large_a_slot_holds_nothing() {
        let mut index = TextIndex::default();
        set(&mut index, MAXIMUM + 1, "a");
        assert_eq!((index.count, index.number("a".into())), (0, 0));
    }
}
