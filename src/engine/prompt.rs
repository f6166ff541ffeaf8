//! From a conversation to what a model is asked: the compiled personality and as much of the conversation as the
//! budget holds.
//!
//! What stays from turn to turn stands in front and what changes at the end, so that a provider which keeps what it has
//! read of a prompt need not read it again: the personality and the conversation first, then, right before what the
//! person says, the state of the relationship and what is remembered for this turn.

use super::core::Core;
use super::effect::ModelRequest;
use super::recall::{Found, RecallOptions, Recalled, Search};
use super::{background, knowledge};
use crate::compile::{CompileOptions, Message, PromptSection, Role};
use crate::context::{Block, Choices, Content, Item, PER_MESSAGE, choose, estimate};
use crate::error::Error;
use crate::knowledge::Selection;
use crate::list::List;
use crate::log::body::{self, BlockReport, Turn};
use crate::order;
use crate::state::Personality;

/// Tokens of an answer when the caller names no limit.
const DEFAULT_OUTPUT_TOKENS: u32 = 1_024;
/// Turns of the session that may enter the prompt; more never fit a budget that is worth paying.
const HISTORY_TURNS: usize = 400;
/// Weights among the optional blocks (cognition specification 4).
const STATE_WEIGHT: f64 = 0.8;
const PRINCIPLES_WEIGHT: f64 = 0.7;
const HISTORY_WEIGHT: f64 = 0.65;
const EXAMPLES_WEIGHT: f64 = 0.4;
/// The history leaves one part in so many of what it could have to what is known beside it, where that wants it: a long
/// conversation pushes out its own oldest turns, not what the person told before.
const MEMORY_SHARE: u32 = 3;

/// A history that does not begin with the session begins at a multiple of a power of two, at most one in so many of its
/// turns later than it could: a beginning that moved with every turn would make all behind it new to the provider.
const BEGINNING_SHARE: usize = 4;

/// How the message begins and ends that says what neither said; some providers let nobody but the person say it, in one
/// message with their own words.
const CONTEXT_HEADING: &str = "[For the next reply. Not said by the person.]";
const CONTEXT_FOOTING: &str = "\n\n[The person's own words follow.]";

/// Where each block stands among all.
const PERSONA: usize = 0;
const PRINCIPLES: usize = 1;
const STATE: usize = 2;
const EXAMPLES: usize = 3;
const KNOWLEDGE: usize = 4;
const FACTS: usize = 5;
const EPISODES: usize = 6;
const NOTES: usize = 7;
const RECALLED: usize = 8;
const HISTORY: usize = 9;

/// The name of an owner that has one.
pub(super) fn named(user: &str) -> Option<&str> {
    Some(user).filter(|user| *user != "anonymous")
}

/// What a prompt is made from.
pub(super) struct Request<'a> {
    pub user: &'a str,
    pub session: &'a str,
    /// The session's instance.
    pub instance: &'a str,
    pub text: &'a str,
    /// Milliseconds since 1970.
    pub now: i64,
    /// The relationship that the reply is given in.
    pub options: CompileOptions,
    pub context_tokens: Option<u32>,
    pub max_output_tokens: Option<u32>,
    /// For what macros draw.
    pub seed: u64,
    /// How the text is understood where it recalls something.
    pub recall: RecallOptions,
}

/// What a model is asked, and what it is made of.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Prompt {
    pub request: ModelRequest,
    /// Which of the messages says what neither said, if one does.
    pub context: Option<usize>,
    pub blocks: Vec<BlockReport>,
    pub tokens: u32,
    /// What of the knowledge has come up, and for each of what is kept whether it is in the prompt.
    pub knowledge: (Selection, Vec<bool>),
    /// What the text recalled.
    pub found: Vec<Found>,
    /// What of it is in the prompt, but for what the history shows.
    pub memories: Vec<Recalled>,
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
        let framing = 2 * PER_MESSAGE + estimate(CONTEXT_HEADING) + estimate(CONTEXT_FOOTING);
        let core_budget = budget.saturating_sub(user_turn.tokens + framing);
        let parts = personality.prepared.parts(&request.options, core_budget)?;
        let core = Block { tokens: parts.core_tokens + framing, ..Block::required("persona_core", "") };
        let found = self.find_knowledge(personality, &request);
        let state = Block { tokens: parts.state.tokens(), ..Block::optional("state", STATE_WEIGHT, "") };
        let search = Search { user: request.user, instance: request.instance, personality, now: request.now };
        let recalled = self.recall_for_turn(&search, request.text, &request.recall);
        let mut blocks = [
            core,
            section_block("principles", PRINCIPLES_WEIGHT, &parts.principles),
            state,
            section_block("examples", EXAMPLES_WEIGHT, &parts.examples),
            knowledge::block(&found),
            self.facts_block(request.user, request.now, &recalled),
            self.episodes_block(request.user, request.instance, request.now, &recalled),
            self.notes_block(request.user, &recalled),
            Block::optional("recalled", 0.0, ""),
            Block::optional("history", HISTORY_WEIGHT, ""),
            user_turn,
        ];
        let heavier = heavier_than_history(&blocks);
        let free = budget.saturating_sub(choose(&heavier, budget)?.tokens);
        let mut history = self.fitting_history(request.user, request.session, free);
        blocks[RECALLED] = self.recalled_block(request.user, &recalled, &history.taken);
        let wanted: u32 = blocks[KNOWLEDGE..HISTORY].iter().map(|block| block.tokens).sum();
        if history.tokens.saturating_add(wanted) > free {
            let left = free - wanted.min(free / MEMORY_SHARE);
            history = self.fitting_history(request.user, request.session, left);
            blocks[RECALLED] = self.recalled_block(request.user, &recalled, &history.taken);
        }
        blocks[HISTORY].tokens = history.tokens;
        let chosen = choose(&blocks, budget)?;
        let mut system = parts.core;
        write_section(&parts.principles, &chosen.taken(&blocks, PRINCIPLES), &mut system);
        write_section(&parts.examples, &chosen.taken(&blocks, EXAMPLES), &mut system);
        let mut context = String::new();
        if chosen.is_used(STATE) {
            write_section(&parts.state, &vec![true; parts.state.lines.len()], &mut context);
        }
        let mut messages: Vec<Message> = Vec::with_capacity(history.taken.len() + 1);
        for turn in history.taken.iter().rev() {
            messages.extend(message(turn));
        }
        messages.push(Message { role: Role::User, content: request.text.to_owned() });
        let taken = chosen.taken(&blocks, KNOWLEDGE);
        let knowledge = (&found, &blocks[KNOWLEDGE], taken.as_slice());
        let place = knowledge::write(knowledge, &mut system, &mut context, &mut messages);
        for index in [FACTS, EPISODES, NOTES, RECALLED] {
            background::write(&blocks[index], &chosen.taken(&blocks, index), &mut context);
        }
        let context = (!context.is_empty()).then(|| {
            let content = [CONTEXT_HEADING, context.as_str(), CONTEXT_FOOTING].concat();
            messages.insert(place, Message { role: Role::System, content });
            place
        });
        let reports = reports(&blocks, &chosen, |index, taken| match index {
            PERSONA => Some(parts.core_dropped),
            KNOWLEDGE => some_of(found.kept.len() + found.over_budget.len(), taken),
            HISTORY => some_of(history.turns, history.taken.len()),
            _ => match &blocks[index].content {
                Content::Items(items) => some_of(items.len(), taken),
                Content::Text(_) => (!blocks[index].is_empty()).then_some(0),
            },
        });
        let mut told = chosen.items(&blocks, FACTS);
        told.extend(chosen.items(&blocks, EPISODES));
        told.extend(chosen.items(&blocks, RECALLED));
        let memories = self.memories_told(request.user, &recalled, &told, &chosen.taken(&blocks, NOTES));
        let request = ModelRequest {
            system,
            messages,
            temperature: parts.temperature,
            max_output_tokens,
            response_schema: None,
        };
        let knowledge = (found, taken);
        let tokens = chosen.tokens;
        Ok(Prompt { request, context, blocks: reports, tokens, knowledge, found: recalled, memories })
    }

    /// What of the conversation may enter the prompt, and fits into `free` tokens.
    ///
    /// History is the heaviest optional block, so that it gets all that is free, and what [`choose`] would pass over
    /// need not be offered to it: the newest first, each that fits, from a beginning that seldom moves.
    fn fitting_history(&self, user: &str, session: &str, mut free: u32) -> History<'_> {
        let owner = self.owner(user);
        let mut history = History { turns: 0, taken: Vec::new(), tokens: 0 };
        let mut places: Vec<(usize, u32)> = Vec::new();
        let mut place = owner.turn_count(session);
        for (_, turn, tokens) in owner.turns(session).rev().take(HISTORY_TURNS) {
            history.turns += 1;
            place = place.saturating_sub(1);
            let Some(tokens) = tokens.map(|tokens| tokens.saturating_add(PER_MESSAGE)) else { continue };
            let Some(left) = free.checked_sub(tokens) else { continue };
            free = left;
            history.tokens += tokens;
            history.taken.push(turn);
            places.push((place, tokens));
        }
        if let Some((oldest, _)) = places.last().filter(|(oldest, _)| *oldest > 0) {
            let least = 1 << (places.len() / BEGINNING_SHARE).max(1).ilog2();
            let beginning = oldest.next_multiple_of(least);
            for (_, tokens) in places.iter().rev().take_while(|(place, _)| *place < beginning) {
                history.taken.pop();
                history.tokens -= tokens;
            }
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

/// What is taken before the history: it has all that these leave.
fn heavier_than_history(blocks: &[Block]) -> Vec<Block> {
    let heavier = |block: &&Block| block.required || block.weight > HISTORY_WEIGHT;
    blocks.iter().filter(heavier).cloned().list()
}

/// A section of the personality as a block; of its lines the first are wanted most.
fn section_block(name: &str, weight: f64, section: &PromptSection) -> Block {
    let mut items = Vec::with_capacity(section.lines.len());
    for (index, (_, tokens)) in section.lines.iter().enumerate() {
        // The texts stay where they are; no two scores are equal, so no id is asked for.
        items.push(Item { id: String::new(), text: String::new(), tokens: *tokens, score: -(index as f64) });
    }
    Block::divisible(name, weight, section.heading_tokens, items)
}

/// Writes the lines of a section that were taken.
fn write_section(section: &PromptSection, taken: &[bool], system: &mut String) {
    if taken.contains(&true) {
        system.push_str(section.heading);
        for ((line, _), _) in section.lines.iter().zip(taken).filter(|(_, taken)| **taken) {
            system.push_str(line);
        }
    }
}

/// What became of each block; `dropped` says of how many items it does without, `None` = there was nothing to say.
fn reports(
    blocks: &[Block],
    chosen: &Choices,
    dropped: impl Fn(usize, usize) -> Option<usize>,
) -> Vec<BlockReport> {
    let mut reports = Vec::with_capacity(blocks.len());
    for (index, block) in blocks.iter().enumerate() {
        let mut items = chosen.items(blocks, index);
        if let Some(dropped) = dropped(index, items.len()) {
            // Passages of one note have one id.
            if index == NOTES {
                order::sort_by_text(&mut items, |id| id);
                items.dedup();
            }
            reports.push(BlockReport {
                name: block.name.clone(),
                tokens: chosen.tokens_of(blocks, index),
                // Lines of the personality have no ids.
                items: items.into_iter().filter(|id| !id.is_empty()).collect(),
                dropped: u32::try_from(dropped).unwrap_or(u32::MAX),
            });
        }
    }
    reports
}

fn some_of(all: usize, taken: usize) -> Option<usize> {
    (all > 0).then(|| all - taken)
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
