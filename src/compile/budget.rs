//! Dropping lines until the prompt fits: the lowest keep value first, later before earlier.

use crate::list::List;

use super::compiled::Dropped;
use super::layout::heading;
use super::line::{ALWAYS, Lead, Line};

/// What has to go.
pub(super) struct Cut<'a> {
    /// The lines that stay.
    pub(super) kept: Vec<&'a Line>,
    /// In the order of dropping.
    pub(super) dropped: Vec<Dropped>,
    /// Tokens of what stays.
    pub(super) tokens: u32,
}

/// Drops lines from a prompt of `tokens` until it has at most `budget`. When even the lines that are never
/// dropped exceed the budget, the result does too.
pub(super) fn cut<'a>(lines: &[&'a Line], mut tokens: u32, budget: u32) -> Cut<'a> {
    let mut left: Vec<Option<&Line>> = lines.iter().copied().map(Some).collect();
    let mut dropped = Vec::new();
    let rows = rows(lines);
    let mut left_in_row = vec![0_u32; lines.len()];
    let mut left_in_section = [0_u32; 12];
    for (line, &row) in lines.iter().zip(&rows) {
        left_in_row[row] += 1;
        left_in_section[line.section as usize] += 1;
    }
    for keep in 0..ALWAYS {
        for (index, line) in lines.iter().enumerate().rev() {
            if line.keep != keep || tokens <= budget {
                continue;
            }
            let row = &mut left_in_row[rows[index]];
            let section = &mut left_in_section[line.section as usize];
            let freed = line.tokens
                + match line.lead {
                    Lead::Item { separator, .. } if *row > 1 => separator.tokens,
                    Lead::Item { label, .. } | Lead::Label(label) => label.tokens,
                    // Numbered lines are rules, and rules are never dropped.
                    Lead::Number => continue,
                }
                + if *section > 1 { 0 } else { heading(line.section).tokens };
            *row -= 1;
            *section -= 1;
            left[index] = None;
            tokens -= freed;
            dropped.push(Dropped { section: line.section, path: line.origin.pointer(), tokens: freed });
        }
    }
    Cut { kept: left.into_iter().flatten().list(), dropped, tokens }
}

/// For each line, the number of its row: the items of one inline list share one.
fn rows(lines: &[&Line]) -> Vec<usize> {
    let mut rows = Vec::with_capacity(lines.len());
    let mut row = 0;
    let mut previous: Option<&Line> = None;
    for line in lines {
        if previous.is_some() && !line.continues(previous) {
            row += 1;
        }
        previous = Some(line);
        rows.push(row);
    }
    rows
}
