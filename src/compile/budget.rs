//! Dropping lines until the prompt fits: the lowest keep value first, later before earlier.

use super::compiled::Dropped;
use super::layout::heading;
use super::line::{ALWAYS, Lead, Line};

/// What has to go.
pub(super) struct Cut {
    /// For each line, whether it stays.
    pub(super) kept: Vec<bool>,
    /// In the order of dropping.
    pub(super) dropped: Vec<Dropped>,
    /// Tokens of what stays.
    pub(super) tokens: u32,
}

/// Drops lines from a prompt of `tokens` until it has at most `budget`. When even the lines that are never
/// dropped exceed the budget, the result does too.
pub(super) fn cut(lines: &[&Line], tokens: u32, budget: u32) -> Cut {
    let mut cut = Cut { kept: vec![true; lines.len()], dropped: Vec::new(), tokens };
    let rows = rows(lines);
    let mut left_in_row = vec![0_u32; lines.len()];
    let mut left_in_section = [0_u32; 12];
    for (line, &row) in lines.iter().zip(&rows) {
        left_in_row[row] += 1;
        left_in_section[line.section as usize] += 1;
    }
    for keep in 0..ALWAYS {
        for (index, line) in lines.iter().enumerate().rev() {
            if cut.tokens <= budget {
                return cut;
            }
            if line.keep != keep {
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
            cut.kept[index] = false;
            cut.tokens -= freed;
            cut.dropped.push(Dropped { section: line.section, path: line.path.to_string(), tokens: freed });
        }
    }
    cut
}

/// For each line, the number of its row: the items of one inline list share one.
fn rows(lines: &[&Line]) -> Vec<usize> {
    let mut row = 0;
    let mut previous: Option<&Line> = None;
    lines
        .iter()
        .map(|line| {
            if previous.is_some() && !line.continues(previous) {
                row += 1;
            }
            previous = Some(line);
            row
        })
        .collect()
}
