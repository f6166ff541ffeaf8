//! Folded words, for looking for a few English words in a rule.

use crate::text::fold;

/// The words of a text in order, folded. An apostrophe belongs to its word ("don't").
pub(super) fn words(text: &str) -> Vec<String> {
    let folded = fold(text);
    let words = folded.split(|character: char| !character.is_alphanumeric() && character != '\'');
    words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Whether the word at `index` is negated: by one of the six words before it.
pub(super) fn is_negated(words: &[String], index: usize) -> bool {
    const NEGATORS: [&str; 12] = [
        "not", "never", "no", "nobody", "nothing", "without", "avoid", "refuse", "cannot", "neither", "nor",
        "decline",
    ];
    let before = &words[index.saturating_sub(6)..index.min(words.len())];
    before.iter().any(|word| NEGATORS.contains(&word.as_str()) || word.ends_with("n't"))
}
