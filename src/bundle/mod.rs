//! Files in which a relationship travels. Only content, order and hashes are decided here; nothing is stored.

mod anonymize;
mod compact;
mod manifest;
mod moving;
mod parts;
mod predecessor;
mod reader;
#[cfg(feature = "typescript")]
mod schema;
mod secrets;
mod selection;
pub mod snapshot;
mod tables;
mod translation;
mod words;
mod writer;

pub(crate) use anonymize::anonymize;
pub use compact::{compact, expand};
pub use manifest::{Manifest, Member, Privacy};
pub use moving::Moving;
pub use reader::{BundleReader, ReadOptions};
#[cfg(feature = "typescript")]
pub use schema::schema;
pub use selection::Selection;
pub(crate) use tables::Item;
pub use tables::{Tables, TablesOptions};
pub use translation::{ImportNote, Translation};
pub use writer::{BundleWriter, Piece};
