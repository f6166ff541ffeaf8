//! Lines: the costed pieces of which the prompt body is made, and how they are joined.

use std::fmt::Write;

use serde::Serialize;

use super::layout::{OPENING, heading};
use super::origin::Origin;
use crate::context::estimate;

/// The sections of the prompt, in prompt order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it")]
pub enum Section {
    Identity,
    Traits,
    Language,
    Style,
    Vocabulary,
    Principles,
    Rules,
    Relationship,
    Parameters,
    Triggers,
    Safety,
    Examples,
}

impl Section {
    /// All sections, in prompt order.
    pub const ALL: [Self; 12] = [
        Self::Identity,
        Self::Traits,
        Self::Language,
        Self::Style,
        Self::Vocabulary,
        Self::Principles,
        Self::Rules,
        Self::Relationship,
        Self::Parameters,
        Self::Triggers,
        Self::Safety,
        Self::Examples,
    ];
}

/// Fixed text of ours, with its cost known at build time. It ends where template text begins; a blank at its
/// end is free there, because it stands between two words.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    pub(super) text: &'static str,
    pub(super) tokens: u32,
}

impl Frame {
    pub(super) const fn new(text: &'static str) -> Self {
        let ends_blank = matches!(text.as_bytes(), [.., b' ']);
        Self { text, tokens: estimate(text) - ends_blank as u32 }
    }
}

/// What stands before the text of a line.
#[derive(Clone, Copy, Debug)]
pub(super) enum Lead {
    /// A label or bullet on a line of its own.
    Label(&'static Frame),
    /// A number, counted through the section.
    Number,
    /// An item of an inline list: the label before the first one, a separator before the others.
    Item { label: &'static Frame, separator: &'static Frame },
}

/// The least that can be dropped: a line of the prompt, or one item of an inline list.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) section: Section,
    /// Lowest goes first; 10 = never dropped.
    pub(super) keep: u8,
    pub(super) lead: Lead,
    /// Starts and ends with a character that is no white space.
    pub(super) text: String,
    /// Estimate of `text`.
    pub(super) tokens: u32,
    pub(super) origin: Origin,
}

/// The keep value of what is never dropped.
pub(super) const ALWAYS: u8 = 10;

/// What lines of one origin have in common.
#[derive(Clone, Copy)]
pub(super) struct Kind {
    pub(super) section: Section,
    pub(super) keep: u8,
    pub(super) lead: Lead,
}

impl Kind {
    pub(super) const fn new(section: Section, keep: u8, lead: Lead) -> Self {
        Self { section, keep, lead }
    }
}

impl Line {
    pub(super) fn new(kind: Kind, text: String, origin: Origin) -> Self {
        let Kind { section, keep, lead } = kind;
        Self { section, keep, lead, tokens: estimate(&text), text, origin }
    }

    /// What stands before the text of a line that is no number.
    pub(super) fn label(&self) -> &'static Frame {
        match self.lead {
            Lead::Item { label, .. } | Lead::Label(label) => label,
            Lead::Number => &AFTER_NUMBER,
        }
    }

    /// Whether `self`, standing behind `previous`, goes on with the same inline list.
    pub(super) fn continues(&self, previous: Option<&Line>) -> bool {
        let label = |lead| match lead {
            Lead::Item { label, .. } => Some(label.text),
            Lead::Label(_) | Lead::Number => None,
        };
        previous.is_some_and(|previous| {
            previous.section == self.section
                && label(self.lead).is_some_and(|own| label(previous.lead) == Some(own))
        })
    }
}

/// Joins lines under their headings onto `text` and returns the tokens of what was added.
pub(super) fn render(text: &mut String, lines: &[&Line]) -> u32 {
    text.push_str(OPENING.text);
    let mut tokens = OPENING.tokens;
    let mut previous: Option<&Line> = None;
    let mut number = 0_u32;
    for &line in lines {
        if previous.is_none_or(|previous| previous.section != line.section) {
            let heading = heading(line.section);
            text.push_str(heading.text);
            tokens += heading.tokens;
            number = 0;
        }
        let lead = match line.lead {
            Lead::Item { separator, .. } if line.continues(previous) => separator,
            Lead::Item { label, .. } | Lead::Label(label) => label,
            Lead::Number => {
                number += 1;
                // Writing to a String cannot fail.
                let _ = write!(text, "\n{number}");
                tokens += 1 + number.ilog10() + 1;
                &AFTER_NUMBER
            }
        };
        text.push_str(lead.text);
        text.push_str(&line.text);
        tokens += lead.tokens + line.tokens;
        previous = Some(line);
    }
    tokens
}

static AFTER_NUMBER: Frame = Frame::new(". ");
