//! A checkpoint: one owner's log and what folds over it, as bytes that open without reading a single body of a turn or a
//! run. A cache that may be dropped at any time: whatever is not exactly what [`OwnerState::to_checkpoint`] wrote is
//! refused, and the log is read from the storage instead.
//!
//! Layout: mark; version of this library; owner; texts of all bodies, one behind the other; sessions that have turns or
//! runs; records in clock order, each with its rank by id and the length of its body; uses of memories; where the bodies
//! end (8 bytes); a checksum of all before it. Numbers are LEB128, texts have their length before them.

mod reader;
mod writer;

use super::lane::Position;
use super::owner::OwnerState;
use crate::log::Stamp;
use crate::log::body::Role;
use crate::order;
use writer::{Place, Writer};

/// To be raised whenever the bytes mean something else, or equal logs fold to something else.
const MARK: &[u8] = b"LCP1";
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What a record is.
const ERASED: u64 = 0;
const OTHER: u64 = 1;
const TURN: u64 = 2;
const RUN: u64 = 3;

/// What a record has beside its body.
const NO_FOLD: u64 = 0;
const AFFINITY: u64 = 1;
const MOOD: u64 = 2;

const ROLES: [Role; 3] = [Role::User, Role::Assistant, Role::Tool];

/// Bytes of memory that a byte of what stands around the bodies becomes.
const ENVELOPE: usize = 3;

impl OwnerState {
    /// How many records there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The log and its folds as bytes; of one in which no body is of an older schema.
    pub fn to_checkpoint(&self, owner: &str) -> Vec<u8> {
        let mut writer = Writer::new(owner);
        writer.number(self.lanes.len() as u64);
        self.lanes.iter().for_each(|lane| writer.text(lane.session.as_bytes()));
        let places = self.places();
        writer.number(self.entries.len() as u64);
        let stamp = |index: usize| self.entries.get(index).map(|entry| (&entry.record.at, &entry.record.id));
        for rank in order::sorted_indices(self.entries.len(), &mut |a, b| stamp(a).cmp(&stamp(b))) {
            if let (Some(entry), Some(place)) = (self.entries.get(rank), places.get(rank)) {
                writer.number(rank as u64);
                writer.record(entry, place);
            }
        }
        writer.number(self.memories.uses.len() as u64);
        for (id, used) in &self.memories.uses {
            writer.text(id.as_bytes());
            writer.number(used.count.into());
            writer.signed(used.last);
        }
        writer.finish()
    }

    /// Becomes, empty as it is, the state that gave these bytes; gives its newest stamp. Nothing changes for any other bytes,
    /// those of another owner or version among them. What was read of other caches before is kept.
    pub fn restore(&mut self, owner: &str, bytes: Vec<u8>) -> Option<Option<Stamp>> {
        let (state, newest) = Self::read(owner, bytes)?;
        let recall = std::mem::take(&mut self.recall);
        *self = state;
        self.recall.take_caches_of(recall);
        Some(newest)
    }

    /// Bytes of memory that opening a checkpoint takes beside it, about: none for what is no checkpoint.
    pub fn memory_beside(checkpoint: &[u8]) -> usize {
        let end = checkpoint.split_last_chunk::<16>().and_then(|(_, tail)| tail.first_chunk::<8>());
        let bodies = end.map_or(u64::MAX, |end| u64::from_le_bytes(*end));
        checkpoint
            .len()
            .saturating_sub(usize::try_from(bodies).unwrap_or(usize::MAX))
            .saturating_mul(ENVELOPE)
    }

    /// Where each record stands among the turns and runs of a session.
    fn places<'a>(&'a self) -> Vec<Place<'a>> {
        let mut places = Vec::new();
        places.resize_with(self.entries.len(), || Place::Elsewhere);
        let mut put = |position: &Position, place: Place<'a>| {
            if let Some(slot) = self.position(&position.id).ok().and_then(|index| places.get_mut(index)) {
                *slot = place;
            }
        };
        for (number, lane) in self.lanes.iter().enumerate() {
            lane.turns.iter().for_each(|turn| put(&turn.position, Place::Turn(number, turn)));
            lane.runs.iter().for_each(|run| put(run, Place::Run(number)));
        }
        places
    }
}

/// Eight bytes at a time; finds what a disk or a wire damages, not what somebody intends.
fn checksum(bytes: &[u8]) -> u64 {
    let mix = |sum: u64, word: u64| {
        let sum = (sum ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        sum ^ sum >> 32
    };
    let words = bytes.chunks_exact(8);
    let rest = words.remainder().iter().fold(bytes.len() as u64, |sum, byte| mix(sum, u64::from(*byte)));
    words.fold(rest, |sum, word| mix(sum, word.try_into().map_or(0, u64::from_le_bytes)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::log::{Content, Device, Record};

    fn record(id: &str, kind: &str, at: u64, body: &str) -> Record {
        let text = format!(
            r#"[{{"id":"{id}","owner":"ana","kind":"{kind}","at":"{at:015}-00000-A","schema":1,"body":{body}}}]"#
        );
        Record::parse_all(text.as_bytes()).unwrap().remove(0)
    }

    fn state() -> OwnerState {
        let time = r#""2026-01-01T00:00:00Z""#;
        let erased = Record {
            id: "turn_4".to_owned(),
            owner: "ana".into(),
            kind: "turn".into(),
            at: Stamp::new(9, 1, Device::parse("B").unwrap()).unwrap(),
            content: Content::Erased,
        };
        let session =
            format!(r#"{{"instance":"i","status":"active","started_at":{time},"updated_at":{time}}}"#);
        let turn =
            |text: &str| format!(r#"{{"session":"s","role":"user","text":"{text}","created_at":{time}}}"#);
        let template = format!("sha256:{}", "0".repeat(64));
        let run = format!(
            r#"{{"session":"s","turn":"turn_1","template":"{template}","mode":"manual","started_at":{time}}}"#
        );
        let records = vec![
            record("s", "session", 1, &session),
            record("turn_2", "turn", 5, &turn("later")),
            record("turn_1", "turn", 2, &turn("first \\u00e9")),
            record("run_1", "run", 2, &run),
            record("x", "of the future", 3, r#"{"a":[1]}"#),
            erased,
        ];
        let mut state = OwnerState::default();
        assert_eq!(state.absorb(records, 10).unwrap().quarantined, []);
        state
    }

    fn sealed(mut content: Vec<u8>) -> Vec<u8> {
        let sum = checksum(&content);
        content.extend_from_slice(&sum.to_le_bytes());
        content
    }

    #[test]
    fn all_sorts_of_records_come_back() {
        let state = state();
        let bytes = state.to_checkpoint("ana");
        let (again, newest) = OwnerState::read("ana", bytes.clone()).unwrap();
        assert_eq!(newest.unwrap().milliseconds(), 9);
        assert_eq!(again.to_checkpoint("ana"), bytes);
        assert!(again.records().eq(state.records()));
        let texts: Vec<_> = again.turns("s").map(|(id, turn, _)| (id, turn.text.as_str())).collect();
        assert_eq!(texts, [("turn_1", "first é"), ("turn_2", "later")]);
        // Of runs that were written earlier no body is asked for.
        assert_eq!([2, 3].map(|from| again.runs_since(from).len()), [1, 0]);
    }

    proptest! {
        /// The checksum finds damage; whoever writes a fitting one gets an error or some log, and no panic.
        #[test]
        fn no_bytes_make_it_panic(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..5), cut in any::<prop::sample::Index>()) {
            let mut bytes = state().to_checkpoint("ana");
            bytes.truncate(bytes.len() - 8);
            let start = MARK.len() + VERSION.len() + 5;
            for (place, byte) in changes {
                let length = bytes.len() - start;
                bytes[start + place.index(length)] = byte;
            }
            let whole = bytes.len();
            for length in [whole, start + cut.index(whole - start)] {
                if let Some((mut state, _)) = OwnerState::read("ana", sealed(bytes[..length].to_vec())) {
                    let _ = state.to_checkpoint("ana");
                    let _ = state.turns("s").count() + state.runs().count();
                    let _ = state.absorb(vec![record("turn_9", "turn", 7, r#"{"session":"s","role":"user","text":"x","created_at":"2026-01-01T00:00:00Z"}"#)], 10);
                }
            }
        }
    }
}
