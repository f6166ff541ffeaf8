//! Keys and tokens in places that are made for them. What a person says is never looked at: a text may hold anything.

use std::ops::RangeInclusive;

use crate::json::{Node, pointer};
use crate::lint::looks_like_secret;

/// Members that hold a secret, without `_` and `-`, in lower case.
const FIELDS: [&str; 12] = [
    "accesstoken",
    "apikey",
    "apitoken",
    "authorization",
    "authtoken",
    "bearer",
    "clientsecret",
    "password",
    "privatekey",
    "refreshtoken",
    "secret",
    "token",
];

/// From the shortest of them to the longest, with what may stand between its words.
const LENGTHS: RangeInclusive<usize> = 5..=16;

/// The letters with which they begin and end, a bit each: most other keys do not.
const ENDS: [u32; 2] = ends();

const fn ends() -> [u32; 2] {
    let mut ends = [0; 2];
    let mut index = 0;
    while index < FIELDS.len() {
        let field = FIELDS[index].as_bytes();
        ends[0] |= 1 << (field[0] - b'a');
        ends[1] |= 1 << (field[field.len() - 1] - b'a');
        index += 1;
    }
    ends
}

/// The pointer of the first secret in a value.
pub(super) fn find(value: Node<'_>) -> Option<String> {
    // Nearly never.
    value.may_have_key(&is_field).then(|| find_inside(value))?
}

fn find_inside(value: Node<'_>) -> Option<String> {
    let mut members = value.members().into_iter().flatten();
    let in_member = members.find_map(|(key, member)| {
        let is_secret = is_field(key) && member.as_str().is_some_and(looks_like_secret);
        let inside = if is_secret { String::new() } else { find_inside(member)? };
        Some(pointer::join("", key) + &inside)
    });
    let mut items = value.items().into_iter().flatten().enumerate();
    in_member.or_else(|| {
        items.find_map(|(index, item)| {
            let found = find_inside(item)?;
            let mut path = String::new();
            pointer::push_index(&mut path, index);
            Some(path + &found)
        })
    })
}

fn is_field(key: &str) -> bool {
    if !LENGTHS.contains(&key.len()) {
        return false;
    }
    let key = key.as_bytes();
    let is_end = |letters: u32, end: Option<&u8>| {
        end.is_some_and(|end| !end.is_ascii_alphabetic() || letters >> ((end | 0x20) - b'a') & 1 == 1)
    };
    is_end(ENDS[0], key.first())
        && is_end(ENDS[1], key.last())
        && FIELDS.iter().any(|field| is_spelled(key, field.as_bytes()))
}

/// Whether a key is a field, in any case and however its words are joined.
fn is_spelled(key: &[u8], field: &[u8]) -> bool {
    let mut rest = field;
    for byte in key.iter().filter(|byte| !matches!(byte, b'_' | b'-')) {
        match rest.split_first() {
            Some((letter, behind)) if *letter == byte.to_ascii_lowercase() => rest = behind,
            _ => return false,
        }
    }
    rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::{FIELDS, find, is_field};
    use crate::json::json;

    #[test]
    fn a_key_counts_where_it_is_kept_and_not_where_it_is_spoken_of() {
        let key = "sk-abcdefghijklmnopqrstuvwx";
        for (value, found) in [
            (json!({ "model": { "Api-Key": key } }), Some("/model/Api-Key")),
            (json!({ "list": [{}, { "token": key }] }), Some("/list/1/token")),
            (json!({ "text": key, "tokens": key }), None),
            (json!({ "_T-oken": key }), Some("/_T-oken")),
            (json!({ "password": "I forgot it" }), None),
        ] {
            assert_eq!(find((&value).into()).as_deref(), found, "{value:?}");
        }
        for field in FIELDS {
            assert!(is_field(field) && is_field(&field.to_uppercase()), "{field}");
        }
    }
}
