//! Sorting whose code exists once. The standard library compiles its sort anew for every element type and every
//! comparison (5 KB of wasm each); here the indices are sorted, and the items follow them.

use std::cmp::Ordering;

/// Sorts stably by a comparison.
pub fn sort_by<T>(items: &mut [T], compare: impl FnMut(&T, &T) -> Ordering) {
    sort(items.len(), &mut Items { items, compare });
}

/// Sorts stably by a text that each item has.
pub fn sort_by_text<T>(items: &mut [T], text: impl Fn(&T) -> &str) {
    let texts: Vec<&str> = items.iter().map(text).collect();
    let order = indices_by_text(&texts);
    arrange(order, &mut |a, b| items.swap(a, b));
}

/// The indices of texts in their order; those of equal ones as they come.
pub fn indices_by_text(texts: &[&str]) -> Vec<usize> {
    let keys: Vec<u128> = texts.iter().map(|text| key(text)).collect();
    sorted_indices(texts.len(), &mut |a, b| keys[a].cmp(&keys[b]).then_with(|| texts[a].cmp(texts[b])))
}

/// How a text begins, as a number: of two texts with different keys that with the smaller one comes first. Most texts are
/// told apart by it, and keys lie side by side, while each text is somewhere else in the memory.
pub fn key(text: &str) -> u128 {
    let bytes = text.as_bytes();
    u128::from_be_bytes(bytes.first_chunk().copied().unwrap_or_else(|| {
        let mut begin = [0; 16];
        begin.iter_mut().zip(bytes).for_each(|(place, byte)| *place = *byte);
        begin
    }))
}

/// Items and their order, whatever they are.
trait Sort {
    fn compare(&mut self, a: usize, b: usize) -> Ordering;
    fn swap(&mut self, a: usize, b: usize);
}

struct Items<'i, T, F> {
    items: &'i mut [T],
    compare: F,
}

impl<T, F: FnMut(&T, &T) -> Ordering> Sort for Items<'_, T, F> {
    fn compare(&mut self, a: usize, b: usize) -> Ordering {
        (self.compare)(&self.items[a], &self.items[b])
    }

    fn swap(&mut self, a: usize, b: usize) {
        self.items.swap(a, b);
    }
}

/// Sorts stably by a key.
pub fn sort_by_key<T, K: Ord>(items: &mut [T], key: impl Fn(&T) -> K) {
    sort_by(items, |a, b| key(a).cmp(&key(b)));
}

/// Sorts numbers in place: Shell's sort, which for lists of words is as fast as any.
pub fn sort_numbers(numbers: &mut [u32]) {
    let mut gap = numbers.len();
    while gap > 1 {
        // Each gap is 4/9 of the one before, near what Tokuda found best.
        gap = (gap * 4 / 9).max(1);
        for start in gap..numbers.len() {
            let mut at = start;
            while at >= gap && numbers[at - gap] > numbers[at] {
                numbers.swap(at - gap, at);
                at -= gap;
            }
        }
    }
}

/// For each text, whether an equal one stands before it. Where there is no text, nothing is repeated.
pub fn repeated(texts: &[Option<&str>]) -> Vec<bool> {
    let mut repeated = vec![false; texts.len()];
    let mut previous = None;
    // Of equal texts the first one comes first.
    for index in sorted_indices(texts.len(), &mut |a, b| texts.get(a).cmp(&texts.get(b))) {
        let text = texts.get(index).copied().flatten();
        if let Some(slot) = repeated.get_mut(index) {
            *slot = text.is_some() && text == previous;
        }
        previous = text;
    }
    repeated
}

/// The indices 0.. in the order of the items that they stand for: a merge sort from pairs upwards.
pub fn sorted_indices(length: usize, compare: &mut dyn FnMut(usize, usize) -> Ordering) -> Vec<usize> {
    let mut order: Vec<usize> = (0..length).collect();
    // As most lists are.
    if (1..length).all(|index| compare(index - 1, index) != Ordering::Greater) {
        return order;
    }
    let mut merged = Vec::with_capacity(length);
    let mut width = 1;
    while width < length {
        for pair in order.chunks(2 * width) {
            let (mut left, mut right) = pair.split_at(width.min(pair.len()));
            // Of lists that are put together, whole parts are in order.
            if let (Some(last), Some(first)) = (left.last(), right.first()) {
                if compare(*first, *last) != Ordering::Less {
                    merged.extend_from_slice(pair);
                    continue;
                }
            }
            while let (Some((first, left_rest)), Some((second, right_rest))) =
                (left.split_first(), right.split_first())
            {
                if compare(*second, *first) == Ordering::Less {
                    merged.push(*second);
                    right = right_rest;
                } else {
                    merged.push(*first);
                    left = left_rest;
                }
            }
            merged.extend_from_slice(left);
            merged.extend_from_slice(right);
        }
        std::mem::swap(&mut order, &mut merged);
        merged.clear();
        width *= 2;
    }
    order
}

fn sort(length: usize, items: &mut dyn Sort) {
    let order = sorted_indices(length, &mut |a, b| items.compare(a, b));
    arrange(order, &mut |a, b| items.swap(a, b));
}

/// Brings items into an order that is given by their indices.
fn arrange(order: Vec<usize>, swap: &mut dyn FnMut(usize, usize)) {
    // Where the item at each index belongs.
    let mut places = vec![0; order.len()];
    for (place, index) in order.into_iter().enumerate() {
        places[index] = place;
    }
    for index in 0..places.len() {
        while places[index] != index {
            let place = places[index];
            places.swap(index, place);
            swap(index, place);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn equal_items_keep_their_order() {
        let mut items = vec![(2, 'a'), (1, 'b'), (2, 'c'), (1, 'd')];
        sort_by_key(&mut items, |(number, _)| *number);
        assert_eq!(items, [(1, 'b'), (1, 'd'), (2, 'a'), (2, 'c')]);
    }

    #[test]
    fn repeated_texts_are_those_after_the_first() {
        let texts = [Some("b"), Some("a"), None, Some("b"), Some(""), None, Some("a"), Some("b")];
        assert_eq!(repeated(&texts), [false, false, false, true, false, false, true, true]);
        assert_eq!(repeated(&[]), Vec::<bool>::new());
    }

    #[test]
    fn a_long_list_needs_few_comparisons() {
        for shuffle in [1_u64, 7_919, 104_729] {
            let mut items: Vec<u64> = (0..10_000).map(|index| index * shuffle % 10_007).collect();
            let mut comparisons = 0;
            sort_by(&mut items, |a, b| {
                comparisons += 1;
                a.cmp(b)
            });
            assert!(items.is_sorted());
            assert!(comparisons < 10_000 * 14, "{comparisons}");
        }
    }

    proptest! {
        #[test]
        fn numbers_are_sorted_in_place(mut numbers in proptest::collection::vec(0_u32..200, 0..300)) {
            let mut expected = numbers.clone();
            expected.sort_unstable();
            sort_numbers(&mut numbers);
            prop_assert_eq!(numbers, expected);
        }

        #[test]
        fn sorting_by_texts_is_sorting_them(
            mut texts in proptest::collection::vec("[a-b\0]{0,3}(same beginning_)?[a-bé]{0,3}", 0..80)
        ) {
            let mut expected = texts.clone();
            expected.sort();
            sort_by_text(&mut texts, |text| text);
            prop_assert_eq!(texts, expected);
        }

        #[test]
        fn sorting_is_what_the_standard_library_does(keys in proptest::collection::vec(0_u8..20, 0..80)) {
            let mut items: Vec<(u8, usize)> = keys.into_iter().zip(0..).collect();
            let mut expected = items.clone();
            expected.sort_by_key(|(key, _)| *key);
            sort_by_key(&mut items, |(key, _)| *key);
            prop_assert_eq!(items, expected);
        }
    }
}
