//! Template + affinity + mood -> parameters and system prompt, for a target.
//!
//! [`Prepared`] does everything that depends on the template alone once: the lines of the prompt, their token
//! costs, what may be dropped and where each line comes from. [`Prepared::compile`] then resolves level and
//! mood, sums the deltas, and joins lines. Nothing here changes a template.

mod affixes;
mod base;
mod budget;
mod changes;
mod compiled;
mod effective;
mod expand;
mod explanation;
mod layout;
mod level;
mod line;
mod options;
mod origin;
mod parts;
mod plain;
mod prepared;
mod prompt;
mod request;
mod stage;
mod target;
mod wrap;

pub use compiled::{Compiled, Dropped, ParameterTrace, Step, Warning, WarningCode};
pub(crate) use expand::SOMEBODY;
pub use level::{LevelAt, level_at, levels, next_level};
pub use line::Section;
pub use options::{CompileFeatures, CompileOptions, MaskDeltas, Message, Role};
pub use parts::{PromptParts, PromptSection};
pub(crate) use plain::list_entry;
pub use prepared::{Prepared, Settings};
pub use target::Target;
