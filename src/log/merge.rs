//! Which version of a record wins, and the merge of two logs. Commutative, associative and idempotent, with the
//! empty log as neutral element: this is what makes two tabs, two devices and a restored file safe.

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
    order::sort_by(&mut all, |a, b| a.id.cmp(&b.id));
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

#[cfg(test)]
mod tests {
    use super::super::body::Body;
    use super::super::clock::{Device, Stamp};
    use super::*;
    use crate::json::json;
    use proptest::prelude::*;

    fn record(id: u8, milliseconds: u64, device: u8, erased: bool) -> Record {
        let device = Device::parse(if device == 0 { "A" } else { "B" }).unwrap();
        let at = Stamp::new(milliseconds, 0, device).unwrap();
        // The content is a function of id and stamp, as it is in a log that nobody tampered with.
        let body = Body::Other(json!({ "text": format!("{id} {at}") }));
        let content = if erased { Content::Erased } else { Content::Live { schema: 1, body } };
        Record { id: id.to_string(), owner: "o".into(), kind: "turn".into(), at, content }
    }

    fn log() -> impl Strategy<Value = Vec<Record>> {
        proptest::collection::vec((0..4u8, 0..5u64, 0..2u8, prop::bool::weighted(0.2)), 0..12).prop_map(
            |parts| {
                let records: Vec<_> = parts
                    .into_iter()
                    .map(|(id, ms, device, erased)| record(id, ms, device, erased))
                    .collect();
                merge(&records, &[]).unwrap()
            },
        )
    }

    proptest! {
        #[test]
        fn laws(a in log(), b in log(), c in log()) {
            let ab = merge(&a, &b).unwrap();
            prop_assert_eq!(&ab, &merge(&b, &a).unwrap());
            prop_assert_eq!(merge(&ab, &c).unwrap(), merge(&a, &merge(&b, &c).unwrap()).unwrap());
            prop_assert_eq!(&merge(&a, &a).unwrap(), &a);
            prop_assert_eq!(&merge(&a, &[]).unwrap(), &a);
        }
    }

    #[test]
    fn one_stamp_with_two_contents_is_refused() {
        let (a, mut b) = (record(1, 5, 0, false), record(1, 5, 0, false));
        b.content = Content::Live { schema: 1, body: Body::Other(json!({ "text": "changed" })) };
        assert_eq!(merge(&[a], &[b]).unwrap_err().code, ErrorCode::Integrity);
    }
}
