//! Reading untrusted JSON inside limits, JSON Pointers, canonical form and hashes; and what that needs: numbers as
//! decimals, times, order.
//!
//! A crate of its own because it is compiled for speed, and all that stands on it for size: everything that is stored,
//! opened, exported and imported goes through here byte by byte.
//!
//! Every byte of JSON from outside (templates, snapshots, records) comes in through [`read`] or [`examine`]:
//! limits are enforced while parsing, so a hostile document costs no more than its size.

#![forbid(unsafe_code)]

mod canonical;
#[cfg(feature = "typescript")]
mod description;
mod fault;
mod field_error;
mod fields;
mod hash;
mod limits;
mod map;
mod node;
pub mod order;
mod path;
mod read;
mod serialize;
mod syntax;
mod tape;
mod text;
mod value;
mod write;

pub use luminoracore_base::{decimal, list, pointer, timestamp};

pub use canonical::canonical_text;
#[cfg(feature = "typescript")]
pub use description::NOT_BLANK;
pub use fault::{Fault, FaultKind};
pub use field_error::{BrokenRule, FieldCode, FieldError};
pub use fields::Fields;
pub use hash::Digest;
pub use hash::sha256_hex;
pub use limits::{Limits, examine_value};
pub use map::Map;
pub use node::{Items, Members, Node};
pub use path::Path;
pub use read::{Document, Examination, examine, read, read_arguments};
pub use serialize::to_text;
pub use serialize::{to_value, tree_of};
pub use tape::{Tape, Tokens};
pub use text::push_string;
pub use value::{Number, Value};
pub use write::compact_length;
pub use write::{canonical, compact, pretty};
