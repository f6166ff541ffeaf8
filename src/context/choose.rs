//! The context broker: which blocks, and which of their items, fit a token budget.

use super::block::{Block, Content, Item};
use crate::error::{Error, ErrorCode};
use crate::order::{repeated, sorted_indices};

/// What becomes of each of some blocks.
#[derive(Clone, Debug)]
pub struct Choices {
    choices: Vec<Choice>,
    /// Tokens of everything used.
    pub tokens: u32,
}

/// What becomes of a block.
#[derive(Clone, Debug)]
enum Choice {
    Omitted,
    Dropped,
    Whole,
    /// Which of the items are taken.
    Part(Vec<bool>),
}

impl Choices {
    /// Whether the block at `index`, or a part of it, is in the prompt.
    pub fn is_used(&self, index: usize) -> bool {
        matches!(self.choices.get(index), Some(Choice::Whole | Choice::Part(_)))
    }

    /// Tokens used of the block at `index` of `blocks`, its heading included.
    pub fn tokens_of(&self, blocks: &[Block], index: usize) -> u32 {
        let Some(block) = blocks.get(index) else { return 0 };
        match (self.choices.get(index), &block.content) {
            (Some(Choice::Whole), _) => block.tokens,
            (Some(Choice::Part(taken)), Content::Items(items)) => {
                let left_out = items.iter().zip(taken).filter(|(_, taken)| !**taken);
                left_out.fold(block.tokens, |tokens, (item, _)| tokens.saturating_sub(item.tokens))
            }
            _ => 0,
        }
    }

    /// For each item of the block at `index` of `blocks`, whether it is taken. `blocks` are those that were chosen
    /// among.
    pub fn taken(&self, blocks: &[Block], index: usize) -> Vec<bool> {
        let Some(Content::Items(items)) = blocks.get(index).map(|block| &block.content) else {
            return Vec::new();
        };
        match self.choices.get(index) {
            Some(Choice::Part(taken)) => taken.clone(),
            choice => vec![matches!(choice, Some(Choice::Whole)); items.len()],
        }
    }

    /// The ids of the items taken of the block at `index` of `blocks`, in output order. `blocks` are those that were
    /// chosen among.
    pub fn items(&self, blocks: &[Block], index: usize) -> Vec<String> {
        let mut ids = Vec::new();
        if let Some(Content::Items(items)) = blocks.get(index).map(|block| &block.content) {
            for (item, taken) in items.iter().zip(self.taken(blocks, index)) {
                if taken {
                    ids.push(item.id.clone());
                }
            }
        }
        ids
    }
}

/// Chooses among blocks for a budget in tokens.
///
/// Required blocks are always in. Optional ones follow by weight, heaviest first, ties by declared order; one
/// that does not fit is passed over and the search goes on. A divisible block that does not fit gives the items
/// that do, by score, ties by id; its heading (block tokens beyond the items') counts once.
///
/// # Errors
/// `invalid_weight` for a weight that is not finite or below 0, or a score that is not finite;
/// `duplicate_block`; `budget_too_small` with `needed` when the required blocks alone exceed the budget.
pub fn choose(blocks: &[Block], budget: u32) -> Result<Choices, Error> {
    check(blocks)?;
    let mut choices = vec![Choice::Dropped; blocks.len()];
    let mut needed = 0_u32;
    for (choice, block) in choices.iter_mut().zip(blocks) {
        if block.is_empty() {
            *choice = Choice::Omitted;
        } else if block.required {
            *choice = Choice::Whole;
            needed = needed.saturating_add(block.tokens);
        }
    }
    if needed > budget {
        let message = format!("the required blocks need {needed} tokens, the budget is {budget}");
        return Err(Error::new(ErrorCode::BudgetTooSmall, message).needed(needed));
    }

    let mut free = budget - needed;
    for index in optional_by_weight(blocks, &choices) {
        let block = &blocks[index];
        if block.tokens <= free {
            free -= block.tokens;
            choices[index] = Choice::Whole;
        } else if let Content::Items(items) = &block.content {
            let (taken, tokens) = take_items(items, block.tokens, free);
            if taken.contains(&true) {
                free -= tokens;
                choices[index] = Choice::Part(taken);
            }
        }
    }
    Ok(Choices { choices, tokens: budget - free })
}

fn check(blocks: &[Block]) -> Result<(), Error> {
    let names: Vec<Option<&str>> = blocks.iter().map(|block| Some(block.name.as_str())).collect();
    let repeated = repeated(&names);
    for (index, (block, repeated)) in blocks.iter().zip(repeated).enumerate() {
        if !block.weight.is_finite() || block.weight < 0.0 {
            let message =
                format!("the weight of block \"{}\" is not a finite number of at least 0", block.name);
            return Err(Error::new(ErrorCode::InvalidWeight, message).at(format!("/{index}/weight")));
        }
        let items = match &block.content {
            Content::Text(_) => &[][..],
            Content::Items(items) => items,
        };
        if let Some(item) = items.iter().position(|item| !item.score.is_finite()) {
            let message = format!("an item of block \"{}\" has a score that is not finite", block.name);
            return Err(Error::new(ErrorCode::InvalidWeight, message)
                .at(format!("/{index}/content/items/{item}/score")));
        }
        if repeated {
            let message = format!("two blocks are named \"{}\"", block.name);
            return Err(Error::new(ErrorCode::DuplicateBlock, message).at(format!("/{index}/name")));
        }
    }
    Ok(())
}

fn optional_by_weight(blocks: &[Block], choices: &[Choice]) -> Vec<usize> {
    // Stable: equal weights keep the declared order.
    let mut order = sorted_indices(blocks.len(), &mut |a, b| blocks[b].weight.total_cmp(&blocks[a].weight));
    order.retain(|index| matches!(choices[*index], Choice::Dropped));
    order
}

/// Which items fit into `free` tokens, and what they cost with the heading.
fn take_items(items: &[Item], block_tokens: u32, free: u32) -> (Vec<bool>, u32) {
    let all = items.iter().fold(0_u32, |sum, item| sum.saturating_add(item.tokens));
    let mut tokens = block_tokens.saturating_sub(all);
    let mut taken = vec![false; items.len()];
    let order = sorted_indices(items.len(), &mut |a, b| {
        items[b].score.total_cmp(&items[a].score).then_with(|| items[a].id.cmp(&items[b].id))
    });
    for index in order {
        let with_item = tokens.saturating_add(items[index].tokens);
        if with_item <= free {
            tokens = with_item;
            taken[index] = true;
        }
    }
    (taken, tokens)
}
