//! Suggestions: what makes a valid document better, safer or cheaper. They never change whether it is valid.
//!
//! A room of its own, because one of them has to compile the template.

mod coherence;
mod performance;
mod quality;
mod security;
mod words;

use std::sync::Arc;

pub(crate) use security::looks_like_secret;

use crate::template::{self, Problem, ProblemCode, Severity, Template, Validation};

/// How to validate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ValidateOptions {
    /// Whether every warning counts as an error.
    pub strict: bool,
    /// Whether to add suggestions, when there are no errors.
    pub lint: bool,
}

/// Validates a document given as bytes, with suggestions when there are no errors. Never fails: what is wrong is in
/// the result.
pub fn validate(bytes: &[u8], options: ValidateOptions) -> Validation {
    let mut validation = template::validate(bytes);
    if let Some(template) = validation.template.take_if(|_| options.lint) {
        let template = Arc::new(template);
        let suggestions = suggestions(&template);
        validation.template = Arc::into_inner(template);
        validation = validation.with(suggestions);
    }
    if options.strict { validation.strict() } else { validation }
}

/// All suggestions for a template, in no particular order.
pub fn suggestions(template: &Arc<Template>) -> Vec<Problem> {
    let mut lint = Lint { template, found: Vec::new() };
    quality::check(&mut lint);
    coherence::check(&mut lint);
    security::check(&mut lint);
    performance::check(&mut lint);
    lint.found
}

/// A document and the suggestions so far.
struct Lint<'t> {
    template: &'t Arc<Template>,
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
