//! Reading untrusted JSON inside limits, JSON Pointers, canonical form and hashes.
//!
//! Every byte of JSON from outside (templates, snapshots, records) comes in through [`read`] or [`examine`]:
//! limits are enforced while parsing, so a hostile document costs no more than its size.

mod fault;
mod fields;
mod hash;
mod limits;
mod overflow;
pub mod pointer;
mod read;
mod write;

pub use fault::{Fault, FaultKind};
pub(crate) use fields::Fields;
pub use fields::{BrokenRule, FieldCode, FieldError};
pub use hash::sha256_hex;
pub(crate) use limits::compact_length;
pub use limits::{Limits, examine_value};
pub use read::{Document, Examination, examine, read};
pub use write::{canonical, compact, pretty};
