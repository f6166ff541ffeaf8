//! The kernels with the vector instructions of wasm: four rows at a time, so that what is loaded of the query serves
//! all of them. The twin in `scalar` says what each computes.
//!
//! The loops are zips of slices, which become one counter even where the compiler minds size above all; chunks of
//! slices become calls. By itself (`inline(never)`) a loop has the registers to itself: inside a larger function it took
//! twice the time.

use core::arch::wasm32::{
    f32x4, f32x4_add, f32x4_convert_i32x4, f32x4_extract_lane, f32x4_ge, f32x4_mul, f32x4_splat, i8x16_add,
    i8x16_popcnt, i16x8_bitmask, i16x8_extadd_pairwise_u8x16, i16x8_gt, i16x8_le, i16x8_narrow_i32x4,
    i16x8_shl, i16x8_splat, i32x4_add, i32x4_dot_i16x8, i32x4_extadd_pairwise_u16x8, i32x4_shuffle,
    i32x4_splat, u8x16, u64x2_extract_lane, v128, v128_and, v128_any_true, v128_xor,
};

/// Sixteen bytes: 8 whole numbers of 16 bits, or 4 floating point numbers, little-endian.
pub(super) type Block = v128;

/// The block of sixteen bytes.
pub(super) fn block(bytes: [u8; 16]) -> Block {
    let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = bytes;
    u8x16(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p)
}

/// The sixteen bytes of a block.
pub(super) fn bytes(block: &Block) -> [u8; 16] {
    let mut bytes = [0; 16];
    let (low, high) = bytes.split_at_mut(8);
    low.copy_from_slice(&u64x2_extract_lane::<0>(*block).to_le_bytes());
    high.copy_from_slice(&u64x2_extract_lane::<1>(*block).to_le_bytes());
    bytes
}

/// The dot products of four rows of pairs with a query: for each block of a row two of the query, the first for what
/// stands in the upper half of each pair. See `quantise`.
#[inline(never)]
pub(super) fn dot_pairs(rows: [&[[Block; 2]]; 4], query: &[[[Block; 2]; 2]]) -> Block {
    let [a, b, c, d] = rows;
    let zero = i32x4_splat(0);
    let (mut sum_a, mut sum_b, mut sum_c, mut sum_d) = (zero, zero, zero, zero);
    for (((([a, e], [b, f]), [c, g]), [d, h]), [[upper, lower], [next_upper, next_lower]]) in
        a.iter().zip(b).zip(c).zip(d).zip(query)
    {
        let dot = |sum: v128, pairs: &Block, upper: &Block, lower: &Block| {
            let sum = i32x4_add(sum, i32x4_dot_i16x8(*pairs, *upper));
            i32x4_add(sum, i32x4_dot_i16x8(i16x8_shl(*pairs, 8), *lower))
        };
        sum_a = dot(dot(sum_a, a, upper, lower), e, next_upper, next_lower);
        sum_b = dot(dot(sum_b, b, upper, lower), f, next_upper, next_lower);
        sum_c = dot(dot(sum_c, c, upper, lower), g, next_upper, next_lower);
        sum_d = dot(dot(sum_d, d, upper, lower), h, next_upper, next_lower);
    }
    f32x4_convert_i32x4(totals([sum_a, sum_b, sum_c, sum_d], |a, b| i32x4_add(a, b)))
}

/// The dot products of four rows of floating point numbers with a query.
#[inline(never)]
pub(super) fn dot_floats(rows: [&[[Block; 2]]; 4], query: &[[Block; 2]]) -> Block {
    let [a, b, c, d] = rows;
    let zero = f32x4_splat(0.0);
    let (mut sum_a, mut sum_b, mut sum_c, mut sum_d) = (zero, zero, zero, zero);
    for (((([a, e], [b, f]), [c, g]), [d, h]), [query, next]) in a.iter().zip(b).zip(c).zip(d).zip(query) {
        sum_a = f32x4_add(f32x4_add(sum_a, f32x4_mul(*a, *query)), f32x4_mul(*e, *next));
        sum_b = f32x4_add(f32x4_add(sum_b, f32x4_mul(*b, *query)), f32x4_mul(*f, *next));
        sum_c = f32x4_add(f32x4_add(sum_c, f32x4_mul(*c, *query)), f32x4_mul(*g, *next));
        sum_d = f32x4_add(f32x4_add(sum_d, f32x4_mul(*d, *query)), f32x4_mul(*h, *next));
    }
    totals([sum_a, sum_b, sum_c, sum_d], |a, b| f32x4_add(a, b))
}

/// Four dot products, each times its scale and the one of the query.
pub(super) fn scaled(dots: Block, scales: [f32; 4], scale: f32) -> Block {
    let [a, b, c, d] = scales;
    f32x4_mul(f32x4_mul(dots, f32x4(a, b, c, d)), f32x4_splat(scale))
}

/// Whether one of four floating point numbers is at least `bar`.
pub(super) fn reach(four: Block, bar: f32) -> bool {
    v128_any_true(f32x4_ge(four, f32x4_splat(bar)))
}

/// The four floating point numbers of a block.
pub(super) fn floats(four: Block) -> [f32; 4] {
    [
        f32x4_extract_lane::<0>(four),
        f32x4_extract_lane::<1>(four),
        f32x4_extract_lane::<2>(four),
        f32x4_extract_lane::<3>(four),
    ]
}

/// In how many bits each of eight rows differs from a query, as 8 whole numbers.
pub(super) fn distances(rows: &[Block], query: &[Block]) -> Block {
    let zero = i32x4_splat(0);
    if query.is_empty() {
        return zero;
    }
    let mut sums = [zero; 8];
    for (sum, row) in sums.iter_mut().zip(rows.chunks_exact(query.len())) {
        // A byte holds the bits of 31 blocks.
        let mut counts = zero;
        for (row, query) in row.iter().zip(query) {
            counts = i8x16_add(counts, i8x16_popcnt(v128_xor(*row, *query)));
        }
        *sum = i32x4_extadd_pairwise_u16x8(i16x8_extadd_pairwise_u8x16(counts));
    }
    let [a, b, c, d, e, f, g, h] = sums;
    i16x8_narrow_i32x4(
        totals([a, b, c, d], |a, b| i32x4_add(a, b)),
        totals([e, f, g, h], |a, b| i32x4_add(a, b)),
    )
}

/// Which of 8 whole numbers are above `low` and at most `high`: a bit each, the lowest for the first.
pub(super) fn between(numbers: &Block, low: i16, high: i16) -> u8 {
    i16x8_bitmask(v128_and(i16x8_gt(*numbers, i16x8_splat(low)), i16x8_le(*numbers, i16x8_splat(high))))
}

/// Of each of four vectors the sum of its lanes: (first + third) + (second + fourth).
fn totals(sums: [v128; 4], add: impl Fn(v128, v128) -> v128) -> v128 {
    let [a, b, c, d] = sums;
    let front = add(i32x4_shuffle::<0, 4, 1, 5>(a, b), i32x4_shuffle::<2, 6, 3, 7>(a, b));
    let back = add(i32x4_shuffle::<0, 4, 1, 5>(c, d), i32x4_shuffle::<2, 6, 3, 7>(c, d));
    add(i32x4_shuffle::<0, 1, 4, 5>(front, back), i32x4_shuffle::<2, 3, 6, 7>(front, back))
}
