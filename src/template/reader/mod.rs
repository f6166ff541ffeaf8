//! Reading one document with every problem in it: a [`Node`] is a value that knows where it is and where problems
//! go; an [`Object`] is a node whose keys are being declared. One declaration per key gives its type, its limits,
//! whether it is required, its default, and (because every key that was not declared is unknown) the key check.

mod nearest;
mod order;
mod report;
mod values;

use crate::json::{Map, Value};

use super::problem::{Problem, ProblemCode, Severity};
use crate::json::pointer;

pub(super) use order::sort;
pub(super) use report::Report;
pub(super) use values::{
    any_object, boolean, integer, list, map, number, number_above, one_of, report_duplicates, set, string,
    word,
};

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
    Key(&'a Place<'a>, &'a str),
    Item(&'a Place<'a>, usize),
}

impl<'a> Node<'a> {
    /// The document itself.
    pub(super) fn root(value: &'a Value, report: &'a Report) -> Self {
        Self { value, place: Place::Root, report }
    }

    /// Where this node is, as a JSON Pointer.
    pub(super) fn pointer(&self) -> String {
        self.place.pointer()
    }

    /// Reports an error at this node.
    pub(super) fn error(&self, code: ProblemCode, message: impl Into<String>) {
        self.report(Severity::Error, code, message, None);
    }

    /// Reports a warning at this node.
    pub(super) fn warning(&self, code: ProblemCode, message: impl Into<String>) {
        self.report(Severity::Warning, code, message, None);
    }

    /// Reports a problem at this node.
    pub(super) fn report(
        &self,
        severity: Severity,
        code: ProblemCode,
        message: impl Into<String>,
        hint: Option<String>,
    ) {
        self.report.add(Problem { severity, code, path: self.pointer(), message: message.into(), hint });
    }

    /// The known word nearest to an unknown one, for a hint.
    pub(super) fn nearest<'c>(
        &self,
        word: &str,
        candidates: impl IntoIterator<Item = &'c str>,
    ) -> Option<String> {
        self.report.nearest(word, candidates)
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
        self.error(ProblemCode::WrongType, format!("This must be {expected}, not {found}."));
    }

    /// Reads this node as an object: `declare` names its keys, all others are unknown.
    pub(super) fn object<T>(&self, declare: impl FnOnce(&mut Object<'_>) -> T) -> Option<T> {
        let Value::Object(entries) = self.value else {
            self.wrong_type("an object");
            return None;
        };
        let mut object = Object { node: self, entries, known: Vec::new() };
        let result = declare(&mut object);
        object.report_unknown_keys();
        Some(result)
    }

    /// The items, when this node is an array.
    pub(super) fn items<'b>(&'b self) -> impl Iterator<Item = Node<'b>> {
        let items = self.value.as_array().map(Vec::as_slice).unwrap_or_default();
        items.iter().enumerate().map(|(index, value)| Node {
            value,
            place: Place::Item(&self.place, index),
            report: self.report,
        })
    }

    /// The keys and values, when this node is an object.
    pub(super) fn entries<'b>(&'b self) -> impl Iterator<Item = (&'b str, Node<'b>)> {
        let entries = self.value.as_object().into_iter().flatten();
        entries.map(|(key, value)| (key.as_str(), self.at_key(key, value)))
    }

    /// The value of a key, when this node is an object that has it.
    pub(super) fn get<'b>(&'b self, key: &'b str) -> Option<Node<'b>> {
        self.value.get(key).map(|value| self.at_key(key, value))
    }

    fn at_key<'b>(&'b self, key: &'b str, value: &'b Value) -> Node<'b> {
        Node { value, place: Place::Key(&self.place, key), report: self.report }
    }
}

impl Place<'_> {
    fn pointer(&self) -> String {
        match self {
            Self::Root => String::new(),
            Self::Key(parent, key) => pointer::join(&parent.pointer(), key),
            Self::Item(parent, index) => {
                let mut pointer = parent.pointer();
                pointer::push_index(&mut pointer, *index);
                pointer
            }
        }
    }
}

/// An object whose keys are being declared, by [`Node::object`].
pub(super) struct Object<'a> {
    /// The object itself, for problems that concern it as a whole.
    pub(super) node: &'a Node<'a>,
    entries: &'a Map,
    known: Vec<&'static str>,
}

impl Object<'_> {
    /// Declares a key that must be there. Without it, or when it cannot be read, the default stands in: the
    /// document has an error then, so that it is never seen.
    pub(super) fn required<T: Default>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&Node<'_>) -> Option<T>,
    ) -> T {
        self.must_have(key);
        self.optional(key, read).unwrap_or_default()
    }

    /// Declares a key that may be absent: `None` when it is, and when it cannot be read.
    pub(super) fn optional<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&Node<'_>) -> Option<T>,
    ) -> Option<T> {
        self.known.push(key);
        let value = self.entries.get(key)?;
        read(&self.node.at_key(key, value))
    }

    /// Reports a missing key at the object.
    pub(super) fn must_have(&self, key: &'static str) {
        if !self.has(key) {
            self.node.error(ProblemCode::Missing, format!("The key \"{key}\" is missing."));
        }
    }

    /// Whether the document has this key, readable or not.
    pub(super) fn has(&self, key: &str) -> bool {
        self.entries.contains_key(key)
    }

    fn report_unknown_keys(&self) {
        for (key, value) in self.entries {
            if !self.known.contains(&key.as_str()) {
                let hint = self.node.nearest(key, self.known.iter().copied());
                let message = "This key is not part of the format; it is kept, but has no effect.";
                let node = self.node.at_key(key, value);
                node.report(Severity::Warning, ProblemCode::UnknownKey, message, hint);
            }
        }
    }
}
