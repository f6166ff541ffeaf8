//! Emoji and emoticons: valued like words, but no tokens.

use super::lexicon::Entry;
use crate::text::{Words, fold};

/// Most characters of a symbol.
const MAX_SYMBOL: usize = 8;

/// Emoji and emoticons, by their folded form.
#[derive(Clone, Debug, Default)]
pub(super) struct Symbols {
    symbols: Words,
    /// By the number of the symbol, minus 1.
    entries: Vec<Entry>,
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
            let before = folded.as_bytes().get(..offset)?.last();
            if !self.begins.contains(&first) || before.is_some_and(u8::is_ascii_digit) {
                return None;
            }
        }
        let mut found = None;
        let mut characters = rest.char_indices();
        for _ in 0..self.longest {
            let Some((start, character)) = characters.next() else { break };
            let end = start + character.len_utf8();
            let number = self.symbols.number(rest.get(..end)?.into()) as usize;
            let Some(entry) = number.checked_sub(1).and_then(|index| self.entries.get(index)) else {
                continue;
            };
            let apart = match characters.clone().next() {
                Some((_, next)) if first.is_ascii() => {
                    !next.is_alphanumeric() && (next, character) != ('/', '/')
                }
                _ => true,
            };
            if apart {
                found = Some((end, entry));
            }
        }
        found
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
        let index = (self.symbols.add(folded.as_str().into()) as usize).checked_sub(1)?;
        if index == self.entries.len() {
            self.entries.push(Entry::default());
        }
        self.entries.get_mut(index)
    }
}
