//! An index as bytes, to be kept beside what its vectors were made of: whoever finds the bytes unusable makes the index
//! anew. Little-endian: mark and version, dimension, precision, slots; then for each slot its scale, not a number when
//! it is empty, and its row: of an index of floating point numbers those, and the rest is made of them.

use super::{Block, GROUP, MAX_DIMENSION, MAX_SLOTS, Precision, VectorIndex, kernel, quantise};

/// Raised whenever the bytes, or what a kernel makes of them, mean something else.
const VERSION: [u8; 4] = *b"lvx1";
const HEADER: usize = 16;

impl VectorIndex {
    /// The index as bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let is_exact = self.precision == Precision::F32;
        let mut bytes = Vec::with_capacity(HEADER + self.scales.len() * self.row_bytes());
        bytes.extend_from_slice(&VERSION);
        for number in [self.dimension, self.precision as usize, self.scales.len()] {
            bytes.extend_from_slice(&(number as u32).to_le_bytes());
        }
        for (slot, scale) in self.scales.iter().enumerate() {
            // Of floating point numbers the scale follows from the row: only whether there is one is kept.
            let scale = if is_exact { scale * 0.0 + 1.0 } else { *scale };
            bytes.extend_from_slice(&scale.to_le_bytes());
            let row = if is_exact { self.float_row(slot) } else { self.row(slot) };
            for block in row.as_flattened() {
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
        let size = index.row_bytes();
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

    /// The bytes of a scale and a row.
    fn row_bytes(&self) -> usize {
        4 + 32 * if self.precision == Precision::F32 { self.float_stride } else { self.stride }
    }

    fn read_row(&mut self, slot: usize, bytes: &[u8]) -> Option<()> {
        let (scale, bytes) = bytes.split_first_chunk()?;
        let mut scale = f32::from_le_bytes(*scale);
        // A row of length 1 has no larger scale.
        if !(scale.is_nan() || (0.0..=1.0).contains(&scale)) {
            return None;
        }
        if self.precision == Precision::Int8 {
            write(self.row_mut(slot), bytes)?;
        } else {
            let elements: Vec<f32> = bytes
                .chunks_exact(4)
                .filter_map(|bytes| Some(f32::from_le_bytes(bytes.try_into().ok()?)))
                .collect();
            // Nor a larger element.
            if !elements.iter().all(|element| element.abs() < 1.001) {
                return None;
            }
            write(self.floats_mut(slot), bytes)?;
            let kept = quantise::row(&elements, self.row_mut(slot).as_flattened_mut());
            if !scale.is_nan() {
                scale = kept;
            }
        }
        self.finish_row(slot, scale);
        Some(())
    }
}

fn write(row: &mut [[Block; 2]], bytes: &[u8]) -> Option<()> {
    for (block, bytes) in row.as_flattened_mut().iter_mut().zip(bytes.chunks_exact(16)) {
        *block = kernel::block(bytes.try_into().ok()?);
    }
    Some(())
}
