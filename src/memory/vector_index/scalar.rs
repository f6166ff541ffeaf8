//! The kernels in plain Rust: for every target but wasm, and what those in `simd` are held against. The order of the
//! additions is that of the vectors, so that the bits are the same.

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

/// In how many bits each of eight rows differs from a query, as 8 whole numbers.
pub(super) fn distances(rows: &[Block], query: &[Block]) -> Block {
    let mut distances = [0; 16];
    if query.is_empty() {
        return distances;
    }
    for (distance, row) in distances.chunks_exact_mut(2).zip(rows.chunks_exact(query.len())) {
        let mut sum = 0_u16;
        for (row, query) in row.iter().zip(query) {
            sum += (u128::from_le_bytes(*row) ^ u128::from_le_bytes(*query)).count_ones() as u16;
        }
        distance.copy_from_slice(&sum.to_le_bytes());
    }
    distances
}

/// Which of 8 whole numbers are above `low` and at most `high`: a bit each, the lowest for the first.
pub(super) fn between(numbers: &Block, low: i16, high: i16) -> u8 {
    let mut mask = 0;
    for number in words(numbers).into_iter().rev() {
        mask = mask << 1 | u8::from(low < number && number <= high);
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
