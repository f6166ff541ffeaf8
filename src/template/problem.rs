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

/// What a [`Problem`] is about. The snake_case name is what the file formats and the API show. Declared in
/// alphabetical order, which is the order of problems at one position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "each name is its documentation; the rules are in the template format")]
pub enum ProblemCode {
    BadDateTime,
    BadPattern,
    BadSchemaVersion,
    BadVersion,
    Blank,
    ByteOrderMark,
    ConcerningRule,
    DateWithoutOffset,
    DeltaSaturates,
    DuplicateId,
    DuplicateItem,
    DuplicateKey,
    DuplicateLevel,
    DuplicateRule,
    EmptyInput,
    FewExamples,
    FewRules,
    InstructionOverride,
    JsonSyntax,
    LimitConflict,
    LongPrompt,
    LongVocabulary,
    LooksLikeSecret,
    ManyExamples,
    ManyRules,
    ManyTriggers,
    Missing,
    MissingTrigger,
    MoodWithoutTriggers,
    NoBaseValue,
    NoContentFilters,
    NoForbiddenTopics,
    NoLevels,
    NoMoods,
    NoSafetyGuards,
    NotAllowed,
    NotFinite,
    NotInteger,
    NotUtf8,
    OutOfRange,
    RangeGap,
    RangeOverlap,
    RangeReversed,
    ShortDescription,
    SmallVocabulary,
    TooDeep,
    TooFew,
    TooLarge,
    TooLong,
    TooMany,
    TooShort,
    TraitConflict,
    UnknownInteraction,
    UnknownKey,
    UnknownMood,
    UnknownWord,
    WrongType,
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
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub hint: Option<String>,
}
