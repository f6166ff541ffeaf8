//! The grammar of JSON (RFC 8259): a cursor over a text that takes one token after the other.

use super::canonical::DIGITS_OF_DOUBLES;
use super::text::{plain_length, push_double, push_string};
use super::value::Number;

/// A value that is no container.
pub(super) enum Scalar {
    Null,
    Bool(bool),
    Number(Number),
    /// A number beyond the range of a double.
    NotFinite,
    String(Text),
}

/// A string.
pub(super) enum Text {
    /// It stands for itself, between these two places.
    Plain(usize, usize),
    /// What its escapes mean.
    Decoded(String),
}

/// A cursor over a text.
pub(super) struct Cursor<'a> {
    pub(super) text: &'a str,
    /// In bytes; always between two characters.
    at: usize,
    /// What half of a surrogate pair becomes, where it is not refused.
    replacement: Option<char>,
    /// Whether everything so far is written as the canonical form has it.
    pub(super) is_canonical: bool,
}

/// What was expected where the cursor stands.
pub(super) struct Syntax(pub(super) &'static str);

type Parsed<T> = Result<T, Syntax>;

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0, replacement: None, is_canonical: true }
    }

    /// A cursor over arguments that JavaScript wrote: half of a surrogate pair becomes U+FFFD.
    pub(super) fn of_arguments(text: &'a str) -> Self {
        Self { replacement: Some(char::REPLACEMENT_CHARACTER), ..Self::new(text) }
    }

    /// The next byte that is not white space.
    pub(super) fn peek(&mut self) -> Option<u8> {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.byte() {
            self.at += 1;
            self.is_canonical = false;
        }
        self.byte()
    }

    /// Refuses what follows a complete document.
    pub(super) fn end(&mut self) -> Parsed<()> {
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(Syntax("nothing more is expected")),
        }
    }

    /// Takes the opening bracket of a container, and the closing one if nothing is in between. Says whether an item
    /// follows.
    pub(super) fn open(&mut self, start: u8, end: u8) -> Parsed<bool> {
        self.expect(start, "a value is expected")?;
        let empty = self.peek() == Some(end);
        self.at += usize::from(empty);
        Ok(!empty)
    }

    /// Takes what stands between two items, or closes their container. Says whether another item follows.
    pub(super) fn next_item(&mut self, end: u8) -> Parsed<bool> {
        match self.peek() {
            Some(b',') => {
                self.at += 1;
                Ok(true)
            }
            Some(byte) if byte == end => {
                self.at += 1;
                Ok(false)
            }
            _ if end == b']' => Err(Syntax("a comma or ] is expected")),
            _ => Err(Syntax("a comma or } is expected")),
        }
    }

    /// Takes a key with its colon.
    #[inline]
    pub(super) fn key(&mut self) -> Parsed<Text> {
        if self.peek() != Some(b'"') {
            return Err(Syntax("a key in double quotation marks is expected"));
        }
        let key = self.string()?;
        self.expect(b':', "a colon is expected")?;
        Ok(key)
    }

    /// Takes a value that is no container.
    pub(super) fn scalar(&mut self) -> Parsed<Scalar> {
        match self.peek() {
            Some(b'"') => Ok(Scalar::String(self.string()?)),
            Some(b'-' | b'0'..=b'9') => Ok(self.number()?.map_or(Scalar::NotFinite, Scalar::Number)),
            _ => {
                for (word, value) in
                    [("null", Scalar::Null), ("true", Scalar::Bool(true)), ("false", Scalar::Bool(false))]
                {
                    if self.rest().starts_with(word) {
                        self.at += word.len();
                        return Ok(value);
                    }
                }
                Err(Syntax("a value is expected"))
            }
        }
    }

    /// What a string of this text says.
    pub(super) fn str<'s>(&self, text: &'s Text) -> &'s str
    where
        'a: 's,
    {
        match text {
            Text::Plain(start, end) => self.text.get(*start..*end).unwrap_or_default(),
            Text::Decoded(decoded) => decoded,
        }
    }

    /// The same, as a string of its own.
    pub(super) fn owned(&self, text: Text) -> String {
        match text {
            Text::Decoded(decoded) => decoded,
            plain @ Text::Plain(..) => self.str(&plain).to_owned(),
        }
    }

    /// Takes a value of any depth and forgets it, without recursion.
    pub(super) fn skip(&mut self) -> Parsed<()> {
        // What closes the containers that are open.
        let mut ends = Vec::new();
        loop {
            let end = match self.peek() {
                Some(b'{') => Some(b'}'),
                Some(b'[') => Some(b']'),
                _ => {
                    self.scalar()?;
                    None
                }
            };
            let mut another = false;
            if let Some(end) = end {
                self.at += 1;
                ends.push(end);
                another = self.peek() != Some(end);
            }
            while !another {
                let Some(&end) = ends.last() else { return Ok(()) };
                another = self.next_item(end)?;
                if !another {
                    ends.pop();
                }
            }
            if ends.last() == Some(&b'}') {
                self.key()?;
            }
        }
    }

    /// Line and column of the cursor, or of the last character, counted from 1; the column in bytes.
    pub(super) fn line_and_column(&self) -> (usize, usize) {
        let before = self.text.as_bytes().get(..self.at.min(self.text.len() - 1)).unwrap_or_default();
        let line = before.iter().filter(|byte| **byte == b'\n').count();
        let column = before.iter().rev().take_while(|byte| **byte != b'\n').count();
        (line + 1, column + 1)
    }

    fn since(&self, start: usize) -> &'a str {
        self.text.get(start..self.at).unwrap_or_default()
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    #[inline(always)]
    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn expect(&mut self, byte: u8, problem: &'static str) -> Parsed<()> {
        if self.peek() != Some(byte) {
            return Err(Syntax(problem));
        }
        self.at += 1;
        Ok(())
    }

    fn string(&mut self) -> Parsed<Text> {
        self.at += 1;
        let start = self.at;
        self.skip_plain();
        if self.byte() == Some(b'"') {
            self.at += 1;
            return Ok(Text::Plain(start, self.at - 1));
        }
        let mut string = self.since(start).to_owned();
        loop {
            match self.byte() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(Text::Decoded(string));
                }
                Some(b'\\') => {
                    let start = self.at;
                    let character = self.escape()?;
                    self.is_canonical &= is_escaped_so(character, self.since(start));
                    string.push(character);
                    let start = self.at;
                    self.skip_plain();
                    string.push_str(self.since(start));
                }
                Some(_) => return Err(Syntax("a control character must be escaped")),
                None => return Err(Syntax("a string is not closed")),
            }
        }
    }

    /// Takes what stands for itself in a string.
    fn skip_plain(&mut self) {
        self.at += plain_length(self.text.as_bytes().get(self.at..).unwrap_or_default());
    }

    fn escape(&mut self) -> Parsed<char> {
        self.at += 1;
        let byte = self.byte().unwrap_or_default();
        self.at += usize::from(byte.is_ascii());
        Ok(match byte {
            b'"' | b'\\' | b'/' => char::from(byte),
            b'b' => '\u{8}',
            b'f' => '\u{C}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let mut code = self.hexadecimal()?;
                if matches!(code, 0xD800..0xDC00) && self.rest().starts_with("\\u") {
                    let high_ends = self.at;
                    self.at += 2;
                    let low = self.hexadecimal()?;
                    if matches!(low, 0xDC00..0xE000) {
                        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
                    } else {
                        self.at = high_ends;
                    }
                }
                let character = char::from_u32(code).or(self.replacement);
                character.ok_or(Syntax("an escape is half of a surrogate pair"))?
            }
            _ => return Err(Syntax("an escape is not one of JSON")),
        })
    }

    #[inline(never)]
    fn hexadecimal(&mut self) -> Parsed<u32> {
        let mut code = 0;
        for _ in 0..4 {
            let digit = self.byte().and_then(|byte| char::from(byte).to_digit(16));
            code = code << 4 | digit.ok_or(Syntax("four hexadecimal digits are expected"))?;
            self.at += 1;
        }
        Ok(code)
    }

    fn number(&mut self) -> Parsed<Option<Number>> {
        if let Some(number) = self.short_number() {
            return Ok(Some(Number::Whole(number)));
        }
        let start = self.at;
        let negative = self.byte() == Some(b'-');
        self.at += usize::from(negative);
        let whole = self.digits()?;
        if whole.len() > 1 && whole.starts_with(b"0") {
            return Err(Syntax("a number has no leading zeros"));
        }
        let is_whole = !matches!(self.byte(), Some(b'.' | b'e' | b'E'));
        let mut fraction: &[u8] = &[];
        if self.byte() == Some(b'.') {
            self.at += 1;
            fraction = self.digits()?;
        }
        let mut exponent = 0;
        if let Some(b'e' | b'E') = self.byte() {
            self.at += 1;
            let down = self.byte() == Some(b'-');
            self.at += usize::from(matches!(self.byte(), Some(b'+' | b'-')));
            for digit in self.digits()? {
                // Far beyond the range of a double, and far from overflowing with the digits added.
                exponent = (exponent * 10 + i32::from(digit - b'0')).min(100_000_000);
            }
            if down {
                exponent = -exponent;
            }
        }
        if is_whole {
            if let Some(number) = exact(whole, negative) {
                self.is_canonical &=
                    whole.len() <= DIGITS_OF_DOUBLES || is_written_so(number.as_f64(), self.since(start));
                return Ok(Some(number));
            }
        }
        let number = double(whole, fraction, exponent);
        let number = if negative { -number } else { number };
        self.is_canonical = self.is_canonical && is_written_so(number, self.since(start));
        Ok(number.is_finite().then_some(Number::Double(number)))
    }

    /// Takes a whole number of few digits, as most are.
    fn short_number(&mut self) -> Option<u64> {
        let digits = self.text.as_bytes().get(self.at..)?;
        let (mut number, mut length) = (0, 0);
        while let Some(digit @ b'0'..=b'9') = digits.get(length) {
            number = number * 10 + u64::from(digit - b'0');
            length += 1;
            if length > DIGITS_OF_DOUBLES {
                return None;
            }
        }
        let has_zeros = length > 1 && digits.first() == Some(&b'0');
        if length == 0 || has_zeros || matches!(digits.get(length), Some(b'.' | b'e' | b'E')) {
            return None;
        }
        self.at += length;
        Some(number)
    }

    #[inline(never)]
    fn digits(&mut self) -> Parsed<&'a [u8]> {
        let rest = self.rest().as_bytes();
        let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if count == 0 {
            return Err(Syntax("a digit is expected"));
        }
        self.at += count;
        Ok(rest.get(..count).unwrap_or_default())
    }
}

/// Whether the canonical form of a number is this text.
fn is_written_so(number: f64, written: &str) -> bool {
    let mut text = String::new();
    push_double(&mut text, number);
    text == written
}

/// Whether this escape stands for a character in the canonical form.
fn is_escaped_so(character: char, written: &str) -> bool {
    let mut text = String::new();
    push_string(&mut text, character.encode_utf8(&mut [0; 4]));
    text.get(1..text.len() - 1) == Some(written)
}

/// A whole number, where it fits and is not `-0`.
fn exact(digits: &[u8], negative: bool) -> Option<Number> {
    let mut number = 0_u64;
    for digit in digits {
        number = number.checked_mul(10)?.checked_add(u64::from(digit - b'0'))?;
    }
    match (negative, number) {
        (false, _) => Some(Number::Whole(number)),
        (true, 0) => None,
        (true, _) => 0_i64.checked_sub_unsigned(number).map(Number::Negative),
    }
}

/// The double nearest to a decimal.
fn double(whole: &[u8], fraction: &[u8], exponent: i32) -> f64 {
    // The library asks for digits without superfluous zeros.
    let whole = if whole == b"0" { &[] } else { whole };
    let zeros = fraction.iter().rev().take_while(|digit| **digit == b'0').count();
    let fraction = fraction.get(..fraction.len() - zeros).unwrap_or_default();
    minimal_lexical::parse_float(whole.iter(), fraction.iter(), exponent)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn number(text: &str) -> Option<f64> {
        match Cursor::new(text).scalar().ok()? {
            Scalar::Number(number) => Some(number.as_f64()),
            Scalar::NotFinite => Some(f64::INFINITY),
            _ => None,
        }
    }

    proptest! {
        #[test]
        fn a_number_is_the_double_nearest_to_it(text in r"-?(0|[1-9][0-9]{0,30})(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,3})?") {
            let expected: f64 = text.parse().unwrap();
            let found = number(&text).unwrap();
            if expected.is_finite() {
                prop_assert_eq!(found.to_bits(), expected.to_bits(), "{}", text);
            } else {
                prop_assert_eq!(found, f64::INFINITY);
            }
        }

        #[test]
        fn a_double_that_was_written_is_read_again(double in any::<f64>().prop_filter("finite", |double| double.is_finite())) {
            let text = format!("{double:e}");
            prop_assert_eq!(number(&text).unwrap().to_bits(), double.to_bits());
        }
    }

    #[test]
    fn hard_numbers() {
        let long = format!("0.{}1", "0".repeat(400));
        let halfway = "9007199254740993.0000000000000000000000000000000000000000000000000000000000001";
        for text in [
            "1.7976931348623157e308",
            "1.7976931348623158e308",
            "2.2250738585072011e-308",
            "4.9e-324",
            "2.4703282292062327e-324",
            "2.4703282292062328e-324",
            "9007199254740993.0",
            halfway,
            "123456789012345678901234567890",
            long.as_str(),
            "1e-999999999999",
            "0e999999999999",
        ] {
            assert_eq!(number(text).map(f64::to_bits), text.parse().ok().map(f64::to_bits), "{text}");
        }
        for text in ["1.7976931348623159e308", "1e999999999999", "1e309"] {
            assert_eq!(number(text), Some(f64::INFINITY), "{text}");
        }
    }
}
