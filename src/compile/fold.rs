//! The key under which two items of a list count as the same.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Folds a text: normalised, lower case, combining marks removed.
pub(super) fn fold(text: &str) -> String {
    text.nfkc()
        .filter_map(|character| match character {
            '\u{2018}' | '\u{2019}' | '\u{02BC}' | '\u{FF07}' => Some('\''),
            '\u{2010}' | '\u{2011}' => Some('-'),
            '\u{00AD}' | '\u{200B}' | '\u{2060}' | '\u{FEFF}' => None,
            other => Some(other),
        })
        .flat_map(char::to_lowercase)
        .nfd()
        .filter(|&character| !is_combining_mark(character))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::fold;

    #[test]
    fn case_accents_and_quotes_fold() {
        assert_eq!(fold("Don\u{2019}t say CAF\u{C9}"), fold("don't say cafe\u{301}"));
        assert_ne!(fold("to do"), fold("to-do"));
    }
}
