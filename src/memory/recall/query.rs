//! A question as the search understands it.

use super::analysis::{Language, Terms, parts};
use super::documents::DocumentKind;
use super::time_expression::{NamedTime, named_time};
use crate::text::Scan;

/// A question as the search understands it.
#[derive(Debug, Default)]
pub(crate) struct Query {
    /// What is looked for.
    pub(crate) terms: Vec<QueryTerm>,
    /// The one speaker whom it names.
    pub(crate) speaker: Option<DocumentKind>,
    /// Whether it asks when something was.
    pub(crate) asks_time: bool,
    /// The time it speaks of, milliseconds since 1970.
    pub(crate) time: Option<[i64; 2]>,
}

/// A word that is looked for.
#[derive(Debug)]
pub(crate) struct QueryTerm {
    /// The word, folded.
    pub(crate) word: String,
    /// Its term in the language of the question, then its stems in every other that texts may be in.
    pub(crate) stems: Vec<String>,
}

/// What a question is asked in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Context<'a> {
    /// The language of the question.
    pub(crate) language: Language<'a>,
    /// The other languages that texts may be in.
    pub(crate) others: &'a [Language<'a>],
    /// Who speaks in the turns, by their names.
    pub(crate) speakers: &'a [(DocumentKind, &'a str)],
    /// Milliseconds since 1970.
    pub(crate) now: i64,
    /// How far the person's clock is ahead of UTC, in minutes.
    pub(crate) utc_offset: i32,
}

impl Query {
    /// Reads a question.
    pub(crate) fn new(text: &str, context: &Context<'_>) -> Self {
        let scan = Scan::new(text);
        let mut words: Vec<&str> = Vec::new();
        for word in scan.words() {
            words.extend(parts(word));
        }
        let known = context.language.words;
        if let Some(known) = known {
            without_frames(&mut words, &known.frames);
        }
        let time = known.and_then(|known| named_time(&words, known, context.now, context.utc_offset));
        let mut query = Self {
            asks_time: known.is_some_and(|known| {
                let first = words.first().is_some_and(|word| known.asks_first.number((*word).into()) != 0);
                first
                    || known.asks.iter().any(|phrase| words.windows(phrase.len()).any(|part| phrase == part))
            }),
            ..Self::default()
        };
        let named = |index: &usize| time.as_ref().is_some_and(|time: &NamedTime| time.words.contains(index));
        for (_, word) in words.iter().enumerate().filter(|(index, _)| !named(index)) {
            query.add_word(word, context);
        }
        query.time = time.map(|time| time.range);
        query.find_speakers(&words, context);
        query
    }

    /// Adds the terms of a word that are not there yet.
    fn add_word(&mut self, word: &str, context: &Context<'_>) {
        let mut terms = Terms::default();
        terms.add_word(word, context.language);
        let several = terms.iter().nth(1).is_some();
        for term in terms.iter() {
            if self.position(term).is_some() {
                continue;
            }
            let mut stems = vec![term.to_owned()];
            if !several && !term.starts_with('#') {
                for other in context.others.iter().copied().chain([Language::default()]) {
                    let stem = other.stem(word);
                    if !stems.contains(&stem) {
                        stems.push(stem);
                    }
                }
            }
            self.terms.push(QueryTerm { word: word.to_owned(), stems });
        }
    }

    /// A speaker is named by one word of the name, or as "me" and "you". Names are not looked for, unless they are all
    /// there is: who spoke is known of every turn.
    fn find_speakers(&mut self, words: &[&str], context: &Context<'_>) {
        let mut named = Vec::new();
        let mut names = Vec::new();
        for (kind, name) in context.speakers {
            let found = names.len();
            for term in Terms::of(name, context.language).iter() {
                names.extend(self.position(term));
            }
            let pronouns = context.language.words.map(|known| match kind {
                DocumentKind::UserTurn => &known.first_person,
                _ => &known.second_person,
            });
            let pronoun = |word: &&str| pronouns.is_some_and(|known| known.number((*word).into()) != 0);
            if names.len() > found || words.iter().any(pronoun) {
                named.push(*kind);
            }
        }
        if (0..self.terms.len()).any(|index| !names.contains(&index)) {
            let mut index = 0;
            self.terms.retain(|_| {
                index += 1;
                !names.contains(&(index - 1))
            });
        }
        if let [speaker] = named[..] {
            self.speaker = Some(speaker);
        }
    }

    fn position(&self, term: &str) -> Option<usize> {
        self.terms.iter().position(|known| known.stems.first().is_some_and(|first| first == term))
    }
}

/// Takes out phrases that only ask, unless nothing else were left.
fn without_frames(words: &mut Vec<&str>, frames: &[Vec<String>]) {
    for frame in frames {
        let found = words.windows(frame.len().max(1)).position(|part| part == frame);
        if let Some(start) = found.filter(|_| words.len() > frame.len()) {
            words.drain(start..start + frame.len());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::recall::{RecallWords, Stemmer};

    fn words() -> RecallWords {
        let mut known = RecallWords::default();
        for word in ["i", "my", "did", "the", "you", "your", "when", "who"] {
            known.stop.add(word.into());
        }
        for word in ["i", "my"] {
            known.first_person.add(word.into());
        }
        for word in ["you", "your"] {
            known.second_person.add(word.into());
        }
        known.asks_first.add("when".into());
        known.frames = vec![["do", "you", "remember"].map(str::to_owned).to_vec()];
        known
    }

    fn query(text: &str) -> Query {
        let known = words();
        let language = Language { stemmer: Stemmer::English, words: Some(&known) };
        let speakers = [(DocumentKind::UserTurn, "Diego"), (DocumentKind::AssistantTurn, "Alicia Luna")];
        Query::new(text, &Context { language, others: &[], speakers: &speakers, now: 0, utc_offset: 0 })
    }

    fn terms(text: &str) -> Vec<String> {
        query(text).terms.into_iter().map(|term| term.word).collect()
    }

    #[test]
    fn who_is_named_is_the_one_who_spoke() {
        for (text, speaker) in [
            ("When did Diego sail?", Some(DocumentKind::UserTurn)),
            ("What does Luna sing?", Some(DocumentKind::AssistantTurn)),
            ("the boat of my brother", Some(DocumentKind::UserTurn)),
            ("your favourite tea", Some(DocumentKind::AssistantTurn)),
            ("Do you remember my boat?", Some(DocumentKind::UserTurn)),
            ("did you like my boat", None),
            ("Did Diego see Alicia?", None),
            ("who has a boat", None),
        ] {
            assert_eq!(query(text).speaker, speaker, "{text}");
        }
        assert!(query("Do you remember when I sailed?").asks_time);
    }

    #[test]
    fn names_and_what_only_asks_are_not_looked_for() {
        assert_eq!(terms("When did Diego sail the boat?"), ["sail", "boat"]);
        assert_eq!(terms("Do you remember the boat?"), ["boat"]);
        // Unless nothing else is left.
        assert_eq!(terms("Alicia?"), ["alicia"]);
        assert_eq!(terms("Do you remember?"), ["do", "remember"]);
    }
}
