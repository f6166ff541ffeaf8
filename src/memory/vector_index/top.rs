//! The best of many.

use super::kernel::{self, Block};
use crate::order::sort_by;

/// The rows with the highest scores so far: a heap whose root is the worst of them.
pub(super) struct Top {
    size: usize,
    heap: Vec<(u32, f32)>,
}

impl Top {
    /// Keeps `size` rows.
    pub(super) fn new(size: usize) -> Self {
        Self { size, heap: Vec::with_capacity(size) }
    }

    /// How many rows are kept.
    pub(super) fn size(&self) -> usize {
        self.size
    }

    /// The score of the worst row that is kept, once there are as many as asked for; before, and when none are,
    /// nothing is too bad.
    pub(super) fn bar(&self) -> f32 {
        if self.heap.len() < self.size { -1.0 } else { self.heap.first().map_or(-1.0, |worst| worst.1) }
    }

    /// Takes those of four rows that are better than one of those kept.
    pub(super) fn offer_four(&mut self, slots: [u32; 4], scores: Block) {
        // Bytes of anybody's may hold rows whose scores are no cosines.
        let bar = if self.heap.len() < self.size { f32::NEG_INFINITY } else { self.bar() };
        if kernel::reach(scores, bar) {
            for (slot, score) in slots.into_iter().zip(kernel::floats(scores)) {
                self.offer(slot, score);
            }
        }
    }

    /// Takes a row when it is better than one of those kept; never a score that is not a number.
    pub(super) fn offer(&mut self, slot: u32, score: f32) {
        if self.heap.len() < self.size {
            if !score.is_nan() {
                self.heap.push((slot, clip(score)));
                if self.heap.len() == self.size {
                    for index in (0..self.size / 2).rev() {
                        self.sink(index);
                    }
                }
            }
            return;
        }
        let Some(worst) = self.heap.first_mut() else { return };
        if score >= worst.1 {
            let row = (slot, clip(score));
            if is_worse(*worst, row) {
                *worst = row;
                self.sink(0);
            }
        }
    }

    /// The rows, the best first.
    pub(super) fn into_sorted(mut self) -> Vec<(u32, f32)> {
        sort_by(&mut self.heap, |a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        self.heap
    }

    /// Moves a row down to where nothing below it is worse.
    fn sink(&mut self, mut index: usize) {
        while let Some(row) = self.heap.get(index).copied() {
            let mut worst = (index, row);
            for child in [2 * index + 1, 2 * index + 2] {
                match self.heap.get(child) {
                    Some(other) if is_worse(*other, worst.1) => worst = (child, *other),
                    _ => {}
                }
            }
            if worst.0 == index {
                return;
            }
            self.heap.swap(index, worst.0);
            index = worst.0;
        }
    }
}

/// The order of results, from the other end.
fn is_worse((slot, score): (u32, f32), (other_slot, other): (u32, f32)) -> bool {
    score < other || (score == other && slot > other_slot)
}

/// A cosine as a score, 0..=1.
fn clip(score: f32) -> f32 {
    if score > 0.0 { score.min(1.0) } else { 0.0 }
}
