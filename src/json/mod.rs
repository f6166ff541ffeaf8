//! Reading untrusted JSON inside limits, JSON Pointers, canonical form and hashes.
//!
//! Every byte of JSON from outside (templates, snapshots, records) comes in through [`read`] or [`examine`]:
//! limits are enforced while parsing, so a hostile document costs no more than its size.

mod canonical;
#[cfg(feature = "typescript")]
mod description;
mod fault;
mod field_error;
mod fields;
mod hash;
mod limits;
mod map;
mod path;
pub mod pointer;
mod read;
mod serialize;
mod syntax;
mod text;
mod value;
mod write;

pub use canonical::canonical_text;
#[cfg(feature = "typescript")]
pub(crate) use description::NOT_BLANK;
pub use fault::{Fault, FaultKind};
pub use field_error::{BrokenRule, FieldCode, FieldError};
pub(crate) use fields::Fields;
pub(crate) use hash::Digest;
pub use hash::sha256_hex;
pub use limits::{Limits, examine_value};
pub use map::Map;
pub(crate) use path::Path;
pub use read::{Document, Examination, examine, read, read_arguments};
pub use serialize::to_text;
pub(crate) use serialize::{to_value, tree_of};
pub(crate) use text::push_string;
#[cfg(test)]
pub(crate) use value::json;
pub use value::{Number, Value};
pub(crate) use write::compact_length;
pub use write::{canonical, compact, pretty};
