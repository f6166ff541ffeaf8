//! From a text to the terms under which it is found.
//!
//! Words of the folded text, apart at apostrophes and hyphens, without stop words, stemmed. Scripts that write no
//! spaces between words are cut into pairs of characters that overlap; Korean, into pairs of syllables.

use super::stem::Stemmer;
use super::words::RecallWords;
use crate::decimal::push_whole;
use crate::text::{Hashed, Scan, Words};
use crate::timestamp::Date;

/// How texts of one language become terms.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Language<'a> {
    pub(crate) stemmer: Stemmer,
    /// Nothing is known of most languages.
    pub(crate) words: Option<&'a RecallWords>,
}

impl Language<'_> {
    /// Whether both make the same of a text.
    fn is(self, other: Self) -> bool {
        let words = |language: Self| language.words.map(std::ptr::from_ref);
        self.stemmer == other.stemmer && words(self) == words(other)
    }

    /// The stem of a word.
    pub(crate) fn stem(self, word: &str) -> String {
        let mut stem = self.words.map_or(word, |words| words.base(word)).to_owned();
        self.stemmer.stem(&mut stem);
        stem
    }
}

/// The words within a word of a scan: apart at hyphens and apostrophes. What ends in "n't" says nothing.
pub(crate) fn parts(word: &str) -> impl Iterator<Item = &str> {
    word.split('-').filter(|part| !part.ends_with("n't")).flat_map(|part| part.split('\''))
}

/// The terms of a text, one behind the other, and what else a search wants to know of it.
#[derive(Debug, Default)]
pub(crate) struct Terms {
    bytes: String,
    ends: Vec<usize>,
    /// Whether it ends as a question does.
    pub(crate) asks: bool,
    /// Whether it names a time.
    pub(crate) names_time: bool,
}

impl Terms {
    /// The terms of a text.
    pub(crate) fn of(text: &str, language: Language<'_>) -> Self {
        Self::of_scan(text, &Scan::new(text), language)
    }

    /// The terms of a text that was scanned before.
    pub(crate) fn of_scan(text: &str, scan: &Scan, language: Language<'_>) -> Self {
        let mut terms = Self { asks: is_question(text), ..Self::default() };
        for word in scan.words() {
            terms.add_word(word, language);
        }
        terms
    }

    /// The same by what is known of its words already; what is new among them is known afterwards.
    pub(crate) fn of_known(text: &str, scan: &Scan, known: &mut KnownWords<'_>) -> Self {
        let mut terms = Self { asks: is_question(text), ..Self::default() };
        for word in scan.hashed_words() {
            let word = known.word(word);
            terms.names_time |= word.names_time;
            for index in word.start..word.end {
                terms.add(known.terms.term(index));
            }
        }
        terms
    }

    /// Adds the terms of a word of a scan.
    pub(crate) fn add_word(&mut self, word: &str, language: Language<'_>) {
        for part in parts(word) {
            let hashed = Hashed::from(part);
            if let Some(words) = language.words {
                self.names_time |= words.time.number(hashed) != 0;
                if words.stop.number(hashed) != 0 {
                    continue;
                }
                let month = words.months.number(hashed);
                if month != 0 {
                    self.add(month_term(month as u8));
                    continue;
                }
            }
            self.names_time |= is_year(part);
            let mut rest = part;
            while let Some(first) = rest.chars().next() {
                let script = Script::of(first);
                let length = rest.find(|character| Script::of(character) != script).unwrap_or(rest.len());
                let (run, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
                rest = after;
                match script {
                    Script::Spaced => {
                        self.add(&language.stem(run));
                    }
                    Script::Unspaced => self.add_pairs(run, |_| true),
                    Script::Syllables => self.add_pairs(run, |jamo| ('\u{1100}'..'\u{1160}').contains(&jamo)),
                }
            }
        }
    }

    /// Adds a term as it is.
    pub(crate) fn add(&mut self, term: &str) {
        if !term.is_empty() {
            self.bytes.push_str(term);
            self.ends.push(self.bytes.len());
        }
    }

    /// Adds each piece of a run with the one behind it, or the piece alone where there is but one. A piece begins
    /// with each character that `begins` names.
    fn add_pairs(&mut self, run: &str, begins: impl Fn(char) -> bool) {
        let mut starts = Vec::new();
        for (at, character) in run.char_indices() {
            if at == 0 || begins(character) {
                starts.push(at);
            }
        }
        starts.push(run.len());
        for index in 0..starts.len().saturating_sub(2).max(1) {
            let end = starts.get(index + 2).or_else(|| starts.last()).copied().unwrap_or(run.len());
            let start = starts.get(index).copied().unwrap_or(0);
            self.add(run.get(start..end).unwrap_or_default());
        }
    }

    /// The terms in the order of the text, as often as they occur.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.ends.len()).map(|index| self.term(index))
    }

    fn term(&self, index: usize) -> &str {
        let end = self.ends.get(index).copied().unwrap_or_default();
        let start =
            index.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or_default();
        self.bytes.get(start..end).unwrap_or_default()
    }
}

/// What words of one language became before. Most words of a log occur in it again and again, and to look one up takes a
/// fraction of what it takes to stem it.
#[derive(Debug, Default)]
pub(crate) struct KnownWords<'a> {
    language: Language<'a>,
    words: Words,
    /// By number of the word.
    forms: Vec<Known>,
    /// Of all words, one behind the other.
    terms: Terms,
}

/// What is known of a word.
#[derive(Clone, Copy, Debug)]
struct Known {
    /// Its terms, by their index.
    start: usize,
    end: usize,
    names_time: bool,
}

impl<'a> KnownWords<'a> {
    /// No words of a language.
    pub(crate) fn new(language: Language<'a>) -> Self {
        Self { language, ..Self::default() }
    }

    /// Those of a language among several; none of them when it is not there yet.
    pub(crate) fn of<'k>(all: &'k mut Vec<Self>, language: Language<'a>) -> &'k mut Self {
        let index = all.iter().position(|known| known.language.is(language)).unwrap_or_else(|| {
            all.push(Self::new(language));
            all.len() - 1
        });
        &mut all[index]
    }

    fn word(&mut self, word: Hashed<'_>) -> Known {
        let number = self.words.add(word);
        let index = (number as usize).wrapping_sub(1);
        if let Some(known) = self.forms.get(index) {
            return *known;
        }
        let start = self.terms.ends.len();
        self.terms.names_time = false;
        self.terms.add_word(std::str::from_utf8(word.word()).unwrap_or_default(), self.language);
        let known = Known { start, end: self.terms.ends.len(), names_time: self.terms.names_time };
        if number > 0 {
            self.forms.push(known);
        }
        known
    }
}

/// How a script marks its words.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Script {
    /// By spaces, or by nothing that is known here.
    Spaced,
    /// Not at all: Chinese characters, Japanese syllables.
    Unspaced,
    /// By spaces, but with endings that change much: Korean, folded to its letters.
    Syllables,
}

impl Script {
    fn of(character: char) -> Self {
        match character {
            '\0'..'\u{1100}' => Self::Spaced,
            '\u{1100}'..='\u{11FF}' => Self::Syllables,
            '\u{3005}' | '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' => {
                Self::Unspaced
            }
            '\u{20000}'..='\u{3FFFF}' => Self::Unspaced,
            _ => Self::Spaced,
        }
    }
}

/// Whether a text ends with a question mark, quotation marks and brackets aside.
fn is_question(text: &str) -> bool {
    let end = text.trim_end_matches(|character: char| {
        character.is_whitespace()
            || matches!(character, '"' | '\'' | '\u{201D}' | '\u{2019}' | '»' | ')' | ']')
    });
    end.ends_with(['?', '\u{FF1F}', '\u{61F}'])
}

/// Whether a word is a year of our time: 1900 to 2099.
fn is_year(word: &str) -> bool {
    word.len() == 4
        && (word.starts_with("19") || word.starts_with("20"))
        && word.bytes().all(|byte| byte.is_ascii_digit())
}

/// The date of a text as terms: the day, the month and the year, each a term that a question may name.
pub(crate) fn date_terms(date: Date, terms: &mut Terms) {
    for part in [date.day, date.year] {
        let mut number = String::new();
        push_whole(&mut number, part.unsigned_abs());
        terms.add(&number);
    }
    terms.add(month_term(date.month as u8));
}

/// The term of a month, 1 to 12, in every language.
pub(crate) fn month_term(month: u8) -> &'static str {
    // Marked, so that no word is taken for one.
    const MONTHS: [&str; 12] =
        ["#01", "#02", "#03", "#04", "#05", "#06", "#07", "#08", "#09", "#10", "#11", "#12"];
    MONTHS.get(usize::from(month).wrapping_sub(1)).copied().unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words() -> RecallWords {
        let mut words = RecallWords::default();
        for stop in ["i", "m", "s", "the", "to", "in"] {
            words.stop.add(stop.into());
        }
        for month in ["january", "february", "march", "april", "may"] {
            words.months.add(month.into());
        }
        words.time.add("yesterday".into());
        words
    }

    fn terms(text: &str, code: &str) -> Vec<String> {
        let words = words();
        let words = (code == "en").then_some(&words);
        Terms::of(text, Language { stemmer: Stemmer::of(code), words }).iter().map(str::to_owned).collect()
    }

    #[test]
    fn words_are_folded_cut_apart_and_stemmed() {
        assert_eq!(terms("I'm going to the Zoo-keeper's cafés!", "en"), ["go", "zoo", "keeper", "caf"]);
        assert_eq!(terms("In May 2023", "en"), ["#05", "2023"]);
    }

    #[test]
    fn scripts_without_spaces_are_found_by_pairs() {
        assert_eq!(terms("我住在北京", "zh"), ["我住", "住在", "在北", "北京"]);
        assert_eq!(terms("猫", "zh"), ["猫"]);
        assert_eq!(terms("東京に AI技術", "ja"), ["東京", "京に", "ai", "技術"]);
        let fold = |text: &str| crate::text::fold(text);
        assert_eq!(terms("서울에", "ko"), [fold("서울"), fold("울에")]);
        assert_eq!(terms("나", "ko"), [fold("나")]);
    }

    #[test]
    fn what_a_search_wants_to_know() {
        let of = |text: &str| {
            let words = words();
            let terms = Terms::of(text, Language { stemmer: Stemmer::English, words: Some(&words) });
            (terms.asks, terms.names_time)
        };
        assert_eq!(of("How are you?"), (true, false));
        assert_eq!(of("He asked \"why?\" "), (true, false));
        assert_eq!(of("I went yesterday."), (false, true));
        assert_eq!(of("in 2019"), (false, true));
        assert_eq!(of("Really? Nice."), (false, false));
    }
}
