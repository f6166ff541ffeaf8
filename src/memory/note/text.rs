//! What a note's text and domain may be, and the forms in which they are kept.

use crate::json::{FieldCode, FieldError};

/// Most bytes of a document.
pub(crate) const MAXIMUM_TEXT_BYTES: usize = 5 << 20;
/// Most bytes of all documents of one call.
pub(crate) const MAXIMUM_CALL_BYTES: usize = 50 << 20;
/// The domain of what has none.
pub(crate) const GENERAL: &str = "general";

/// Whether the text of a stored note keeps the rules.
pub(crate) fn check_text(text: &str) -> Result<(), FieldError> {
    if text.len() > MAXIMUM_TEXT_BYTES {
        return Err(FieldError::new(FieldCode::TooLong, "/text", "at most 5 MiB of UTF-8"));
    }
    if text.contains('\0') {
        return Err(FieldError::new(FieldCode::Format, "/text", "a NUL is no text"));
    }
    Ok(())
}

/// A text without the byte order mark that some programs write before it.
pub(crate) fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{FEFF}').unwrap_or(text)
}

/// A domain as it is kept: blank, and `general` in any case, are the general one.
pub(crate) fn domain(name: &str) -> &str {
    let name = name.trim();
    if name.is_empty() || name.eq_ignore_ascii_case(GENERAL) { GENERAL } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_mark_goes_and_blank_domains_are_general() {
        assert_eq!(without_mark("\u{FEFF}\u{FEFF}a"), "\u{FEFF}a");
        for (given, kept) in [("", "general"), (" \n", "general"), ("GeneraL ", "general"), (" ML ", "ML")] {
            assert_eq!(domain(given), kept);
        }
    }

    #[test]
    fn a_text_has_a_size_and_no_nul() {
        assert!(check_text(&"x".repeat(MAXIMUM_TEXT_BYTES)).is_ok());
        assert_eq!(check_text(&"x".repeat(MAXIMUM_TEXT_BYTES + 1)).unwrap_err().code, FieldCode::TooLong);
        assert_eq!(check_text("a\0b").unwrap_err().code, FieldCode::Format);
    }
}
