//! The result of observing one message. A value: it is never stored on its own.

use serde::Serialize;

use super::lexicon::EMOTIONS;
use crate::json::Value;
use crate::memory::{EpisodeType, FactCategory};
pub use crate::text::Span;

/// What one message says.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Observation {
    /// The language the message was read in.
    pub language: Language,
    /// Whether a language pack could read it. `unsupported` is never the same as "nothing found".
    pub coverage: Coverage,
    /// How positive it is.
    pub sentiment: Sentiment,
    /// Which emotions it names or shows.
    pub emotions: Vec<Emotion>,
    /// What it does to the relationship.
    pub interaction: Interaction,
    /// Greeting, goodbye, thanks and so on.
    pub intent: Option<Intent>,
    /// Which moods of the template it triggers, in the template's declaration order.
    pub mood_triggers: Vec<MoodTrigger>,
    /// What it is about, in the order of the first mention.
    pub topics: Vec<Topic>,
    /// What it states about the person, in the order of the text.
    pub facts: Vec<FactCandidate>,
    /// What happened that is worth remembering, in the order of the text.
    pub episodes: Vec<EpisodeCandidate>,
    /// Reserved until the rules for them are built; always empty.
    #[cfg_attr(feature = "typescript", ts(type = "unknown[]"))]
    pub patterns: [(); 0],
    /// Reserved until the rules for them are built; always empty.
    #[cfg_attr(feature = "typescript", ts(type = "unknown[]"))]
    pub tensions: [(); 0],
}

/// The language of a text.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Language {
    /// One of the ten of the format, or `und` when undecided.
    pub code: String,
    /// 0..1; 1 when the caller named the language.
    pub confidence: f64,
}

/// Whether the message could be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Coverage {
    /// A pack for its language was used.
    Supported,
    /// Mixed languages; the stronger pack was used.
    Partial,
    /// No pack for its language.
    Unsupported,
}

/// The five classes of sentiment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it")]
pub enum SentimentClass {
    VeryPositive,
    Positive,
    Neutral,
    Negative,
    VeryNegative,
}

impl SentimentClass {
    /// The class of a score, -1..1.
    pub fn of(score: f64) -> Self {
        match score {
            _ if score >= 0.6 => Self::VeryPositive,
            _ if score >= 0.2 => Self::Positive,
            _ if score > -0.2 => Self::Neutral,
            _ if score > -0.6 => Self::Negative,
            _ => Self::VeryNegative,
        }
    }

    /// All five, best first.
    pub const ALL: [Self; 5] =
        [Self::VeryPositive, Self::Positive, Self::Neutral, Self::Negative, Self::VeryNegative];

    /// The affinity points of the built-in interaction kind of this name.
    pub const fn points(self) -> i32 {
        match self {
            Self::VeryPositive => 5,
            Self::Positive => 2,
            Self::Neutral => 1,
            Self::Negative => -2,
            Self::VeryNegative => -5,
        }
    }

    /// The class, or built-in interaction kind, of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.name() == name)
    }

    /// The snake_case name, which is also the name of the built-in interaction kind.
    pub const fn name(self) -> &'static str {
        match self {
            Self::VeryPositive => "very_positive",
            Self::Positive => "positive",
            Self::Neutral => "neutral",
            Self::Negative => "negative",
            Self::VeryNegative => "very_negative",
        }
    }
}

/// How positive a message is.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Sentiment {
    /// The class of the score.
    pub class: SentimentClass,
    /// -1..1, `x / sqrt(x^2 + 15)` of the valence sum, 6 decimals.
    pub score: f64,
    /// The valued words with their negators and intensifiers.
    pub spans: Vec<Span>,
}

/// An emotion that a message names or shows.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Emotion {
    /// One of joy, sadness, anger, fear, surprise, disgust, affection, gratitude.
    pub name: String,
    /// 0..1.
    pub score: f64,
    /// Where.
    pub spans: Vec<Span>,
}

impl Emotion {
    /// Its place among the eight.
    pub fn index(&self) -> usize {
        EMOTIONS.iter().position(|name| *name == self.name).unwrap_or_default()
    }
}

/// What a message does to the relationship, not how the person feels.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Interaction {
    /// A sentiment class or a kind of the template: the one interaction that counts for this message.
    #[serde(rename = "type")]
    pub kind: String,
    /// Whether a valued clause is aimed at the personality.
    pub directed: bool,
    /// Where.
    pub spans: Vec<Span>,
}

/// What a message wants, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it")]
pub enum Intent {
    Greeting,
    Goodbye,
    Thanks,
    Question,
    Confusion,
    Success,
    Error,
}

/// A mood of the template that a message triggers.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct MoodTrigger {
    /// The mood's name.
    pub mood: String,
    /// Sum of the weights of its distinct matching triggers, clamped to 0..1, 6 decimals.
    pub score: f64,
    /// Where.
    pub spans: Vec<Span>,
}

/// A subject of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Topic {
    /// Its name in the language pack, for example `work`.
    pub topic: String,
    /// How many of its words the message has.
    pub count: u32,
}

/// A fact that a message states about the person who wrote it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct FactCandidate {
    /// What sort of fact it is.
    pub category: FactCategory,
    /// What it is about: `[a-z0-9_]`, 1..64.
    pub key: String,
    /// What it says: a text in its original case, or a number.
    #[cfg_attr(feature = "typescript", ts(type = "unknown"))]
    pub value: Value,
    /// 0..1.
    pub confidence: f64,
    /// Where it stands: the words that say it, with the value.
    pub spans: Vec<Span>,
    /// The rule that found it, by its name in the language pack.
    pub reason: String,
}

/// Something that happened to the person, as one message tells it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct EpisodeCandidate {
    /// What sort of thing happened.
    pub episode_type: EpisodeType,
    /// The person's own words, 1..80 characters.
    pub title: String,
    /// The person's own words, 1..400 characters.
    pub summary: String,
    /// 0..10, 6 decimals.
    pub importance: f64,
    /// How the message feels.
    pub sentiment: SentimentClass,
    /// What it is about, for example `pet`, `loss`.
    pub tags: Vec<String>,
    /// The words that tell of it.
    pub spans: Vec<Span>,
    /// Why it is one: the words of the language pack that were found.
    pub reason: String,
}
