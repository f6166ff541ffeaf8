//! Keys, and whether a text mentions one.

use super::scene::Text;
use crate::pattern::Pattern;
use crate::template::knowledge::KnowledgeEntry;
use crate::text::{Macros, Phrase, find, fold, has_macros, is_word_character};

/// How the keys of an entry are looked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Way {
    case_sensitive: bool,
    whole_words: bool,
    pub(super) patterns: bool,
}

/// A key, ready to be looked for.
#[derive(Clone, Debug)]
pub(super) enum Key {
    /// Stands in the folded text.
    Folded(String),
    /// Stands in the text as it is.
    Exact(String),
    /// Stands in the text as it is, and no word goes on at either end of it.
    ExactWords(String),
    Words(Phrase),
    Pattern(Pattern),
    /// What it is shows when its macros are expanded.
    Macros(String),
}

impl Way {
    pub(super) fn of(entry: &KnowledgeEntry) -> Self {
        Self {
            case_sensitive: entry.case_sensitive,
            whole_words: entry.whole_words,
            patterns: entry.use_regex,
        }
    }
}

impl Key {
    /// Prepares a key.
    ///
    /// # Errors
    /// What is wrong with a pattern.
    pub(super) fn new(key: &str, way: Way) -> Result<Self, &'static str> {
        if has_macros(key) { Ok(Self::Macros(key.to_owned())) } else { Self::plain(key, way) }
    }

    fn plain(key: &str, way: Way) -> Result<Self, &'static str> {
        if way.patterns {
            return Pattern::of_key(key, !way.case_sensitive).map(Self::Pattern);
        }
        // Blanks around a key are not meant; those inside are.
        let key = key.trim();
        Ok(match (way.case_sensitive, way.whole_words) {
            (false, false) => Self::Folded(fold(key)),
            (false, true) => Self::Words(Phrase::new(key)),
            (true, false) => Self::Exact(key.to_owned()),
            (true, true) => Self::ExactWords(key.to_owned()),
        })
    }

    /// How long it is as a pattern.
    pub(super) fn steps(&self) -> usize {
        if let Self::Pattern(pattern) = self { pattern.len() } else { 0 }
    }

    /// Whether any of the texts mentions it. An empty key is mentioned nowhere.
    pub(super) fn is_in(&self, way: Way, macros: Macros<'_>, texts: [&[Text<'_>]; 2]) -> bool {
        if let Self::Macros(key) = self {
            return Self::plain(&macros.expand(key), way)
                .is_ok_and(|key| texts.iter().any(|texts| texts.iter().any(|text| key.stands_in(text))));
        }
        texts.iter().any(|texts| texts.iter().any(|text| self.stands_in(text)))
    }

    fn stands_in(&self, text: &Text<'_>) -> bool {
        match self {
            Self::Folded(key) => find(text.scan().folded(), key, 0).is_some(),
            Self::Exact(key) => find(text.text(), key, 0).is_some(),
            Self::ExactWords(key) => has_word(text.text(), key),
            Self::Words(phrase) => phrase.find(text.scan()).next().is_some(),
            Self::Pattern(pattern) => pattern.is_in(text.text()),
            Self::Macros(_) => false,
        }
    }
}

/// Whether a key stands in a text with no letter or number directly before or behind it.
fn has_word(text: &str, key: &str) -> bool {
    let mut from = 0;
    while let Some(at) = find(text, key, from) {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let after = text.get(at + key.len()..).and_then(|after| after.chars().next());
        if !before.is_some_and(is_word_character) && !after.is_some_and(is_word_character) {
            return true;
        }
        from = at + 1;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    const MACROS: Macros<'static> = Macros { character: "Ada", user: "Bob", seed: 0, place: 0 };

    fn mentions(text: &str, key: &str, case_sensitive: bool, whole_words: bool, patterns: bool) -> bool {
        let way = Way { case_sensitive, whole_words, patterns };
        Key::new(key, way).unwrap().is_in(way, MACROS, [&[Text::new(text, MACROS)], &[]])
    }

    #[test]
    fn keys_are_found_in_their_way() {
        let folded = |text, key| mentions(text, key, false, false, false);
        assert!(folded("The STORMGLASS, a naïve one", "storm"));
        assert!(folded("The STORMGLASS, a naïve one", " NAIVE "));
        assert!(folded("a  b", "a  b") && !folded("a b", "a  b"));
        let exact = |text, key| mentions(text, key, true, false, false);
        assert!(exact("Stormglass", "Storm") && !exact("Stormglass", "storm"));
        let words = |text, key| mentions(text, key, false, true, false);
        assert!(words("A storm: GLASS!", "Storm Glass") && !words("stormglass", "storm"));
        let exact_words = |text, key| mentions(text, key, true, true, false);
        assert!(exact_words("(Storm) glass", "Storm") && !exact_words("Stormy Storms", "Storm"));
        assert!(exact_words("Stormy Storm", "Storm"));
        let pattern = |text, key| mentions(text, key, false, false, true);
        assert!(pattern("STORM glasses", "storm +glass(es)?$") && !pattern("storm", "/STORM/"));
    }

    #[test]
    fn macros_stand_in_keys_and_in_texts() {
        let folded = |text, key| mentions(text, key, false, false, false);
        assert!(folded("hello ADA", "{{char}}") && folded("hello <user>", "bob"));
        assert!(folded("x {{hidden_key:secret}}", "secret") && !folded("x {{// secret}}", "secret"));
        assert!(mentions("hello Ada!", "/^hello {{char}}/", false, false, true));
    }

    #[test]
    fn an_empty_key_is_mentioned_nowhere() {
        for (case_sensitive, whole_words) in [(false, false), (false, true), (true, false), (true, true)] {
            assert!(!mentions("text", "{{// nothing}} ", case_sensitive, whole_words, false));
        }
        // It folds to nothing.
        assert!(!mentions("text", "\u{301}", false, false, false));
    }
}
