//! Relationship levels: which one holds at a number of points, and which comes next.

use std::sync::LazyLock;

use crate::template::Template;
use crate::template::model::Level;

/// The levels of a template in the order of the document, or the default five when it defines none.
///
/// A switched-off `hierarchical_config` still names its levels; only their modifiers do not apply.
pub fn levels(template: &Template) -> &[Level] {
    defined_levels(template).unwrap_or(&DEFAULT_LEVELS)
}

/// The levels that the template itself defines; `None` when there are none.
pub(super) fn defined_levels(template: &Template) -> Option<&[Level]> {
    template.hierarchical_config.as_ref().map(|config| &config.levels[..]).filter(|levels| !levels.is_empty())
}

/// The level that holds at a number of points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LevelAt<'a> {
    /// The level.
    pub level: &'a Level,
    /// Its position in [`levels`].
    pub index: usize,
    /// Whether no range holds the points, so that the nearest lower level was taken (below all: the lowest).
    pub gap: bool,
}

/// The level that holds at `points` (0..100).
pub fn level_at(template: &Template, points: u8) -> LevelAt<'_> {
    let levels = levels(template);
    // The highest of the reached ones; `levels` is never empty, so there is always a lowest one.
    let mut reached: Option<(usize, &Level)> = None;
    let mut lowest = (0, &levels[0]);
    for (index, level) in levels.iter().enumerate() {
        if level.minimum <= points && reached.is_none_or(|(_, best)| level.minimum >= best.minimum) {
            reached = Some((index, level));
        }
        if level.minimum < lowest.1.minimum {
            lowest = (index, level);
        }
    }
    let (index, level) = reached.unwrap_or(lowest);
    LevelAt { level, index, gap: points < level.minimum || points > level.maximum }
}

/// The level that follows `level` by rising points; `None` at the top.
pub fn next_level<'a>(template: &'a Template, level: &Level) -> Option<&'a Level> {
    levels(template).iter().filter(|next| next.minimum > level.minimum).min_by_key(|next| next.minimum)
}

static DEFAULT_LEVELS: LazyLock<Vec<Level>> = LazyLock::new(|| {
    let mut levels = Vec::with_capacity(5);
    for (name, minimum, maximum) in [
        ("stranger", 0, 20),
        ("acquaintance", 21, 40),
        ("friend", 41, 60),
        ("close_friend", 61, 80),
        ("soulmate", 81, 100),
    ] {
        levels.push(Level { name: name.to_owned(), minimum, maximum, ..Level::default() });
    }
    levels
});
