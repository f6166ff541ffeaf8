//! What a level or a mood changes.

use super::base::BaseLines;
use super::layout::{EXPRESSION, RULE, TONE_WORD};
use super::line::{Kind, Line};
use super::origin::Origin;
use super::plain::one_line;
use crate::template::model::{Modifiers, Parameters};
use crate::text::fold;

/// What a level or a mood changes.
#[derive(Debug)]
pub(super) struct Changes {
    /// `<name>_level` or `<name>_mood`.
    pub(super) source: String,
    pub(super) deltas: Parameters,
    prefix: String,
    suffix: String,
    /// Whether its modifiers hold anything, even if the template has all of that already.
    pub(super) has_any: bool,
    /// Of each list only what the template does not have already.
    pub(super) tone: Additions,
    pub(super) expressions: Additions,
    pub(super) rules: Additions,
}

impl Changes {
    /// `path` points at the level or the mood.
    pub(super) fn new(source: String, modifiers: &Modifiers, base: &BaseLines, path: &str) -> Self {
        let add = |items, known, kind, place: &str| {
            Additions::new(items, known, kind, &Origin::new([path, "/modifiers/", place].concat()))
        };
        Self {
            source,
            deltas: modifiers.parameters,
            prefix: modifiers.prefix.clone(),
            suffix: modifiers.suffix.clone(),
            has_any: *modifiers != Modifiers::default(),
            tone: add(
                &modifiers.tone_additions,
                &base.tone_keys,
                TONE_WORD,
                "linguistic_profile/tone_additions",
            ),
            expressions: add(
                &modifiers.expression_additions,
                &base.expression_keys,
                EXPRESSION,
                "linguistic_profile/expression_additions",
            ),
            rules: add(&modifiers.behavioral_adjustments, &base.rule_keys, RULE, "behavioral_adjustments"),
        }
    }

    /// Whether this holds for any of the texts.
    pub(super) fn any_text(&self, holds: fn(&str) -> bool) -> bool {
        let lists = [&self.tone, &self.expressions, &self.rules];
        holds(&self.prefix)
            || holds(&self.suffix)
            || lists.iter().any(|list| list.lines.iter().any(|line| holds(&line.text)))
    }

    /// What stands before and behind the prompt body.
    pub(super) fn affixes(&self) -> (&str, &str) {
        (&self.prefix, &self.suffix)
    }
}

/// Lines of a list without duplicates, and the folded keys of them.
#[derive(Debug)]
pub(super) struct Additions {
    pub(super) lines: Vec<Line>,
    /// The key of each line.
    pub(super) keys: Vec<String>,
    /// The same keys, to look one up.
    pub(super) seen: Keys,
}

impl Additions {
    /// `list` is where the items stand; `known` is what need not be said again.
    pub(super) fn new(items: &[String], known: &Keys, kind: Kind, list: &Origin) -> Self {
        let mut additions = Self { lines: Vec::new(), keys: Vec::new(), seen: Keys::default() };
        for (index, item) in items.iter().enumerate() {
            let text = one_line(item);
            let key = fold(&text);
            if !text.is_empty() && !known.contains(&key) && additions.seen.insert(&key) {
                additions.lines.push(Line::new(kind, text, list.item(index)));
                additions.keys.push(key);
            }
        }
        additions
    }
}

/// A set of keys: a sorted list, because there are few.
#[derive(Debug, Default)]
pub(super) struct Keys(Vec<String>);

impl Keys {
    pub(super) fn contains(&self, key: &str) -> bool {
        self.find(key).is_ok()
    }

    /// Adds a key; `false` when it was there already.
    pub(super) fn insert(&mut self, key: &str) -> bool {
        let place = self.find(key);
        if let Err(place) = place {
            self.0.insert(place, key.to_owned());
        }
        place.is_err()
    }

    fn find(&self, key: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|other| other.as_str().cmp(key))
    }
}
