//! Which of many rows are worth comparing. Two vectors with a small angle between them have the same sign in most
//! elements, and to count where signs differ takes an eighth of the memory and an instruction for 128 of them.
//!
//! How many rows that leaves depends on the rows: where a query has near neighbours, few; where nothing is near, as
//! among random vectors, a sixth. So no number is set: the rows that differ least are compared first, and how similar
//! the worst result then is says how far another may differ that is better.

use super::kernel::{self, Block};
use super::top::Top;
use super::{GROUP, Query, VectorIndex};

/// Blocks of signs of a row at most: the kernel counts in bytes. What a longer vector has beyond is not looked at.
pub(super) const MOST_BLOCKS: usize = 31;

/// Rows that are compared first, for each result and at least.
const FIRST_PER_RESULT: usize = 4;
const FIRST_AT_LEAST: usize = 512;

/// One group in this many says where the first rows end.
const SAMPLED: usize = 16;

/// By how many standard deviations the differing signs of a good row may exceed what its angle makes likely.
const MARGIN: f32 = 1.6;

/// Finds the rows of `top`, nearly all of them.
pub(super) fn search(index: &VectorIndex, query: &Query, top: &mut Top) {
    let stride = index.sign_stride;
    let mut distances = Vec::with_capacity(index.scales.len() / GROUP);
    for rows in index.signs.chunks_exact(GROUP * stride) {
        distances.push(kernel::distances(rows, &query.signs));
    }
    let mut candidates = Candidates { index, query, top, waiting: [0; 4], count: 0 };
    let first = first_distance(&distances, FIRST_AT_LEAST.max(FIRST_PER_RESULT * candidates.top.size()));
    candidates.take(&distances, -1, first);
    candidates.take(&distances, first, i16::MAX);
}

/// The smallest distance within which about `wanted` rows lie.
fn first_distance(distances: &[Block], wanted: usize) -> i16 {
    let (mut low, mut high) = (0, i16::MAX);
    while low < high {
        let middle = low + (high - low) / 2;
        let mut found = 0;
        for numbers in distances.iter().step_by(SAMPLED) {
            found += kernel::between(numbers, -1, middle).count_ones() as usize;
        }
        if found * SAMPLED >= wanted { high = middle } else { low = middle + 1 }
    }
    low
}

/// Rows that are compared, in fours.
struct Candidates<'a> {
    index: &'a VectorIndex,
    query: &'a Query,
    top: &'a mut Top,
    waiting: [u32; 4],
    count: usize,
}

impl Candidates<'_> {
    /// Compares the rows at a distance above `low` and at most `high`, as far as they can be among the results.
    fn take(&mut self, distances: &[Block], low: i16, high: i16) {
        let mut limit = high.min(self.limit());
        for (group, numbers) in distances.iter().enumerate() {
            let mut mask = kernel::between(numbers, low, limit);
            while mask != 0 {
                let slot = group * GROUP + mask.trailing_zeros() as usize;
                mask &= mask - 1;
                if let Some(waiting) = self.waiting.get_mut(self.count) {
                    *waiting = slot as u32;
                    self.count += 1;
                }
                if self.count == self.waiting.len() {
                    self.compare();
                    limit = high.min(self.limit());
                }
            }
        }
        self.compare();
    }

    fn compare(&mut self) {
        let slots = self.waiting.map(|slot| slot as usize);
        let mut scales = [f32::NAN; 4];
        for (scale, slot) in scales.iter_mut().zip(slots).take(self.count) {
            *scale = self.index.scales.get(slot).copied().unwrap_or(f32::NAN);
        }
        let cosines = self.index.four_cosines(self.query, slots.map(|slot| self.index.row(slot)), scales);
        self.top.offer_four(self.waiting, cosines);
        self.count = 0;
    }

    /// How many signs of a row may differ that is better than the worst result. Of n signs about n·angle/π differ.
    fn limit(&self) -> i16 {
        let bar = self.top.bar();
        let signs = self.index.dimension.min(128 * MOST_BLOCKS) as f32;
        // The angle is π/2 - asin(bar), and this much of the series of asin is below it.
        let likely = signs * (0.5 - (bar + bar * bar * bar / 6.0) / std::f32::consts::PI);
        if bar < 0.0 { i16::MAX } else { (likely + MARGIN * signs.sqrt() / 2.0) as i16 }
    }
}
