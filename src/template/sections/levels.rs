//! `hierarchical_config`: relationship levels and their ranges.

use super::modifiers::modifiers;
use crate::template::model::{HierarchicalConfig, Level};
use crate::template::problem::ProblemCode;
use crate::template::reader::{Node, boolean, integer, list, report_duplicates, string};

pub(super) fn hierarchical_config(node: &Node<'_>) -> Option<HierarchicalConfig> {
    node.object(|keys| {
        keys.optional("description", string(0..=500));
        let enabled = keys.optional("enabled", boolean).unwrap_or_default();
        let levels = keys.optional("relationship_levels", relationship_levels).unwrap_or_default();
        let list = node.get("relationship_levels");
        let has_levels = list.is_some_and(|list| list.value.as_array().is_none_or(|list| !list.is_empty()));
        if enabled && !has_levels {
            let message = "Levels are enabled, but there are none.";
            list.as_ref().unwrap_or(node).warning(ProblemCode::NoLevels, message);
        }
        HierarchicalConfig { enabled, levels }
    })
}

fn relationship_levels(node: &Node<'_>) -> Option<Vec<Level>> {
    let levels = list(0..=32, level)(node)?;
    report_duplicates(node, "name", ProblemCode::DuplicateLevel);
    report_ranges(node);
    Some(levels)
}

fn level(node: &Node<'_>) -> Option<Level> {
    node.object(|keys| {
        let name = keys.required("name", string(1..=50));
        let (minimum, maximum) = keys.required("affinity_range", affinity_range);
        Level {
            name,
            minimum,
            maximum,
            description: keys.optional("description", string(0..=500)),
            modifiers: keys.optional("modifiers", modifiers).unwrap_or_default(),
        }
    })
}

fn affinity_range(node: &Node<'_>) -> Option<(u8, u8)> {
    let points = list(2..=2, integer(0..=100))(node)?;
    let [minimum, maximum] = points[..] else { return None };
    if minimum > maximum {
        node.error(ProblemCode::RangeReversed, "The first number must not be greater than the second.");
        return None;
    }
    Some((minimum, maximum))
}

/// Ranges must not overlap and should leave no gap. Gaps are judged only when all ranges could be read: the gap
/// may be where an unreadable one belongs.
fn report_ranges(levels: &Node<'_>) {
    let levels: Vec<Node<'_>> = levels.items().collect();
    let mut ranges: Vec<(u64, u64, &Node<'_>)> =
        levels.iter().filter_map(|level| range_of(level).map(|(low, high)| (low, high, level))).collect();
    crate::order::sort_by_key(&mut ranges, |(low, _, _)| *low);
    let judge_gaps = ranges.len() == levels.len();
    // The first point that no level holds yet.
    let mut next = 0;
    for (low, high, level) in &ranges {
        if *low < next {
            let range = level.get("affinity_range");
            let message = "Another level holds some of these points.";
            range.as_ref().unwrap_or(level).error(ProblemCode::RangeOverlap, message);
        } else if *low > next && judge_gaps {
            let message = format!("No level holds the points {next} to {}, before this level.", low - 1);
            level.warning(ProblemCode::RangeGap, message);
        }
        next = next.max(high + 1);
    }
    if let Some((_, _, last)) = ranges.iter().max_by_key(|(_, high, _)| *high) {
        if next <= 100 && judge_gaps {
            let message = format!("No level holds the points {next} to 100, after this level.");
            last.warning(ProblemCode::RangeGap, message);
        }
    }
}

/// The range of a level, when it can be read; what is wrong with it has been reported already.
fn range_of(level: &Node<'_>) -> Option<(u64, u64)> {
    let point = |value: &crate::json::Value| {
        let number = value.as_f64()?;
        ((0.0..=100.0).contains(&number) && number.fract() == 0.0).then_some(number as u64)
    };
    match level.value.get("affinity_range")?.as_array()?.as_slice() {
        [low, high] => {
            let (low, high) = (point(low)?, point(high)?);
            (low <= high).then_some((low, high))
        }
        _ => None,
    }
}
