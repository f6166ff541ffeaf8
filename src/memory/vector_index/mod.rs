//! Similar vectors: an index in memory that finds the rows nearest to a query by their cosine.
//!
//! A row takes one byte an element by default ([`Precision::Int8`]): the same ranking within what rounding moves, at a
//! fifth of the memory. The kernels come twice, with the same bits: `simd` for wasm, and `scalar` for everything else.
//! Neither needs `unsafe`, because rows are kept as the vectors that the kernels load.
//!
//! From [`FILTERED_FROM`] rows on, two bits an element decide which rows are looked at (`filter`, by `sketch` and `fit`).
//! With [`Precision::F32`] the bytes decide which floating point numbers are looked at (`exact`).

mod cache;
mod exact;
mod filter;
mod fit;
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
#[path = "scalar.rs"]
mod kernel;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
#[path = "simd.rs"]
mod kernel;
mod quantise;
mod sketch;
mod top;

use crate::error::{Error, ErrorCode};
use kernel::Block;
use sketch::{Plane, WIDTH};
use top::Top;

/// The most elements that a vector may have.
pub const MAX_DIMENSION: usize = 4096;

/// The largest slot is one below this.
pub const MAX_SLOTS: usize = 1 << 22;

/// The rows from which on a search of an `Int8` index looks at sketches first. Fewer are all compared.
pub const FILTERED_FROM: usize = 20_000;

/// Rows come in groups: two times what the kernels that compare them take at once.
const GROUP: usize = 8;

/// How exactly rows are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// A byte an element and a scale a row.
    Int8,
    /// Four bytes an element, and what `Int8` keeps: a search looks there first.
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
    /// The sketches of the rows; none with `F32`.
    planes: [Plane; 2],
    /// With `F32` the rows as floating point numbers, `float_stride` pairs of blocks for each slot.
    floats: Vec<[Block; 2]>,
    float_stride: usize,
}

/// A query as the kernels take it.
struct Query {
    blocks: Vec<[[Block; 2]; 2]>,
    /// What every dot product is multiplied with.
    scale: f32,
    /// What elements are multiplied with for the filter, in parts of 2¹⁵.
    weight: i16,
    /// With `F32` the query as floating point numbers.
    floats: Vec<[Block; 2]>,
}

impl VectorIndex {
    /// An index for vectors of `dimension` elements, 1..=[`MAX_DIMENSION`]; `out_of_range` otherwise.
    pub fn new(dimension: usize, precision: Precision) -> Result<Self, Error> {
        if dimension == 0 || dimension > MAX_DIMENSION {
            let message = "a vector has between 1 and 4096 elements";
            return Err(Error::new(ErrorCode::OutOfRange, message).at("/dimension"));
        }
        let stride = dimension.div_ceil(32);
        let float_stride = if precision == Precision::F32 { dimension.div_ceil(8) } else { 0 };
        let (scales, rows, floats, planes) = (Vec::new(), Vec::new(), Vec::new(), Default::default());
        Ok(Self { dimension, precision, count: 0, scales, rows, stride, planes, floats, float_stride })
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
        quantise::floats(vector, self.floats_mut(slot).as_flattened_mut());
        let scale = quantise::row(vector, self.row_mut(slot).as_flattened_mut());
        self.finish_row(slot, scale);
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
        self.floats_mut(slot).copy_from_slice(other.float_row(from));
        self.finish_row(slot, scale);
        Some(())
    }

    /// Forgets the vector of a slot; whether there was one. Nothing of it is left in the [bytes](Self::to_bytes): who has
    /// the vector of a text can tell much of what it says.
    pub fn remove(&mut self, slot: u32) -> bool {
        match self.scales.get_mut(slot as usize) {
            Some(scale) if !scale.is_nan() => {
                *scale = f32::NAN;
                self.count -= 1;
                let zero = kernel::block([0; 16]);
                self.row_mut(slot as usize).fill([zero; 2]);
                true
            }
            _ => false,
        }
    }

    /// The vector of a slot as it is kept: its direction, within what rounding moved. [`set`](Self::set) keeps exactly
    /// the same of it.
    #[must_use]
    pub fn get(&self, slot: u32) -> Option<Vec<f32>> {
        let slot = slot as usize;
        self.scales.get(slot).filter(|scale| !scale.is_nan())?;
        let blocks = self.rows.get(slot * self.stride..(slot + 1) * self.stride)?.as_flattened();
        let mut vector = match self.precision {
            Precision::Int8 => quantise::elements(blocks),
            Precision::F32 => blocks.iter().flat_map(|block| kernel::floats(*block)).collect(),
        };
        vector.truncate(self.dimension);
        Some(vector)
    }

    /// The `k` rows most similar to a query: slots and cosines, clipped to 0..=1, highest first and by slot among
    /// equals. A zero vector is similar to nothing: 0. Refuses a query as [`set`](Self::set) does a vector.
    ///
    /// From [`FILTERED_FROM`] rows on, an `Int8` index misses one in a hundred of them, and more of vectors in which most
    /// elements are 0; the scores are exact.
    pub fn search(&self, query: &[f32], k: usize) -> Result<Vec<(u32, f32)>, Error> {
        let query = self.query(query)?;
        let mut top = Top::new(k.min(self.count));
        if top.size() == 0 {
            return Ok(Vec::new());
        }
        if self.precision == Precision::F32 {
            exact::search(self, &query, &mut top);
        } else if self.count >= FILTERED_FROM {
            filter::search(self, &query, &mut top);
        } else {
            self.each_four(&query, |slots, cosines| top.offer_four(slots, cosines));
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
        self.each_four(&query, |slots, rough| {
            let four =
                if self.precision == Precision::F32 { self.exact_cosines(&query, slots) } else { rough };
            cosines.extend_from_slice(&kernel::floats(four));
        });
        Ok(())
    }

    /// The cosines of all rows by their bytes, four at a time by slot; not a number where there is no row.
    fn each_four(&self, query: &Query, mut take: impl FnMut([u32; 4], Block)) {
        let (mut rows, mut scales, mut slot) = (self.rows.as_slice(), self.scales.as_slice(), 0);
        while let Some((four_scales, other_scales)) = scales.split_first_chunk() {
            let Some((four_rows, other_rows)) = rows.split_at_checked(4 * self.stride) else { break };
            let (front, back) = four_rows.split_at(four_rows.len() / 2);
            let ((a, b), (c, d)) = (front.split_at(front.len() / 2), back.split_at(back.len() / 2));
            let dots = kernel::dot_pairs([a, b, c, d], &query.blocks);
            take([slot, slot + 1, slot + 2, slot + 3], kernel::scaled(dots, *four_scales, query.scale));
            (rows, scales, slot) = (other_rows, other_scales, slot + 4);
        }
    }

    /// The cosines of the rows in four slots by their bytes; not a number where there is none.
    fn cosines_of(&self, query: &Query, slots: [u32; 4]) -> Block {
        let rows = slots.map(|slot| self.row(slot as usize));
        kernel::scaled(
            kernel::dot_pairs(rows, &query.blocks),
            slots.map(|slot| self.scale(slot)),
            query.scale,
        )
    }

    /// With `F32` the cosines of the rows in four slots; not a number where there is none.
    fn exact_cosines(&self, query: &Query, slots: [u32; 4]) -> Block {
        let rows = slots.map(|slot| self.float_row(slot as usize));
        // 1 where there is a row.
        let scales = slots.map(|slot| self.scale(slot) * 0.0 + 1.0);
        kernel::scaled(kernel::dot_floats(rows, &query.floats), scales, 1.0)
    }

    fn scale(&self, slot: u32) -> f32 {
        self.scales.get(slot as usize).copied().unwrap_or(f32::NAN)
    }

    fn query(&self, vector: &[f32]) -> Result<Query, Error> {
        self.check(vector)?;
        let zero = kernel::block([0; 16]);
        let mut blocks = vec![[[zero; 2]; 2]; self.stride];
        let (scale, weight) = quantise::query(vector, blocks.as_flattened_mut());
        let mut floats = vec![[zero; 2]; self.float_stride];
        quantise::floats(vector, floats.as_flattened_mut());
        Ok(Query { blocks, scale, weight, floats })
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
        let bits = if self.precision == Precision::Int8 { slots.div_ceil(WIDTH) * self.stride } else { 0 };
        let is_reserved = reserve(&mut self.rows, slots * self.stride)
            && reserve(&mut self.floats, slots * self.float_stride)
            && self.planes.iter_mut().all(|plane| reserve(plane, bits))
            && reserve(&mut self.scales, slots);
        if !is_reserved {
            return Err(no_memory());
        }
        self.rows.resize(slots * self.stride, [zero; 2]);
        self.floats.resize(slots * self.float_stride, [zero; 2]);
        for plane in &mut self.planes {
            plane.resize(bits, [[zero; 2]; 2]);
        }
        self.scales.resize(slots, f32::NAN);
        Ok(())
    }

    /// The row of a slot; where there is none, the first one, so that the kernels have as many blocks of all.
    fn row(&self, slot: usize) -> &[[Block; 2]] {
        row_of(&self.rows, self.stride, slot)
    }

    fn row_mut(&mut self, slot: usize) -> &mut [[Block; 2]] {
        self.rows.get_mut(slot * self.stride..(slot + 1) * self.stride).unwrap_or_default()
    }

    /// The same of the floating point numbers.
    fn float_row(&self, slot: usize) -> &[[Block; 2]] {
        row_of(&self.floats, self.float_stride, slot)
    }

    fn floats_mut(&mut self, slot: usize) -> &mut [[Block; 2]] {
        self.floats.get_mut(slot * self.float_stride..(slot + 1) * self.float_stride).unwrap_or_default()
    }

    /// Notes what goes with a row that was written: its scale and its sketch.
    fn finish_row(&mut self, slot: usize, scale: f32) {
        if let Some(kept) = self.scales.get_mut(slot) {
            self.count += usize::from(kept.is_nan() && !scale.is_nan());
            *kept = scale;
        }
        if self.precision == Precision::Int8 {
            let row = self.rows.get(slot * self.stride..(slot + 1) * self.stride).unwrap_or_default();
            sketch::set(&mut self.planes, slot, row, self.dimension, scale);
        }
    }
}

fn row_of(rows: &[[Block; 2]], stride: usize, slot: usize) -> &[[Block; 2]] {
    rows.get(slot * stride..(slot + 1) * stride).or_else(|| rows.get(..stride)).unwrap_or_default()
}

fn reserve<T>(blocks: &mut Vec<T>, length: usize) -> bool {
    blocks.try_reserve(length.saturating_sub(blocks.len())).is_ok()
}

fn no_memory() -> Error {
    Error::new(ErrorCode::TooLarge, "there is no memory for that many vectors")
}

#[cfg(test)]
mod tests;
