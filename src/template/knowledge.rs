//! The typed `knowledge` of a personality: entries that a turn is shown when it mentions one of their keys.

/// Entries and how they are looked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Knowledge {
    /// In declared order; 0..2,000.
    pub entries: Vec<KnowledgeEntry>,
    /// How many of the newest turns keys are looked for in, the person's message included; 0..100.
    pub scan_depth: u32,
    /// The most tokens that all entries of one turn may have.
    pub token_budget: u32,
    /// Whether keys are also looked for in the entries that were found.
    pub recursive: bool,
}

/// One entry. Its content may begin with decorators.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct KnowledgeEntry {
    /// Any of them has to be mentioned.
    pub keys: Vec<String>,
    /// Where [`selective`](Self::selective), any of them as well.
    pub secondary_keys: Vec<String>,
    /// What is shown, decorators in front.
    pub content: String,
    /// Whether the secondary keys count.
    pub selective: bool,
    /// Whether it is shown whatever is said.
    pub constant: bool,
    /// Whether it can be shown at all.
    pub enabled: bool,
    /// Lower stands earlier.
    pub insertion_order: f64,
    /// Lower is dropped earlier; where absent, the insertion order is taken.
    pub priority: Option<f64>,
    /// Whether `Storm` is another key than `storm`.
    pub case_sensitive: bool,
    /// Whether the keys are patterns.
    pub use_regex: bool,
    /// Whether keys have to be whole words (`extensions.match_whole_words`).
    pub whole_words: bool,
    /// Where it is shown.
    pub position: Position,
}

/// On which side of the personality an entry is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Position {
    BeforeCharacter,
    #[default]
    AfterCharacter,
}

impl Default for Knowledge {
    fn default() -> Self {
        Self { entries: Vec::new(), scan_depth: 4, token_budget: 1_024, recursive: false }
    }
}
