//! Pure reads: what a relationship is like now, what was said, and what a turn would be.

use serde::Serialize;

use super::core::{Core, LIBRARY};
use super::knowledge::{self, KnowledgeReport};
use super::prompt;
use super::recall::{RecallOptions, Recalled};
use crate::compile::ParameterTrace;
use crate::error::{Error, ErrorCode};
use crate::json::{self, Fields, Value};
use crate::list::{List, joined};
use crate::log::body::{BlockReport, MoodPeriod, Progression, Role, SessionStatus, Turn};
use crate::log::{Body, Record};
use crate::observe::Observation;
use crate::order;
use crate::template::Template;
use crate::template::model::{Parameter, Parameters};
use crate::timestamp;

/// A template in a list.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct TemplateSummary {
    /// `sha256:<hex>`.
    pub id: String,
    /// `persona.name`.
    pub name: String,
    /// `persona.version`.
    pub version: String,
    /// `persona.description`.
    pub description: String,
    /// `persona.language`.
    pub language: String,
    /// `persona.tags`.
    pub tags: Vec<String>,
}

/// A session in a list.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct SessionSummary {
    /// The session's id.
    pub id: String,
    /// Whose it is.
    pub user: String,
    /// The instance's id.
    pub instance: String,
    /// Which personality.
    pub template: TemplateSummary,
    /// Its title.
    pub title: Option<String>,
    /// Whether it takes turns.
    pub status: SessionStatus,
    /// ISO 8601 UTC.
    pub started_at: String,
    /// When the last turn was made; ISO 8601 UTC, null before the first.
    pub last_active: Option<String>,
    /// How many turns it has.
    pub turns: u32,
}

/// What a relationship is like.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct SessionState {
    /// How close.
    pub affinity: AffinityView,
    /// In what mood.
    pub mood: MoodView,
    /// The six parameters as they apply now; those that the template leaves out are absent.
    pub parameters: Parameters,
    /// What the model would be asked with, 0..2.
    pub temperature: f64,
    /// Which modifiers apply, for example `friend_level`, `shy_mood`.
    pub applied: Vec<String>,
}

/// How the effective value of a parameter came about.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ParameterExplanation {
    /// One of the six parameters.
    pub parameter: String,
    /// Base value, deltas and what they come to; absent when the parameter has neither.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub trace: Option<ParameterTrace>,
    /// The same in words: `base 0.95, friend_level +0.2, clamped to 1`.
    pub text: String,
}

type Trace = Vec<(Parameter, ParameterTrace)>;

/// How close an instance and its owner are.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct AffinityView {
    /// 0..100.
    pub points: u8,
    /// The level's name.
    pub level: String,
    /// The next higher level; null at the top.
    pub next_level: Option<String>,
    /// Points missing to it; 0 at the top.
    pub points_to_next_level: u8,
    /// Position inside the level, 0..1.
    pub progress_in_level: f64,
    /// Messages of the person so far.
    pub total_messages: u32,
    /// Of these, how many gained points.
    pub positive_interactions: u32,
    /// Of these, how many lost points.
    pub negative_interactions: u32,
    /// ISO 8601 UTC; null before the first message.
    pub last_interaction: Option<String>,
}

/// The mood of a session.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct MoodView {
    /// Its name.
    pub current: String,
    /// 0..1, faded to the time of the question.
    pub intensity: f64,
    /// When it began, ISO 8601 UTC.
    pub since: String,
}

/// One turn of a history.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct TurnView {
    /// Its id.
    pub id: String,
    /// Who said it.
    pub role: Role,
    /// What was said.
    pub text: String,
    /// When, ISO 8601 UTC.
    pub at: String,
    /// The run that produced it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub run: Option<String>,
}

/// Which part of a history.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HistoryOptions {
    /// At most so many turns, the newest ones.
    pub limit: Option<u32>,
    /// Only turns before the one with this id.
    pub before: Option<String>,
}

impl HistoryOptions {
    /// Reads the options of a call.
    pub fn parse(options: &Value) -> Result<Self, Error> {
        let read =
            |fields: &mut Fields<'_>| Self { limit: fields.count("limit"), before: fields.id("before") };
        Ok(Fields::read(options, "", read)?)
    }
}

/// What a turn would be: nothing is called, nothing stored.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Preview {
    /// What the message says.
    pub observation: Observation,
    /// What the model would be asked, as system text: what stays from turn to turn.
    pub system: String,
    /// What it would be told right before the message: the state of the relationship, and what is remembered for this
    /// turn.
    pub context: String,
    /// How many messages would go with it.
    pub messages: u32,
    /// The blocks of the prompt.
    pub blocks: Vec<BlockReport>,
    /// Tokens in all, by the estimate.
    pub tokens: u32,
    /// 0..2.
    pub temperature: f64,
    /// Points and mood after the message.
    pub points: u8,
    /// The mood that the reply would be given in.
    pub mood: String,
    /// What of the template's knowledge has come up; absent for a template without knowledge.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub knowledge: Option<KnowledgeReport>,
    /// What the message recalls, and the model would be told.
    pub memories: Vec<Recalled>,
}

/// Changes of affinity that an explanation tells.
const EXPLAINED_CHANGES: usize = 10;

impl Core {
    /// One session.
    pub fn session(&self, user: &str, session: &str) -> Result<SessionSummary, Error> {
        let (state, instance, _) = self.conversation(user, session)?;
        let last = self.owner(user).turns(session).next_back();
        let last_active = last.map(|(_, turn, _)| turn.created_at.clone());
        Ok(SessionSummary {
            id: session.to_owned(),
            user: user.to_owned(),
            instance: state.session.instance.clone(),
            template: self.template_summary(user, &instance.instance.template)?,
            title: state.session.title.clone(),
            status: state.session.status,
            started_at: state.session.started_at.clone(),
            last_active,
            turns: u32::try_from(self.owner(user).turn_count(session)).unwrap_or(u32::MAX),
        })
    }

    /// All sessions of an owner that can be opened, the most recently active first.
    pub fn sessions(&self, user: &str) -> Vec<SessionSummary> {
        let ids = self.owner(user).sessions();
        let mut sessions: Vec<_> = ids.filter_map(|id| self.session(user, id).ok()).list();
        let order = |a: &SessionSummary, b: &SessionSummary| {
            let recent = b.last_active.as_ref().unwrap_or(&b.started_at);
            recent.cmp(a.last_active.as_ref().unwrap_or(&a.started_at)).then_with(|| a.id.cmp(&b.id))
        };
        order::sort_by(&mut sessions, order);
        sessions
    }

    /// The templates of the library, by name and version.
    pub fn templates(&self) -> Vec<TemplateSummary> {
        let mut templates: Vec<_> =
            self.owner(LIBRARY).templates().map(|known| summary(known.template())).list();
        order::sort_by(&mut templates, |a, b| {
            (&a.name, &a.version, &a.id).cmp(&(&b.name, &b.version, &b.id))
        });
        templates
    }

    /// The document that a reference names, as JSON text; see [`Command::CreateSession`](super::Command).
    pub fn template_document(&self, user: &str, reference: &str) -> Result<String, Error> {
        Ok(json::compact(&self.find_template(user, reference)?.template().document))
    }

    /// What a relationship is like at `now` (milliseconds since 1970).
    pub fn session_state(&self, user: &str, session: &str, now: u64) -> Result<SessionState, Error> {
        Ok(self.session_moment(user, session, now)?.0)
    }

    /// How the value of a parameter at `now` came about.
    ///
    /// # Errors
    /// `unknown_session`; `invalid_argument` for what is not one of the six parameters.
    pub fn explain_parameter(
        &self,
        user: &str,
        session: &str,
        parameter: &str,
        now: u64,
    ) -> Result<ParameterExplanation, Error> {
        let Some(known) = Parameter::from_name(parameter) else {
            let message = format!("there is no parameter \"{parameter}\"");
            return Err(Error::invalid_argument("/subject", message));
        };
        let trace = self.session_moment(user, session, now)?.1;
        let trace = trace.into_iter().find(|(traced, _)| *traced == known).map(|(_, trace)| trace);
        let text = trace.as_ref().map_or_else(
            || "the template gives no value, and nothing changes it".to_owned(),
            ParameterTrace::explanation,
        );
        Ok(ParameterExplanation { parameter: parameter.to_owned(), trace, text })
    }

    fn session_moment(&self, user: &str, session: &str, now: u64) -> Result<(SessionState, Trace), Error> {
        let (state, instance, personality) = self.conversation(user, session)?;
        let progress = instance.affinity.progress(personality.template());
        let now = i64::try_from(now).unwrap_or(i64::MAX);
        let (current, intensity) = match &personality.template().mood_config {
            Some(config) => state.mood.faded(&config.detection, now),
            None => (state.mood.current.clone(), state.mood.intensity),
        };
        let (current, intensity) = match personality.mood(&current) {
            known if known == current => (current, intensity),
            default => (default.to_owned(), 1.0),
        };
        let options = self.compile_options(progress.points, &progress.level, Some((&current, intensity)));
        let settings = personality.prepared.settings(&options)?;
        let time = |milliseconds: i64| timestamp::format(u64::try_from(milliseconds).unwrap_or(0));
        let state = SessionState {
            affinity: AffinityView {
                points: progress.points,
                level: progress.level,
                next_level: progress.next_level,
                points_to_next_level: progress.points_to_next_level,
                progress_in_level: progress.progress_in_level,
                total_messages: instance.affinity.total_messages,
                positive_interactions: instance.affinity.positive_interactions,
                negative_interactions: instance.affinity.negative_interactions,
                last_interaction: instance.affinity.last_interaction.map(time),
            },
            mood: MoodView { current, intensity, since: time(state.mood.since) },
            parameters: settings.parameters,
            temperature: settings.temperature,
            applied: settings.applied,
        };
        Ok((state, settings.trace))
    }

    /// Why affinity is what it is: points, level, what is missing to the next one, and the latest changes in words.
    pub fn explain_affinity(&self, user: &str, session: &str) -> Result<String, Error> {
        let (_, instance, personality) = self.conversation(user, session)?;
        let progress = instance.affinity.progress(personality.template());
        let mut text = format!("{} points, level {}", progress.points, progress.level);
        if let Some(next) = &progress.next_level {
            text += &format!(", {} to {next}", progress.points_to_next_level);
        }
        text.push('.');
        let history = &instance.affinity.history;
        for (index, change) in history.iter().enumerate().rev().take(EXPLAINED_CHANGES) {
            let before = index.checked_sub(1).and_then(|index| history.get(index));
            let day = change.date.get(..10).unwrap_or_default();
            text += &format!(
                "\n{day}: {:+} = {} ({})",
                change.delta,
                change.points,
                joined(&change.reasons, ", ")
            );
            // What neither the message nor the bounds of 0 and 100 explain was lost to idle days.
            let lost =
                before.map_or(0, |before| i32::from(before.points) + change.delta - i32::from(change.points));
            if lost > 0 && change.reasons.iter().any(|reason| reason == "decay") {
                text += &format!(", {lost} lost to idle days");
            }
        }
        Ok(text)
    }

    /// Every change of affinity of a session's instance, oldest first.
    pub fn affinity_history(&self, user: &str, session: &str) -> Result<Vec<Progression>, Error> {
        let (state, instance, _) = self.conversation(user, session)?;
        let whole = self.owner(user).whole_affinity(&state.session.instance, instance.affinity);
        Ok(whole.into_owned().history)
    }

    /// The earlier moods of a session, oldest first.
    pub fn mood_history(&self, user: &str, session: &str) -> Result<Vec<MoodPeriod>, Error> {
        Ok(self.session_of(user, session)?.mood.history.clone())
    }

    /// The turns of a session, oldest first.
    pub fn history(
        &self,
        user: &str,
        session: &str,
        options: &HistoryOptions,
    ) -> Result<Vec<TurnView>, Error> {
        self.session_of(user, session)?;
        let before = options.before.as_deref();
        let mut turns = self.owner(user).turns(session).rev().peekable();
        if let Some(before) = before {
            if !turns.any(|(id, ..)| id == before) {
                let message = format!("the session has no turn \"{before}\"");
                return Err(Error::new(ErrorCode::InvalidArgument, message).at("/before"));
            }
        }
        let limit = options.limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
        let mut views: Vec<TurnView> = turns.map(view).take(limit).list();
        views.reverse();
        Ok(views)
    }

    /// What sending this text would do and ask: a dry run with zero calls.
    pub fn preview(&mut self, user: &str, session: &str, text: &str, now: u64) -> Result<Preview, Error> {
        self.index(user);
        let (state, instance, personality) = self.conversation(user, session)?;
        let reaction = self.react(
            (state, instance, &personality),
            text,
            None,
            self.owner(user).turn_count(session) > 0,
            now,
        );
        let options = self.options_after(&reaction, instance, &personality);
        let prompt = self.prompt(
            &personality,
            prompt::Request {
                user,
                session,
                instance: &state.session.instance,
                text,
                now: i64::try_from(now).unwrap_or(i64::MAX),
                options,
                context_tokens: None,
                max_output_tokens: None,
                // Nothing is drawn in a dry run.
                seed: 0,
                recall: RecallOptions::default(),
            },
        )?;
        let points = reaction.affinity.map_or(instance.affinity.points, |change| change.after);
        let default_mood = personality.template().default_mood();
        let mood = reaction.mood.map_or_else(|| default_mood.to_owned(), |change| change.to);
        let context = prompt.context.and_then(|place| prompt.request.messages.get(place));
        let context = context.map(|message| message.content.clone());
        Ok(Preview {
            observation: reaction.observation,
            system: prompt.request.system,
            context: context.unwrap_or_default(),
            messages: u32::try_from(prompt.request.messages.len()).unwrap_or(u32::MAX),
            blocks: prompt.blocks,
            tokens: prompt.tokens,
            temperature: prompt.request.temperature,
            points,
            mood,
            knowledge: knowledge::report(&personality, &prompt.knowledge.0, &prompt.knowledge.1),
            memories: prompt.memories,
        })
    }

    /// A record's body as JSON text: a run, to explain a reply.
    pub fn run(&self, user: &str, run: &str) -> Result<String, Error> {
        let body = self.owner(user).record(run).and_then(Record::body);
        let body = body.filter(|body| matches!(body, Body::Run(_))).map(json::to_text);
        body.ok_or_else(|| Error::new(ErrorCode::UnknownRun, format!("no run \"{run}\" is known")).at("/run"))
    }

    pub(super) fn template_summary(&self, owner: &str, id: &str) -> Result<TemplateSummary, Error> {
        let known = self.owner(owner).template(id).or_else(|| self.owner(LIBRARY).template(id));
        known
            .map(|known| summary(known.template()))
            .ok_or_else(|| Error::new(ErrorCode::UnknownTemplate, format!("no template \"{id}\" is known")))
    }
}

fn summary(template: &Template) -> TemplateSummary {
    let persona = &template.persona;
    TemplateSummary {
        id: template.id().to_owned(),
        name: persona.name.clone(),
        version: persona.version.clone(),
        description: persona.description.clone(),
        language: persona.language.clone(),
        tags: persona.tags.clone(),
    }
}

fn view((id, turn, _): (&str, &Turn, Option<u32>)) -> TurnView {
    TurnView {
        id: id.to_owned(),
        role: turn.role,
        text: turn.text.clone(),
        at: turn.created_at.clone(),
        run: turn.run.clone(),
    }
}
