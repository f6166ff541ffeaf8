//! The vector index by itself, for benchmarks and tests; the facade has no use for it.

use luminoracore::memory::vector_index::{self, Precision};
use wasm_bindgen::prelude::*;

use crate::value::throw;

/// Vectors in slots. Internal: no part of the package's API.
#[wasm_bindgen]
pub struct VectorIndex {
    index: vector_index::VectorIndex,
}

#[wasm_bindgen]
impl VectorIndex {
    /// An index of vectors with `dimension` elements; `exact` keeps them as they are, not in bytes.
    #[wasm_bindgen(constructor)]
    pub fn new(dimension: usize, exact: bool) -> Result<VectorIndex, JsValue> {
        let precision = if exact { Precision::F32 } else { Precision::Int8 };
        match vector_index::VectorIndex::new(dimension, precision) {
            Ok(index) => Ok(Self { index }),
            Err(error) => Err(throw(&error)),
        }
    }

    /// Keeps a vector in a slot.
    pub fn set(&mut self, slot: u32, vector: &[f32]) -> Result<(), JsValue> {
        self.index.set(slot, vector).map_err(|error| throw(&error))
    }

    /// Forgets the vector of a slot.
    pub fn remove(&mut self, slot: u32) -> bool {
        self.index.remove(slot)
    }

    /// The rows most similar to a query, the best first: slot, score, slot, score and so on.
    pub fn search(&self, query: &[f32], k: usize) -> Result<Vec<f64>, JsValue> {
        let found = self.index.search(query, k).map_err(|error| throw(&error))?;
        let mut numbers = Vec::with_capacity(2 * found.len());
        for (slot, score) in found {
            numbers.push(slot.into());
            numbers.push(score.into());
        }
        Ok(numbers)
    }

    /// The cosine of every row, by slot; NaN where there is none.
    pub fn cosines(&self, query: &[f32]) -> Result<Vec<f32>, JsValue> {
        let mut cosines = Vec::new();
        self.index.cosines(query, &mut cosines).map_err(|error| throw(&error))?;
        Ok(cosines)
    }

    /// The index as bytes.
    #[wasm_bindgen(js_name = toBytes)]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.index.to_bytes()
    }

    /// The index that gave these bytes, or nothing.
    #[wasm_bindgen(js_name = fromBytes)]
    pub fn from_bytes(bytes: &[u8]) -> Option<VectorIndex> {
        vector_index::VectorIndex::from_bytes(bytes).map(|index| Self { index })
    }
}
