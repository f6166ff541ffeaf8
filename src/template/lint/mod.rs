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
    fn suggest(&mut self, code: ProblemCode, path: &str, message: &str) {
        let (path, message) = (path.to_owned(), message.to_owned());
        self.found.push(Problem { severity: Severity::Suggestion, code, path, message, hint: None });
    }

    /// The pointer of a section, or of the whole document when it has none.
    fn section<'p>(&self, pointer: &'p str) -> &'p str {
        let has_section = self.template.document.get(pointer.trim_start_matches('/')).is_some();
        if has_section { pointer } else { "" }
    }
}
