//! From the text of a pattern to its steps, in one pass.

use super::class::{Class, ClassItem, Set};
use super::{Flags, MAX_STEPS, Pattern, Place, Step};
use crate::text::plain;

/// The largest count in `{n,m}`.
const MAX_REPEAT: usize = 1_000;
/// How deep groups may be nested.
const MAX_DEPTH: u32 = 50;

const TOO_LONG: &str = "repetitions that make it too long";
const NOTHING_TO_REPEAT: &str = "a repetition with nothing to repeat";
const NOT_CLOSED: &str = "an opening bracket without a closing one";
const UNKNOWN_GROUP: &str = "an unknown kind of group";
const UNKNOWN_ESCAPE: &str = "an unknown escape";
const OPEN_CLASS: &str = "a character class that is not closed";

type Parsed<T> = Result<T, &'static str>;

/// Reads a whole pattern; an error says what it has that it may not have.
pub(super) fn parse(pattern: &str, flags: Flags) -> Parsed<Pattern> {
    let mut parser =
        Parser { rest: pattern, flags, pattern: Pattern { steps: Vec::new(), classes: Vec::new() } };
    parser.alternatives(0)?;
    if !parser.rest.is_empty() {
        return Err("a closing bracket without an opening one");
    }
    parser.push(Step::Match)?;
    Ok(parser.pattern)
}

struct Parser<'a> {
    /// What has not been read yet.
    rest: &'a str,
    flags: Flags,
    pattern: Pattern,
}

/// What an escape stands for.
enum Escape {
    Character(char),
    Set(ClassItem),
    Place(Place),
}

impl<'a> Parser<'a> {
    /// Reads up to the end of a group or of the pattern.
    fn alternatives(&mut self, depth: u32) -> Parsed<()> {
        if depth > MAX_DEPTH {
            return Err("groups that are nested too deep");
        }
        // Behind each alternative but the last.
        let mut jumps = Vec::new();
        loop {
            let start = self.pattern.steps.len();
            self.sequence(depth)?;
            if !self.skip('|') {
                break;
            }
            let length = self.pattern.steps.len() - start;
            self.pattern.steps.insert(start, Step::Fork { to: distance(length + 2)?, next_first: true });
            jumps.push(self.pattern.steps.len());
            self.push(Step::Jump(0))?;
        }
        let end = self.pattern.steps.len();
        for jump in jumps {
            if let Some(step) = self.pattern.steps.get_mut(jump) {
                *step = Step::Jump(distance(end - jump)?);
            }
        }
        Ok(())
    }

    /// Reads up to the end of an alternative.
    fn sequence(&mut self, depth: u32) -> Parsed<()> {
        // Where the item begins that a repetition would repeat.
        let mut last = None;
        while let Some(character) = self.peek().filter(|character| !matches!(character, '|' | ')')) {
            self.take();
            let start = self.pattern.steps.len();
            let repeats = match character {
                '*' => Some((0, None)),
                '+' => Some((1, None)),
                '?' => Some((0, Some(1))),
                '{' if last.is_none() => return Err(NOTHING_TO_REPEAT),
                '{' => Some(self.counts()?),
                _ => None,
            };
            if let Some((least, most)) = repeats {
                let greedy = !self.skip('?');
                self.repeat(last.ok_or(NOTHING_TO_REPEAT)?, least, most, greedy)?;
                last = None;
                continue;
            }
            last = Some(start);
            match character {
                '(' => {
                    if !self.group(depth)? {
                        last = None;
                    }
                }
                '[' => {
                    let class = self.class()?;
                    self.push_class(class)?;
                }
                '\\' => match self.escape()? {
                    Escape::Character(character) => self.push_character(character)?,
                    Escape::Set(item) => self.push_class(Class { items: vec![item], negated: false })?,
                    Escape::Place(place) => self.push(Step::Place(place))?,
                },
                '.' => {
                    let line_feed = ClassItem::Range('\n', '\n');
                    let items = if self.flags.dot_matches_all { Vec::new() } else { vec![line_feed] };
                    self.push_class(Class { items, negated: true })?;
                }
                '^' => {
                    last = None;
                    let place = if self.flags.lines { Place::LineStart } else { Place::TextStart };
                    self.push(Step::Place(place))?;
                }
                '$' => {
                    let place = if self.flags.lines { Place::LineEnd } else { Place::TextEnd };
                    self.push(Step::Place(place))?;
                }
                character => self.push_character(character)?,
            }
        }
        Ok(())
    }

    /// Reads what stands behind `(`. Whether it is something that can be repeated.
    fn group(&mut self, depth: u32) -> Parsed<bool> {
        let outside = self.flags;
        if self.skip('?') && self.group_head()? {
            return Ok(false);
        }
        self.alternatives(depth + 1)?;
        self.flags = outside;
        if self.skip(')') { Ok(true) } else { Err(NOT_CLOSED) }
    }

    /// Reads what stands behind `(?`. Whether it was flags for what follows, and not a group.
    fn group_head(&mut self) -> Parsed<bool> {
        const LOOKAROUND: &str = "a lookaround, which cannot run in linear time";
        match self.peek() {
            Some('=' | '!') => return Err(LOOKAROUND),
            Some('P' | '<') => {
                self.skip('P');
                if !self.skip('<') {
                    return Err(UNKNOWN_GROUP);
                }
                if matches!(self.peek(), Some('=' | '!')) {
                    return Err(LOOKAROUND);
                }
                let (name, rest) = self.rest.split_once('>').unwrap_or_default();
                let is_name = |letter: char| letter.is_alphanumeric() || letter == '_';
                if name.is_empty() || !name.chars().all(is_name) {
                    return Err("a group name that is not closed");
                }
                self.rest = rest;
                return Ok(false);
            }
            _ => {}
        }
        let mut value = true;
        loop {
            match self.take() {
                Some('i') => self.flags.fold = value,
                Some('m') => self.flags.lines = value,
                Some('s') => self.flags.dot_matches_all = value,
                // Letters are those of all scripts anyway.
                Some('u') => {}
                Some('-') if value => value = false,
                Some(':') => return Ok(false),
                Some(')') => return Ok(true),
                _ => return Err(UNKNOWN_GROUP),
            }
        }
    }

    /// Reads what stands behind `[`.
    fn class(&mut self) -> Parsed<Class> {
        let mut class = Class { items: Vec::new(), negated: self.skip('^') };
        let mut first = true;
        loop {
            let start = match self.take().ok_or(OPEN_CLASS)? {
                ']' if !first => return Ok(class),
                '[' if self.skip(':') => {
                    let negated = self.skip('^');
                    let (name, rest) = self.rest.split_once(':').ok_or(OPEN_CLASS)?;
                    let set = Set::of_posix(name).ok_or("a class with an unknown name")?;
                    self.rest = rest;
                    if !self.skip(']') {
                        return Err(OPEN_CLASS);
                    }
                    class.items.push(ClassItem::Set { set, negated });
                    first = false;
                    continue;
                }
                '\\' => self.class_escape()?,
                character => ClassItem::Range(character, character),
            };
            first = false;
            let mut item = start;
            if let (ClassItem::Range(low, _), Some(rest)) = (start, self.rest.strip_prefix('-')) {
                // In front of the closing bracket it stands for itself.
                if !rest.starts_with(']') {
                    self.rest = rest;
                    let end = match self.take().ok_or(OPEN_CLASS)? {
                        '\\' => self.class_escape()?,
                        character => ClassItem::Range(character, character),
                    };
                    item = match end {
                        ClassItem::Range(high, _) if low <= high => ClassItem::Range(low, high),
                        _ => return Err("a range whose end does not follow its start"),
                    };
                }
            }
            class.items.push(item);
        }
    }

    fn class_escape(&mut self) -> Parsed<ClassItem> {
        // Between brackets it is the backspace.
        if self.skip('b') {
            return Ok(ClassItem::Range('\u{8}', '\u{8}'));
        }
        match self.escape()? {
            Escape::Character(character) => Ok(ClassItem::Range(character, character)),
            Escape::Set(item) => Ok(item),
            Escape::Place(_) => Err(UNKNOWN_ESCAPE),
        }
    }

    /// Reads what stands behind a backslash.
    fn escape(&mut self) -> Parsed<Escape> {
        let character = self.take().ok_or("a backslash at the end")?;
        let set = |set| Ok(Escape::Set(ClassItem::Set { set, negated: character.is_ascii_uppercase() }));
        match character {
            'd' | 'D' => set(Set::Digit),
            'w' | 'W' => set(Set::Word),
            's' | 'S' => set(Set::Space),
            'p' | 'P' => {
                let name = match self.rest.strip_prefix('{').and_then(|rest| rest.split_once('}')) {
                    Some((name, rest)) => {
                        self.rest = rest;
                        name
                    }
                    None => self.take_bytes(1),
                };
                set(Set::of_property(name).ok_or("a property that is not supported")?)
            }
            'b' => Ok(Escape::Place(Place::WordBoundary)),
            'B' => Ok(Escape::Place(Place::NoWordBoundary)),
            'A' => Ok(Escape::Place(Place::TextStart)),
            'z' => Ok(Escape::Place(Place::TextEnd)),
            'n' => Ok(Escape::Character('\n')),
            'r' => Ok(Escape::Character('\r')),
            't' => Ok(Escape::Character('\t')),
            'f' => Ok(Escape::Character('\u{C}')),
            'v' => Ok(Escape::Character('\u{B}')),
            'x' => self.code_point(2),
            'u' => self.code_point(4),
            '1'..='9' | 'k' => Err("a backreference, which cannot run in linear time"),
            character if !character.is_alphanumeric() => Ok(Escape::Character(character)),
            _ => Err(UNKNOWN_ESCAPE),
        }
    }

    /// Reads a code point of so many digits, or of any number of them in braces.
    fn code_point(&mut self, digits: usize) -> Parsed<Escape> {
        const BAD: &str = "a code point that is none";
        let digits = match self.rest.strip_prefix('{') {
            Some(rest) => {
                let (digits, rest) = rest.split_once('}').ok_or("a name in braces that is not closed")?;
                self.rest = rest;
                digits
            }
            None => self.take_bytes(digits),
        };
        let number = u32::from_str_radix(digits, 16).map_err(|_| BAD)?;
        char::from_u32(number).map(Escape::Character).ok_or(BAD)
    }

    /// Reads what stands behind `{`.
    fn counts(&mut self) -> Parsed<(usize, Option<usize>)> {
        const MALFORMED: &str = "a repetition count that is not {n}, {n,} or {n,m}";
        let (inside, rest) = self.rest.split_once('}').ok_or(MALFORMED)?;
        self.rest = rest;
        let parse = |digits: &str| digits.parse::<u32>().map(|count| count as usize).map_err(|_| MALFORMED);
        let (least, most) = match inside.split_once(',') {
            None => {
                let count = parse(inside)?;
                (count, Some(count))
            }
            Some((least, "")) => (parse(least)?, None),
            Some((least, most)) => (parse(least)?, Some(parse(most)?)),
        };
        if most.is_some_and(|most| least > most) {
            return Err("a repetition count whose minimum exceeds its maximum");
        }
        if least.max(most.unwrap_or(0)) > MAX_REPEAT {
            return Err("a repetition count above 1000");
        }
        Ok((least, most))
    }

    /// Repeats the steps from `start` on.
    fn repeat(&mut self, start: usize, least: usize, most: Option<usize>, greedy: bool) -> Parsed<()> {
        let once = self.pattern.steps.split_off(start);
        let length = once.len();
        let copies = most.unwrap_or(0).max(least).max(1);
        if copies.saturating_mul(length + 1) > MAX_STEPS {
            return Err(TOO_LONG);
        }
        let steps = &mut self.pattern.steps;
        for _ in 0..least {
            steps.extend_from_slice(&once);
        }
        match most {
            Some(most) => {
                for left in (1..=most - least).rev() {
                    steps.push(Step::Fork { to: distance(left * (length + 1))?, next_first: greedy });
                    steps.extend_from_slice(&once);
                }
            }
            None if least == 0 => {
                steps.push(Step::Fork { to: distance(length + 2)?, next_first: greedy });
                steps.extend_from_slice(&once);
                steps.push(Step::Jump(-distance(length + 1)?));
            }
            None => steps.push(Step::Fork { to: -distance(length)?, next_first: !greedy }),
        }
        if steps.len() > MAX_STEPS { Err(TOO_LONG) } else { Ok(()) }
    }

    fn push(&mut self, step: Step) -> Parsed<()> {
        self.pattern.steps.push(step);
        if self.pattern.steps.len() > MAX_STEPS { Err(TOO_LONG) } else { Ok(()) }
    }

    fn push_character(&mut self, character: char) -> Parsed<()> {
        let fold = self.flags.fold;
        self.push(Step::Character { character: if fold { plain(character) } else { character }, fold })
    }

    fn push_class(&mut self, class: Class) -> Parsed<()> {
        let index = u32::try_from(self.pattern.classes.len()).map_err(|_| TOO_LONG)?;
        self.pattern.classes.push(class);
        self.push(Step::Class { index, fold: self.flags.fold })
    }

    fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    fn take(&mut self) -> Option<char> {
        let mut rest = self.rest.chars();
        let character = rest.next();
        self.rest = rest.as_str();
        character
    }

    /// Takes a character if it comes next.
    fn skip(&mut self, character: char) -> bool {
        let rest = self.rest.strip_prefix(character);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// Takes so many ASCII characters; nothing where there are fewer.
    fn take_bytes(&mut self, count: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at_checked(count).unwrap_or(("", self.rest));
        self.rest = rest;
        taken
    }
}

fn distance(steps: usize) -> Parsed<i32> {
    i32::try_from(steps).map_err(|_| TOO_LONG)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pattern: &str) -> Parsed<()> {
        parse(pattern, Flags::default()).map(drop)
    }

    #[test]
    fn linear_time_patterns_are_accepted() {
        for pattern in [
            "you (really )?should",
            r"\bmust\b",
            "[a-z]+[^0-9]{2,3}",
            "(?i)now|never",
            "(?:a|b)*?",
            "(?P<name>x)(?<other>y)",
            r"[]a-c\]]+",
            r"\p{L}+\.\d{3}",
            "[[:alpha:]_]",
            "a{1000}",
            "^$",
        ] {
            assert_eq!(check(pattern), Ok(()), "{pattern}");
        }
    }

    #[test]
    fn what_is_malformed_or_not_linear_is_refused() {
        for pattern in [
            "(",
            ")",
            "a)(",
            "[a",
            "*",
            "a**",
            "(+)",
            "a|*",
            r"\",
            r"(a)\1",
            r"\k<a>",
            "(?=a)",
            "(?!a)",
            "(?<=a)",
            "(?<!a)",
            "(?>a)",
            "(?P=a)",
            "(?<a",
            "{2}",
            "a{2",
            "a{x}",
            "a{3,2}",
            "a{1001}",
            r"\y",
            "a{-1}",
            "[]",
            "[z-a]",
            r"\p{Sc}",
            r"\u{110000}",
            r"\xé",
            "[[:nope:]]",
            "(?i",
            "(?i)*",
            "^*",
        ] {
            assert!(check(pattern).is_err(), "{pattern}");
        }
        assert!(check(&"(".repeat(5_000)).is_err());
    }
}
