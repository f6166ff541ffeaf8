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

/// The pointer of the first secret in a value.
pub(super) fn find(value: Node<'_>) -> Option<String> {
    // Nearly never.
    value.may_have_key(&LENGTHS, &is_field).then(|| find_inside(value))?
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
    // Most other keys begin otherwise.
    if let [first, second, ..] = key.as_bytes() {
        let begin = [first | 0x20, second | 0x20];
        let is_ours =
            matches!(&begin, b"ac" | b"ap" | b"au" | b"be" | b"cl" | b"pa" | b"pr" | b"re" | b"se" | b"to");
        if !is_ours && begin.iter().all(u8::is_ascii_lowercase) {
            return false;
        }
    }
    let letters =
        || key.bytes().filter(|byte| !matches!(byte, b'_' | b'-')).map(|byte| byte.to_ascii_lowercase());
    FIELDS.iter().any(|field| letters().eq(field.bytes()))
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
