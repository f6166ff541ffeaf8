//! Documents of older dialects -> templates, with a report of what was guessed and what has no place in the format.

mod cli_template;
mod source;

use crate::card::LossItem;
use crate::error::{Error, ErrorCode};
use crate::json::{self, Value};
use crate::template::{Dialect, LIMITS, Template, validate};

/// A template made of a document of another dialect.
#[derive(Clone, Debug, PartialEq)]
pub struct Converted {
    /// The template. Its `extensions["luminoracore/converted"]` names the dialect, the pointers of what was guessed,
    /// and the values that have no place in the format.
    pub template: Template,
    /// The dialect; `None` when the document was a template already, and is taken as it is.
    pub dialect: Option<Dialect>,
    /// What became of each part of the document, in its order; then what was added.
    pub report: Vec<LossItem>,
}

/// Converts a document, given as UTF-8 JSON, to a template.
///
/// # Errors
/// `invalid_template` with all problems for what is neither a template nor of a known dialect, or cannot be read;
/// `unsupported_format` for a character card, which has a conversion of its own.
pub fn convert(bytes: &[u8]) -> Result<Converted, Error> {
    let validation = validate(bytes);
    let dialect = validation.dialect;
    if dialect == Some(Dialect::CharacterCard) {
        let message = "This is a character card, not a template of an older dialect.";
        let error = Error::new(ErrorCode::UnsupportedFormat, message);
        return Err(error.hint("use convertCard(), which knows character cards"));
    }
    if dialect == Some(Dialect::CliTemplate) {
        if let Some(Value::Object(document)) = json::examine(bytes, LIMITS).value {
            let (document, report) = cli_template::convert(document);
            return Ok(Converted { template: Template::from_value(document)?, dialect, report });
        }
    }
    Ok(Converted { template: validation.into_template()?, dialect, report: Vec::new() })
}
