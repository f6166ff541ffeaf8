//! Levels and moods of a template with everything worked out that depends on them alone. Each is made ready when a
//! compile first needs it: most compiles of most templates need one of each.

use super::base::BaseLines;
use super::changes::Changes;
use super::layout::{MoodText, level_line};
use super::line::Line;
use super::origin::Origin;
use crate::json::pointer;
use crate::template::model::{Level, Modifiers, Mood};
use crate::text::has_macros;

/// A level, ready to compile.
#[derive(Debug)]
pub(super) struct ReadyLevel {
    pub(super) name: String,
    pub(super) changes: Changes,
    pub(super) line: Line,
    /// Whether any of its texts may hold macros.
    pub(super) has_macros: bool,
}

impl ReadyLevel {
    /// The level at a position of the template's levels.
    pub(super) fn new(level: &Level, index: usize, base: &BaseLines) -> Self {
        let mut path = "/hierarchical_config/relationship_levels".to_owned();
        pointer::push_index(&mut path, index);
        let changes = Changes::new([&level.name, "_level"].concat(), &level.modifiers, base, &path);
        let line = level_line(level, Origin::new(path));
        let has_macros = has_macros(&line.text) || changes.any_text(has_macros);
        Self { name: level.name.clone(), changes, line, has_macros }
    }
}

/// A mood, ready to compile.
#[derive(Debug)]
pub(super) struct ReadyMood {
    pub(super) name: String,
    pub(super) changes: Changes,
    pub(super) text: MoodText,
    /// Whether any of its texts may hold macros.
    pub(super) has_macros: bool,
}

impl ReadyMood {
    /// A mood of this name, as the template defines it; the default mood may be one that it does not define.
    pub(super) fn new(name: &str, mood: Option<&Mood>, base: &BaseLines) -> Self {
        let path = pointer::join("/mood_config/moods", name);
        let nothing = Modifiers::default();
        let modifiers = mood.map_or(&nothing, |mood| &mood.modifiers);
        let changes = Changes::new([name, "_mood"].concat(), modifiers, base, &path);
        let text = MoodText::new(name, mood.and_then(|mood| mood.description.as_deref()), Origin::new(path));
        let has_macros = text.any(has_macros) || changes.any_text(has_macros);
        Self { name: name.to_owned(), changes, text, has_macros }
    }
}
