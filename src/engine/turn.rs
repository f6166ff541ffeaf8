//! One turn: observe what the person says, let it act on affinity and mood, compile the personality as it is
//! now, ask the model, and commit everything in one batch, or nothing at all.

use serde::Serialize;

use super::command::{ModelDeclaration, model, utc_offset};
use super::core::{Begun, Commit, Core, Outcome, Pending};
use super::effect::{Effect, EffectResult, FinishReason, ReportedUsage};
use super::episodes::Told;
use super::event::Event;
use super::learning::MemoryChanged;
use super::prompt::{self, Prompt, named};
use super::query::SessionState;
use super::reaction::Reaction;
use super::recall::{RecallOptions, Recalled};
use super::scripted;
use super::session::level_change;
use crate::compile::{MaskDeltas, SOMEBODY};
use crate::error::{Error, ErrorCode};
use crate::json::{Fields, Map, Value};
use crate::list::List;
use crate::log::IdSource;
use crate::log::body::{
    AffinityChange, BlockReport, MAXIMUM_DOMAIN, MAXIMUM_TEXT_BYTES, Mode, ModelReference, MoodChange, Role,
    Run, SessionStatus, Turn, Usage,
};
use crate::observe::Observation;
use crate::text::Macros;
use crate::timestamp;

/// What the person says, and to whom.
#[derive(Clone, Debug, PartialEq)]
pub struct SendRequest {
    /// The owner.
    pub user: String,
    /// The session's id.
    pub session: String,
    /// What the person says: not blank, at most 262,144 bytes.
    pub text: String,
    /// Who answers.
    pub model: ModelDeclaration,
    /// Language of the text, when the host knows it.
    pub language: Option<String>,
    /// What it is about: notes of this domain count more.
    pub domain: Option<String>,
    /// Deltas for this turn alone.
    pub mask: Option<MaskDeltas>,
    /// Most tokens of the answer; 1,024 when absent.
    pub max_output_tokens: Option<u32>,
    /// How far the person's clock is ahead of UTC, in minutes.
    pub utc_offset: i32,
}

impl SendRequest {
    pub(super) fn parse(fields: &mut Fields<'_>) -> Self {
        Self {
            user: fields.required_string("user"),
            session: fields.required_string("session"),
            text: fields.required_string("text"),
            model: model(fields),
            language: fields.id("language"),
            domain: fields.text("domain", MAXIMUM_DOMAIN),
            mask: fields.nested("mask", MaskDeltas::parse),
            max_output_tokens: fields.count("max_output_tokens"),
            utc_offset: utc_offset(fields),
        }
    }
}

/// What a turn gives back.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Reply {
    /// What the personality said; empty in manual mode.
    pub text: String,
    /// The session.
    pub session: String,
    /// Id of the person's turn; null for a manual reply to nothing.
    pub user_turn: Option<String>,
    /// Id of the personality's turn; null in manual mode.
    pub turn: Option<String>,
    /// Id of the run; null for a manual reply to nothing.
    #[cfg_attr(feature = "typescript", ts(type = "string"))]
    pub run: Option<String>,
    /// What the person's message said; null for a manual reply.
    pub observation: Option<Observation>,
    /// Tokens of the model call; null in manual mode.
    pub usage: Option<Usage>,
    /// What the person's message recalled, and the model was told; `blocks` of the run name all that it was told.
    pub memories: Vec<Recalled>,
    /// The memories that the person's message made or changed.
    pub learned: Vec<MemoryChanged>,
    /// What was noticed and not acted on, such as `fact_conflict`: what the person set by hand stays.
    #[cfg_attr(feature = "typescript", ts(type = "unknown[]"))]
    pub findings: Vec<Value>,
    /// Level, mood and memory changes, as they were told.
    pub events: Vec<Event>,
    /// The relationship after the turn.
    pub state: Option<SessionState>,
}

/// A turn whose model is answering. Nothing of it is stored yet.
#[derive(Debug)]
pub(super) struct TurnOperation {
    user: String,
    session: String,
    text: String,
    started: u64,
    ids: IdSource,
    template: String,
    mode: Mode,
    model: Option<ModelReference>,
    blocks: Vec<BlockReport>,
    domain: Option<String>,
    prompt_tokens: u32,
    memories: Vec<Recalled>,
    observation: Observation,
    affinity: Option<AffinityChange>,
    mood: Option<MoodChange>,
    resumes_session: bool,
    answer: String,
    usage: Option<ReportedUsage>,
}

impl Core {
    /// Begins a turn. Where there are vectors to compare with, what the person says is embedded first.
    pub(super) fn send(&mut self, request: SendRequest, now: u64, ids: IdSource) -> Result<Begun, Error> {
        check_text(&request.text)?;
        self.session_of(&request.user, &request.session)?;
        if self.embedder().is_none() || self.owner(&request.user).vectors().len() == 0 {
            return self.begin_turn(request, None, now, ids);
        }
        let effects = vec![Effect::Embed { text: request.text.clone() }];
        let pending = Pending::Recall(Box::new((request, ids, now)));
        Ok(Begun::Waiting { pending, effects, events: Vec::new() })
    }

    /// Everything up to the model call.
    pub(super) fn begin_turn(
        &mut self,
        request: SendRequest,
        vector: Option<Vec<f32>>,
        now: u64,
        ids: IdSource,
    ) -> Result<Begun, Error> {
        let SendRequest { user, session, text, model, language, domain, mask, max_output_tokens, utc_offset } =
            request;
        self.index(&user);
        let (conversation, instance, personality) = self.conversation(&user, &session)?;
        if conversation.session.status == SessionStatus::Archived {
            return Err(Error::new(ErrorCode::SessionArchived, "an archived session takes no more turns")
                .at("/session")
                .hint("Set its status back to active first, or open another session."));
        }
        let last_turn = self.owner(&user).turns(&session).next_back();
        let after_assistant = last_turn.is_some_and(|(_, turn, _)| turn.role == Role::Assistant);
        let relationship = (conversation, instance, &*personality);
        let reaction = self.react(relationship, &text, language.as_deref(), after_assistant, now);
        let mut options = self.options_after(&reaction, instance, &personality);
        options.mask = mask;
        let Prompt { request, blocks, tokens, found, memories, .. } = self.prompt(
            &personality,
            prompt::Request {
                user: &user,
                session: &session,
                instance: &conversation.session.instance,
                text: &text,
                now: i64::try_from(now).unwrap_or(i64::MAX),
                options,
                context_tokens: model.context_tokens,
                max_output_tokens,
                seed: ids.number(),
                recall: RecallOptions {
                    language: language.clone(),
                    domain: domain.clone(),
                    utc_offset,
                    vector,
                    ..RecallOptions::default()
                },
            },
        )?;
        let template = personality.template();
        let Reaction { observation, affinity, mood } = reaction;
        let mode = model.mode();
        let mut operation = TurnOperation {
            template: template.id().to_owned(),
            mode,
            model: model.reference(),
            resumes_session: conversation.session.status == SessionStatus::Paused,
            started: now,
            answer: String::new(),
            usage: None,
            user,
            session,
            text,
            ids,
            blocks,
            domain,
            prompt_tokens: tokens,
            memories,
            observation,
            affinity,
            mood,
        };
        match model.kind.as_str() {
            "manual" => self.finish_turn(operation, now, Vec::new()),
            "scripted" => {
                operation.answer = match model.reply {
                    Some(reply) => reply,
                    None => {
                        let number = self.owner(&operation.user).turn_count(&operation.session);
                        let memory = self.best_memory(&operation.user, &operation.blocks);
                        let told = self.statement_in(&operation.user, &found);
                        let drawn = (model.seed, number);
                        let said = scripted::answer(
                            template,
                            &operation.observation,
                            (memory.as_deref(), told.as_deref()),
                            drawn,
                        );
                        let user = named(&operation.user).unwrap_or(SOMEBODY);
                        let seed = operation.ids.number();
                        Macros { character: template.character(), user, seed, place: 0 }
                            .expand(&said)
                            .into_owned()
                    }
                };
                check_answer(&operation.answer, FinishReason::Stop)?;
                let words = operation.answer.split_inclusive(' ');
                let events = words.map(|word| Event::TextDelta { text: word.to_owned() }).list();
                self.finish_turn(operation, now, events)
            }
            _ => {
                let effects = vec![Effect::Call(request)];
                Ok(Begun::Waiting {
                    pending: Pending::Turn(Box::new(operation)),
                    effects,
                    events: Vec::new(),
                })
            }
        }
    }

    /// Takes one part of the model's answer.
    pub(super) fn advance(
        &mut self,
        mut operation: TurnOperation,
        result: EffectResult,
        now: u64,
    ) -> Result<Begun, Error> {
        let events = match result {
            EffectResult::TextDelta { text } => {
                operation.answer.push_str(&text);
                if operation.answer.len() > MAXIMUM_TEXT_BYTES {
                    return Err(Error::new(
                        ErrorCode::ModelBadResponse,
                        "the model's answer exceeds 262144 bytes",
                    ));
                }
                vec![Event::TextDelta { text }]
            }
            EffectResult::Usage { usage } => {
                operation.usage = Some(usage);
                Vec::new()
            }
            EffectResult::Finish { reason } => {
                check_answer(&operation.answer, reason)?;
                return self.finish_turn(operation, now, Vec::new());
            }
            _ => {
                return Err(Error::new(
                    ErrorCode::InvalidOperation,
                    "the operation waits for the model, not the storage",
                ));
            }
        };
        Ok(Begun::Waiting { pending: Pending::Turn(Box::new(operation)), effects: Vec::new(), events })
    }

    /// The batch of a turn: the person's turn, the run, the personality's turn.
    fn finish_turn(&mut self, operation: TurnOperation, now: u64, told: Vec<Event>) -> Result<Begun, Error> {
        let TurnOperation {
            user, session, text, started, mut ids, answer, affinity, mood, observation, ..
        } = operation;
        let (turn_id, run_id) = (ids.next("turn"), ids.next("run"));
        let started_at = timestamp::format(started);
        let usage = operation
            .model
            .as_ref()
            .map(|model| self.usage(model, operation.usage, operation.prompt_tokens, &answer));
        let (conversation, _, personality) = self.conversation(&user, &session)?;
        let message = Told {
            user: &user,
            session: &session,
            instance: &conversation.session.instance,
            personality: &personality,
            turn: &turn_id,
            text: &text,
            at: i64::try_from(started).unwrap_or(i64::MAX),
            observation: &observation,
        };
        let learned = self.learn_from(&message, &personality.template().memory_preferences, now, &mut ids);
        let mut records = Vec::with_capacity(4);
        if operation.resumes_session {
            let mut body = self.session_of(&user, &session)?.session.clone();
            body.status = SessionStatus::Active;
            records.push(self.write_session(&user, &session, body, now));
        }
        let turn = Turn {
            language: (observation.language.code != "und").then(|| observation.language.code.clone()),
            ..Turn::new(&session, Role::User, text, started_at.clone())
        };
        records.push(self.write(&user, &turn_id, turn, now));
        let mut further = Map::new();
        if !learned.findings.is_empty() {
            further.insert("findings", learned.findings.clone());
        }
        if let Some(domain) = operation.domain {
            further.insert("domain", domain);
        }
        let run = Run {
            duration_ms: Some(now.saturating_sub(started)),
            further,
            model: operation.model,
            blocks: operation.blocks,
            usage: usage.clone(),
            affinity: affinity.clone(),
            mood: mood.clone(),
            ..Run::new(&session, turn_id.clone(), operation.template, operation.mode, started_at)
        };
        records.push(self.write(&user, &run_id, run, now));
        let answer_id = (operation.mode != Mode::Manual).then(|| ids.next("turn"));
        if let Some(answer_id) = &answer_id {
            let created_at = timestamp::format(now.max(started));
            let turn = Turn {
                reply_to: Some(turn_id.clone()),
                run: Some(run_id.clone()),
                ..Turn::new(&session, Role::Assistant, answer.clone(), created_at)
            };
            records.push(self.write(&user, answer_id, turn, now));
        }
        let mut reply = Reply {
            text: answer,
            session,
            user_turn: Some(turn_id),
            turn: answer_id,
            run: Some(run_id),
            observation: Some(observation),
            usage,
            memories: operation.memories,
            learned: Vec::new(),
            findings: learned.findings.clone(),
            events: Vec::new(),
            state: None,
        };
        let mut events = changes(affinity.as_ref(), mood.as_ref());
        reply.learned = learned.write(self, &user, now, (&mut records, &mut events));
        Ok(Commit::new(&user, records, events, Outcome::Reply(Box::new(reply))).begin(told))
    }
}

/// The events of a turn: a level or a mood that is now another.
fn changes(affinity: Option<&AffinityChange>, mood: Option<&MoodChange>) -> Vec<Event> {
    let mut events = Vec::new();
    if let Some(change) = affinity {
        events.extend(level_change(&change.level_before, &change.level_after, change.before, change.after));
    }
    events.extend(mood.and_then(mood_change));
    events
}

/// The event of a mood that changed, if it did.
pub(super) fn mood_change(change: &MoodChange) -> Option<Event> {
    let MoodChange { from, to, intensity, cause } = change.clone();
    (from != to).then_some(Event::MoodChange { from, to, intensity, cause })
}

pub(super) fn check_text(text: &str) -> Result<(), Error> {
    let problem = if text.trim().is_empty() {
        "the text is blank"
    } else if text.len() > MAXIMUM_TEXT_BYTES {
        "the text exceeds 262144 bytes"
    } else {
        return Ok(());
    };
    Err(Error::new(ErrorCode::InvalidArgument, problem).at("/text"))
}

pub(super) fn check_answer(answer: &str, reason: FinishReason) -> Result<(), Error> {
    match reason {
        FinishReason::Error => {
            Err(Error::new(ErrorCode::ModelBadResponse, "the model stopped with an error"))
        }
        _ if !answer.trim().is_empty() => Ok(()),
        FinishReason::ContentFilter => {
            Err(Error::new(ErrorCode::ModelRefused, "the provider's content filter held the answer back"))
        }
        _ => Err(Error::new(ErrorCode::ModelBadResponse, "the model answered with no text")),
    }
}
