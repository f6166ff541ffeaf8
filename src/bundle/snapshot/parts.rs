//! The parts of a snapshot's state: read by the rules of our own files, strictly or, for a file of the predecessor, with
//! what breaks a rule left out.

use super::problem::{unreadable, unsupported};
use crate::bundle::translation::Translation;
use crate::error::Error;
use crate::json::{self, FieldError, Map, Value};

/// The state of a file, from which part by part is taken.
pub(super) struct Parts<'a> {
    state: &'a mut Map,
    translation: &'a mut Option<Translation>,
}

/// Reads a part that stands at a pointer, and keeps what it says.
pub(super) type Read<'a> = dyn FnMut(&Value, &str) -> Result<(), FieldError> + 'a;

impl<'a> Parts<'a> {
    /// With a translation, what breaks a rule is left out and named; else it is an error.
    pub(super) fn new(state: &'a mut Map, translation: &'a mut Option<Translation>) -> Self {
        Self { state, translation }
    }

    /// A part of its own.
    pub(super) fn one(&mut self, name: &str, read: &mut Read<'_>) -> Result<(), Error> {
        let path = ["/current_state/", name].concat();
        self.state.remove(name).map_or(Ok(()), |value| self.read(value, &path, read).map(drop))
    }

    /// A list, item by item. Whether it is there.
    pub(super) fn list(&mut self, name: &str, read: &mut Read<'_>) -> Result<bool, Error> {
        let Some(section) = self.state.remove(name) else { return Ok(false) };
        let path = ["/current_state/", name].concat();
        let Value::Array(items) = section else { return Err(unsupported(&path, "a list is expected")) };
        let mut index = 0;
        for item in items {
            let mut path = path.clone();
            json::pointer::push_index(&mut path, index);
            index += usize::from(self.read(item, &path, read)?);
        }
        Ok(true)
    }

    /// Whether a part is of use.
    fn read(&mut self, mut value: Value, path: &str, read: &mut Read<'_>) -> Result<bool, Error> {
        while let Err(error) = read(&value, path) {
            let Some(translation) = self.translation else { return Err(unreadable(error)) };
            if !translation.repair(&mut value, path, &error) {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
