//! What is kept of rows to estimate their cosines: two bits for each element, in two planes. The first one has its sign.
//! The second one has the sign too where the element is large, and the other one where it is small. So the signs, and
//! half of what the second plane says added to them, are the row in four steps of one size: -3/2, -1/2, 1/2, 3/2.
//!
//! Sixteen rows lie side by side, a byte of each in a block for eight elements, and their dot products with a query are
//! looked up, sixteen at a time: four bits of a row choose one of the sixteen sums that four elements of the query can
//! have. That is as fast as to count in which signs rows and query differ, but the query keeps its precision, and
//! estimates are off by half as much.

use super::Query;
use super::kernel::{self, Block};

/// Rows side by side.
pub(super) const WIDTH: usize = 16;

/// A plane of the sketches of all rows: for each sixteen of them, for each pair of blocks of a row, the bits of the lower
/// and of the upper elements of one block, and of the other.
pub(super) type Plane = Vec<[[Block; 2]; 2]>;

/// For each block of a [`Plane`] two tables: for the lower and for the upper four bits of its bytes.
pub(super) type Tables = [[[Block; 2]; 2]; 2];

/// Writes the sketch of a row of pairs, of which `scale` is 1 over 256 times the length.
pub(super) fn set(planes: &mut [Plane; 2], slot: usize, row: &[[Block; 2]], dimension: usize, scale: f32) {
    // The mean of the squares: where elements are distributed normally, a third is larger.
    let large = 1.0 / (256.0 * f64::from(scale) * (dimension as f64).sqrt());
    let (group, place) = (slot / WIDTH, (slot % WIDTH) as u8);
    for (plane, large) in planes.iter_mut().zip(&[0, large as u8]) {
        let bits = plane.get_mut(group * row.len()..(group + 1) * row.len()).unwrap_or_default();
        for (blocks, bits) in row.iter().zip(bits) {
            for (pairs, [lower, upper]) in blocks.iter().zip(bits) {
                let [lower_bits, upper_bits] = kernel::bits(pairs, *large);
                kernel::set_byte(lower, place, lower_bits);
                kernel::set_byte(upper, place, upper_bits);
            }
        }
    }
}

/// A query as sketches are compared with it.
pub(super) fn tables(query: &Query) -> Vec<Tables> {
    let mut tables = vec![[[[kernel::block([0; 16]); 2]; 2]; 2]; query.blocks.len()];
    for (tables, [upper, lower]) in tables.as_flattened_mut().iter_mut().zip(query.blocks.as_flattened()) {
        *tables = [kernel::tables(lower, query.weight), kernel::tables(upper, query.weight)];
    }
    tables
}
