//! What can be wrong with a document, and where.

use serde::Serialize;

/// How bad a [`Problem`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The document cannot be used.
    Error,
    /// The document can be used, but something is likely not meant. Under `strict` this counts as an error.
    Warning,
    /// The document could be better. Never changes validity.
    Suggestion,
}

/// What a [`Problem`] is about. The snake_case name is what the file formats and the API show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "each name is its documentation; the rules are in the template format")]
pub enum ProblemCode {
    JsonSyntax,
    NotUtf8,
    EmptyInput,
    ByteOrderMark,
    DuplicateKey,
    TooLarge,
    TooDeep,
    WrongType,
    NotInteger,
    NotFinite,
    Missing,
    UnknownKey,
    TooShort,
    TooLong,
    Blank,
    TooFew,
    TooMany,
    DuplicateItem,
    DuplicateId,
    OutOfRange,
    BadVersion,
    BadDateTime,
    DateWithoutOffset,
    BadSchemaVersion,
    NotAllowed,
    UnknownWord,
    RangeReversed,
    RangeOverlap,
    RangeGap,
    DuplicateLevel,
    NoLevels,
    NoMoods,
    NoBaseValue,
    UnknownMood,
    UnknownInteraction,
    BadPattern,
    ShortDescription,
    FewRules,
    FewExamples,
    SmallVocabulary,
    MissingTrigger,
    DuplicateRule,
    TraitConflict,
    LimitConflict,
    DeltaSaturates,
    MoodWithoutTriggers,
    NoSafetyGuards,
    NoForbiddenTopics,
    NoContentFilters,
    ConcerningRule,
    InstructionOverride,
    LooksLikeSecret,
    LongVocabulary,
    ManyRules,
    ManyExamples,
    ManyTriggers,
    LongPrompt,
}

/// One thing that is wrong with a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Problem {
    /// How bad it is.
    pub severity: Severity,
    /// What it is about.
    pub code: ProblemCode,
    /// Where, as a JSON Pointer (RFC 6901).
    pub path: String,
    /// What is wrong, in a sentence.
    pub message: String,
    /// What to write instead, when that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}
