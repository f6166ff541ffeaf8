//! What a blend can be told beyond its sources.

use serde::Serialize;

use crate::error::{Error, ErrorCode};
use crate::json::{Fields, Node, Value};

/// Options of a blend.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BlendOptions {
    /// How the sources become one.
    pub strategy: Strategy,
    /// What the draws of the strategy `random` follow from; the others draw nothing.
    pub seed: Option<u64>,
    /// The name of the blend, 1..100 characters; absent = the names of the sources, joined by " + ".
    pub name: Option<String>,
}

/// How the sources become one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(rename = "BlendStrategy"))]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// Numbers are weighted means, lists are the items with the most weight behind them.
    #[default]
    WeightedAverage,
    /// The heaviest source, its parameters and tone limits moved towards the others by a fifth.
    Dominant,
    /// Character, language, rules and principles of the heaviest source; the rest as the weighted average.
    Hybrid,
    /// Each section from one source, drawn by weight.
    Random,
}

impl BlendOptions {
    /// Reads the options of a call: every one may be absent, and no other is known. A seed is a whole number, or one
    /// in decimal digits where a number of JavaScript would not hold it.
    ///
    /// # Errors
    /// `invalid_argument` for a wrong type, an unknown strategy or an unknown key; `out_of_range` for a seed that is
    /// not a whole number of 0..2^64 - 1.
    pub fn parse(options: &Value) -> Result<Self, Error> {
        const STRATEGIES: &[(&str, Strategy)] = &[
            ("weighted_average", Strategy::WeightedAverage),
            ("dominant", Strategy::Dominant),
            ("hybrid", Strategy::Hybrid),
            ("random", Strategy::Random),
        ];
        let mut fields = Fields::new(options, "");
        let strategy = fields.choice("strategy", STRATEGIES);
        let name = fields.text("name", 100);
        let seed = fields.raw("seed");
        fields.finish()?;
        let seed = seed.map(seed_of).transpose()?;
        Ok(Self { strategy: strategy.unwrap_or_default(), seed, name })
    }
}

fn seed_of(seed: Node<'_>) -> Result<u64, Error> {
    let digits = seed.as_str().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    seed.as_u64().or_else(|| digits?.parse().ok()).ok_or_else(|| {
        Error::new(ErrorCode::OutOfRange, "The seed is not a whole number of 64 bits.")
            .at("/seed")
            .hint("give a whole number from 0 to 18446744073709551615")
    })
}
