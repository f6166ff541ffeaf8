//! Notes: documents that a person brings along. Their texts, and the pieces of these that are recalled.

mod chunk;
mod text;

pub use chunk::{Chunk, ChunkOptions, chunks};
pub(crate) use text::{GENERAL, MAXIMUM_CALL_BYTES, MAXIMUM_TEXT_BYTES, check_text, domain, without_mark};
