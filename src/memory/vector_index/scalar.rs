//! The kernels in plain Rust: for every target but wasm, and what those in `simd` are held against. The order of the
//! additions is that of the vectors, so that the bits are the same.

use super::sketch::Tables;

/// Sixteen bytes: 8 whole numbers of 16 bits, or 4 floating point numbers, little-endian.
pub(super) type Block = [u8; 16];

/// The block of sixteen bytes.
pub(super) fn block(bytes: [u8; 16]) -> Block {
    bytes
}

/// The sixteen bytes of a block.
pub(super) fn bytes(block: &Block) -> [u8; 16] {
    *block
}

/// The dot products of four rows of pairs with a query: for each block of a row two of the query, the first for what
/// stands in the upper half of each pair. See `quantise`.
pub(super) fn dot_pairs(rows: [&[[Block; 2]]; 4], query: &[[[Block; 2]; 2]]) -> Block {
    block_of(rows.map(|row| {
        let mut sum = 0_i32;
        for (row, [upper, lower]) in row.as_flattened().iter().zip(query.as_flattened()) {
            for ((pair, upper), lower) in words(row).into_iter().zip(words(upper)).zip(words(lower)) {
                let low = pair << 8;
                sum = sum
                    .wrapping_add(i32::from(pair) * i32::from(upper))
                    .wrapping_add(i32::from(low) * i32::from(lower));
            }
        }
        sum as f32
    }))
}

/// The dot products of four rows of floating point numbers with a query.
pub(super) fn dot_floats(rows: [&[[Block; 2]]; 4], query: &[[Block; 2]]) -> Block {
    block_of(rows.map(|row| {
        let mut sums = [0.0_f32; 4];
        for (row, query) in row.as_flattened().iter().zip(query.as_flattened()) {
            for ((sum, row), query) in sums.iter_mut().zip(floats(*row)).zip(floats(*query)) {
                *sum += row * query;
            }
        }
        let [a, b, c, d] = sums;
        (a + c) + (b + d)
    }))
}

/// Four dot products, each times its scale and the one of the query.
pub(super) fn scaled(dots: Block, scales: [f32; 4], scale: f32) -> Block {
    let mut dots = floats(dots);
    for (dot, own) in dots.iter_mut().zip(scales) {
        *dot = *dot * own * scale;
    }
    block_of(dots)
}

/// Whether one of four floating point numbers is at least `bar`.
pub(super) fn reach(four: Block, bar: f32) -> bool {
    floats(four).into_iter().any(|number| number >= bar)
}

/// The four floating point numbers of a block.
pub(super) fn floats(four: Block) -> [f32; 4] {
    let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = four;
    [[a, b, c, d], [e, f, g, h], [i, j, k, l], [m, n, o, p]].map(f32::from_le_bytes)
}

/// A bit for each of the lower elements of a block of pairs, the lowest for the first, and then for the upper ones: whether
/// it is negative, or, if without its sign it is below `large`, whether it is not.
pub(super) fn bits(pairs: &Block, large: u8) -> [u8; 2] {
    let mut bits = [0; 2];
    for pair in pairs.chunks_exact(2).rev() {
        for (byte, bits) in pair.iter().zip(&mut bits) {
            let element = *byte as i8;
            *bits = *bits << 1 | u8::from((element < 0) == (element.unsigned_abs() >= large));
        }
    }
    bits
}

/// Writes one of the sixteen bytes of a block.
pub(super) fn set_byte(block: &mut Block, place: u8, byte: u8) {
    if let Some(kept) = block.get_mut(usize::from(place)) {
        *kept = byte;
    }
}

/// What each state of four bits adds to a sum, for the first four elements of a block of a query and for the others: those
/// whose sign the bits have, without it, times a weight in parts of 2¹⁵.
pub(super) fn tables(query: &Block, weight: i16) -> [Block; 2] {
    let mut tables = [[0; 16]; 2];
    for (table, elements) in tables.iter_mut().zip(words(query).chunks_exact(4)) {
        for (state, sum) in table.iter_mut().enumerate() {
            for (index, element) in elements.iter().enumerate() {
                let weighed = (i32::from(*element) * i32::from(weight) + (1 << 14)) >> 15;
                if (state >> index & 1 == 1) == (weighed < 0) {
                    *sum += weighed.unsigned_abs() as u8;
                }
            }
        }
    }
    tables
}

/// For each of sixteen rows a whole number of 16 bits: two times what it was at the start, and what the tables say for
/// the lower and the upper half of each byte.
pub(super) fn sums(start: &[Block; 2], bits: &[[[Block; 2]; 2]], tables: &[Tables]) -> [Block; 2] {
    let mut sums = [0; 16];
    for (sum, start) in sums.iter_mut().zip(start.map(|block| words(&block)).as_flattened()) {
        *sum = 2 * start;
    }
    let tables = tables.as_flattened().as_flattened();
    for (bits, [low, high]) in bits.as_flattened().as_flattened().iter().zip(tables) {
        for (sum, byte) in sums.iter_mut().zip(bits) {
            let at = |table: &Block, state: u8| table.get(usize::from(state)).copied().map_or(0, i16::from);
            *sum += at(low, byte & 15) + at(high, byte >> 4);
        }
    }
    let mut blocks = [[0; 16]; 2];
    for (bytes, sum) in blocks.as_flattened_mut().chunks_exact_mut(2).zip(sums) {
        bytes.copy_from_slice(&sum.to_le_bytes());
    }
    blocks
}

/// The first four of sixteen whole numbers, as floating point numbers.
pub(super) fn first_four([front, _]: &[Block; 2]) -> Block {
    let [a, b, c, d, ..] = words(front);
    block_of([a, b, c, d].map(f32::from))
}

/// Which of sixteen whole numbers are at least `low` and below `high`: a bit each, the lowest for the first.
pub(super) fn between(numbers: &[Block; 2], low: i16, high: i16) -> u16 {
    let mut mask = 0;
    for number in numbers.map(|block| words(&block)).as_flattened().iter().rev() {
        mask = mask << 1 | u16::from((low..high).contains(number));
    }
    mask
}

fn words(block: &Block) -> [i16; 8] {
    let mut words = [0; 8];
    for (word, bytes) in words.iter_mut().zip(block.chunks_exact(2)) {
        if let [low, high] = bytes {
            *word = i16::from_le_bytes([*low, *high]);
        }
    }
    words
}

fn block_of(floats: [f32; 4]) -> Block {
    let [[a, b, c, d], [e, f, g, h], [i, j, k, l], [m, n, o, p]] = floats.map(f32::to_le_bytes);
    [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p]
}
