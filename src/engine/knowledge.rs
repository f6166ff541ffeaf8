//! The block `knowledge` of a prompt: what of the template's knowledge the conversation has brought up, around the
//! text of the personality or among the messages.

use serde::Serialize;

use super::core::Core;
use super::prompt::{Request, named};
use crate::compile::{Message, Role, SOMEBODY, Warning, list_entry};
use crate::context::{Block, Content, Item, PER_MESSAGE, estimate};
use crate::decimal::push_whole;
use crate::knowledge::{Place, Said, Selection};
use crate::log::body;
use crate::order::sort_by_key;
use crate::random::number_of;
use crate::state::Personality;
use crate::text::Macros;

/// Weight among the optional blocks.
const WEIGHT: f64 = 0.55;

/// What stands above the entries.
const HEADING: &str = "## Knowledge\nWhat you know about what has come up:";
/// With the blank line between it and the personality.
const HEADING_TOKENS: u32 = estimate(HEADING) + 2;

/// What the knowledge of a personality contributes to a turn.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct KnowledgeReport {
    /// The entries that were found, in their order; those that the template's own token budget has no room for last.
    pub entries: Vec<FoundEntry>,
    /// What of the knowledge has no effect: patterns that cannot be looked for, decorators that are not known.
    pub warnings: Vec<Warning>,
}

/// An entry that was found.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct FoundEntry {
    /// Its index among the entries of the template.
    pub entry: u32,
    /// Where it is shown.
    pub position: EntryPosition,
    /// How many messages stand behind it, for one in the conversation; absent = all of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub depth: Option<u32>,
    /// Who says it, for one in the conversation.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub role: Option<Role>,
    /// Tokens of its text, by the estimate.
    pub tokens: u32,
    /// Whether it is in the prompt. Otherwise the template's token budget or that of the prompt had no room.
    pub used: bool,
}

/// Where an entry is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum EntryPosition {
    /// Before the personality.
    BeforeChar,
    /// Behind the personality.
    AfterChar,
    /// Among the messages.
    Depth,
}

impl Core {
    /// Looks for the knowledge of a personality in a conversation.
    pub(super) fn find_knowledge(&self, personality: &Personality, request: &Request<'_>) -> Selection {
        let knowledge = &personality.knowledge;
        if knowledge.is_empty() {
            return Selection::default();
        }
        let mut said = vec![Said { by_personality: false, text: request.text }];
        let reach = knowledge.reach();
        for (_, turn, _) in self.owner(request.user).turns(request.session).rev() {
            if said.len() >= reach {
                break;
            }
            let by_personality = match turn.role {
                body::Role::User => false,
                body::Role::Assistant => true,
                body::Role::Tool => continue,
            };
            said.push(Said { by_personality, text: &turn.text });
        }
        let macros = Macros {
            character: personality.template().character(),
            user: named(request.user).unwrap_or(SOMEBODY),
            seed: request.seed,
            place: number_of(request.session),
        };
        knowledge.select(&said, macros)
    }
}

/// What the context broker chooses among. The cost of a heading is counted for each side of the personality that may
/// need one.
pub(super) fn block(selection: &Selection) -> Block {
    let mut items = Vec::with_capacity(selection.kept.len());
    let (mut before, mut after) = (0, 0);
    for selected in &selection.kept {
        let item = match selected.place {
            Place::BeforeCharacter => {
                before = HEADING_TOKENS;
                list_entry(&selected.text)
            }
            Place::AfterCharacter => {
                after = HEADING_TOKENS;
                list_entry(&selected.text)
            }
            Place::Depth(..) => selected.text.clone(),
        };
        let mut id = String::new();
        push_whole(&mut id, selected.entry as u64);
        let mut item = Item::new(id, selected.score, item);
        if matches!(selected.place, Place::Depth(..)) {
            item.tokens += PER_MESSAGE;
        }
        items.push(item);
    }
    Block::divisible("knowledge", WEIGHT, before + after, items)
}

/// Writes what was chosen of a block: in front of the system text, into what is told before the reply, and among the
/// messages, of which the last is the person's. Gives the place of that one.
pub(super) fn write(
    (selection, block, choices): (&Selection, &Block, &[bool]),
    system: &mut String,
    context: &mut String,
    messages: &mut Vec<Message>,
) -> usize {
    let last = messages.len().saturating_sub(1);
    let Content::Items(items) = &block.content else { return last };
    let (mut before, mut after) = (String::new(), String::new());
    let mut inserted = Vec::new();
    for ((selected, item), _) in selection.kept.iter().zip(items).zip(choices).filter(|(_, taken)| **taken) {
        let side = match selected.place {
            Place::BeforeCharacter => &mut before,
            Place::AfterCharacter => &mut after,
            Place::Depth(depth, role) => {
                // An answer is not asked for where the personality has the last word.
                let depth = depth.max(u32::from(role == Role::Assistant)) as usize;
                let at = messages.len().saturating_sub(depth);
                inserted.push((at, Message { role, content: item.text.clone() }));
                continue;
            }
        };
        if side.is_empty() {
            side.push_str(HEADING);
        }
        side.push_str(&item.text);
    }
    if !after.is_empty() {
        context.push_str("\n\n");
        context.push_str(&after);
    }
    if !before.is_empty() {
        before.push_str("\n\n");
        system.insert_str(0, &before);
    }
    // From the end on, so that the places before stay what they are; the first of one place comes first.
    sort_by_key(&mut inserted, |(at, _)| *at);
    let before = inserted.iter().filter(|(at, _)| *at <= last).count();
    for (at, message) in inserted.into_iter().rev() {
        messages.insert(at, message);
    }
    last + before
}

/// What a dry run tells of the knowledge; `None` for a template that has none.
pub(super) fn report(
    personality: &Personality,
    selection: &Selection,
    choices: &[bool],
) -> Option<KnowledgeReport> {
    let knowledge = &personality.knowledge;
    if knowledge.is_empty() {
        return None;
    }
    let mut entries = Vec::new();
    for (index, selected) in selection.kept.iter().chain(&selection.over_budget).enumerate() {
        let (position, depth, role) = match selected.place {
            Place::BeforeCharacter => (EntryPosition::BeforeChar, None, None),
            Place::AfterCharacter => (EntryPosition::AfterChar, None, None),
            Place::Depth(depth, role) => {
                (EntryPosition::Depth, (depth < u32::MAX).then_some(depth), Some(role))
            }
        };
        entries.push(FoundEntry {
            entry: u32::try_from(selected.entry).unwrap_or(u32::MAX),
            position,
            depth,
            role,
            tokens: selected.tokens,
            used: choices.get(index).copied().unwrap_or(false),
        });
    }
    Some(KnowledgeReport { entries, warnings: knowledge.warnings().to_vec() })
}
