//! The list that problems are collected in.

use std::cell::{Cell, RefCell};

use super::nearest::nearest;
use crate::template::problem::{Problem, ProblemCode, Severity};

/// Bytes of all pointers together. One long key around many problems would otherwise multiply the size of the
/// document.
const MAX_PATH_BYTES: usize = 1 << 24;

/// Searches for the nearest known word in one document. Each may compare a hundred words; a document with more
/// mistakes than this is not one with typing errors.
const MAX_SEARCHES: u32 = 200;

/// The problems found so far. Shared by all nodes of one document, so that reading needs no mutable borrow.
#[derive(Default)]
pub(in crate::template) struct Report {
    problems: RefCell<Vec<Problem>>,
    path_bytes: Cell<usize>,
    searches: Cell<u32>,
}

impl Report {
    /// Adds a problem. The first that no longer fits becomes an error about the whole document; the list ends
    /// there.
    pub(in crate::template) fn add(&self, problem: Problem) {
        let before = self.path_bytes.get();
        if before > MAX_PATH_BYTES {
            return;
        }
        let after = before + problem.path.len();
        self.path_bytes.set(after);
        let problem = if after <= MAX_PATH_BYTES {
            problem
        } else {
            Problem {
                severity: Severity::Error,
                code: ProblemCode::TooMany,
                path: String::new(),
                message: "The document has more problems than can be listed.".to_owned(),
                hint: None,
            }
        };
        self.problems.borrow_mut().push(problem);
    }

    /// The known word nearest to an unknown one, for a hint.
    pub(in crate::template) fn nearest(&self, word: &str, candidates: &[&str]) -> Option<String> {
        self.searches.set(self.searches.get().saturating_add(1));
        if self.searches.get() > MAX_SEARCHES { None } else { nearest(word, candidates) }
    }

    /// All problems, in the order in which they were found.
    pub(in crate::template) fn into_problems(self) -> Vec<Problem> {
        self.problems.into_inner()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_ends_with_an_error_when_its_pointers_grow_too_long() {
        let report = Report::default();
        let problem = |path: String| Problem {
            severity: Severity::Warning,
            code: ProblemCode::UnknownKey,
            path,
            message: String::new(),
            hint: None,
        };
        let half = "x".repeat(MAX_PATH_BYTES / 2);
        for _ in 0..4 {
            report.add(problem(half.clone()));
        }
        let problems = report.into_problems();
        let codes: Vec<_> = problems.iter().map(|problem| problem.code).collect();
        assert_eq!(codes, [ProblemCode::UnknownKey, ProblemCode::UnknownKey, ProblemCode::TooMany]);
        assert_eq!((problems[2].severity, problems[2].path.as_str()), (Severity::Error, ""));
    }

    #[test]
    fn hints_stop_after_many_unknown_words() {
        let report = Report::default();
        let hints = (0..MAX_SEARCHES + 5).filter_map(|_| report.nearest("moood", &["mood"])).count();
        assert_eq!(hints, MAX_SEARCHES as usize);
    }
}
