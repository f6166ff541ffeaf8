//! A log -> the bytes of a checkpoint.

use std::borrow::Cow;

use super::super::affinity::AffinityRest;
use super::super::lane::{Position, TurnEntry};
use super::super::owner::{Derived, Entry};
use super::{AFFINITY, ERASED, MARK, MOOD, NO_FOLD, OTHER, ROLES, RUN, TURN, VERSION, checksum};
use crate::json;
use crate::log::{Content, Record, Stamp};

/// Where a record stands among the turns and runs of a session, which has this number.
pub(super) enum Place<'a> {
    Elsewhere,
    Turn(usize, &'a TurnEntry),
    Run(usize),
}

/// Writes numbers and texts. Bodies, which are most of it, go where they stay; all else comes behind them.
pub(super) struct Writer {
    whole: Vec<u8>,
    bytes: Vec<u8>,
    devices: Vec<String>,
    before: u64,
}

impl Writer {
    pub(super) fn new(owner: &str) -> Self {
        let mut writer = Self { whole: Vec::new(), bytes: MARK.to_vec(), devices: Vec::new(), before: 0 };
        writer.text(VERSION.as_bytes());
        writer.text(owner.as_bytes());
        std::mem::swap(&mut writer.whole, &mut writer.bytes);
        writer
    }

    /// Notes that all bodies are there: their end stands at the end.
    pub(super) fn finish(self) -> Vec<u8> {
        let Self { mut whole, bytes, .. } = self;
        let end = whole.len() as u64;
        whole.extend_from_slice(&bytes);
        whole.extend_from_slice(&end.to_le_bytes());
        let sum = checksum(&whole);
        whole.extend_from_slice(&sum.to_le_bytes());
        whole
    }

    pub(super) fn record(&mut self, entry: &Entry, place: &Place<'_>) {
        let Record { id, kind, at, content, .. } = &entry.record;
        self.stamp(at);
        self.text(id.as_bytes());
        let (schema, text) = match content {
            Content::Erased => {
                self.number(ERASED);
                return self.text(kind.as_bytes());
            }
            Content::Kept(kept) => (kept.schema(), Cow::Borrowed(kept.text())),
            Content::Live { schema, body } => (*schema, Cow::Owned(json::to_text(body).into_bytes())),
            // A log that has one has no checkpoint.
            Content::Lifted(lifted) => {
                (lifted.schema, Cow::Owned(json::to_text(&lifted.stored).into_bytes()))
            }
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
        self.whole.extend_from_slice(&text);
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

    pub(super) fn text(&mut self, text: &[u8]) {
        self.number(text.len() as u64);
        self.bytes.extend_from_slice(text);
    }

    pub(super) fn signed(&mut self, number: i64) {
        self.number((number << 1 ^ number >> 63) as u64);
    }

    pub(super) fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.bytes.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.bytes.push(number as u8);
    }
}
