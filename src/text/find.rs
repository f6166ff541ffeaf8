//! Finding one text in another. The search of the standard library is 7 KB of wasm, for texts that are long and
//! repeat themselves; here the parts are words and phrases.

/// Where a part that is not empty first stands in a text, from the byte `from` on.
pub(crate) fn find(text: &str, part: &str, from: usize) -> Option<usize> {
    let (text, part) = (text.as_bytes(), part.as_bytes());
    let first = part.first()?;
    let mut at = from;
    loop {
        at += text.get(at..)?.iter().position(|byte| byte == first)?;
        if text.get(at..)?.starts_with(part) {
            return Some(at);
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::find;

    proptest! {
        #[test]
        fn it_finds_what_the_standard_library_finds(text in "[abé]{0,20}", part in "[abé]{1,3}", from in 0_usize..20) {
            let expected = (from..=text.len()).find(|at| text.as_bytes()[*at..].starts_with(part.as_bytes()));
            prop_assert_eq!(find(&text, &part, from), expected);
            prop_assert_eq!(find(&text, "", from), None);
        }
    }
}
