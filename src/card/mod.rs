//! Character cards (V1, V2, V3, and a lorebook alone) <-> templates.
//!
//! [`convert`] reads a card into a template that can be talked to, and says of every part where it went. [`export`]
//! writes a template as a card. Two laws hold:
//!
//! - card -> template -> card gives an equal JSON value, key order and unknown keys included. What the template has
//!   no place for is kept in `extensions["luminoracore/card"]` ([`record`]), and the card is written from there as
//!   long as nobody changed the template; what was changed is written over it field by field.
//! - template -> card -> template loses nothing. A card that does not say all of its template carries it in
//!   `extensions["luminoracore"]` ([`carried`]), where it counts as long as nobody changed the card's own fields.
//!
//! Here a card is JSON. Files that hold one (images, archives) are opened by others.

mod book;
mod carried;
mod convert;
mod decorators;
mod examples;
mod export;
mod format;
mod language;
mod mapping;
mod record;
mod report;
mod shorten;

pub use convert::{Conversion, convert};
pub use export::{CardExport, CardExportOptions, export};
pub use format::CardFormat;
pub use report::{LossAction, LossItem};
