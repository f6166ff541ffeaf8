//! How much an episode matters, and how that fades (personality specification 8 and 9).

use serde::Serialize;

use crate::decimal::round6;
use crate::observe::SentimentClass;

/// The seven types of episodes, which are also the words of `memory_preferences.episode_types`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it")]
pub enum EpisodeType {
    EmotionalMoment,
    Milestone,
    Confession,
    Conflict,
    Achievement,
    Bonding,
    Routine,
}

impl EpisodeType {
    /// Each type with its name.
    pub const NAMES: [(&'static str, Self); 7] = [
        ("emotional_moment", Self::EmotionalMoment),
        ("milestone", Self::Milestone),
        ("confession", Self::Confession),
        ("conflict", Self::Conflict),
        ("achievement", Self::Achievement),
        ("bonding", Self::Bonding),
        ("routine", Self::Routine),
    ];

    /// The type of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::NAMES.into_iter().find(|(known, _)| *known == name).map(|(_, kind)| kind)
    }

    /// Its snake_case name.
    pub fn name(self) -> &'static str {
        Self::NAMES.get(self as usize).map_or("routine", |(name, _)| name)
    }

    const fn base(self) -> f64 {
        match self {
            Self::EmotionalMoment => 8.0,
            Self::Confession => 7.5,
            Self::Milestone | Self::Achievement => 7.0,
            Self::Bonding => 6.5,
            Self::Conflict => 6.0,
            Self::Routine => 2.0,
        }
    }
}

/// The importance of an episode of so many messages of the person: 0..10, 6 decimals. A type that is not known has the
/// base 5.
pub fn importance(kind: Option<EpisodeType>, sentiment: SentimentClass, messages: u32) -> f64 {
    let base = kind.map_or(5.0, EpisodeType::base);
    let factor = match sentiment {
        SentimentClass::VeryPositive => 1.2,
        SentimentClass::Positive | SentimentClass::Negative => 1.1,
        SentimentClass::Neutral => 1.0,
        SentimentClass::VeryNegative => 1.3,
    };
    let length = if messages > 3 { 0.5 } else { 0.0 };
    round6((base * factor + length).clamp(0.0, 10.0))
}

/// What is left of an importance after so many days: `1 / (1 + 0.1 ln(1 + days))`, 1 for a day to come.
pub fn decay(days: f64) -> f64 {
    1.0 / (1.0 + 0.1 * libm::log1p(days.max(0.0)))
}

/// How much an episode matters now, the least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it")]
pub enum EpisodeClass {
    Trivial,
    Low,
    Medium,
    High,
    Critical,
}

impl EpisodeClass {
    /// The class of an importance, 0..10.
    pub fn of(importance: f64) -> Self {
        match importance {
            _ if importance >= 9.0 => Self::Critical,
            _ if importance >= 7.0 => Self::High,
            _ if importance >= 5.0 => Self::Medium,
            _ if importance >= 3.0 => Self::Low,
            _ => Self::Trivial,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use SentimentClass::{Negative, Neutral, VeryNegative, VeryPositive};

    #[test]
    fn names_lead_back_to_their_types() {
        for (name, kind) in EpisodeType::NAMES {
            assert_eq!(kind.name(), name);
            assert_eq!(EpisodeType::from_name(name), Some(kind));
        }
    }

    #[test]
    fn importance_is_base_times_sentiment_plus_length() {
        use EpisodeType::{Achievement, Conflict, EmotionalMoment, Routine};
        for (kind, sentiment, messages, expected) in [
            (EmotionalMoment, VeryNegative, 1, 10.0),
            (EmotionalMoment, VeryPositive, 1, 9.6),
            (EmotionalMoment, VeryPositive, 3, 9.6),
            (EmotionalMoment, VeryPositive, 4, 10.0),
            (Routine, Neutral, 1, 2.0),
            (Conflict, Negative, 1, 6.6),
            (Achievement, VeryPositive, 1, 8.4),
        ] {
            assert_eq!(importance(Some(kind), sentiment, messages), expected, "{kind:?} {sentiment:?}");
        }
        assert_eq!(importance(None, Neutral, 1), 5.0);
    }

    #[test]
    fn importance_fades_with_the_logarithm_of_days() {
        for (days, expected) in [
            (0.0, 1.0),
            (1.0, 0.935_178),
            (7.0, 0.827_853),
            (30.0, 0.744_381),
            (90.0, 0.689_139),
            (365.0, 0.628_827),
            (3650.0, 0.549_367),
            (-5.0, 1.0),
        ] {
            assert_eq!(round6(decay(days)), expected, "{days} days");
        }
    }

    #[test]
    fn classes_of_episodes() {
        use EpisodeClass::{Critical, High, Low, Medium, Trivial};
        let classes = [9.5, 9.0, 7.0, 5.0, 3.0, 2.9].map(EpisodeClass::of);
        assert_eq!(classes, [Critical, Critical, High, Medium, Low, Trivial]);
    }
}
