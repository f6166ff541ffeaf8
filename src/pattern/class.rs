//! Classes of characters.

use crate::text::{is_word_character, plain};

/// Characters: any of the items, or, where negated, none of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Class {
    pub(super) items: Vec<ClassItem>,
    pub(super) negated: bool,
}

/// A part of a class.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum ClassItem {
    /// From one character to another.
    Range(char, char),
    /// A set, or all but it.
    Set { set: Set, negated: bool },
}

/// Sets with a name.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Set {
    Digit,
    Word,
    Space,
    Letter,
    Number,
    Lower,
    Upper,
    Punctuation,
    Hexadecimal,
}

impl Set {
    /// The set of `[:name:]`.
    pub(super) fn of_posix(name: &str) -> Option<Self> {
        Some(match name {
            "alpha" => Self::Letter,
            "digit" => Self::Digit,
            "alnum" | "word" => Self::Word,
            "space" => Self::Space,
            "lower" => Self::Lower,
            "upper" => Self::Upper,
            "punct" => Self::Punctuation,
            "xdigit" => Self::Hexadecimal,
            _ => return None,
        })
    }

    /// The set of `\p{name}`.
    pub(super) fn of_property(name: &str) -> Option<Self> {
        Some(match name {
            "L" | "Letter" | "Alphabetic" | "Alpha" => Self::Letter,
            "N" | "Number" => Self::Number,
            "White_Space" => Self::Space,
            _ => return None,
        })
    }

    fn has(self, character: char) -> bool {
        match self {
            Self::Digit => character.is_ascii_digit(),
            Self::Word => is_word(character),
            Self::Space => character.is_whitespace(),
            Self::Letter => character.is_alphabetic(),
            Self::Number => character.is_numeric(),
            Self::Lower => character.is_ascii_lowercase(),
            Self::Upper => character.is_ascii_uppercase(),
            Self::Punctuation => character.is_ascii_punctuation(),
            Self::Hexadecimal => character.is_ascii_hexdigit(),
        }
    }
}

/// Whether a character is part of a word: a letter, a number or a low line.
pub(super) fn is_word(character: char) -> bool {
    character == '_' || is_word_character(character)
}

impl Class {
    /// Whether a character is in it; `fold`: or its plain form, in any case.
    pub(super) fn has(&self, character: char, fold: bool) -> bool {
        let plain = if fold { plain(character) } else { character };
        let listed =
            self.lists(character) || fold && (self.lists(plain) || self.lists(plain.to_ascii_uppercase()));
        self.negated != listed
    }

    fn lists(&self, character: char) -> bool {
        self.items.iter().any(|item| match *item {
            ClassItem::Range(first, last) => (first..=last).contains(&character),
            ClassItem::Set { set, negated } => set.has(character) != negated,
        })
    }
}
