//! The machine without I/O: commands go in, effects come out, the host performs them and resumes. State stays
//! inside; the same commands, results and `env` give the same records, byte for byte.

mod analytics;
mod background;
mod bundle;
mod command;
mod core;
mod day_budget;
mod effect;
mod embedding;
mod episodes;
mod event;
mod export;
mod extracted;
mod extraction;
mod features;
mod forget;
mod given_reply;
mod import;
mod imported_facts;
mod knowledge;
mod learning;
mod memory;
mod migrate;
mod notes;
mod prompt;
mod query;
mod reaction;
mod recall;
mod scripted;
mod session;
mod swept;
mod tables;
mod turn;
mod usage;

pub use analytics::{
    AffinityCounts, Analytics, ByRole, FactCounts, LevelPoint, MemoryCounts, ModelTokens, MoodCount,
    ScorePoint, SentimentDirection, SentimentSummary, TopicCount,
};
pub use bundle::{BundleImport, BundleReport, ImportMode};
pub use command::{Command, Environment, ModelDeclaration, OnConflict, Restore, TemplateChoice};
pub use core::{Core, CoreOptions, Operation, Output, Step};
pub use effect::{Effect, EffectResult, FinishReason, ModelRequest, ReportedUsage};
pub use embedding::{EmbeddingProgress, TextToEmbed};
pub use event::{Direction, Event};
pub use extraction::ExtractionReport;
pub use features::{FeatureCategories, FeatureSummary, Features};
pub use forget::{Forget, Forgotten};
pub use given_reply::GivenReply;
pub use import::{ImportNote, ImportReport};
pub use knowledge::{EntryPosition, FoundEntry, KnowledgeReport};
pub use learning::MemoryChanged;
pub use memory::{Archive, EpisodeView, FactView, MemoryFilter, MemoryView, Remembered};
pub use migrate::Migrations;
pub use notes::{ImportedNote, NoteChange, NoteDocument, NoteView};
pub use query::{
    AffinityView, HistoryOptions, MoodView, ParameterExplanation, Preview, SessionState, SessionSummary,
    TemplateSummary, TurnView,
};
pub use recall::{RecallOptions, Recalled, Why};
pub use swept::Heard;
pub use tables::{TablesOfUser, TablesReport};
pub use turn::{Reply, SendRequest};
pub use usage::Prices;
