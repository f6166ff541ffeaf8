//! The list that problems are collected in.

use std::cell::{Cell, RefCell};

use crate::template::problem::{Problem, ProblemCode, Severity};

/// Bytes of all pointers together. One long key around many problems would otherwise multiply the size of the
/// document.
const MAX_PATH_BYTES: usize = 1 << 22;

/// The problems found so far. Shared by all nodes of one document, so that reading needs no mutable borrow.
#[derive(Default)]
pub(in crate::template) struct Report {
    problems: RefCell<Vec<Problem>>,
    path_bytes: Cell<usize>,
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

    /// All problems, in the order in which they were found.
    pub(in crate::template) fn into_problems(self) -> Vec<Problem> {
        self.problems.into_inner()
    }
}
