//! The vocabularies of the format. Recommended words are open: another word is a warning. The others are closed.

/// Recommended for `core_traits.archetype`.
pub(super) const ARCHETYPE: &[&str] = &[
    "scientist",
    "adventurer",
    "caregiver",
    "skeptic",
    "trendy",
    "leader",
    "motivator",
    "rebel",
    "academic",
    "charming",
    "companion",
    "mentor",
    "artist",
    "guardian",
];

/// Recommended for `core_traits.temperament`.
pub(super) const TEMPERAMENT: &[&str] =
    &["calm", "energetic", "serious", "playful", "mysterious", "direct", "cool", "warm", "stoic"];

/// Recommended for `core_traits.communication_style`.
pub(super) const COMMUNICATION_STYLE: &[&str] =
    &["formal", "casual", "technical", "conversational", "poetic", "humorous"];

/// Recommended for `linguistic_profile.tone`.
pub(super) const TONE: &[&str] = &[
    "friendly",
    "professional",
    "casual",
    "formal",
    "warm",
    "cool",
    "enthusiastic",
    "calm",
    "confident",
    "humble",
    "playful",
    "serious",
    "curious",
    "connected",
    "adventurous",
    "wise",
    "mysterious",
    "direct",
    "energetic",
    "gentle",
    "polite",
    "trendy",
    "charming",
    "elegant",
    "sophisticated",
    "authoritative",
    "rigorous",
    "intellectual",
    "precise",
    "motivational",
    "encouraging",
    "positive",
    "uplifting",
    "strategic",
    "results-focused",
    "rebellious",
    "technical",
    "sarcastic",
];

/// Recommended for `linguistic_profile.syntax`.
pub(super) const SYNTAX: &[&str] = &["simple", "complex", "varied", "concise", "elaborate"];

/// Recommended for `linguistic_profile.punctuation_style`.
pub(super) const PUNCTUATION_STYLE: &[&str] = &["minimal", "moderate", "liberal", "excessive"];

/// Recommended for `persona.compatibility`.
pub(super) const COMPATIBILITY: &[&str] =
    &["openai", "anthropic", "google", "mistral", "cohere", "deepseek", "llama", "universal"];

/// Recommended for `metadata.license`.
pub(super) const LICENSE: &[&str] = &["MIT", "Apache-2.0", "GPL-3.0", "CC-BY-4.0", "CC0-1.0", "Custom"];

/// The languages of `persona.language`.
pub(super) const LANGUAGES: &[&str] = &["en", "es", "fr", "de", "it", "pt", "zh", "ja", "ko", "ru"];

/// The filters of `safety_guards.content_filters`.
pub(super) const CONTENT_FILTERS: &[&str] = &["profanity", "violence", "adult", "political", "religious"];

/// The categories of facts.
pub(super) const FACT_CATEGORIES: &[&str] = &[
    "personal_info",
    "preferences",
    "relationships",
    "hobbies",
    "goals",
    "health",
    "work",
    "events",
    "other",
];

/// The types of episodes.
pub(super) const EPISODE_TYPES: &[&str] =
    &["emotional_moment", "milestone", "confession", "conflict", "achievement", "bonding", "routine"];

/// The interaction kinds that exist without being declared.
pub(super) const BUILT_IN_INTERACTIONS: &[&str] =
    &["very_positive", "positive", "neutral", "negative", "very_negative"];

/// Whether a tool may run.
pub(super) const APPROVALS: &[&str] = &["denied", "user-approval", "approved", "not-applicable"];
