//! `memory` of type `tension`: two poles that a person moves between. A register.

use super::sharing::Sharing;
use super::source::span;
use crate::json::{FieldCode, Fields};
use crate::text::fold;

/// Checks the fields of a body that belongs to `owner`.
pub(super) fn check(fields: &mut Fields<'_>, owner: &str) {
    fields.required_choice("type", &[("tension", ())]);
    fields.required_text("name", 100);
    let poles = ["axis_a", "axis_b"].map(|name| fold(fields.required_text(name, 50).trim()));
    if poles[0] == poles[1] {
        fields.refuse(FieldCode::SamePole, "axis_b", "another pole than axis_a");
    }
    check_share(fields, "position", -1.0);
    check_share(fields, "intensity", 0.0);
    fields.required_choice("origin", &[("system_seed", ()), ("llm_suggested", ()), ("user_created", ())]);
    fields.list("measurements", |measurement| {
        for (name, least) in [("position", -1.0), ("confidence", 0.0)] {
            let number = measurement.number(name, least, 1.0);
            measurement.require(name, number);
        }
        measurement.raw("source");
    });
    fields.list("sources", |source| {
        if source.id("turn").or(source.id("note")).is_none() {
            source.missing("turn");
        }
        span(source);
    });
    fields.required_time("created_at");
    fields.required_time("updated_at");
    Sharing::parse(fields, owner, false);
}

/// A number up to 1, or `null` where nothing is known.
fn check_share(fields: &mut Fields<'_>, name: &'static str, least: f64) {
    if !fields.is_null(name) {
        fields.number(name, least, 1.0);
    }
}
