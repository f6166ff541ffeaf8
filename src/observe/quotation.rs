//! The parts of a text that are not the writer's own words: quotations and code.

use std::ops::Range;

use crate::text::Scan;

/// The longest quotation, in UTF-16 units; a longer distance means that two marks do not belong together.
const LONGEST_QUOTATION: u32 = 200;

/// A quotation or a piece of code: its marks, the quotation marks included, and its tokens.
pub(super) struct Quotation {
    pub(super) marks: Range<usize>,
    pub(super) tokens: Range<usize>,
}

/// The words of others and code, in order: pairs of quotation marks at most 200 units apart, lines that begin
/// with `>`, `code` and fenced code. A fence that is never closed reaches to the end.
pub(super) fn quotations(scan: &Scan) -> Vec<Quotation> {
    let marks = scan.marks();
    let mut found = Vec::new();
    let mut index = 0;
    while let Some(mark) = marks.get(index) {
        let to_mark = |at: usize| marks.get(at).map_or(End::OfText, |_| End::Mark(at));
        let end = match mark.source {
            '`' if is_fence(scan, index) => {
                let close = (index + 3..marks.len()).find(|at| is_fence(scan, *at));
                Some(close.map_or(End::OfText, |at| to_mark(at + 2)))
            }
            '>' if begins_quoted_line(scan, index) => {
                let close =
                    (index + 1..marks.len()).find(|at| marks.get(*at).is_some_and(|m| m.character == '\n'));
                Some(close.map_or(End::OfText, End::Mark))
            }
            source => closing(source).and_then(|closers| {
                let near = marks.get(index + 1..).unwrap_or_default().iter();
                near.take_while(|other| other.span[0].saturating_sub(mark.span[1]) <= LONGEST_QUOTATION)
                    .position(|other| closers.contains(&other.source))
                    .map(|offset| End::Mark(index + 1 + offset))
            }),
        };
        let Some(end) = end else {
            index += 1;
            continue;
        };
        let (next, last_token) = match end {
            End::Mark(at) => (at + 1, marks.get(at).map_or(scan.len(), |mark| mark.tokens_before)),
            End::OfText => (marks.len(), scan.len()),
        };
        found.push(Quotation { marks: index..next, tokens: mark.tokens_before..last_token });
        index = next;
    }
    found
}

/// Where a quotation ends.
enum End {
    Mark(usize),
    OfText,
}

fn closing(source: char) -> Option<&'static [char]> {
    Some(match source {
        '"' => &['"'],
        '“' => &['”', '"'],
        '„' => &['“', '”'],
        '‘' => &['’'],
        '«' => &['»'],
        '`' => &['`'],
        _ => return None,
    })
}

/// Whether three backquotes stand side by side from mark `index` on.
fn is_fence(scan: &Scan, index: usize) -> bool {
    scan.marks().get(index).is_some_and(|mark| {
        mark.source == '`' && scan.folded().get(mark.offset..).is_some_and(|rest| rest.starts_with("```"))
    })
}

/// Whether the mark is a `>` that opens a line and is followed by a space or a word.
fn begins_quoted_line(scan: &Scan, index: usize) -> bool {
    let Some(mark) = scan.marks().get(index) else { return false };
    let before = scan.folded().get(..mark.offset).unwrap_or_default();
    let after = scan.folded().get(mark.offset + 1..).and_then(|rest| rest.chars().next());
    before.chars().rev().find(|c| *c == '\n' || !c.is_whitespace()).is_none_or(|c| c == '\n')
        && after.is_some_and(|c| c == ' ' || c.is_alphanumeric())
}
