//! The canonical form of a text that this library wrote, without a tree in between: a bundle has one for every record.

use std::cmp::Ordering;

use super::serialize::tree_of;
use super::text::{plain_length, push_double};

/// The canonical form (RFC 8785) of a text that [`to_text`](super::to_text) wrote: its members in order. Strings and
/// most numbers are canonical already, so that they are copied.
pub fn canonical_text(text: &str) -> String {
    let mut sorter = Sorter {
        rest: text.as_bytes(),
        out: Vec::with_capacity(text.len()),
        members: Vec::new(),
        spare: Vec::new(),
    };
    sorter.value();
    String::from_utf8(sorter.out).unwrap_or_default()
}

struct Sorter<'a> {
    rest: &'a [u8],
    out: Vec<u8>,
    /// Of all the objects that are open, the innermost one's last.
    members: Vec<Member<'a>>,
    spare: Vec<u8>,
}

/// A member, and where it was written.
struct Member<'a> {
    /// Between its quotation marks, as it is written.
    key: &'a [u8],
    start: usize,
    end: usize,
}

/// Longer numbers may have more digits than a double.
pub(super) const DIGITS_OF_DOUBLES: usize = 15;

impl<'a> Sorter<'a> {
    fn value(&mut self) {
        match self.rest.first() {
            Some(b'{') => self.object(),
            Some(b'[') => {
                self.copy(1);
                while !matches!(self.rest.first(), Some(b']') | None) {
                    self.value();
                    if self.rest.first() == Some(&b',') {
                        self.copy(1);
                    }
                }
                self.copy(1);
            }
            Some(b'"') => {
                self.string();
            }
            _ => self.word(),
        }
    }

    fn object(&mut self) {
        let first = self.members.len();
        self.copy(1);
        let begin = self.out.len();
        while self.rest.first() == Some(&b'"') {
            let start = self.out.len();
            let key = self.string();
            // The colon.
            self.copy(1);
            self.value();
            let end = self.out.len();
            self.members.push(Member { key, start, end });
            if self.rest.first() == Some(&b',') {
                self.copy(1);
            }
        }
        let members = self.members.get_mut(first..).unwrap_or_default();
        if !members.is_sorted_by(|a, b| is_before(a.key, b.key)) {
            self.spare.clear();
            self.spare.extend_from_slice(self.out.get(begin..).unwrap_or_default());
            self.out.truncate(begin);
            crate::order::sort_by(members, |a, b| is_before(b.key, a.key).cmp(&is_before(a.key, b.key)));
            for (index, member) in members.iter().enumerate() {
                if index > 0 {
                    self.out.push(b',');
                }
                let written = self.spare.get(member.start - begin..member.end - begin);
                self.out.extend_from_slice(written.unwrap_or_default());
            }
        }
        self.members.truncate(first);
        self.copy(1);
    }

    /// Copies a string, and gives what stands between its quotation marks.
    fn string(&mut self) -> &'a [u8] {
        let text = self.rest.get(1..).unwrap_or_default();
        let mut length = 0;
        loop {
            length += plain_length(text.get(length..).unwrap_or_default());
            if text.get(length) != Some(&b'\\') {
                break;
            }
            length += 2;
        }
        self.copy(length + 2);
        text.get(..length).unwrap_or_default()
    }

    fn word(&mut self) {
        let length = self.rest.iter().position(|byte| matches!(byte, b',' | b']' | b'}'));
        let length = length.unwrap_or(self.rest.len());
        let word =
            self.rest.get(..length).and_then(|word| std::str::from_utf8(word).ok()).unwrap_or_default();
        match tree_of_long(word) {
            Some(number) => {
                let mut text = String::new();
                push_double(&mut text, number);
                self.out.extend_from_slice(text.as_bytes());
                self.rest = self.rest.get(length..).unwrap_or_default();
            }
            None => self.copy(length),
        }
    }

    fn copy(&mut self, length: usize) {
        let (text, rest) = self.rest.split_at_checked(length).unwrap_or((self.rest, &[]));
        self.out.extend_from_slice(text);
        self.rest = rest;
    }
}

/// The double of a whole number that has more digits than every double.
fn tree_of_long(word: &str) -> Option<f64> {
    if word.len() <= DIGITS_OF_DOUBLES {
        return None;
    }
    tree_of(word).as_f64()
}

/// Whether a key stands before another one, both as they are written.
fn is_before(a: &[u8], b: &[u8]) -> bool {
    let is_plain = |byte: &u8| byte.is_ascii() && *byte != b'\\';
    let shared = a.iter().zip(b).take_while(|(a, b)| a == b && is_plain(a)).count();
    match (a.get(shared), b.get(shared)) {
        (Some(a), Some(b)) if is_plain(a) && is_plain(b) => return a < b,
        (Some(_), Some(_)) => {}
        (None, rest) => return rest.is_some(),
        (Some(_), None) => return false,
    }
    key_order(&read_key(a), &read_key(b)).is_lt()
}

#[cold]
fn read_key(written: &[u8]) -> String {
    let written = std::str::from_utf8(written).unwrap_or_default();
    tree_of(&["\"", written, "\""].concat()).as_str().unwrap_or_default().to_owned()
}

/// The order of keys: by UTF-16 code units, which nearly always is that of their bytes.
pub(super) fn key_order(a: &str, b: &str) -> Ordering {
    // The last characters of the basic plane stand behind all others, which are written as surrogates or come before.
    let place = |character: char| (('\u{E000}'..='\u{FFFF}').contains(&character), character);
    let (first, second) = (a.as_bytes(), b.as_bytes());
    let shared = first.iter().zip(second).take_while(|(a, b)| a == b).count();
    match (first.get(shared), second.get(shared)) {
        // Only beyond ASCII the two orders differ.
        (Some(0x80..), Some(0x80..)) => a.chars().map(place).cmp(b.chars().map(place)),
        (first, second) => first.cmp(&second),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::write::tests::values;
    use super::super::{canonical, json, to_text};
    use super::canonical_text;

    #[test]
    fn members_are_put_in_order_at_every_depth() {
        let value = json!({ "b": [{ "z": 1, "a": "}\\\"{" }], "a": {}, "é": [], "\"": null, "aa": -0.5 });
        assert_eq!(canonical_text(&to_text(&value)), canonical(&value));
    }

    proptest! {
        #[test]
        fn keys_are_in_the_order_of_their_code_units(a in ".*", b in ".*", shared in "[a-z\u{D7FF}\u{E000}\u{FFFF}\u{10000}\u{10FFFF}]{0,3}", ends in ["[\u{D7FF}\u{E000}\u{FFFF}\u{10000}\u{10FFFF}]{0,2}", "[\u{D7FF}\u{E000}\u{FFFF}\u{10000}\u{10FFFF}]{0,2}"]) {
            let (a, b) = ([&shared, &ends[0], &a].map(String::as_str).concat(), [&shared, &ends[1], &b].map(String::as_str).concat());
            prop_assert_eq!(super::key_order(&a, &b), a.encode_utf16().cmp(b.encode_utf16()));
        }

        #[test]
        fn it_is_the_form_that_the_tree_has(value in values()) {
            prop_assert_eq!(canonical_text(&to_text(&value)), canonical(&value));
        }
    }
}
