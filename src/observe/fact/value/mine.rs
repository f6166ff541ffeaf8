//! What belongs to the writer: favourites, relations with their names, events with their days.

use std::ops::Range;

use super::super::rule::Rule;
use super::{BETWEEN, NAME, NO_NAME, THING, Taken, Taker};
use crate::observe::lexicon::{Entry, Roles};

impl<'a> Taker<'a> {
    /// What a favourite is of, as a part of the key; several are one.
    fn thing_key(&self, tokens: Range<usize>) -> Option<&'a str> {
        if tokens.is_empty() || tokens.len() > BETWEEN {
            return None;
        }
        let lexicon = self.reading.lexicon;
        let word = self.reading.scan.word(tokens.end - 1);
        for ending in ["", "s", "es"] {
            let Some(word) = word.strip_suffix(ending).filter(|_| tokens.len() == 1) else { continue };
            let numbers = [lexicon.number(word.into())];
            let known = lexicon.matches(&numbers, 0).find(|(_, entry)| entry.roles.has(Roles::THING));
            if let Some(key) = known.and_then(|(_, entry)| self.key(entry)) {
                return Some(key);
            }
        }
        Some(self.source.tokens(&tokens))
    }

    fn key(&self, entry: &Entry) -> Option<&'a str> {
        let index = (entry.concept as usize).checked_sub(1)?;
        Some(&self.reading.lexicon.concepts.get(index)?.key)
    }

    /// "my favourite" N is X.
    pub(super) fn favorite(&self, rule: &Rule, from: usize) -> Option<Taken<'a>> {
        let copula = (from..from + BETWEEN + 1).find(|at| self.is(*at, Roles::COPULA))?;
        let (length, _) = self.reading.phrase_at(copula, Roles::COPULA)?;
        let stem = self.thing_key(from..copula)?;
        (from..copula).all(|at| self.goes_on(at)).then_some(())?;
        self.favorites(rule, copula + length, stem)
    }

    /// "mi" N "favorito es" X.
    pub(super) fn favorite_before(&self, rule: &Rule, lead: &Range<usize>) -> Option<Taken<'a>> {
        let clause = self.reading.clause_of(lead.start)?;
        let reach = lead.start.saturating_sub(BETWEEN + 1).max(clause.tokens.start);
        let mine = (reach..lead.start)
            .rev()
            .find(|at| self.reading.words.get(*at).is_some_and(|word| word.roles.has(Roles::FIRST_PERSON)))?;
        let stem = self.thing_key(mine + 1..lead.start)?;
        self.favorites(rule, lead.end, stem)
    }

    /// One or two things as one value.
    fn favorites(&self, rule: &Rule, from: usize, stem: &'a str) -> Option<Taken<'a>> {
        let things = self.things(rule, from, THING, Roles::default());
        let first = things[0]?;
        Some(Taken { stem, ..self.text(first.start..things[1].unwrap_or(first).end) })
    }

    /// The name of a sister, a dog.
    pub(super) fn relation(&self, from: usize) -> Option<Taken<'a>> {
        let mut at = from;
        while at < from + 2 && self.goes_on(at) && self.is(at, Roles::MIDDLE) {
            at += 1;
        }
        let lexicon = self.reading.lexicon;
        if !self.goes_on(at) {
            return None;
        }
        let (key, of_name) = match self.reading.phrase_at(at, Roles::RELATION) {
            Some((length, entry)) => {
                at += length;
                // "mi hermana mayor"
                at += usize::from(self.goes_on(at) && self.is(at, Roles::MIDDLE));
                (self.key(entry)?, false)
            }
            // "my sister's name is"
            None => {
                let word = self.reading.scan.word(at).strip_suffix("'s")?;
                let numbers = [lexicon.number(word.into())];
                let (_, entry) =
                    lexicon.matches(&numbers, 0).find(|(_, entry)| entry.roles.has(Roles::RELATION))?;
                at += 1;
                (self.key(entry)?, true)
            }
        };
        let naming = self.reading.phrase_at(at, Roles::NAMING).filter(|_| self.goes_on(at));
        let name = match naming {
            Some((length, _)) => self.name(at + length)?,
            None => Some(at..self.capitals(at, NAME, NO_NAME)).filter(|name| !of_name && !name.is_empty())?,
        };
        Some(Taken { stem: key, ..self.text(name) })
    }

    /// The day of a birthday, an exam.
    pub(super) fn event(&self, from: usize) -> Option<Taken<'a>> {
        let (at, (length, entry)) =
            (from..from + BETWEEN).find_map(|at| Some((at, self.reading.phrase_at(at, Roles::EVENT)?)))?;
        let after = at + length;
        let copula = (after..after + BETWEEN).find(|at| self.is(*at, Roles::COPULA))?;
        let (length, _) = self.reading.phrase_at(copula, Roles::COPULA)?;
        let start = self.skip_articles(copula + length);
        (from..=copula).all(|at| self.goes_on(at)).then_some(())?;
        let mut end = self.end(start, THING, Roles::default(), &[])?;
        let scan = self.reading.scan;
        // "12/25/1990"
        while end < start + BETWEEN && self.source.between(end) == "/" {
            end += 1;
        }
        // "May 12, 1990"
        let year = scan.word(end);
        if year.len() == 4
            && year.bytes().all(|byte| byte.is_ascii_digit())
            && self.reading.same_sentence(end)
        {
            end += 1;
        }
        let is_day = |at: usize| {
            self.is(at, Roles::DATE) || scan.word(at).bytes().next().is_some_and(|byte| byte.is_ascii_digit())
        };
        (start..end).any(is_day).then_some(())?;
        Some(Taken { stem: self.key(entry)?, ..self.text(start..end) })
    }
}
