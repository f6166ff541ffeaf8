//! The pure core of luminoracore: personalities that remember, evolve and travel.
//!
//! Nothing in this crate reads a clock, draws a random number or touches a host object: `now` and `seed`
//! come in with each call, and the same inputs give the same bytes natively, in Node and in a browser.
//!
//! | room | what it holds |
//! |---|---|
//! | [`json`] | reading untrusted JSON inside limits, pointers, canonical form and hashes |
//! | [`text`] | the one tokenizer: normalising, folding, tokens, phrases, UTF-16 spans |
//! | [`template`] | the personality document: model, parsing, every problem with its pointer, blend |
//! | [`card`] | character cards V1, V2, V3 <-> templates, and what was lost |
//! | [`compile`] | template + affinity + mood -> parameters and system prompt, for a target |
//! | [`lint`] | advice on valid documents |
//! | [`context`] | token estimate, blocks, budget |
//! | [`observe`] | a message -> what it says: sentiment, interaction, mood triggers |
//! | [`knowledge`] | entries of a template that come up when a conversation mentions their keys |
//! | [`memory`] | facts and episodes: keys, importance, classes |
//! | [`log`] | the record envelope, bodies, hybrid logical clock, merge, ids |
//! | [`state`] | affinity, mood, and the fold from runs to the state of an instance |
//! | [`engine`] | commands, effects and events: the turn as a state machine without I/O |
//! | [`decimal`] | rounding to a number of decimals |
//! | [`timestamp`] | ISO 8601 text <-> milliseconds since 1970 |
//! | [`bundle`] | the snapshot: the file in which a relationship travels |
#![forbid(unsafe_code)]

mod base64;
pub mod bundle;
pub mod card;
pub mod compile;
pub mod context;
pub mod dialect;
pub mod engine;
pub mod error;
pub mod knowledge;
pub mod lint;
pub mod log;
pub mod memory;
pub mod observe;
mod pattern;
mod random;
pub mod state;
pub mod template;
pub mod text;

pub use luminoracore_json as json;
pub use luminoracore_json::{decimal, timestamp};
pub(crate) use luminoracore_json::{list, order};

pub use error::{Error, ErrorCode, Refusal};
