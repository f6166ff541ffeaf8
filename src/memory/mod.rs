//! What is worth recalling about a person: facts and episodes, their keys, importance and classes; and the notes that
//! they bring along.
//!
//! Everything here is a pure rule over values. Which memories there are follows from the log (`state`); what a message
//! says is found by `observe`.

mod episode;
mod extraction;
mod fact;
mod key;
mod learn;
pub mod note;
pub(crate) mod recall;
mod retention;
pub(crate) mod text_index;
mod unlearn;
pub mod vector_index;

pub use episode::{EpisodeClass, EpisodeType, decay, importance};
pub(crate) use extraction::schema as extraction_schema;
pub use extraction::{
    DropReason, DroppedItem, ExtractedEpisode, ExtractedFact, ExtractedMood, Extraction, read_extraction,
};
pub use fact::{FactCategory, FactClass};
pub(crate) use key::is_key;
pub use key::{canonical_key, key_of};
pub use learn::{MemoryChange, Statement, learn, opposite};
pub(crate) use learn::{is_same, unite_source, unite_tags};
#[cfg(feature = "measure")]
pub use recall::WordSearch;
pub use recall::{Candidate, RetrievalWeights, Scored, Signals, retrieve};
pub use retention::{ArchiveReason, Limits, current_importance};
pub(crate) use retention::{days_since, to_archive};
pub use unlearn::{Rest, comes_from, unlearn};
