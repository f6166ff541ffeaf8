//! Recall: what of a person's log answers a question. Everything here is derived from the log and may be dropped.
//!
//! ```text
//! text --analysis--> terms --TextIndex--> BM25 -+
//! vector ------------VectorIndex--> cosine -----+--rank--> similarity --score--> the best
//! ```

mod analysis;
mod documents;
#[cfg(feature = "measure")]
mod measure;
mod query;
mod rank;
mod score;
mod stem;
mod time_expression;
mod vectors;
mod words;

pub(crate) use analysis::{KnownWords, Language, Terms, date_terms};
pub(crate) use documents::{Document, DocumentKind, Documents};
#[cfg(feature = "measure")]
pub use measure::WordSearch;
pub(crate) use query::{Context, Query};
pub use rank::Signals;
pub(crate) use rank::{NO_DOCUMENT, Ranked, Ranking, rank};
pub use score::{Candidate, RetrievalWeights, Scored, retrieve};
pub(crate) use stem::Stemmer;
pub(crate) use vectors::Vectors;
pub(crate) use words::{RecallWords, Relative, Unit};
