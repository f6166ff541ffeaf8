//! Integration tests of the pure core: data-driven cases, one binary.

mod json;
mod compile;
mod context;
mod sample;
mod template;
