//! Folding: the form in which two spellings of a word are equal.
//!
//! Folded = NFKC, typographic apostrophes and hyphens made plain, invisible characters deleted, lower case,
//! NFD, combining marks removed. Because every mark goes in the end, composing first changes nothing, and
//! folding is a map of single characters: no look-ahead, no reordering, and each character keeps its place.

use unicode_general_category::{GeneralCategory, get_general_category};
use unicode_normalization::char::decompose_compatible;

/// The folded form of a text. Folding a folded text changes nothing.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for character in text.chars() {
        fold_character(character, &mut |out| folded.push(out));
    }
    folded
}

/// Hands each character of the folded form of `character` to `emit`; none for a mark or an invisible one.
pub(super) fn fold_character(character: char, emit: &mut impl FnMut(char)) {
    if character.is_ascii() {
        emit(character.to_ascii_lowercase());
        return;
    }
    decompose_compatible(character, |part| match part {
        '\u{2018}' | '\u{2019}' | '\u{02BC}' | '\u{FF07}' => emit('\''),
        '\u{2010}' | '\u{2011}' => emit('-'),
        '\u{00AD}' | '\u{200B}' | '\u{2060}' | '\u{FEFF}' => {}
        part => {
            for lower in part.to_lowercase() {
                // A lower case letter can decompose again: U+0130 becomes `i` and a dot above.
                decompose_compatible(lower, |out| {
                    if !is_combining_mark(out) {
                        emit(out);
                    }
                });
            }
        }
    });
}

/// Whether a character combines with the one before it (`\p{M}`).
pub(super) fn is_combining_mark(character: char) -> bool {
    use GeneralCategory::{EnclosingMark, NonspacingMark, SpacingMark};
    !character.is_ascii()
        && matches!(get_general_category(character), NonspacingMark | SpacingMark | EnclosingMark)
}

/// Whether a character belongs to words (`[\p{L}\p{N}]`).
pub(super) fn is_word_character(character: char) -> bool {
    use GeneralCategory::{
        DecimalNumber, LetterNumber, LowercaseLetter, ModifierLetter, OtherLetter, OtherNumber,
        TitlecaseLetter, UppercaseLetter,
    };
    if character.is_ascii() {
        return character.is_ascii_alphanumeric();
    }
    matches!(
        get_general_category(character),
        LowercaseLetter
            | UppercaseLetter
            | TitlecaseLetter
            | ModifierLetter
            | OtherLetter
            | DecimalNumber
            | LetterNumber
            | OtherNumber
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use unicode_normalization::UnicodeNormalization;

    use super::*;

    /// The definition, step by step.
    fn folded_by_definition(text: &str) -> String {
        text.nfkc()
            .filter(|c| !matches!(c, '\u{00AD}' | '\u{200B}' | '\u{2060}' | '\u{FEFF}'))
            .map(|c| match c {
                '\u{2018}' | '\u{2019}' | '\u{02BC}' | '\u{FF07}' => '\'',
                '\u{2010}' | '\u{2011}' => '-',
                c => c,
            })
            .flat_map(char::to_lowercase)
            .nfd()
            .filter(|c| !is_combining_mark(*c))
            .collect()
    }

    #[test]
    fn spellings_of_one_word_are_equal() {
        for text in ["Café", "CAFE\u{301}", "ＣＡＦＥ", "ca\u{200B}fe", "ca\u{AD}fé"] {
            assert_eq!(fold(text), "cafe", "{text:?}");
        }
        assert_eq!(fold("I\u{2019}m must\u{2011}see"), "i'm must-see");
        assert_eq!(fold("Niño, ¿QUÉ ÉS?"), "nino, ¿que es?");
        assert_eq!(fold("İstanbul ﬁne ß"), "istanbul fine ß");
    }

    #[test]
    fn every_character_folds_as_defined() {
        for character in '\0'..=char::MAX {
            let text = character.to_string();
            assert_eq!(fold(&text), folded_by_definition(&text), "U+{:04X}", character as u32);
        }
    }

    proptest! {
        #[test]
        fn folding_is_what_the_definition_says(text in any::<String>()) {
            prop_assert_eq!(fold(&text), folded_by_definition(&text));
        }

        #[test]
        fn folding_twice_is_folding_once(text in any::<String>()) {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }
    }
}
