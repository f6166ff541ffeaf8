//! The words of one language by which texts are prepared for searching and questions are understood. Data: they come
//! from its language pack.

use crate::text::Words;

/// The words of one language.
#[derive(Clone, Debug, Default)]
pub(crate) struct RecallWords {
    /// Words that say nothing about what a text is about.
    pub(crate) stop: Words,
    /// Forms that no rule of the stemmer finds ("went").
    pub(crate) irregular: Words,
    /// For each of them, by its number minus 1, the word that it is a form of ("go").
    pub(crate) bases: Vec<String>,
    /// Words by which a text names a time ("yesterday", "spring").
    pub(crate) time: Words,
    /// Words that ask for a time where they begin a question ("when").
    pub(crate) asks_first: Words,
    /// Phrases that ask for a time ("what year").
    pub(crate) asks: Vec<Vec<String>>,
    /// Words by which a person speaks of themself ("my").
    pub(crate) first_person: Words,
    /// Words by which they speak of whom they speak to ("your").
    pub(crate) second_person: Words,
    /// Phrases that ask, and say nothing of what is asked for ("do you remember"), the longest first.
    pub(crate) frames: Vec<Vec<String>>,
    /// The twelve months.
    pub(crate) months: Words,
    /// The seven days of a week, from Monday on.
    pub(crate) weekdays: Words,
    /// The numbers from 1 on, in words.
    pub(crate) numbers: Words,
    /// Phrases for a time seen from now, the longest first.
    pub(crate) times: Vec<(Vec<String>, Relative)>,
}

/// A time seen from now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Relative {
    /// The calendar day, week, month or year so many from the present one.
    Calendar(Unit, i64),
    /// So many units ago as the number in the phrase says, which stands where the phrase has `#`.
    Ago(Unit),
}

/// A unit of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Day,
    Week,
    Month,
    Year,
}

impl Unit {
    pub(crate) const NAMES: [(&'static str, Self); 4] =
        [("day", Self::Day), ("week", Self::Week), ("month", Self::Month), ("year", Self::Year)];
}

impl RecallWords {
    /// The word that an irregular form is a form of; any other word itself.
    pub(crate) fn base<'a>(&'a self, word: &'a str) -> &'a str {
        let index = self.irregular.number(word.into()).checked_sub(1);
        index.and_then(|index| self.bases.get(index as usize)).map_or(word, String::as_str)
    }
}
