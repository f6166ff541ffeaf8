//! The search of an index that keeps floating point numbers: the same results as if all of them were compared.
//!
//! A quarter of the memory says almost as much. A row's bytes give its cosine up to a known error, so only rows that
//! come near enough to the worst result by their bytes can be among the results, and only those are compared as they
//! are: of ten thousand a few dozen. What takes the time otherwise is to read all of them.

use super::kernel::{self, Block};
use super::top::Top;
use super::{Query, VectorIndex, quantise};

/// Finds the rows that are nearest by their floating point numbers.
pub(super) fn search(index: &VectorIndex, query: &Query, top: &mut Top) {
    let mut rough: Vec<([u32; 4], Block)> = Vec::with_capacity(index.scales.len() / 4);
    let mut nearest = Top::new(top.size());
    index.each_four(query, |slots, cosines| {
        nearest.offer_four(slots, cosines);
        rough.push((slots, cosines));
    });
    let error = error(index);
    // As many rows as are asked for have at least this cosine.
    let reached = nearest.bar() - error;
    // Scores end at 0: where a result can have that one, the slot decides, and nothing is too bad.
    let limit = if reached > 0.0 { reached - error } else { f32::NEG_INFINITY };
    for (slots, cosines) in rough {
        if kernel::reach(cosines, limit) {
            top.offer_four(slots, index.exact_cosines(query, slots));
        }
    }
}

/// How far a cosine by the bytes can be from the one by floating point numbers: |r·q - r'·q'| is at most
/// |r - r'| |q| + |r'| |q - q'|, and both have length 1. What |r'| is longer, and what each addition of either rounds,
/// is less than the last summand.
fn error(index: &VectorIndex) -> f32 {
    let scale = index.scales.iter().copied().fold(0.0, f32::max);
    let dimension = index.dimension as f32;
    quantise::row_error(scale, dimension) * (1.0 + quantise::query_error(dimension))
        + quantise::query_error(dimension)
        + f32::EPSILON * dimension
}
