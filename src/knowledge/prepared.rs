//! The knowledge of a template, made ready to be looked through.

use super::decorators::{self, Decorators};
use super::keys::{Key, Way};
use crate::compile::{Warning, WarningCode};
use crate::json::pointer;
use crate::template::Template;
use crate::template::knowledge::{Knowledge, KnowledgeEntry, Position};

/// How long all patterns of a template can be together, in steps: what they take of memory and, for each character
/// of a text, of time.
const MAX_STEPS: usize = 50_000;

/// The knowledge of a template with everything worked out that depends on it alone.
#[derive(Clone, Debug, Default)]
pub struct PreparedKnowledge {
    pub(super) entries: Vec<PreparedEntry>,
    pub(super) scan_depth: usize,
    pub(super) token_budget: u32,
    pub(super) recursive: bool,
    warnings: Vec<Warning>,
}

/// An entry that can be found.
#[derive(Clone, Debug)]
pub(super) struct PreparedEntry {
    /// Its index among all entries of the document.
    pub(super) index: usize,
    pub(super) way: Way,
    pub(super) keys: Vec<Key>,
    /// Of each list one has to be mentioned too.
    pub(super) further: Vec<Vec<Key>>,
    pub(super) excluded: Vec<Key>,
    /// Whether a key is a pattern that cannot be looked for, so that no key counts.
    pub(super) broken: bool,
    pub(super) constant: bool,
    pub(super) decorators: Decorators,
    pub(super) content: String,
    pub(super) insertion_order: f64,
    /// What is lower goes first.
    pub(super) priority: f64,
    pub(super) position: Position,
}

impl PreparedKnowledge {
    /// Prepares the knowledge of a template; entries that are switched off are left out.
    pub fn new(template: &Template) -> Self {
        let Knowledge { entries, scan_depth, token_budget, recursive } = &template.knowledge;
        let is_list = template.document.get("knowledge").is_some_and(|knowledge| knowledge.is_array());
        let mut preparing = Preparing { steps_left: MAX_STEPS, path: String::new(), warnings: Vec::new() };
        let mut prepared = Vec::new();
        for (index, entry) in entries.iter().enumerate().filter(|(_, entry)| entry.enabled) {
            preparing.path = if is_list { "/knowledge" } else { "/knowledge/entries" }.to_owned();
            pointer::push_index(&mut preparing.path, index);
            prepared.push(preparing.entry(index, entry));
        }
        Self {
            entries: prepared,
            scan_depth: *scan_depth as usize,
            token_budget: *token_budget,
            recursive: *recursive,
            warnings: preparing.warnings,
        }
    }

    /// Whether there is nothing that could be found.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// What of the template has no effect: patterns that cannot be looked for, decorators that are not known.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// How many of the newest turns [`PreparedKnowledge::select`] needs.
    pub fn reach(&self) -> usize {
        let mut reach = self.scan_depth;
        for PreparedEntry { decorators, .. } in &self.entries {
            let needs_all = decorators.keep_activate_after_match
                || decorators.dont_activate_after_match
                || decorators.activate_only_after.is_some()
                || decorators.activate_only_every.is_some();
            let depth = if needs_all { usize::MAX } else { decorators.scan_depth.unwrap_or(0) as usize };
            reach = reach.max(depth);
        }
        reach
    }
}

struct Preparing {
    steps_left: usize,
    /// Where the entry is.
    path: String,
    warnings: Vec<Warning>,
}

impl Preparing {
    fn entry(&mut self, index: usize, entry: &KnowledgeEntry) -> PreparedEntry {
        let way = Way::of(entry);
        let decorators::Decorated { decorators, ignored, content } = decorators::read(&entry.content);
        for name in ignored {
            let message = format!("@@{name} is not known here, or not with this value; it has no effect");
            self.warn(WarningCode::IgnoredDecorator, "/content", message);
        }
        let mut broken = false;
        let mut keys = self.keys(&entry.keys, "/keys", way, &mut broken);
        let (mut further, mut excluded) = (Vec::new(), Vec::new());
        // For patterns, card readers take neither secondary nor excluded keys, and further keys as more of the same.
        if way.patterns {
            for more in &decorators.additional_keys {
                keys.append(&mut self.keys(more, "/content", way, &mut broken));
            }
        } else {
            if entry.selective && !entry.secondary_keys.is_empty() {
                further.push(self.keys(&entry.secondary_keys, "/secondary_keys", way, &mut broken));
            }
            for more in &decorators.additional_keys {
                further.push(self.keys(more, "/content", way, &mut broken));
            }
            excluded = self.keys(&decorators.exclude_keys, "/content", way, &mut broken);
        }
        PreparedEntry {
            index,
            way,
            keys,
            further,
            excluded,
            broken,
            constant: entry.constant,
            content: content.to_owned(),
            insertion_order: entry.insertion_order,
            priority: entry.priority.unwrap_or(entry.insertion_order),
            position: decorators.position.unwrap_or(entry.position),
            decorators,
        }
    }

    fn keys(&mut self, texts: &[String], place: &str, way: Way, broken: &mut bool) -> Vec<Key> {
        let mut keys = Vec::with_capacity(texts.len());
        for (index, text) in texts.iter().enumerate() {
            let key = Key::new(text, way).and_then(|key| {
                let steps = key.steps();
                let left = self.steps_left.checked_sub(steps);
                self.steps_left = left.ok_or("too much to do, with all those before it")?;
                Ok(key)
            });
            match key {
                Ok(key) => keys.push(key),
                Err(reason) => {
                    *broken = true;
                    let mut place = place.to_owned();
                    if place.ends_with("keys") {
                        pointer::push_index(&mut place, index);
                    }
                    let message = format!("the pattern has {reason}; its entry is not looked for");
                    self.warn(WarningCode::BadPattern, &place, message);
                }
            }
        }
        keys
    }

    fn warn(&mut self, code: WarningCode, place: &str, message: String) {
        self.warnings.push(Warning { code, path: [&self.path, place].concat(), message });
    }
}
