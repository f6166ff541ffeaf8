//! Folded words, for looking for a few English words in a rule.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Lower case without combining marks.
pub(super) fn fold(text: &str) -> String {
    text.nfkc()
        .flat_map(char::to_lowercase)
        .nfd()
        .filter(|character| !is_combining_mark(*character))
        .map(|character| if character == '\u{2019}' { '\'' } else { character })
        .collect()
}

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
