//! Long texts in pieces that overlap a little, each ending where a reader would pause (cognition specification 5).
//! Pieces are places in the text, never copies of it. One pass: what is looked at twice is the overlap.

use std::ops::Range;

use crate::error::{Error, ErrorCode};
use crate::text::{Span, is_combining_mark, is_line_break};

/// A piece of a text, in the units that are asked for: all three name the same characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// Half-open, in Unicode scalar values.
    pub scalars: [u32; 2],
    /// Half-open, in UTF-16 code units: what is stored, and what JavaScript slices by.
    pub utf16: Span,
    /// Half-open, in bytes of UTF-8: what Rust slices by.
    pub bytes: Range<usize>,
}

/// How long pieces are, in Unicode scalar values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChunkOptions {
    size: u32,
    overlap: u32,
}

/// The pieces of a text of the usual length: at most 1,024 characters, of which at most 128 are in the piece before.
/// None for a blank text.
pub fn chunks(text: &str) -> Vec<Chunk> {
    ChunkOptions::default().chunks(text)
}

impl Default for ChunkOptions {
    fn default() -> Self {
        Self { size: 1_024, overlap: 128 }
    }
}

impl ChunkOptions {
    /// Pieces of at most `size` characters, of which at most `overlap` are in the piece before.
    ///
    /// # Errors
    /// `invalid_config` unless `size` is at least 1 and greater than `overlap`.
    pub fn new(size: u32, overlap: u32) -> Result<Self, Error> {
        if overlap < size {
            return Ok(Self { size, overlap });
        }
        let message = "a chunk has at least 1 character, and more than overlap";
        Err(Error::new(ErrorCode::InvalidConfig, message))
    }

    /// The pieces of a text, in order. None for a blank text.
    pub fn chunks(self, text: &str) -> Vec<Chunk> {
        let mut chunks = Vec::new();
        if text.trim().is_empty() {
            return chunks;
        }
        let mut start = Place::default();
        loop {
            let (end, is_last) = self.end(text, start);
            chunks.push(Chunk {
                scalars: [start.scalars, end.scalars],
                utf16: [start.utf16, end.utf16],
                bytes: start.bytes..end.bytes,
            });
            if is_last {
                return chunks;
            }
            start = self.next_start(text, start, end);
        }
    }

    /// Where the piece that begins at `start` ends, and whether it is the last one.
    fn end(self, text: &str, start: Place) -> (Place, bool) {
        let middle = start.scalars.saturating_add(self.size / 2);
        // The last pause of each sort in the second half.
        let mut pauses = [None; 4];
        let (mut is_sentence, mut in_space, mut breaks) = (false, false, 0);
        let mut end = start;
        let mut characters = part(text, start.bytes, text.len()).chars();
        for _ in 0..self.size {
            let Some(character) = characters.next() else { break };
            end.step(character);
            if !character.is_whitespace() {
                let goes_on = is_sentence && !in_space && is_closing_quote(character);
                is_sentence = matches!(character, '.' | '!' | '?' | '…') || goes_on;
                (in_space, breaks) = (false, 0);
                continue;
            }
            in_space = true;
            if character == '\r' && characters.as_str().starts_with('\n') {
                continue;
            }
            breaks += u32::from(is_line_break(character));
            let sort = match breaks {
                0 if is_sentence => SENTENCE,
                0 => SPACE,
                1 => LINE,
                _ => PARAGRAPH,
            };
            if end.scalars >= middle {
                pauses[sort] = Some(end);
            }
        }
        if characters.as_str().is_empty() {
            return (end, true);
        }
        let pause = pauses.into_iter().flatten().next();
        (pause.unwrap_or_else(|| last_free(text, (start, middle), end)), false)
    }

    /// Where the next piece begins: at a word of the overlap.
    fn next_start(self, text: &str, start: Place, end: Place) -> Place {
        let mut earliest = end;
        // At least one character further than the piece before.
        let shared = self.overlap.min(end.scalars - start.scalars - 1);
        for character in part(text, 0, end.bytes).chars().rev().take(shared as usize) {
            earliest.step_back(character);
        }
        let mut next = after_space(text, earliest, end).unwrap_or(earliest);
        let mut previous = part(text, 0, next.bytes).chars().next_back().unwrap_or_default();
        for character in part(text, next.bytes, end.bytes).chars() {
            if !is_joined(previous, character) {
                break;
            }
            next.step(character);
            previous = character;
        }
        next
    }
}

/// Sorts of pauses, the best first.
const PARAGRAPH: usize = 0;
const LINE: usize = 1;
const SENTENCE: usize = 2;
const SPACE: usize = 3;

/// A place in a text, in all units.
#[derive(Clone, Copy, Debug, Default)]
struct Place {
    scalars: u32,
    utf16: u32,
    bytes: usize,
}

impl Place {
    fn step(&mut self, over: char) {
        self.scalars += 1;
        self.utf16 += over.len_utf16() as u32;
        self.bytes += over.len_utf8();
    }

    fn step_back(&mut self, over: char) {
        self.scalars -= 1;
        self.utf16 -= over.len_utf16() as u32;
        self.bytes -= over.len_utf8();
    }
}

/// The last place up to `end` that takes nothing apart. Where the whole second half is one such thing, it is taken
/// apart after all (but for a line break): a piece has a length, and the next one must get on.
fn last_free(text: &str, (start, middle): (Place, u32), mut end: Place) -> Place {
    let mut free = end;
    let mut next = part(text, end.bytes, text.len()).chars().next().unwrap_or_default();
    for previous in part(text, start.bytes, end.bytes).chars().rev() {
        if !is_joined(previous, next) {
            return free;
        }
        free.step_back(previous);
        if free.scalars < middle || free.scalars == start.scalars {
            break;
        }
        if next == '\n' {
            end = free;
        }
        next = previous;
    }
    end
}

/// The first place after white space, unless that is the end.
fn after_space(text: &str, from: Place, end: Place) -> Option<Place> {
    let (mut place, mut in_space) = (from, false);
    for character in part(text, from.bytes, end.bytes).chars() {
        match character.is_whitespace() {
            true => in_space = true,
            false if in_space => return Some(place),
            false => {}
        }
        place.step(character);
    }
    None
}

/// Whether two characters are shown, or count, as one.
fn is_joined(previous: char, next: char) -> bool {
    const JOINER: char = '\u{200D}';
    let goes_on = matches!(next, JOINER | '\u{FE0F}' | '\u{1F3FB}'..='\u{1F3FF}') || is_combining_mark(next);
    goes_on || previous == JOINER || (previous == '\r' && next == '\n')
}

fn is_closing_quote(character: char) -> bool {
    matches!(character, '"' | '\'' | '”' | '’' | '»' | '›')
}

fn part(text: &str, from: usize, to: usize) -> &str {
    text.get(from..to).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(size: u32, overlap: u32, text: &str) -> Vec<&str> {
        let chunks = ChunkOptions::new(size, overlap).unwrap().chunks(text);
        chunks.into_iter().map(|chunk| &text[chunk.bytes]).collect()
    }

    /// The laws of the specification, each checked from the text.
    fn check_laws(options: ChunkOptions, text: &str) {
        let chunks = options.chunks(text);
        assert_eq!(chunks.is_empty(), text.trim().is_empty());
        let characters: Vec<char> = text.chars().collect();
        let (mut start, mut end) = (None, 0);
        for chunk in &chunks {
            let [from, to] = chunk.scalars;
            let told = &text[chunk.bytes.clone()];
            assert_eq!(told, characters[from as usize..to as usize].iter().collect::<String>());
            let units: Vec<u16> = text.encode_utf16().collect();
            let [utf16_from, utf16_to] = chunk.utf16.map(|unit| unit as usize);
            assert_eq!(String::from_utf16(&units[utf16_from..utf16_to]).unwrap(), told);
            assert!(to - from <= options.size, "{chunk:?}");
            assert!(start < Some(from), "{chunk:?} after {start:?}");
            assert!(
                !(text[..chunk.bytes.start].ends_with('\r') && told.starts_with('\n')) || options.size == 1
            );
            assert!(from <= end && end - from <= options.overlap, "{chunk:?} after {end}");
            assert!(
                options.size == 1 || !(told.ends_with('\r') && text[chunk.bytes.end..].starts_with('\n'))
            );
            (start, end) = (Some(from), to);
        }
        assert_eq!(end as usize, if chunks.is_empty() { 0 } else { characters.len() });
    }

    #[test]
    fn a_piece_has_a_character_that_is_not_in_the_one_before() {
        for (size, overlap) in [(0, 0), (128, 200), (1, 1)] {
            assert_eq!(ChunkOptions::new(size, overlap).unwrap_err().code, ErrorCode::InvalidConfig);
        }
        assert_eq!(of(1, 0, "añ😀"), ["a", "ñ", "😀"]);
        assert_eq!(of(3, 2, "abcde"), ["abc", "bcd", "cde"]);
    }

    #[test]
    fn the_best_pause_of_the_second_half_ends_a_piece() {
        let cases = [
            ("0123456 89\n12\n\n345. 78 0 more", "0123456 89\n12\n\n"),
            ("0123456 89\n12. 45. 78 0 more", "0123456 89\n"),
            ("0123456 89. 12?\u{201D} 56 8 0 more", "0123456 89. 12?\u{201D} "),
            ("0123456 89 12 45 789 more", "0123456 89 12 45 "),
            // What follows an opening quotation mark is no end of a sentence.
            ("0123456 89. \" 34 67 9 more", "0123456 89. "),
            // Blanks between line breaks do not matter; those after them belong to the end.
            ("0123456 89\n \t\r\n  67. 0 more", "0123456 89\n \t\r\n  "),
            // A pause in the first half does not count.
            ("0123\n\n6789 12345678901 more", "0123\n\n6789 "),
            ("0123\n\n67891234567890123 more", "0123\n\n67891234567890"),
            // White space that goes on is cut.
            ("01234567890123456789 12  ", "01234567890123456789"),
            ("0123456789012345    \n\n more", "0123456789012345    "),
        ];
        for (text, first) in cases {
            assert_eq!(of(20, 5, text)[0], first, "{text:?}");
        }
    }

    #[test]
    fn the_next_piece_begins_at_a_word_if_there_is_one() {
        assert_eq!(of(20, 5, "0123456 89 12 45 789 more")[1], "45 789 more");
        assert_eq!(of(20, 8, "0123456 89 12 45 789 more")[1], "12 45 789 more");
        assert_eq!(of(20, 3, "0123456 89 12 45 789 more")[1], "45 789 more");
        assert_eq!(of(20, 2, "0123456 89 12 45 789 more")[1], "5 789 more");
        assert_eq!(of(20, 0, "0123456 89 12 45 789 more")[1], "789 more");
    }

    #[test]
    fn nothing_that_is_shown_as_one_is_taken_apart() {
        let family = "\u{1F469}\u{200D}\u{1F469}\u{200D}\u{1F467}\u{200D}\u{1F466}";
        let text = family.repeat(200);
        let ranges: Vec<_> = chunks(&text).into_iter().map(|chunk| chunk.scalars).collect();
        assert_eq!(ranges, [[0, 1022], [896, 1400]]);
        assert_eq!(of(4, 1, "abc👍🏽def"), ["abc", "c👍🏽d", "def"]);
        assert_eq!(of(4, 1, "abc\r\ndef"), ["abc", "c\r\n", "def"]);
        assert_eq!(of(4, 1, "abcd❤\u{FE0F}f"), ["abcd", "d❤\u{FE0F}f"]);
        // More marks than half a piece: they are taken apart, or nothing would ever end.
        assert_eq!(of(4, 0, &format!("e{}x", "\u{301}".repeat(5)))[0].chars().count(), 4);
        assert_eq!(of(4, 0, "ñ你\u{200D}\r\n"), ["ñ你\u{200D}", "\r\n"]);
    }

    proptest! {
        #[test]
        fn laws(text in "([ab.!?…\"’ \t\n\r\u{301}\u{200D}\u{FE0F}\u{2029}😀👍🏽ñ你]|\r\n|\n\n){0,120}", size in 1..40_u32, overlap in 0..40_u32) {
            check_laws(ChunkOptions::new(size, overlap % size).unwrap(), &text);
        }

        #[test]
        fn laws_of_the_usual_length(text in "(\\PC{0,30}[ \n.]{0,3}){0,150}") {
            check_laws(ChunkOptions::default(), &text);
        }
    }
}
