//! Knowledge: entries of a template that a turn is shown when the conversation mentions one of their keys.
//!
//! [`PreparedKnowledge`] does once what depends on the template alone: it takes the decorators off the contents,
//! folds plain keys and compiles patterns. [`PreparedKnowledge::select`] then looks for the keys in the newest turns,
//! orders what was found, and drops what exceeds the template's own budget.

mod activation;
mod decorators;
mod keys;
mod prepared;
mod scene;
mod select;

pub use prepared::PreparedKnowledge;
pub use scene::Said;
pub use select::{Place, Selected, Selection};
