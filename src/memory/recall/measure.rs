//! The index of words by itself, to be measured beside other ones: preparation of texts and BM25, and nothing of what
//! recall does beyond (feature `measure`, never shipped).

use super::analysis::{KnownWords, Terms};
use crate::memory::text_index::{TextIndex, Weighting};
use crate::observe::Packs;
use crate::text::Scan;

const WEIGHTING: Weighting = Weighting { k1: 1.2, b: 0.75 };

/// Texts in one language, and an index over them.
#[derive(Debug)]
pub struct WordSearch {
    packs: Packs,
    language: String,
    texts: Vec<String>,
    index: TextIndex,
    scores: Vec<f32>,
}

impl WordSearch {
    /// Holds texts; nothing is found before [`build`](Self::build).
    pub fn new(packs: Packs, language: &str, texts: Vec<String>) -> Self {
        Self { packs, language: language.to_owned(), texts, index: TextIndex::default(), scores: Vec::new() }
    }

    /// Makes the index afresh; gives the number of different terms.
    pub fn build(&mut self) -> usize {
        self.index = TextIndex::default();
        let language = self.packs.recall_language(&Scan::new(""), Some(&self.language), None);
        let mut known = KnownWords::new(language);
        for (slot, text) in (0..).zip(&self.texts) {
            let terms = Terms::of_known(text, &Scan::new(text), &mut known);
            self.index.set(slot, terms.iter().map(Into::into));
        }
        self.index.terms()
    }

    /// The `most` texts that answer a question best, the best first: the number of each, and its score.
    pub fn search(&mut self, question: &str, most: usize) -> Vec<(u32, f32)> {
        self.scores.clear();
        self.scores.resize(self.texts.len(), 0.0);
        for term in terms(&self.packs, &self.language, question).iter() {
            let number = self.index.number(term.into());
            let weight = self.index.inverse_frequency(self.index.frequency(number));
            self.index.score(number, weight, WEIGHTING, &mut self.scores);
        }
        let mut best: Vec<(u32, f32)> = Vec::with_capacity(most + 1);
        let mut least = 0.0;
        for (slot, score) in (0..).zip(&self.scores) {
            if *score > least {
                let place = best.partition_point(|(_, better)| better >= score);
                best.insert(place, (slot, *score));
                best.truncate(most);
                least = if best.len() < most { 0.0 } else { best.last().map_or(0.0, |(_, last)| *last) };
            }
        }
        best
    }
}

fn terms(packs: &Packs, language: &str, text: &str) -> Terms {
    let scan = Scan::new(text);
    Terms::of_scan(text, &scan, packs.recall_language(&scan, Some(language), None))
}
