//! Files in which a relationship travels. Only content, order and hashes are decided here; nothing is stored.

mod anonymize;
mod compact;
mod parts;
mod predecessor;
#[cfg(feature = "typescript")]
mod schema;
pub mod snapshot;
mod translation;

pub(crate) use anonymize::anonymize;
pub use compact::{compact, expand};
#[cfg(feature = "typescript")]
pub use schema::schema;
pub use translation::{ImportNote, Translation};
