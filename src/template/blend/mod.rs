//! Several personalities to one: a new document made of what the sources say, each heard as loud as its weight.
//!
//! Every merge is a function from the *shares* of one section (what each source has there, with the source's weight)
//! to the section of the blend. A strategy says which sections are merged and which are taken over. What a source
//! does not say plays no part, and a source of weight 0 says nothing.

mod affinity;
mod carried;
mod dominant;
mod guard;
mod levels;
mod limits;
mod memory;
mod modifiers;
mod moods;
mod options;
mod persona;
mod policy;
mod principles;
mod report;
mod rule;
mod sections;
mod share;
mod strategy;
mod union;

pub use options::{BlendOptions, Strategy};
pub use report::{BlendReport, BlendWarning, BlendWarningCode, BlendedSource};

use share::Share;

use super::model::Template;
use crate::error::{Error, ErrorCode};
use crate::json::Value;

/// The most sources of one blend.
pub const MAX_SOURCES: usize = 16;

/// A personality that goes into a blend. The same one may go in several times.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The personality.
    pub template: &'a Template,
    /// How much it counts beside the others: finite and at least 0. The weights need no particular sum.
    pub weight: f64,
}

/// What a blend gives.
#[derive(Clone, Debug, PartialEq)]
pub struct Blend {
    document: Value,
    /// What it was made of.
    pub report: BlendReport,
}

impl Blend {
    /// The document of the new personality; it passes validation.
    pub fn document(&self) -> &Value {
        &self.document
    }

    /// The new personality. Its document keeps the rules by the way it was made, so that it is not held against them
    /// again.
    pub fn into_template(self) -> Template {
        super::sections::template(self.document)
    }
}

/// Makes one personality of 2..16. The same arguments give the same bytes.
///
/// # Errors
/// `too_few_sources` and `too_many_sources`; `bad_weight` at `/<index>/weight` for a weight that is negative or not
/// finite, and at "" when all weights are 0; `seed_required` for the strategy `random` without a seed;
/// `invalid_template` when even without everything optional the blend would be larger than a document may be.
pub fn blend(sources: &[Source<'_>], options: &BlendOptions) -> Result<Blend, Error> {
    let weights = shares_of_the_whole(sources)?;
    let mut all: Vec<Share<'_>> = Vec::with_capacity(sources.len());
    for (source, weight) in sources.iter().zip(&weights) {
        if *weight > 0.0 {
            all.push(Share { value: &source.template.document, weight: *weight });
        }
    }
    let mut warnings = Vec::new();
    let mut document = strategy::document(&all, options, &mut warnings)?;
    limits::fit(&mut document, &mut warnings)?;
    let report = BlendReport::new(options.strategy, sources, &weights, warnings);
    Ok(Blend { document: Value::Object(document), report })
}

/// The weights, so that their sum is 1.
fn shares_of_the_whole(sources: &[Source<'_>]) -> Result<Vec<f64>, Error> {
    if sources.len() < 2 {
        let message = "A blend needs at least two sources.";
        return Err(Error::new(ErrorCode::TooFewSources, message).hint("give 2 to 16 sources"));
    }
    if sources.len() > MAX_SOURCES {
        let message = "A blend takes at most 16 sources.";
        return Err(Error::new(ErrorCode::TooManySources, message).hint("give 2 to 16 sources"));
    }
    let mut weights = Vec::with_capacity(sources.len());
    for (index, source) in sources.iter().enumerate() {
        if !source.weight.is_finite() || source.weight < 0.0 {
            return Err(bad_weight("This weight is negative or not a finite number.")
                .at(format!("/{index}/weight"))
                .hint("give a number of 0 or more"));
        }
        weights.push(source.weight);
    }
    let mut total = sum(&weights);
    if total.is_infinite() {
        // Each is finite, and so is the sum of their sixteenths.
        weights.iter_mut().for_each(|weight| *weight /= 16.0);
        total = sum(&weights);
    }
    if total <= 0.0 {
        return Err(bad_weight("All weights are 0.").hint("give at least one source a weight above 0"));
    }
    for weight in &mut weights {
        *weight /= total;
    }
    Ok(weights)
}

fn sum(weights: &[f64]) -> f64 {
    weights.iter().fold(0.0, |sum, weight| sum + weight)
}

fn bad_weight(message: &str) -> Error {
    Error::new(ErrorCode::BadWeight, message)
}
