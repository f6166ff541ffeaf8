//! How large a document may be, and the same limits for a value that was never text.

use super::fault::{Fault, FaultKind, Faults};
use super::pointer;
use super::read::Examination;
use super::value::Value;
use super::write::compact_length;

/// How large a JSON document may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the whole text.
    pub bytes: usize,
    /// Containers inside each other, the outermost included. At most 100, so that the reader's stack is bounded.
    pub depth: usize,
    /// Items of any one array.
    pub items: usize,
    /// Arrays that may hold another number of items: their pointers and limits.
    pub items_at: &'static [(&'static str, usize)],
}

impl Limits {
    /// The limit of an array; `is_at` tells whether it stands at a pointer.
    pub(super) fn items_of(&self, is_at: &dyn Fn(&str) -> bool) -> usize {
        let own = self.items_at.iter().find(|(pointer, _)| is_at(pointer));
        own.map_or(self.items, |(_, items)| *items)
    }

    #[cold]
    pub(super) fn too_large(&self) -> Fault {
        let message = format!("The document has more than {} bytes.", self.bytes);
        Fault::new(FaultKind::TooLarge, "", message)
    }

    #[cold]
    pub(super) fn too_deep(&self, pointer: &str) -> Fault {
        let message = format!("This is nested deeper than {} levels.", self.depth);
        Fault::new(FaultKind::TooDeep, pointer, message)
    }

    #[cold]
    pub(super) fn too_many(&self, pointer: &str, items: usize) -> Fault {
        let message = format!("This array has more than {items} items.");
        Fault::new(FaultKind::TooMany, pointer, message)
    }
}

#[cold]
pub(super) fn not_finite(pointer: &str) -> Fault {
    Fault::new(FaultKind::NotFinite, pointer, "This number is not finite.")
}

/// Applies the limits to a value that was handed over as an object rather than as text.
pub fn examine_value(mut value: Value, limits: Limits) -> Examination {
    let mut faults = Faults::default();
    let mut pruning = Pruning { limits, pointer: String::new(), faults: &mut faults, too_deep: false };
    pruning.prune(&mut value, 0);
    if compact_length(&value) > limits.bytes {
        return Examination { value: None, faults: vec![limits.too_large()] };
    }
    Examination { value: Some(value), faults: faults.list }
}

struct Pruning<'a> {
    limits: Limits,
    pointer: String,
    faults: &'a mut Faults,
    too_deep: bool,
}

impl Pruning<'_> {
    /// Replaces what is too deep by `null` and cuts arrays to their limit.
    fn prune(&mut self, value: &mut Value, depth: usize) {
        if !value.is_array() && !value.is_object() {
            return;
        }
        if depth == self.limits.depth {
            if !self.too_deep {
                self.faults.push(self.limits.too_deep(&self.pointer));
            }
            self.too_deep = true;
            *value = Value::Null;
            return;
        }
        let length = self.pointer.len();
        match value {
            Value::Array(items) => {
                let limit = self.limits.items_of(&|pointer| pointer == self.pointer);
                if items.len() > limit {
                    self.faults.push(self.limits.too_many(&self.pointer, limit));
                    items.truncate(limit);
                }
                for (index, item) in items.iter_mut().enumerate() {
                    pointer::push_index(&mut self.pointer, index);
                    self.prune(item, depth + 1);
                    self.pointer.truncate(length);
                }
            }
            Value::Object(entries) => {
                for (key, item) in entries.iter_mut() {
                    pointer::push(&mut self.pointer, key);
                    self.prune(item, depth + 1);
                    self.pointer.truncate(length);
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::json;

    use super::*;

    const SMALL: Limits = Limits { bytes: 100, depth: 2, items: 2, items_at: &[("/wide", 3)] };

    #[test]
    fn a_value_is_cut_to_its_limits_and_each_cut_is_a_fault() {
        let value = json!({"wide": [1, 2, 3], "narrow": [1, 2, 3], "deep": [[1], [2]]});
        let result = examine_value(value, SMALL);
        let found: Vec<_> = result.faults.iter().map(|fault| (fault.kind, fault.path.as_str())).collect();
        assert_eq!(found, [(FaultKind::TooMany, "/narrow"), (FaultKind::TooDeep, "/deep/0")]);
        let cut = json!({"wide": [1, 2, 3], "narrow": [1, 2], "deep": [null, null]});
        assert_eq!(result.value, Some(cut));
    }

    #[test]
    fn the_size_of_a_value_is_that_of_its_compact_text() {
        let fits = json!("x".repeat(98));
        assert_eq!(examine_value(fits.clone(), SMALL).value, Some(fits));
        let result = examine_value(json!("x".repeat(99)), SMALL);
        assert_eq!((result.value, result.faults[0].kind), (None, FaultKind::TooLarge));
    }
}
