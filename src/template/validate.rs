//! Documents in, templates or problems out.

use serde::Serialize;

use super::dialect::{self, Dialect};
use super::model::Template;
use super::problem::{Problem, ProblemCode, Severity};
use super::reader::{Node, Report, sort};
use super::sections::{self, MAX_KNOWLEDGE_ENTRIES};
use crate::error::{Error, ErrorCode};
use crate::json::{self, Examination, Fault, FaultKind, Limits, Value};
use crate::list::List;
use crate::order::sorted_indices;

/// The limits of a template document.
pub const LIMITS: Limits = Limits {
    bytes: 1 << 20,
    depth: 32,
    items: 1000,
    items_at: &[("/knowledge", MAX_KNOWLEDGE_ENTRIES), ("/knowledge/entries", MAX_KNOWLEDGE_ENTRIES)],
};

/// What validation found.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Validation {
    /// Whether there are no errors.
    pub valid: bool,
    /// All problems, in the order of the document: a parent before its children, equal places by code.
    pub problems: Vec<Problem>,
    /// How many of each severity.
    pub counts: Counts,
    /// The dialect of a document with errors that is one of another dialect: `convert` makes a template of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub dialect: Option<Dialect>,
    /// The template, when valid.
    #[serde(skip)]
    pub template: Option<Template>,
}

/// How many problems of each severity there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Counts {
    /// Problems that make the document unusable.
    pub errors: u32,
    /// Problems that do not.
    pub warnings: u32,
    /// Advice.
    pub suggestions: u32,
}

/// Validates a document given as bytes. Never fails: what is wrong is in the result.
pub fn validate(bytes: &[u8]) -> Validation {
    let mut validation = conclude(json::examine(bytes, LIMITS));
    validation.dialect = validation.dialect.or_else(|| Dialect::of_file(bytes));
    for problem in &mut validation.problems {
        if problem.code == ProblemCode::JsonSyntax {
            problem.hint = dialect::placeholder(bytes)
                .map(|placeholder| format!("fill in the placeholders, of which {placeholder} is the first"));
        }
    }
    validation
}

/// Validates a document given as a value.
pub fn validate_value(value: Value) -> Validation {
    conclude(json::examine_value(value, LIMITS))
}

impl Validation {
    /// The same with further problems, which are no errors.
    pub(crate) fn with(self, mut further: Vec<Problem>) -> Self {
        let mut problems = self.problems;
        problems.append(&mut further);
        if let Some(template) = &self.template {
            sort(&mut problems, &template.document);
        }
        Self::of(problems, self.template, self.dialect)
    }

    /// The same with every warning an error.
    #[must_use]
    pub fn strict(mut self) -> Self {
        for problem in self.problems.iter_mut().filter(|problem| problem.severity == Severity::Warning) {
            problem.severity = Severity::Error;
        }
        Self::of(self.problems, self.template, self.dialect)
    }

    fn of(problems: Vec<Problem>, template: Option<Template>, dialect: Option<Dialect>) -> Self {
        let counts = count(&problems);
        let valid = counts.errors == 0;
        Self { valid, problems, counts, dialect, template: template.filter(|_| valid) }
    }

    /// The template, or one error with all problems (warnings included).
    ///
    /// # Errors
    /// `invalid_template`.
    pub fn into_template(self) -> Result<Template, Error> {
        let Self { problems, counts, template, dialect, .. } = self;
        template.ok_or_else(|| {
            let first = problems.iter().find(|problem| problem.severity == Severity::Error);
            let said = first.map_or("it holds nothing that can be used.", |first| &first.message);
            let message = match counts.errors {
                0 | 1 => format!("The template is invalid: {said}"),
                errors => format!("The template has {errors} errors, the first: {said}"),
            };
            let mut error = Error::new(ErrorCode::InvalidTemplate, message);
            if let Some(first) = first {
                error = error.at(&first.path);
                if let Some(hint) = dialect.map(Dialect::hint).or(first.hint.as_deref()) {
                    error = error.hint(hint);
                }
            }
            error.problems(problems)
        })
    }
}

impl Template {
    /// Reads a document given as bytes, or refuses it with all its problems (warnings included).
    pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
        validate(bytes).into_template()
    }

    /// Reads a document given as a value, or refuses it with all its problems (warnings included).
    pub fn from_value(document: Value) -> Result<Self, Error> {
        validate_value(document).into_template()
    }
}

fn conclude(examination: Examination) -> Validation {
    let Examination { value, faults } = examination;
    let report = Report::default();
    if let Some(document) = &value {
        sections::DOCUMENT.check(&Node::root(document, &report));
    }
    let mut problems = report.into_problems();
    add_faults(&mut problems, faults);
    let (mut template, mut recognised) = (None, None);
    if let Some(document) = value {
        sort(&mut problems, &document);
        if count(&problems).errors > 0 {
            recognised = Dialect::of(&document);
        }
        template = (count(&problems).errors == 0).then(|| sections::template(document));
    }
    Validation::of(problems, template, recognised)
}

/// Adds what the JSON reader found. It replaces what the sections made of the same place: a number that is not
/// finite is not also "null instead of a number".
fn add_faults(problems: &mut Vec<Problem>, faults: Vec<Fault>) {
    let mut replaced: Vec<(ProblemCode, &str)> = Vec::new();
    for fault in &faults {
        match fault.kind {
            FaultKind::NotFinite | FaultKind::TooDeep => replaced.push((ProblemCode::WrongType, &fault.path)),
            FaultKind::TooMany => replaced.push((ProblemCode::TooMany, &fault.path)),
            _ => {}
        }
    }
    if !replaced.is_empty() {
        let order = sorted_indices(replaced.len(), &mut |a, b| replaced.get(a).cmp(&replaced.get(b)));
        problems.retain(|problem| {
            let place = (problem.code, problem.path.as_str());
            order.binary_search_by(|&index| replaced.get(index).cmp(&Some(&place))).is_err()
        });
    }
    problems.append(&mut faults.into_iter().filter_map(problem_of).list());
}

/// A fault as a problem; inside `extensions` there are no warnings.
fn problem_of(fault: Fault) -> Option<Problem> {
    let code = match fault.kind {
        FaultKind::TooLarge => ProblemCode::TooLarge,
        FaultKind::NotUtf8 => ProblemCode::NotUtf8,
        FaultKind::EmptyInput => ProblemCode::EmptyInput,
        FaultKind::Syntax => ProblemCode::JsonSyntax,
        FaultKind::TooDeep => ProblemCode::TooDeep,
        FaultKind::TooMany => ProblemCode::TooMany,
        FaultKind::NotFinite => ProblemCode::NotFinite,
        FaultKind::ByteOrderMark => ProblemCode::ByteOrderMark,
        FaultKind::DuplicateKey => ProblemCode::DuplicateKey,
    };
    let severity = if fault.kind.is_error() { Severity::Error } else { Severity::Warning };
    if severity == Severity::Warning && fault.path.starts_with("/extensions/") {
        return None;
    }
    Some(Problem { severity, code, path: fault.path, message: fault.message, hint: None })
}

fn count(problems: &[Problem]) -> Counts {
    let mut counts = Counts::default();
    for problem in problems {
        match problem.severity {
            Severity::Error => counts.errors += 1,
            Severity::Warning => counts.warnings += 1,
            Severity::Suggestion => counts.suggestions += 1,
        }
    }
    counts
}
