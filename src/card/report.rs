//! What became of each part of a card, or of a template.

use serde::Serialize;

/// What became of one part: where it was, where it went, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct LossItem {
    /// JSON Pointer into the source; empty for what follows from nothing in it.
    pub path: String,
    /// JSON Pointer into the result; empty for the whole.
    pub to: String,
    /// How it went there.
    pub action: LossAction,
    /// What to know about it, in a sentence; may be empty.
    pub note: String,
}

/// How a part went from a card into a template, or back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum LossAction {
    /// As it is.
    Mapped,
    /// Cut to a limit, or without the items that break one.
    Truncated,
    /// Not usable, so that a default stands in.
    Defaulted,
    /// Made up from other parts.
    Derived,
    /// In another form at another place.
    Moved,
    /// As text, verbatim.
    KeptAsProse,
    /// Kept for the way back, without an effect.
    KeptOpaque,
}

impl LossAction {
    /// Whether the result is a guess, which a person should look at.
    pub const fn is_guess(self) -> bool {
        matches!(self, Self::Defaulted | Self::Derived)
    }
}

/// Items being collected.
#[derive(Default)]
pub(super) struct Report(pub(super) Vec<LossItem>);

impl Report {
    pub(super) fn add(&mut self, path: String, to: &str, action: LossAction, note: &str) {
        self.0.push(LossItem { path, to: to.to_owned(), action, note: note.to_owned() });
    }
}
