//! Lines and affixes to the text of a prompt.

use super::affixes::Affixes;
use super::budget::cut;
use super::compiled::Dropped;
use super::line::{Line, render};
use crate::error::{Error, ErrorCode};

/// Bytes that the headings of most prompts stay under, and what stands before the text of most lines, so that a
/// prompt is written without growing.
const HEADING_BYTES: usize = 1024;
const LEAD_BYTES: usize = 32;

/// A prompt, and what did not fit.
pub(super) struct Prompt {
    pub(super) text: String,
    pub(super) tokens: u32,
    pub(super) dropped: Vec<Dropped>,
}

/// Writes the prompt, within the budget if there is one.
pub(super) fn prompt(lines: &[&Line], affixes: &Affixes, budget: Option<u32>) -> Result<Prompt, Error> {
    let mut capacity = affixes.bytes() + HEADING_BYTES;
    for line in lines {
        capacity += line.text.len() + LEAD_BYTES;
    }
    let mut text = String::with_capacity(capacity);
    text.push_str(affixes.before());
    let tokens = affixes.tokens() + render(&mut text, lines);
    let Some(budget) = budget.filter(|&budget| tokens > budget) else {
        text.push_str(affixes.after());
        return Ok(Prompt { text, tokens, dropped: Vec::new() });
    };

    let cut = cut(lines, tokens, budget);
    if cut.tokens > budget {
        let needed = cut.tokens;
        let message = format!("what may not be dropped needs {needed} tokens, max_tokens is {budget}");
        let error = Error::new(ErrorCode::BudgetTooSmall, message).at("/max_tokens");
        return Err(error.needed(needed));
    }
    text.truncate(affixes.before().len());
    render(&mut text, &cut.kept);
    text.push_str(affixes.after());
    Ok(Prompt { text, tokens: cut.tokens, dropped: cut.dropped })
}
