//! Vectors -> the blocks that the kernels take.
//!
//! A block of an `Int8` row is 16 elements in 8 pairs of bytes, element `i` below element `i + 8`. The lower byte is
//! its element, rounded to 127ths of the largest one. The pair as a whole is the number of 16 bits nearest to 256
//! times the upper element that ends in that byte: no further off than if it had been rounded by itself. So one shift
//! separates the two, where to widen two bytes takes an instruction for each, and both come with the factor 256.

use super::kernel::{self, Block};

/// Writes a row, and gives what its dot products are multiplied with: 0 for a zero vector.
pub(super) fn row(vector: &[f32], blocks: &mut [Block]) -> f32 {
    let (largest, length) = measures(vector);
    let to_bytes = if largest > 0.0 { 127.0 / largest } else { 0.0 };
    for (elements, block) in vector.chunks(16).zip(blocks) {
        let mut bytes = [0; 16];
        for (index, pair) in bytes.chunks_exact_mut(2).enumerate() {
            let low = nearest(at(elements, index) * to_bytes) as u8;
            let high = nearest(at(elements, index + 8) * to_bytes - f64::from(low) / 256.0) as u8;
            pair.copy_from_slice(&[low, high]);
        }
        *block = kernel::block(bytes);
    }
    if largest > 0.0 { (largest / length / (127.0 * 256.0)) as f32 } else { 0.0 }
}

/// The elements of a row: of the lower ones the byte, of the upper ones the whole pair in 256ths, which is as near to
/// what they were. Those that may have been the largest are 127 again, so that the row of these elements is the same.
pub(super) fn elements(blocks: &[Block]) -> Vec<f32> {
    let mut elements = Vec::with_capacity(16 * blocks.len());
    for block in blocks {
        let bytes = kernel::bytes(block);
        let pairs = bytes.chunks_exact(2).map(|pair| match pair {
            [low, high] => [*low, *high],
            _ => [0, 0],
        });
        elements.extend(pairs.clone().map(|[low, _]| f32::from(low as i8)));
        elements.extend(pairs.map(|pair| match f32::from(i16::from_le_bytes(pair)) / 256.0 {
            upper if upper >= 126.5 => 127.0,
            upper if upper < -126.5 => -127.0,
            upper => upper,
        }));
    }
    elements
}

/// Writes a query for rows of pairs, two blocks for each of theirs, the upper elements first, and gives what all dot
/// products are multiplied with; and, in parts of 2¹⁵, what its elements are multiplied with where it is compared with
/// sketches.
///
/// Its length is as large as it can be without a sum that overflows 32 bits. A row's elements are below 2¹⁵, so its
/// length is below 2¹⁵·√n; that of the query is, with what rounding adds, at most 2¹⁶/√n; and no dot product exceeds
/// the product of both lengths. For sketches, the elements of two blocks of a row add up to a byte at most, without their
/// signs, and three times all of them to a number of 16 bits.
pub(super) fn query(vector: &[f32], blocks: &mut [[Block; 2]]) -> (f32, i16) {
    let (_, length) = measures(vector);
    if length == 0.0 {
        return (0.0, 0);
    }
    let factor = query_length(vector.len() as f32) / length;
    let (mut squares, mut most) = (0.0, 0);
    let most_of_block = (f64::from(i16::MAX) / 3.0 / blocks.len() as f64).min(127.0);
    for (elements, blocks) in vector.chunks(16).zip(blocks) {
        let mut sum = 0;
        for (block, first) in blocks.iter_mut().zip([8, 0]) {
            let mut bytes = [0; 16];
            for (index, word) in bytes.chunks_exact_mut(2).enumerate() {
                let element = nearest(at(elements, first + index) * factor);
                squares += f64::from(element) * f64::from(element);
                sum += element.abs();
                word.copy_from_slice(&(element as i16).to_le_bytes());
            }
            *block = kernel::block(bytes);
        }
        most = most.max(sum);
    }
    // Of the query as it was rounded, or equal elements of a long one would all be too small by as much.
    let scale = (1.0 / squares.sqrt()) as f32;
    // Rounded, each of 16 elements may be larger by a half.
    (scale, (32_768.0 * (most_of_block - 8.0) / f64::from(most)) as i16)
}

/// How long a query becomes before it is rounded, see [`query`].
fn query_length(dimension: f32) -> f64 {
    let root = f64::from(dimension).sqrt();
    (65_535.0 / root - root / 2.0).min(32_767.0)
}

/// The most that a row of length 1 can be away from what is kept of it: each element by half a step.
pub(super) fn row_error(scale: f32, dimension: f32) -> f32 {
    scale * 128.0 * dimension.sqrt()
}

/// The most that a query of length 1 can be away from the one that it is rounded to, which has length 1 again.
pub(super) fn query_error(dimension: f32) -> f32 {
    let rounded = 0.5 * f64::from(dimension).sqrt();
    (rounded / (query_length(dimension) - rounded)) as f32
}

/// Writes a vector of length 1 (or the zero vector) as floating point numbers.
pub(super) fn floats(vector: &[f32], blocks: &mut [Block]) {
    if blocks.is_empty() {
        return;
    }
    let (_, length) = measures(vector);
    let factor = if length > 0.0 { 1.0 / length } else { 0.0 };
    for (elements, block) in vector.chunks(4).zip(blocks) {
        let mut bytes = [0; 16];
        for (index, element) in bytes.chunks_exact_mut(4).enumerate() {
            element.copy_from_slice(&((at(elements, index) * factor) as f32).to_le_bytes());
        }
        *block = kernel::block(bytes);
    }
}

/// The largest element without its sign, and the length.
fn measures(vector: &[f32]) -> (f64, f64) {
    let (mut largest, mut squares) = (0.0, 0.0);
    for element in vector {
        let element = f64::from(element.abs());
        if element > largest {
            largest = element;
        }
        squares += element * element;
    }
    (largest, squares.sqrt())
}

fn at(elements: &[f32], index: usize) -> f64 {
    elements.get(index).copied().unwrap_or_default().into()
}

/// The nearest whole number, the even one of two.
fn nearest(number: f64) -> i32 {
    number.round_ties_even() as i32
}
