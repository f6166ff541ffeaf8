//! Whatever the bytes: they are no index, or the index gives the same bytes again, and is searched like any other.

#![no_main]

use libfuzzer_sys::fuzz_target;
use luminoracore::memory::vector_index::VectorIndex;

fuzz_target!(|bytes: &[u8]| {
    check(bytes);
    // Nobody guesses a length: an index of bytes in five dimensions, eight rows in a group.
    let Some((precision, rows)) = bytes.split_first() else { return };
    let rows = &rows[..rows.len() / ROWS * ROWS];
    let slots = 8 * (rows.len() / ROWS) as u32;
    check(&[b"lvx1\x05\0\0\0", &[precision % 2, 0, 0, 0][..], &slots.to_le_bytes(), rows].concat());
});

/// A scale and a pair of blocks, for each row of a group.
const ROWS: usize = 8 * (4 + 32);

fn check(bytes: &[u8]) {
    let Some(mut index) = VectorIndex::from_bytes(bytes) else { return };
    assert_eq!(index.to_bytes(), bytes);
    let query = vec![0.25; index.dimension()];
    let found = index.search(&query, 10).expect("a search");
    assert_eq!(found.len(), index.len().min(10));
    let mut cosines = Vec::new();
    index.cosines(&query, &mut cosines).expect("cosines");
    for (slot, score) in found {
        assert!((0.0..=1.0).contains(&score));
        assert_eq!(cosines[slot as usize].clamp(0.0, 1.0), score);
        assert!(index.remove(slot));
    }
    index.set(3, &query).expect("a row");
}
