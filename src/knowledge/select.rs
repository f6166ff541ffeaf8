//! What of the knowledge a turn is shown, in which order and where.

use super::prepared::{PreparedEntry, PreparedKnowledge};
use super::scene::{Said, Scene};
use crate::compile::Role;
use crate::context::estimate;
use crate::list::List;
use crate::order::{repeated, sort_by, sorted_indices};
use crate::template::knowledge::Position;
use crate::text::Macros;

/// What was found, in output order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Selection {
    /// What the template's own token budget has room for.
    pub kept: Vec<Selected>,
    /// What it has no room for.
    pub over_budget: Vec<Selected>,
}

/// An entry that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Selected {
    /// Its index among the entries of the template.
    pub entry: usize,
    /// What it says: decorators taken off, macros expanded.
    pub text: String,
    /// The estimate of the text.
    pub tokens: u32,
    /// Where it is shown.
    pub place: Place,
    /// How much it is wanted: no two have the same, and the lowest is dropped first.
    pub score: f64,
}

/// Where an entry is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Before the personality.
    BeforeCharacter,
    /// Behind the personality.
    AfterCharacter,
    /// As a message of its own, before the last so many of the conversation.
    Depth(u32, Role),
}

impl PreparedKnowledge {
    /// What a turn is shown. `said`: the newest turns of the conversation, the newest first, which is the person's
    /// message; [`PreparedKnowledge::reach`] of them, or all.
    pub fn select(&self, said: &[Said<'_>], macros: Macros<'_>) -> Selection {
        let scene = Scene::new(said, macros);
        let mut found: Vec<&PreparedEntry> = Vec::new();
        for (entry, active) in self.entries.iter().zip(self.active(&scene)) {
            if active {
                found.push(entry);
            }
        }
        sort_by(&mut found, |a, b| a.insertion_order.total_cmp(&b.insertion_order));
        let mut texts = Vec::with_capacity(found.len());
        for entry in &found {
            texts.push(entry.macros(&scene).expand(&entry.content).trim().to_owned());
        }
        let is_repeated = repeated(&texts.iter().map(|text| Some(text.as_str())).list());
        let scores = scores(&found);
        let mut selection = Selection::default();
        for (index, (entry, text)) in found.iter().zip(texts).enumerate() {
            if text.is_empty() || is_repeated.get(index) == Some(&true) {
                continue;
            }
            let tokens = estimate(&text);
            let score = scores.get(index).copied().unwrap_or_default();
            let selected = Selected { entry: entry.index, text, tokens, place: entry.place(), score };
            // What does not fit alone would only take everything that is wanted less along.
            if tokens > self.token_budget {
                selection.over_budget.push(selected);
            } else {
                selection.kept.push(selected);
            }
        }
        selection.drop_to(self.token_budget);
        selection
    }
}

impl Selection {
    /// Drops the lowest scores until the rest fits.
    fn drop_to(&mut self, budget: u32) {
        let mut total: u64 = self.kept.iter().map(|selected| u64::from(selected.tokens)).sum();
        let mut order = sorted_indices(self.kept.len(), &mut |a, b| {
            let score = |index: usize| self.kept.get(index).map_or(0.0, |selected| selected.score);
            score(a).total_cmp(&score(b))
        });
        order.retain(|index| {
            let drops = total > u64::from(budget);
            if drops {
                total -= self.kept.get(*index).map_or(0, |selected| u64::from(selected.tokens));
            }
            drops
        });
        let kept = std::mem::take(&mut self.kept);
        for (index, selected) in kept.into_iter().enumerate() {
            let list = if order.contains(&index) { &mut self.over_budget } else { &mut self.kept };
            list.push(selected);
        }
    }
}

/// For each entry its place in the order of dropping.
fn scores(entries: &[&PreparedEntry]) -> Vec<f64> {
    let order = sorted_indices(entries.len(), &mut |a, b| {
        let (Some(first), Some(second)) = (entries.get(a), entries.get(b)) else { return a.cmp(&b) };
        let stays = |entry: &PreparedEntry| !entry.decorators.ignore_on_max_context;
        (stays(first).cmp(&stays(second)))
            .then_with(|| first.priority.total_cmp(&second.priority))
            .then_with(|| first.insertion_order.total_cmp(&second.insertion_order))
            .then_with(|| b.cmp(&a))
    });
    let mut scores = vec![0.0; entries.len()];
    for (score, index) in order.into_iter().enumerate() {
        if let Some(slot) = scores.get_mut(index) {
            *slot = score as f64;
        }
    }
    scores
}

impl PreparedEntry {
    /// The macros, at the place of this entry.
    pub(super) fn macros<'a>(&self, scene: &Scene<'a>) -> Macros<'a> {
        scene.macros.at(self.index as u64)
    }

    fn place(&self) -> Place {
        let decorators = &self.decorators;
        match (decorators.position, decorators.depth, decorators.role) {
            (None, Some(depth), role) => Place::Depth(depth, role.unwrap_or(Role::System)),
            // What somebody says stands in the conversation, however far up.
            (_, _, Some(role @ (Role::User | Role::Assistant))) => Place::Depth(u32::MAX, role),
            _ if self.position == Position::BeforeCharacter => Place::BeforeCharacter,
            _ => Place::AfterCharacter,
        }
    }
}
