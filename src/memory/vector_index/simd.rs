//! The kernels with the vector instructions of wasm: four rows at a time, or sixteen sketches, so that what is loaded of
//! the query serves all of them. The twin in `scalar` says what each computes.
//!
//! The loops are zips of slices, which become one counter even where the compiler minds size above all; chunks of
//! slices become calls. By itself (`inline(never)`) a loop has the registers to itself: inside a larger function it took
//! twice the time.

use core::arch::wasm32::{
    f32x4, f32x4_add, f32x4_convert_i32x4, f32x4_extract_lane, f32x4_ge, f32x4_mul, f32x4_splat, i8x16_abs,
    i8x16_bitmask, i8x16_narrow_i16x8, i16x8_add, i16x8_bitmask, i16x8_ge, i16x8_neg, i16x8_q15mulr_sat,
    i16x8_shl, i16x8_splat, i32x4_add, i32x4_dot_i16x8, i32x4_extend_low_i16x8, i32x4_shuffle, i32x4_splat,
    u8x16, u8x16_add, u8x16_eq, u8x16_lt, u8x16_narrow_i16x8, u8x16_splat, u8x16_swizzle,
    u16x8_extend_high_u8x16, u16x8_extend_low_u8x16, u16x8_shr, u64x2_extract_lane, v128, v128_and,
    v128_andnot, v128_any_true, v128_bitselect, v128_xor,
};

use super::sketch::Tables;

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

/// A bit for each of the lower elements of a block of pairs, the lowest for the first, and then for the upper ones: whether
/// it is negative, or, if without its sign it is below `large`, whether it is not.
pub(super) fn bits(pairs: &Block, large: u8) -> [u8; 2] {
    let are_small = u8x16_lt(i8x16_abs(*pairs), u8x16_splat(large));
    let bits = v128_xor(*pairs, are_small);
    [i16x8_bitmask(i16x8_shl(bits, 8)), i16x8_bitmask(bits)]
}

/// Writes one of the sixteen bytes of a block.
pub(super) fn set_byte(block: &mut Block, place: u8, byte: u8) {
    let places = u8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    *block = v128_bitselect(u8x16_splat(byte), *block, u8x16_eq(places, u8x16_splat(place)));
}

/// What each state of four bits adds to a sum, for the first four elements of a block of a query and for the others: those
/// whose sign the bits have, without it, times a weight in parts of 2¹⁵.
pub(super) fn tables(query: &Block, weight: i16) -> [Block; 2] {
    let weighed = i16x8_q15mulr_sat(*query, i16x8_splat(weight));
    // In the first half what is above 0, in the second one what is below; 0 in place of the others.
    let parts = u8x16_narrow_i16x8(weighed, i16x8_neg(weighed));
    [table(&parts), table(&i32x4_shuffle::<1, 1, 3, 3>(parts, parts))]
}

/// For each state one of either half, for the first four elements, added up.
fn table(parts: &Block) -> Block {
    let a = u8x16_swizzle(*parts, u8x16(0, 8, 0, 8, 0, 8, 0, 8, 0, 8, 0, 8, 0, 8, 0, 8));
    let b = u8x16_swizzle(*parts, u8x16(1, 1, 9, 9, 1, 1, 9, 9, 1, 1, 9, 9, 1, 1, 9, 9));
    let c = u8x16_swizzle(*parts, u8x16(2, 2, 2, 2, 10, 10, 10, 10, 2, 2, 2, 2, 10, 10, 10, 10));
    let d = u8x16_swizzle(*parts, u8x16(3, 3, 3, 3, 3, 3, 3, 3, 11, 11, 11, 11, 11, 11, 11, 11));
    u8x16_add(u8x16_add(a, b), u8x16_add(c, d))
}

/// For each of sixteen rows a whole number of 16 bits: two times what it was at the start, and what the tables say for
/// the lower and the upper half of each byte.
#[inline(never)]
pub(super) fn sums([front, back]: &[Block; 2], bits: &[[[Block; 2]; 2]], tables: &[Tables]) -> [Block; 2] {
    let lower = u8x16_splat(15);
    let (mut front, mut back) = (i16x8_add(*front, *front), i16x8_add(*back, *back));
    for ([[a, b], [c, d]], [[table_a, table_b], [table_c, table_d]]) in bits.iter().zip(tables) {
        let look_up = |bits: &Block, [low, high]: &[Block; 2]| {
            let low = u8x16_swizzle(*low, v128_and(*bits, lower));
            u8x16_add(low, u8x16_swizzle(*high, v128_and(u16x8_shr(*bits, 4), lower)))
        };
        let sums = u8x16_add(
            u8x16_add(look_up(a, table_a), look_up(b, table_b)),
            u8x16_add(look_up(c, table_c), look_up(d, table_d)),
        );
        front = i16x8_add(front, u16x8_extend_low_u8x16(sums));
        back = i16x8_add(back, u16x8_extend_high_u8x16(sums));
    }
    [front, back]
}

/// The first four of sixteen whole numbers, as floating point numbers.
pub(super) fn first_four([front, _]: &[Block; 2]) -> Block {
    f32x4_convert_i32x4(i32x4_extend_low_i16x8(*front))
}

/// Which of sixteen whole numbers are at least `low` and below `high`: a bit each, the lowest for the first. Called, it
/// takes three times as long: vectors do not go by register.
#[inline(always)]
pub(super) fn between([front, back]: &[Block; 2], low: i16, high: i16) -> u16 {
    let (low, high) = (i16x8_splat(low), i16x8_splat(high));
    let reach_low = i8x16_narrow_i16x8(i16x8_ge(*front, low), i16x8_ge(*back, low));
    let reach_high = i8x16_narrow_i16x8(i16x8_ge(*front, high), i16x8_ge(*back, high));
    i8x16_bitmask(v128_andnot(reach_low, reach_high))
}

/// Of each of four vectors the sum of its lanes: (first + third) + (second + fourth).
fn totals(sums: [v128; 4], add: impl Fn(v128, v128) -> v128) -> v128 {
    let [a, b, c, d] = sums;
    let front = add(i32x4_shuffle::<0, 4, 1, 5>(a, b), i32x4_shuffle::<2, 6, 3, 7>(a, b));
    let back = add(i32x4_shuffle::<0, 4, 1, 5>(c, d), i32x4_shuffle::<2, 6, 3, 7>(c, d));
    add(i32x4_shuffle::<0, 1, 4, 5>(front, back), i32x4_shuffle::<2, 3, 6, 7>(front, back))
}
