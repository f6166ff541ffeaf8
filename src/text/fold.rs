//! Folding: the form in which two spellings of a word are equal.
//!
//! Folded = NFKC, typographic apostrophes and hyphens made plain, invisible characters deleted, lower case,
//! NFD, combining marks removed. Because every mark goes in the end, composing first changes nothing, and
//! folding is a map of single characters: no look-ahead, no reordering, and each character keeps its place.

use super::table::{Folded, lookup};

/// The folded form of a text. Folding a folded text changes nothing.
pub fn fold(text: &str) -> String {
    // Most texts, and far faster.
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let mut folded = String::with_capacity(text.len());
    for character in text.chars() {
        fold_character(character, &mut |out| folded.push(out));
    }
    folded
}

/// The first character of the folded form of a character; itself where that is empty.
pub(crate) fn plain(character: char) -> char {
    let mut plain = None;
    fold_character(character, &mut |folded| plain = plain.or(Some(folded)));
    plain.unwrap_or(character)
}

/// Hands each character of the folded form of `character` to `emit`; none for a mark or an invisible one.
pub(super) fn fold_character(character: char, emit: &mut dyn FnMut(char)) {
    if character.is_ascii() {
        emit(character.to_ascii_lowercase());
        return;
    }
    match lookup(character) {
        Folded::Same => fold_hangul(character, emit),
        Folded::Removed => {}
        Folded::Moved(other) => emit(other),
        Folded::Parts(parts) => {
            for part in parts {
                emit(*part);
            }
        }
    }
}

/// Hangul syllables decompose by arithmetic (The Unicode Standard, 3.12); everything else stays as it is.
fn fold_hangul(character: char, emit: &mut dyn FnMut(char)) {
    const SYLLABLES: u32 = 0xAC00;
    const JAMO: [u32; 3] = [0x1100, 0x1161, 0x11A7];
    const VOWELS: u32 = 21;
    const TRAILING: u32 = 28;
    if !('\u{AC00}'..='\u{D7A3}').contains(&character) {
        emit(character);
        return;
    }
    let index = u32::from(character) - SYLLABLES;
    let parts = [index / (VOWELS * TRAILING), index / TRAILING % VOWELS, index % TRAILING];
    for (position, part) in parts.into_iter().enumerate() {
        // Many syllables have no trailing consonant.
        if position == 2 && part == 0 {
            break;
        }
        if let Some(jamo) = char::from_u32(JAMO[position] + part) {
            emit(jamo);
        }
    }
}

/// Whether folding removes a character because it combines with the one before it (`\p{M}`), rather than because
/// it is invisible.
pub(crate) fn is_combining_mark(character: char) -> bool {
    // The halfwidth sound marks are letters that fold to marks.
    let other =
        matches!(character, '\u{00AD}' | '\u{200B}' | '\u{2060}' | '\u{FEFF}' | '\u{FF9E}' | '\u{FF9F}');
    !other && !character.is_ascii() && lookup(character) == Folded::Removed
}

/// Whether a character belongs to words (`[\p{L}\p{N}]`). Alphabetic is more than letters: it also holds marks and
/// some letters in circles and squares; the standard library and the normaliser know both, so no further table of
/// categories is needed. Checked against one for every character.
pub(crate) fn is_word_character(character: char) -> bool {
    const ENCLOSED_LETTERS: [std::ops::RangeInclusive<char>; 4] = [
        '\u{24B6}'..='\u{24E9}',
        '\u{1F130}'..='\u{1F149}',
        '\u{1F150}'..='\u{1F169}',
        '\u{1F170}'..='\u{1F189}',
    ];
    if character.is_ascii() {
        return character.is_ascii_alphanumeric();
    }
    let enclosed = || ENCLOSED_LETTERS.iter().any(|letters| letters.contains(&character));
    (character.is_alphabetic() && !is_combining_mark(character) && !enclosed()) || character.is_numeric()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::table::generate::folded_by_definition;
    use super::*;

    #[test]
    fn word_characters_are_the_letters_and_numbers_of_the_category_table() {
        use unicode_general_category::{GeneralCategory::*, get_general_category};
        for character in '\0'..=char::MAX {
            // The standard library may know a newer Unicode version than the table.
            let category = get_general_category(character);
            if category == Unassigned {
                continue;
            }
            let letter = matches!(
                category,
                LowercaseLetter | UppercaseLetter | TitlecaseLetter | ModifierLetter | OtherLetter
            );
            let number = matches!(category, DecimalNumber | LetterNumber | OtherNumber);
            assert_eq!(is_word_character(character), letter || number, "{character:?} {category:?}");
        }
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
