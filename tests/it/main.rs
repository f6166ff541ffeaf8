//! Integration tests of the pure core: data-driven cases, one binary.

mod observe;
