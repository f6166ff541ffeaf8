//! What is worth recalling about a person: facts and episodes, their keys, importance and classes.
//!
//! Everything here is a pure rule over values. Which memories there are follows from the log (`state`); what a message
//! says is found by `observe`.

mod episode;
mod fact;
mod key;

pub use episode::{EpisodeClass, EpisodeType, decay, importance};
pub use fact::{FactCategory, FactClass};
pub use key::{canonical_key, key_of};
