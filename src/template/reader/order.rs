//! Problems in the order of the document.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::json::Value;

use crate::json::pointer;
use crate::template::problem::Problem;

/// Sorts problems by where they are in the document: a parent before its children, keys in the order of the
/// document, equal places by code. Linear in the document and the problems, whatever their number: each object
/// on the way to a problem is walked once.
pub(in crate::template) fn sort(problems: &mut Vec<Problem>, document: &Value) {
    crate::order::sort_by_key(problems, |problem| problem.code);
    let all = (0..problems.len()).collect();
    let mut order = Vec::with_capacity(problems.len());
    visit(document, 0, all, problems, &mut order);
    let mut taken: Vec<Option<Problem>> = problems.drain(..).map(Some).collect();
    problems.extend(order.into_iter().filter_map(|index| taken.get_mut(index)?.take()));
}

/// Appends to `order` the problems `here`, all of which lie in `value`; their pointers agree up to `start`.
fn visit(value: &Value, start: usize, here: Vec<usize>, problems: &[Problem], order: &mut Vec<usize>) {
    let mut children: BTreeMap<Cow<'_, str>, (usize, Vec<usize>)> = BTreeMap::new();
    for index in here {
        let rest = problems.get(index).and_then(|problem| problem.path.get(start + 1..));
        match rest {
            None => order.push(index),
            Some(rest) => {
                let segment = rest.split('/').next().unwrap_or_default();
                let end = start + 1 + segment.len();
                let child = children.entry(pointer::unescape(segment)).or_insert_with(|| (end, Vec::new()));
                child.1.push(index);
            }
        }
    }
    if children.is_empty() {
        return;
    }
    let mut descend = |key: &str, child: &Value| {
        if let Some((end, inside)) = children.remove(key) {
            visit(child, end, inside, problems, order);
        }
    };
    match value {
        Value::Object(entries) => entries.iter().for_each(|(key, child)| descend(key, child)),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, child)| descend(&index.to_string(), child));
        }
        _ => {}
    }
    // Places that the document does not have come last among their siblings.
    for (end, inside) in children.into_values() {
        visit(&Value::Null, end, inside, problems, order);
    }
}

#[cfg(test)]
mod tests {
    use crate::json::json;

    use super::*;
    use crate::template::problem::{ProblemCode, Severity};

    fn problem(path: &str, code: ProblemCode) -> Problem {
        Problem { severity: Severity::Error, code, path: path.to_owned(), message: String::new(), hint: None }
    }

    #[test]
    fn the_order_is_that_of_the_document() {
        let document = json!({"z": [0, 1, {"b/c": 1}, 3, 4, 5, 6, 7, 8, 9, 10], "a": {"y": 1, "x": 2}});
        let sorted = [
            problem("", ProblemCode::Missing),
            problem("/z", ProblemCode::DuplicateItem),
            problem("/z", ProblemCode::TooMany),
            problem("/z/2", ProblemCode::WrongType),
            problem("/z/2/b~1c", ProblemCode::WrongType),
            problem("/z/10", ProblemCode::WrongType),
            problem("/a", ProblemCode::Missing),
            problem("/a/y", ProblemCode::Blank),
            problem("/a/x", ProblemCode::Blank),
            problem("/a/gone/deep", ProblemCode::Blank),
            problem("/nowhere", ProblemCode::Blank),
        ];
        let mut shuffled: Vec<_> = sorted.iter().rev().cloned().collect();
        sort(&mut shuffled, &document);
        assert_eq!(shuffled, sorted);
    }
}
