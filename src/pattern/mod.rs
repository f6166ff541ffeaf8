//! Patterns: regular expressions in a subset that runs in linear time, whatever the pattern and the text are.
//!
//! | written | matches |
//! |---|---|
//! | `.` | any character but a line feed; with flag `s` any |
//! | `[a-z]` `[^a-z]` `[[:alpha:]]` | a character of a class, or not of it |
//! | `\d` `\w` `\s` `\p{L}` `\p{N}`, capital: not | ASCII digit; letter, number or `_`; white space; letter; number |
//! | `\n \t \r \f \v \xHH \uHHHH \u{H…}` | one character |
//! | `^` `$` `\A` `\z` `\b` `\B` | a place; with flag `m` the first two are those of a line |
//! | `a|b` `(…)` `(?:…)` `(?<name>…)` | one of several; a group |
//! | `*` `+` `?` `{n}` `{n,}` `{n,m}`, with `?` behind | repeated, as often as possible; as seldom as possible |
//! | `(?i)` `(?ims-ims:…)` | flags; `i`: spellings that fold to the same match |
//!
//! Lookaround and backreferences cannot run in linear time and are refused. There is an engine of our own because a
//! general one, even a small one, is 19 KB of the compressed file and this a fifth of it.

mod class;
mod parse;
mod search;

use class::Class;

/// How long a pattern can get when its repetitions are written out, in steps.
const MAX_STEPS: usize = 4_096;

/// A pattern, ready to be looked for.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    steps: Vec<Step>,
    classes: Vec<Class>,
}

/// What has to be fulfilled to get to the next step. Jumps are relative, so that a run of steps can be repeated.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Step {
    /// A character; `fold`: or another one that folds to the same.
    Character { character: char, fold: bool },
    /// A character of the class with this index.
    Class { index: u32, fold: bool },
    /// A place.
    Place(Place),
    /// Goes on with the next step or at a distance, and in which order the two are tried.
    Fork { to: i32, next_first: bool },
    /// Goes on at a distance.
    Jump(i32),
    /// The end of the pattern.
    Match,
}

/// Places between characters.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Place {
    TextStart,
    TextEnd,
    LineStart,
    LineEnd,
    WordBoundary,
    NoWordBoundary,
}

/// The flags that change what a part of a pattern means.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Flags {
    /// `i`.
    fold: bool,
    /// `m`.
    lines: bool,
    /// `s`.
    dot_matches_all: bool,
}

impl Pattern {
    /// Reads a pattern. `fold`: as if it began with `(?i)`.
    ///
    /// # Errors
    /// What is wrong with it, to be set behind "This pattern has".
    pub(crate) fn new(pattern: &str, fold: bool) -> Result<Self, &'static str> {
        parse::parse(pattern, Flags { fold, ..Flags::default() })
    }

    /// Reads a key of a card: a pattern, or one between slashes with its flags behind, as JavaScript writes it.
    /// `fold` is for the former; the latter says itself.
    ///
    /// # Errors
    /// As [`Pattern::new`].
    pub(crate) fn of_key(key: &str, fold: bool) -> Result<Self, &'static str> {
        let slashed = key.strip_prefix('/').and_then(|rest| {
            let end = rest.bytes().rposition(|byte| byte == b'/')?;
            rest.get(..end).zip(rest.get(end + 1..))
        });
        let Some((pattern, letters)) = slashed.filter(|(pattern, _)| !pattern.is_empty()) else {
            return Self::new(key, fold);
        };
        let mut flags = Flags::default();
        for letter in letters.chars() {
            match letter {
                'i' => flags.fold = true,
                'm' => flags.lines = true,
                's' => flags.dot_matches_all = true,
                // Nothing here depends on them.
                'g' | 'u' | 'd' => {}
                // Then it is no flag, and the slashes are characters.
                _ => return Self::new(key, fold),
            }
        }
        parse::parse(pattern, flags)
    }

    /// How long it is, in steps: what a search costs for each character of a text at the most.
    pub(crate) fn len(&self) -> usize {
        self.steps.len()
    }

    /// Whether it stands anywhere in a text.
    pub(crate) fn is_in(&self, text: &str) -> bool {
        self.find(text, 0).is_some()
    }

    /// Where it first stands in a text from the byte `from` on, in bytes; what stands before that is not forgotten.
    pub(crate) fn find(&self, text: &str, from: usize) -> Option<(usize, usize)> {
        search::find(self, text, from)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Where a pattern stands in a text.
    fn found(pattern: &str, text: &str) -> Option<(usize, usize)> {
        Pattern::new(pattern, false).unwrap().find(text, 0)
    }

    #[test]
    fn patterns_stand_where_they_should() {
        for (pattern, text, place) in [
            ("", "abc", Some((0, 0))),
            ("b", "abc", Some((1, 2))),
            ("b|bc", "abc", Some((1, 2))),
            ("bc|b", "abc", Some((1, 3))),
            ("a+", "baaa", Some((1, 4))),
            ("a+?", "baaa", Some((1, 2))),
            ("a{2,3}", "aaaa", Some((0, 3))),
            ("a{2,}", "aaaa", Some((0, 4))),
            ("a{3}", "aa", None),
            ("(ab)*c", "ababc", Some((0, 5))),
            ("(a*)*b", "aaab", Some((0, 4))),
            ("^b", "ab", None),
            ("(?m)^b", "a\nb", Some((2, 3))),
            ("a$", "a\nb", None),
            ("(?m:a$)", "a\nb", Some((0, 1))),
            (r"\bsea\b", "seat sea", Some((5, 8))),
            (r"\Bsea", "oversea", Some((4, 7))),
            (r"\d{2,4}", "in 2026", Some((3, 7))),
            ("[^a-c]", "abcd", Some((3, 4))),
            ("[-a]", "b-", Some((1, 2))),
            ("[]]", "]", Some((0, 1))),
            ("[[]", "[", Some((0, 1))),
            (r"[\]\-]+", "a]-", Some((1, 3))),
            ("a.c", "a\nc", None),
            ("(?s)a.c", "a\nc", Some((0, 3))),
            (r"\x41\u0042\u{43}", "ABC", Some((0, 3))),
            ("caf(é|e)", "le café", Some((3, 8))),
            ("(?i)CAFE", "Café", Some((0, 5))),
            ("(?i)a(?-i)B", "AB ab", Some((0, 2))),
            ("(?i:a)B", "ab AB", Some((3, 5))),
            ("((?i)a)a", "Aa AA", Some((0, 2))),
            ("(?i)[a-z]+", "XÉX", Some((0, 4))),
            (r"\p{L}+", "12año", Some((2, 6))),
            (r"\P{L}\pN", "a12", Some((1, 3))),
            (r"\S+\s\W", "a .", Some((0, 3))),
            ("[[:digit:]x]+", "ax1", Some((1, 3))),
            ("[[:^digit:]]", "1a", Some((1, 2))),
            (r"https?:\/\/", "http://", Some((0, 7))),
            ("(?<year>20[0-9]{2})", "2026", Some((0, 4))),
        ] {
            assert_eq!(found(pattern, text), place, "{pattern} in {text}");
        }
    }

    #[test]
    fn keys_may_stand_between_slashes() {
        let is_in = |key: &str, fold, text: &str| Pattern::of_key(key, fold).unwrap().is_in(text);
        assert!(is_in("/storm glass(es)?/i", false, "The STORM GLASS"));
        assert!(!is_in("/storm/", true, "STORM"));
        assert!(is_in("storm", true, "STORM"));
        assert!(!is_in("storm", false, "STORM"));
        assert!(is_in(r"/^a\/b$/gm", false, "x\na/b"));
        assert!(is_in("/etc/hosts", false, "see /etc/hosts"));
        assert!(is_in("//", false, "a//b"));
        assert!(Pattern::of_key("/(?=a)/i", false).is_err());
    }

    #[test]
    fn no_pattern_takes_more_than_linear_time() {
        let text = "a".repeat(20_000);
        for pattern in ["(a*)*$b", "(a|a)*b", "(a+)+b", "a*a*a*a*a*b", "(a?){30}a{30}b", "(.*)(.*)(.*)x"] {
            assert_eq!(found(pattern, &text), None, "{pattern}");
        }
    }

    #[test]
    fn a_pattern_that_grows_too_long_is_refused() {
        assert!(Pattern::new("(abc){1000}", false).is_ok());
        for pattern in ["(a{100}){100}", "((((a{9}){9}){9}){9}){9}", "(abcde){1000}"] {
            assert!(Pattern::new(pattern, false).is_err(), "{pattern}");
        }
    }

    proptest! {
        #[test]
        fn it_finds_what_a_general_engine_finds(
            pattern in r"(a|b|c|\.|\||\*|\+|\?|\*\?|\+\?|\(|\)|\^|\$|\\b|\\B|\\d|\\w|\\s|\[ab\]|\[\^a\]|\{2\}|\{1,2\}|\{0,\}|\(\?:|\(\?i\)){1,12}",
            text in "[abcAB1 \n]{0,12}",
        ) {
            let Ok(own) = Pattern::new(&pattern, false) else { return Ok(()) };
            // A flag at the end of an empty alternative and the like are read more narrowly there.
            let Ok(general) = regex::Regex::new(&pattern) else { return Ok(()) };
            let expected = general.find(&text).map(|found| (found.start(), found.end()));
            prop_assert_eq!(own.find(&text, 0), expected, "{}", pattern);
        }

        #[test]
        fn nothing_panics(pattern in any::<String>(), syntax in r"[()\[\]{}?*+|\\^$.:<>=!ipPux0-9a-c&,-]{0,30}", text in any::<String>()) {
            for pattern in [pattern, syntax] {
                if let Ok(pattern) = Pattern::of_key(&pattern, true) {
                    pattern.is_in(&text);
                }
            }
        }
    }
}
