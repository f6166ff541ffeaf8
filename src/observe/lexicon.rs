//! What a phrase of a language means to the observer.

use crate::text::PhraseMap;

/// The eight emotions, in the order in which they are reported.
pub(super) const EMOTIONS: [&str; 8] =
    ["joy", "sadness", "anger", "fear", "surprise", "disgust", "affection", "gratitude"];

/// All phrases of one language, by what they mean.
pub(super) type Lexicon = PhraseMap<Entry>;

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
}

impl Entry {
    /// Whether the phrase takes its tokens for itself: longest match first, each token once.
    pub(super) fn claims_tokens(&self) -> bool {
        self.valence != 0.0 || self.degree != 0.0 || self.roles.has(Roles::CLAIMING)
    }
}

/// A set of roles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Roles(u32);

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
    pub(super) const EXPECTED: Self = Self(1 << 19);

    /// The roles for which a phrase claims its tokens.
    pub(super) const CLAIMING: Self = Self::NEGATOR.with(Self::PLAIN).with(Self::CONTRAST);
    /// The roles that hold for a word wherever it stands, also inside a longer phrase.
    pub(super) const PERSONS: Self = Self::FIRST_PERSON.with(Self::SECOND_PERSON).with(Self::DEMONSTRATIVE);
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
