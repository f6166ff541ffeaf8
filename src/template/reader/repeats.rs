//! Texts that are given twice.

use serde_json::Value;

use super::Node;
use super::order::sorted;
use crate::template::problem::ProblemCode;

/// For each text, whether an earlier one is the same. Where there is no text, nothing is repeated.
pub(in crate::template) fn repeats(texts: &[Option<&str>]) -> Vec<bool> {
    let mut found = vec![false; texts.len()];
    let mut previous = None;
    // Of equal texts the first one comes first.
    for index in sorted(texts.len(), &mut |a, b| texts.get(a).cmp(&texts.get(b))) {
        let text = texts.get(index).copied().flatten();
        if let Some(found) = found.get_mut(index) {
            *found = text.is_some() && text == previous;
        }
        previous = text;
    }
    found
}

/// Reports, at the later one, a value of `key` that two objects of a list share.
pub(in crate::template) fn report_duplicates(list: &Node<'_>, key: &str, code: ProblemCode) {
    let items = list.value.as_array().map(Vec::as_slice).unwrap_or_default();
    let texts: Vec<_> = items.iter().map(|item| item.get(key).and_then(Value::as_str)).collect();
    for ((index, item), is_repeat) in items.iter().enumerate().zip(repeats(&texts)) {
        if is_repeat {
            if let Some(value) = list.at_index(index, item).get(key) {
                value.error(code, &format!("An earlier item of this list has the same {key}."));
            }
        }
    }
}
