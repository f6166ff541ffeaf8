//! The search: all ways through the steps are followed at once, so that each character of a text is looked at once
//! for each step at the most.

use super::class::is_word;
use super::{Pattern, Place, Step};
use crate::text::plain;

/// Where a pattern first stands in a text, in bytes: of all places the first, there the match that the pattern
/// prefers. Looked for from the byte `from` on.
pub(super) fn find(pattern: &Pattern, text: &str, from: usize) -> Option<(usize, usize)> {
    let (passed, rest) = text.split_at_checked(from)?;
    let mut ways = Ways::new(pattern);
    let mut next = Ways::new(pattern);
    let mut found = None;
    let mut before = passed.chars().next_back();
    let mut rest = rest.chars();
    loop {
        let at = text.len() - rest.as_str().len();
        let current = rest.next();
        let around = Around { before, after: current, at };
        // A match that begins here is wanted only when there is none that began earlier.
        if found.is_none() {
            ways.add(pattern, 0, at, &around);
        }
        let after = rest.clone().next();
        for (step, start) in &ways.list {
            let fits = match pattern.steps.get(*step) {
                Some(Step::Match) => {
                    // The ways behind this one are less preferred.
                    found = Some((*start, at));
                    break;
                }
                Some(Step::Character { character, fold }) => {
                    current.is_some_and(|current| *character == if *fold { plain(current) } else { current })
                }
                Some(Step::Class { index, fold }) => {
                    let class = pattern.classes.get(*index as usize);
                    current.zip(class).is_some_and(|(current, class)| class.has(current, *fold))
                }
                _ => false,
            };
            if let Some(current) = current.filter(|_| fits) {
                let around = Around { before: Some(current), after, at: at + current.len_utf8() };
                next.add(pattern, step + 1, *start, &around);
            }
        }
        if current.is_none() || next.list.is_empty() && found.is_some() {
            return found;
        }
        before = current;
        std::mem::swap(&mut ways, &mut next);
        next.clear();
    }
}

/// What a place is told by.
struct Around {
    before: Option<char>,
    after: Option<char>,
    at: usize,
}

/// The ways that are followed, the preferred ones first.
struct Ways {
    /// Steps that wait for a character, or the match, and where in the text the way began.
    list: Vec<(usize, usize)>,
    /// By step, the round in which it was last added.
    added: Vec<u32>,
    round: u32,
    /// Steps that are still to be added.
    open: Vec<usize>,
}

impl Ways {
    fn new(pattern: &Pattern) -> Self {
        Self { list: Vec::new(), added: vec![0; pattern.steps.len()], round: 1, open: Vec::new() }
    }

    fn clear(&mut self) {
        self.list.clear();
        self.round = self.round.wrapping_add(1);
    }

    /// Adds a step, or those that it leads to without a character.
    fn add(&mut self, pattern: &Pattern, step: usize, start: usize, around: &Around) {
        self.open.push(step);
        while let Some(step) = self.open.pop() {
            match self.added.get_mut(step) {
                Some(round) if *round != self.round => *round = self.round,
                _ => continue,
            }
            let to = |distance: i32| step.wrapping_add_signed(distance as isize);
            match pattern.steps.get(step) {
                Some(Step::Jump(distance)) => self.open.push(to(*distance)),
                Some(Step::Fork { to: distance, next_first }) => {
                    let (mut first, mut second) = (step + 1, to(*distance));
                    if !next_first {
                        std::mem::swap(&mut first, &mut second);
                    }
                    self.open.push(second);
                    self.open.push(first);
                }
                Some(Step::Place(place)) if around.is_at(*place) => self.open.push(step + 1),
                Some(Step::Character { .. } | Step::Class { .. } | Step::Match) => {
                    self.list.push((step, start));
                }
                Some(Step::Place(_)) | None => {}
            }
        }
    }
}

impl Around {
    fn is_at(&self, place: Place) -> bool {
        let boundary = || self.before.is_some_and(is_word) != self.after.is_some_and(is_word);
        match place {
            Place::TextStart => self.at == 0,
            Place::TextEnd => self.after.is_none(),
            Place::LineStart => matches!(self.before, None | Some('\n')),
            Place::LineEnd => matches!(self.after, None | Some('\n')),
            Place::WordBoundary => boundary(),
            Place::NoWordBoundary => !boundary(),
        }
    }
}
