//! What a conversion did with each part of a document.

use serde::Serialize;

/// What became of one part of a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ReportItem {
    /// Where the part stood, as a JSON Pointer; "" for what the document does not have.
    pub path: String,
    /// Where it stands now, as a JSON Pointer into the template.
    pub to: String,
    /// What was done.
    pub action: ReportAction,
    /// Why, or how, in a sentence.
    pub note: String,
}

/// What a conversion did with a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum ReportAction {
    /// Taken over as it is.
    Mapped,
    /// Taken over, cut to the limits of the format.
    Truncated,
    /// Guessed, because the document says nothing that it could follow from.
    Defaulted,
    /// Guessed from other parts of the document.
    Derived,
    /// Taken over at another place.
    Moved,
    /// Kept word for word as prose.
    KeptAsProse,
    /// Kept, without any effect.
    KeptOpaque,
}

impl ReportAction {
    /// Whether the value is a guess, which a person should look at.
    pub const fn is_guess(self) -> bool {
        matches!(self, Self::Defaulted | Self::Derived)
    }
}
