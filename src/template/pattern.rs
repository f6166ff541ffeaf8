//! Whether a regular expression can run in linear time and is well formed: a syntax check without an engine. It is
//! stricter than an engine in nothing that matters and looser in one thing: the names of Unicode properties and
//! the order of a range such as `z-a` are left to the engine.

/// The largest count in `{n,m}`: beyond it an automaton grows too large.
const MAX_REPEAT: u32 = 1000;

/// Says what is wrong with a pattern, if anything.
pub(super) fn check(pattern: &str) -> Result<(), &'static str> {
    let mut rest = Rest(pattern);
    let mut open_groups = 0_usize;
    // Whether the last item can be followed by a repetition.
    let mut repeatable = false;
    while let Some(character) = rest.take() {
        match character {
            '\\' => {
                check_escape(&mut rest)?;
                repeatable = true;
            }
            '[' => {
                check_class(&mut rest)?;
                repeatable = true;
            }
            '(' => {
                if rest.skip('?') {
                    check_group_head(&mut rest)?;
                }
                open_groups += 1;
                repeatable = false;
            }
            ')' => {
                open_groups = open_groups.checked_sub(1).ok_or("a closing bracket without an opening one")?;
                repeatable = true;
            }
            '*' | '+' | '?' => {
                if !repeatable {
                    return Err("a repetition with nothing to repeat");
                }
                rest.skip('?');
                repeatable = false;
            }
            '{' => {
                if !repeatable {
                    return Err("a repetition with nothing to repeat");
                }
                check_counts(&mut rest)?;
                rest.skip('?');
                repeatable = false;
            }
            '|' | '^' => repeatable = false,
            _ => repeatable = true,
        }
    }
    if open_groups > 0 { Err("an opening bracket without a closing one") } else { Ok(()) }
}

/// What has not been looked at yet.
struct Rest<'a>(&'a str);

impl<'a> Rest<'a> {
    fn peek(&self) -> Option<char> {
        self.0.chars().next()
    }

    fn take(&mut self) -> Option<char> {
        let mut rest = self.0.chars();
        let character = rest.next();
        self.0 = rest.as_str();
        character
    }

    /// Takes a character if it comes next.
    fn skip(&mut self, character: char) -> bool {
        let rest = self.0.strip_prefix(character);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }

    /// Takes the text up to a closing brace, and the brace.
    fn braced(&mut self) -> Option<&'a str> {
        let (inside, rest) = self.0.split_once('}')?;
        self.0 = rest;
        Some(inside)
    }
}

/// What follows a backslash.
fn check_escape(rest: &mut Rest<'_>) -> Result<(), &'static str> {
    match rest.take() {
        None => Err("a backslash at the end"),
        Some('1'..='9' | 'k') => Err("a backreference, which cannot run in linear time"),
        Some('d' | 'D' | 's' | 'S' | 'w' | 'W' | 'b' | 'B' | 'A' | 'z' | 'n' | 'r' | 't' | 'f' | 'v') => {
            Ok(())
        }
        // A property or a code point, whose name may stand in braces.
        Some('p' | 'P' | 'x' | 'u') => {
            if rest.skip('{') && rest.braced().is_none() {
                Err("a name in braces that is not closed")
            } else {
                Ok(())
            }
        }
        Some(character) if !character.is_alphanumeric() => Ok(()),
        Some(_) => Err("an unknown escape"),
    }
}

/// What follows `(?`: a group without capture, a named group or flags.
fn check_group_head(rest: &mut Rest<'_>) -> Result<(), &'static str> {
    const LOOKAROUND: &str = "a lookaround, which cannot run in linear time";
    match rest.take() {
        Some('=' | '!') => return Err(LOOKAROUND),
        Some(':') => return Ok(()),
        Some('P') => {
            if rest.take() != Some('<') {
                return Err("an unknown kind of group");
            }
        }
        Some('<') => {
            if matches!(rest.peek(), Some('=' | '!')) {
                return Err(LOOKAROUND);
            }
        }
        Some('i' | 'm' | 's' | 'x' | 'U' | 'u' | '-') => {
            while matches!(rest.peek(), Some('i' | 'm' | 's' | 'x' | 'U' | 'u' | '-')) {
                rest.take();
            }
            rest.skip(':');
            return Ok(());
        }
        _ => return Err("an unknown kind of group"),
    }
    let mut letters = 0;
    while rest.peek().is_some_and(|letter| letter.is_alphanumeric() || letter == '_') {
        rest.take();
        letters += 1;
    }
    if letters > 0 && rest.take() == Some('>') { Ok(()) } else { Err("a group name that is not closed") }
}

/// The inside of `[...]`.
fn check_class(rest: &mut Rest<'_>) -> Result<(), &'static str> {
    rest.skip('^');
    let mut first = true;
    let mut depth = 1_usize;
    while let Some(character) = rest.take() {
        match character {
            '\\' => check_escape(rest)?,
            ']' if first => {}
            ']' => {
                depth -= 1;
                if depth == 0 {
                    return Ok(());
                }
            }
            '[' => depth += 1,
            _ => {}
        }
        first = false;
    }
    Err("a character class that is not closed")
}

/// The inside of `{n}`, `{n,}` and `{n,m}`.
fn check_counts(rest: &mut Rest<'_>) -> Result<(), &'static str> {
    const MALFORMED: &str = "a repetition count that is not {n}, {n,} or {n,m}";
    let inside = rest.braced().ok_or(MALFORMED)?;
    let (least, most) = match inside.split_once(',') {
        None => (inside, inside),
        Some((least, "")) => (least, least),
        Some((least, most)) => (least, most),
    };
    let parse = |text: &str| text.parse::<u32>().map_err(|_| MALFORMED);
    let (least, most) = (parse(least)?, parse(most)?);
    if least > most {
        return Err("a repetition count whose minimum exceeds its maximum");
    }
    if most > MAX_REPEAT { Err("a repetition count above 1000") } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

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
            "(", ")", "a)(", "[a", "*", "a**", "(+)", "a|*", r"\", r"(a)\1", r"\k<a>", "(?=a)", "(?!a)",
            "(?<=a)", "(?<!a)", "(?>a)", "(?P=a)", "(?<a", "{2}", "a{2", "a{x}", "a{3,2}", "a{1001}", r"\y",
            "a{-1}", "[]",
        ] {
            assert!(check(pattern).is_err(), "{pattern}");
        }
    }
}
