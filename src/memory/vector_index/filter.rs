//! Which of many rows are worth comparing, by estimates of their cosines from their sketches.
//!
//! How many that is depends on the rows: where a query has near neighbours, few; where nothing is near, as among random
//! vectors, more. So no number is set: the rows with the best estimates are compared first, and how similar the worst
//! result then is says how good the estimate of another must be that is better. All rows are estimated by their signs,
//! and those that might be good enough by both planes: of random rows, one in fifteen, and one in a hundred then.

use super::fit::{Fit, Sample};
use super::kernel::{self, Block};
use super::sketch::{self, Tables, WIDTH};
use super::top::Top;
use super::{MAX_SLOTS, Query, VectorIndex};

/// One row in this many groups that are sampled: four of each, some 256 in all.
const GROUPS_SAMPLED: usize = 64;

/// By how many standard deviations the estimate of a good row may be too low: by signs, and by both planes.
const MARGIN: f64 = 2.4;
const MARGIN_BOTH: f64 = 2.75;

/// By how many standard deviations the estimates of the rows that are compared first exceed the mean.
const FIRST: f64 = 2.5;

/// A slot without a row.
const NONE: u32 = MAX_SLOTS as u32;

/// Finds the rows of `top`, nearly all of them.
pub(super) fn search(index: &VectorIndex, query: &Query, top: &mut Top) {
    let tables = sketch::tables(query);
    let [signs, _] = &index.planes;
    let zero = [kernel::block([0; 16]); 2];
    let mut estimates = Vec::with_capacity(index.scales.len() / WIDTH + 1);
    for bits in signs.chunks_exact(index.stride) {
        estimates.push(kernel::sums(&zero, bits, &tables));
    }
    let step = index.count / (GROUPS_SAMPLED * WIDTH) + 1;
    let mut candidates = Candidates { index, query, tables, step, top, slots: [NONE; 4], count: 0 };
    let fits = candidates.learn(&estimates);
    let [by_signs, _] = &fits;
    let first = by_signs.above(FIRST);
    candidates.take(&estimates, &fits, first, i16::MAX);
    candidates.take(&estimates, &fits, i16::MIN, first);
}

/// Rows that are compared, in fours.
struct Candidates<'a> {
    index: &'a VectorIndex,
    query: &'a Query,
    tables: Vec<Tables>,
    /// One group in this many is in the sample.
    step: usize,
    top: &'a mut Top,
    slots: [u32; 4],
    count: usize,
}

impl Candidates<'_> {
    /// Compares a sample of rows, and learns from it how their cosines go together with estimates by signs, and with
    /// those by both planes.
    fn learn(&mut self, by_signs: &[[Block; 2]]) -> [Fit; 2] {
        let (mut signs, mut both) = (Sample::default(), Sample::default());
        for (group, by_signs) in by_signs.iter().enumerate().step_by(self.step) {
            let slot = (group * WIDTH) as u32;
            self.slots = [slot, slot + 1, slot + 2, slot + 3];
            let cosines = kernel::floats(self.compare());
            signs.add(cosines, kernel::floats(kernel::first_four(by_signs)));
            both.add(cosines, kernel::floats(kernel::first_four(&self.by_both(group, by_signs))));
        }
        [signs.fit(), both.fit()]
    }

    /// The estimates of a group by both planes.
    fn by_both(&self, group: usize, by_signs: &[Block; 2]) -> [Block; 2] {
        let ([_, plane], stride) = (&self.index.planes, self.index.stride);
        let bits = plane.get(group * stride..(group + 1) * stride).unwrap_or_default();
        kernel::sums(by_signs, bits, &self.tables)
    }

    /// Compares the rows whose estimate by signs is at least `low` and below `high`, as far as they can be among the
    /// results.
    fn take(&mut self, by_signs: &[[Block; 2]], fits: &[Fit; 2], low: i16, high: i16) {
        let mut limits = self.limits(fits);
        let mut sampled = 0;
        for (group, by_signs) in by_signs.iter().enumerate() {
            let [limit, limit_both] = limits;
            let mut mask = kernel::between(by_signs, low.max(limit), high);
            if group == sampled {
                sampled += self.step;
                // Those were compared.
                mask &= !0b1111;
            }
            if mask == 0 {
                continue;
            }
            mask &= kernel::between(&self.by_both(group, by_signs), limit_both, i16::MAX);
            while mask != 0 {
                if let Some(waiting) = self.slots.get_mut(self.count) {
                    *waiting = (group * WIDTH) as u32 + mask.trailing_zeros();
                    self.count += 1;
                }
                mask &= mask - 1;
                if self.count == self.slots.len() {
                    self.compare();
                    limits = self.limits(fits);
                }
            }
        }
        self.compare();
    }

    /// The estimates, by signs and by both planes, of a row as similar as the worst result.
    fn limits(&self, [by_signs, by_both]: &[Fit; 2]) -> [i16; 2] {
        let bar = self.top.bar();
        [by_signs.limit(bar, MARGIN), by_both.limit(bar, MARGIN_BOTH)]
    }

    /// Compares the rows that wait, and gives their cosines.
    fn compare(&mut self) -> Block {
        let cosines = self.index.cosines_of(self.query, self.slots);
        self.top.offer_four(self.slots, cosines);
        (self.slots, self.count) = ([NONE; 4], 0);
        cosines
    }
}
