//! Problems in the order of the document.

use std::borrow::Cow;

use crate::json::{Value, pointer};
use crate::list::List;
use crate::order::sorted_indices;
use crate::template::problem::Problem;

/// Sorts problems by where they are in the document: a parent before its children, keys in the order of the
/// document, equal places by code. Each object on the way to a problem is walked once, so that many problems in a
/// large document take no quadratic time.
pub(in crate::template) fn sort(problems: &mut Vec<Problem>, document: &Value) {
    if problems.len() < 2 {
        return;
    }
    let code = |index: usize| problems.get(index).map(|problem| problem.code);
    let all = sorted_indices(problems.len(), &mut |a, b| code(a).cmp(&code(b)));
    let mut order = Vec::with_capacity(problems.len());
    visit(document, 0, all, problems, &mut order);
    let mut taken: Vec<Option<Problem>> = problems.drain(..).map(Some).list();
    problems.append(&mut order.into_iter().filter_map(|index| taken.get_mut(index)?.take()).list());
}

/// The problems inside one child of a value.
struct Child<'p> {
    key: Cow<'p, str>,
    /// Where the pointers of the problems go on behind the key.
    end: usize,
    inside: Vec<usize>,
}

/// Appends to `order` the problems `here`, all of which lie in `value`; their pointers agree up to `start`.
fn visit(value: &Value, start: usize, here: Vec<usize>, problems: &[Problem], order: &mut Vec<usize>) {
    let mut children = children(start, here, problems, order);
    if children.is_empty() {
        return;
    }
    let mut descend = |key: &str, value: &Value| {
        if let Ok(found) = children.binary_search_by(|child| (*child.key).cmp(key)) {
            if let Some(child) = children.get_mut(found) {
                visit(value, child.end, std::mem::take(&mut child.inside), problems, order);
            }
        }
    };
    match value {
        Value::Object(entries) => {
            for (key, value) in entries {
                descend(key, value);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                descend(&index.to_string(), value);
            }
        }
        _ => {}
    }
    // Places that the document does not have come last among their siblings.
    for child in children {
        visit(&Value::Null, child.end, child.inside, problems, order);
    }
}

/// Appends the problems that are at the place itself to `order` and gives the others by child, in the order of the
/// keys.
fn children<'p>(
    start: usize,
    here: Vec<usize>,
    problems: &'p [Problem],
    order: &mut Vec<usize>,
) -> Vec<Child<'p>> {
    let mut below: Vec<Child<'_>> = Vec::new();
    for index in here {
        match problems.get(index).and_then(|problem| problem.path.get(start + 1..)) {
            None => order.push(index),
            Some(rest) => {
                let segment = rest.split('/').next().unwrap_or_default();
                let key = pointer::unescape(segment);
                match below.last_mut() {
                    // Most problems stand next to others of the same child.
                    Some(last) if last.key == key => last.inside.push(index),
                    _ => below.push(Child { key, end: start + 1 + segment.len(), inside: vec![index] }),
                }
            }
        }
    }
    let key = |index: usize| below.get(index).map(|child| &child.key);
    let sorted = sorted_indices(below.len(), &mut |a, b| key(a).cmp(&key(b)));
    let mut children: Vec<Child<'_>> = Vec::with_capacity(below.len());
    for child in sorted {
        let Some(Child { key, end, inside }) = below.get_mut(child) else { continue };
        match children.last_mut() {
            Some(last) if last.key == *key => last.inside.append(inside),
            _ => children.push(Child { key: std::mem::take(key), end: *end, inside: std::mem::take(inside) }),
        }
    }
    children
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
