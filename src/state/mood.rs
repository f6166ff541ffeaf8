//! Mood: what colours a session for a while, set off by what the person says, fading with a half-life.

use crate::decimal::round6;
use crate::log::body::{MoodBaseline, MoodCause, MoodChange, MoodPeriod};
use crate::observe::MoodTrigger;
use crate::template::model::{MoodConfig, MoodDetection};
use crate::timestamp::{self, DAY};

/// The mood of a session: a fold over its runs in clock order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mood {
    /// Its name.
    pub current: String,
    /// 0..1; 1 in the default mood.
    pub intensity: f64,
    /// When it began, milliseconds since 1970.
    pub since: i64,
    /// When its intensity was last computed, milliseconds since 1970.
    pub updated_at: i64,
    /// Earlier moods, oldest first.
    pub history: Vec<MoodPeriod>,
}

impl Mood {
    /// Where every session starts: the default mood, at the session's `started_at`.
    pub fn start(default_mood: &str, started_at: i64) -> Self {
        Self {
            current: default_mood.to_owned(),
            intensity: 1.0,
            since: started_at,
            updated_at: started_at,
            history: Vec::new(),
        }
    }

    /// Where a session with a baseline starts.
    pub fn from_baseline(baseline: &MoodBaseline) -> Self {
        let since = timestamp::parse(&baseline.started_at).unwrap_or(0);
        Self {
            current: baseline.current.clone(),
            intensity: baseline.intensity,
            since,
            updated_at: timestamp::parse(&baseline.updated_at).unwrap_or(since),
            history: baseline.history.clone(),
        }
    }

    /// The same state as files write it.
    pub fn to_baseline(&self) -> MoodBaseline {
        MoodBaseline {
            current: self.current.clone(),
            intensity: self.intensity,
            started_at: text(self.since),
            updated_at: text(self.updated_at),
            history: self.history.clone(),
        }
    }

    /// Adds one run that started at `at` (milliseconds since 1970).
    pub fn apply(&mut self, change: &MoodChange, at: i64) {
        if change.to != self.current {
            let cause = change.cause.as_ref().map_or("trigger", MoodCause::name);
            self.close(at, cause);
            self.current.clone_from(&change.to);
            self.since = at;
        }
        self.intensity = change.intensity;
        // A device whose clock is a little behind must not make the mood younger than it is; one that is a day behind
        // shows that the other clock was ahead, or else is behind itself, and a mood is short.
        self.updated_at = if self.updated_at.saturating_sub(at) > DAY { at } else { self.updated_at.max(at) };
    }

    /// The same mood set by hand, as a new start.
    pub fn set(&mut self, name: &str, intensity: f64, at: i64) {
        if name != self.current {
            self.close(at, MoodCause::Manual.name());
            name.clone_into(&mut self.current);
            self.since = at;
        }
        self.intensity = round6(intensity.clamp(0.0, 1.0));
        self.updated_at = at;
    }

    /// The mood and intensity that time alone leaves at `now`.
    pub fn faded(&self, detection: &MoodDetection, now: i64) -> (String, f64) {
        let default_mood = detection.default_mood.as_str();
        if self.current == default_mood {
            return (self.current.clone(), 1.0);
        }
        #[allow(clippy::cast_precision_loss, reason = "milliseconds are far below 2^53")]
        let minutes = now.saturating_sub(self.updated_at).max(0) as f64 / 60_000.0;
        let intensity = round6(
            self.intensity * libm::exp(-std::f64::consts::LN_2 * minutes / detection.half_life_minutes),
        );
        if intensity < detection.minimum_intensity {
            (default_mood.to_owned(), 1.0)
        } else {
            (self.current.clone(), intensity)
        }
    }

    /// What a message at `now` with these triggers does to the mood: it fades, then the highest score wins; ties
    /// go to the present mood, then to the order of declaration.
    pub fn step(&self, config: &MoodConfig, triggers: &[MoodTrigger], now: i64) -> MoodChange {
        let detection = &config.detection;
        let (faded, intensity) = self.faded(detection, now);
        let mut best: Option<&MoodTrigger> = None;
        for trigger in triggers {
            let better = best.is_none_or(|best| {
                trigger.score > best.score
                    || (trigger.score == best.score && trigger.mood == faded && best.mood != faded)
            });
            if better && trigger.score > 0.0 {
                best = Some(trigger);
            }
        }
        let effective = best.filter(|trigger| trigger.score >= detection.minimum_intensity);
        let (to, intensity, cause) = match effective {
            Some(trigger) => {
                let grown = if trigger.mood == detection.default_mood {
                    1.0
                } else if trigger.mood == faded {
                    (intensity + trigger.score).min(1.0)
                } else {
                    trigger.score
                };
                (trigger.mood.clone(), grown, Some(MoodCause::Trigger { spans: trigger.spans.clone() }))
            }
            None if faded != self.current => (faded, intensity, Some(MoodCause::Decay)),
            None => (faded, intensity, None),
        };
        MoodChange { from: self.current.clone(), to, intensity: round6(intensity), cause }
    }

    fn close(&mut self, at: i64, cause: &str) {
        self.history.push(MoodPeriod {
            mood: self.current.clone(),
            intensity: self.intensity,
            started_at: text(self.since),
            ended_at: text(at.max(self.since)),
            cause: cause.to_owned(),
        });
    }
}

fn text(milliseconds: i64) -> String {
    timestamp::format(u64::try_from(milliseconds).unwrap_or(0))
}
