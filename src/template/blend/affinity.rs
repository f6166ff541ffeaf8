//! How affinity moves.

use super::rule::Merging;
use super::share::{having, keys, mean};
use crate::decimal::round;
use crate::json::{Map, Value};

/// The points of every kind: the mean of the sources that define it.
pub(super) fn interaction_types(merging: &Merging<'_, '_>, _: &mut bool) -> Option<Value> {
    let mut kinds = Map::new();
    for kind in keys(merging.shares, &|_| true) {
        let points = mean(&having(merging.shares, kind)).unwrap_or_default();
        // The nine decimals take away what binary fractions add to a half or lack of it.
        kinds.insert(kind, round(points, 9).round() as i64);
    }
    (!merging.shares.is_empty()).then(|| kinds.into())
}
