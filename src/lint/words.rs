//! Folded words, for looking for a few English words in a rule.

use crate::list::List;

/// The words of a folded text in order. An apostrophe belongs to its word ("don't").
pub(super) fn words(folded: &str) -> Vec<&str> {
    let words = folded.split(|character: char| !character.is_alphanumeric() && character != '\'');
    words.filter(|word| !word.is_empty()).list()
}

/// Whether the word at `index` is negated: by one of the six words before it.
pub(super) fn is_negated(words: &[&str], index: usize) -> bool {
    const NEGATORS: [&str; 12] = [
        "not", "never", "no", "nobody", "nothing", "without", "avoid", "refuse", "cannot", "neither", "nor",
        "decline",
    ];
    let before = &words[index.saturating_sub(6)..index.min(words.len())];
    before.iter().any(|word| NEGATORS.contains(word) || word.ends_with("n't"))
}
