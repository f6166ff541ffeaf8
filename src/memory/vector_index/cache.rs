//! An index as bytes, to be kept beside what its vectors were made of: whoever finds the bytes unusable makes the index
//! anew. Little-endian: mark and version, dimension, precision, slots; then for each slot its scale, not a number when
//! it is empty, and its row.

use super::{GROUP, MAX_DIMENSION, MAX_SLOTS, Precision, VectorIndex, kernel};

/// Raised whenever the bytes, or what a kernel makes of them, mean something else.
const VERSION: [u8; 4] = *b"lvx1";
const HEADER: usize = 16;

impl VectorIndex {
    /// The index as bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEADER + self.scales.len() * (4 + 32 * self.stride));
        bytes.extend_from_slice(&VERSION);
        for number in [self.dimension, self.precision as usize, self.scales.len()] {
            bytes.extend_from_slice(&(number as u32).to_le_bytes());
        }
        for (slot, scale) in self.scales.iter().enumerate() {
            bytes.extend_from_slice(&scale.to_le_bytes());
            for block in self.row(slot).as_flattened() {
                bytes.extend_from_slice(&kernel::bytes(block));
            }
        }
        bytes
    }

    /// The index that gave these bytes; none when they are of another version, damaged, or too much for the memory.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (header, body) = bytes.split_at_checked(HEADER)?;
        let (version, numbers) = header.split_at_checked(4)?;
        let mut numbers =
            numbers.chunks_exact(4).filter_map(|number| Some(u32::from_le_bytes(number.try_into().ok()?)));
        let (dimension, precision, slots) =
            (numbers.next()? as usize, numbers.next()?, numbers.next()? as usize);
        let precision =
            [Precision::Int8, Precision::F32].into_iter().find(|known| *known as u32 == precision)?;
        if version != VERSION || dimension > MAX_DIMENSION || slots > MAX_SLOTS || slots % GROUP != 0 {
            return None;
        }
        let mut index = Self::new(dimension, precision).ok()?;
        let size = 4 + 32 * index.stride;
        if body.len() != slots * size {
            return None;
        }
        if slots > 0 {
            index.reserve(slots - 1).ok()?;
        }
        for (slot, bytes) in body.chunks_exact(size).enumerate() {
            index.read_row(slot, bytes)?;
        }
        Some(index)
    }

    fn read_row(&mut self, slot: usize, bytes: &[u8]) -> Option<()> {
        let (scale, bytes) = bytes.split_first_chunk()?;
        let scale = f32::from_le_bytes(*scale);
        for (block, bytes) in self.row_mut(slot).as_flattened_mut().iter_mut().zip(bytes.chunks_exact(16)) {
            *block = kernel::block(bytes.try_into().ok()?);
        }
        // A row of length 1 has no larger scale, and no larger element.
        let is_plausible = scale.is_nan() || (0.0..=1.0).contains(&scale);
        let are_elements = self.precision == Precision::Int8
            || bytes.chunks_exact(4).all(|element| {
                element.try_into().is_ok_and(|element| f32::from_le_bytes(element).abs() < 1.001)
            });
        if !is_plausible || !are_elements {
            return None;
        }
        self.finish_row(slot, scale);
        Some(())
    }
}
