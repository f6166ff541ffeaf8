//! Texts of other documents inside the limits of a template.

use crate::json::Value;
use crate::order::repeated;
use crate::text::first_characters;

/// What ends a sentence before a blank, and what does so anywhere.
const ENDS: [char; 4] = ['.', '!', '?', '…'];
const WIDE_ENDS: [char; 3] = ['。', '！', '？'];

/// A text without the blanks around it and with at most `most` characters, and whether something is missing.
pub(super) fn cut(text: &str, most: usize) -> (&str, bool) {
    let text = text.trim();
    let first = first_characters(text, most);
    (first.trim_end(), first.len() < text.len())
}

/// Each of some texts where it first stands, at most so many.
pub(crate) fn different(texts: &[Option<&str>], most: usize) -> Vec<Value> {
    let mut different = Vec::new();
    for (text, is_repeated) in texts.iter().zip(repeated(texts)) {
        if let Some(text) = text.filter(|_| !is_repeated && different.len() < most) {
            different.push(Value::from(text));
        }
    }
    different
}

/// As many whole sentences from the beginning as have at most `most` characters, on one line; where not even one
/// has, as many words. Also whether something is missing.
pub(super) fn first_sentences(text: &str, most: usize) -> (String, bool) {
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    let (mut sentence, mut word, mut last) = (0, 0, 0);
    let mut previous = ' ';
    for (count, (at, character)) in line.char_indices().enumerate() {
        if count > most {
            break;
        }
        if character == ' ' {
            word = at;
        }
        if WIDE_ENDS.contains(&previous) || character == ' ' && ENDS.contains(&previous) {
            sentence = at;
        }
        // Room for the ellipsis.
        if count < most {
            last = at;
        }
        previous = character;
    }
    if line.chars().nth(most).is_none() {
        return (line, false);
    }
    if sentence > 0 {
        line.truncate(sentence);
    } else {
        line.truncate(if word > 0 { word.min(last) } else { last });
        line.push('…');
    }
    (line, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_by_characters() {
        assert_eq!(cut(" áé ", 2), ("áé", false));
        assert_eq!(cut("áé í", 3), ("áé", true));
    }

    #[test]
    fn whole_sentences_then_whole_words_then_characters() {
        for (text, expected) in [
            ("One.\n Two!", ("One. Two!", false)),
            ("One. Two is long.", ("One.", true)),
            ("Version 1.5 is out today", ("Version…", true)),
            ("Abcdefghijklmno", ("Abcdefghi…", true)),
            ("一。二三四五六七八九十十一", ("一。", true)),
            ("1234567890", ("1234567890", false)),
            ("123456789. 1", ("123456789.", true)),
            ("1234567890 1", ("123456789…", true)),
        ] {
            assert_eq!(first_sentences(text, 10), (expected.0.to_owned(), expected.1), "{text}");
        }
    }
}
