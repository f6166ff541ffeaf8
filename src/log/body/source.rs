//! What all memories have in common: where they come from, and whether they are recalled.

use serde::Serialize;

use crate::json::{FieldCode, Fields};
use crate::observe::Span;

/// A part of a turn that a memory comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct MemorySource {
    /// The turn's id.
    pub turn: String,
    /// Where in its text.
    pub span: Span,
}

impl MemorySource {
    pub(super) fn parse(fields: &mut Fields<'_>) -> Self {
        Self { turn: fields.required_id("turn"), span: span(fields) }
    }
}

/// The part of a text that something comes from.
pub(super) fn span(fields: &mut Fields<'_>) -> Span {
    let span = fields.span("span");
    if span.is_some_and(|[start, end]| start > end) {
        fields.refuse(FieldCode::Order, "span", "the end is not before the start");
    }
    fields.require("span", span)
}

/// Whether a memory is recalled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum MemoryStatus {
    /// Yes.
    Active,
    /// No: its opposite took its place.
    Superseded,
    /// No: put aside by a limit. It stays, is exported, and can be restored.
    Archived,
}

impl MemoryStatus {
    pub(crate) const NAMES: [(&'static str, Self); 3] =
        [("active", Self::Active), ("superseded", Self::Superseded), ("archived", Self::Archived)];
}
