//! Files in which a relationship travels. Only content, order and hashes are decided here; nothing is stored.

#[cfg(feature = "typescript")]
mod schema;
pub mod snapshot;

#[cfg(feature = "typescript")]
pub use schema::schema;
