//! `feedback`: what a person says about how a reply came out. Immutable.

use super::sharing::Sharing;
use crate::json::{FieldCode, Fields};

/// Most characters of a text: as many as an answer has bytes.
const MAXIMUM_TEXT: usize = 256 << 10;

/// Most characters of a flag; those that are not listed are a person's own.
const MAXIMUM_FLAG: usize = 64;

/// What a delta may name beside `routing.<role>`, and from where to where its new value goes.
const ASPECTS: [(&str, f64, f64); 9] = [
    ("alpha", 0.0, 1.0),
    ("beta", 0.0, 1.0),
    ("gamma", 0.0, 1.0),
    ("temperature", 0.0, 2.0),
    ("rigor", 0.5, 1.5),
    ("retrieval_k", 3.0, 10.0),
    ("domain_weight", 0.0, 1.0),
    ("recency_weight", 0.0, 1.0),
    ("reuse_weight", 0.0, 1.0),
];

/// Checks the fields of a body that belongs to `owner`.
pub(super) fn check(fields: &mut Fields<'_>, owner: &str) {
    fields.required_id("run");
    fields.required_time("created_at");
    let rating = fields.integer("rating", 1, 5).is_some();
    let flags = fields.texts("flags");
    for (index, flag) in flags.iter().enumerate() {
        if flag.trim().is_empty() {
            fields.refuse_item(FieldCode::Empty, "flags", index, "the flag is blank");
        } else if flag.chars().count() > MAXIMUM_FLAG {
            fields.refuse_item(FieldCode::TooLong, "flags", index, "at most 64 characters");
        }
    }
    let note = fields.string("note").is_some_and(|note| {
        if note.chars().count() > MAXIMUM_TEXT {
            fields.refuse(FieldCode::TooLong, "note", "at most 262144 characters");
        }
        !note.trim().is_empty()
    });
    fields.text("rejected", MAXIMUM_TEXT);
    let correction = fields.text("correction", MAXIMUM_TEXT).is_some();
    let delta = fields.nested("delta", check_delta).is_some();
    fields.number("confidence", 0.0, 1.0);
    Sharing::parse(fields, owner, true);
    if !(rating || !flags.is_empty() || note || correction || delta) {
        fields.refuse_whole(FieldCode::NothingGiven, "a rating, flags, a note, a correction or a delta");
    }
}

/// What would have been better, as a value of one aspect.
fn check_delta(fields: &mut Fields<'_>) {
    fields.required_choice("scope", &[("task", ()), ("domain", ()), ("global", ())]);
    let aspect = fields.required_id("aspect");
    let is_routing = aspect.strip_prefix("routing.").is_some_and(|role| !role.is_empty());
    let known = ASPECTS.iter().find(|(name, ..)| *name == aspect);
    if !is_routing && known.is_none() {
        fields.refuse(FieldCode::Enum, "aspect", "an aspect of the mask, or routing.<role>");
    }
    let old = fields.number("old", f64::MIN, f64::MAX);
    fields.require("old", old);
    let new = fields.number("new", 0.0, 10.0);
    let new = fields.require("new", new);
    let (_, least, most) = known.unwrap_or(&("routing", 0.0, 1.0));
    if aspect == "retrieval_k" && new.fract() != 0.0 {
        fields.refuse(FieldCode::Type, "new", "a whole number is expected");
    } else if !(*least..=*most).contains(&new) {
        fields.refuse(FieldCode::Range, "new", "a value that the aspect can have");
    }
    fields.required_text("rationale", MAXIMUM_TEXT);
}
