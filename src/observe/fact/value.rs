//! Where a value begins and ends, and what of it counts.

mod mine;

use std::ops::Range;

use super::date::month_of;
use super::rule::{Rule, ValueKind};
use crate::observe::lexicon::Roles;
use crate::observe::reading::Reading;
use crate::observe::source::Source;

/// Most tokens of a name, of what one likes or plays, of what one wants, and of a place.
const NAME: usize = 3;
const THING: usize = 6;
const GOAL: usize = 9;
const PLACE: usize = 5;
/// Most tokens before the last word of an occupation, a field or an illness: "freelance graphic designer".
const BEFORE_LISTED: usize = 3;
/// Most tokens of what one does, and between "my", what is mine, and its day or its name.
const BETWEEN: usize = 3;
/// How sure an age without a unit is.
const AGE_WITHOUT_UNIT: f64 = 0.85;
/// The greatest age.
const OLDEST: u64 = 120;

/// A value: the tokens from `start` to `end`, or the number that they say.
#[derive(Clone, Copy)]
pub(super) struct Taken<'a> {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) number: Option<u64>,
    /// What stands in the key for the `*`.
    pub(super) stem: &'a str,
    /// Where it differs from the rule's.
    pub(super) confidence: Option<f64>,
}

/// One value, and a second one when "and" joins two of a sort.
pub(super) type Pair<'a> = [Option<Taken<'a>>; 2];

/// What is not taken for a name where nothing says that it is one.
const NO_NAME: Roles = Roles::NOT_NAME.with(Roles::DATE);
/// What ends any value.
const ENDS: Roles = Roles::END.with(Roles::HEDGE).with(Roles::JOINER).with(Roles::FREQUENCY);

/// Takes values from a text.
pub(super) struct Taker<'a> {
    pub(super) reading: &'a Reading<'a>,
    pub(super) source: &'a Source<'a>,
}

impl<'a> Taker<'a> {
    /// The values behind a lead.
    pub(super) fn take(&self, rule: &Rule, lead: &Range<usize>) -> Pair<'a> {
        let from = lead.end;
        let taken = match rule.value {
            ValueKind::Name => self.name(from).map(|tokens| self.text(tokens)),
            ValueKind::BareName => self.bare_name(from).map(|tokens| self.text(tokens)),
            ValueKind::Age => self.age(from, false),
            ValueKind::Years => self.age(from, true),
            ValueKind::Place => self.place(from).map(|tokens| self.text(tokens)),
            ValueKind::Occupation => self.listed(from, Roles::OCCUPATION),
            ValueKind::Role => self.role(from),
            ValueKind::Field => self.listed(from, Roles::FIELD),
            ValueKind::Condition => self.listed(from, Roles::CONDITION),
            ValueKind::Employer => self.employer(from),
            ValueKind::Thing => return self.liked(rule, from),
            ValueKind::Activity => return self.things(rule, from, BETWEEN, Roles::AFTER),
            ValueKind::Ailment => {
                return self.things(rule, from, BETWEEN + 1, Roles::AFTER.with(Roles::DATE));
            }
            ValueKind::Regular => self.regular(rule, from),
            ValueKind::Goal => self.goal(rule, from),
            ValueKind::Favorite => self.favorite(rule, from),
            ValueKind::FavoriteBefore => self.favorite_before(rule, lead),
            ValueKind::Relation => self.relation(from),
            ValueKind::Event => self.event(from),
        };
        [taken, None]
    }

    fn is(&self, at: usize, roles: Roles) -> bool {
        self.reading.phrase_at(at, roles).is_some()
    }

    /// Whether a token goes on in the clause of the one before it, with nothing but spaces between.
    fn goes_on(&self, at: usize) -> bool {
        let words = &self.reading.words;
        match (at.checked_sub(1).and_then(|before| words.get(before)), words.get(at)) {
            (Some(before), Some(word)) => {
                before.clause == word.clause && !word.quoted && self.source.joined(at)
            }
            _ => false,
        }
    }

    /// Whether a value may end before a token: at a border, or before one of these phrases.
    fn ends_before(&self, at: usize, roles: Roles) -> bool {
        !self.goes_on(at) || self.is(at, roles.with(ENDS))
    }

    /// Where the value ends that begins at a token: at a border, before a phrase that ends it, at most so many tokens
    /// on. `None` for a value without a token, or a longer one.
    fn end(&self, from: usize, most: usize, stops: Roles, until: &[String]) -> Option<usize> {
        let mut at = from;
        while self.goes_on(at) {
            let name_goes_on = at > from
                && self.is(at, Roles::JOINER.with(Roles::CONNECTOR))
                && self.source.is_capital(at - 1)
                && self.goes_on(at + 1)
                && self.source.is_capital(at + 1);
            let word = self.reading.scan.word(at);
            let first_day = at == from && self.is(at, Roles::DATE) && !stops.has(Roles::DATE);
            if !name_goes_on
                && !first_day
                && (self.is(at, stops.with(ENDS)) || until.iter().any(|other| other == word))
            {
                break;
            }
            at += 1;
            if at - from > most {
                return None;
            }
        }
        (at > from).then_some(at)
    }

    /// Behind the articles, which are no part of a value unless they are capital.
    fn skip_articles(&self, from: usize) -> usize {
        let mut at = from;
        while at < from + 2 && self.goes_on(at) && !self.source.is_capital(at) {
            match self.reading.phrase_at(at, Roles::ARTICLE) {
                Some((length, _)) => at += length,
                None => break,
            }
        }
        at
    }

    fn text(&self, tokens: Range<usize>) -> Taken<'a> {
        let stem = self.source.tokens(&tokens);
        Taken { start: tokens.start, end: tokens.end, number: None, stem, confidence: None }
    }

    /// Behind capital words side by side that do not have one of these roles.
    fn capitals(&self, from: usize, most: usize, others: Roles) -> usize {
        let mut at = from;
        while at < from + most && self.goes_on(at) && self.source.is_capital(at) && !self.is(at, others) {
            let word = self.reading.scan.word(at);
            if word.ends_with("'s") || word.bytes().any(|byte| byte.is_ascii_digit()) {
                break;
            }
            at += 1;
        }
        at
    }

    /// A word in small letters that no list of the language knows, at the end of what is said: "my name is ana".
    fn is_unknown(&self, at: usize) -> bool {
        self.goes_on(at)
            && self.reading.numbers.get(at) == Some(&0)
            && !self.reading.scan.word(at).bytes().any(|byte| byte.is_ascii_digit())
            && self.ends_before(at + 1, Roles::AFTER)
    }

    fn name(&self, from: usize) -> Option<Range<usize>> {
        // "June" may be one.
        let month = month_of(self.reading.lexicon, self.reading.scan.word(from)).is_some();
        let end = self.capitals(from, NAME, if month { Roles::NOT_NAME } else { NO_NAME });
        if end > from {
            return Some(from..end);
        }
        self.is_unknown(from).then_some(from..from + 1)
    }

    fn bare_name(&self, from: usize) -> Option<Range<usize>> {
        let end = self.capitals(from, NAME, NO_NAME);
        let is_other = |at: usize| {
            let word = self.source.word(at);
            let valued = self.reading.words.get(at).is_none_or(|word| word.claim.is_some());
            valued
                || self.is(at, Roles::ACTS.with(Roles::OCCUPATION).with(Roles::FIELD).with(Roles::NOT_VALUE))
                || word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_uppercase())
        };
        let alone = end > from
            && self.ends_before(end, Roles::AFTER.with(Roles::CONNECTOR))
            && !(from..end).any(is_other);
        alone.then_some(from..end)
    }

    fn age(&self, from: usize, needs_unit: bool) -> Option<Taken<'a>> {
        if !self.goes_on(from) {
            return None;
        }
        let (number, mut end) = self.number(from)?;
        let unit = self.reading.phrase_at(end, Roles::UNIT).filter(|_| self.goes_on(end));
        if needs_unit && unit.is_none() {
            return None;
        }
        end += unit.map_or(0, |(length, _)| length);
        // "28%", "5.5 feet", "7:30".
        let mut after = self.source.after(end - 1).chars();
        let goes_on = match after.next() {
            Some('.' | ',' | ':') => after.next().is_some_and(|next| next.is_ascii_digit()),
            Some(next) => matches!(next, '%' | '°' | '€' | '$' | '/' | '+' | '-' | '\''),
            None => false,
        };
        let ends = self.ends_before(end, Roles::AFTER.with(Roles::DATE)) && !self.is(end, Roles::CONNECTOR);
        if goes_on || !ends || !(1..=OLDEST).contains(&number) {
            return None;
        }
        let confidence = unit.is_none().then_some(AGE_WITHOUT_UNIT);
        Some(Taken { start: from, end, number: Some(number), stem: "", confidence })
    }

    /// A number in digits or words, and where it ends: "28", "twenty-eight", "treinta y dos".
    fn number(&self, from: usize) -> Option<(u64, usize)> {
        let scan = self.reading.scan;
        let word = scan.word(from);
        if let Ok(number) = word.parse() {
            return Some((number, from + 1));
        }
        let lexicon = self.reading.lexicon;
        let small = |word: &str| lexicon.numbers.iter().position(|number| number == word);
        let tens = |word: &str| {
            let index = lexicon.tens.iter().position(|tens| tens == word)?;
            Some(100_usize.saturating_sub(10 * (lexicon.tens.len() - index)))
        };
        if let Some(number) = small(word) {
            return Some((number as u64, from + 1));
        }
        if let Some((first, second)) = word.split_once('-') {
            return Some(((tens(first)? + small(second).filter(|unit| *unit < 10)?) as u64, from + 1));
        }
        let number = tens(word)?;
        let joiner = usize::from(self.is(from + 1, Roles::JOINER));
        match small(scan.word(from + 1 + joiner)).filter(|unit| (1..10).contains(unit)) {
            Some(unit) => Some(((number + unit) as u64, from + 2 + joiner)),
            None => Some((number as u64, from + 1)),
        }
    }

    fn place(&self, from: usize) -> Option<Range<usize>> {
        let start = self.skip_articles(from);
        let mut end = self.capitals(start, PLACE, NO_NAME);
        // "Rio de Janeiro", "San Juan de la Cruz".
        while end > start && end < start + PLACE {
            let mut next = end;
            while next < end + 2 && self.goes_on(next) && self.is(next, Roles::CONNECTOR.with(Roles::ARTICLE))
            {
                next += 1;
            }
            let further = self.capitals(next, PLACE, NO_NAME);
            if next == end || further == next || !self.is(end, Roles::CONNECTOR) {
                break;
            }
            end = further;
        }
        if end > start {
            return Some(start..end);
        }
        (self.source.is_lower() && start == from && self.is_unknown(from)).then_some(from..from + 1)
    }

    /// A phrase of a list with what stands before it: "freelance graphic designer".
    fn listed(&self, from: usize, list: Roles) -> Option<Taken<'a>> {
        let start = self.skip_articles(from);
        let (mut end, found) = (start..start + BEFORE_LISTED + 1).find_map(|at| {
            let (length, _) = self.reading.phrase_at(at, list)?;
            Some((at + length, at))
        })?;
        // "nurse practitioner"
        while let Some((length, _)) = self.reading.phrase_at(end, list).filter(|_| self.goes_on(end)) {
            end += length;
        }
        // "profesora de matemáticas"
        if self.goes_on(end) && self.is(end, Roles::CONNECTOR) && self.goes_on(end + 1) {
            let next = end + 1;
            let known = Roles::ARTICLE.with(Roles::DATE).with(Roles::NOT_VALUE).with(Roles::END);
            if self.is(next, known) || self.is_own(&(next..next + 1)) {
                return None;
            }
            end = next + 1;
        }
        let plain = (start..end).all(|at| self.goes_on(at))
            && (start..found).all(|at| {
                let claimed = self.reading.words.get(at).is_none_or(|word| word.claim.is_some());
                let number = self.reading.scan.word(at).starts_with(|first: char| first.is_ascii_digit());
                !claimed && !number && !self.is(at, Roles::AFTER.with(Roles::NOT_VALUE).with(Roles::JOINER))
            });
        (plain && self.ends_before(end, Roles::AFTER)).then(|| self.text(start..end))
    }

    fn role(&self, from: usize) -> Option<Taken<'a>> {
        if let Some(listed) = self.listed(from, Roles::OCCUPATION) {
            return Some(listed);
        }
        let start = self.skip_articles(from);
        let end = self.end(start, BETWEEN, Roles::AFTER, &[])?;
        (start > from && self.is_value(start..end)).then(|| self.text(start..end))
    }

    fn employer(&self, from: usize) -> Option<Taken<'a>> {
        let start = self.skip_articles(from);
        let end = self.end(start, THING, Roles::AFTER, &[])?;
        let named = start > from || self.source.is_capital(start);
        (named && self.is_value(start..end) && !self.is(start, Roles::DATE)).then(|| self.text(start..end))
    }

    /// Whether these tokens speak of the writer or the reader.
    fn is_own(&self, tokens: &Range<usize>) -> bool {
        let words = self.reading.words.get(tokens.clone()).unwrap_or_default();
        words.iter().any(|word| word.roles.has(Roles::FIRST_PERSON.with(Roles::SECOND_PERSON)))
    }

    /// Whether a value can begin at a token: not with "it", not with "when".
    fn begins_value(&self, at: usize) -> bool {
        let word = self.reading.words.get(at);
        word.is_some_and(|word| !word.roles.has(Roles::DEMONSTRATIVE)) && !self.is(at, Roles::NOT_VALUE)
    }

    /// Whether these tokens can be a value, and nothing of mine or yours.
    fn is_value(&self, tokens: Range<usize>) -> bool {
        self.begins_value(tokens.start) && !self.is_own(&tokens)
    }

    /// What one likes: things of a sort, not "the idea".
    fn liked(&self, rule: &Rule, from: usize) -> Pair<'a> {
        let mut at = from;
        while self.goes_on(at) && self.is(at, Roles::ADVERB) {
            at += 1;
        }
        let definite = self.is(at, Roles::DEFINITE) && !self.source.is_capital(at + 1);
        if definite { [None; 2] } else { self.things(rule, from, THING, Roles::default()) }
    }

    /// One thing, or two of one word each: "dogs and cats".
    fn things(&self, rule: &Rule, from: usize, most: usize, stops: Roles) -> Pair<'a> {
        let mut things = [None; 2];
        let mut at = from;
        while self.goes_on(at) && self.is(at, Roles::ADVERB) {
            at += 1;
        }
        if !self.goes_on(at) || self.is(at, Roles::NOT_VALUE) {
            return things;
        }
        let start = self.skip_articles(at);
        let Some(end) = self.end(start, most, stops, &rule.until) else { return things };
        // "people who lie" are not people.
        let described = self.goes_on(end) && self.is(end, Roles::RELATIVE);
        // A word behind an article is no pronoun: "el té".
        let pronouns = start + usize::from(start > at)..end;
        if described || !self.begins_value(start) || self.is_own(&pronouns) {
            return things;
        }
        things[0] = Some(self.text(start..end));
        let second = self.skip_articles(end + 1);
        let short = end <= start + 1 + usize::from(start > at);
        if short && self.is(end, Roles::JOINER) && self.goes_on(end) && self.goes_on(second) {
            let ends = self.ends_before(second + 1, stops) && !self.is(second, Roles::LEAD.with(Roles::VERB));
            if ends && self.is_value(second..second + 1) && !self.is(second, Roles::ADVERB.with(Roles::END)) {
                things[1] = Some(self.text(second..second + 1));
            }
        }
        things
    }

    fn regular(&self, rule: &Rule, from: usize) -> Option<Taken<'a>> {
        let start = self.skip_articles(from);
        let end = self.end(start, BETWEEN, Roles::AFTER, &rule.until)?;
        let often =
            (end..end + 1 + BETWEEN).any(|at| self.is(at, Roles::FREQUENCY) && self.clause_has(end, at));
        (often && self.is_value(start..end)).then(|| self.text(start..end))
    }

    /// Whether two tokens are in one clause.
    fn clause_has(&self, one: usize, other: usize) -> bool {
        let clause = |at: usize| self.reading.words.get(at).map(|word| word.clause);
        clause(one) == clause(other)
    }

    fn goal(&self, rule: &Rule, from: usize) -> Option<Taken<'a>> {
        let end = self.end(from, GOAL, Roles::default(), &rule.until)?;
        let word = self.reading.scan.word(from);
        let ending =
            rule.endings.is_empty() || rule.endings.iter().any(|ending| word.ends_with(ending.as_str()));
        let words = self.reading.words.get(from..end).unwrap_or_default();
        let to_reader = words.iter().any(|word| word.roles.has(Roles::SECOND_PERSON));
        let wanted = ending && !to_reader && !self.is(from, Roles::NOT_GOAL);
        wanted.then(|| self.text(from..end))
    }
}
