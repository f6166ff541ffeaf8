//! The records of a log by id, each with what is derived from it.

use super::owner::Entry;
use crate::order;

/// Up to so many new records are put in their places one by one; with more the whole list is made anew.
const FEW: usize = 16;

/// Records in the order of their ids.
#[derive(Debug, Default)]
pub(super) struct Entries(Vec<Keyed>);

/// A record, boxed, because a new one moves half of the others, and beside it how its id begins: a search reads no other
/// id than the one that it finds.
#[derive(Debug)]
pub(super) struct Keyed {
    key: u128,
    pub(super) entry: Box<Entry>,
}

impl Entries {
    /// Of records that come by id.
    pub(super) fn of(entries: Vec<Keyed>) -> Self {
        Self(entries)
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// All of them, by id.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.0.iter().map(|keyed| &*keyed.entry)
    }

    pub(super) fn get(&self, index: usize) -> Option<&Entry> {
        self.0.get(index).map(|keyed| &*keyed.entry)
    }

    pub(super) fn get_mut(&mut self, index: usize) -> Option<&mut Entry> {
        self.0.get_mut(index).map(|keyed| &mut *keyed.entry)
    }

    /// The index of a record, or else where it would stand.
    pub(super) fn position(&self, id: &str) -> Result<usize, usize> {
        let key = order::key(id);
        self.0.binary_search_by(|keyed| {
            keyed.key.cmp(&key).then_with(|| keyed.entry.record.id.as_str().cmp(id))
        })
    }

    /// Adds records that were not there, which come by id.
    pub(super) fn insert(&mut self, fresh: Vec<Keyed>) {
        if fresh.len() <= FEW {
            for keyed in fresh {
                if let Err(index) = self.position(&keyed.entry.record.id) {
                    self.0.insert(index, keyed);
                }
            }
            return;
        }
        let mut merged = Vec::with_capacity(self.0.len() + fresh.len());
        let mut present = std::mem::take(&mut self.0).into_iter().peekable();
        for keyed in fresh {
            while let Some(before) = present.next_if(|present| present.place() < keyed.place()) {
                merged.push(before);
            }
            merged.push(keyed);
        }
        merged.extend(present);
        self.0 = merged;
    }
}

impl Keyed {
    fn place(&self) -> (u128, &str) {
        (self.key, &self.entry.record.id)
    }
}

impl From<Entry> for Keyed {
    fn from(entry: Entry) -> Self {
        Self { key: order::key(&entry.record.id), entry: Box::new(entry) }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::super::owner::Derived;
    use super::*;
    use crate::log::{Content, Device, Record, Stamp};

    fn keyed(id: &str) -> Keyed {
        let at = Stamp::new(1, 0, Device::parse("A").unwrap()).unwrap();
        let (owner, kind) = ("ana".into(), "turn".into());
        let record = Record { id: id.to_owned(), owner, kind, at, content: Content::Erased };
        Keyed::from(Entry { record, derived: Derived::Nothing })
    }

    proptest! {
        #[test]
        fn whatever_comes_is_found_where_it_stands(
            batches in prop::collection::vec(
                prop::collection::btree_set("(one beginning of many )?[a-c]{1,3}", 0..40), 0..4,
            ),
            absent in "(one beginning of many )?[a-d]{0,3}",
        ) {
            let (mut entries, mut expected) = (Entries::default(), BTreeSet::new());
            for batch in batches {
                let fresh: Vec<&String> = batch.difference(&expected).collect();
                entries.insert(fresh.iter().map(|id| keyed(id)).collect());
                expected.extend(batch);
            }
            let ids: Vec<&String> = entries.iter().map(|entry| &entry.record.id).collect();
            prop_assert_eq!(&ids, &expected.iter().collect::<Vec<_>>());
            for (index, id) in ids.into_iter().enumerate() {
                prop_assert_eq!(entries.position(id), Ok(index));
            }
            let before = expected.iter().take_while(|id| **id < absent).count();
            let place = if expected.contains(&absent) { Ok(before) } else { Err(before) };
            prop_assert_eq!(entries.position(&absent), place);
        }
    }
}
