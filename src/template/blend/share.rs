//! What each source has at one place of the document.

use crate::json::Value;
use crate::list::List;
use crate::order::repeated;

/// What one source has at some place, and how much the source weighs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Share<'a> {
    pub(super) value: &'a Value,
    /// Above 0. At the whole document all weights sum to 1; at another place some sources may have nothing.
    pub(super) weight: f64,
}

/// What the sources have under a key, in the order of the sources.
pub(super) fn having<'a>(shares: &[Share<'a>], key: &str) -> Vec<Share<'a>> {
    let mut having = Vec::with_capacity(shares.len());
    for share in shares {
        if let Some(value) = share.value.get(key) {
            having.push(Share { value, weight: share.weight });
        }
    }
    having
}

/// What the heaviest source has; of equally heavy ones the first.
pub(super) fn heaviest<'a>(shares: &[Share<'a>]) -> Option<&'a Value> {
    Some(shares.get(leading(shares))?.value)
}

/// The place of the heaviest source; of equally heavy ones the first.
pub(super) fn leading(shares: &[Share<'_>]) -> usize {
    let (mut place, mut most) = (0, 0.0);
    for (index, share) in shares.iter().enumerate() {
        if share.weight > most {
            (place, most) = (index, share.weight);
        }
    }
    place
}

/// The weight of all together.
pub(super) fn total(shares: &[Share<'_>]) -> f64 {
    let mut total = 0.0;
    for share in shares {
        total += share.weight;
    }
    total
}

/// The weighted mean of numbers.
pub(super) fn mean(shares: &[Share<'_>]) -> Option<f64> {
    let total = total(shares);
    let mut mean = None;
    for share in shares {
        if let Some(number) = share.value.as_f64() {
            mean = Some(mean.unwrap_or_default() + share.weight / total * number);
        }
    }
    mean
}

/// The keys of objects that are wanted, each once, in the order in which they are first seen.
pub(super) fn keys<'a>(shares: &[Share<'a>], is_wanted: &dyn Fn(&str) -> bool) -> Vec<&'a str> {
    let mut all = Vec::new();
    for share in shares {
        if let Some(members) = share.value.as_object() {
            all.extend(members.keys().map(String::as_str).filter(|key| is_wanted(key)));
        }
    }
    let texts: Vec<_> = all.iter().copied().map(Some).list();
    let mut repeated = repeated(&texts).into_iter();
    all.retain(|_| repeated.next() == Some(false));
    all
}
