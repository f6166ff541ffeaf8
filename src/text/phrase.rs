//! Phrases: token sequences that match whole tokens at consecutive positions, whatever stands between them.

use super::Scan;
use super::words::{Hashed, Words};
use crate::list::List;

/// A sequence of folded tokens.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Phrase(Box<[Box<str>]>);

impl Phrase {
    /// The tokens of `text` as a phrase. A text without a token is a phrase that matches nowhere.
    pub fn new(text: &str) -> Self {
        Self(Scan::new(text).words().map(Into::into).list().into())
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
    tree: Tree,
    /// By the number that the tree gives a phrase.
    values: Vec<V>,
}

impl<V> Default for PhraseMap<V> {
    fn default() -> Self {
        Self { tree: Tree::default(), values: Vec::new() }
    }
}

impl<V: Default> PhraseMap<V> {
    /// The value of a phrase, made by `Default` when there is none yet; `None` for a phrase without a token.
    pub fn entry(&mut self, phrase: &Phrase) -> Option<&mut V> {
        let number = self.tree.add(phrase)?;
        if number == self.values.len() {
            self.values.push(V::default());
        }
        self.values.get_mut(number)
    }
}

impl<V> PhraseMap<V> {
    /// The number of a word, for [`PhraseMap::matches`]; 0 when no phrase holds it.
    pub(crate) fn number(&self, word: Hashed<'_>) -> u32 {
        self.tree.words.number(word)
    }

    /// The numbers of all words of a text.
    pub fn numbers(&self, scan: &Scan) -> Vec<u32> {
        scan.hashed_words().map(|word| self.number(word)).collect()
    }

    /// The phrases that begin at token `at`, shortest first: their lengths in tokens and their values.
    pub fn matches<'m>(&'m self, numbers: &[u32], at: usize) -> impl Iterator<Item = (usize, &'m V)> {
        let mut walk = Walk { rest: numbers.get(at..).unwrap_or_default(), node: 0, length: 0 };
        std::iter::from_fn(move || {
            let number = self.tree.next(&mut walk)?;
            Some((walk.length, self.values.get(number)?))
        })
    }
}

/// The phrases of a map, each with a number: 0, 1, ... in the order of adding.
#[derive(Clone, Debug)]
struct Tree {
    /// The words of all phrases.
    words: Words,
    /// Node 0 is the root.
    nodes: Vec<Node>,
    /// The root's child for each word number; 0 = none. A table, because every token asks the root.
    first: Vec<u32>,
    /// How many phrases there are.
    count: usize,
}

#[derive(Clone, Debug, Default)]
struct Node {
    /// Word numbers, ascending, and the nodes that they lead to.
    children: Vec<(u32, u32)>,
    /// The number of the phrase that ends here.
    phrase: Option<usize>,
}

/// A way down the tree.
struct Walk<'n> {
    /// The numbers of the words that come next.
    rest: &'n [u32],
    node: u32,
    /// How many words were read.
    length: usize,
}

impl Default for Tree {
    fn default() -> Self {
        Self { words: Words::default(), nodes: vec![Node::default()], first: Vec::new(), count: 0 }
    }
}

impl Tree {
    /// The number of a phrase, known or new.
    fn add(&mut self, phrase: &Phrase) -> Option<usize> {
        let mut node = 0;
        for word in &phrase.0 {
            let number = self.words.add((&**word).into());
            node = match self.child(node, number) {
                0 => self.add_child(node, number)?,
                child => child,
            };
        }
        if node == 0 {
            return None;
        }
        let number = &mut self.nodes.get_mut(node as usize)?.phrase;
        if number.is_none() {
            *number = Some(self.count);
            self.count += 1;
        }
        *number
    }

    /// Goes on to the end of the next phrase.
    fn next(&self, walk: &mut Walk<'_>) -> Option<usize> {
        while let Some((number, rest)) = walk.rest.split_first() {
            walk.node = self.child(walk.node, *number);
            if walk.node == 0 {
                break;
            }
            walk.rest = rest;
            walk.length += 1;
            let phrase = self.nodes.get(walk.node as usize)?.phrase;
            if phrase.is_some() {
                return phrase;
            }
        }
        walk.rest = &[];
        None
    }

    /// The child of a node for a word; 0 when there is none.
    fn child(&self, node: u32, number: u32) -> u32 {
        if node == 0 {
            return self.first.get(number as usize).copied().unwrap_or(0);
        }
        let children = self.nodes.get(node as usize).map_or(&[][..], |node| &node.children);
        let index = children.partition_point(|(word, _)| *word < number);
        children.get(index).filter(|(word, _)| *word == number).map_or(0, |(_, child)| *child)
    }

    fn add_child(&mut self, node: u32, number: u32) -> Option<u32> {
        let child = u32::try_from(self.nodes.len()).ok()?;
        self.nodes.push(Node::default());
        if node == 0 {
            let index = number as usize;
            if self.first.len() <= index {
                self.first.resize(index + 1, 0);
            }
            *self.first.get_mut(index)? = child;
        } else {
            let children = &mut self.nodes.get_mut(node as usize)?.children;
            let index = children.partition_point(|(word, _)| *word < number);
            children.insert(index, (number, child));
        }
        Some(child)
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
