//! Phrases: token sequences that match whole tokens at consecutive positions, whatever stands between them.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::Scan;

/// A sequence of folded tokens.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Phrase(Box<[Box<str>]>);

impl Phrase {
    /// The tokens of `text` as a phrase. A text without a token is a phrase that matches nowhere.
    pub fn new(text: &str) -> Self {
        Self(Scan::new(text).words().map(Into::into).collect())
    }

    /// How many tokens it has.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether it has no token.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether it stands in `scan` from token `at` on.
    pub fn matches_at(&self, scan: &Scan, at: usize) -> bool {
        !self.is_empty()
            && at + self.len() <= scan.len()
            && self.0.iter().enumerate().all(|(index, word)| scan.word(at + index) == word.as_ref())
    }

    /// The tokens at which it begins, overlapping occurrences included.
    pub fn find<'a>(&'a self, scan: &'a Scan) -> impl Iterator<Item = usize> + 'a {
        (0..scan.len()).filter(|at| self.matches_at(scan, *at))
    }
}

/// Values by phrase, prepared so that a text of n tokens is matched against all phrases in about n steps.
#[derive(Clone, Debug)]
pub struct PhraseMap<V> {
    /// Number of each word that occurs in a phrase; 0 stands for all other words.
    words: HashMap<Box<str>, u32, BuildHasherDefault<WordHasher>>,
    /// A tree of word numbers; node 0 is the root.
    nodes: Vec<Node>,
    /// The root's child for each word number; 0 = none. A table, because every token asks the root.
    first: Vec<u32>,
    values: Vec<V>,
}

#[derive(Clone, Debug, Default)]
struct Node {
    /// Sorted by word number.
    children: Vec<(u32, u32)>,
    value: Option<u32>,
}

impl<V> Default for PhraseMap<V> {
    fn default() -> Self {
        Self { words: HashMap::default(), nodes: vec![Node::default()], first: vec![0], values: Vec::new() }
    }
}

impl<V: Default> PhraseMap<V> {
    /// The value of a phrase, made by `Default` when there is none yet; `None` for a phrase without a token.
    pub fn entry(&mut self, phrase: &Phrase) -> Option<&mut V> {
        let mut node = 0_usize;
        for word in &phrase.0 {
            let next_number = u32::try_from(self.words.len()).ok()?.checked_add(1)?;
            let number = *self.words.entry(word.clone()).or_insert(next_number);
            node = self.child_or_new(node, number)?;
        }
        if node == 0 {
            return None;
        }
        let slot = &mut self.nodes.get_mut(node)?.value;
        if slot.is_none() {
            *slot = u32::try_from(self.values.len()).ok();
            self.values.push(V::default());
        }
        let index = (*slot)?;
        self.values.get_mut(index as usize)
    }
}

impl<V> PhraseMap<V> {
    /// The number of a word, for [`PhraseMap::matches`]; 0 when no phrase holds it.
    pub fn number(&self, word: &str) -> u32 {
        self.words.get(word).copied().unwrap_or(0)
    }

    /// The numbers of all words of a text.
    pub fn numbers(&self, scan: &Scan) -> Vec<u32> {
        scan.words().map(|word| self.number(word)).collect()
    }

    /// The phrases that begin at token `at`, shortest first: their lengths in tokens and their values.
    pub fn matches<'m>(&'m self, numbers: &[u32], at: usize) -> impl Iterator<Item = (usize, &'m V)> {
        let mut node = 0_usize;
        let mut length = 0;
        std::iter::from_fn(move || {
            loop {
                let number = *numbers.get(at + length)?;
                node = self.child(node, number)?;
                length += 1;
                if let Some(value) = self.nodes.get(node)?.value {
                    return Some((length, self.values.get(value as usize)?));
                }
            }
        })
    }

    fn child(&self, node: usize, number: u32) -> Option<usize> {
        let next = if node == 0 {
            *self.first.get(number as usize)?
        } else {
            let children = &self.nodes.get(node)?.children;
            let index = children.binary_search_by_key(&number, |(word, _)| *word).ok()?;
            children.get(index)?.1
        };
        (next != 0).then_some(next as usize)
    }

    fn child_or_new(&mut self, node: usize, number: u32) -> Option<usize> {
        if let Some(child) = self.child(node, number) {
            return Some(child);
        }
        let child = u32::try_from(self.nodes.len()).ok()?;
        self.nodes.push(Node::default());
        if node == 0 {
            let index = number as usize;
            if self.first.len() <= index {
                self.first.resize(index + 1, 0);
            }
            *self.first.get_mut(index)? = child;
        } else {
            let children = &mut self.nodes.get_mut(node)?.children;
            let index = children.partition_point(|(word, _)| *word < number);
            children.insert(index, (number, child));
        }
        Some(child as usize)
    }
}

/// FNV-1a: words are short and the table never grows while a text is read, so a keyed hash would only cost.
#[derive(Clone)]
struct WordHasher(u64);

impl Default for WordHasher {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for WordHasher {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn finish(&self) -> u64 {
        // The table takes its control bits from the top, where short words differ least.
        self.0 ^ (self.0 >> 29)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_phrase_matches_whole_tokens_across_punctuation() {
        let found = |phrase: &str, text: &str| Phrase::new(phrase).find(&Scan::new(text)).collect::<Vec<_>>();
        assert_eq!(found("Panic attack", "a panic-attack? A panic,\nattack"), [3]);
        assert_eq!(found("sad", "sadist, sad, SÁD"), [1, 2]);
        assert_eq!(found("no no", "no no no"), [0, 1]);
        assert_eq!(found("", "anything"), Vec::<usize>::new());
        assert_eq!(found("!!!", "!!!"), Vec::<usize>::new());
    }

    #[test]
    fn a_map_yields_every_phrase_that_begins_at_a_token() {
        let mut map = PhraseMap::<u32>::default();
        for (value, phrase) in [(1, "so"), (2, "so so"), (3, "so so so bad")] {
            *map.entry(&Phrase::new(phrase)).expect("has tokens") = value;
        }
        assert!(map.entry(&Phrase::new("...")).is_none());
        let matches = |text: &str, at| {
            let numbers = map.numbers(&Scan::new(text));
            map.matches(&numbers, at).map(|(length, value)| (length, *value)).collect::<Vec<_>>()
        };
        assert_eq!(matches("so so so bad", 0), [(1, 1), (2, 2), (4, 3)]);
        assert_eq!(matches("so so so bad", 2), [(1, 1)]);
        assert_eq!(matches("bad", 0), []);
        assert_eq!(matches("", 7), []);
    }

    proptest! {
        #[test]
        fn a_map_finds_what_its_phrases_find(
            phrases in proptest::collection::vec("[ab]( [ab]){0,3}", 0..12),
            text in "[abc]( [abc]){0,20}",
        ) {
            let mut map = PhraseMap::<String>::default();
            for phrase in &phrases {
                if let Some(value) = map.entry(&Phrase::new(phrase)) {
                    value.clone_from(phrase);
                }
            }
            let scan = Scan::new(&text);
            let numbers = map.numbers(&scan);
            for at in 0..scan.len() {
                let found: Vec<_> = map.matches(&numbers, at).map(|(_, value)| value.clone()).collect();
                let mut expected: Vec<_> =
                    phrases.iter().filter(|phrase| Phrase::new(phrase).matches_at(&scan, at)).cloned().collect();
                expected.sort_by_key(String::len);
                expected.dedup();
                prop_assert_eq!(found, expected);
            }
        }
    }
}
