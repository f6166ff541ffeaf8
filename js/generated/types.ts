// Generated from the Rust types: `npm run generate`. Do not edit.

/**
 * Why a call was refused. The snake_case name is the `code` of a `LuminoraError` in JavaScript.
 */
export type CoreErrorCode = "invalid_template" | "template_conflict" | "unknown_template" | "unknown_session" | "session_archived" | "unknown_run" | "unknown_memory" | "invalid_argument" | "wrong_type" | "out_of_range" | "unknown_mood" | "unknown_target" | "budget_too_small" | "invalid_weight" | "duplicate_block" | "too_few_sources" | "too_many_sources" | "bad_weight" | "invalid_config" | "seed_required" | "feature_disabled" | "unknown_feature" | "integrity" | "invalid_record" | "invalid_owner" | "unsupported_format" | "too_large" | "bad_crc" | "hash_mismatch" | "invalid_bundle" | "schema_newer" | "secret_in_bundle" | "snapshot_without_template" | "instance_exists" | "migration_changed" | "migration_irreversible" | "aborted" | "model_bad_response" | "model_refused" | "host_failure" | "dimension" | "invalid_operation";

/**
 * What an [`Error`] says.
 */
export type CoreError = { 
/**
 * What kind of refusal this is.
 */
code: CoreErrorCode, 
/**
 * JSON Pointer (RFC 6901) into the document or the arguments; empty for the whole.
 */
path: string, 
/**
 * What happened, in a sentence.
 */
message: string, 
/**
 * What to write or do instead.
 */
hint?: string, 
/**
 * All problems of the document, when `code` is `invalid_template`.
 */
problems?: Array<Problem>, 
/**
 * The tokens that would have been enough, when `code` is `budget_too_small`.
 */
needed?: number, };

/**
 * How bad a [`Problem`] is.
 */
export type Severity = "error" | "warning" | "suggestion";

/**
 * What a [`Problem`] is about. The snake_case name is what the file formats and the API show. Declared in
 * alphabetical order, which is the order of problems at one position.
 */
export type ProblemCode = "bad_date_time" | "bad_pattern" | "bad_schema_version" | "bad_version" | "blank" | "byte_order_mark" | "concerning_rule" | "date_without_offset" | "delta_saturates" | "duplicate_id" | "duplicate_item" | "duplicate_key" | "duplicate_level" | "duplicate_rule" | "empty_input" | "few_examples" | "few_rules" | "instruction_override" | "json_syntax" | "limit_conflict" | "long_prompt" | "long_vocabulary" | "looks_like_secret" | "many_examples" | "many_rules" | "many_triggers" | "missing" | "missing_trigger" | "mood_without_triggers" | "no_base_value" | "no_content_filters" | "no_forbidden_topics" | "no_levels" | "no_moods" | "no_safety_guards" | "not_allowed" | "not_finite" | "not_integer" | "not_utf8" | "out_of_range" | "range_gap" | "range_overlap" | "range_reversed" | "short_description" | "small_vocabulary" | "too_deep" | "too_few" | "too_large" | "too_long" | "too_many" | "too_short" | "trait_conflict" | "unknown_interaction" | "unknown_key" | "unknown_mood" | "unknown_word" | "wrong_type";

/**
 * One thing that is wrong with a document.
 */
export type Problem = { 
/**
 * How bad it is.
 */
severity: Severity, 
/**
 * What it is about.
 */
code: ProblemCode, 
/**
 * Where, as a JSON Pointer (RFC 6901).
 */
path: string, 
/**
 * What is wrong, in a sentence.
 */
message: string, 
/**
 * What to write instead, when that is known.
 */
hint?: string, };

/**
 * How many problems of each severity there are.
 */
export type Counts = { 
/**
 * Problems that make the document unusable.
 */
errors: number, 
/**
 * Problems that do not.
 */
warnings: number, 
/**
 * Advice.
 */
suggestions: number, };

/**
 * A dialect of personality documents that is not the format itself, but can be converted to it.
 */
export type Dialect = "cli_template" | "character_card";

/**
 * What validation found.
 */
export type Validation = { 
/**
 * Whether there are no errors.
 */
valid: boolean, 
/**
 * All problems, in the order of the document: a parent before its children, equal places by code.
 */
problems: Array<Problem>, 
/**
 * How many of each severity.
 */
counts: Counts, 
/**
 * The dialect of a document with errors that is one of another dialect: `convert` makes a template of it.
 */
dialect?: Dialect, };

/**
 * A value for some of the six parameters: base values (0..1) or deltas (-1..1).
 */
export type Parameters = Partial<Record<"verbosity" | "formality" | "humor" | "empathy" | "creativity" | "directness", number>>;

/**
 * How the sources become one.
 */
export type BlendStrategy = "weighted_average" | "dominant" | "hybrid" | "random";

/**
 * A source of a blend.
 */
export type BlendedSource = { 
/**
 * `persona.name`.
 */
name: string, 
/**
 * `persona.version`.
 */
version: string, 
/**
 * `sha256:` and the hash of the document.
 */
hash: string, 
/**
 * Its part of the whole, 0..1; those of all sources sum to 1.
 */
weight: number, };

/**
 * What a [`BlendWarning`] is about.
 */
export type BlendWarningCode = "languages_differ" | "limit_reached";

/**
 * Something about a blend that may not be as expected.
 */
export type BlendWarning = { 
/**
 * What it is about.
 */
code: BlendWarningCode, 
/**
 * Where, as a JSON Pointer into the blended document.
 */
path: string, 
/**
 * What is the matter, in a sentence.
 */
message: string, };

/**
 * What a blend was made of.
 */
export type BlendReport = { 
/**
 * How the sources became one.
 */
strategy: BlendStrategy, 
/**
 * The sources, in the order in which they were given.
 */
sources: Array<BlendedSource>, 
/**
 * What may not be as expected.
 */
warnings: Array<BlendWarning>, };

/**
 * Whose request shape the result takes. The prompt text is the same for all of them.
 */
export type Target = "openai" | "anthropic" | "google" | "mistral" | "cohere" | "deepseek" | "llama" | "universal";

/**
 * Who said a message.
 */
export type MessageRole = "user" | "assistant" | "system";

/**
 * One message of the conversation.
 */
export type Message = { 
/**
 * Who said it.
 */
role: MessageRole, 
/**
 * What was said.
 */
content: string, };

/**
 * What a mask changes: deltas on the parameters, and the temperature itself.
 */
export type MaskDeltas = { 
/**
 * -1..1 each.
 */
parameters?: Parameters, 
/**
 * 0..2; replaces the temperature that follows from creativity.
 */
temperature?: number, };

/**
 * Features that can be switched off. Without one, level or mood are still named, but change nothing.
 */
export type CompileFeatures = { 
/**
 * Whether the modifiers of levels apply.
 */
hierarchical_personality?: boolean, 
/**
 * Whether the modifiers of moods apply.
 */
mood_system?: boolean, };

/**
 * The sections of the prompt, in prompt order.
 */
export type Section = "identity" | "traits" | "language" | "style" | "vocabulary" | "principles" | "rules" | "relationship" | "parameters" | "triggers" | "safety" | "examples";

/**
 * One delta.
 */
export type Step = { 
/**
 * `<name>_level`, `<name>_mood` or `mask`.
 */
source: string, 
/**
 * As it was added, 6 decimals.
 */
delta: number, };

/**
 * How one effective parameter came about.
 */
export type ParameterTrace = { 
/**
 * The template's value, or 0.5 where it has none.
 */
base: number, 
/**
 * The deltas, in the order of summing.
 */
steps: Array<Step>, 
/**
 * The sum, clamped once to 0..1, 6 decimals.
 */
effective: number, };

/**
 * A line, or an item of an inline list, that was left out.
 */
export type Dropped = { 
/**
 * Where it would have stood.
 */
section: Section, 
/**
 * JSON Pointer to where its text is, or would be, in the template.
 */
path: string, 
/**
 * What leaving it out saved, its label and heading included where they went with it.
 */
tokens: number, };

/**
 * What a [`Warning`] is about.
 */
export type WarningCode = "level_gap" | "no_base_value" | "target_not_declared" | "bad_pattern" | "ignored_decorator";

/**
 * What is likely not meant.
 */
export type Warning = { 
/**
 * What it is about.
 */
code: WarningCode, 
/**
 * Where, as a JSON Pointer into the template.
 */
path: string, 
/**
 * What is the matter, in a sentence.
 */
message: string, };

/**
 * A personality compiled for one level, one mood and one target. [`Compiled::request`] gives the body of a
 * model request.
 */
export type Compiled = { 
/**
 * Whose request shape [`Compiled::request`] takes.
 */
target: Target, 
/**
 * The whole system prompt.
 */
text: string, 
/**
 * The effective parameters, 0..1 with 6 decimals; absent = neither base value nor delta.
 */
parameters: Parameters, 
/**
 * `0.1 + 0.9 * creativity` (absent = 0.5) with 6 decimals, or that of the mask.
 */
temperature: number, 
/**
 * Name of the level that holds.
 */
level: string, 
/**
 * Name of the mood.
 */
mood: string, 
/**
 * Whose modifiers changed something: `<name>_level`, then `<name>_mood`.
 */
applied: Array<string>, 
/**
 * How each effective parameter came about, in the order of the format.
 */
trace: Record<string, ParameterTrace>, 
/**
 * Tone words: template, level, mood, without duplicates.
 */
tone: Array<string>, 
/**
 * Rules: template, level, mood, without duplicates.
 */
rules: Array<string>, 
/**
 * What stands before the body.
 */
system_prompt_prefix: string, 
/**
 * What stands behind the body.
 */
system_prompt_suffix: string, 
/**
 * Estimate of `text`.
 */
tokens: number, 
/**
 * What was left out to fit `max_tokens`, in the order of dropping; the tokens of a complete prompt are
 * `tokens` + the sum of these.
 */
dropped: Array<Dropped>, 
/**
 * What is likely not meant.
 */
warnings: Array<Warning>, };

/**
 * The sorts of cards.
 */
export type CardFormat = "v1" | "v2" | "v3" | "lorebook";

/**
 * How a part went from a card into a template, or back.
 */
export type LossAction = "mapped" | "truncated" | "defaulted" | "derived" | "moved" | "kept_as_prose" | "kept_opaque";

/**
 * What became of one part: where it was, where it went, and how.
 */
export type LossItem = { 
/**
 * JSON Pointer into the source; empty for what follows from nothing in it.
 */
path: string, 
/**
 * JSON Pointer into the result; empty for the whole.
 */
to: string, 
/**
 * How it went there.
 */
action: LossAction, 
/**
 * What to know about it, in a sentence; may be empty.
 */
note: string, };

/**
 * The language of a text.
 */
export type Language = { 
/**
 * One of the ten of the format, or `und` when undecided.
 */
code: string, 
/**
 * 0..1; 1 when the caller named the language.
 */
confidence: number, };

/**
 * Whether the message could be read.
 */
export type Coverage = "supported" | "partial" | "unsupported";

/**
 * The five classes of sentiment.
 */
export type SentimentClass = "very_positive" | "positive" | "neutral" | "negative" | "very_negative";

/**
 * How positive a message is.
 */
export type Sentiment = { 
/**
 * The class of the score.
 */
class: SentimentClass, 
/**
 * -1..1, `x / sqrt(x^2 + 15)` of the valence sum, 6 decimals.
 */
score: number, 
/**
 * The valued words with their negators and intensifiers.
 */
spans: Array<[number, number]>, };

/**
 * An emotion that a message names or shows.
 */
export type Emotion = { 
/**
 * One of joy, sadness, anger, fear, surprise, disgust, affection, gratitude.
 */
name: string, 
/**
 * 0..1.
 */
score: number, 
/**
 * Where.
 */
spans: Array<[number, number]>, };

/**
 * What a message does to the relationship, not how the person feels.
 */
export type Interaction = { 
/**
 * A sentiment class or a kind of the template: the one interaction that counts for this message.
 */
type: string, 
/**
 * Whether a valued clause is aimed at the personality.
 */
directed: boolean, 
/**
 * Where.
 */
spans: Array<[number, number]>, };

/**
 * What a message wants, in one word.
 */
export type Intent = "greeting" | "goodbye" | "thanks" | "question" | "confusion" | "success" | "error";

/**
 * A mood of the template that a message triggers.
 */
export type MoodTrigger = { 
/**
 * The mood's name.
 */
mood: string, 
/**
 * Sum of the weights of its distinct matching triggers, clamped to 0..1, 6 decimals.
 */
score: number, 
/**
 * Where.
 */
spans: Array<[number, number]>, };

/**
 * The nine categories of facts, which are also the words of `memory_preferences.fact_categories`.
 */
export type FactCategory = "personal_info" | "preferences" | "relationships" | "hobbies" | "goals" | "health" | "work" | "events" | "other";

/**
 * The seven types of episodes, which are also the words of `memory_preferences.episode_types`.
 */
export type EpisodeType = "emotional_moment" | "milestone" | "confession" | "conflict" | "achievement" | "bonding" | "routine";

/**
 * How far a fact can be relied on (personality specification 9), the least first.
 */
export type FactClass = "low" | "medium" | "high";

/**
 * How much an episode matters now, the least first.
 */
export type EpisodeClass = "trivial" | "low" | "medium" | "high" | "critical";

/**
 * What became of a memory.
 */
export type MemoryChange = "learned" | "confirmed" | "corrected" | "superseded" | "archived" | "restored" | "forgotten";

/**
 * Which limit puts a memory aside.
 */
export type ArchiveReason = "retention_days" | "max_facts" | "max_episodes";

/**
 * A subject of a message.
 */
export type Topic = { 
/**
 * Its name in the language pack, for example `work`.
 */
topic: string, 
/**
 * How many of its words the message has.
 */
count: number, };

/**
 * A fact that a message states about the person who wrote it.
 */
export type FactCandidate = { 
/**
 * What sort of fact it is.
 */
category: FactCategory, 
/**
 * What it is about: `[a-z0-9_]`, 1..64.
 */
key: string, 
/**
 * What it says: a text in its original case, or a number.
 */
value: unknown, 
/**
 * 0..1.
 */
confidence: number, 
/**
 * Where it stands: the words that say it, with the value.
 */
spans: Array<[number, number]>, 
/**
 * The rule that found it, by its name in the language pack.
 */
reason: string, };

/**
 * Something that happened to the person, as one message tells it.
 */
export type EpisodeCandidate = { 
/**
 * What sort of thing happened.
 */
episode_type: EpisodeType, 
/**
 * The person's own words, 1..80 characters.
 */
title: string, 
/**
 * The person's own words, 1..400 characters.
 */
summary: string, 
/**
 * 0..10, 6 decimals.
 */
importance: number, 
/**
 * How the message feels.
 */
sentiment: SentimentClass, 
/**
 * What it is about, for example `pet`, `loss`.
 */
tags: Array<string>, 
/**
 * The words that tell of it.
 */
spans: Array<[number, number]>, 
/**
 * Why it is one: the words of the language pack that were found.
 */
reason: string, };

/**
 * What one message says.
 */
export type Observation = { 
/**
 * The language the message was read in.
 */
language: Language, 
/**
 * Whether a language pack could read it. `unsupported` is never the same as "nothing found".
 */
coverage: Coverage, 
/**
 * How positive it is.
 */
sentiment: Sentiment, 
/**
 * Which emotions it names or shows.
 */
emotions: Array<Emotion>, 
/**
 * What it does to the relationship.
 */
interaction: Interaction, 
/**
 * Greeting, goodbye, thanks and so on.
 */
intent: Intent | null, 
/**
 * Which moods of the template it triggers, in the template's declaration order.
 */
mood_triggers: Array<MoodTrigger>, 
/**
 * What it is about, in the order of the first mention.
 */
topics: Array<Topic>, 
/**
 * What it states about the person, in the order of the text.
 */
facts: Array<FactCandidate>, 
/**
 * What happened that is worth remembering, in the order of the text.
 */
episodes: Array<EpisodeCandidate>, 
/**
 * Reserved until the rules for them are built; always empty.
 */
patterns: unknown[], 
/**
 * Reserved until the rules for them are built; always empty.
 */
tensions: unknown[], };

/**
 * Who says something.
 */
export type TurnRole = "user" | "assistant" | "tool";

/**
 * Why a mood changed or grew.
 */
export type MoodCause = { "type": "trigger", 
/**
 * Where, in the person's turn.
 */
spans: Array<[number, number]>, } | { "type": "decay" } | { "type": "manual" } | { "type": "model" };

/**
 * A mood that has ended.
 */
export type MoodPeriod = { 
/**
 * Its name.
 */
mood: string, 
/**
 * Its last intensity, 0..1.
 */
intensity: number, 
/**
 * ISO 8601 UTC.
 */
started_at: string, 
/**
 * ISO 8601 UTC.
 */
ended_at: string, 
/**
 * What ended it: `trigger`, `decay`, `manual` or `model`.
 */
cause: string, };

/**
 * One change of affinity.
 */
export type Progression = { 
/**
 * ISO 8601 UTC.
 */
date: string, 
/**
 * Points after the change, 0..100.
 */
points: number, 
/**
 * Level after the change; empty where a file leaves it out.
 */
level: string, 
/**
 * What the interaction added or took.
 */
delta: number, 
/**
 * The interaction kind, or `manual`.
 */
kind: string, 
/**
 * Why, in snake_case words.
 */
reasons: Array<string>, };

/**
 * Whether a session takes turns.
 */
export type SessionStatus = "active" | "paused" | "archived";

/**
 * One block of the prompt, as it was used.
 */
export type BlockReport = { 
/**
 * Its name.
 */
name: string, 
/**
 * Tokens used, by the estimate.
 */
tokens: number, 
/**
 * Ids of the records in it. The history names none: which turns those were follows from the log.
 */
items: Array<string>, 
/**
 * How many items (or, for the persona, lines) did not fit.
 */
dropped: number, };

/**
 * Tokens of one or more model calls.
 */
export type Usage = { 
/**
 * Tokens read.
 */
input_tokens: number, 
/**
 * Tokens written.
 */
output_tokens: number, 
/**
 * Cost by the host's price table; unknown is null, never guessed.
 */
cost_usd: number | null, 
/**
 * Whether the counts are our estimate rather than the provider's report.
 */
estimated: boolean, };

/**
 * A part of a turn that a memory comes from.
 */
export type MemorySource = { 
/**
 * The turn's id.
 */
turn: string, 
/**
 * Where in its text.
 */
span: [number, number], };

/**
 * Whether a memory is recalled.
 */
export type MemoryStatus = "active" | "superseded" | "archived";

/**
 * Who found a fact.
 */
export type FactOrigin = "rules" | "model" | "user" | "import";

/**
 * A value that a fact had before.
 */
export type EarlierValue = { 
/**
 * What it said.
 */
value: unknown, 
/**
 * 0..1.
 */
confidence: number, 
/**
 * Where it was said.
 */
sources?: Array<MemorySource>, 
/**
 * When it was first mentioned, ISO 8601 UTC.
 */
from: string, 
/**
 * When another value took its place, ISO 8601 UTC.
 */
to: string, };

/**
 * One thing that is known about a person. Its natural id follows from owner, category and key.
 */
export type fact = { "type": "fact", 
/**
 * What sort of fact it is.
 */
category: FactCategory, 
/**
 * What it is about: `[a-z0-9_]`, 1..64.
 */
key: string, 
/**
 * What it says: any JSON of at most 2 KiB.
 */
value: unknown, 
/**
 * 0..1.
 */
confidence: number, 
/**
 * When this value was first mentioned, ISO 8601 UTC.
 */
first_mentioned: string, 
/**
 * When this value was last mentioned, ISO 8601 UTC.
 */
last_updated: string, 
/**
 * How often this value was mentioned, from 1.
 */
mention_count: number, 
/**
 * Words to find it by.
 */
tags?: Array<string>, 
/**
 * What it was said about, at most 500 characters.
 */
context?: string, 
/**
 * Where it was said.
 */
sources?: Array<MemorySource>, 
/**
 * Who found it.
 */
origin: FactOrigin, 
/**
 * Whether it is recalled.
 */
status: MemoryStatus, 
/**
 * Earlier values, oldest first.
 */
history?: Array<EarlierValue>, };

/**
 * Something that happened to a person, as they told one personality.
 */
export type episode = { "type": "episode", 
/**
 * The instance that it was told to.
 */
instance: string, 
/**
 * What sort of thing happened.
 */
episode_type: EpisodeType, 
/**
 * 1..80 characters.
 */
title: string, 
/**
 * 1..400 characters.
 */
summary: string, 
/**
 * 0..10 at the time; how it fades is computed, never stored.
 */
importance: number, 
/**
 * How it felt.
 */
sentiment: SentimentClass, 
/**
 * When it was last told of, ISO 8601 UTC.
 */
timestamp: string, 
/**
 * What it is about.
 */
tags?: Array<string>, 
/**
 * Where it was told.
 */
sources?: Array<MemorySource>, 
/**
 * How many messages of the person told it, from 1.
 */
message_count: number, 
/**
 * Ids of facts that came up with it.
 */
related_facts?: Array<string>, 
/**
 * Ids of episodes that it goes with.
 */
related_episodes?: Array<string>, 
/**
 * Whether it is recalled.
 */
status: MemoryStatus, };

/**
 * A record that was left out.
 */
export type Quarantined = { 
/**
 * Its id.
 */
id: string, 
/**
 * `clock`, `invalid_record`, `invalid_template` or `integrity`.
 */
code: string, 
/**
 * What is wrong, in a sentence.
 */
message: string, };

/**
 * What became of records that were offered to an owner's log.
 */
export type Absorbed = { 
/**
 * Ids that are new or have a new winning version.
 */
changed: Array<string>, 
/**
 * Records that were left out, and why. They stay where they are stored.
 */
quarantined: Array<Quarantined>, };

/**
 * Which sections an export holds, one that is switched off is absent; and in what form.
 */
export type ExportOptions = { 
/**
 * The turns.
 */
conversation: boolean, 
/**
 * The owner's facts.
 */
facts: boolean, 
/**
 * The instance's episodes.
 */
episodes: boolean, 
/**
 * The vectors of facts and episodes, where there is an embedder: as they are kept, a byte an element.
 */
embeddings: boolean, 
/**
 * What says who the person is, is removed or replaced; the file reports what.
 */
anonymize: boolean, 
/**
 * What stands in the file again and again is written once. It reads as the other form does.
 */
compact: boolean, };

/**
 * What is switched on. Flags that a caller leaves out of an object are off; without any object all are on.
 */
export type Features = { 
/**
 * Episode candidates and records.
 */
episodic_memory: boolean, 
/**
 * Embedding calls.
 */
semantic_search: boolean, 
/**
 * Fact extraction; explicit `remember` always works.
 */
fact_extraction: boolean, 
/**
 * Level modifiers.
 */
hierarchical_personality: boolean, 
/**
 * Moods; off: the mood stays the default mood.
 */
mood_system: boolean, 
/**
 * Affinity; off: points never change.
 */
affinity_system: boolean, 
/**
 * Analytics.
 */
conversation_analytics: boolean, 
/**
 * `exportSnapshot` and `importSnapshot`.
 */
snapshot_export: boolean, };

/**
 * The flags by category.
 */
export type FeatureCategories = Readonly<Record<"memory" | "personality" | "analytics" | "export", Readonly<Record<string, boolean>>>>;

/**
 * What is on and what is off.
 */
export type FeatureSummary = { 
/**
 * 8.
 */
total_features: number, 
/**
 * How many are on.
 */
enabled_count: number, 
/**
 * How many are off.
 */
disabled_count: number, 
/**
 * Names of those that are on.
 */
enabled: Array<string>, 
/**
 * Names of those that are off.
 */
disabled: Array<string>, 
/**
 * The same by category.
 */
by_category: FeatureCategories, };

/**
 * Why a part of an answer was left out.
 */
export type DropReason = "no_json" | "broken_json" | "no_facts" | "wrong_type" | "no_category" | "no_key" | "no_value" | "long_value" | "bad_confidence" | "unsupported_quote" | "low_confidence" | "not_wanted" | "too_many" | "bad_episode" | "bad_mood" | "unknown_mood" | "token_budget";

/**
 * A part of an answer that was left out.
 */
export type DroppedItem = { 
/**
 * JSON Pointer into the answer's JSON; empty for all of it.
 */
path: string, 
/**
 * Why.
 */
reason: DropReason, };

/**
 * A count per role.
 */
export type ByRole = { user: number, assistant: number, tool: number, };

/**
 * Tokens of one model's calls.
 */
export type ModelTokens = { 
/**
 * Kind of the model port.
 */
kind: string, 
/**
 * The model's id.
 */
id: string, 
/**
 * Tokens read.
 */
input_tokens: number, 
/**
 * Tokens written.
 */
output_tokens: number, 
/**
 * Whether any of it is our estimate.
 */
estimated: boolean, };

/**
 * How often a topic came up.
 */
export type TopicCount = { topic: string, count: number, };

/**
 * Where the scores go.
 */
export type SentimentDirection = "improving" | "declining" | "stable" | "insufficient";

/**
 * The score of a turn.
 */
export type ScorePoint = { 
/**
 * ISO 8601 UTC.
 */
at: string, 
/**
 * -1..1.
 */
score: number, };

/**
 * How the person's turns feel. Turns in a language without a pack are left out.
 */
export type SentimentSummary = { 
/**
 * Turns by class.
 */
distribution: Readonly<Record<SentimentClass, number>>, 
/**
 * Mean score, -1..1, 6 decimals; null without scored turns.
 */
mean: number | null, 
/**
 * Every score, oldest first.
 */
series: Array<ScorePoint>, 
/**
 * The mean of the last three scores against that of all before.
 */
direction: SentimentDirection, };

/**
 * A level that was reached.
 */
export type LevelPoint = { 
/**
 * The instance.
 */
instance: string, 
/**
 * The level's name.
 */
level: string, 
/**
 * Points then, 0..100.
 */
points: number, 
/**
 * ISO 8601 UTC.
 */
at: string, };

/**
 * Changes of affinity.
 */
export type AffinityCounts = { 
/**
 * How many, by interaction kind.
 */
by_kind: Readonly<Record<string, number>>, 
/**
 * How many, by reason.
 */
by_reason: Readonly<Record<string, number>>, };

/**
 * How often and how long a mood was there.
 */
export type MoodCount = { 
/**
 * Its name.
 */
mood: string, 
/**
 * How many times.
 */
count: number, 
/**
 * How long in all; the present one up to the last turn.
 */
duration_ms: number, };

/**
 * Facts by what became of them.
 */
export type FactCounts = { 
/**
 * How many there are.
 */
new: number, 
/**
 * How many of them were mentioned again or corrected.
 */
updated: number, 
/**
 * How many values were replaced.
 */
superseded: number, };

/**
 * What was remembered.
 */
export type MemoryCounts = { 
/**
 * Facts that came from these turns.
 */
facts: FactCounts, 
/**
 * Episodes by type.
 */
episodes: Readonly<Record<string, number>>, };

/**
 * What happened in one or all conversations of a person.
 */
export type Analytics = { 
/**
 * How many turns.
 */
turns: ByRole, 
/**
 * How many characters (Unicode scalar values).
 */
characters: ByRole, 
/**
 * When the first turn was made, ISO 8601 UTC; null without turns.
 */
first_at: string | null, 
/**
 * When the last turn was made.
 */
last_at: string | null, 
/**
 * UTC days with a turn.
 */
days_active: number, 
/**
 * Tokens by model.
 */
tokens: Array<ModelTokens>, 
/**
 * What the person's turns are about: the ten most frequent.
 */
topics: Array<TopicCount>, 
/**
 * How the person's turns feel.
 */
sentiment: SentimentSummary, 
/**
 * Each level that was reached, oldest first.
 */
level_path: Array<LevelPoint>, 
/**
 * Changes of affinity.
 */
affinity: AffinityCounts, 
/**
 * Per mood, in order of the first.
 */
moods: Array<MoodCount>, 
/**
 * What was remembered.
 */
memory: MemoryCounts, };

/**
 * What a model's look at a turn gave.
 */
export type ExtractionReport = { 
/**
 * Id of the run that it is recorded in; absent where nobody was asked.
 */
run?: string, 
/**
 * The memories that it made or changed.
 */
learned: Array<MemoryChanged>, 
/**
 * What was left out, and why.
 */
dropped: Array<DroppedItem>, 
/**
 * Whether the model was asked once more, because its first answer could not be read.
 */
repaired: boolean, 
/**
 * Tokens of all calls.
 */
usage?: Usage, };

/**
 * Which parts of a snapshot to bring back; absent ones are brought back.
 */
export type Restore = { 
/**
 * Points, counters and history.
 */
affinity: boolean, 
/**
 * The mood and its history.
 */
mood: boolean, 
/**
 * Facts and episodes.
 */
facts: boolean, 
/**
 * The turns.
 */
conversation: boolean, };

/**
 * What a model is asked.
 */
export type ModelRequest = { 
/**
 * The compiled personality.
 */
system: string, 
/**
 * The conversation, oldest first; the last one that is not of the system is the person's turn.
 */
messages: Array<Message>, 
/**
 * 0..2.
 */
temperature: number, 
/**
 * Most tokens of the answer.
 */
maxOutputTokens: number, 
/**
 * JSON Schema that the answer has to match.
 */
responseSchema?: unknown, };

/**
 * Which way a level changed.
 */
export type Direction = "up" | "down";

/**
 * A memory that a call changed.
 */
export type MemoryChanged = { 
/**
 * Its id.
 */
memory: string, 
/**
 * Its `type`.
 */
memory_type: "fact" | "episode" | "note", 
/**
 * What became of it.
 */
change: MemoryChange, };

/**
 * Something that was erased.
 */
export type Forgotten = { 
/**
 * Its id.
 */
id: string, 
/**
 * What it was.
 */
kind: "memory" | "turn" | "run" | "session", 
/**
 * The `type` of a memory.
 */
type?: "fact" | "episode" | "note", };

/**
 * A row of the history: one step that was applied.
 */
export type AppliedMigration = { 
/**
 * The version of the storage since then.
 */
version: number, 
/**
 * The step's name.
 */
name: string, 
/**
 * When, ISO 8601 UTC.
 */
applied_at: string, 
/**
 * Its checksum then.
 */
checksum: string, 
/**
 * What it was for.
 */
description: string, };

/**
 * A step that would be taken, or was.
 */
export type PlannedStep = { 
/**
 * The version of the storage after it.
 */
version: number, 
/**
 * The step's name.
 */
name: string, 
/**
 * How many records it changes.
 */
records: number, };

/**
 * Where a storage stands, and how it came there.
 */
export type Migrations = { 
/**
 * Its version, from 1.
 */
current: number, 
/**
 * The version that this library writes.
 */
latest: number, 
/**
 * Names of the steps between, in their order.
 */
pending: Array<string>, 
/**
 * A row for each step that was applied; before them those that came with the predecessor's tables.
 */
history: Array<AppliedMigration>, 
/**
 * The steps that were taken, or in a dry run would be.
 */
steps: Array<PlannedStep>, };

/**
 * One thing that happened. Changes are told after they are stored, never before.
 */
export type CoreEvent = { "type": "text-delta", 
/**
 * By this.
 */
text: string, } | { "type": "level-change", 
/**
 * The level before.
 */
from: string, 
/**
 * The level now.
 */
to: string, 
/**
 * Points now, 0..100.
 */
points: number, 
/**
 * `up` or `down`.
 */
direction: Direction, } | { "type": "mood-change", 
/**
 * The mood before.
 */
from: string, 
/**
 * The mood now.
 */
to: string, 
/**
 * Its intensity, 0..1.
 */
intensity: number, 
/**
 * Why.
 */
cause?: MoodCause, } | { "type": "memory-change" } & MemoryChanged | { "type": "archived", 
/**
 * Their ids.
 */
ids: Array<string>, 
/**
 * The limit.
 */
reason: ArchiveReason, } | { "type": "forgotten", 
/**
 * All that is gone.
 */
erased: Array<Forgotten>, } | { "type": "erased", 
/**
 * The owner.
 */
user: string, };

/**
 * A fact in a list.
 */
export type FactView = { 
/**
 * Its id.
 */
id: string, 
/**
 * How far it can be relied on.
 */
class: FactClass, 
/**
 * What it has to do with: `work`, `family`, `relationship`, `health`, `entertainment`.
 */
categories: Array<string>, 
/**
 * In how many prompts it was.
 */
uses: number, "type": "fact", 
/**
 * What sort of fact it is.
 */
category: FactCategory, 
/**
 * What it is about: `[a-z0-9_]`, 1..64.
 */
key: string, 
/**
 * What it says: any JSON of at most 2 KiB.
 */
value: unknown, 
/**
 * 0..1.
 */
confidence: number, 
/**
 * When this value was first mentioned, ISO 8601 UTC.
 */
first_mentioned: string, 
/**
 * When this value was last mentioned, ISO 8601 UTC.
 */
last_updated: string, 
/**
 * How often this value was mentioned, from 1.
 */
mention_count: number, 
/**
 * Words to find it by.
 */
tags?: Array<string>, 
/**
 * What it was said about, at most 500 characters.
 */
context?: string, 
/**
 * Where it was said.
 */
sources?: Array<MemorySource>, 
/**
 * Who found it.
 */
origin: FactOrigin, 
/**
 * Whether it is recalled.
 */
status: MemoryStatus, 
/**
 * Earlier values, oldest first.
 */
history?: Array<EarlierValue>, };

/**
 * An episode in a list.
 */
export type EpisodeView = { 
/**
 * Its id.
 */
id: string, 
/**
 * What is left of its importance now, 0..10, 6 decimals.
 */
current_importance: number, 
/**
 * How much it matters now.
 */
class: EpisodeClass, 
/**
 * What it has to do with: `work`, `family`, `relationship`, `health`, `entertainment`.
 */
categories: Array<string>, 
/**
 * In how many prompts it was.
 */
uses: number, "type": "episode", 
/**
 * The instance that it was told to.
 */
instance: string, 
/**
 * What sort of thing happened.
 */
episode_type: EpisodeType, 
/**
 * 1..80 characters.
 */
title: string, 
/**
 * 1..400 characters.
 */
summary: string, 
/**
 * 0..10 at the time; how it fades is computed, never stored.
 */
importance: number, 
/**
 * How it felt.
 */
sentiment: SentimentClass, 
/**
 * When it was last told of, ISO 8601 UTC.
 */
timestamp: string, 
/**
 * What it is about.
 */
tags?: Array<string>, 
/**
 * Where it was told.
 */
sources?: Array<MemorySource>, 
/**
 * How many messages of the person told it, from 1.
 */
message_count: number, 
/**
 * Ids of facts that came up with it.
 */
related_facts?: Array<string>, 
/**
 * Ids of episodes that it goes with.
 */
related_episodes?: Array<string>, 
/**
 * Whether it is recalled.
 */
status: MemoryStatus, };

/**
 * A memory in a list.
 */
export type MemoryView = FactView | EpisodeView;

/**
 * What a limit puts aside.
 */
export type Archive = { 
/**
 * The limit.
 */
reason: ArchiveReason, 
/**
 * The memories.
 */
ids: Array<string>, };

/**
 * What became of a document.
 */
export type NoteChange = "added" | "replaced" | "updated" | "unchanged" | "skipped";

/**
 * What became of a document.
 */
export type ImportedNote = { 
/**
 * Its source.
 */
source: string, 
/**
 * The id of its note; null when it was skipped.
 */
id: string | null, 
/**
 * What became of it.
 */
change: NoteChange, 
/**
 * In how many pieces its text is recalled.
 */
chunks: number, };

/**
 * A note.
 */
export type NoteView = { 
/**
 * Its id.
 */
id: string, 
/**
 * Where it came from.
 */
source: string, 
/**
 * Its title.
 */
title?: string, 
/**
 * What it belongs to.
 */
domain: string, 
/**
 * Words to find it by.
 */
tags: Array<string>, 
/**
 * UTF-16 code units of its text.
 */
length: number, 
/**
 * In how many pieces it is recalled.
 */
chunks: number, 
/**
 * When its text was imported, ISO 8601 UTC.
 */
created_at: string, 
/**
 * Its text; absent in a list.
 */
text?: string, 
/**
 * The pieces in which it is recalled, as UTF-16 spans of the text; absent in a list.
 */
spans?: Array<[number, number]>, };

/**
 * A template in a list.
 */
export type TemplateSummary = { 
/**
 * `sha256:<hex>`.
 */
id: string, 
/**
 * `persona.name`.
 */
name: string, 
/**
 * `persona.version`.
 */
version: string, 
/**
 * `persona.description`.
 */
description: string, 
/**
 * `persona.language`.
 */
language: string, 
/**
 * `persona.tags`.
 */
tags: Array<string>, };

/**
 * A session in a list.
 */
export type SessionSummary = { 
/**
 * The session's id.
 */
id: string, 
/**
 * Whose it is.
 */
user: string, 
/**
 * The instance's id.
 */
instance: string, 
/**
 * Which personality.
 */
template: TemplateSummary, 
/**
 * Its title.
 */
title: string | null, 
/**
 * Whether it takes turns.
 */
status: SessionStatus, 
/**
 * ISO 8601 UTC.
 */
started_at: string, 
/**
 * When the last turn was made; ISO 8601 UTC, null before the first.
 */
last_active: string | null, 
/**
 * How many turns it has.
 */
turns: number, };

/**
 * How close an instance and its owner are.
 */
export type AffinityView = { 
/**
 * 0..100.
 */
points: number, 
/**
 * The level's name.
 */
level: string, 
/**
 * The next higher level; null at the top.
 */
next_level: string | null, 
/**
 * Points missing to it; 0 at the top.
 */
points_to_next_level: number, 
/**
 * Position inside the level, 0..1.
 */
progress_in_level: number, 
/**
 * Messages of the person so far.
 */
total_messages: number, 
/**
 * Of these, how many gained points.
 */
positive_interactions: number, 
/**
 * Of these, how many lost points.
 */
negative_interactions: number, 
/**
 * ISO 8601 UTC; null before the first message.
 */
last_interaction: string | null, };

/**
 * The mood of a session.
 */
export type MoodView = { 
/**
 * Its name.
 */
current: string, 
/**
 * 0..1, faded to the time of the question.
 */
intensity: number, 
/**
 * When it began, ISO 8601 UTC.
 */
since: string, };

/**
 * What a relationship is like.
 */
export type SessionState = { 
/**
 * How close.
 */
affinity: AffinityView, 
/**
 * In what mood.
 */
mood: MoodView, 
/**
 * The six parameters as they apply now; those that the template leaves out are absent.
 */
parameters: Parameters, 
/**
 * What the model would be asked with, 0..2.
 */
temperature: number, 
/**
 * Which modifiers apply, for example `friend_level`, `shy_mood`.
 */
applied: Array<string>, };

/**
 * How the effective value of a parameter came about.
 */
export type ParameterExplanation = { 
/**
 * One of the six parameters.
 */
parameter: string, 
/**
 * Base value, deltas and what they come to; absent when the parameter has neither.
 */
trace?: ParameterTrace, 
/**
 * The same in words: `base 0.95, friend_level +0.2, clamped to 1`.
 */
text: string, };

/**
 * One turn of a history.
 */
export type TurnView = { 
/**
 * Its id.
 */
id: string, 
/**
 * Who said it.
 */
role: TurnRole, 
/**
 * What was said.
 */
text: string, 
/**
 * When, ISO 8601 UTC.
 */
at: string, 
/**
 * The run that produced it.
 */
run?: string, };

/**
 * Where an entry is shown.
 */
export type EntryPosition = "before_char" | "after_char" | "depth";

/**
 * An entry that was found.
 */
export type FoundEntry = { 
/**
 * Its index among the entries of the template.
 */
entry: number, 
/**
 * Where it is shown.
 */
position: EntryPosition, 
/**
 * How many messages stand behind it, for one in the conversation; absent = all of them.
 */
depth?: number, 
/**
 * Who says it, for one in the conversation.
 */
role?: MessageRole, 
/**
 * Tokens of its text, by the estimate.
 */
tokens: number, 
/**
 * Whether it is in the prompt. Otherwise the template's token budget or that of the prompt had no room.
 */
used: boolean, };

/**
 * What the knowledge of a personality contributes to a turn.
 */
export type KnowledgeReport = { 
/**
 * The entries that were found, in their order; those that the template's own token budget has no room for last.
 */
entries: Array<FoundEntry>, 
/**
 * What of the knowledge has no effect: patterns that cannot be looked for, decorators that are not known.
 */
warnings: Array<Warning>, };

/**
 * What a turn would be: nothing is called, nothing stored.
 */
export type Preview = { 
/**
 * What the message says.
 */
observation: Observation, 
/**
 * What the model would be asked, as system text: what stays from turn to turn.
 */
system: string, 
/**
 * What it would be told right before the message: the state of the relationship, and what is remembered for this
 * turn.
 */
context: string, 
/**
 * How many messages would go with it.
 */
messages: number, 
/**
 * The blocks of the prompt.
 */
blocks: Array<BlockReport>, 
/**
 * Tokens in all, by the estimate.
 */
tokens: number, 
/**
 * 0..2.
 */
temperature: number, 
/**
 * Points and mood after the message.
 */
points: number, 
/**
 * The mood that the reply would be given in.
 */
mood: string, 
/**
 * What of the template's knowledge has come up; absent for a template without knowledge.
 */
knowledge?: KnowledgeReport, 
/**
 * What the message recalls, and the model would be told.
 */
memories: Array<Recalled>, };

/**
 * What made a document similar. Shares are 0..1; those that say nothing of it are 0.
 */
export type RecallSignals = { 
/**
 * Its words, as a share of the best of all.
 */
text: number, 
/**
 * Its meaning: the cosine of its vector and that of the question.
 */
meaning: number, 
/**
 * What it has from the turns around it, as a part of its similarity.
 */
context: number, 
/**
 * Whether the question names who said it.
 */
speaker: boolean, 
/**
 * Whether it was said at the time that the question names, or names a time where one is asked for.
 */
time: boolean, };

/**
 * What a score is made of: `similarity * (1 + domain + recency + reuse) * importance`. The signals behind the
 * similarity are named beside it.
 */
export type RecallReasons = { 
/**
 * 0..1, of words, meaning and conversation together.
 */
similarity: number, 
/**
 * For the domain of the question.
 */
domain: number, 
/**
 * For what is new.
 */
recency: number, 
/**
 * For what was in prompts before.
 */
reuse: number, 
/**
 * 1, but for episodes.
 */
importance: number, 
/**
 * Its words, as a share of the best of all.
 */
text: number, 
/**
 * Its meaning: the cosine of its vector and that of the question.
 */
meaning: number, 
/**
 * What it has from the turns around it, as a part of its similarity.
 */
context: number, 
/**
 * Whether the question names who said it.
 */
speaker: boolean, 
/**
 * Whether it was said at the time that the question names, or names a time where one is asked for.
 */
time: boolean, };

/**
 * One thing that was found.
 */
export type Recalled = { 
/**
 * Of its record.
 */
id: string, 
/**
 * `turn`, `fact`, `episode` or `note`.
 */
type: "turn" | "fact" | "episode" | "note", 
/**
 * How well it answers: decides the order, and compares within one search.
 */
score: number, 
/**
 * What it says.
 */
text: string, 
/**
 * When it was said, ISO 8601 UTC.
 */
at: string, 
/**
 * Who said it, of a turn.
 */
role?: TurnRole, 
/**
 * Of a turn its session, of a fact or an episode the first turn that told it, of a note its source.
 */
source?: string, 
/**
 * Where in the record's text it stands, of a chunk of a note: UTF-16 code units, half-open.
 */
span?: [number, number], 
/**
 * The words of the question that it has.
 */
matches: Array<string>, 
/**
 * What the score is made of.
 */
why: RecallReasons, };

/**
 * A text that has no vector yet.
 */
export type TextToEmbed = { 
/**
 * Where its vector goes.
 */
slot: number, 
/**
 * Not blank, at most 8,192 bytes.
 */
text: string, };

/**
 * How far the embedding of an owner's memories has come.
 */
export type EmbeddingProgress = { 
/**
 * Texts that have a vector, and those that are not to have one because nobody may learn from them.
 */
done: number, 
/**
 * Texts in all.
 */
total: number, };

/**
 * What a turn gives back.
 */
export type Reply = { 
/**
 * What the personality said; empty in manual mode.
 */
text: string, 
/**
 * The session.
 */
session: string, 
/**
 * Id of the person's turn; null for a manual reply to nothing.
 */
user_turn: string | null, 
/**
 * Id of the personality's turn; null in manual mode.
 */
turn: string | null, 
/**
 * Id of the run; null for a manual reply to nothing.
 */
run: string, 
/**
 * What the person's message said; null for a manual reply.
 */
observation: Observation | null, 
/**
 * Tokens of the model call; null in manual mode.
 */
usage: Usage | null, 
/**
 * What the person's message recalled, and the model was told; `blocks` of the run name all that it was told.
 */
memories: Array<Recalled>, 
/**
 * The memories that the person's message made or changed.
 */
learned: Array<MemoryChanged>, 
/**
 * What was noticed and not acted on, such as `fact_conflict`: what the person set by hand stays.
 */
findings: unknown[], 
/**
 * Level, mood and memory changes, as they were told.
 */
events: Array<CoreEvent>, 
/**
 * The relationship after the turn.
 */
state: SessionState | null, };

/**
 * One thing that was not taken over as it stood in the file.
 */
export type ImportNote = { 
/**
 * JSON Pointer into the file.
 */
path: string, 
/**
 * `skipped`, `renamed`, `shortened` or `recomputed`.
 */
action: string, 
/**
 * Why, in a sentence.
 */
reason: string, };

/**
 * What an import did.
 */
export type ImportReport = { 
/**
 * The session that the file became.
 */
session: string, 
/**
 * Its instance.
 */
instance: string, 
/**
 * Whose it is now.
 */
user: string, 
/**
 * What was not taken over as it stood in the file.
 */
report: Array<ImportNote>, };

/**
 * What a bundle is to a log.
 */
export type BundleReport = { 
/**
 * Whose log it is.
 */
user: string, 
/**
 * Records that the log does not have.
 */
new: number, 
/**
 * Records of which the bundle has a newer version.
 */
changed: number, 
/**
 * Records that were erased elsewhere, and here not yet.
 */
erased: number, 
/**
 * Ids of records that have one clock in both and say different things. Nothing of such a bundle is merged.
 */
conflicts: Array<string>, 
/**
 * Records that are left out, and why: `clock` for those from the future, `unknown_ref` for feedback on what is
 * neither here nor in the bundle.
 */
quarantined: Array<Quarantined>, };

/**
 * What tables are to the log of a person.
 */
export type TablesOfUser = { 
/**
 * The person.
 */
user: string, 
/**
 * Records that the log does not have.
 */
new: number, 
/**
 * Records that say something new.
 */
changed: number, };

/**
 * What tables come to.
 */
export type TablesReport = { 
/**
 * Whose rows there are, by name.
 */
users: Array<TablesOfUser>, 
/**
 * What was not taken over as it stood.
 */
report: Array<ImportNote>, };

/**
 * What an operation gives back.
 */
export type Output = { "type": "template", "value": TemplateSummary } | { "type": "session", "value": SessionSummary } | { "type": "reply", "value": Reply } | { "type": "import", "value": ImportReport } | { "type": "memories", "value": Array<MemoryChanged> } | { "type": "forgotten", "value": Array<Forgotten> } | { "type": "notes", "value": Array<ImportedNote> } | { "type": "extraction", "value": ExtractionReport } | { "type": "nothing" };
