//! The append-only log: the record envelope and its bodies, the hybrid logical clock, merge, and ids.
//!
//! The log is the only truth. Everything else (affinity, mood, a session's turns) is a fold over it.

pub mod body;
mod clock;
mod id;
mod kept;
mod merge;
mod migration;
mod record;

pub use body::{Body, RecordCode, RecordError};
pub use clock::{ClockError, Device, HybridClock, Stamp};
pub(crate) use id::is_natural;
pub use id::{IdSource, SEED_LENGTH, natural_id, natural_ids};
pub(crate) use kept::BODY_LIMITS;
pub use kept::Kept;
pub use merge::{Merged, merge, newer};
pub(crate) use migration::STORAGE;
pub use migration::{
    AppliedMigration, MIGRATIONS, Migration, MigrationPlan, MigrationStatus, PlannedStep, Rewrite,
    migration_status, newest_schema, plan_migration, upgraded,
};
pub(crate) use record::MAXIMUM_ID_LENGTH;
pub use record::{Content, Lifted, Record, check_owner};
