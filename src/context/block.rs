//! Blocks: the named, weighted, costed pieces of a prompt.

use super::estimate::estimate;

/// A named, weighted, costed piece of prompt.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// Unique among the blocks of one prompt.
    pub name: String,
    /// What it says.
    pub content: Content,
    /// How much it is wanted: finite, at least 0. Optional blocks are taken in the order of their weights.
    pub weight: f64,
    /// Whether the prompt is useless without it. A required block is taken whole, whatever its content is.
    pub required: bool,
    /// Tokens of the whole block, its heading included; 0 = it has no content.
    pub tokens: u32,
}

/// What a block says.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// One text, taken whole or not at all.
    Text(String),
    /// A divisible block: pieces in output order, of which some can be left out.
    Items(Vec<Item>),
}

/// A piece of a divisible block. An item is never cut.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// Breaks ties between equal scores.
    pub id: String,
    /// What it says.
    pub text: String,
    /// Tokens of the item.
    pub tokens: u32,
    /// How much it is wanted among the items of its block: finite.
    pub score: f64,
}

impl Block {
    /// A required block of one text, costed by the estimate.
    pub fn required(name: impl Into<String>, text: impl Into<String>) -> Self {
        let text = text.into();
        let tokens = estimate(&text);
        Self { name: name.into(), content: Content::Text(text), weight: 1.0, required: true, tokens }
    }

    /// An optional block of one text, costed by the estimate.
    pub fn optional(name: impl Into<String>, weight: f64, text: impl Into<String>) -> Self {
        Self { weight, required: false, ..Self::required(name, text) }
    }

    /// An optional block of items in output order; `heading` = tokens of what stands above them.
    pub fn divisible(name: impl Into<String>, weight: f64, heading: u32, items: Vec<Item>) -> Self {
        let tokens = items.iter().fold(heading, |sum, item| sum.saturating_add(item.tokens));
        Self { name: name.into(), content: Content::Items(items), weight, required: false, tokens }
    }

    /// Whether there is nothing to say, so that not even a heading is written.
    pub fn is_empty(&self) -> bool {
        self.tokens == 0 || matches!(&self.content, Content::Items(items) if items.is_empty())
    }
}

impl Item {
    /// An item costed by the estimate.
    pub fn new(id: impl Into<String>, score: f64, text: impl Into<String>) -> Self {
        let text = text.into();
        Self { id: id.into(), tokens: estimate(&text), text, score }
    }
}
