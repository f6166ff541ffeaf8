//! Which entries a conversation brings up.

use super::keys::Key;
use super::prepared::{PreparedEntry, PreparedKnowledge};
use super::scene::{Scene, Text};

/// How often the entries that were found are looked through for further keys.
const MAX_ROUNDS: usize = 5;

impl PreparedKnowledge {
    /// For each entry, whether the newest turn brings it up.
    pub(super) fn active(&self, scene: &Scene<'_>) -> Vec<bool> {
        let mut active = vec![false; self.entries.len()];
        // The contents that were found.
        let mut unlocked: Vec<Text<'_>> = Vec::new();
        for _ in 0..=MAX_ROUNDS {
            let mut found = Vec::new();
            for (entry, active) in self.entries.iter().zip(&mut active) {
                if !*active && self.is_active(entry, scene, &unlocked) {
                    *active = true;
                    found.push(Text::new(&entry.content, entry.macros(scene)));
                }
            }
            if !self.recursive || found.is_empty() {
                break;
            }
            unlocked.append(&mut found);
        }
        active
    }

    fn is_active(&self, entry: &PreparedEntry, scene: &Scene<'_>, unlocked: &[Text<'_>]) -> bool {
        let decorators = &entry.decorators;
        if decorators.activate || decorators.dont_activate {
            return decorators.activate;
        }
        if decorators.keep_activate_after_match || decorators.dont_activate_after_match {
            // Nothing is stored for this: what was found follows from the turns. What other entries brought up in
            // earlier turns does not count.
            let before = scene.earlier().any(|now| self.is_found(entry, scene, now, &[]));
            if before {
                return !decorators.dont_activate_after_match;
            }
        }
        self.is_found(entry, scene, 0, unlocked)
    }

    /// Whether an entry's own conditions held at the turn at `now`.
    fn is_found(&self, entry: &PreparedEntry, scene: &Scene<'_>, now: usize, unlocked: &[Text<'_>]) -> bool {
        let decorators = &entry.decorators;
        let spoken = scene.spoken(now);
        if decorators.activate_only_after.is_some_and(|after| spoken < after)
            || decorators.activate_only_every.is_some_and(|every| spoken.checked_rem(every) != Some(0))
        {
            return false;
        }
        let depth = decorators.scan_depth.map_or(self.scan_depth, |depth| depth as usize);
        let texts = [scene.window(now, depth), unlocked];
        let macros = entry.macros(scene);
        let mentions = |keys: &[Key]| keys.iter().any(|key| key.is_in(entry.way, macros, texts));
        (entry.constant || !entry.broken && mentions(&entry.keys))
            && entry.further.iter().all(|keys| mentions(keys))
            && !mentions(&entry.excluded)
    }
}
