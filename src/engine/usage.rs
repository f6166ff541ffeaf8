//! What calls of a model take: tokens, and what these cost by the host's prices.

use super::core::Core;
use super::effect::ReportedUsage;
use crate::decimal::round;
use crate::error::Error;
use crate::json::{Fields, Node, pointer};
use crate::log::body::{ModelReference, Usage};

/// Decimals of a cost.
const DECIMALS: usize = 9;
/// No model costs more.
const MAXIMUM_PRICE: f64 = 1e6;

/// What the models of a host cost, by their ids. This library knows no prices.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Prices(Vec<(String, Price)>);

/// USD for 1,000 tokens.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Price {
    input: f64,
    output: f64,
}

impl Prices {
    /// Reads `prices`, an object by model id; absent: nothing is known.
    pub(super) fn parse(fields: &mut Fields<'_>) -> Result<Self, Error> {
        let mut prices = Vec::new();
        for (id, value) in fields.object("prices").and_then(Node::members).into_iter().flatten() {
            let mut price = Fields::new(value, pointer::join("/prices", id));
            let (input, output) = (usd(&mut price, "input"), usd(&mut price, "output"));
            price.finish()?;
            prices.push((id.to_owned(), Price { input, output }));
        }
        Ok(Self(prices))
    }

    /// What so many tokens cost, in USD with 9 decimals; unknown for a model without a price.
    pub fn cost(&self, model: &str, input_tokens: u32, output_tokens: u32) -> Option<f64> {
        let (_, price) = self.0.iter().find(|(id, _)| id == model)?;
        let thousandths = f64::from(input_tokens) * price.input + f64::from(output_tokens) * price.output;
        Some(round(thousandths / 1_000.0, DECIMALS))
    }
}

fn usd(price: &mut Fields<'_>, name: &'static str) -> f64 {
    let usd = price.number(name, 0.0, MAXIMUM_PRICE);
    price.require(name, usd)
}

impl Core {
    /// What a call took: tokens as reported, else as estimated, and what they cost.
    pub(super) fn usage(
        &self,
        model: &ModelReference,
        reported: Option<ReportedUsage>,
        prompt_tokens: u32,
        answer: &str,
    ) -> Usage {
        let (input_tokens, output_tokens) = match reported {
            Some(ReportedUsage { input_tokens, output_tokens }) => (input_tokens, output_tokens),
            None => (prompt_tokens, crate::context::estimate(answer)),
        };
        Usage {
            input_tokens,
            output_tokens,
            cost_usd: self.options.prices.cost(&model.id, input_tokens, output_tokens),
            estimated: reported.is_none(),
        }
    }
}

impl Usage {
    /// Tokens read and written.
    pub(super) fn tokens(&self) -> u64 {
        u64::from(self.input_tokens) + u64::from(self.output_tokens)
    }

    /// What two calls took together; the cost is unknown where one of theirs is.
    pub(super) fn plus(&self, other: &Self) -> Self {
        Self {
            input_tokens: self.input_tokens.saturating_add(other.input_tokens),
            output_tokens: self.output_tokens.saturating_add(other.output_tokens),
            cost_usd: self.cost_usd.zip(other.cost_usd).map(|(a, b)| round(a + b, DECIMALS)),
            estimated: self.estimated || other.estimated,
        }
    }
}
