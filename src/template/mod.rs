//! The personality document: its typed model, the parser that reports every problem, and its identity.

pub mod blend;
mod dialect;
pub mod knowledge;
pub mod model;
mod problem;
mod reader;
#[cfg(feature = "typescript")]
mod schema;
mod sections;
mod validate;
mod words;

pub use dialect::Dialect;
pub use model::Template;
pub use problem::{Problem, ProblemCode, Severity};
#[cfg(feature = "typescript")]
pub use schema::schema;
pub(crate) use sections::{MAX_KNOWLEDGE_ENTRIES, is_knowledge_entry, is_version};
pub use validate::{Counts, LIMITS, Validation, validate, validate_value};
