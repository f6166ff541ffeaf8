//! The typed personality document. A [`Template`] exists only for a document without errors; everything that
//! takes one trusts it. Strings and lists keep the order and spelling of the document; absent optional values
//! carry the default of the format.

use std::sync::OnceLock;

use super::knowledge::Knowledge;
use crate::json::{self, Value};
use serde::{Serialize, Serializer};

/// A valid personality document: immutable, known by name, version and content hash.
#[derive(Clone, Debug, PartialEq)]
pub struct Template {
    /// The document as it was read: unknown keys, key order and numbers included.
    pub document: Value,
    /// The content hash, which [`Template::id`] gives.
    pub id: LazyId,
    /// Who this is.
    pub persona: Persona,
    /// The three words that characterise it.
    pub core_traits: CoreTraits,
    /// How it speaks.
    pub linguistic_profile: LinguisticProfile,
    /// What it always does; 1..100 sentences.
    pub behavioral_rules: Vec<String>,
    /// Lines for recurring situations.
    pub trigger_responses: TriggerResponses,
    /// Base values of the six parameters, each 0..1 or absent.
    pub advanced_parameters: Parameters,
    /// What it keeps away from; `None` when the document has no such section.
    pub safety_guards: Option<SafetyGuards>,
    /// Sample exchanges.
    pub sample_responses: Vec<SampleResponse>,
    /// Relationship levels; `None` when the document has no such section.
    pub hierarchical_config: Option<HierarchicalConfig>,
    /// Moods; `None` when the document has no such section.
    pub mood_config: Option<MoodConfig>,
    /// How affinity moves; defaults when the document has no such section.
    pub affinity_config: AffinityConfig,
    /// What of the person it remembers; everything when the document has no such section.
    pub memory_preferences: MemoryPreferences,
    /// Soft guidance for the prompt, in declared order.
    pub principles: Vec<Principle>,
    /// What it knows about things that come up; no entries when the document has no such section.
    pub knowledge: Knowledge,
    /// Token limit of the template's own policy (`policy.max_context_tokens`), at least 256.
    pub max_context_tokens: Option<u32>,
    /// What a converted character card says in its own words (`extensions["luminoracore/card"]`).
    pub card: CardTexts,
}

/// `persona`: who this is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Persona {
    /// 1..100 characters.
    pub name: String,
    /// `N.N.N`.
    pub version: String,
    /// 1..500 characters.
    pub description: String,
    /// 1..100 characters.
    pub author: String,
    /// The language to answer in: one of `en es fr de it pt zh ja ko ru`.
    pub language: String,
    /// Targets that the author declares; open vocabulary.
    pub compatibility: Vec<String>,
    /// Search words.
    pub tags: Vec<String>,
    /// Other names.
    pub aliases: Vec<String>,
}

/// `core_traits`: open vocabulary, 1..50 characters each.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CoreTraits {
    /// For example `scientist`.
    pub archetype: String,
    /// For example `calm`.
    pub temperament: String,
    /// For example `conversational`.
    pub communication_style: String,
}

/// `linguistic_profile`: how it speaks.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LinguisticProfile {
    /// 1..20 words.
    pub tone: Vec<String>,
    /// Sentence structure, for example `varied`.
    pub syntax: String,
    /// Typical words, as in the document (repeats included).
    pub vocabulary: Vec<String>,
    /// Filler words.
    pub fillers: Vec<String>,
    /// Typical expressions.
    pub expressions: Vec<String>,
    /// For example `minimal`; absent when not given.
    pub punctuation_style: Option<String>,
}

/// `trigger_responses`: lines for recurring situations; absent lists are empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TriggerResponses {
    /// Said when greeted.
    pub on_greeting: Vec<String>,
    /// Said when something is unclear.
    pub on_confusion: Vec<String>,
    /// Said when something worked.
    pub on_success: Vec<String>,
    /// Said when something failed.
    pub on_error: Vec<String>,
    /// Said when parting.
    pub on_goodbye: Vec<String>,
}

/// One of the six numbers that shape a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the names are the parameters of the format")]
pub enum Parameter {
    Verbosity,
    Formality,
    Humor,
    Empathy,
    Creativity,
    Directness,
}

impl Parameter {
    /// All six, in the order of the format.
    pub const ALL: [Self; 6] =
        [Self::Verbosity, Self::Formality, Self::Humor, Self::Empathy, Self::Creativity, Self::Directness];

    /// The key in a document.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Verbosity => "verbosity",
            Self::Formality => "formality",
            Self::Humor => "humor",
            Self::Empathy => "empathy",
            Self::Creativity => "creativity",
            Self::Directness => "directness",
        }
    }

    /// The parameter with that key.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|parameter| parameter.name() == name)
    }
}

/// A value for some of the six parameters: base values (0..1) or deltas (-1..1).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(
    feature = "typescript",
    ts(
        type = "Partial<Record<\"verbosity\" | \"formality\" | \"humor\" | \"empathy\" | \"creativity\" | \"directness\", number>>"
    )
)]
pub struct Parameters([Option<f64>; 6]);

impl Parameters {
    /// The value of one parameter, when present.
    pub fn get(&self, parameter: Parameter) -> Option<f64> {
        self.0[parameter as usize]
    }

    /// Sets or removes one parameter.
    pub fn set(&mut self, parameter: Parameter, value: Option<f64>) {
        self.0[parameter as usize] = value;
    }

    /// The present ones, in the order of the format.
    pub fn iter(&self) -> impl Iterator<Item = (Parameter, f64)> + '_ {
        Parameter::ALL.into_iter().filter_map(|parameter| self.get(parameter).map(|value| (parameter, value)))
    }
}

impl Serialize for Parameters {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter().map(|(parameter, value)| (parameter.name(), value)))
    }
}

/// `safety_guards`: what it keeps away from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SafetyGuards {
    /// Topics it does not discuss.
    pub forbidden_topics: Vec<String>,
    /// 0..1.
    pub max_aggression: Option<f64>,
    /// 0..1.
    pub max_informality: Option<f64>,
    /// Of `profanity violence adult political religious`.
    pub content_filters: Vec<String>,
}

/// One sample exchange of `examples.sample_responses`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SampleResponse {
    /// What the person says.
    pub input: String,
    /// What the personality answers.
    pub output: String,
    /// When this applies.
    pub context: Option<String>,
}

/// `hierarchical_config`: relationship levels.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HierarchicalConfig {
    /// Whether the levels' modifiers apply.
    pub enabled: bool,
    /// In the order of the document; ranges do not overlap, but may leave gaps.
    pub levels: Vec<Level>,
}

/// A relationship level: an inclusive range of affinity points and what it changes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Level {
    /// Unique in the template.
    pub name: String,
    /// Lowest point, 0..100.
    pub minimum: u8,
    /// Highest point, at least `minimum`.
    pub maximum: u8,
    /// Shown in the prompt.
    pub description: Option<String>,
    /// What the level changes.
    pub modifiers: Modifiers,
}

/// What a level or a mood changes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Modifiers {
    /// Deltas, -1..1 each.
    pub parameters: Parameters,
    /// Further tone words.
    pub tone_additions: Vec<String>,
    /// Further expressions.
    pub expression_additions: Vec<String>,
    /// Further rules.
    pub behavioral_adjustments: Vec<String>,
    /// Set before the prompt body; may be empty.
    pub prefix: String,
    /// Set after the prompt body; may be empty.
    pub suffix: String,
}

/// `mood_config`: moods, what triggers them and how they fade.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MoodConfig {
    /// Whether moods apply.
    pub enabled: bool,
    /// In declared order.
    pub moods: Vec<Mood>,
    /// Trigger phrases per mood, in declared order.
    pub triggers: Vec<(String, Vec<Trigger>)>,
    /// How moods start and fade.
    pub detection: MoodDetection,
}

/// One mood.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mood {
    /// Unique in the template.
    pub name: String,
    /// Shown in the prompt.
    pub description: Option<String>,
    /// What the mood changes.
    pub modifiers: Modifiers,
}

/// A phrase that speaks for a mood or an interaction kind.
#[derive(Clone, Debug, PartialEq)]
pub struct Trigger {
    /// Matches whole tokens, folded.
    pub phrase: String,
    /// Greater than 0, at most 1.
    pub weight: f64,
}

/// `mood_config.mood_detection`.
#[derive(Clone, Debug, PartialEq)]
pub struct MoodDetection {
    /// The mood to start in and to return to; "neutral" when not given.
    pub default_mood: String,
    /// Below this a mood ends; 0..1, 0.2 when not given.
    pub minimum_intensity: f64,
    /// Minutes in which an intensity halves; greater than 0, 30 when not given.
    pub half_life_minutes: f64,
    /// Whether a mood's deltas are multiplied by its intensity.
    pub scale_by_intensity: bool,
    /// Whether a model names the mood, rather than the trigger phrases.
    pub by_model: bool,
}

impl Default for MoodDetection {
    fn default() -> Self {
        Self {
            default_mood: "neutral".to_owned(),
            minimum_intensity: 0.2,
            half_life_minutes: 30.0,
            scale_by_intensity: false,
            by_model: false,
        }
    }
}

/// `affinity_config`: how affinity moves.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AffinityConfig {
    /// Points per interaction kind, -100..100, in declared order; overrides and extends the built-in ones.
    pub interaction_types: Vec<(String, i32)>,
    /// Phrases per kind, in declared order.
    pub interaction_triggers: Vec<(String, Vec<Trigger>)>,
    /// Most points gained per UTC day, 1..100.
    pub daily_cap: Option<u32>,
    /// Points lost per idle day, 0..100.
    pub decay_per_day: Option<f64>,
    /// Idle days without loss, 0..3650.
    pub grace_days: u32,
    /// How far below its minimum a level holds, 0..20.
    pub hysteresis: u8,
}

/// `memory_preferences`: what of the person it remembers.
#[derive(Clone, Debug, PartialEq)]
pub struct MemoryPreferences {
    /// Names of the categories of facts to keep; `None` = all.
    pub fact_categories: Option<Vec<String>>,
    /// Names of the types of episodes to keep; `None` = all.
    pub episode_types: Option<Vec<String>>,
    /// The least importance of an episode to keep, 0..10; 5 when not given.
    pub importance_threshold: f64,
    /// Whether what messages are about is noted.
    pub topics: bool,
    /// Whether what a message with a question in it says is kept.
    pub questions: bool,
    /// Whether hobbies and preferences are kept.
    pub shared_interests: bool,
}

impl Default for MemoryPreferences {
    fn default() -> Self {
        Self {
            fact_categories: None,
            episode_types: None,
            importance_threshold: 5.0,
            topics: true,
            questions: true,
            shared_interests: true,
        }
    }
}

/// One of `principles`: soft guidance.
#[derive(Clone, Debug, PartialEq)]
pub struct Principle {
    /// 1..300 characters.
    pub text: String,
    /// 0..1.
    pub weight: f64,
}

/// What a converted character card says in its own words; absent texts are empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CardTexts {
    /// Description, personality and scenario, shown verbatim.
    pub prose: Option<String>,
    /// What `{{char}}` stands for in place of the name; not blank.
    pub nickname: Option<String>,
    /// Stands before the prompt, or around it where it says `{{original}}`.
    pub system_prompt: String,
    /// Stands behind the prompt.
    pub post_history_instructions: String,
}

/// The content hash of a document, once somebody asked for it: it costs as much as validating the document does.
#[derive(Clone, Debug, Default)]
pub struct LazyId(OnceLock<String>);

/// Equal documents have equal hashes, whether or not they were asked for.
impl PartialEq for LazyId {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Template {
    /// `sha256:` + the SHA-256 (lower-case hex) of the document's RFC 8785 form. Worked out when first asked for.
    pub fn id(&self) -> &str {
        let hash = || format!("sha256:{}", json::sha256_hex(json::canonical(&self.document).as_bytes()));
        self.id.0.get_or_init(hash)
    }

    /// The name that `{{char}}` stands for: the nickname of its card, else its name.
    pub fn character(&self) -> &str {
        self.card.nickname.as_deref().unwrap_or(&self.persona.name)
    }

    /// The mood in which every session starts.
    pub fn default_mood(&self) -> &str {
        self.mood_config.as_ref().map_or("neutral", |config| config.detection.default_mood.as_str())
    }
}
