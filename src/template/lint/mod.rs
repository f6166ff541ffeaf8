//! Suggestions: what makes a valid document better, safer or cheaper. They never change whether it is valid.

mod coherence;
mod performance;
mod quality;
mod security;
mod words;

use super::model::Template;
use super::problem::{Problem, ProblemCode, Severity};

/// All suggestions for a valid document, in no particular order. `template.document` must be filled in.
pub(super) fn lint(template: &Template) -> Vec<Problem> {
    let mut lint = Lint { template, found: Vec::new() };
    quality::check(&mut lint);
    coherence::check(&mut lint);
    security::check(&mut lint);
    performance::check(&mut lint);
    lint.found
}

/// A document and the suggestions so far.
struct Lint<'t> {
    template: &'t Template,
    found: Vec<Problem>,
}

impl Lint<'_> {
    fn suggest(&mut self, code: ProblemCode, path: impl Into<String>, message: impl Into<String>) {
        let (path, message) = (path.into(), message.into());
        self.found.push(Problem { severity: Severity::Suggestion, code, path, message, hint: None });
    }

    /// The pointer of a section, or of the whole document when it has none.
    fn section(&self, key: &str) -> String {
        if self.template.document.get(key).is_some() { format!("/{key}") } else { String::new() }
    }
}
