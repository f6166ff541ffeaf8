//! "Did you mean": the known word nearest to an unknown one.

use crate::list::List;

/// Edits (insert, delete, replace a character) between a word and its suggestion.
const MAX_DISTANCE: usize = 2;

/// Candidates looked at. Some lists come from the document; looking at all of them for each of its unknown words
/// would take quadratic time.
const MAX_CANDIDATES: usize = 100;

/// The candidate at the smallest edit distance, at most 2; the first of several. A candidate that would have to
/// be replaced entirely is no suggestion.
pub(super) fn nearest(word: &str, candidates: &[&str]) -> Option<String> {
    let word: Vec<char> = word.chars().take(101).list();
    let mut best: Option<(usize, &str)> = None;
    for &candidate in candidates.iter().take(MAX_CANDIDATES) {
        let limit = best.map_or(MAX_DISTANCE + 1, |(distance, _)| distance);
        let letters: Vec<char> = candidate.chars().take(101).list();
        if let Some(distance) = distance_below(&word, &letters, limit) {
            if distance < letters.len() {
                best = Some((distance, candidate));
            }
        }
    }
    best.map(|(_, candidate)| candidate.to_owned())
}

/// The Levenshtein distance, if it is below `limit`: the textbook table, row by row, given up as soon as a whole
/// row has reached the limit.
fn distance_below(left: &[char], right: &[char], limit: usize) -> Option<usize> {
    if left.len().abs_diff(right.len()) >= limit {
        return None;
    }
    let mut row: Vec<usize> = (0..=right.len()).list();
    for (i, a) in left.iter().enumerate() {
        let mut diagonal = i;
        let mut previous = i + 1;
        let mut smallest = previous;
        if let Some(first) = row.first_mut() {
            *first = previous;
        }
        for (b, cell) in right.iter().zip(row.iter_mut().skip(1)) {
            let replaced = diagonal + usize::from(a != b);
            diagonal = *cell;
            previous = replaced.min(previous + 1).min(diagonal + 1);
            *cell = previous;
            smallest = smallest.min(previous);
        }
        if smallest >= limit {
            return None;
        }
    }
    row.last().copied().filter(|distance| *distance < limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_within_two_edits() {
        let words = ["persona", "person", "policy", "a"];
        for (word, expected) in [
            ("personna", Some("persona")),
            ("persons", Some("persona")),
            ("persn", Some("person")),
            ("polcy", Some("policy")),
            ("Policy", Some("policy")),
            ("politics", None),
            ("x", None),
            ("", None),
            ("policy12", Some("policy")),
            ("policy123", None),
        ] {
            assert_eq!(nearest(word, &words).as_deref(), expected, "{word}");
        }
    }

    #[test]
    fn distances_are_those_of_the_textbook() {
        let distance = |a: &str, b: &str| {
            let (a, b): (Vec<_>, Vec<_>) = (a.chars().collect(), b.chars().collect());
            distance_below(&a, &b, 100)
        };
        assert_eq!(distance("kitten", "sitting"), Some(3));
        assert_eq!(distance("", "abc"), Some(3));
        assert_eq!(distance("abc", ""), Some(3));
        assert_eq!(distance("ab", "ba"), Some(2));
        assert_eq!(distance("año", "ano"), Some(1));
    }
}
