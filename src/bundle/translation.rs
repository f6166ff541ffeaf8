//! What an import could not take over as it stood, and where in the file it stands.

use serde::Serialize;

use crate::json::{FieldCode, FieldError, Value, pointer};

/// One thing that was not taken over as it stood in the file.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ImportNote {
    /// JSON Pointer into the file.
    pub path: String,
    /// `skipped`, `renamed`, `shortened` or `recomputed`.
    pub action: String,
    /// Why, in a sentence.
    pub reason: String,
}

impl ImportNote {
    pub(crate) fn new(path: &str, action: &str, reason: &str) -> Self {
        Self { path: path.to_owned(), action: action.to_owned(), reason: reason.to_owned() }
    }
}

/// What became of a file on the way to our shape.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Translation {
    /// What was not taken over as it stood.
    pub notes: Vec<ImportNote>,
    pub(super) places: Vec<Place>,
}

/// Where a section of ours stands in the file, and where the items of a list, which may come from several places.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Place {
    pub(super) ours: String,
    pub(super) theirs: String,
    pub(super) items: Vec<String>,
}

impl Translation {
    /// Where in the file stands what has this pointer in our shape.
    pub fn place(&self, path: &str) -> String {
        for place in &self.places {
            let Some(rest) = path.strip_prefix(place.ours.as_str()) else { continue };
            let (index, inside) = split_name(rest);
            return match pointer::index(index).and_then(|index| place.items.get(index)) {
                Some(item) => [item, inside].concat(),
                None => [&place.theirs, rest].concat(),
            };
        }
        path.to_owned()
    }

    /// Takes out of an object, which stands at `path` in our shape, what breaks a rule, and says so. `false` when the
    /// rest is of no use.
    pub(super) fn repair(&mut self, object: &mut Value, path: &str, error: &FieldError) -> bool {
        let place = error.path.strip_prefix(path).unwrap_or_default();
        let (field, inside) = split_name(place);
        let place = place.get(1..).unwrap_or_default();
        let reason = if field.is_empty() { error.hint.clone() } else { [place, ": ", &error.hint].concat() };
        // One field more than we know is one in each of many items.
        let is_unknown = error.code == FieldCode::UnknownField;
        if !(is_unknown && self.notes.iter().take(NAMED).any(|note| note.reason == reason)) {
            self.notes.push(ImportNote::new(&self.place(path), "skipped", &reason));
        }
        let object = object.as_object_mut().filter(|object| object.len() <= MEMBERS);
        if let (false, Some(object)) = (is_among(field, NEEDED), object) {
            let (index, inside) = split_name(inside);
            if let (Some(Value::Array(items)), Some(index)) = (object.get_mut(field), pointer::index(index)) {
                if index < items.len() && self.notes.len() < REPAIRED {
                    let item = items.get_mut(index).and_then(Value::as_object_mut).filter(|_| is_unknown);
                    if item.and_then(|item| item.remove(split_name(inside).0)).is_none() {
                        items.remove(index);
                    }
                    return true;
                }
            }
            // What is missing has no name.
            if object.remove(field).is_some() {
                return true;
            }
        }
        for place in &mut self.places {
            let rest = path.strip_prefix(place.ours.as_str()).unwrap_or_default();
            if let Some(index) = pointer::index(split_name(rest).0).filter(|index| *index < place.items.len())
            {
                place.items.remove(index);
            }
        }
        false
    }
}

/// Fields without which something is of no use; any other that breaks a rule is left out alone.
const NEEDED: &str = "category key value confidence type title summary importance role text points current";
/// Something with more members than that is of no use, once one of them breaks a rule.
const MEMBERS: usize = 64;
/// A note that stands among so many first ones is not made again.
const NAMED: usize = 100;
/// After so many notes a list inside something is left out as a whole, where an item of it breaks a rule.
const REPAIRED: usize = 1000;

fn is_among(name: &str, names: &str) -> bool {
    names.split(' ').any(|known| known == name)
}

/// The first name of a pointer, and what follows it, with its slash.
fn split_name(pointer: &str) -> (&str, &str) {
    let pointer = pointer.strip_prefix('/').unwrap_or_default();
    let end = pointer.find('/').unwrap_or(pointer.len());
    (pointer.get(..end).unwrap_or_default(), pointer.get(end..).unwrap_or_default())
}
