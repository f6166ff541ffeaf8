//! What JSON stands on and seldom asks for: decimals, times, pointers, short lists.
//!
//! Below the crate that reads and writes JSON, which is compiled for speed: all this is compiled for size.

#![forbid(unsafe_code)]

pub mod decimal;
pub mod list;
pub mod pointer;
pub mod timestamp;
