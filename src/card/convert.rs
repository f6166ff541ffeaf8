//! Card in, template out.

use super::carried;
use super::format::{Card, CardFormat};
use super::mapping::{Mapped, map};
use super::record;
use super::report::{LossAction, LossItem};
use crate::error::{Error, ErrorCode};
use crate::json::{self, FaultKind, Limits, Value};
use crate::template::{Dialect, Template};

/// The largest card that is read.
pub(super) const LIMITS: Limits = Limits { bytes: 64 << 20, depth: 64, items: 10_000, items_at: &[] };

/// A card as a template.
#[derive(Clone, Debug, PartialEq)]
pub struct Conversion {
    /// The template.
    pub template: Template,
    /// What sort of card it was.
    pub format: CardFormat,
    /// Where each part of the card went.
    pub report: Vec<LossItem>,
}

/// Reads a card, given as UTF-8 JSON text, into a template.
///
/// # Errors
/// `unsupported_format` for what is not JSON or not a card, `too_large` for what is larger than 64 MiB or more than
/// a template can hold.
pub fn convert(source: &[u8]) -> Result<Conversion, Error> {
    // Images and archives hold such a text; whoever opens them goes on here with it.
    if Dialect::of_file(source).is_some() {
        return Err(Error::new(ErrorCode::UnsupportedFormat, "This is an image or an archive, not JSON.")
            .hint("Give the JSON of the card."));
    }
    let document = json::read(source, LIMITS).map_err(|fault| {
        let code = match fault.kind {
            FaultKind::TooLarge => ErrorCode::TooLarge,
            _ => ErrorCode::UnsupportedFormat,
        };
        Error::of_fault(fault, code).hint("Give the JSON of a character card.")
    })?;
    convert_value(document.value)
}

fn convert_value(value: Value) -> Result<Conversion, Error> {
    let card = Card::read(value.clone())?;
    if let Some(conversion) = carried::restore(&card, &value) {
        return Ok(conversion);
    }
    let format = card.format;
    let Mapped { document, texts, mut rest, mut report } = map(&card);
    let template = record::attach(&document, &texts, rest.clone()).or_else(|error| {
        // A template that the card no longer is would only be kept for the way back.
        if !carried::drop(&mut rest) {
            return Err(error);
        }
        let path = [format.base(), "/extensions/luminoracore"].concat();
        let note = "The template that the card once was is too large to keep, and left out.";
        report.add(path, "", LossAction::Truncated, note);
        record::attach(&document, &texts, rest)
    })?;
    Ok(Conversion { template, format, report: report.0 })
}
