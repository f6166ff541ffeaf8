//! Cutting texts at a number of characters.

/// The first characters of a text, at most so many.
pub(crate) fn first_characters(text: &str, most: usize) -> &str {
    text.char_indices().nth(most).map_or(text, |(end, _)| text.get(..end).unwrap_or(text))
}
