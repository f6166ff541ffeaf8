//! What one message says: sentiment, emotions, interaction, intent, mood triggers, topics, and candidates of facts and
//! episodes, each with its spans.
//!
//! ```text
//! text -> Scan (tokens, marks) -> language -> Reading (clauses, phrases, quotes, negation)
//!      -> sentiment, emotions, interaction, intent, mood triggers, topics -> Observation
//!      -> tellings (leads that are neither asked nor supposed nor denied) -> facts, episodes -> Observation
//! ```
//! The rules are here, the words are data: a [`Packs`] is loaded at run time from JSON beside the program.

mod emotion;
mod episode;
mod fact;
mod intent;
mod interaction;
mod language;
mod lexicon;
mod observation;
mod pack;
mod quotation;
mod reading;
mod sentiment;
mod source;
mod symbols;
mod telling;
mod topic;
mod trigger;

pub use observation::{
    Coverage, Emotion, EpisodeCandidate, FactCandidate, Intent, Interaction, Language, MoodTrigger,
    Observation, Sentiment, SentimentClass, Span, Topic,
};
pub use pack::Packs;
pub use trigger::TriggerSet;

use crate::template::Template;
use crate::text::Scan;
use reading::Reading;
use source::Source;

/// What is known about a message besides its text.
#[derive(Clone, Copy, Debug, Default)]
pub struct ObserveContext<'a> {
    /// The language the caller names (BCP 47; only the first part counts). `None` = find out.
    pub language: Option<&'a str>,
    /// The template whose triggers, names and language apply.
    pub template: Option<&'a Template>,
    /// Whether the turn before this message was the personality's: then "this is bad" judges its words.
    pub after_assistant: bool,
}

/// Observes one message. Never fails: a text that no pack can read is `unsupported` and neutral.
pub fn observe(packs: &Packs, text: &str, context: &ObserveContext<'_>) -> Observation {
    let triggers = context.template.map(TriggerSet::new);
    observe_with(packs, text, context.language, triggers.as_ref(), context.after_assistant)
}

/// [`observe`] with a template prepared once for many messages.
pub fn observe_with(
    packs: &Packs,
    text: &str,
    language: Option<&str>,
    triggers: Option<&TriggerSet>,
    after_assistant: bool,
) -> Observation {
    let scan = Scan::new(text);
    let identified = language::identify(packs, &scan, language, triggers.map(TriggerSet::language));
    let mut observation = Observation {
        language: identified.language,
        coverage: identified.coverage,
        sentiment: Sentiment { class: SentimentClass::Neutral, score: 0.0, spans: Vec::new() },
        emotions: Vec::new(),
        interaction: Interaction {
            kind: SentimentClass::Neutral.name().to_owned(),
            directed: false,
            spans: Vec::new(),
        },
        intent: None,
        mood_triggers: Vec::new(),
        topics: Vec::new(),
        facts: Vec::new(),
        episodes: Vec::new(),
        patterns: [],
        tensions: [],
    };
    let Some(lexicon) = identified.lexicon else {
        return observation;
    };
    let reading = Reading::new(&scan, lexicon, packs.symbols());
    let valued = sentiment::valued_words(&reading);
    observation.sentiment = sentiment::sentiment(&reading, &valued);
    observation.emotions = emotion::emotions(&reading);
    observation.intent = intent::intent(&reading);
    let matched = triggers.map(|triggers| triggers.find(&reading)).unwrap_or_default();
    observation.interaction = interaction::interaction(
        &reading,
        &valued,
        observation.sentiment.class,
        matched.interaction,
        &matched.names,
        after_assistant,
    );
    observation.mood_triggers = matched.moods;
    observation.topics = topic::topics(&reading);
    if telling::tells(&reading) {
        let source = Source::new(text, &scan);
        let tellings = telling::tellings(&reading, &source);
        observation.facts = fact::facts(&reading, &source, &tellings);
        observation.episodes = episode::episodes(&reading, &source, &tellings, observation.sentiment.class);
    }
    observation
}
