//! Episodes: what happened to a person, told over one or several of their turns.
//!
//! Turns that follow each other within half an hour and tell of the same sort of thing are one episode. It goes on while
//! the turn before is part of it; what earlier turns said that did not matter enough is observed again, because the log
//! is the only memory of it.

use super::core::Core;
use super::learning::{Learning, hull};
use crate::log::body::{Episode, MAXIMUM_SUMMARY, MemorySource, MemoryStatus, Role, Sharing, Turn};
use crate::log::{Body, IdSource, Record};
use crate::memory::{EpisodeType, MemoryChange, importance, unite_source, unite_tags};
use crate::observe::{EpisodeCandidate, Observation, SentimentClass, observe_with};
use crate::state::Personality;
use crate::template::model::MemoryPreferences;
use crate::text::first_characters;
use crate::timestamp;

/// Turns of one episode are less than this apart, in milliseconds.
const MAXIMUM_GAP: i64 = 30 * 60 * 1_000;
/// Turns of the person that one episode may have.
const MAXIMUM_TURNS: usize = 20;

/// A turn of the person, and where it was said.
pub(super) struct Told<'a> {
    pub user: &'a str,
    pub session: &'a str,
    pub instance: &'a str,
    pub personality: &'a Personality,
    /// The id of the turn.
    pub turn: &'a str,
    /// What was said.
    pub text: &'a str,
    /// When it was said, milliseconds since 1970.
    pub at: i64,
    pub observation: &'a Observation,
}

/// One telling of an episode.
struct Telling {
    turn: String,
    candidate: EpisodeCandidate,
}

impl Core {
    /// The episodes that a turn begins or goes on with.
    pub(super) fn learn_episodes(
        &self,
        learning: &mut Learning<'_>,
        told: &Told<'_>,
        (facts, preferences): (&[String], &MemoryPreferences),
        ids: &mut IdSource,
    ) {
        let types = preferences.episode_types.as_ref();
        for candidate in &told.observation.episodes {
            let kind = candidate.episode_type;
            if types.is_some_and(|names| !names.iter().any(|name| name == kind.name())) {
                continue;
            }
            let telling = Telling { turn: told.turn.to_owned(), candidate: candidate.clone() };
            if let Some((id, begun)) = self.begun(told, kind) {
                let mut episode = begun.clone();
                go_on(&mut episode, &telling);
                finish(&mut episode, told, facts);
                learning.put_episode(id, episode, MemoryChange::Confirmed);
                continue;
            }
            let mut tellings = self.earlier_tellings(told, kind);
            // Earlier tellings that would have been kept, of which no episode is there, were erased: they are not told
            // again.
            let threshold = preferences.importance_threshold;
            if episode(told, &tellings, &[]).is_some_and(|earlier| earlier.importance >= threshold) {
                tellings.clear();
            }
            tellings.push(telling);
            let Some(episode) = episode(told, &tellings, facts) else { continue };
            if episode.importance >= threshold {
                learning.put_episode(&ids.next("memory"), episode, MemoryChange::Learned);
            }
        }
    }

    /// The person's turns before this one that follow each other within half an hour, newest first.
    fn turns_before<'a>(&'a self, told: &'a Told<'_>) -> impl Iterator<Item = (&'a str, &'a Turn)> {
        let mut later = told.at;
        let turns = self.owner(told.user).turns(told.session).rev().map(|(id, turn, _)| (id, turn));
        turns.filter(|(_, turn)| turn.role == Role::User).take_while(move |(_, turn)| {
            let at = timestamp::parse(&turn.created_at).unwrap_or(later);
            // A clock that went backwards counts as no time.
            let near = later.saturating_sub(at) < MAXIMUM_GAP;
            later = later.min(at);
            near
        })
    }

    /// The stored episode of this type that the turn before was part of.
    fn begun<'a>(&'a self, told: &'a Told<'_>, kind: EpisodeType) -> Option<(&'a str, &'a Episode)> {
        let (before, _) = self.turns_before(told).next()?;
        self.owner(told.user).episodes().find(|(_, known)| {
            known.instance == told.instance
                && known.episode_type == kind
                && known.sources.iter().any(|source| source.turn == before)
        })
    }

    /// What the turns before tell of the same sort of thing, oldest first.
    fn earlier_tellings(&self, told: &Told<'_>, kind: EpisodeType) -> Vec<Telling> {
        let mut tellings = Vec::new();
        for (id, turn) in self.turns_before(told).take(MAXIMUM_TURNS) {
            let observation = self.observe_again(told.personality, turn);
            let same = observation.episodes.into_iter().find(|earlier| earlier.episode_type == kind);
            let Some(candidate) = same else { break };
            tellings.push(Telling { turn: id.to_owned(), candidate });
        }
        tellings.reverse();
        tellings
    }

    /// What a turn of the log says.
    pub(super) fn observe_again(&self, personality: &Personality, turn: &Turn) -> Observation {
        observe_with(&self.packs, &turn.text, turn.language.as_deref(), Some(&personality.triggers), false)
    }
}

impl Core {
    /// An episode as what is left of its turns tells it; `None` where they tell nothing that would have been kept.
    pub(super) fn told_again(
        &self,
        user: &str,
        known: &Episode,
        is_gone: &dyn Fn(&str) -> bool,
    ) -> Option<Episode> {
        let owner = self.owner(user);
        let personality = owner.personality_of(&known.instance)?;
        let mut tellings = Vec::new();
        let mut last = None;
        for source in known.sources.iter().filter(|source| !is_gone(&source.turn)) {
            let Some(Body::Turn(turn)) = owner.record(&source.turn).and_then(Record::body) else { continue };
            let observation = self.observe_again(personality, turn);
            let same = observation.episodes.iter().find(|told| told.episode_type == known.episode_type);
            if let Some(candidate) = same {
                tellings.push(Telling { turn: source.turn.clone(), candidate: candidate.clone() });
                last = Some((turn, observation));
            }
        }
        let (turn, observation) = last?;
        let told = Told {
            user,
            session: &turn.session,
            instance: &known.instance,
            personality,
            turn: "",
            text: &turn.text,
            at: timestamp::parse(&turn.created_at).unwrap_or(0),
            observation: &observation,
        };
        let rest = episode(&told, &tellings, &known.related_facts)?;
        let threshold = personality.template().memory_preferences.importance_threshold;
        (rest.importance >= threshold).then(|| Episode {
            related_episodes: known.related_episodes.clone(),
            status: known.status,
            sharing: known.sharing.clone(),
            ..rest
        })
    }
}

/// The episode of some tellings.
fn episode(told: &Told<'_>, tellings: &[Telling], facts: &[String]) -> Option<Episode> {
    let (first, others) = tellings.split_first()?;
    let EpisodeCandidate { episode_type, title, summary, sentiment, tags, .. } = first.candidate.clone();
    let mut episode = Episode {
        instance: told.instance.to_owned(),
        episode_type,
        title,
        summary,
        importance: 0.0,
        sentiment,
        timestamp: String::new(),
        tags,
        sources: vec![source(first)],
        message_count: 1,
        related_facts: Vec::new(),
        related_episodes: Vec::new(),
        status: MemoryStatus::Active,
        sharing: Sharing::default(),
    };
    for telling in others {
        go_on(&mut episode, telling);
    }
    finish(&mut episode, told, facts);
    Some(episode)
}

/// Adds a telling: an episode feels as the strongest of its tellings does, and has its title.
fn go_on(episode: &mut Episode, telling: &Telling) {
    let EpisodeCandidate { title, summary, sentiment, tags, .. } = &telling.candidate;
    if strength(*sentiment) > strength(episode.sentiment) {
        episode.title.clone_from(title);
        episode.sentiment = *sentiment;
    }
    let longer = [episode.summary.as_str(), summary].join(" ");
    first_characters(&longer, MAXIMUM_SUMMARY).trim_end().clone_into(&mut episode.summary);
    unite_tags(&mut episode.tags, tags);
    unite_source(&mut episode.sources, source(telling));
    episode.message_count = episode.message_count.saturating_add(1);
    episode.status = MemoryStatus::Active;
}

/// What follows from all tellings and the time of the last.
fn finish(episode: &mut Episode, told: &Told<'_>, facts: &[String]) {
    episode.importance = importance(Some(episode.episode_type), episode.sentiment, episode.message_count);
    episode.timestamp = timestamp::format(u64::try_from(told.at).unwrap_or(0));
    unite_tags(&mut episode.related_facts, facts);
}

fn source(telling: &Telling) -> MemorySource {
    MemorySource { turn: telling.turn.clone(), span: hull(&telling.candidate.spans) }
}

/// How strongly something is felt, either way.
fn strength(sentiment: SentimentClass) -> u8 {
    match sentiment {
        SentimentClass::VeryPositive | SentimentClass::VeryNegative => 2,
        SentimentClass::Positive | SentimentClass::Negative => 1,
        SentimentClass::Neutral => 0,
    }
}
