//! Similar vectors: an index in memory that finds the rows nearest to a query by their cosine.
//!
//! A row takes one byte an element by default ([`Precision::Int8`]): the same ranking within what rounding moves, at a
//! quarter of the memory and three times the speed. The kernels come twice, with the same bits: `simd` for wasm, and
//! `scalar` for everything else. Neither needs `unsafe`, because rows are kept as the vectors that the kernels load.
//!
//! From [`FILTERED_FROM`] rows on, the signs of the elements alone decide which rows are looked at (`filter`).

mod cache;
mod filter;
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
#[path = "scalar.rs"]
mod kernel;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
#[path = "simd.rs"]
mod kernel;
mod quantise;
mod top;

use crate::error::{Error, ErrorCode};
use kernel::Block;
use top::Top;

/// The most elements that a vector may have.
pub const MAX_DIMENSION: usize = 4096;

/// The largest slot is one below this.
pub const MAX_SLOTS: usize = 1 << 22;

/// The rows from which on a search of an `Int8` index looks at signs first. Fewer are all compared.
pub const FILTERED_FROM: usize = 20_000;

/// Rows come in groups: as many as the kernel of the filter takes at once, and two times what the others take.
const GROUP: usize = 8;

/// How exactly rows are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// A byte an element and a scale a row.
    Int8,
    /// Four bytes an element.
    F32,
}

/// Vectors of one dimension, each in a slot: a small number that the caller gives.
///
/// Length is no part of a vector's meaning here: rows and queries are compared by their direction.
#[derive(Clone, Debug)]
pub struct VectorIndex {
    dimension: usize,
    precision: Precision,
    count: usize,
    /// For each slot what its dot product is multiplied with; not a number where there is no row, so that no
    /// comparison lets it through. As many as there are slots, in whole groups.
    scales: Vec<f32>,
    /// `stride` pairs of blocks for each slot.
    rows: Vec<[Block; 2]>,
    /// Pairs of blocks of a row.
    stride: usize,
    /// `sign_stride` blocks for each slot; none with `F32`.
    signs: Vec<Block>,
    /// Blocks of the signs of a row.
    sign_stride: usize,
}

/// A query as the kernels take it.
struct Query {
    blocks: Vec<[[Block; 2]; 2]>,
    signs: Vec<Block>,
    /// What every dot product is multiplied with.
    scale: f32,
}

impl VectorIndex {
    /// An index for vectors of `dimension` elements, 1..=[`MAX_DIMENSION`]; `out_of_range` otherwise.
    pub fn new(dimension: usize, precision: Precision) -> Result<Self, Error> {
        if dimension == 0 || dimension > MAX_DIMENSION {
            let message = "a vector has between 1 and 4096 elements";
            return Err(Error::new(ErrorCode::OutOfRange, message).at("/dimension"));
        }
        let (stride, sign_stride) = match precision {
            Precision::Int8 => (dimension.div_ceil(32), dimension.div_ceil(128).min(filter::MOST_BLOCKS)),
            Precision::F32 => (dimension.div_ceil(8), 0),
        };
        let (scales, rows, signs) = (Vec::new(), Vec::new(), Vec::new());
        Ok(Self { dimension, precision, count: 0, scales, rows, stride, signs, sign_stride })
    }

    /// The elements of a vector.
    #[must_use]
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// How exactly rows are kept.
    #[must_use]
    pub fn precision(&self) -> Precision {
        self.precision
    }

    /// The number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Keeps a vector in a slot, in place of the one that was there. Slots that were skipped take memory too.
    ///
    /// Refuses a vector of another dimension (`dimension`), one with an element that is not finite or a slot from
    /// [`MAX_SLOTS`] on (`out_of_range`), and more than the memory holds (`too_large`); nothing has changed then.
    pub fn set(&mut self, slot: u32, vector: &[f32]) -> Result<(), Error> {
        self.check(vector)?;
        let slot = slot as usize;
        self.reserve(slot)?;
        let precision = self.precision;
        let row = self.row_mut(slot);
        let factor = match precision {
            Precision::Int8 => quantise::row(vector, row.as_flattened_mut()),
            Precision::F32 => quantise::floats(vector, row.as_flattened_mut()),
        };
        self.finish_row(slot, factor);
        Ok(())
    }

    /// Keeps in a slot the vector that another index of the same sort has in one; none when it cannot.
    pub(crate) fn copy(&mut self, slot: u32, other: &Self, from: u32) -> Option<()> {
        let (slot, from) = (slot as usize, from as usize);
        let scale = *other.scales.get(from)?;
        if (self.dimension, self.precision) != (other.dimension, other.precision) || scale.is_nan() {
            return None;
        }
        self.reserve(slot).ok()?;
        self.row_mut(slot).copy_from_slice(other.row(from));
        self.finish_row(slot, scale);
        Some(())
    }

    /// Forgets the vector of a slot; whether there was one.
    pub fn remove(&mut self, slot: u32) -> bool {
        match self.scales.get_mut(slot as usize) {
            Some(scale) if !scale.is_nan() => {
                *scale = f32::NAN;
                self.count -= 1;
                true
            }
            _ => false,
        }
    }

    /// The `k` rows most similar to a query: slots and cosines, clipped to 0..=1, highest first and by slot among
    /// equals. A zero vector is similar to nothing: 0. Refuses a query as [`set`](Self::set) does a vector.
    ///
    /// From [`FILTERED_FROM`] rows on, an `Int8` index misses one in a hundred of them; the scores are exact.
    pub fn search(&self, query: &[f32], k: usize) -> Result<Vec<(u32, f32)>, Error> {
        let query = self.query(query)?;
        let mut top = Top::new(k.min(self.count));
        if self.count >= FILTERED_FROM && self.sign_stride > 0 && top.size() > 0 {
            filter::search(self, &query, &mut top);
        } else if top.size() > 0 {
            self.each_four(&query, |slot, scores| {
                top.offer_four([slot, slot + 1, slot + 2, slot + 3], scores)
            });
        }
        Ok(top.into_sorted())
    }

    /// The cosine of every row to a query, by slot, -1..=1 but for rounding, and 0 of a zero vector: `cosines` becomes at
    /// least as long as the largest slot asks for, and is not a number where there is no row. All rows are compared,
    /// however many they are. Refuses a query as [`set`](Self::set) does a vector.
    pub fn cosines(&self, query: &[f32], cosines: &mut Vec<f32>) -> Result<(), Error> {
        let query = self.query(query)?;
        cosines.clear();
        cosines.reserve(self.scales.len());
        self.each_four(&query, |_, four| cosines.extend_from_slice(&kernel::floats(four)));
        Ok(())
    }

    /// The cosines of all rows, four at a time with the slot of the first; not a number where there is no row.
    fn each_four(&self, query: &Query, mut take: impl FnMut(u32, Block)) {
        let mut slot = 0;
        for (rows, scales) in self.rows.chunks_exact(4 * self.stride).zip(self.scales.chunks_exact(4)) {
            let (front, back) = rows.split_at(2 * self.stride);
            let ((a, b), (c, d)) = (front.split_at(self.stride), back.split_at(self.stride));
            let Some(scales) = scales.first_chunk() else { break };
            take(slot, self.four_cosines(query, [a, b, c, d], *scales));
            slot += 4;
        }
    }

    /// The cosines of four rows.
    fn four_cosines(&self, query: &Query, rows: [&[[Block; 2]]; 4], scales: [f32; 4]) -> Block {
        let dots = match self.precision {
            Precision::Int8 => kernel::dot_pairs(rows, &query.blocks),
            Precision::F32 => kernel::dot_floats(rows, query.blocks.as_flattened()),
        };
        kernel::scaled(dots, scales, query.scale)
    }

    fn query(&self, vector: &[f32]) -> Result<Query, Error> {
        self.check(vector)?;
        let zero = kernel::block([0; 16]);
        let (blocks, signs) = (vec![[[zero; 2]; 2]; self.stride], vec![zero; self.sign_stride]);
        let mut query = Query { blocks, signs, scale: 1.0 };
        match self.precision {
            Precision::Int8 => {
                query.scale = quantise::query(vector, query.blocks.as_flattened_mut());
                quantise::query_signs(vector, &mut query.signs);
            }
            Precision::F32 => {
                query.scale = quantise::floats(vector, query.blocks.as_flattened_mut().as_flattened_mut())
            }
        }
        Ok(query)
    }

    fn check(&self, vector: &[f32]) -> Result<(), Error> {
        if vector.len() != self.dimension {
            let message = "the vector has another dimension than the index";
            let hint = "vectors of one index come from one embedder; another one needs an index of its own";
            return Err(Error::new(ErrorCode::Dimension, message).hint(hint));
        }
        if vector.iter().any(|element| !element.is_finite()) {
            return Err(Error::new(ErrorCode::OutOfRange, "an element of the vector is not a finite number"));
        }
        Ok(())
    }

    /// Makes room for a slot.
    fn reserve(&mut self, slot: usize) -> Result<(), Error> {
        if slot >= MAX_SLOTS {
            return Err(Error::new(ErrorCode::OutOfRange, "the slot is too large").at("/slot"));
        }
        let slots = (slot / GROUP + 1) * GROUP;
        if slots <= self.scales.len() {
            return Ok(());
        }
        let zero = kernel::block([0; 16]);
        let is_reserved = reserve(&mut self.rows, slots * self.stride)
            && reserve(&mut self.signs, slots * self.sign_stride)
            && reserve(&mut self.scales, slots);
        if !is_reserved {
            return Err(no_memory());
        }
        self.rows.resize(slots * self.stride, [zero; 2]);
        self.signs.resize(slots * self.sign_stride, zero);
        self.scales.resize(slots, f32::NAN);
        Ok(())
    }

    fn row(&self, slot: usize) -> &[[Block; 2]] {
        self.rows.get(slot * self.stride..(slot + 1) * self.stride).unwrap_or_default()
    }

    fn row_mut(&mut self, slot: usize) -> &mut [[Block; 2]] {
        self.rows.get_mut(slot * self.stride..(slot + 1) * self.stride).unwrap_or_default()
    }

    /// Notes what goes with a row that was written: its scale, and its signs as they are kept.
    fn finish_row(&mut self, slot: usize, factor: f32) {
        if let Some(scale) = self.scales.get_mut(slot) {
            self.count += usize::from(scale.is_nan() && !factor.is_nan());
            *scale = factor;
        }
        let row = self.rows.get(slot * self.stride..(slot + 1) * self.stride).unwrap_or_default();
        let signs = self.signs.get_mut(slot * self.sign_stride..(slot + 1) * self.sign_stride);
        quantise::row_signs(row.as_flattened(), signs.unwrap_or_default());
    }
}

fn reserve<T>(blocks: &mut Vec<T>, length: usize) -> bool {
    blocks.try_reserve(length.saturating_sub(blocks.len())).is_ok()
}

fn no_memory() -> Error {
    Error::new(ErrorCode::TooLarge, "there is no memory for that many vectors")
}

#[cfg(test)]
mod tests;
