//! Parts of texts: by characters, and by spans.

use super::Span;

/// The first characters of a text, at most so many.
pub(crate) fn first_characters(text: &str, most: usize) -> &str {
    text.char_indices().nth(most).map_or(text, |(end, _)| text.get(..end).unwrap_or(text))
}

/// The part of a text that a span shows; empty where the span is not inside it.
pub(crate) fn part_of(text: &str, [start, end]: Span) -> &str {
    let (mut units, mut from, mut to) = (0, None, None);
    for (at, character) in text.char_indices() {
        if units == start {
            from = Some(at);
        }
        if units == end {
            to = Some(at);
        }
        units += character.len_utf16() as u32;
    }
    if units == end {
        to = Some(text.len());
    }
    from.zip(to).and_then(|(from, to)| text.get(from..to)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::part_of;

    #[test]
    fn a_span_counts_utf_16_code_units() {
        for (text, span, part) in [
            ("abc", [0, 3], "abc"),
            ("abc", [1, 2], "b"),
            ("😀é!", [2, 3], "é"),
            ("😀é!", [3, 4], "!"),
            ("😀", [1, 2], ""),
            ("abc", [2, 9], ""),
            ("", [0, 0], ""),
        ] {
            assert_eq!(part_of(text, span), part, "{text} {span:?}");
        }
    }
}
