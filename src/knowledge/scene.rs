//! The conversation that keys are looked for in.

use std::borrow::Cow;
use std::cell::OnceCell;

use crate::text::{Macros, Scan};

/// One turn of a conversation.
#[derive(Clone, Copy, Debug)]
pub struct Said<'a> {
    /// Whether the personality said it, and not the person.
    pub by_personality: bool,
    /// What was said.
    pub text: &'a str,
}

/// A conversation, the newest turn first.
pub(super) struct Scene<'a> {
    pub(super) macros: Macros<'a>,
    pub(super) texts: Vec<Text<'a>>,
    /// For each turn, how often the personality spoke before it.
    spoken: Vec<u32>,
    by_personality: Vec<bool>,
}

impl<'a> Scene<'a> {
    pub(super) fn new(said: &[Said<'a>], macros: Macros<'a>) -> Self {
        let mut texts = Vec::with_capacity(said.len());
        let mut spoken = vec![0; said.len()];
        let mut by_personality = Vec::with_capacity(said.len());
        for turn in said {
            texts.push(Text::new(turn.text, macros));
            by_personality.push(turn.by_personality);
        }
        let mut count = 0;
        for (spoken, turn) in spoken.iter_mut().zip(said).rev() {
            *spoken = count;
            count += u32::from(turn.by_personality);
        }
        Self { macros, texts, spoken, by_personality }
    }

    /// What was said from the turn at `now` back, so many turns.
    pub(super) fn window(&self, now: usize, depth: usize) -> &[Text<'a>] {
        let texts = self.texts.get(now..).unwrap_or_default();
        texts.get(..depth).unwrap_or(texts)
    }

    /// How often the personality had spoken before the turn at `now`.
    pub(super) fn spoken(&self, now: usize) -> u32 {
        self.spoken.get(now).copied().unwrap_or(0)
    }

    /// The earlier turns of the person: those at which entries were looked for before.
    pub(super) fn earlier(&self) -> impl Iterator<Item = usize> {
        (1..self.texts.len()).filter(|now| self.by_personality.get(*now) == Some(&false))
    }
}

/// A text, its macros expanded, in the forms in which keys are looked for.
pub(super) struct Text<'a> {
    text: Cow<'a, str>,
    scan: OnceCell<Scan>,
}

impl<'a> Text<'a> {
    pub(super) fn new(text: &'a str, macros: Macros<'_>) -> Self {
        Self { text: macros.expand_for_keys(text), scan: OnceCell::new() }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn scan(&self) -> &Scan {
        self.scan.get_or_init(|| Scan::new(&self.text))
    }
}
