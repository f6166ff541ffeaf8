//! The prompt of a turn in parts: what is always said, and what gives way to a conversation.

use super::layout::heading;
use super::line::{Line, Section};

/// A compiled personality as the context broker takes it: the core with its affixes, and the sections that are blocks
/// of their own.
#[derive(Clone, Debug, PartialEq)]
pub struct PromptParts {
    /// All sections but the three below, with the affixes.
    pub core: String,
    /// Tokens of the core.
    pub core_tokens: u32,
    /// How many lines of the core did not fit.
    pub core_dropped: usize,
    /// What it lets guide itself, the most important first.
    pub principles: PromptSection,
    /// Level and mood.
    pub state: PromptSection,
    /// Sample exchanges.
    pub examples: PromptSection,
    /// As in [`Compiled`](super::Compiled).
    pub temperature: f64,
}

/// A section with its heading, line by line.
#[derive(Clone, Debug, PartialEq)]
pub struct PromptSection {
    /// What stands above the lines, with the blank line before it.
    pub heading: &'static str,
    /// Tokens of the heading.
    pub heading_tokens: u32,
    /// The lines, each with what stands before it, and their tokens.
    pub lines: Vec<(String, u32)>,
}

impl PromptParts {
    /// Tokens of everything.
    pub fn tokens(&self) -> u32 {
        self.core_tokens + self.principles.tokens() + self.state.tokens() + self.examples.tokens()
    }
}

impl PromptSection {
    /// Takes the lines of a section out of a prompt.
    pub(super) fn take(lines: &mut Vec<&Line>, section: Section) -> Self {
        let heading = heading(section);
        let mut taken = Vec::new();
        lines.retain(|line| {
            if line.section == section {
                let lead = line.label();
                taken.push(([lead.text, line.text.as_str()].concat(), lead.tokens + line.tokens));
            }
            line.section != section
        });
        Self { heading: heading.text, heading_tokens: heading.tokens, lines: taken }
    }

    /// Tokens of the whole section; 0 without lines.
    pub fn tokens(&self) -> u32 {
        let lines: u32 = self.lines.iter().map(|(_, tokens)| tokens).sum();
        if self.lines.is_empty() { 0 } else { self.heading_tokens + lines }
    }
}
