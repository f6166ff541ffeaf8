//! From a conversation to what a model is asked: the compiled personality and as much of the conversation as the
//! budget holds.

use super::core::Core;
use super::effect::ModelRequest;
use super::knowledge;
use crate::compile::{CompileOptions, Message, Role};
use crate::context::{Block, PER_MESSAGE, choose, estimate};
use crate::error::Error;
use crate::knowledge::Selection;
use crate::log::body::{self, BlockReport, Turn};
use crate::state::Personality;

/// Tokens of an answer when the caller names no limit.
const DEFAULT_OUTPUT_TOKENS: u32 = 1_024;
/// Turns of the session that may enter the prompt; more never fit a budget that is worth paying.
const HISTORY_TURNS: usize = 400;
/// Weight of the history among the optional blocks.
const HISTORY_WEIGHT: f64 = 0.65;

/// Where the block of the knowledge stands among all.
const KNOWLEDGE: usize = 1;

/// The name of an owner that has one.
pub(super) fn named(user: &str) -> Option<&str> {
    Some(user).filter(|user| *user != "anonymous")
}

/// What a prompt is made from.
pub(super) struct Request<'a> {
    pub user: &'a str,
    pub session: &'a str,
    pub text: &'a str,
    /// The relationship that the reply is given in.
    pub options: CompileOptions,
    pub context_tokens: Option<u32>,
    pub max_output_tokens: Option<u32>,
    /// For what macros draw.
    pub seed: u64,
}

/// What a model is asked, and what it is made of.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Prompt {
    pub request: ModelRequest,
    pub blocks: Vec<BlockReport>,
    pub tokens: u32,
    /// What of the knowledge has come up, and for each of what is kept whether it is in the prompt.
    pub knowledge: (Selection, Vec<bool>),
}

impl Core {
    /// Compiles the personality as it is now and fits the conversation into the budget.
    pub(super) fn prompt(
        &self,
        personality: &Personality,
        mut request: Request<'_>,
    ) -> Result<Prompt, Error> {
        request.options.user = named(request.user).map(str::to_owned);
        request.options.seed = request.seed;
        let max_output_tokens = request.max_output_tokens.unwrap_or(DEFAULT_OUTPUT_TOKENS);
        let policy =
            personality.template().max_context_tokens.unwrap_or(u32::MAX).min(self.options.context_tokens);
        let window =
            request.context_tokens.map_or(u32::MAX, |window| window.saturating_sub(max_output_tokens));
        let budget = policy.min(window);
        let user_turn = message_block("user_turn", request.text);
        // Its less important lines are left out only when it would not fit otherwise.
        let persona_budget = budget.saturating_sub(user_turn.tokens + PER_MESSAGE);
        let compiled = personality.prepared.prompt(&request.options, persona_budget)?;
        let persona = Block { tokens: compiled.tokens + PER_MESSAGE, ..Block::required("persona_core", "") };
        let free = budget.saturating_sub(persona.tokens.saturating_add(user_turn.tokens));
        let history = self.fitting_history(request.user, request.session, free);
        let found = self.find_knowledge(personality, &request);
        let blocks = [persona, knowledge::block(&found), history.block(), user_turn];
        let chosen = choose(&blocks, budget)?;
        let [persona, knowledge_block, history_block, user_turn] = &blocks;
        let mut system = compiled.text;
        let mut messages: Vec<Message> = Vec::with_capacity(history.taken.len() + 1);
        for turn in history.taken.iter().rev() {
            messages.extend(message(turn));
        }
        messages.push(Message { role: Role::User, content: request.text.to_owned() });
        let taken = chosen.taken(&blocks, KNOWLEDGE);
        knowledge::write((&found, knowledge_block, &taken), &mut system, &mut messages);
        let report = |block: &Block, dropped: usize| BlockReport {
            name: block.name.clone(),
            tokens: block.tokens,
            items: Vec::new(),
            dropped: u32::try_from(dropped).unwrap_or(u32::MAX),
        };
        let mut reports = vec![report(persona, compiled.dropped)];
        let found_entries = found.kept.len() + found.over_budget.len();
        if found_entries > 0 {
            let items = chosen.items(&blocks, KNOWLEDGE);
            let tokens = chosen.tokens_of(&blocks, KNOWLEDGE);
            let dropped = found_entries - items.len();
            reports.push(BlockReport { tokens, items, ..report(knowledge_block, dropped) });
        }
        if history.turns > 0 {
            reports.push(report(history_block, history.turns - history.taken.len()));
        }
        reports.push(report(user_turn, 0));
        let request = ModelRequest { system, messages, temperature: compiled.temperature, max_output_tokens };
        Ok(Prompt { request, blocks: reports, tokens: chosen.tokens, knowledge: (found, taken) })
    }

    /// What of the conversation may enter the prompt, and fits into `free` tokens.
    ///
    /// History is the heaviest optional block, so that it gets all that is free, and what [`choose`] would pass over
    /// need not be offered to it: the newest first, each that fits.
    fn fitting_history(&self, user: &str, session: &str, mut free: u32) -> History<'_> {
        let mut history = History { turns: 0, taken: Vec::new(), tokens: 0 };
        for (_, turn, tokens) in self.owner(user).turns(session).rev().take(HISTORY_TURNS) {
            history.turns += 1;
            let Some(tokens) = tokens.map(|tokens| tokens.saturating_add(PER_MESSAGE)) else { continue };
            let Some(left) = free.checked_sub(tokens) else { continue };
            free = left;
            history.tokens += tokens;
            history.taken.push(turn);
        }
        history
    }
}

/// The part of a conversation that enters a prompt.
struct History<'a> {
    /// How many turns might have.
    turns: usize,
    /// Those that do, the newest first. Reports do not name them: which they were follows from the log, and their
    /// ids would be most of what a turn stores.
    taken: Vec<&'a Turn>,
    tokens: u32,
}

impl History<'_> {
    fn block(&self) -> Block {
        Block { tokens: self.tokens, ..Block::optional("history", HISTORY_WEIGHT, "") }
    }
}

fn message_block(name: &str, text: &str) -> Block {
    let tokens = estimate(text) + PER_MESSAGE;
    Block { tokens, ..Block::required(name, "") }
}

fn message(turn: &Turn) -> Option<Message> {
    let role = match turn.role {
        body::Role::User => Role::User,
        body::Role::Assistant => Role::Assistant,
        body::Role::Tool => return None,
    };
    Some(Message { role, content: turn.text.clone() })
}
