//! The text as it was written: what a scan folds, candidates show.

use std::ops::Range;

use super::Span;
use crate::text::Scan;

/// A text by the places that a scan gives.
pub(super) struct Source<'a> {
    text: &'a str,
    scan: &'a Scan,
    /// The byte at which each UTF-16 unit begins, and the end; none for a text of ASCII alone.
    offsets: Vec<u32>,
}

impl<'a> Source<'a> {
    pub(super) fn new(text: &'a str, scan: &'a Scan) -> Self {
        let mut offsets = Vec::new();
        if !text.is_ascii() {
            let mut offset = 0;
            for character in text.chars() {
                for _ in 0..character.len_utf16() {
                    offsets.push(offset);
                }
                offset += character.len_utf8() as u32;
            }
            offsets.push(offset);
        }
        Self { text, scan, offsets }
    }

    /// The text between two places.
    pub(super) fn slice(&self, [start, end]: Span) -> &'a str {
        let offset = |at: u32| match self.offsets.is_empty() {
            true => self.text.len().min(at as usize),
            false => self.offsets.get(at as usize).map_or(self.text.len(), |offset| *offset as usize),
        };
        self.text.get(offset(start)..offset(end)).unwrap_or_default()
    }

    /// Some tokens with what stands between them.
    pub(super) fn tokens(&self, tokens: &Range<usize>) -> &'a str {
        if tokens.is_empty() {
            return "";
        }
        self.slice(self.scan.span_of(tokens.start, tokens.len()))
    }

    /// One token.
    pub(super) fn word(&self, at: usize) -> &'a str {
        self.slice(self.scan.span(at))
    }

    /// What follows a token.
    pub(super) fn after(&self, at: usize) -> &'a str {
        self.slice([self.scan.span(at)[1], u32::MAX])
    }

    /// What stands between a token and the one before it.
    pub(super) fn between(&self, at: usize) -> &'a str {
        let before = at.checked_sub(1).map_or(0, |before| self.scan.span(before)[1]);
        self.slice([before, self.scan.span(at)[0]])
    }

    /// Whether that is only spaces.
    pub(super) fn joined(&self, at: usize) -> bool {
        self.between(at).bytes().all(|byte| byte == b' ')
    }

    /// Whether a token begins with a capital letter.
    pub(super) fn is_capital(&self, at: usize) -> bool {
        self.word(at).chars().next().is_some_and(is_capital)
    }

    /// Whether there is no capital letter of ASCII in the text: then a missing one says nothing.
    pub(super) fn is_lower(&self) -> bool {
        !self.text.bytes().any(|byte| byte.is_ascii_uppercase())
    }
}

/// Capital letters of Latin, Greek and Cyrillic names. The table of the standard library is for all scripts.
fn is_capital(letter: char) -> bool {
    match letter {
        'A'..='Z' | 'À'..='Ö' | 'Ø'..='Þ' | 'Α'..='Ω' | 'Ѐ'..='Я' => true,
        // Pairs, the capital letter first.
        '\u{139}'..='\u{148}' | '\u{179}'..='\u{17E}' => letter as u32 % 2 == 1,
        '\u{100}'..='\u{177}' | '\u{1E00}'..='\u{1EFF}' => letter as u32 % 2 == 0,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_lead_back_to_the_text() {
        let text = "😀 Ana vive  en Ávila/Łódź";
        let scan = Scan::new(text);
        let source = Source::new(text, &scan);
        assert_eq!(source.word(3), "Ávila");
        assert_eq!(source.tokens(&(0..3)), "Ana vive  en");
        assert_eq!(source.tokens(&(1..1)), "");
        assert_eq!(source.after(3), "/Łódź");
        assert_eq!([1, 2, 3, 4].map(|at| source.joined(at)), [true, true, true, false]);
        assert_eq!([0, 1, 2, 3, 4].map(|at| source.is_capital(at)), [true, false, false, true, true]);
        assert!(!source.is_lower());
        assert_eq!(source.word(9), "");
    }

    #[test]
    fn capital_letters_are_those_of_the_standard_library() {
        for letter in ('A'..='z').chain('À'..='Ž').chain('Α'..='Ω').chain('Ѐ'..='я') {
            let expected = letter.is_uppercase();
            // A letter that has no pair, and one that has no place.
            if !matches!(letter, 'ĸ' | '\u{178}' | '\u{149}' | '\u{3A2}') {
                assert_eq!(is_capital(letter), expected, "{letter} {:x}", letter as u32);
            }
        }
    }
}
