//! The text index as bytes: a cache that may be dropped at any time. Whatever is not exactly what [`TextIndex::write`]
//! writes is refused, and the index is built from the log again.
//!
//! Layout, numbers as LEB128: `LTX1`; the number of terms, then each as length and UTF-8, the most frequent first; the
//! number of documents, then each as its key (8 bytes), a byte of the caller's, its length, the number of its terms, and for each the distance
//! to the one before it, doubled, plus one where a frequency above 1 follows; at the end the hash of all before it.

use super::{Entry, MAXIMUM, TextIndex};
use crate::order;
use crate::text::{Hashed, hash_of};

const HEADER: &[u8] = b"LTX1";

impl TextIndex {
    /// The documents in the given slots, each under its key and with a byte of the caller's, as bytes. Equal documents in equal order give equal bytes,
    /// whatever happened to the index before.
    pub(crate) fn write(&self, documents: &[(u64, u8, u32)]) -> Vec<u8> {
        let mut used: Vec<u32> = Vec::new();
        for number in 1..=self.vocabulary.len() as u32 {
            if self.frequency(number) > 0 {
                used.push(number);
            }
        }
        // Frequent terms have small ranks, which are written most often.
        order::sort_by(&mut used, |a, b| {
            let by_frequency = self.frequency(*b).cmp(&self.frequency(*a));
            by_frequency.then_with(|| self.vocabulary.word(*a).cmp(self.vocabulary.word(*b)))
        });
        let mut ranks = vec![0_u32; self.vocabulary.len() + 1];
        let mut bytes = HEADER.to_vec();
        write_number(used.len() as u64, &mut bytes);
        for (rank, number) in used.iter().enumerate() {
            let word = self.vocabulary.word(*number);
            write_number(word.len() as u64, &mut bytes);
            bytes.extend_from_slice(word);
            if let Some(slot) = ranks.get_mut(*number as usize) {
                *slot = rank as u32 + 1;
            }
        }
        write_number(documents.len() as u64, &mut bytes);
        let mut entries: Vec<u32> = Vec::new();
        for (key, flags, slot) in documents {
            bytes.extend_from_slice(&key.to_le_bytes());
            bytes.push(*flags);
            entries.clear();
            for entry in self.documents.get(*slot as usize).map_or(&[][..], |entries| entries) {
                let rank = ranks.get(entry.number() as usize).copied().unwrap_or(0);
                entries.push(Entry::new(rank, entry.frequency()).0);
            }
            order::sort_numbers(&mut entries);
            write_number(u64::from(self.length(*slot)), &mut bytes);
            write_number(entries.len() as u64, &mut bytes);
            let mut before = 0;
            for entry in entries.iter().copied().map(Entry) {
                let more = entry.frequency() > 1;
                write_number(u64::from((entry.number() - before) << 1 | u32::from(more)), &mut bytes);
                if more {
                    write_number(u64::from(entry.frequency()), &mut bytes);
                }
                before = entry.number();
            }
        }
        let hash = hash_of(&bytes);
        bytes.extend_from_slice(&hash.to_le_bytes());
        bytes
    }

    /// The index of the written documents, in slots from 0 on, with their keys and bytes; `None` for anything else.
    pub(crate) fn read(bytes: &[u8]) -> Option<(Self, Vec<(u64, u8)>)> {
        let (content, hash) = bytes.split_last_chunk::<4>()?;
        if hash_of(content) != u32::from_le_bytes(*hash) {
            return None;
        }
        let mut rest = content.strip_prefix(HEADER)?;
        let mut index = Self::default();
        let terms = read_number(&mut rest)?;
        for rank in 1..=terms {
            let length = read_number(&mut rest)?;
            let (word, after) = rest.split_at_checked(length as usize)?;
            rest = after;
            if index.vocabulary.add(Hashed::from(word)) != rank {
                return None;
            }
        }
        let documents = read_number(&mut rest)?;
        let mut keys = Vec::new();
        for slot in 0..documents {
            let (key, after) = rest.split_first_chunk::<8>()?;
            let (flags, after) = after.split_first()?;
            rest = after;
            keys.push((u64::from_le_bytes(*key), *flags));
            let length = read_number(&mut rest)?;
            let count = read_number(&mut rest)?;
            // Each takes a byte at least.
            if count as usize > rest.len() {
                return None;
            }
            let mut entries = Vec::with_capacity(count as usize);
            let mut rank = 0_u32;
            for _ in 0..count {
                let step = read_number(&mut rest)?;
                rank = rank.checked_add(step >> 1).filter(|rank| step > 1 && *rank <= terms)?;
                let frequency = if step & 1 == 1 { read_number(&mut rest)? } else { 1 };
                entries.push(Entry::new(rank, frequency));
            }
            index.put(slot, entries, length as usize);
        }
        rest.is_empty().then_some((index, keys))
    }
}

fn write_number(mut number: u64, bytes: &mut Vec<u8>) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

/// A number up to [`MAXIMUM`] doubled.
fn read_number(bytes: &mut &[u8]) -> Option<u32> {
    let mut number = 0_u32;
    for shift in [0, 7, 14, 21] {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u32::from(byte & 0x7F) << shift;
        if *byte < 0x80 {
            return (number <= 2 * MAXIMUM + 1).then_some(number);
        }
    }
    None
}
