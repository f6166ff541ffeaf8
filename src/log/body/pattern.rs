//! `memory` of type `pattern`: what a person calls a class of patterns, or that it is not to be shown. A register. How
//! often it occurred is computed from runs.

use super::sharing::Sharing;
use crate::json::{FieldCode, Fields};

/// The classes of patterns. What is called otherwise is the owner's own name, and stays with them.
pub(super) const CLASSES: [(&str, ()); 6] = [
    ("obligation_language", ()),
    ("absolute_thinking", ()),
    ("internal_tension", ()),
    ("self_judgment", ()),
    ("past_reference", ()),
    ("future_anxiety", ()),
];

/// Most characters of a note.
const MAXIMUM_NOTE: usize = 2_000;

/// Checks the fields of a body that belongs to `owner`.
pub(super) fn check(fields: &mut Fields<'_>, owner: &str) {
    fields.required_choice("type", &[("pattern", ())]);
    fields.required_choice("class", &CLASSES);
    fields.id("label");
    fields.boolean("hidden");
    if fields.string("note").is_some_and(|note| note.chars().count() > MAXIMUM_NOTE) {
        fields.refuse(FieldCode::TooLong, "note", "at most 2000 characters");
    }
    Sharing::parse(fields, owner, false);
}
