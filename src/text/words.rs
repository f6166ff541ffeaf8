//! Numbers for words.

/// Words numbered from 1 in the order in which they are added.
///
/// A hash table of our own: the standard library's is compiled anew for every type and brings a keyed hash, which
/// costs more than looking a short word up. The words come from language packs and templates, not from messages.
#[derive(Clone, Debug, Default)]
pub(crate) struct Words {
    /// All words, one after the other.
    bytes: Vec<u8>,
    /// Where each word ends, and its hash.
    ends: Vec<(u32, u32)>,
    /// Numbers by hash, 0 = free: twice as many places as words or more, a power of two.
    table: Vec<u32>,
}

/// A word and its hash: whoever looks it up in several tables reads its letters once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hashed<'a> {
    pub(super) word: &'a [u8],
    pub(super) hash: u32,
}

impl<'a> Hashed<'a> {
    /// The word itself.
    pub(crate) fn word(self) -> &'a [u8] {
        self.word
    }
}

/// The hash of no letter.
pub(super) const EMPTY_HASH: u32 = 0x811C_9DC5;

/// The hash (FNV-1a) of a word and of what follows it.
pub(super) fn hash(mut hash: u32, following: &[u8]) -> u32 {
    for byte in following {
        hash = (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193);
    }
    hash
}

/// The long hash (FNV-1a, 64 bits) of some parts, one behind the other.
pub(crate) fn long_hash(parts: &[&[u8]]) -> u64 {
    let mut hash = 0xCBF2_9CE4_8422_2325_u64;
    for byte in parts.iter().copied().flatten() {
        hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3);
    }
    hash
}

/// The hash of a whole.
pub(crate) fn hash_of(bytes: &[u8]) -> u32 {
    hash(EMPTY_HASH, bytes)
}

impl<'a> From<&'a str> for Hashed<'a> {
    fn from(word: &'a str) -> Self {
        word.as_bytes().into()
    }
}

impl<'a> From<&'a [u8]> for Hashed<'a> {
    fn from(word: &'a [u8]) -> Self {
        Self { word, hash: hash(EMPTY_HASH, word) }
    }
}

impl Words {
    /// The number of a word; 0 when it was not added.
    pub(crate) fn number(&self, word: Hashed<'_>) -> u32 {
        self.find(word).map_or(0, |(_, number)| number)
    }

    /// The number of a word, which is added when it is new; 0 when the table is full.
    pub(crate) fn add(&mut self, word: Hashed<'_>) -> u32 {
        if self.table.len() <= 2 * self.ends.len() {
            self.grow();
        }
        let (Some((place, 0)), Ok(end)) =
            (self.find(word), u32::try_from(self.bytes.len() + word.word.len()))
        else {
            return self.number(word);
        };
        self.bytes.extend_from_slice(word.word);
        self.ends.push((end, word.hash));
        let number = self.ends.len() as u32;
        if let Some(slot) = self.table.get_mut(place) {
            *slot = number;
        }
        number
    }

    /// The word with a number; empty for a number that there is not.
    pub(crate) fn word(&self, number: u32) -> &[u8] {
        let Some(index) = (number as usize).checked_sub(1) else { return &[] };
        let Some((end, _)) = self.ends.get(index) else { return &[] };
        let start = index.checked_sub(1).and_then(|before| self.ends.get(before)).map_or(0, |(end, _)| *end);
        self.bytes.get(start as usize..*end as usize).unwrap_or_default()
    }

    /// How many words there are.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    fn grow(&mut self) {
        self.table = vec![0; (2 * self.table.len()).max(64)];
        for (index, (_, hash)) in self.ends.iter().enumerate() {
            let mut place = self.place(*hash);
            while self.table.get(place).is_some_and(|other| *other != 0) {
                place = self.after(place);
            }
            if let Some(slot) = self.table.get_mut(place) {
                *slot = index as u32 + 1;
            }
        }
    }

    /// The place of a word in the table and what stands there: its number, or 0.
    fn find(&self, word: Hashed<'_>) -> Option<(usize, u32)> {
        let mut place = self.place(word.hash);
        loop {
            let number = *self.table.get(place)?;
            let Some(index) = (number as usize).checked_sub(1) else { return Some((place, 0)) };
            let (_, hash) = *self.ends.get(index)?;
            if hash == word.hash && self.word(number) == word.word {
                return Some((place, number));
            }
            place = self.after(place);
        }
    }

    /// Where the search for a hash begins.
    fn place(&self, hash: u32) -> usize {
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
            prop_assert_eq!(table.number(other.as_str().into()), 0);
            for word in words {
                let next = numbers.len() as u32 + 1;
                let number = *numbers.entry(word.clone()).or_insert(next);
                prop_assert_eq!(table.add(word.as_str().into()), number);
                prop_assert_eq!(table.word(number), word.as_bytes());
            }
            for (word, number) in &numbers {
                prop_assert_eq!(table.number(word.as_str().into()), *number);
            }
            prop_assert_eq!(table.number(other.as_str().into()), numbers.get(&other).copied().unwrap_or(0));
        }
    }
}
