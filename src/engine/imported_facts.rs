//! Facts of a file, of a snapshot or of tables, into what is known of a person.

use super::core::Core;
use super::import::{ImportNote, note};
use crate::list::List;
use crate::log::body::{Fact, FactOrigin, MemorySource, Sharing, Visibility};
use crate::log::{Body, natural_id};
use crate::memory::{Rest, Statement, is_same, learn, unlearn};
use crate::order;
use crate::timestamp;

/// What a fact of a file has become.
pub(super) struct ImportedFact {
    /// Its id there.
    pub(super) in_file: String,
    /// Its id here.
    pub(super) id: String,
    /// Whether it is taken as it stands in the file.
    pub(super) is_whole: bool,
}

impl Core {
    /// Facts of a file, each with its pointer, that were the first of two owners' and become the second one's. What they
    /// change is added to `memories`. A fact that says nothing new changes nothing, so that the same file may come twice.
    pub(super) fn import_facts(
        &self,
        (from, user): (&str, &str),
        facts: &mut dyn Iterator<Item = (String, &Fact)>,
        now: u64,
        memories: &mut Vec<(String, Body)>,
        notes: &mut Vec<ImportNote>,
    ) -> Vec<ImportedFact> {
        let now = timestamp::format(now);
        let is_gone = |turn: &str| self.is_erased(user, turn);
        // A fact's id follows from its owner.
        let mut imported: Vec<ImportedFact> = Vec::new();
        let mut taken: Vec<(String, Fact)> = Vec::new();
        let mut paths = Vec::new();
        for (path, fact) in facts {
            let rest = unlearn(fact, &is_gone);
            let is_whole = rest == Rest::All;
            let fact = match rest {
                Rest::All => fact.clone(),
                Rest::Some(rest) => rest,
                Rest::Nothing => {
                    notes.push(note(&path, "skipped", SOURCE_ERASED));
                    continue;
                }
            };
            let id = self.fact_id(user, fact.category, &fact.key);
            let in_file = natural_id("fact", &[from, fact.category.name(), &fact.key], 0);
            imported.push(ImportedFact { in_file, id: id.clone(), is_whole });
            taken.push((id, fact));
            paths.push(path);
        }
        let ids = taken.iter().map(|(id, _)| Some(id.as_str())).list();
        let repeated = order::repeated(&ids);
        for (((id, fact), path), (is_repeated, imported)) in
            taken.into_iter().zip(paths).zip(repeated.into_iter().zip(&mut imported))
        {
            let first = natural_id("fact", &[user, fact.category.name(), &fact.key], 0);
            let is_whole = std::mem::take(&mut imported.is_whole);
            let Some(known) = self.owner(user).fact(&id) else {
                if self.owner(user).record(&id).is_some() {
                    notes.push(note(&path, "skipped", WRITTEN_LATER));
                } else if id != first {
                    notes.push(note(&path, "skipped", "the person erased this fact"));
                } else if is_repeated {
                    notes.push(note(&path, "skipped", FACT_REPEATED));
                } else {
                    imported.is_whole = is_whole;
                    let sharing = sharing_of(user, &fact.sharing);
                    let mut fact = Fact { sharing, ..fact };
                    // The predecessor's tables may have none.
                    for time in [&mut fact.first_mentioned, &mut fact.last_updated] {
                        if time.is_empty() {
                            time.clone_from(&now);
                        }
                    }
                    memories.push((id, fact.into()));
                }
                continue;
            };
            if is_repeated {
                notes.push(note(&path, "skipped", FACT_REPEATED));
                continue;
            }
            let is_newer = fact.last_updated > known.last_updated;
            if is_same(&fact.value, &known.value) && !(is_newer && fact.mention_count > known.mention_count) {
                continue;
            }
            // The newer one wins, and what the person set by hand stays.
            match learn(Some(known), &statement_of(&fact), &now) {
                Some((_, mut learned)) if fact.last_updated >= known.last_updated => {
                    learned.mention_count = learned.mention_count.max(fact.mention_count);
                    // What was put aside, or has lost to its opposite, is not recalled for being in a file.
                    memories.push((id, Fact { status: fact.status, ..learned }.into()));
                }
                _ => notes.push(note(&path, "skipped", "what is known is newer, or was set by hand")),
            }
        }
        imported
    }

    /// Whether a person has erased a turn that something was learned from.
    pub(super) fn was_told_by_erased(&self, user: &str, sources: &[MemorySource]) -> bool {
        sources.iter().any(|source| self.is_erased(user, &source.turn))
    }

    fn is_erased(&self, user: &str, id: &str) -> bool {
        self.owner(user).record(id).is_some_and(|record| record.content.is_erased())
    }
}

/// A fact of a file as something that is said.
fn statement_of(fact: &Fact) -> Statement {
    Statement {
        category: fact.category,
        key: fact.key.clone(),
        value: fact.value.clone(),
        confidence: fact.confidence,
        tags: fact.tags.clone(),
        context: fact.context.clone(),
        origin: if fact.origin == FactOrigin::User { FactOrigin::User } else { FactOrigin::Import },
        source: fact.sources.last().cloned(),
    }
}

/// Of the anonymous owner nothing leaves.
pub(super) fn sharing_of(user: &str, sharing: &Sharing) -> Sharing {
    let visibility = if user == "anonymous" { Visibility::LocalOnly } else { sharing.visibility };
    Sharing { visibility, ..sharing.clone() }
}

pub(super) const SOURCE_ERASED: &str = "the person erased what it was learned from";
pub(super) const EPISODE_ERASED: &str = "the person erased this episode";
/// Of what is here and cannot be read.
pub(super) const WRITTEN_LATER: &str = "a later version of the library wrote what is known";
const FACT_REPEATED: &str = "an earlier fact of the file has this category and key";
