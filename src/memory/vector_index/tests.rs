use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

/// Numbers in -1..1 that are the same everywhere: `tests/shared/vector-index.ts` has them too.
struct Numbers(u32);

impl Numbers {
    fn next(&mut self) -> f32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        (self.0 >> 8) as f32 / 8_388_608.0 - 1.0
    }

    fn vector(&mut self, dimension: usize) -> Vec<f32> {
        (0..dimension).map(|_| self.next()).collect()
    }
}

fn index_of(rows: &[Vec<f32>], precision: Precision) -> VectorIndex {
    let mut index = VectorIndex::new(rows[0].len(), precision).expect("an index");
    for (slot, row) in (0..).zip(rows) {
        index.set(slot, row).expect("a row");
    }
    index
}

/// The cosine, clipped.
fn cosine(a: &[f32], b: &[f32]) -> f64 {
    let dot =
        |a: &[f32], b: &[f32]| -> f64 { a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum() };
    let lengths = (dot(a, a) * dot(b, b)).sqrt();
    if lengths == 0.0 { 0.0 } else { (dot(a, b) / lengths).clamp(0.0, 1.0) }
}

/// The score as the kept bytes say it, added up in 64 bits.
fn exact_score(index: &VectorIndex, query: &Query, slot: usize) -> f32 {
    let words = |block: &Block| -> Vec<i64> {
        let bytes = kernel::bytes(block);
        bytes.chunks_exact(2).map(|word| i16::from_le_bytes([word[0], word[1]]).into()).collect()
    };
    let mut sum = 0_i64;
    for (row, [upper, lower]) in index.row(slot).as_flattened().iter().zip(query.blocks.as_flattened()) {
        for ((pair, upper), lower) in words(row).into_iter().zip(words(upper)).zip(words(lower)) {
            sum += pair * upper + 256 * i64::from(pair as u8 as i8) * lower;
        }
    }
    assert!(i32::try_from(sum).is_ok(), "{sum} overflows");
    (sum as f32 * index.scales[slot] * query.scale).clamp(0.0, 1.0)
}

/// What a search should find: all scores, sorted.
fn sorted(scores: impl Iterator<Item = (u32, f32)>, k: usize) -> Vec<(u32, f32)> {
    let mut all: Vec<_> = scores.collect();
    all.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    all.truncate(k);
    all
}

#[test]
fn the_nearest_come_first_and_equals_by_slot() {
    for precision in [Precision::Int8, Precision::F32] {
        let rows = [vec![0.0, 1.0, 0.0], vec![3.0, 0.0, 0.0], vec![2.0, 2.0, 0.0], vec![1.0, 0.0, 0.0]];
        let index = index_of(&rows, precision);
        let found = index.search(&[5.0, 0.0, 0.0], 3).expect("a search");
        assert_eq!(found.iter().map(|row| row.0).collect::<Vec<_>>(), [1, 3, 2]);
        assert!((found[0].1 - 1.0).abs() < 1e-3 && (found[2].1 - 0.5_f32.sqrt()).abs() < 1e-3, "{found:?}");
        assert_eq!(index.search(&[5.0, 0.0, 0.0], 0).expect("a search"), []);
        assert_eq!(index.search(&[5.0, 0.0, 0.0], 9).expect("a search").len(), 4);
    }
}

/// Rows so near to each other that their bytes put them in another order.
#[test]
fn a_search_by_floating_point_numbers_is_exact() {
    for dimension in [2, 100, 384] {
        let mut numbers = Numbers(dimension as u32);
        let centre = numbers.vector(dimension);
        let near = |numbers: &mut Numbers| -> Vec<f32> {
            let vector = numbers.vector(dimension);
            centre.iter().zip(vector).map(|(centre, element)| centre + 0.02 * element).collect()
        };
        let rows: Vec<_> = (0..400).map(|_| near(&mut numbers)).collect();
        let (exact, bytes) = (index_of(&rows, Precision::F32), index_of(&rows, Precision::Int8));
        let mut differing = 0;
        for _ in 0..20 {
            let query = near(&mut numbers);
            let mut scores = Vec::new();
            exact.cosines(&query, &mut scores).expect("cosines");
            let expected = sorted((0..).zip(scores.iter().map(|score| score.clamp(0.0, 1.0))), 10);
            let found = exact.search(&query, 10).expect("a search");
            assert_eq!(found, expected);
            let slots = |rows: &[(u32, f32)]| rows.iter().map(|row| row.0).collect::<Vec<_>>();
            differing += u32::from(slots(&bytes.search(&query, 10).expect("a search")) != slots(&found));
        }
        assert!(differing > 10, "{dimension}: bytes would have done");
    }
}

#[test]
fn zero_and_opposite_vectors_score_nothing() {
    for precision in [Precision::Int8, Precision::F32] {
        let index = index_of(&[vec![-1.0, 0.0], vec![0.0, 0.0], vec![0.0, 1.0]], precision);
        assert_eq!(index.search(&[1.0, 0.0], 3).expect("a search"), [(0, 0.0), (1, 0.0), (2, 0.0)]);
        assert_eq!(index.search(&[0.0, 0.0], 2).expect("a search"), [(0, 0.0), (1, 0.0)]);
        assert_eq!(index.search(&[0.0, 1.0], 2).expect("a search")[1], (0, 0.0));
        let mut cosines = Vec::new();
        index.cosines(&[7.0, 0.0], &mut cosines).expect("cosines");
        assert!((cosines[0] + 1.0).abs() < 1e-3 && cosines[1..3] == [0.0, 0.0] && cosines[3].is_nan());
    }
}

#[test]
fn another_dimension_is_an_error() {
    let mut index = VectorIndex::new(3, Precision::Int8).expect("an index");
    index.set(0, &[1.0, 0.0, 0.0]).expect("a row");
    let code = |result: Result<(), Error>| result.expect_err("refused").code;
    assert_eq!(code(index.search(&[1.0, 0.0], 1).map(drop)), ErrorCode::Dimension);
    assert_eq!(code(index.cosines(&[1.0; 4], &mut Vec::new())), ErrorCode::Dimension);
    assert_eq!(code(index.set(0, &[])), ErrorCode::Dimension);
    for dimension in [0, MAX_DIMENSION + 1] {
        let refused = VectorIndex::new(dimension, Precision::F32).expect_err("refused");
        assert_eq!((refused.code, refused.path.as_str()), (ErrorCode::OutOfRange, "/dimension"));
    }
}

#[test]
fn what_is_refused_changes_nothing() {
    let mut index = index_of(&[vec![1.0, 2.0]], Precision::Int8);
    let before = index.to_bytes();
    for element in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        assert_eq!(index.set(0, &[1.0, element]).expect_err("refused").code, ErrorCode::OutOfRange);
        assert_eq!(index.search(&[element, 1.0], 1).expect_err("refused").code, ErrorCode::OutOfRange);
    }
    assert_eq!(index.set(MAX_SLOTS as u32, &[1.0, 0.0]).expect_err("refused").code, ErrorCode::OutOfRange);
    assert_eq!(index.to_bytes(), before);
}

#[test]
fn extreme_elements_have_a_direction_too() {
    for precision in [Precision::Int8, Precision::F32] {
        let tiny = f32::from_bits(1);
        let index = index_of(&[vec![f32::MAX, f32::MAX], vec![tiny, tiny], vec![tiny, -tiny]], precision);
        let found = index.search(&[1e-30, 1e-30], 3).expect("a search");
        assert!(found[0].1 > 0.99 && found[1].1 > 0.99 && found[2] == (2, 0.0), "{found:?}");
    }
}

#[test]
fn no_sum_overflows() {
    for dimension in [1, 2, 16, 17, 384, 1536, 3072, MAX_DIMENSION] {
        let row = vec![1.0; dimension];
        let index = index_of(&[row.clone(), row.iter().map(|element| -element).collect()], Precision::Int8);
        let query = index.query(&row).expect("a query");
        let found = index.search(&row, 2).expect("a search");
        assert_eq!(found, [(0, exact_score(&index, &query, 0)), (1, 0.0)]);
        assert!(found[0].1 > 0.98, "{dimension}: {found:?}");
    }
}

/// The bits of cosines, as one number. The vector instructions give the same: `tests/shared/vector-index.ts`.
#[test]
fn cosines_have_the_same_bits_everywhere() {
    for (precision, expected) in [(Precision::Int8, INT8_BITS), (Precision::F32, F32_BITS)] {
        let mut hash = 0_u32;
        for dimension in [1, 3, 8, 17, 100, 384, 1000] {
            let mut numbers = Numbers(dimension as u32);
            let rows: Vec<_> = (0..37).map(|_| numbers.vector(dimension)).collect();
            let mut cosines = Vec::new();
            index_of(&rows, precision).cosines(&numbers.vector(dimension), &mut cosines).expect("cosines");
            assert!(cosines.split_off(rows.len()).iter().all(|cosine| cosine.is_nan()));
            for cosine in cosines {
                hash = hash.wrapping_mul(31).wrapping_add(cosine.to_bits());
            }
        }
        assert_eq!(hash, expected, "{precision:?}");
    }
}

const INT8_BITS: u32 = 3_203_851_151;
const F32_BITS: u32 = 3_152_377_189;

/// The slots and the bits of what filtered searches find, as one number. Some are missed, and which ones depends on every
/// bit of the estimates.
#[test]
fn a_filtered_search_finds_the_same_everywhere() {
    let mut numbers = Numbers(100);
    let rows: Vec<_> = (0..FILTERED_FROM).map(|_| numbers.vector(100)).collect();
    let index = index_of(&rows, Precision::Int8);
    let (mut hash, mut scores, mut missed) = (0_u32, Vec::new(), 0);
    for _ in 0..20 {
        let query = numbers.vector(100);
        let found = index.search(&query, 50).expect("a search");
        for (slot, score) in &found {
            for number in [*slot, score.to_bits()] {
                hash = hash.wrapping_mul(31).wrapping_add(number);
            }
        }
        index.cosines(&query, &mut scores).expect("cosines");
        let worst = found.last().expect("a row").1;
        missed += scores.iter().filter(|score| **score > worst).count() - (found.len() - 1);
    }
    assert!((1..20).contains(&missed), "{missed}");
    assert_eq!(hash, FILTERED_BITS);
}

const FILTERED_BITS: u32 = 2_379_686_687;

/// Vectors around centres, as those of texts are; and, with no centres, vectors that have nothing to do with another.
fn many(count: usize, centres: usize, numbers: &mut Numbers) -> Vec<Vec<f32>> {
    let centres: Vec<_> = (0..centres).map(|_| numbers.vector(64)).collect();
    let row = |index: usize| {
        let mut row = numbers.vector(64);
        if let Some(centre) = centres.get(index % centres.len().max(1)) {
            row.iter_mut().zip(centre).for_each(|(element, centre)| *element += centre);
        }
        row
    };
    (0..count).map(row).collect()
}

#[test]
fn a_filtered_search_finds_nearly_all() {
    for centres in [0, 50] {
        let mut numbers = Numbers(7);
        let rows = many(FILTERED_FROM + 20, centres, &mut numbers);
        let (rows, queries) = rows.split_at(FILTERED_FROM);
        let hits = hits(&index_of(rows, Precision::Int8), queries);
        assert!(hits >= 196, "{hits} of 200 with {centres} centres");
    }
}

/// How many of the ten rows nearest to each query are found.
fn hits(index: &VectorIndex, queries: &[Vec<f32>]) -> usize {
    let (mut hits, mut scores) = (0, Vec::new());
    for query in queries {
        let found = index.search(query, 10).expect("a search");
        index.cosines(query, &mut scores).expect("cosines");
        scores.iter_mut().for_each(|cosine| *cosine = cosine.clamp(0.0, 1.0));
        let rows = (0..).zip(scores.iter().copied()).filter(|row| !row.1.is_nan());
        let expected = sorted(rows, 10);
        assert!(found.iter().all(|(slot, score)| scores[*slot as usize] == *score), "scores are exact");
        assert!(found.is_sorted_by(|a, b| a.1 > b.1 || (a.1 == b.1 && a.0 < b.0)));
        hits += found.iter().filter(|row| expected.contains(row)).count();
    }
    hits
}

/// Of some models every vector is much the same in a few elements, and the others say what is similar.
#[test]
fn a_filtered_search_finds_nearly_all_beside_elements_that_outweigh_the_others() {
    let mut rows = many(FILTERED_FROM + 10, 50, &mut Numbers(11));
    for row in &mut rows {
        (row[7], row[40]) = (9.0, row[40] - 2.0);
    }
    let (rows, queries) = rows.split_at(FILTERED_FROM);
    let hits = hits(&index_of(rows, Precision::Int8), queries);
    assert!(hits >= 98, "{hits} of 100");
}

#[test]
fn a_filtered_search_finds_nearly_all_where_slots_are_empty() {
    let rows = many(FILTERED_FROM + 10, 50, &mut Numbers(13));
    let (rows, queries) = rows.split_at(FILTERED_FROM);
    let mut index = VectorIndex::new(64, Precision::Int8).expect("an index");
    for (slot, row) in (0..).zip(rows) {
        index.set(slot + slot / 5 + 1, row).expect("a row");
    }
    let hits = hits(&index, queries);
    assert!(hits >= 98, "{hits} of 100");
}

#[test]
fn a_filtered_search_finds_enough_where_nothing_differs() {
    let index = index_of(&vec![vec![0.5; 33]; FILTERED_FROM], Precision::Int8);
    for (query, score) in [(vec![2.0; 33], 1.0), (vec![-1.0; 33], 0.0), (vec![0.0; 33], 0.0)] {
        let found = index.search(&query, 300).expect("a search");
        assert_eq!(found.len(), 300);
        assert!(found.iter().all(|row| (row.1 - score).abs() < 1e-3), "{:?}", found[0]);
        assert!(found.is_sorted_by(|a, b| a.0 < b.0 || a.1 > b.1));
    }
}

#[test]
fn a_filtered_search_never_finds_what_was_removed_and_always_finds_enough() {
    let mut numbers = Numbers(9);
    let mut index = index_of(&many(FILTERED_FROM + 100, 3, &mut numbers), Precision::Int8);
    let query = numbers.vector(64);
    let first = index.search(&query, 100).expect("a search");
    for (slot, _) in &first {
        assert!(index.remove(*slot));
    }
    let second = index.search(&query, 100).expect("a search");
    assert_eq!(second.len(), 100);
    assert!(second.iter().all(|row| !first.contains(row)));
    // No row is similar to it, so none can be left out.
    let zero = index.search(&vec![0.0; 64], 50).expect("a search");
    assert_eq!(zero.len(), 50);
}

#[test]
fn bytes_that_are_damaged_are_no_index() {
    for precision in [Precision::Int8, Precision::F32] {
        let bytes = index_of(&[vec![1.0, 2.0], vec![-1.0, 0.5]], precision).to_bytes();
        assert!(VectorIndex::from_bytes(&bytes).is_some());
        for length in 0..bytes.len() {
            assert!(VectorIndex::from_bytes(&bytes[..length]).is_none(), "{length}");
        }
        for (place, byte) in [(0, b'x'), (4, 0), (6, 1), (8, 2), (12, 9), (15, 1), (19, 0x43)] {
            let mut damaged = bytes.clone();
            damaged[place] = byte;
            assert!(VectorIndex::from_bytes(&damaged).is_none(), "{place}");
        }
        assert!(VectorIndex::from_bytes(&[bytes, vec![0]].concat()).is_none());
    }
}

/// The elements of a row, as they are kept.
fn elements(index: &VectorIndex, slot: usize) -> Vec<i8> {
    let bytes =
        index.row(slot).as_flattened().iter().map(|block| kernel::bytes(block).map(|byte| byte as i8));
    bytes
        .flat_map(|bytes| [0, 1].map(|upper| (0..8).map(move |place| bytes[2 * place + upper])))
        .flatten()
        .collect()
}

/// The elements of a query, as sketches are compared with them.
fn weighed(query: &Query) -> Vec<i32> {
    let blocks = query.blocks.as_flattened().iter().flat_map(|[upper, lower]| [lower, upper]);
    let bytes: Vec<_> = blocks.flat_map(kernel::bytes).collect();
    let words = bytes.chunks_exact(2).map(|word| i32::from(i16::from_le_bytes([word[0], word[1]])));
    words.map(|word| (word * i32::from(query.weight) + 0x4000) >> 15).collect()
}

/// The estimates of all rows by signs and by both planes, and what they should be.
fn estimates(index: &VectorIndex, query: &Query) -> Vec<([i32; 2], [i32; 2])> {
    let (tables, weighed) = (sketch::tables(query), weighed(query));
    let numbers = |blocks: &[Block; 2]| -> Vec<i32> {
        let bytes = blocks.map(|block| kernel::bytes(&block));
        bytes
            .as_flattened()
            .chunks_exact(2)
            .map(|word| i16::from_le_bytes([word[0], word[1]]).into())
            .collect()
    };
    let mut result = Vec::new();
    let groups = index.planes.each_ref().map(|plane| plane.chunks_exact(index.stride));
    let [signs, steps] = groups;
    for (group, (signs, steps)) in signs.zip(steps).enumerate() {
        let by_signs = kernel::sums(&[kernel::block([0; 16]); 2], signs, &tables);
        let by_both = kernel::sums(&by_signs, steps, &tables);
        for (place, found) in numbers(&by_signs).into_iter().zip(numbers(&by_both)).enumerate() {
            let slot = WIDTH * group + place;
            if index.scales.get(slot).is_none_or(|scale| scale.is_nan()) {
                continue;
            }
            let row = elements(index, slot);
            let mean = 1.0 / (256.0 * f64::from(index.scales[slot]) * (index.dimension as f64).sqrt());
            let (mut by_signs, mut by_steps) = (0, 0);
            for (element, weight) in row.iter().zip(&weighed) {
                let is_large = element.unsigned_abs() >= mean as u8;
                by_signs += if (*element < 0) == (*weight < 0) { weight.abs() } else { 0 };
                by_steps += if ((*element < 0) == (*weight < 0)) == is_large { weight.abs() } else { 0 };
            }
            result.push(([found.0, found.1], [by_signs, 2 * by_signs + by_steps]));
        }
    }
    result
}

#[test]
fn no_estimate_overflows() {
    for dimension in [1, 2, 16, 17, 384, 1536, 3072, MAX_DIMENSION] {
        let mut numbers = Numbers(dimension as u32);
        let mut one = vec![0.0; dimension];
        one[dimension / 2] = -3.0;
        let rows = [vec![1.0; dimension], vec![-1.0; dimension], numbers.vector(dimension), one];
        let index = index_of(&rows, Precision::Int8);
        for row in &rows {
            let query = index.query(row).expect("a query");
            for (found, expected) in estimates(&index, &query) {
                assert_eq!(found, expected, "{dimension}");
                assert!(expected[1] < i16::MAX.into(), "{dimension}");
            }
        }
    }
}

/// What happens to an index: a slot, and its new vector or none.
fn changes(dimension: usize) -> impl Strategy<Value = Vec<(u32, Option<Vec<f32>>)>> {
    let element = prop_oneof![4 => -1.0_f32..1.0, 1 => Just(0.0), 1 => -1e30_f32..1e30];
    vec((0_u32..30, proptest::option::weighted(0.8, vec(element, dimension))), 0..60)
}

proptest! {
    #[test]
    fn a_search_is_that_of_a_naive_model(
        (changes, query) in (1_usize..40).prop_flat_map(|n| (changes(n), vec(-1.0_f32..1.0, n))),
        k in 0_usize..40,
    ) {
        for precision in [Precision::Int8, Precision::F32] {
            let mut index = VectorIndex::new(query.len(), precision).expect("an index");
            let mut model: Vec<Option<&Vec<f32>>> = vec![None; 30];
            for (slot, vector) in &changes {
                let kept = &mut model[*slot as usize];
                match vector {
                    Some(vector) => index.set(*slot, vector).expect("a row"),
                    None => prop_assert_eq!(index.remove(*slot), kept.is_some()),
                }
                *kept = vector.as_ref();
            }
            let rows = || (0_u32..).zip(&model).filter_map(|(slot, row)| row.map(|row| (slot, row)));
            prop_assert_eq!(index.len(), rows().count());
            let mut scores = Vec::new();
            index.cosines(&query, &mut scores).expect("cosines");
            scores.iter_mut().for_each(|cosine| *cosine = cosine.clamp(0.0, 1.0));
            let blocks = index.query(&query).expect("a query");
            for (slot, row) in rows() {
                let score = scores[slot as usize];
                prop_assert!((f64::from(score) - cosine(row, &query)).abs() < 0.01);
                if precision == Precision::Int8 {
                    prop_assert_eq!(score, exact_score(&index, &blocks, slot as usize));
                }
            }
            for (slot, score) in scores.iter().enumerate() {
                prop_assert_eq!(score.is_nan(), model.get(slot).is_none_or(Option::is_none));
            }
            let expected = sorted(rows().map(|(slot, _)| (slot, scores[slot as usize])), k);
            prop_assert_eq!(index.search(&query, k).expect("a search"), expected.clone());
            let bytes = index.to_bytes();
            let again = VectorIndex::from_bytes(&bytes).expect("an index");
            prop_assert_eq!(again.search(&query, k).expect("a search"), expected);
            prop_assert_eq!((again.len(), again.to_bytes()), (index.len(), bytes));
        }
    }

    #[test]
    fn a_vector_comes_back_as_it_is_kept_and_leaves_nothing(
        rows in (1_usize..70).prop_flat_map(|n| {
            vec(vec(prop_oneof![8 => -1.0_f32..1.0, 2 => Just(1.0), 2 => Just(-1.0), 1 => Just(0.0)], n), 1..6)
        }),
    ) {
        let mut index = index_of(&rows, Precision::Int8);
        let mut again = VectorIndex::new(index.dimension(), Precision::Int8).expect("an index");
        for (slot, row) in (0..).zip(&rows) {
            let vector = index.get(slot).expect("a vector");
            prop_assert!(row.iter().all(|element| *element == 0.0) || cosine(&vector, row) > 0.98);
            again.set(slot, &vector).expect("a row");
            prop_assert_eq!(again.row(slot as usize), index.row(slot as usize));
            prop_assert_eq!(again.get(slot), Some(vector));
        }
        for slot in 0..rows.len() as u32 {
            prop_assert!(index.remove(slot));
            prop_assert_eq!(index.get(slot), None);
        }
        let blocks = index.rows.as_flattened();
        prop_assert!(blocks.iter().all(|block| kernel::bytes(block) == [0; 16]));
    }

    #[test]
    fn estimates_are_sums_by_signs_and_sizes(
        (rows, query) in (1_usize..140).prop_flat_map(|n| (vec(vec(-1.0_f32..1.0, n), 1..24), vec(-1.0_f32..1.0, n))),
    ) {
        let index = index_of(&rows, Precision::Int8);
        let query = index.query(&query).expect("a query");
        let estimates = estimates(&index, &query);
        prop_assert_eq!(estimates.len(), rows.len());
        for (found, expected) in estimates {
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn any_bytes_are_an_index_or_none(
        slots in 0_u8..3, precision in 0_u8..3, dimension in 0_u8..20, body in vec(any::<u8>(), 0..2000),
    ) {
        let header = [b'l', b'v', b'x', b'1', dimension, 0, 0, 0, precision, 0, 0, 0, slots * 8, 0, 0, 0];
        let stride = match precision { 0 => dimension.div_ceil(32), _ => dimension.div_ceil(8) };
        let size = usize::from(slots) * 8 * (4 + 32 * usize::from(stride));
        let fitting = body.iter().copied().cycle().take(if body.is_empty() { 0 } else { size }).collect();
        let small: Vec<u8> = body.iter().map(|byte| byte & 0x3f).cycle().take(if body.is_empty() { 0 } else { size }).collect();
        for body in [body, fitting, small] {
            if let Some(index) = VectorIndex::from_bytes(&[&header[..], &body].concat()) {
                let found = index.search(&vec![0.5; index.dimension()], 5).expect("a search");
                prop_assert!(found.iter().all(|(_, score)| (0.0..=1.0).contains(score)));
                prop_assert_eq!(found.len(), index.len().min(5));
            }
        }
    }
}
