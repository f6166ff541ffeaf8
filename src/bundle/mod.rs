//! Files in which a relationship travels. Only content, order and hashes are decided here; nothing is stored.

pub mod snapshot;
