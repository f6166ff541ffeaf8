//! Episodes: what happened to a person, told over one or several of their turns.
//!
//! Turns that follow each other within half an hour and tell of the same sort of thing are one episode. What the
//! earlier ones say is observed again: the log is the only memory of it.

use super::core::Core;
use super::learning::{Learning, hull};
use crate::log::IdSource;
use crate::log::body::{Episode, MAXIMUM_SUMMARY, MemorySource, MemoryStatus, Role, Sharing, Turn};
use crate::memory::{MemoryChange, importance, unite_source, unite_tags};
use crate::observe::{EpisodeCandidate, Observation, observe_with};
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
    /// The id that the turn will have.
    pub turn: &'a str,
    /// When it was said, milliseconds since 1970.
    pub at: i64,
    pub observation: &'a Observation,
}

/// One telling of an episode.
struct Telling {
    turn: String,
    candidate: EpisodeCandidate,
    /// How strongly it was felt, 0..1.
    strength: f64,
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
            let mut tellings = self.tellings(told, candidate);
            let begun = self.begun(told, &tellings);
            if begun.is_none() {
                forget_erased(told, &mut tellings, preferences.importance_threshold);
            }
            let Some(episode) = episode(told, &tellings, facts) else { continue };
            if episode.importance < preferences.importance_threshold {
                continue;
            }
            match begun {
                Some((id, begun)) => {
                    let mut related_facts = begun.related_facts.clone();
                    unite_tags(&mut related_facts, &episode.related_facts);
                    let episode = Episode {
                        related_facts,
                        related_episodes: begun.related_episodes.clone(),
                        sharing: begun.sharing.clone(),
                        ..episode
                    };
                    learning.put_episode(id, episode, MemoryChange::Confirmed);
                }
                None => learning.put_episode(&ids.next("memory"), episode, MemoryChange::Learned),
            }
        }
    }

    /// The tellings of an episode up to this turn, oldest first.
    fn tellings(&self, told: &Told<'_>, candidate: &EpisodeCandidate) -> Vec<Telling> {
        let mut tellings = vec![telling(told.turn, candidate, told.observation)];
        let mut later = told.at;
        let turns = self.owner(told.user).turns(told.session).rev();
        for (id, turn, _) in turns.filter(|(_, turn, _)| turn.role == Role::User).take(MAXIMUM_TURNS) {
            let at = timestamp::parse(&turn.created_at).unwrap_or(later);
            // A clock that went backwards counts as no time.
            if later.saturating_sub(at) >= MAXIMUM_GAP {
                break;
            }
            later = later.min(at);
            let observation = self.observe_again(told.personality, turn);
            let same = |earlier: &&EpisodeCandidate| earlier.episode_type == candidate.episode_type;
            let Some(earlier) = observation.episodes.iter().find(same) else { break };
            tellings.push(telling(id, earlier, &observation));
        }
        tellings.reverse();
        tellings
    }

    /// What a turn of the log says.
    pub(super) fn observe_again(&self, personality: &Personality, turn: &Turn) -> Observation {
        observe_with(&self.packs, &turn.text, turn.language.as_deref(), Some(&personality.triggers), false)
    }

    /// The stored episode that the earlier tellings are of.
    fn begun<'a>(&'a self, told: &Told<'_>, tellings: &[Telling]) -> Option<(&'a str, &'a Episode)> {
        let kind = tellings.first()?.candidate.episode_type;
        let is_of = |known: &Episode| {
            known.instance == told.instance
                && known.episode_type == kind
                && tellings
                    .iter()
                    .any(|telling| known.sources.iter().any(|source| source.turn == telling.turn))
        };
        // A session without earlier tellings has begun none.
        if tellings.len() < 2 {
            return None;
        }
        self.owner(told.user).episodes().find(|(_, known)| is_of(known))
    }
}

fn telling(turn: &str, candidate: &EpisodeCandidate, observation: &Observation) -> Telling {
    Telling {
        turn: turn.to_owned(),
        candidate: candidate.clone(),
        strength: observation.sentiment.score.abs(),
    }
}

/// Earlier tellings that would have been kept, of which no episode is there, were erased: they are not told again.
fn forget_erased(told: &Told<'_>, tellings: &mut Vec<Telling>, threshold: f64) {
    let Some(last) = tellings.pop() else { return };
    if episode(told, tellings, &[]).is_some_and(|earlier| earlier.importance >= threshold) {
        tellings.clear();
    }
    tellings.push(last);
}

/// The episode of some tellings: it feels as the strongest of them does, and has its title.
fn episode(told: &Told<'_>, tellings: &[Telling], facts: &[String]) -> Option<Episode> {
    let mut strongest = tellings.first()?;
    let (mut tags, mut sources, mut summary) = (Vec::new(), Vec::new(), String::new());
    for telling in tellings {
        if telling.strength > strongest.strength {
            strongest = telling;
        }
        unite_tags(&mut tags, &telling.candidate.tags);
        let span = hull(&telling.candidate.spans);
        unite_source(&mut sources, MemorySource { turn: telling.turn.clone(), span });
        if !summary.is_empty() {
            summary.push(' ');
        }
        summary.push_str(&telling.candidate.summary);
    }
    let message_count = u32::try_from(tellings.len()).unwrap_or(u32::MAX);
    let EpisodeCandidate { episode_type, title, sentiment, .. } = strongest.candidate.clone();
    Some(Episode {
        instance: told.instance.to_owned(),
        episode_type,
        title,
        summary: first_characters(&summary, MAXIMUM_SUMMARY).to_owned(),
        importance: importance(Some(episode_type), sentiment, message_count),
        sentiment,
        timestamp: timestamp::format(u64::try_from(told.at).unwrap_or(0)),
        tags,
        sources,
        message_count,
        related_facts: facts.to_vec(),
        related_episodes: Vec::new(),
        status: MemoryStatus::Active,
        sharing: Sharing::default(),
    })
}
