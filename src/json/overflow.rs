//! Numbers such as `1e999`: correct JSON, but beyond the range of a double. The parser calls them a syntax error
//! at a line and column; we want to name them by their pointer and go on reading. So, only after a failed parse,
//! this finds them in the text.

use super::limits::Limits;
use super::read::Reader;

const LIMITS: Limits = Limits { bytes: usize::MAX, depth: 0, items: 0, items_at: &[] };

/// The numbers that overflow, found by one pass over the text.
pub(super) struct Overflow {
    /// The text with each such number replaced by `0` and spaces: all other positions stay the same.
    pub(super) patched: String,
    /// Which numbers those are, counting the numbers of the text from 0 in order, ascending.
    pub(super) ordinals: Vec<usize>,
}

/// Finds the overflowing numbers; `None` when there are none. Numbers inside more than `depth` containers are not
/// counted, because the reader does not look at them either.
pub(super) fn find(text: &str, depth: usize) -> Option<Overflow> {
    let bytes = text.as_bytes();
    let mut patched = String::new();
    let mut copied = 0;
    let mut ordinals = Vec::new();
    let mut count = 0;
    let mut level = 0_usize;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => at = end_of_string(bytes, at),
            b'[' | b'{' => {
                level += 1;
                at += 1;
            }
            b']' | b'}' => {
                level = level.saturating_sub(1);
                at += 1;
            }
            b'-' | b'0'..=b'9' => {
                let length = bytes[at..].iter().take_while(|byte| is_number_part(**byte)).count();
                let number = &text[at..at + length];
                if level <= depth {
                    if is_infinite(number) {
                        ordinals.push(count);
                        patched.push_str(&text[copied..at]);
                        patched.push('0');
                        patched.extend(std::iter::repeat_n(' ', length - 1));
                        copied = at + length;
                    }
                    count += 1;
                }
                at += length;
            }
            _ => at += 1,
        }
    }
    if ordinals.is_empty() {
        return None;
    }
    patched.push_str(&text[copied..]);
    Some(Overflow { patched, ordinals })
}

fn is_infinite(number: &str) -> bool {
    let error = Reader::new(LIMITS, Vec::new()).read(number).err();
    error.is_some_and(|error| error.to_string().starts_with("number out of range"))
}

fn is_number_part(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E')
}

/// The position after the closing quotation mark of the string that opens at `open`.
fn end_of_string(bytes: &[u8], open: usize) -> usize {
    let mut at = open + 1;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_overflowing_numbers_outside_strings_are_replaced() {
        let text = r#"{"1e999 \" 1e999": [1e999, 1e3, "1e999", -9e400], "b": true, "c": 1}"#;
        let found = find(text, 32).unwrap();
        assert_eq!(found.ordinals, [0, 2]);
        assert_eq!(found.patched, r#"{"1e999 \" 1e999": [0    , 1e3, "1e999", 0     ], "b": true, "c": 1}"#);
        assert!(find(r#"["1e999", 1e308, "open"#, 32).is_none());
    }

    #[test]
    fn numbers_too_deep_to_be_read_are_not_counted() {
        let found = find("[[[1e999, 2]], 3, 1e999]", 2).unwrap();
        assert_eq!(found.ordinals, [1]);
    }
}
