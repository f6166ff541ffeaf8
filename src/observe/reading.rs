//! A text as its lexicon sees it: clauses, claimed phrases, quoted parts, persons, symbols.

use std::ops::Range;

use super::Span;
use super::lexicon::{Entry, Lexicon, Roles};
use super::quotation::quotations;
use super::symbols::Symbols;
use crate::text::Scan;

/// How far a negator reaches, in tokens.
const NEGATOR_REACH: usize = 3;
/// How far an intensifier or diminisher reaches, in tokens.
const DEGREE_REACH: usize = 2;
/// What a clause before, and after, a contrast word weighs.
const CONTRAST_WEIGHTS: [f64; 2] = [0.5, 1.5];

/// A text read with one lexicon.
pub(super) struct Reading<'a> {
    pub(super) scan: &'a Scan,
    pub(super) lexicon: &'a Lexicon,
    /// The number of each token in the lexicon.
    pub(super) numbers: Vec<u32>,
    pub(super) words: Vec<Word>,
    pub(super) clauses: Vec<Clause>,
    /// Phrases that claimed their tokens, in order, without overlap.
    pub(super) claims: Vec<Claim<'a>>,
    /// Phrases that do something by themselves, longest at each token.
    pub(super) acts: Vec<Act>,
    /// Phrases that name emotions, in order, without overlap.
    pub(super) emotions: Vec<EmotionWord>,
    /// Phrases outside quotations that tell something: all, in order, at one token the shortest first.
    pub(super) told: Vec<Told<'a>>,
    pub(super) symbols: Vec<Symbol<'a>>,
    /// Exclamation marks outside quotations.
    pub(super) exclamations: usize,
    /// For each question mark outside quotations, the tokens of its sentence.
    pub(super) questions: Vec<Range<usize>>,
}

/// What is known about one token.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Word {
    pub(super) clause: usize,
    /// The claim it belongs to.
    pub(super) claim: Option<usize>,
    /// Inside a quotation or code.
    pub(super) quoted: bool,
    /// Person roles, and whether it may stand around a bare insult.
    pub(super) roles: Roles,
}

/// A stretch between punctuation, contrast words and clause openers.
#[derive(Clone, Debug)]
pub(super) struct Clause {
    pub(super) tokens: Range<usize>,
    pub(super) sentence: usize,
    /// What contrast makes of it.
    pub(super) weight: f64,
    /// Whether a contrast word opens it.
    pub(super) contrast: bool,
}

/// A phrase that took its tokens for itself.
#[derive(Clone, Debug)]
pub(super) struct Claim<'a> {
    pub(super) tokens: Range<usize>,
    pub(super) entry: &'a Entry,
    /// Whether it is valued here: a word that is also an intensifier is not when a valued word follows.
    pub(super) valued: bool,
    /// Whether it begins with a negator, so that one before it only agrees with it ("sin ningún problema").
    pub(super) negative: bool,
}

/// A phrase that does something by itself.
#[derive(Clone, Debug)]
pub(super) struct Act {
    pub(super) tokens: Range<usize>,
    pub(super) roles: Roles,
}

/// A phrase that names emotions.
#[derive(Clone, Debug)]
pub(super) struct EmotionWord {
    pub(super) tokens: Range<usize>,
    pub(super) emotions: u8,
}

/// A phrase that tells something, or changes what is told after it.
#[derive(Clone, Debug)]
pub(super) struct Told<'a> {
    pub(super) tokens: Range<usize>,
    pub(super) entry: &'a Entry,
}

/// An emoji or emoticon outside quotations.
#[derive(Clone, Copy, Debug)]
pub(super) struct Symbol<'a> {
    pub(super) entry: &'a Entry,
    pub(super) span: Span,
    pub(super) tokens_before: usize,
}

/// What stands before a phrase and changes it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Modifiers {
    /// Product of the intensifiers and diminishers.
    pub(super) degree: f64,
    /// How many negators count.
    pub(super) negators: i32,
    /// The first token of all of them, or of the phrase itself.
    pub(super) start: usize,
}

impl Modifiers {
    /// Whether the phrase says the opposite.
    pub(super) fn negated(&self) -> bool {
        self.negators % 2 == 1
    }
}

impl<'a> Reading<'a> {
    /// Reads a text: linear in its length, because every look-ahead is bounded.
    pub(super) fn new(scan: &'a Scan, lexicon: &'a Lexicon, symbols: &'a Symbols) -> Self {
        let mut reading = Self {
            scan,
            lexicon,
            numbers: Vec::new(),
            words: vec![Word::default(); scan.len()],
            clauses: Vec::new(),
            claims: Vec::new(),
            acts: Vec::new(),
            emotions: Vec::new(),
            told: Vec::new(),
            symbols: Vec::new(),
            exclamations: 0,
            questions: Vec::new(),
        };
        let mut borders = vec![Border::None; scan.len() + 1];
        let mut numbers: Vec<u32> = scan.hashed_words().map(|word| lexicon.number(word)).collect();
        for (at, number) in numbers.iter_mut().enumerate() {
            if *number == 0 {
                *number = number_of_drawn_out(lexicon, scan.word(at));
            }
        }
        reading.read_marks(symbols, &mut borders, &mut numbers);
        reading.read_phrases(lexicon, &mut borders, &numbers);
        reading.divide(&borders);
        reading.weigh();
        reading.settle();
        reading.numbers = numbers;
        reading
    }

    /// The intensifiers, diminishers and negators before token `at`, in its clause.
    pub(super) fn modifiers(&self, at: usize) -> Modifiers {
        let mut modifiers = Modifiers { degree: 1.0, negators: 0, start: at };
        let Some(word) = self.words.get(at) else {
            return modifiers;
        };
        let (mut plain, mut concord) = (0, 0);
        let mut seen = None;
        for distance in 1..=NEGATOR_REACH.min(at) {
            let Some(before) = self.words.get(at - distance) else { break };
            if before.clause != word.clause || before.quoted != word.quoted {
                break;
            }
            let Some(index) = before.claim else { continue };
            let Some(claim) = self.claims.get(index) else { continue };
            if seen == Some(index) || claim.tokens.end > at {
                continue;
            }
            seen = Some(index);
            let roles = claim.entry.roles;
            if claim.entry.degree != 0.0 && !claim.valued && distance <= DEGREE_REACH {
                modifiers.degree *= claim.entry.degree;
                modifiers.start = claim.tokens.start;
            }
            if roles.has(Roles::NEGATOR) {
                if roles.has(Roles::CONCORD) {
                    concord += 1;
                } else {
                    plain += 1;
                }
                modifiers.start = claim.tokens.start;
            }
        }
        modifiers.negators = if plain > 0 { plain } else { concord.min(1) };
        modifiers
    }

    /// What contrast makes of the clause of a token.
    pub(super) fn weight(&self, token: usize) -> f64 {
        self.words
            .get(token)
            .and_then(|word| self.clauses.get(word.clause))
            .map_or(1.0, |clause| clause.weight)
    }

    /// The phrase that claimed a token.
    pub(super) fn claim_of(&self, token: usize) -> Option<&Claim<'a>> {
        self.claims.get(self.words.get(token)?.claim?)
    }

    /// Whether a token stands in a quotation or in code.
    pub(super) fn quoted(&self, token: usize) -> bool {
        self.words.get(token).is_some_and(|word| word.quoted)
    }

    /// Which clause a token is in.
    pub(super) fn clause_of(&self, token: usize) -> Option<&Clause> {
        self.clauses.get(self.words.get(token)?.clause)
    }

    /// Whether a token is in the sentence of the one before it.
    pub(super) fn same_sentence(&self, token: usize) -> bool {
        let sentence = |token: usize| self.clause_of(token).map(|clause| clause.sentence);
        token.checked_sub(1).is_some_and(|before| sentence(before) == sentence(token))
    }

    /// Some tokens as the lexicon has them, with what stands between.
    pub(super) fn folded(&self, tokens: &Range<usize>) -> &'a str {
        let last = tokens.end.saturating_sub(1);
        let end = self.scan.offset(last) + self.scan.word(last).len();
        self.scan.folded().get(self.scan.offset(tokens.start)..end).unwrap_or_default()
    }

    /// The acts that begin among these tokens.
    pub(super) fn acts_in(&self, tokens: &Range<usize>) -> &[Act] {
        let start = self.acts.partition_point(|act| act.tokens.start < tokens.start);
        let end = self.acts.partition_point(|act| act.tokens.start < tokens.end);
        self.acts.get(start..end).unwrap_or_default()
    }

    /// The roles of all tokens of a clause.
    pub(super) fn roles_in(&self, clause: &Clause) -> Roles {
        let words = self.words.get(clause.tokens.clone()).unwrap_or_default();
        words.iter().filter(|word| !word.quoted).fold(Roles::default(), |roles, word| roles.with(word.roles))
    }

    /// The longest phrase with one of these roles that begins at a token: its length and its entry.
    pub(super) fn phrase_at(&self, at: usize, roles: Roles) -> Option<(usize, &'a Entry)> {
        let mut found = None;
        for (length, entry) in self.lexicon.matches(&self.numbers, at) {
            if entry.roles.has(roles) {
                found = Some((length, entry));
            }
        }
        found
    }

    /// Punctuation: borders, quotations, symbols, exclamations and questions.
    fn read_marks(&mut self, symbols: &'a Symbols, borders: &mut [Border], numbers: &mut [u32]) {
        let marks = self.scan.marks();
        let quoted = quotations(self.scan);
        for range in &quoted {
            for word in self.words.get_mut(range.tokens.clone()).unwrap_or_default() {
                word.quoted = true;
            }
        }
        let mut quotations = quoted.iter().peekable();
        let mut symbol_end = 0;
        let mut sentence_start = 0;
        for (index, mark) in marks.iter().enumerate() {
            let border = Border::of(mark.character);
            if let Some(slot) = borders.get_mut(mark.tokens_before) {
                *slot = (*slot).max(border);
            }
            while quotations.next_if(|range| range.marks.end <= index).is_some() {}
            let in_quotation = quotations.peek().is_some_and(|range| range.marks.contains(&index));
            if !in_quotation {
                match mark.character {
                    '!' => self.exclamations += 1,
                    '?' => self.questions.push(sentence_start..mark.tokens_before),
                    _ => {}
                }
                if mark.offset >= symbol_end {
                    if let Some((length, entry)) = symbols.at(self.scan.folded(), mark.offset) {
                        symbol_end = mark.offset + length;
                        let span = self.symbol_span(index, symbol_end);
                        self.symbols.push(Symbol { entry, span, tokens_before: mark.tokens_before });
                        // The `d` of `:D` is no word.
                        let mut token = mark.tokens_before;
                        while token < self.scan.len() && self.scan.offset(token) < symbol_end {
                            if let Some(number) = numbers.get_mut(token) {
                                *number = 0;
                            }
                            token += 1;
                        }
                    }
                }
            }
            if border == Border::Sentence {
                sentence_start = mark.tokens_before;
            }
        }
    }

    /// From the first mark of a symbol to the last mark or token that begins inside it.
    fn symbol_span(&self, first: usize, end: usize) -> Span {
        let marks = self.scan.marks().get(first..).unwrap_or_default();
        let start = marks.first().map_or(0, |mark| mark.span[0]);
        let last_mark =
            marks.iter().take_while(|mark| mark.offset < end).last().map_or(start, |mark| mark.span[1]);
        let mut last = last_mark;
        let mut token = marks.first().map_or(0, |mark| mark.tokens_before);
        while token < self.scan.len() && self.scan.offset(token) < end {
            last = last.max(self.scan.span(token)[1]);
            token += 1;
        }
        [start, last]
    }

    /// One walk over the tokens: every phrase of the lexicon, sorted by what it does.
    fn read_phrases(&mut self, lexicon: &'a Lexicon, borders: &mut [Border], numbers: &[u32]) {
        let (mut claimed, mut emotion_end) = (0, 0);
        for (at, number) in numbers.iter().enumerate() {
            // Most words are in no phrase.
            if *number == 0 {
                continue;
            }
            let (mut claim, mut act, mut emotion) = (None, None, None);
            let mut negative = false;
            for (length, entry) in lexicon.matches(numbers, at) {
                let tokens = at..at + length;
                if entry.claims_tokens() && at >= claimed {
                    let valued = entry.valence != 0.0;
                    claim = Some(Claim { tokens: tokens.clone(), entry, valued, negative });
                    negative |= entry.roles.has(Roles::NEGATOR);
                }
                if entry.roles.has(Roles::ACTS) {
                    act = Some(Act { tokens: tokens.clone(), roles: entry.roles });
                }
                if entry.emotions != 0 && at >= emotion_end {
                    emotion = Some(EmotionWord { tokens: tokens.clone(), emotions: entry.emotions });
                }
                if entry.roles.has(Roles::TELLING) && !self.quoted(at) {
                    self.told.push(Told { tokens: tokens.clone(), entry });
                }
                if entry.roles.has(Roles::CLAUSE) && at > 0 {
                    if let Some(border) = borders.get_mut(at) {
                        *border = (*border).max(Border::Clause);
                    }
                }
                let lasting = entry.roles.only(Roles::PERSONS.with(Roles::ADDRESS));
                if lasting != Roles::default() {
                    for word in self.words.get_mut(tokens).unwrap_or_default() {
                        word.roles = word.roles.with(lasting);
                    }
                }
            }
            if let Some(claim) = claim {
                if claim.entry.roles.has(Roles::CONTRAST) {
                    if let Some(border) = borders.get_mut(at) {
                        *border = (*border).max(Border::Clause);
                    }
                }
                claimed = claim.tokens.end;
                for word in self.words.get_mut(claim.tokens.clone()).unwrap_or_default() {
                    word.claim = Some(self.claims.len());
                }
                self.claims.push(claim);
            }
            if !self.quoted(at) {
                self.acts.extend(act);
                if let Some(emotion) = emotion {
                    emotion_end = emotion.tokens.end;
                    self.emotions.push(emotion);
                }
            }
        }
    }

    fn divide(&mut self, borders: &[Border]) {
        let (mut start, mut sentence) = (0, 0);
        for at in 1..=self.words.len() {
            let border = borders.get(at).copied().unwrap_or(Border::None);
            if border == Border::None && at < self.words.len() {
                continue;
            }
            for word in self.words.get_mut(start..at).unwrap_or_default() {
                word.clause = self.clauses.len();
            }
            let opener = self.words.get(start).and_then(|word| self.claims.get(word.claim?));
            let contrast = opener
                .is_some_and(|claim| claim.tokens.start == start && claim.entry.roles.has(Roles::CONTRAST));
            self.clauses.push(Clause { tokens: start..at, sentence, weight: 1.0, contrast });
            start = at;
            if border == Border::Sentence {
                sentence += 1;
            }
        }
    }

    /// The last contrast word of a sentence weighs its clauses; one that opens a sentence answers the
    /// sentence before.
    fn weigh(&mut self) {
        let [before, after] = CONTRAST_WEIGHTS;
        let mut previous: &mut [Clause] = &mut [];
        for sentence in self.clauses.chunk_by_mut(|one, next| one.sentence == next.sentence) {
            if let Some(last) = sentence.iter().rposition(|clause| clause.contrast) {
                for (index, clause) in sentence.iter_mut().enumerate() {
                    clause.weight = if index < last { before } else { after };
                }
            }
            if sentence.first().is_some_and(|clause| clause.contrast) {
                for clause in previous {
                    clause.weight = before;
                }
            }
            previous = sentence;
        }
    }

    /// A word that is valued and an intensifier ("pretty bad") intensifies when a valued word follows it.
    fn settle(&mut self) {
        for index in (0..self.claims.len()).rev() {
            let Some(claim) = self.claims.get(index) else { continue };
            if claim.entry.degree == 0.0 || !claim.valued {
                continue;
            }
            let end = claim.tokens.end;
            let clause = self.words.get(claim.tokens.start).map(|word| word.clause);
            let followed = self.claims.get(index + 1).is_some_and(|next| {
                next.tokens.start == end
                    && next.entry.valence != 0.0
                    && !next.entry.roles.has(Roles::EXPECTED)
                    && self.words.get(end).map(|word| word.clause) == clause
            });
            if let Some(claim) = self.claims.get_mut(index) {
                claim.valued = !followed;
            }
        }
    }
}

/// What ends before a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Border {
    None,
    Clause,
    Sentence,
}

impl Border {
    fn of(character: char) -> Self {
        match character {
            '.' | '!' | '?' | '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => Self::Sentence,
            ',' | ';' | ':' | '(' | ')' | '[' | ']' | '-' | '–' | '—' | '―' | '¿' | '¡' => {
                Self::Clause
            }
            _ => Self::None,
        }
    }
}

/// The number of a drawn-out word ("soooo") in its plain spellings; 0 for any other word.
fn number_of_drawn_out(lexicon: &Lexicon, word: &str) -> u32 {
    if !is_drawn_out(word) {
        return 0;
    }
    [2, 1]
        .into_iter()
        .map(|most| lexicon.number(shortened(word, most).as_str().into()))
        .find(|number| *number != 0)
        .unwrap_or(0)
}

fn is_drawn_out(word: &str) -> bool {
    word.as_bytes()
        .windows(3)
        .any(|three| three[0].is_ascii_alphabetic() && three[0] == three[1] && three[1] == three[2])
}

/// The word with no letter more than `most` times in a row.
fn shortened(word: &str, most: usize) -> String {
    let mut short = String::with_capacity(word.len());
    let (mut last, mut run) = (None, 0);
    for character in word.chars() {
        run = if last == Some(character) { run + 1 } else { 1 };
        last = Some(character);
        if run <= most {
            short.push(character);
        }
    }
    short
}
