//! JSON Pointers (RFC 6901): how every problem and error says where it is.

use std::borrow::Cow;

use crate::decimal::push_whole;

/// Appends a key to a pointer, escaping `~` as `~0` and `/` as `~1`.
pub fn push(pointer: &mut String, key: &str) {
    pointer.push('/');
    if key.bytes().any(|byte| matches!(byte, b'~' | b'/')) {
        for character in key.chars() {
            match character {
                '~' => pointer.push_str("~0"),
                '/' => pointer.push_str("~1"),
                other => pointer.push(other),
            }
        }
    } else {
        pointer.push_str(key);
    }
}

/// Appends an array index to a pointer.
pub fn push_index(pointer: &mut String, index: usize) {
    pointer.push('/');
    push_whole(pointer, index as u64);
}

/// A pointer with one more key.
pub fn join(pointer: &str, key: &str) -> String {
    let mut joined = String::with_capacity(pointer.len() + key.len() + 1);
    joined.push_str(pointer);
    push(&mut joined, key);
    joined
}

/// The key that one segment of a pointer (the text between two slashes) stands for.
pub fn unescape(segment: &str) -> Cow<'_, str> {
    if !segment.contains('~') {
        return Cow::Borrowed(segment);
    }
    let mut key = String::with_capacity(segment.len());
    let mut escaped = false;
    for character in segment.chars() {
        match (escaped, character) {
            (true, '0') => key.push('~'),
            (true, '1') => key.push('/'),
            (false, '~') => {}
            (_, other) => key.push(other),
        }
        escaped = !escaped && character == '~';
    }
    Cow::Owned(key)
}

/// The array index that one segment stands for: a decimal number without superfluous zeros.
pub fn index(segment: &str) -> Option<usize> {
    let plain = segment == "0" || !segment.starts_with(['0', '+']);
    segment.parse().ok().filter(|_| plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escaping_and_unescaping_are_inverse() {
        for key in ["", "a", "a/b", "~", "~1", "/~0/", "m~n/o", "é"] {
            let pointer = join("", key);
            assert_eq!(unescape(&pointer[1..]), key);
        }
    }

    #[test]
    fn an_index_is_a_decimal_number() {
        let mut pointer = join("", "a");
        push_index(&mut pointer, 12);
        assert_eq!(pointer, "/a/12");
    }
}
