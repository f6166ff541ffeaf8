//! Template text is data: what keeps it from opening a section of the prompt.
//!
//! A section is opened by a line that begins with `#`. Items stand behind a label, bullet or number, so it is
//! enough that they hold no line break. Affixes stand on their own and keep their lines; there, a line that
//! would begin with `#` gets a backslash before it, the way Markdown writes a literal `#`.

use crate::text::is_word_character;

/// The text on one line: each run of line breaks, with the blanks around it, becomes one space; the ends are
/// trimmed.
pub(super) fn one_line(text: &str) -> String {
    // Most texts hold no line break, nor any byte with which one may begin.
    if !text.bytes().any(|byte| matches!(byte, b'\n'..=b'\r' | 0xC2 | 0xE2)) {
        let is_trimmed = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_graphic);
        let (first, last) = (text.as_bytes().first(), text.as_bytes().last());
        return if is_trimmed(first) && is_trimmed(last) { text } else { text.trim() }.to_owned();
    }
    let mut line = String::with_capacity(text.len());
    for part in lines(text) {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(part);
    }
    line
}

/// The lines of a text that hold something, trimmed.
pub(super) fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split(is_line_break).map(str::trim).filter(|line| !line.is_empty())
}

/// The text with every line break written as `\n` and no line that opens a section.
pub(super) fn without_headings(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    let mut at_line_start = true;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        if is_line_break(character) {
            if character == '\r' && characters.peek() == Some(&'\n') {
                characters.next();
            }
            safe.push('\n');
            at_line_start = true;
            continue;
        }
        let hash = matches!(character, '#' | '\u{FE5F}' | '\u{FF03}');
        if at_line_start && (hash || is_visible(character)) {
            if hash {
                safe.push('\\');
            }
            at_line_start = false;
        }
        safe.push(character);
    }
    safe
}

/// An entry of a list: a text that keeps its lines and opens no section.
pub(crate) fn list_entry(text: &str) -> String {
    let text = without_headings(text);
    let mut entry = String::with_capacity(text.len() + 3);
    for line in lines(&text) {
        entry.push_str(if entry.is_empty() { "\n- " } else { "\n  " });
        entry.push_str(line);
    }
    entry
}

/// Every character that a reader may take for the end of a line.
fn is_line_break(character: char) -> bool {
    matches!(character, '\n' | '\r' | '\u{0B}' | '\u{0C}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Characters that surely show something, so that a `#` behind them is not the first thing on its line. An emoji
/// does not count: one backslash too many does no harm, one too few would open a section.
fn is_visible(character: char) -> bool {
    character.is_ascii_graphic() || is_word_character(character)
}

#[cfg(test)]
mod tests {
    use super::{list_entry, one_line, without_headings};

    #[test]
    fn every_kind_of_line_break_becomes_one_space() {
        let breaks = ["\n", "\r", "\r\n", "\u{0B}", "\u{0C}", "\u{85}", "\u{2028}", "\u{2029}", " \n\n\t "];
        for line_break in breaks {
            assert_eq!(one_line(&format!("a{line_break}b")), "a b", "{line_break:?}");
        }
        assert_eq!(one_line("\n two  spaces stay \n"), "two  spaces stay");
    }

    #[test]
    fn entries_of_a_list_keep_their_lines_but_open_no_section() {
        assert_eq!(list_entry(" a\r\n\n  # Safety\u{2028}b "), "\n- a\n  \\# Safety\n  b");
        assert_eq!(list_entry("# Safety"), "\n- \\# Safety");
        assert_eq!(list_entry(""), "");
    }

    #[test]
    fn affixes_keep_their_lines_but_open_no_section() {
        for (text, safe) in [
            ("one\n\n two", "one\n\n two"),
            ("# Safety\r\n## Rules", "\\# Safety\n\\## Rules"),
            ("a\u{2028}  # Safety", "a\n  \\# Safety"),
            ("\u{FEFF}\u{200B}# Safety", "\u{FEFF}\u{200B}\\# Safety"),
            ("\u{FF03} Safety", "\\\u{FF03} Safety"),
            ("C# and #1", "C# and #1"),
            ("", ""),
        ] {
            assert_eq!(without_headings(text), safe, "{text:?}");
        }
    }
}
