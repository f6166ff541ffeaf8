//! What a level or a mood adds to the lists of a template.

use std::collections::HashSet;

use super::base::BaseLines;
use super::layout::{expression_line, rule_line, tone_line};
use super::line::Line;
use super::plain::one_line;
use crate::template::model::Modifiers;
use crate::text::fold;

/// What a level or a mood adds to the lists: only what the template does not have already.
#[derive(Debug)]
pub(super) struct Changes {
    pub(super) tone: Additions,
    pub(super) expressions: Additions,
    pub(super) rules: Additions,
}

impl Changes {
    /// `path` points at the `modifiers`.
    pub(super) fn new(modifiers: &Modifiers, base: &BaseLines, path: &str) -> Self {
        let tone = Additions::new(&modifiers.tone_additions, &base.tone_keys, |index, text| {
            tone_line(text, format!("{path}/linguistic_profile/tone_additions/{index}"))
        });
        let expressions =
            Additions::new(&modifiers.expression_additions, &base.expression_keys, |index, text| {
                expression_line(text, format!("{path}/linguistic_profile/expression_additions/{index}"))
            });
        let rules = Additions::new(&modifiers.behavioral_adjustments, &base.rule_keys, |index, text| {
            rule_line(text, format!("{path}/behavioral_adjustments/{index}"))
        });
        Self { tone, expressions, rules }
    }
}

/// Lines of a list without duplicates, and the folded keys of them.
#[derive(Debug)]
pub(super) struct Additions {
    pub(super) lines: Vec<Line>,
    /// The key of each line.
    pub(super) keys: Vec<String>,
    /// The same keys, to look one up.
    pub(super) seen: HashSet<String>,
}

impl Additions {
    pub(super) fn new(
        items: &[String],
        base: &HashSet<String>,
        line: impl Fn(usize, String) -> Line,
    ) -> Self {
        let mut additions = Self { lines: Vec::new(), keys: Vec::new(), seen: HashSet::new() };
        for (index, item) in items.iter().enumerate() {
            let text = one_line(item);
            let key = fold(&text);
            if !text.is_empty() && !base.contains(&key) && additions.seen.insert(key.clone()) {
                additions.lines.push(line(index, text));
                additions.keys.push(key);
            }
        }
        additions
    }
}
