//! What a level, a mood and a character card set before and behind the prompt body.

use super::changes::Changes;
use super::expand::Expansion;
use super::plain::without_headings;
use super::wrap::{Wrap, join};
use crate::context::estimate;

/// The affixes of one prompt: `mood.prefix + level.prefix + body + level.suffix + mood.suffix`, around that those of a
/// card, with a line break between affix and body unless there is white space already.
pub(super) struct Affixes {
    pub(super) prefix: String,
    pub(super) suffix: String,
    /// The prefix and its line break.
    before: String,
    /// [`NEIGHBOUR`], the suffix's line break, the suffix; empty when there is no suffix.
    after: String,
    tokens: u32,
}

/// Stands for the body where an affix is costed: a blank between the two is one between words.
const NEIGHBOUR: char = '.';
const NEIGHBOUR_TOKENS: u32 = 1;

impl Affixes {
    pub(super) fn new(
        card: &Wrap,
        level: Option<&Changes>,
        mood: Option<&Changes>,
        expansion: Option<&Expansion<'_>>,
    ) -> Self {
        let (level_prefix, level_suffix) = level.map_or(("", ""), Changes::affixes);
        let (mood_prefix, mood_suffix) = mood.map_or(("", ""), Changes::affixes);
        let mut prefix = join(&card.before, &[mood_prefix, level_prefix].concat());
        let mut suffix = join(&[level_suffix, mood_suffix].concat(), &card.after);
        if let Some(expansion) = expansion {
            prefix = expansion.text(&prefix, "prefix");
            suffix = expansion.text(&suffix, "suffix");
        }
        // Joined before they are made safe, because two harmless halves can make a heading.
        let (prefix, suffix) = (without_headings(&prefix), without_headings(&suffix));
        let mut tokens = 0;

        let mut before = String::new();
        if !prefix.is_empty() {
            before.reserve(prefix.len() + 2);
            before.push_str(&prefix);
            if !prefix.ends_with(char::is_whitespace) {
                before.push('\n');
            }
            before.push(NEIGHBOUR);
            tokens += estimate(&before) - NEIGHBOUR_TOKENS;
            before.pop();
        }
        let mut after = String::new();
        if !suffix.is_empty() {
            after.reserve(suffix.len() + 2);
            after.push(NEIGHBOUR);
            if !suffix.starts_with(char::is_whitespace) {
                after.push('\n');
            }
            after.push_str(&suffix);
            tokens += estimate(&after) - NEIGHBOUR_TOKENS;
        }
        Self { prefix, suffix, before, after, tokens }
    }

    /// What to write before the body.
    pub(super) fn before(&self) -> &str {
        &self.before
    }

    /// What to write behind the body.
    pub(super) fn after(&self) -> &str {
        self.after.strip_prefix(NEIGHBOUR).unwrap_or_default()
    }

    /// The estimate of both.
    pub(super) fn tokens(&self) -> u32 {
        self.tokens
    }

    /// The length of both in bytes.
    pub(super) fn bytes(&self) -> usize {
        self.before.len() + self.after.len()
    }
}
