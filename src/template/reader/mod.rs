//! Holding one document against the rules of the format, with every problem in it: a [`Node`] is a value that knows
//! where it is and where problems go; a [`Rule`] says what a value must be. Rules are data: one table per section,
//! read by one function.

mod nearest;
mod order;
mod repeats;
mod report;
mod rule;
pub(super) mod values;

use super::problem::{Problem, ProblemCode, Severity};
use crate::json::{Value, pointer};

pub(super) use order::sort;
pub(super) use repeats::report_duplicates;
pub(super) use report::Report;
pub(super) use rule::{Key, Rule, is_name, optional, required};

/// A value of the document, where it is, and the report that its problems go to.
#[derive(Clone, Copy)]
pub(super) struct Node<'a> {
    pub(super) value: &'a Value,
    place: Place<'a>,
    report: &'a Report,
}

/// The way to a node; spelled out as a pointer only when there is a problem.
#[derive(Clone, Copy)]
enum Place<'a> {
    Root,
    Key(&'a Node<'a>, &'a str),
    Item(&'a Node<'a>, usize),
}

impl<'a> Node<'a> {
    /// The document itself.
    pub(super) fn root(value: &'a Value, report: &'a Report) -> Self {
        Self { value, place: Place::Root, report }
    }

    /// The object or array that this node stands in.
    pub(super) fn parent(&self) -> Option<&'a Node<'a>> {
        match self.place {
            Place::Root => None,
            Place::Key(parent, _) | Place::Item(parent, _) => Some(parent),
        }
    }

    /// The value of a key, when this node is an object that has it.
    pub(super) fn get<'b>(&'b self, key: &'b str) -> Option<Node<'b>> {
        self.value.get(key).map(|value| self.at_key(key, value))
    }

    /// The node of a key of this object.
    pub(super) fn at_key<'b>(&'b self, key: &'b str, value: &'b Value) -> Node<'b> {
        Node { value, place: Place::Key(self, key), report: self.report }
    }

    /// The node of an item of this array.
    pub(super) fn at_index<'b>(&'b self, index: usize, value: &'b Value) -> Node<'b> {
        Node { value, place: Place::Item(self, index), report: self.report }
    }

    /// The text of a string; empty for any other value.
    pub(super) fn text(&self) -> &'a str {
        self.value.as_str().unwrap_or_default()
    }

    /// Reports an error at this node.
    pub(super) fn error(&self, code: ProblemCode, message: &str) {
        self.report(Severity::Error, code, message, None);
    }

    /// Reports a warning at this node.
    pub(super) fn warning(&self, code: ProblemCode, message: &str) {
        self.report(Severity::Warning, code, message, None);
    }

    /// Reports a problem at this node.
    pub(super) fn report(&self, severity: Severity, code: ProblemCode, message: &str, hint: Option<String>) {
        let mut path = String::new();
        self.push_pointer(&mut path);
        self.report.add(Problem { severity, code, path, message: message.to_owned(), hint });
    }

    /// Reports that this node has another type than `expected` ("a string").
    pub(super) fn wrong_type(&self, expected: &str) {
        let found = match self.value {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) => "a string",
            Value::Array(_) => "an array",
            Value::Object(_) => "an object",
        };
        self.error(ProblemCode::WrongType, &format!("This must be {expected}, not {found}."));
    }

    /// The known word nearest to an unknown one, for a hint.
    pub(super) fn nearest(&self, word: &str, candidates: &[&str]) -> Option<String> {
        self.report.nearest(word, candidates)
    }

    /// Writes where this node is, as a JSON Pointer.
    fn push_pointer(&self, path: &mut String) {
        match self.place {
            Place::Root => {}
            Place::Key(parent, key) => {
                parent.push_pointer(path);
                pointer::push(path, key);
            }
            Place::Item(parent, index) => {
                parent.push_pointer(path);
                pointer::push_index(path, index);
            }
        }
    }
}
