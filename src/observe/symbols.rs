//! Emoji and emoticons: valued like words, but no tokens.

use std::collections::HashMap;

use super::lexicon::Entry;
use crate::text::fold;

/// Most characters of a symbol.
const MAX_SYMBOL: usize = 8;

/// Emoji and emoticons, by their folded form.
#[derive(Clone, Debug, Default)]
pub(super) struct Symbols {
    entries: HashMap<Box<str>, Entry>,
    /// Which ASCII characters begin a symbol: most marks are commas and full stops.
    begins: Vec<char>,
    longest: usize,
}

impl Symbols {
    /// The longest symbol at byte `offset` of a folded text: its length in bytes and its meaning.
    ///
    /// An emoticon stands apart: after no digit, before no word character (so `12:30`, `a:b` and the `:/` of
    /// an address are none).
    pub(super) fn at(&self, folded: &str, offset: usize) -> Option<(usize, &Entry)> {
        let rest = folded.get(offset..)?;
        let first = rest.chars().next()?;
        if first.is_ascii() {
            let after_digit = folded.get(..offset)?.ends_with(|c: char| c.is_ascii_digit());
            if after_digit || !self.begins.contains(&first) {
                return None;
            }
        }
        let ends: [usize; MAX_SYMBOL] = {
            let mut ends = [0; MAX_SYMBOL];
            let mut end = 0;
            for (slot, character) in ends.iter_mut().zip(rest.chars().take(self.longest)) {
                end += character.len_utf8();
                *slot = end;
            }
            ends
        };
        ends.into_iter().rev().filter(|end| *end > 0).find_map(|end| {
            let entry = self.entries.get(rest.get(..end)?)?;
            let next = rest.get(end..)?.chars().next();
            let apart = !first.is_ascii()
                || !next.is_some_and(|next| {
                    next.is_alphanumeric() || (next == '/' && rest[..end].ends_with('/'))
                });
            apart.then_some((end, entry))
        })
    }

    /// The entry of a symbol, new or known; `None` for what begins with a letter or digit, or is too long.
    pub(super) fn entry(&mut self, symbol: &str) -> Option<&mut Entry> {
        let folded = fold(symbol);
        let length = folded.chars().count();
        let first = folded.chars().next().filter(|first| !first.is_alphanumeric() && length <= MAX_SYMBOL)?;
        if first.is_ascii() && !self.begins.contains(&first) {
            self.begins.push(first);
        }
        self.longest = self.longest.max(length);
        Some(self.entries.entry(folded.into()).or_default())
    }
}
