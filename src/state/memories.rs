//! Which of an owner's records are facts, episodes and notes, and when each was last in a prompt: an index over the log.

use crate::log::body::Run;
use crate::timestamp;

/// The blocks of a prompt whose items are memories.
const MEMORY_BLOCKS: [&str; 4] = ["facts", "episodes", "notes", "recalled"];

/// An index over the log: ids of memories, and how they were used.
#[derive(Debug, Default)]
pub(super) struct Memories {
    /// Ids of live facts, in order.
    pub(super) facts: Vec<String>,
    /// Ids of live episodes, in order.
    pub(super) episodes: Vec<String>,
    /// Ids of live notes, in order.
    pub(super) notes: Vec<String>,
    /// By id.
    pub(super) uses: Vec<(String, Use)>,
}

/// How often a memory was in a prompt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Use {
    /// In how many runs.
    pub count: u32,
    /// When the last of them began, milliseconds since 1970.
    pub last: i64,
}

impl Memories {
    /// What is known of a memory's use.
    pub(super) fn use_of(&self, id: &str) -> Use {
        let found = self.uses.binary_search_by(|(known, _)| known.as_str().cmp(id));
        found.ok().and_then(|index| self.uses.get(index)).map(|(_, used)| *used).unwrap_or_default()
    }

    /// Counts the memories that the prompt of a run held.
    pub(super) fn count(&mut self, run: &Run) {
        let held = run
            .blocks
            .iter()
            .filter(|block| !block.items.is_empty() && MEMORY_BLOCKS.contains(&block.name.as_str()));
        let ids = held.flat_map(|block| {
            // Several passages of one note are one use of it.
            block.items.iter().enumerate().filter(|(index, id)| !block.items[..*index].contains(id))
        });
        let mut began = None;
        for (_, id) in ids {
            let began = *began.get_or_insert_with(|| timestamp::parse(&run.started_at).unwrap_or(0));
            let place = self.uses.binary_search_by(|(known, _)| known.cmp(id));
            let index = place.unwrap_or_else(|index| {
                self.uses.insert(index, (id.clone(), Use::default()));
                index
            });
            let used = &mut self.uses[index].1;
            used.count += 1;
            used.last = used.last.max(began);
        }
    }

    /// Forgets all use, to be counted again.
    pub(super) fn forget_use(&mut self) {
        self.uses.clear();
    }
}

/// Puts an id in its place.
pub(super) fn put(ids: &mut Vec<String>, id: &str) {
    if let Err(index) = ids.binary_search_by(|known| known.as_str().cmp(id)) {
        ids.insert(index, id.to_owned());
    }
}

/// Takes an id out.
pub(super) fn take(ids: &mut Vec<String>, id: &str) {
    if let Ok(index) = ids.binary_search_by(|known| known.as_str().cmp(id)) {
        ids.remove(index);
    }
}
