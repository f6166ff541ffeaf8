//! A checkpoint: one owner's log and what folds over it, as bytes that open without reading a single body of a turn or a
//! run. A cache that may be dropped at any time: whatever is not exactly what [`OwnerState::to_checkpoint`] wrote is
//! refused, and the log is read from the storage instead.
//!
//! Layout: mark; version of this library; owner; sessions that have turns or runs; records in clock order, each with its
//! rank by id; uses of memories; texts of all bodies, one behind the other; a checksum of all before it. Numbers are
//! LEB128, texts have their length before them.

use std::borrow::Cow;
use std::sync::Arc;

use super::affinity::{Affinity, AffinityRest};
use super::fold::Stale;
use super::lane::{Lane, Position, Said, TurnEntry};
use super::memories::Use;
use super::mood::Mood;
use super::owner::{Derived, Entry, Folded, OwnerState, parse_body};
use crate::json::{self, Fields, Limits};
use crate::log::body::{AffinityBaseline, MoodBaseline, Role, SCHEMA};
use crate::log::{Body, Content, Device, Kept, Record, Stamp};
use crate::order;

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

/// Bodies are not deeper than in a log.
const LIMITS: Limits = Limits { bytes: usize::MAX, depth: 36, items: usize::MAX, items_at: &[] };

impl OwnerState {
    /// How many records there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The log and its folds as bytes.
    pub fn to_checkpoint(&self, owner: &str) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.text(owner.as_bytes());
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
    pub fn restore(&mut self, owner: &str, bytes: &[u8]) -> Option<Option<Stamp>> {
        let (state, newest) = Self::read(owner, bytes)?;
        let recall = std::mem::take(&mut self.recall);
        *self = state;
        self.recall.take_caches_of(recall);
        Some(newest)
    }

    fn read(owner: &str, bytes: &[u8]) -> Option<(Self, Option<Stamp>)> {
        let (content, sum) = bytes.split_last_chunk::<8>()?;
        let mut reader = Reader { rest: content.strip_prefix(MARK)?, devices: Vec::new(), before: 0 };
        if checksum(content) != u64::from_le_bytes(*sum)
            || reader.text()? != VERSION
            || reader.text()? != owner
        {
            return None;
        }
        Restoring::begin(owner, &mut reader)?.finish(&mut reader)
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

/// Where a record stands among the turns and runs of a session, which has this number.
enum Place<'a> {
    Elsewhere,
    Turn(usize, &'a TurnEntry),
    Run(usize),
}

/// Writes numbers and texts; texts of bodies are put aside and come behind them.
struct Writer {
    bytes: Vec<u8>,
    bodies: Vec<u8>,
    devices: Vec<String>,
    before: u64,
}

impl Writer {
    fn new() -> Self {
        let mut writer = Self { bytes: MARK.to_vec(), bodies: Vec::new(), devices: Vec::new(), before: 0 };
        writer.text(VERSION.as_bytes());
        writer
    }

    fn finish(self) -> Vec<u8> {
        let Self { mut bytes, bodies, .. } = self;
        bytes.extend_from_slice(&bodies);
        let sum = checksum(&bytes);
        bytes.extend_from_slice(&sum.to_le_bytes());
        bytes
    }

    fn record(&mut self, entry: &Entry, place: &Place<'_>) {
        let Record { id, kind, at, content, .. } = &entry.record;
        self.stamp(at);
        self.text(id.as_bytes());
        let (schema, text) = match content {
            Content::Erased => {
                self.number(ERASED);
                return self.text(kind.as_bytes());
            }
            Content::Kept(kept) => (SCHEMA, Cow::Borrowed(kept.text())),
            Content::Live { schema, body } => (*schema, Cow::Owned(json::to_text(body).into_bytes())),
        };
        match place {
            Place::Turn(lane, turn) => {
                self.number(TURN);
                self.number(*lane as u64);
                let role = ROLES.iter().position(|role| *role == turn.role).unwrap_or(0);
                self.number((role as u64) << 1 | u64::from(turn.learn));
                self.signed(turn.created_at);
                self.number(turn.tokens.map_or(0, |tokens| u64::from(tokens) + 1));
            }
            Place::Run(lane) => {
                self.number(RUN);
                self.number(*lane as u64);
            }
            Place::Elsewhere => {
                self.number(OTHER);
                self.text(kind.as_bytes());
                self.number(schema.into());
                self.fold(&entry.derived);
            }
        }
        self.number(text.len() as u64);
        self.bodies.extend_from_slice(&text);
    }

    fn fold(&mut self, derived: &Derived) {
        let to = match derived {
            Derived::Affinity(folded) => {
                let (baseline, AffinityRest { gaps, is_cut }) = folded.value.to_checkpoint();
                self.number(AFFINITY);
                self.text(json::to_text(&baseline).as_bytes());
                self.number(gaps.len() as u64);
                for (from, to, decay) in gaps {
                    self.signed(from);
                    self.signed(to);
                    self.number(decay.into());
                }
                self.number(is_cut.into());
                &folded.to
            }
            Derived::Mood(folded) => {
                self.number(MOOD);
                self.text(json::to_text(&folded.value.to_baseline()).as_bytes());
                &folded.to
            }
            Derived::Nothing | Derived::Template(_) | Derived::Memory(_) => return self.number(NO_FOLD),
        };
        self.number(to.is_some().into());
        if let Some(Position { at, id }) = to {
            let before = std::mem::take(&mut self.before);
            self.stamp(at);
            self.before = before;
            self.text(id.as_bytes());
        }
    }

    /// A stamp, as the distance to the one before it. A device is written out when it comes for the first time.
    fn stamp(&mut self, stamp: &Stamp) {
        let (milliseconds, counter, device) = stamp.parts();
        self.number(milliseconds.wrapping_sub(self.before));
        self.before = milliseconds;
        self.number(counter.into());
        let known = self.devices.iter().position(|known| known == device);
        self.number(known.unwrap_or(self.devices.len()) as u64);
        if known.is_none() {
            self.text(device.as_bytes());
            self.devices.push(device.to_owned());
        }
    }

    fn text(&mut self, text: &[u8]) {
        self.number(text.len() as u64);
        self.bytes.extend_from_slice(text);
    }

    fn signed(&mut self, number: i64) {
        self.number((number << 1 ^ number >> 63) as u64);
    }

    fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.bytes.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.bytes.push(number as u8);
    }
}

/// Reads what [`Writer`] writes.
struct Reader<'a> {
    rest: &'a [u8],
    devices: Vec<Device>,
    before: u64,
}

impl<'a> Reader<'a> {
    fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let (byte, rest) = self.rest.split_first()?;
            self.rest = rest;
            number |= u64::from(byte & 0x7F) << shift;
            if *byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    fn index(&mut self) -> Option<usize> {
        usize::try_from(self.number()?).ok()
    }

    /// How many of something follow, each of which takes a byte at least.
    fn count(&mut self) -> Option<usize> {
        self.index().filter(|count| *count <= self.rest.len())
    }

    fn signed(&mut self) -> Option<i64> {
        let number = self.number()?;
        Some((number >> 1) as i64 ^ -((number & 1) as i64))
    }

    fn text(&mut self) -> Option<&'a str> {
        let length = self.count()?;
        let (text, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        std::str::from_utf8(text).ok()
    }

    fn stamp(&mut self) -> Option<Stamp> {
        self.before = self.before.wrapping_add(self.number()?);
        let counter = u32::try_from(self.number()?).ok()?;
        let device = self.index()?;
        if device == self.devices.len() {
            let device = Device::parse(self.text()?).ok()?;
            self.devices.push(device);
        }
        Stamp::new(self.before, counter, self.devices.get(device)?.clone()).ok()
    }

    fn position(&mut self) -> Option<Option<Position>> {
        if self.number()? == 0 {
            return Some(None);
        }
        let before = std::mem::take(&mut self.before);
        let at = self.stamp()?;
        self.before = before;
        Some(Some(Position { at, id: self.text()?.to_owned() }))
    }

    fn json<T>(&mut self, read: impl FnOnce(&mut Fields<'_>) -> T) -> Option<T> {
        let document = json::read(self.text()?.as_bytes(), LIMITS).ok()?;
        Fields::read(&document.value, "", read).ok()
    }
}

/// A record that was read, without its body.
struct Envelope {
    rank: usize,
    id: String,
    at: Stamp,
    form: Form,
    /// Where its body ends; it begins where the one before ends.
    end: usize,
}

enum Form {
    Erased { kind: String },
    Other { kind: String, schema: u32, fold: Option<Derived> },
    Turn { lane: usize, role: Role, learn: bool, created_at: i64, tokens: Option<u32> },
    Run { lane: usize },
}

/// A state in the making.
struct Restoring {
    owner: Arc<str>,
    state: OwnerState,
    envelopes: Vec<Envelope>,
}

impl Restoring {
    fn begin(owner: &str, reader: &mut Reader<'_>) -> Option<Self> {
        let mut state = OwnerState::default();
        for _ in 0..reader.count()? {
            state.lanes.push(Lane::new(reader.text()?));
        }
        let count = reader.count()?;
        let mut envelopes = Vec::with_capacity(count);
        let mut end = 0;
        for _ in 0..count {
            let rank = reader.index()?;
            let at = reader.stamp()?;
            let id = reader.text()?.to_owned();
            let form = Form::read(reader)?;
            if !matches!(form, Form::Erased { .. }) {
                end = reader.index()?.checked_add(end)?;
            }
            envelopes.push(Envelope { rank, id, at, form, end });
        }
        for _ in 0..reader.count()? {
            let id = reader.text()?.to_owned();
            let count = u32::try_from(reader.number()?).ok()?;
            state.memories.uses.push((id, Use { count, last: reader.signed()? }));
        }
        Some(Self { owner: owner.into(), state, envelopes })
    }

    /// What is left are the bodies.
    fn finish(self, reader: &mut Reader<'_>) -> Option<(OwnerState, Option<Stamp>)> {
        let Self { owner, mut state, envelopes } = self;
        let bodies: Arc<[u8]> = reader.rest.into();
        let newest = envelopes.last().map(|envelope| envelope.at.clone());
        let mut entries = Vec::new();
        entries.resize_with(envelopes.len(), || None);
        let mut start = 0;
        for Envelope { rank, id, at, form, end } in envelopes {
            let span = (start, end);
            start = end;
            let kept = |kind| Some(Arc::new(Kept::new(kind, &owner, &bodies, span)?));
            let (kind, content) = match form {
                Form::Erased { kind } => (kind.into(), Content::Erased),
                Form::Other { kind, schema, fold } => {
                    let text = bodies.get(span.0..span.1)?;
                    let body = Body::Other(json::read(text, LIMITS).ok()?.value);
                    let content = Content::Live { schema, body };
                    let entry = state.restore_record(
                        Record { id, owner: Arc::clone(&owner), kind: kind.into(), at, content },
                        fold,
                    )?;
                    *entries.get_mut(rank)? = Some(entry);
                    continue;
                }
                Form::Turn { lane, role, learn, created_at, tokens } => {
                    let kept = kept("turn")?;
                    let position = Position { at: at.clone(), id: id.clone() };
                    let said = Said::Kept(Arc::clone(&kept));
                    let turn = TurnEntry { position, said, role, learn, created_at, tokens, slot: None };
                    state.lanes.get_mut(lane)?.put(turn);
                    (Cow::Borrowed("turn"), Content::Kept(kept))
                }
                Form::Run { lane } => {
                    state.lanes.get_mut(lane)?.put_run(Position { at: at.clone(), id: id.clone() });
                    (Cow::Borrowed("run"), Content::Kept(kept("run")?))
                }
            };
            let record = Record { id, owner: Arc::clone(&owner), kind, at, content };
            *entries.get_mut(rank)? = Some(Box::new(Entry { record, derived: Derived::Nothing }));
        }
        state.entries = entries.into_iter().collect::<Option<_>>()?;
        state.lanes.iter_mut().for_each(Lane::settle);
        (start == bodies.len()).then_some((state, newest))
    }
}

impl OwnerState {
    /// A record that is no turn and no run, with its fold.
    fn restore_record(&mut self, mut record: Record, fold: Option<Derived>) -> Option<Box<Entry>> {
        parse_body(&mut record, u64::MAX).ok()?;
        let derived = self.derive(&record, &mut Stale::default());
        let derived = match (derived, fold) {
            (Derived::Affinity(_), Some(fold @ Derived::Affinity(_))) => fold,
            (Derived::Mood(_), Some(fold @ Derived::Mood(_))) => fold,
            (Derived::Affinity(_) | Derived::Mood(_), _) | (_, Some(_)) => return None,
            (derived, None) => derived,
        };
        Some(Box::new(Entry { record, derived }))
    }
}

impl Form {
    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        Some(match reader.number()? {
            ERASED => Self::Erased { kind: reader.text()?.to_owned() },
            OTHER => Self::Other {
                kind: reader.text()?.to_owned(),
                schema: u32::try_from(reader.number()?).ok()?,
                fold: read_fold(reader)?,
            },
            TURN => {
                let lane = reader.index()?;
                let flags = reader.number()?;
                let role = *ROLES.get((flags >> 1) as usize)?;
                let created_at = reader.signed()?;
                let tokens = u32::try_from(reader.number()?).ok()?.checked_sub(1);
                Self::Turn { lane, role, learn: flags & 1 == 1, created_at, tokens }
            }
            RUN => Self::Run { lane: reader.index()? },
            _ => return None,
        })
    }
}

fn read_fold(reader: &mut Reader<'_>) -> Option<Option<Derived>> {
    Some(match reader.number()? {
        NO_FOLD => None,
        AFFINITY => {
            let baseline = reader.json(AffinityBaseline::parse)?;
            let mut gaps = Vec::new();
            for _ in 0..reader.count()? {
                gaps.push((reader.signed()?, reader.signed()?, u8::try_from(reader.number()?).ok()?));
            }
            let value =
                Affinity::from_checkpoint(baseline, AffinityRest { gaps, is_cut: reader.number()? == 1 });
            Some(Derived::Affinity(Box::new(Folded { value, to: reader.position()? })))
        }
        MOOD => {
            let value = Mood::from_baseline(&reader.json(MoodBaseline::parse)?);
            Some(Derived::Mood(Box::new(Folded { value, to: reader.position()? })))
        }
        _ => return None,
    })
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
    use crate::log::Device;

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
        let (again, newest) = OwnerState::read("ana", &bytes).unwrap();
        assert_eq!(newest.unwrap().milliseconds(), 9);
        assert_eq!(again.to_checkpoint("ana"), bytes);
        assert!(again.records().eq(state.records()));
        let texts: Vec<_> = again.turns("s").map(|(id, turn, _)| (id, turn.text.as_str())).collect();
        assert_eq!(texts, [("turn_1", "first é"), ("turn_2", "later")]);
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
                if let Some((mut state, _)) = OwnerState::read("ana", &sealed(bytes[..length].to_vec())) {
                    let _ = state.to_checkpoint("ana");
                    let _ = state.turns("s").count() + state.runs().count();
                    let _ = state.absorb(vec![record("turn_9", "turn", 7, r#"{"session":"s","role":"user","text":"x","created_at":"2026-01-01T00:00:00Z"}"#)], 10);
                }
            }
        }
    }
}
