//! One pass over a text: its tokens and the characters between them, each with its place in the original.

use super::Span;
use super::fold::{fold_character, is_combining_mark, is_word_character};
use super::words::{EMPTY_HASH, Hashed, hash};

/// A word: `[\p{L}\p{N}]+(?:['-][\p{L}\p{N}]+)*` of the folded text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// The word, folded.
    pub text: String,
    /// Where it stands in the original.
    pub span: Span,
}

/// The tokens of a text, in order. `to-do` and `i'm` are one token each.
///
/// Owned copies, for callers that keep them; a [`Scan`] gives the same words borrowed.
pub fn tokens(text: &str) -> Vec<Token> {
    let scan = Scan::new(text);
    (0..scan.len()).map(|index| Token { text: scan.word(index).to_owned(), span: scan.span(index) }).collect()
}

/// A text read once: what observing, matching and counting work on.
#[derive(Clone, Debug)]
pub struct Scan {
    folded: String,
    words: Vec<Word>,
    marks: Vec<Mark>,
}

/// A character outside the tokens that is not white space, or a line break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The folded character.
    pub character: char,
    /// The character as it was written: tells an opening quotation mark from a closing one.
    pub source: char,
    /// Byte offset of `character` in [`Scan::folded`].
    pub offset: usize,
    /// How many tokens end before it.
    pub tokens_before: usize,
    /// Where it stands in the original.
    pub span: Span,
}

#[derive(Clone, Copy, Debug)]
struct Word {
    start: usize,
    end: usize,
    /// Of the folded word.
    hash: u32,
    span: Span,
}

impl Scan {
    /// Reads a text, in time linear in its length.
    pub fn new(text: &str) -> Self {
        let mut reader = Reader {
            scan: Self {
                folded: String::with_capacity(text.len()),
                words: Vec::with_capacity(text.len() / 4 + 1),
                marks: Vec::with_capacity(text.len() / 16 + 1),
            },
            state: State::Between,
        };
        let mut position = 0;
        let mut rest = text;
        loop {
            // Most text is ASCII, and needs no look at what each character folds to.
            let length = rest.bytes().take_while(u8::is_ascii).count();
            let (run, after) = rest.split_at_checked(length).unwrap_or_default();
            reader.read_ascii(run, position);
            position += run.len() as u32;
            let mut characters = after.chars();
            let Some(source) = characters.next() else { break };
            rest = characters.as_str();
            let start = position;
            position += source.len_utf16() as u32;
            let span = [start, position];
            let mut empty = true;
            fold_character(source, &mut |folded| {
                empty = false;
                let offset = reader.scan.folded.len();
                reader.scan.folded.push(folded);
                reader.read(folded, source, offset, span);
            });
            if empty && is_combining_mark(source) {
                reader.extend_to(position);
            }
        }
        reader.finish()
    }

    /// The folded text, with everything that stands between the tokens.
    pub fn folded(&self) -> &str {
        &self.folded
    }

    /// How many tokens there are.
    pub fn len(&self) -> usize {
        self.words.len()
    }

    /// Whether there is no token.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// A token's text, folded; empty past the end.
    pub fn word(&self, index: usize) -> &str {
        self.words.get(index).map_or("", |word| self.text_of(word))
    }

    /// A token's place in the original; `[0, 0]` past the end.
    pub fn span(&self, index: usize) -> Span {
        self.words.get(index).map_or([0, 0], |word| word.span)
    }

    /// The place of `count` tokens from `index` on.
    pub fn span_of(&self, index: usize, count: usize) -> Span {
        [self.span(index)[0], self.span(index + count.max(1) - 1)[1]]
    }

    /// The byte offset in [`Scan::folded`] at which a token begins; the length of the text past the end.
    pub fn offset(&self, index: usize) -> usize {
        self.words.get(index).map_or(self.folded.len(), |word| word.start)
    }

    /// The folded words, in order.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.words.iter().map(|word| self.text_of(word))
    }

    /// The folded words, in order, with their hashes.
    pub(crate) fn hashed_words(&self) -> impl Iterator<Item = Hashed<'_>> {
        let bytes = self.folded.as_bytes();
        self.words
            .iter()
            .map(|word| Hashed { word: bytes.get(word.start..word.end).unwrap_or_default(), hash: word.hash })
    }

    fn text_of(&self, word: &Word) -> &str {
        self.folded.get(word.start..word.end).unwrap_or_default()
    }

    /// What stands between the tokens, in order, without white space other than line breaks.
    pub fn marks(&self) -> &[Mark] {
        &self.marks
    }
}

struct Reader {
    scan: Scan,
    state: State,
}

/// Where the reader is. The last word of the scan grows while the state is not `Between`.
#[derive(Clone, Copy)]
enum State {
    Between,
    InWord,
    /// After an apostrophe or hyphen that belongs to the word only if a word character follows.
    AfterJoiner(Mark),
}

impl Reader {
    /// Reads ASCII characters that stand at `position`.
    fn read_ascii(&mut self, run: &str, position: u32) {
        let from = self.scan.folded.len();
        self.scan.folded.push_str(run);
        if let Some(added) = self.scan.folded.get_mut(from..) {
            added.make_ascii_lowercase();
        }
        let bytes = run.as_bytes();
        let mut at = 0;
        while let Some(byte) = bytes.get(at).copied() {
            let start = at;
            while bytes.get(at).is_some_and(u8::is_ascii_alphanumeric) {
                at += 1;
            }
            if at > start {
                self.extend_word(from + start, from + at, [position + start as u32, position + at as u32]);
            } else {
                at += 1;
                let character = char::from(byte);
                self.read(
                    character,
                    character,
                    from + start,
                    [position + start as u32, position + at as u32],
                );
            }
        }
    }

    /// Gives the word what was folded between two offsets; a new word when none goes on.
    fn extend_word(&mut self, start: usize, end: usize, span: Span) {
        let Self { scan: Scan { folded, words, .. }, state } = self;
        if matches!(state, State::Between) {
            words.push(Word { start, end: start, hash: EMPTY_HASH, span });
        }
        if let Some(word) = words.last_mut() {
            // With the joiner before it.
            word.hash = hash(word.hash, folded.as_bytes().get(word.end..end).unwrap_or_default());
            word.end = end;
            word.span[1] = span[1];
        }
        self.state = State::InWord;
    }

    /// Reads what was folded to one character at `offset`.
    fn read(&mut self, character: char, source: char, offset: usize, span: Span) {
        if character == ' ' && matches!(self.state, State::Between | State::InWord) {
            self.state = State::Between;
            return;
        }
        if is_word_character(character) {
            self.extend_word(offset, offset + character.len_utf8(), span);
            return;
        }
        if let State::AfterJoiner(joiner) = self.state {
            self.scan.marks.push(joiner);
        }
        let mark = Mark { character, source, offset, tokens_before: self.scan.words.len(), span };
        if matches!(self.state, State::InWord) && matches!(character, '\'' | '-') {
            self.state = State::AfterJoiner(mark);
            return;
        }
        self.state = State::Between;
        if !character.is_whitespace() || is_line_break(character) {
            self.scan.marks.push(mark);
        }
    }

    /// A combining mark leaves no character behind, but it is part of what it stands on.
    fn extend_to(&mut self, end: u32) {
        match self.state {
            State::InWord => {
                if let Some(word) = self.scan.words.last_mut() {
                    word.span[1] = end;
                }
            }
            State::Between => {
                let length = self.scan.folded.len();
                if let Some(mark) = self.scan.marks.last_mut() {
                    if mark.offset + mark.character.len_utf8() == length {
                        mark.span[1] = end;
                    }
                }
            }
            State::AfterJoiner(_) => {}
        }
    }

    fn finish(mut self) -> Scan {
        if let State::AfterJoiner(joiner) = self.state {
            self.scan.marks.push(joiner);
        }
        self.scan
    }
}

/// Whether a character ends a line.
pub(crate) fn is_line_break(character: char) -> bool {
    matches!(character, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::fold;

    fn words(text: &str) -> Vec<String> {
        tokens(text).into_iter().map(|token| token.text).collect()
    }

    #[test]
    fn tokens_keep_inner_apostrophes_and_hyphens() {
        assert_eq!(words("I'm at the must-see to-do."), ["i'm", "at", "the", "must-see", "to-do"]);
        assert_eq!(words("'quoted' -dash- rock'n'roll- a--b"), ["quoted", "dash", "rock'n'roll", "a", "b"]);
        assert_eq!(words("I\u{2019}m"), ["i'm"]);
        assert_eq!(words(" \n\t!?"), Vec::<String>::new());
        assert_eq!(words("3.5 x_y"), ["3", "5", "x", "y"]);
    }

    #[test]
    fn spans_point_into_the_original() {
        let spans = |text| tokens(text).into_iter().map(|token| token.span).collect::<Vec<_>>();
        assert_eq!(spans("é 😀 ok"), [[0, 1], [5, 7]]);
        assert_eq!(spans("cafe\u{301}s y"), [[0, 6], [7, 8]]);
        assert_eq!(spans("Y\u{2060}ou"), [[0, 4]]);
        assert_eq!(spans("ﬁne…"), [[0, 3]]);
        assert_eq!(spans("½"), [[0, 1], [0, 1]]);
    }

    #[test]
    fn marks_say_what_stands_between() {
        let scan = Scan::new("hey, don't- ❤\u{FE0F}!\n");
        let marks: Vec<_> =
            scan.marks().iter().map(|mark| (mark.character, mark.tokens_before, mark.span)).collect();
        assert_eq!(
            marks,
            [
                (',', 1, [3, 4]),
                ('-', 2, [10, 11]),
                ('❤', 2, [12, 14]),
                ('!', 2, [14, 15]),
                ('\n', 2, [15, 16])
            ]
        );
    }

    proptest! {
        #[test]
        fn a_scan_holds_the_folded_text(text in any::<String>()) {
            let scan = Scan::new(&text);
            prop_assert_eq!(scan.folded(), fold(&text));
        }

        #[test]
        fn a_word_has_the_hash_of_its_letters(text in "[a-zA-Zé\u{301}'1-3 가-]{0,30}") {
            let scan = Scan::new(&text);
            prop_assert_eq!(scan.hashed_words().count(), scan.len());
            for (hashed, word) in scan.hashed_words().zip(scan.words()) {
                let expected = Hashed::from(word);
                prop_assert_eq!((hashed.word, hashed.hash), (expected.word, expected.hash));
            }
        }

        #[test]
        fn spans_are_in_order_and_inside_the_text(text in any::<String>()) {
            let units: Vec<u16> = text.encode_utf16().collect();
            let mut last = [0, 0];
            for token in tokens(&text) {
                let [start, end] = token.span;
                prop_assert!(start < end && end as usize <= units.len());
                prop_assert!(start >= last[0] && end >= last[1]);
                let slice = String::from_utf16(&units[start as usize..end as usize]);
                prop_assert!(slice.is_ok(), "a span never cuts a surrogate pair");
                prop_assert!(fold(&slice.unwrap_or_default()).contains(token.text.as_str()));
                last = token.span;
            }
        }

        #[test]
        fn words_do_not_depend_on_case_or_composition(text in "[a-zA-ZáéíóúñÁÉÍÓÚÑ' -]{0,40}") {
            use unicode_normalization::UnicodeNormalization;
            let decomposed: String = text.nfd().collect();
            prop_assert_eq!(words(&text), words(&decomposed));
            prop_assert_eq!(words(&text), words(&text.to_uppercase()));
        }
    }
}
