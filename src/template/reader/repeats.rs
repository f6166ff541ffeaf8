//! Texts that are given twice.

use super::Node;
use crate::json::Value;
use crate::list::List;
use crate::order::repeated;
use crate::template::problem::ProblemCode;

/// Reports, at the later one, a value of `key` that two objects of a list share.
pub(in crate::template) fn report_duplicates(list: &Node<'_>, key: &str, code: ProblemCode) {
    let items = list.value.as_array().map(Vec::as_slice).unwrap_or_default();
    let texts: Vec<_> = items.iter().map(|item| item.get(key).and_then(Value::as_str)).list();
    for ((index, item), is_repeat) in items.iter().enumerate().zip(repeated(&texts)) {
        if is_repeat {
            if let Some(value) = list.at_index(index, item).get(key) {
                value.error(code, &format!("An earlier item of this list has the same {key}."));
            }
        }
    }
}
