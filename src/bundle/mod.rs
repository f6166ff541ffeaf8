//! Files in which a relationship travels. Only content, order and hashes are decided here; nothing is stored.

mod parts;
mod predecessor;
#[cfg(feature = "typescript")]
mod schema;
pub mod snapshot;
mod translation;

#[cfg(feature = "typescript")]
pub use schema::schema;
pub use translation::{ImportNote, Translation};
