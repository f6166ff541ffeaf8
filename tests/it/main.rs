//! Integration tests of the pure core: data-driven cases, one binary.

mod behaviour;
mod blend;
mod card;
mod checkpoint;
mod compile;
mod context;
mod conversation;
mod dialects;
mod engine;
mod extraction;
mod forget;
mod golden;
mod host;
mod json;
mod knowledge;
mod memory;
mod merge_laws;
mod migrate;
mod migration;
mod notes;
mod observe;
mod observed_facts;
mod personalities;
mod png;
mod predecessor;
mod predecessor_snapshot;
mod recall;
mod records;
mod replay;
mod sample;
mod snapshot;
mod template;
#[cfg(feature = "typescript")]
mod typescript;
mod year;
