//! What a phrase of a language means to the observer.

use super::fact::Rule;
use crate::memory::EpisodeType;
use crate::memory::recall::RecallWords;
use crate::text::{Hashed, Phrase, PhraseMap};

/// The eight emotions, in the order in which they are reported.
pub(super) const EMOTIONS: [&str; 8] =
    ["joy", "sadness", "anger", "fear", "surprise", "disgust", "affection", "gratitude"];

/// All phrases of one language, by what they mean, and what their meanings refer to.
#[derive(Debug, Default)]
pub(super) struct Lexicon {
    phrases: PhraseMap<Entry>,
    /// The rules for facts, at most 64: the bits of [`Entry::rules`].
    pub(super) rules: Vec<Rule>,
    /// What [`Entry::concept`] counts, from 1.
    pub(super) concepts: Vec<Concept>,
    /// Names of topics, at most 64: the bits of [`Entry::topics`].
    pub(super) topics: Vec<String>,
    /// Sorts of episodes, at most 64: the bits of [`Entry::episodes`].
    pub(super) episodes: Vec<EpisodeRule>,
    /// The words for 0, 1, ... one after the other.
    pub(super) numbers: Vec<String>,
    /// The words for the tens that follow those, up to 90.
    pub(super) tens: Vec<String>,
    /// The twelve months.
    pub(super) months: Vec<String>,
    /// What texts are searched by.
    pub(super) recall: RecallWords,
}

impl Lexicon {
    /// The entry of a phrase, new or known; `None` for a phrase without a token.
    pub(super) fn entry(&mut self, phrase: &Phrase) -> Option<&mut Entry> {
        self.phrases.entry(phrase)
    }

    /// The number of a word, for [`Lexicon::matches`]; 0 when no phrase holds it.
    pub(super) fn number(&self, word: Hashed<'_>) -> u32 {
        self.phrases.number(word)
    }

    /// The phrases that begin at token `at`, shortest first: their lengths in tokens and their entries.
    pub(super) fn matches<'m>(
        &'m self,
        numbers: &[u32],
        at: usize,
    ) -> impl Iterator<Item = (usize, &'m Entry)> {
        self.phrases.matches(numbers, at)
    }
}

/// What several words of a language name: a sort of person, event or thing.
#[derive(Debug)]
pub(super) struct Concept {
    /// Its part of a key, in English: `sister`, `birthday`, `color`.
    pub(super) key: String,
    /// The tag of an episode about it; empty when it has none.
    pub(super) tag: String,
}

/// A sort of episode.
#[derive(Debug)]
pub(super) struct EpisodeRule {
    /// Its name, the first part of the reason.
    pub(super) name: String,
    pub(super) episode_type: EpisodeType,
    pub(super) tags: Vec<String>,
    pub(super) about: About,
}

/// Of whom the clause of an episode must tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum About {
    /// Its phrases say it.
    #[default]
    Anybody,
    /// The writer: "we had a fight", not "they had a fight".
    Writer,
    /// A person or an animal of the writer: "lost my dog", not "lost my keys".
    Relation,
}

impl About {
    /// Those that a pack names.
    pub(super) const NAMES: [(&'static str, Self); 2] =
        [("writer", Self::Writer), ("relation", Self::Relation)];
}

/// Everything one phrase means. Most phrases mean one thing; "pretty" is valued and an intensifier.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Entry {
    /// -3..3; 0 = not valued.
    pub(super) valence: f64,
    /// What it multiplies the valence of a following word by; 0 = nothing.
    pub(super) degree: f64,
    pub(super) roles: Roles,
    /// A bit per emotion, in the order of [`EMOTIONS`].
    pub(super) emotions: u8,
    /// A bit per rule for facts that it leads.
    pub(super) rules: u64,
    /// A bit per topic.
    pub(super) topics: u64,
    /// A bit per sort of episode.
    pub(super) episodes: u64,
    /// The concept that it names, counted from 1; 0 = none.
    pub(super) concept: u16,
}

impl Entry {
    /// Whether the phrase takes its tokens for itself: longest match first, each token once.
    pub(super) fn claims_tokens(&self) -> bool {
        self.valence != 0.0 || self.degree != 0.0 || self.roles.has(Roles::CLAIMING)
    }
}

/// A set of roles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Roles(u64);

impl Roles {
    /// Turns the valence of what follows.
    pub(super) const NEGATOR: Self = Self(1);
    /// A negator that only agrees with one before it ("no ... nunca").
    pub(super) const CONCORD: Self = Self(1 << 1);
    /// Holds a negator or contrast word that is none here ("not only").
    pub(super) const PLAIN: Self = Self(1 << 2);
    /// Weighs what follows against what came before ("but").
    pub(super) const CONTRAST: Self = Self(1 << 3);
    /// Begins a clause ("because").
    pub(super) const CLAUSE: Self = Self(1 << 4);
    /// Speaks of the writer.
    pub(super) const FIRST_PERSON: Self = Self(1 << 5);
    /// Speaks to the reader.
    pub(super) const SECOND_PERSON: Self = Self(1 << 6);
    /// Points at what was just said ("this").
    pub(super) const DEMONSTRATIVE: Self = Self(1 << 7);
    /// An insult that needs no "you".
    pub(super) const INSULT: Self = Self(1 << 8);
    /// A rude order ("shut up").
    pub(super) const ORDER: Self = Self(1 << 9);
    /// May stand around a bare insult or order ("just", "please").
    pub(super) const ADDRESS: Self = Self(1 << 10);
    pub(super) const THANKS: Self = Self(1 << 11);
    pub(super) const APOLOGY: Self = Self(1 << 12);
    pub(super) const GREETING: Self = Self(1 << 13);
    pub(super) const GOODBYE: Self = Self(1 << 14);
    pub(super) const CONFUSION: Self = Self(1 << 15);
    pub(super) const SUCCESS: Self = Self(1 << 16);
    pub(super) const ERROR: Self = Self(1 << 17);
    /// Begins a question.
    pub(super) const QUESTION: Self = Self(1 << 18);
    /// Is taken for granted: valued only where it is negated ("nobody listens").
    pub(super) const EXPECTED: Self = Self(1 << 51);

    /// Leads to a fact ("my name is").
    pub(super) const LEAD: Self = Self(1 << 19);
    /// Leads to a fact after a word for the writer ("live in").
    pub(super) const VERB: Self = Self(1 << 20);
    /// Tells of an episode.
    pub(super) const EPISODE: Self = Self(1 << 21);
    /// Belongs to a topic.
    pub(super) const TOPIC: Self = Self(1 << 22);
    /// What follows in the sentence is not said to be so ("if", "imagine").
    pub(super) const HYPOTHETICAL: Self = Self(1 << 23);
    /// What follows in the sentence is the word of another ("she said").
    pub(super) const REPORT: Self = Self(1 << 24);
    /// Holds a word for reporting that reports nobody else ("I told you").
    pub(super) const OWN_WORD: Self = Self(1 << 25);
    /// Makes what its clause says less sure ("I think").
    pub(super) const HEDGE: Self = Self(1 << 26);
    /// The writer as a subject ("I").
    pub(super) const SUBJECT: Self = Self(1 << 27);
    /// May stand between subject, verb and object ("really").
    pub(super) const ADVERB: Self = Self(1 << 28);
    /// May stand before a subject without a border ("hi", "because").
    pub(super) const OPENER: Self = Self(1 << 29);
    /// Makes a lead describe what stands before it ("que").
    pub(super) const RELATIVE: Self = Self(1 << 30);
    pub(super) const ARTICLE: Self = Self(1 << 31);
    /// Joins two words of a sort ("and").
    pub(super) const JOINER: Self = Self(1 << 32);
    /// Joins parts of one name ("of").
    pub(super) const CONNECTOR: Self = Self(1 << 33);
    /// Ends any value ("because", "a lot").
    pub(super) const END: Self = Self(1 << 34);
    /// May follow a name, a place or an occupation, and ends it ("from", "at").
    pub(super) const AFTER: Self = Self(1 << 35);
    /// Begins no value ("it", "when").
    pub(super) const NOT_VALUE: Self = Self(1 << 36);
    /// Is no name, wherever it stands ("Monday", "Spanish").
    pub(super) const NOT_NAME: Self = Self(1 << 37);
    /// Begins what is wanted now, not a goal ("sleep").
    pub(super) const NOT_GOAL: Self = Self(1 << 38);
    /// Says what somebody is called ("is called").
    pub(super) const NAMING: Self = Self(1 << 39);
    /// Says what or when something is ("is", "is on").
    pub(super) const COPULA: Self = Self(1 << 40);
    /// May stand before a word for a person ("older").
    pub(super) const MIDDLE: Self = Self(1 << 41);
    /// Somebody who belongs to the writer ("sister", "dog").
    pub(super) const RELATION: Self = Self(1 << 42);
    /// Something that has its day ("birthday").
    pub(super) const EVENT: Self = Self(1 << 43);
    /// Something of which one has a favourite.
    pub(super) const THING: Self = Self(1 << 44);
    pub(super) const OCCUPATION: Self = Self(1 << 45);
    /// A field of work.
    pub(super) const FIELD: Self = Self(1 << 46);
    /// What one can be ill with.
    pub(super) const CONDITION: Self = Self(1 << 47);
    /// The unit of an age ("years old").
    pub(super) const UNIT: Self = Self(1 << 48);
    /// How often ("every day").
    pub(super) const FREQUENCY: Self = Self(1 << 49);
    /// Names a day ("Friday", "tomorrow").
    pub(super) const DATE: Self = Self(1 << 50);
    /// Points at one thing of several ("the", where it does not mean all of a sort).
    pub(super) const DEFINITE: Self = Self(1 << 52);

    /// Says that what follows, or the phrase itself, is about the writer ("I'm", "mad at me").
    pub(super) const SELF: Self = Self(1 << 53);

    /// The roles for which a phrase claims its tokens.
    pub(super) const CLAIMING: Self = Self::NEGATOR.with(Self::PLAIN).with(Self::CONTRAST);
    /// The roles that hold for a word wherever it stands, also inside a longer phrase.
    pub(super) const PERSONS: Self =
        Self::FIRST_PERSON.with(Self::SECOND_PERSON).with(Self::DEMONSTRATIVE).with(Self::SELF);
    /// The roles of a phrase that does something by itself.
    pub(super) const ACTS: Self = Self::INSULT
        .with(Self::ORDER)
        .with(Self::THANKS)
        .with(Self::APOLOGY)
        .with(Self::GREETING)
        .with(Self::GOODBYE)
        .with(Self::CONFUSION)
        .with(Self::SUCCESS)
        .with(Self::ERROR)
        .with(Self::QUESTION);
    /// The roles of a phrase that tells something, or changes what is told after it.
    pub(super) const TELLING: Self = Self::LEAD
        .with(Self::VERB)
        .with(Self::EPISODE)
        .with(Self::TOPIC)
        .with(Self::HYPOTHETICAL)
        .with(Self::REPORT)
        .with(Self::OWN_WORD)
        .with(Self::HEDGE)
        .with(Self::RELATION);

    /// Both sets together.
    pub(super) const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What both sets share.
    pub(super) const fn only(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Whether any of `other` is in the set.
    pub(super) const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}
