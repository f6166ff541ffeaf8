//! The bytes of a checkpoint -> the log, or none.

use std::borrow::Cow;
use std::sync::Arc;

use super::super::admit::parse_body;
use super::super::affinity::{Affinity, AffinityRest};
use super::super::entries::{Entries, Keyed};
use super::super::fold::Stale;
use super::super::lane::{Lane, Position, Said, TurnEntry};
use super::super::memories::Use;
use super::super::mood::Mood;
use super::super::owner::{Derived, Entry, Folded, OwnerState};
use super::{AFFINITY, ERASED, MARK, MOOD, NO_FOLD, OTHER, ROLES, RUN, TURN, VERSION, checksum};
use crate::json::{self, Fields};
use crate::log::body::{AffinityBaseline, MoodBaseline};
use crate::log::{BODY_LIMITS, Body, Content, Device, Kept, MIGRATIONS, Record, Stamp};

impl OwnerState {
    pub(super) fn read(owner: &str, mut bytes: Vec<u8>) -> Option<(Self, Option<Stamp>)> {
        let (content, sum) = bytes.split_last_chunk::<8>()?;
        let (content, end) = content.split_last_chunk::<8>()?;
        let (sum, end) = (u64::from_le_bytes(*sum), usize::try_from(u64::from_le_bytes(*end)).ok()?);
        let length = content.len();
        if end > length || checksum(bytes.get(..length + 8)?) != sum {
            return None;
        }
        let mut reader =
            Reader { rest: bytes.get(..end)?.strip_prefix(MARK)?, devices: Vec::new(), before: 0 };
        if reader.text()? != VERSION || reader.text()? != owner {
            return None;
        }
        let begin = end - reader.rest.len();
        bytes.truncate(length);
        let rest = bytes.split_off(end);
        bytes.shrink_to_fit();
        // The bodies stay where they are: they are most of it, and to copy them takes as much memory again.
        let mut bodies = Bodies { owner: owner.into(), texts: Arc::new(bytes), end: begin };
        let mut reader = Reader { rest: &rest, devices: Vec::new(), before: 0 };
        let mut state = Self::default();
        for _ in 0..reader.count()? {
            state.lanes.push(Lane::new(reader.text()?));
        }
        let mut entries = Vec::new();
        entries.resize_with(reader.count()?, || None);
        let mut newest = None;
        for _ in 0..entries.len() {
            let place = entries.get_mut(reader.index()?)?;
            let entry = state.read_entry(&mut reader, &mut bodies)?;
            newest = Some(entry.record.at.clone());
            *place = Some(Keyed::from(entry));
        }
        state.entries = Entries::of(entries.into_iter().collect::<Option<_>>()?);
        for _ in 0..reader.count()? {
            let id = reader.text()?.to_owned();
            let count = u32::try_from(reader.number()?).ok()?;
            state.memories.uses.push((id, Use { count, last: reader.signed()? }));
        }
        state.lanes.iter_mut().for_each(Lane::settle);
        reader.rest.is_empty().then_some((state, newest))
    }

    fn read_entry(&mut self, reader: &mut Reader<'_>, bodies: &mut Bodies) -> Option<Entry> {
        let at = reader.stamp()?;
        let id = reader.text()?.to_owned();
        let (kind, content) = match reader.number()? {
            ERASED => (Cow::Owned(reader.text()?.to_owned()), Content::Erased),
            TURN => {
                let lane = reader.index()?;
                let flags = reader.number()?;
                let role = *ROLES.get((flags >> 1) as usize)?;
                let created_at = reader.signed()?;
                let tokens = u32::try_from(reader.number()?).ok()?.checked_sub(1);
                let kept = bodies.keep("turn", reader)?;
                let position = Position { at: at.clone(), id: id.clone() };
                let (said, learn) = (Said::Kept(Arc::clone(&kept)), flags & 1 == 1);
                let turn = TurnEntry { position, said, role, learn, created_at, tokens, slot: None };
                self.lanes.get_mut(lane)?.put(turn);
                (Cow::Borrowed("turn"), Content::Kept(kept))
            }
            RUN => {
                let lane = reader.index()?;
                let kept = bodies.keep("run", reader)?;
                self.lanes.get_mut(lane)?.put_folded_run(Position { at: at.clone(), id: id.clone() });
                (Cow::Borrowed("run"), Content::Kept(kept))
            }
            OTHER => {
                let kind = Cow::Owned(reader.text()?.to_owned());
                let schema = u32::try_from(reader.number()?).ok()?;
                let fold = read_fold(reader)?;
                let span = bodies.next(reader)?;
                let document = json::read(bodies.texts.get(span.0..span.1)?, BODY_LIMITS).ok()?.value;
                let content = Content::Live { schema, body: Body::Other(document) };
                let mut record = Record { id, owner: Arc::clone(&bodies.owner), kind, at, content };
                parse_body(&mut record, u64::MAX, MIGRATIONS).ok()?;
                let derived = match (self.derive(&record, &mut Stale::default()), fold) {
                    (Derived::Affinity(_), Some(fold @ Derived::Affinity(_))) => fold,
                    (Derived::Mood(_), Some(fold @ Derived::Mood(_))) => fold,
                    (Derived::Affinity(_) | Derived::Mood(_), _) | (_, Some(_)) => return None,
                    (derived, None) => derived,
                };
                return Some(Entry { record, derived });
            }
            _ => return None,
        };
        let record = Record { id, owner: Arc::clone(&bodies.owner), kind, at, content };
        Some(Entry { record, derived: Derived::Nothing })
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

    fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = self.count()?;
        let (bytes, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(bytes)
    }

    fn text(&mut self) -> Option<&'a str> {
        std::str::from_utf8(self.bytes()?).ok()
    }

    fn stamp(&mut self) -> Option<Stamp> {
        self.before = self.before.wrapping_add(self.number()?);
        let counter = u32::try_from(self.number()?).ok()?;
        let device = self.index()?;
        if device == self.devices.len() {
            let device = Device::parse(self.text()?).ok()?;
            self.devices.push(device);
        }
        Stamp::new(self.before, counter, *self.devices.get(device)?).ok()
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
        let document = json::read(self.text()?.as_bytes(), BODY_LIMITS).ok()?;
        Fields::read(&document.value, "", read).ok()
    }
}

/// The texts of the bodies, which records take one after the other.
struct Bodies {
    owner: Arc<str>,
    texts: Arc<Vec<u8>>,
    end: usize,
}

impl Bodies {
    fn next(&mut self, reader: &mut Reader<'_>) -> Option<(usize, usize)> {
        let start = self.end;
        self.end = start.checked_add(reader.index()?)?;
        Some((start, self.end))
    }

    fn keep(&mut self, kind: &'static str, reader: &mut Reader<'_>) -> Option<Arc<Kept>> {
        let span = self.next(reader)?;
        Some(Arc::new(Kept::new(kind, &self.owner, &self.texts, span)?))
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
