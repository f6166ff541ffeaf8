//! What is wrong with a file that is no snapshot, or one that was changed.

use crate::error::{Error, ErrorCode};
use crate::json::FieldError;

pub(super) fn unreadable(error: FieldError) -> Error {
    unsupported(&error.path, &error.hint)
}

pub(super) fn unsupported(path: &str, message: &str) -> Error {
    Error::new(ErrorCode::UnsupportedFormat, message)
        .at(path)
        .hint("Pass the file that exportSnapshot wrote, as it was.")
}

pub(super) fn modified(path: &str) -> Error {
    Error::new(ErrorCode::HashMismatch, "the file was changed after it was exported")
        .at(path)
        .hint("Allow modified files if you changed it on purpose.")
}
