//! What one message says: sentiment, emotions, interaction, intent and mood triggers, each with its spans.

mod observation;

pub use observation::{
    Coverage, Emotion, Intent, Interaction, Language, MoodTrigger, Observation, Sentiment, SentimentClass,
    Span,
};
