//! Files in which a relationship travels. Only content, order and hashes are decided here; nothing is stored.

mod directory;
mod index;
mod manifest;
mod moving;
mod predecessor;
mod reader;
mod secrets;
mod selection;
pub mod snapshot;
mod tables;
mod translation;
mod writer;

pub use manifest::{Manifest, Member, Privacy};
pub use moving::Moving;
pub use reader::{BundleReader, ReadOptions};
pub use selection::Selection;
pub(crate) use snapshot::anonymize;
#[cfg(feature = "typescript")]
pub use snapshot::schema;
pub use snapshot::{compact, expand};
pub(crate) use tables::Item;
pub use tables::{Tables, TablesOptions};
pub use translation::{ImportNote, Translation};
pub use writer::{BundleWriter, Piece};
