//! `consent`: what an owner allows to leave, where to, and what for. A register per destination and purpose.

use super::sharing::Sharing;
use crate::json::{FieldCode, Fields};

/// Checks the fields of a body that belongs to `owner`.
pub(super) fn check(fields: &mut Fields<'_>, owner: &str) {
    let destination = fields.required_id("destination");
    let is_host = destination.strip_prefix("host:").is_some_and(|name| !name.trim().is_empty());
    if !is_host && !matches!(destination.as_str(), "own_device" | "public" | "commons") {
        fields.refuse(FieldCode::Enum, "destination", "own_device, public, commons or host:<name>");
    }
    let purposes = [("sync", ()), ("summary", ()), ("ratings", ()), ("proposals", ()), ("training", ())];
    fields.required_choice("purpose", &purposes);
    fields.required_choice("state", &[("granted", ()), ("denied", ()), ("revoked", ())]);
    fields.required_choice("granted_by", &[("owner", ())]);
    fields.required_time("created_at");
    fields.time("expires_at");
    Sharing::parse(fields, owner, false);
}
