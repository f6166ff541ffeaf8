//! The personality document: its typed model, the parser that reports every problem, and its identity.

pub mod model;
mod problem;

pub use model::Template;
pub use problem::{Problem, ProblemCode, Severity};
