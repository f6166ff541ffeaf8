//! `hierarchical_config`: relationship levels and their ranges.

use super::modifiers::{MODIFIERS, modifiers};
use crate::json::Value;
use crate::list::List;
use crate::order::sorted_indices;
use crate::template::model::{HierarchicalConfig, Level};
use crate::template::problem::ProblemCode;
use crate::template::reader::values::{is_true, items, optional_text, part, text};
use crate::template::reader::{Node, Rule, optional, report_duplicates, required};

pub(super) static HIERARCHICAL_CONFIG: Rule = Rule::ObjectAnd(
    &[
        optional("description", &Rule::String(0, 500)),
        optional("enabled", &Rule::Boolean),
        optional(
            "relationship_levels",
            &Rule::And(&Rule::List(0, 32, &LEVEL), |levels: &Node<'_>| {
                report_duplicates(levels, "name", ProblemCode::DuplicateLevel);
                report_ranges(levels);
            }),
        ),
    ],
    report_no_levels,
);

static LEVEL: Rule = Rule::Object(&[
    required("name", &Rule::String(1, 50)),
    required(
        "affinity_range",
        &Rule::And(&Rule::List(2, 2, &Rule::Integer(0.0, 100.0)), report_reversed_range),
    ),
    optional("description", &Rule::String(0, 500)),
    optional("modifiers", &MODIFIERS),
]);

pub(super) fn hierarchical_config(config: &Value) -> HierarchicalConfig {
    let levels = items(config, "relationship_levels").iter().map(level).list();
    HierarchicalConfig { enabled: is_true(config, "enabled"), levels }
}

fn level(level: &Value) -> Level {
    let (minimum, maximum) = range_of(level).unwrap_or_default();
    Level {
        name: text(level, "name"),
        minimum,
        maximum,
        description: optional_text(level, "description"),
        modifiers: modifiers(part(level, "modifiers")),
    }
}

fn report_no_levels(node: &Node<'_>) {
    let list = node.get("relationship_levels");
    let has_levels = list.is_some_and(|list| list.value.as_array().is_none_or(|list| !list.is_empty()));
    if is_true(node.value, "enabled") && !has_levels {
        let message = "Levels are enabled, but there are none.";
        list.as_ref().unwrap_or(node).warning(ProblemCode::NoLevels, message);
    }
}

fn report_reversed_range(node: &Node<'_>) {
    let points = points(node.value);
    if matches!(points[..], [minimum, maximum] if minimum > maximum) {
        let message = "The first number must not be greater than the second.";
        node.error(ProblemCode::RangeReversed, message);
    }
}

/// Ranges must not overlap and should leave no gap. Gaps are judged only when all ranges could be read: the gap
/// may be where an unreadable one belongs.
fn report_ranges(list: &Node<'_>) {
    let levels = list.value.as_array().map(Vec::as_slice).unwrap_or_default();
    let mut ranges: Vec<(u8, u8, Node<'_>)> = Vec::new();
    for (index, level) in levels.iter().enumerate() {
        if let Some((low, high)) = range_of(level) {
            ranges.push((low, high, list.at_index(index, level)));
        }
    }
    let low = |index: usize| ranges.get(index).map(|(low, _, _)| *low);
    let order = sorted_indices(ranges.len(), &mut |a, b| low(a).cmp(&low(b)));
    let judge_gaps = ranges.len() == levels.len();
    // The first point that no level holds yet, and the level that holds the one before.
    let mut next = 0;
    let mut highest = None;
    for (low, high, level) in order.iter().filter_map(|&index| ranges.get(index)) {
        if *low < next {
            let range = level.get("affinity_range");
            let message = "Another level holds some of these points.";
            range.as_ref().unwrap_or(level).error(ProblemCode::RangeOverlap, message);
        } else if *low > next && judge_gaps {
            let message = format!("No level holds the points {next} to {}, before this level.", low - 1);
            level.warning(ProblemCode::RangeGap, &message);
        }
        if *high + 1 >= next {
            next = high + 1;
            highest = Some(level);
        }
    }
    if let Some(highest) = highest.filter(|_| next <= 100 && judge_gaps) {
        let message = format!("No level holds the points {next} to 100, after this level.");
        highest.warning(ProblemCode::RangeGap, &message);
    }
}

/// The range of a level, when it can be read; what is wrong with it has been reported already.
fn range_of(level: &Value) -> Option<(u8, u8)> {
    let range = part(level, "affinity_range");
    match points(range)[..] {
        [low, high] if low <= high && range.as_array().is_some_and(|range| range.len() == 2) => {
            Some((low, high))
        }
        _ => None,
    }
}

/// The points of a range that can be read.
fn points(range: &Value) -> Vec<u8> {
    let mut points = Vec::new();
    for number in range.as_array().into_iter().flatten().filter_map(Value::as_f64) {
        if (0.0..=100.0).contains(&number) && number.fract() == 0.0 {
            points.push(number as u8);
        }
    }
    points
}
