//! The words of a text in which names are looked for, in every script.

use crate::text::{fold, is_combining_mark, is_word_character};

/// A word of a text, folded, with its place in bytes.
pub(super) struct Word {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) text: String,
    /// Whether nothing stands between it and the word before.
    pub(super) follows: bool,
}

/// The words of a text. `Ana's` is two: a name is one with what is behind it, too. Where words stand behind each other
/// without a space, or what bends them does, each character is one, so that a name is found wherever it stands.
pub(super) fn words(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut open: Option<(usize, bool)> = None;
    let mut close = |open: &mut Option<(usize, bool)>, end: usize| {
        if let Some((start, _)) = open.take() {
            let follows = words.last().is_some_and(|last| last.end == start);
            words.push(Word { start, end, text: fold(text.get(start..end).unwrap_or_default()), follows });
        }
    };
    for (at, character) in text.char_indices() {
        if open.is_some() && (is_combining_mark(character) || is_part(character)) {
            continue;
        }
        let (inside, alone) = (is_word_character(character), is_unspaced(character));
        if !inside || open.is_some_and(|(_, was_alone)| alone || was_alone) {
            close(&mut open, at);
        }
        if inside && open.is_none() {
            open = Some((at, alone));
        }
    }
    close(&mut open, text.len());
    words
}

/// Whether it is a character of a script that puts no spaces between words: Thai, Lao, Burmese, Khmer, kana, Han. In
/// Korean there are spaces, but what says the case of a name stands right behind it.
fn is_unspaced(character: char) -> bool {
    matches!(u32::from(character),
        0x0E00..=0x0EFF | 0x1000..=0x109F | 0x1100..=0x11FF | 0x1780..=0x17FF | 0x2E80..=0x2FDF | 0x3005..=0x3007
        | 0x3040..=0x30FF | 0x3130..=0x318F | 0x31F0..=0x31FF | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xA960..=0xA97F
        | 0xAC00..=0xD7FF | 0xF900..=0xFAFF | 0xFF66..=0xFFDC | 0x1_B000..=0x1_B16F | 0x2_0000..=0x3_FFFF)
}

/// Whether it makes one character with what stands before it: vowels and finals of Korean, sound marks of kana.
fn is_part(character: char) -> bool {
    matches!(character, '\u{1160}'..='\u{11FF}' | '\u{D7B0}'..='\u{D7FF}' | '\u{FF9E}' | '\u{FF9F}')
}
