//! Which version of a record wins, and the merge of two logs. Commutative, associative and idempotent, with the
//! empty log as neutral element: this is what makes two tabs, two devices and a restored file safe. Its laws are tested
//! on random histories, here and of what a log adds up to (`tests/it/merge_laws.rs`).

use std::cmp::Ordering;

use super::record::{Content, Record};
use crate::error::{Error, ErrorCode};
use crate::list::List;
use crate::order;

/// What comparing two versions of one id says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Merged {
    /// Both are the same version.
    Same,
    /// The first one stays.
    Keep,
    /// The second one replaces it.
    Replace,
}

/// Compares two versions of one id: erased first (of two tombstones the smaller stamp), then the greater stamp.
/// The same stamp with other content is an `integrity` error, and neither is chosen.
pub fn newer(present: &Record, incoming: &Record) -> Result<Merged, Error> {
    let by_stamp = incoming.at.cmp(&present.at);
    match (&present.content, &incoming.content) {
        (Content::Erased, Content::Erased) => Ok(match by_stamp {
            Ordering::Less => Merged::Replace,
            Ordering::Equal => Merged::Same,
            Ordering::Greater => Merged::Keep,
        }),
        (Content::Erased, _) => Ok(Merged::Keep),
        (_, Content::Erased) => Ok(Merged::Replace),
        _ => match by_stamp {
            Ordering::Less => Ok(Merged::Keep),
            Ordering::Greater => Ok(Merged::Replace),
            Ordering::Equal if present == incoming => Ok(Merged::Same),
            Ordering::Equal => Err(Error::new(
                ErrorCode::Integrity,
                format!("record {} has two different contents under one clock, {}", present.id, present.at),
            )
            .hint("One of the two files or devices was altered; import them one at a time to see which.")),
        },
    }
}

/// The union of two logs, the winner of each id, sorted by id.
pub fn merge(a: &[Record], b: &[Record]) -> Result<Vec<Record>, Error> {
    let mut all: Vec<&Record> = a.iter().chain(b).list();
    order::sort_by_text(&mut all, |record| &record.id);
    let mut merged: Vec<&Record> = Vec::new();
    for record in all {
        match merged.last_mut() {
            Some(present) if present.id == record.id => {
                if newer(present, record)? == Merged::Replace {
                    *present = record;
                }
            }
            _ => merged.push(record),
        }
    }
    Ok(merged.into_iter().cloned().list())
}
