//! The one tokenizer: folding, tokens, phrases, and the place of each in the original text; and macros.
//!
//! Everything in this crate that matches words matches *folded* text, so that `Café`, `CAFE` and a
//! decomposed `café` are one word. Positions always refer to the text as it was written: a
//! [`Span`] is a half-open range of UTF-16 code units, and `text.slice(start, end)` in JavaScript shows it.

mod cut;
mod find;
mod fold;
mod macros;
mod phrase;
mod scan;
mod table;
mod words;

pub(crate) use cut::{first_characters, part_of};
pub(crate) use find::find;
pub use fold::fold;
pub(crate) use fold::{is_combining_mark, is_word_character, plain};
pub use macros::{Macros, has_macros};
pub use phrase::{Phrase, PhraseMap};
pub(crate) use scan::is_line_break;
pub use scan::{Mark, Scan, Token, tokens};
pub(crate) use words::{Hashed, Words, hash_of, long_hash};

/// A half-open range in UTF-16 code units of the original text, so that `text.slice(start, end)` works in JS.
pub type Span = [u32; 2];
