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
//! A card is JSON, alone or in a PNG image ([`export_png`], [`convert_png`]). Archives with one are the host's; here is
//! only the card that names the picture in one ([`export_with_icon`]).

mod book;
mod carried;
mod convert;
mod decorators;
mod examples;
mod export;
mod format;
mod icon;
mod language;
mod mapping;
mod png;
mod record;
mod report;
mod shorten;

pub use convert::{Conversion, convert};
pub use export::{CardExport, CardExportOptions, export};
pub use format::CardFormat;
pub use icon::export_with_icon;
pub use png::{Inflate, PngExport, convert_png, export_png, is_png, read_png, write_png};
pub use report::{LossAction, LossItem};
pub(crate) use shorten::different;
