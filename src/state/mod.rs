//! What the log adds up to: affinity per instance, mood per session, which memories
//! there are and how they were used. Folds and indexes, and nothing that is stored.

mod admit;
mod affinity;
mod checkpoint;
mod entries;
mod fold;
mod lane;
mod memories;
mod mood;
mod owner;
mod personality;
mod recall;

pub(crate) use admit::{MAXIMUM_AHEAD, parse_body};
pub(crate) use affinity::settle;
pub use affinity::{Affinity, Interaction, Progress, change};
pub use memories::Use;
pub use mood::Mood;
pub use owner::{Absorbed, InstanceState, OwnerState, Quarantined, SessionState};
pub use personality::Personality;
