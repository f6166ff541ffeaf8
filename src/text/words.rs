//! Numbers for words.

/// Words numbered from 1 in the order in which they are added.
///
/// A hash table of our own: the standard library's is compiled anew for every type and brings a keyed hash, which
/// costs more than looking a short word up. The words come from language packs and templates, not from messages.
#[derive(Clone, Debug, Default)]
pub(crate) struct Words {
    /// All words, one after the other.
    bytes: Vec<u8>,
    /// Where each word ends.
    ends: Vec<u32>,
    /// Numbers by hash, 0 = free: twice as many places as words or more, a power of two.
    table: Vec<u32>,
}

impl Words {
    /// The number of a word; 0 when it was not added.
    pub(crate) fn number(&self, word: &str) -> u32 {
        self.find(word.as_bytes()).map_or(0, |(_, number)| number)
    }

    /// The number of a word, which is added when it is new; 0 when the table is full.
    pub(crate) fn add(&mut self, word: &str) -> u32 {
        if self.table.len() <= 2 * self.ends.len() {
            self.grow();
        }
        let (Some((place, 0)), Ok(end)) =
            (self.find(word.as_bytes()), u32::try_from(self.bytes.len() + word.len()))
        else {
            return self.number(word);
        };
        self.bytes.extend_from_slice(word.as_bytes());
        self.ends.push(end);
        let number = self.ends.len() as u32;
        if let Some(slot) = self.table.get_mut(place) {
            *slot = number;
        }
        number
    }

    fn grow(&mut self) {
        self.table = vec![0; (2 * self.table.len()).max(64)];
        for number in 1..=self.ends.len() as u32 {
            let mut place = self.place(self.word(number));
            while self.table.get(place).is_some_and(|other| *other != 0) {
                place = self.after(place);
            }
            if let Some(slot) = self.table.get_mut(place) {
                *slot = number;
            }
        }
    }

    /// The place of a word in the table and what stands there: its number, or 0.
    fn find(&self, word: &[u8]) -> Option<(usize, u32)> {
        let mut place = self.place(word);
        loop {
            let number = *self.table.get(place)?;
            if number == 0 || self.word(number) == word {
                return Some((place, number));
            }
            place = self.after(place);
        }
    }

    fn word(&self, number: u32) -> &[u8] {
        let index = number as usize;
        let start = index.checked_sub(2).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        let end = index.checked_sub(1).and_then(|last| self.ends.get(last)).copied().unwrap_or(0);
        self.bytes.get(start as usize..end as usize).unwrap_or_default()
    }

    /// Where the search for a word begins: FNV-1a.
    fn place(&self, word: &[u8]) -> usize {
        let mut hash = 0x811C_9DC5_u32;
        for byte in word {
            hash = (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193);
        }
        (hash ^ (hash >> 15)) as usize & self.table.len().wrapping_sub(1)
    }

    fn after(&self, place: usize) -> usize {
        (place + 1) & (self.table.len() - 1)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn words_are_numbered_in_the_order_of_adding(
            words in proptest::collection::vec("[a-cé]{0,3}", 0..300),
            other in "[a-dé]{0,4}",
        ) {
            let mut table = Words::default();
            let mut numbers: HashMap<String, u32> = HashMap::new();
            prop_assert_eq!(table.number(&other), 0);
            for word in words {
                let next = numbers.len() as u32 + 1;
                let number = *numbers.entry(word.clone()).or_insert(next);
                prop_assert_eq!(table.add(&word), number);
            }
            for (word, number) in &numbers {
                prop_assert_eq!(table.number(word), *number);
            }
            prop_assert_eq!(table.number(&other), numbers.get(&other).copied().unwrap_or(0));
        }
    }
}
