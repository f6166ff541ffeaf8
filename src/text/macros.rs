//! Macros: the placeholders of character cards, such as `{{char}}`, in text of a template.
//!
//! | macro | becomes |
//! |---|---|
//! | `{{char}}` `<char>` `<bot>` | the personality's name |
//! | `{{user}}` `<user>` | the person's name |
//! | `{{random:a,b}}` | one of the options, drawn anew for every run |
//! | `{{pick:a,b}}` | one of the options, always the same one at the same place |
//! | `{{roll:6}}` `{{roll:d6}}` | a whole number from 1 to 6, drawn anew for every run |
//! | `{{reverse:x}}` | `x`, its characters in reverse order |
//! | `{{// x}}` `{{comment: x}}` | nothing |
//! | `{{hidden_key:x}}` | nothing; where keys are looked for, `x` |
//!
//! Names are found whatever their case. Options are trimmed; a comma inside one is written `\,`; the spelling
//! `{{random::a::b}}` is read too. What is none of these stays as it is, and so does what is nested more than
//! 8 deep. What a macro becomes is not looked at again, so that no name can bring macros in.

use std::borrow::Cow;

use super::find::find;
use crate::random::SplitMix64;

/// How deep macros may be nested, as in `{{random:{{char}},{{user}}}}`, which is 2.
const MAX_DEPTH: u32 = 8;

/// What macros stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Macros<'a> {
    /// Who the personality is: its nickname, else its name.
    pub character: &'a str,
    /// Who the person is.
    pub user: &'a str,
    /// Of the run: `random` and `roll` follow from it and from the place.
    pub seed: u64,
    /// Where the text stands, a number that stays the same from run to run: `pick` follows from it.
    pub place: u64,
}

impl<'a> Macros<'a> {
    /// The text as a prompt shows it.
    pub fn expand<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.expand_all(text, false)
    }

    /// The text as keys are looked for in it: hidden keys are there.
    pub fn expand_for_keys<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.expand_all(text, true)
    }

    /// The same at a place of its own within this place.
    pub fn at(self, place: u64) -> Self {
        let place = SplitMix64::new(self.place ^ SplitMix64::new(place).next()).next();
        Self { place, ..self }
    }

    fn expand_all<'t>(&self, text: &'t str, hidden_keys: bool) -> Cow<'t, str> {
        if !has_macros(text) {
            return Cow::Borrowed(text);
        }
        let mut expansion = Expansion {
            text,
            macros: *self,
            hidden_keys,
            random: SplitMix64::new(self.seed ^ SplitMix64::new(self.place).next()),
            spans: spans(text),
            out: String::with_capacity(text.len()),
        };
        expansion.expand(0, text.len(), 0, 1);
        Cow::Owned(expansion.out)
    }
}

/// Whether a text may hold macros; when not, expanding it changes nothing.
pub fn has_macros(text: &str) -> bool {
    find(text, "{{", 0).is_some() || text.contains('<')
}

/// A macro in a text: the byte at which its braces open and the one at which they close, both the first of two.
type MacroSpan = (usize, usize);

/// All macros of a text by where they open, each inside another one or apart from it. Braces without a partner are
/// text.
fn spans(text: &str) -> Vec<MacroSpan> {
    let bytes = text.as_bytes();
    let mut spans: Vec<MacroSpan> = Vec::new();
    // Indices of those that are open.
    let mut open: Vec<usize> = Vec::new();
    let mut at = 0;
    while let Some(pair) = bytes.get(at..at + 2) {
        // Of three opening braces the last two count.
        if pair == b"{{" && bytes.get(at + 2) != Some(&b'{') {
            open.push(spans.len());
            spans.push((at, 0));
            at += 2;
        } else if pair == b"}}" {
            if let Some(span) = open.pop().and_then(|index| spans.get_mut(index)) {
                span.1 = at;
            }
            at += 2;
        } else {
            at += 1;
        }
    }
    spans.retain(|(_, end)| *end > 0);
    spans
}

/// A text on its way from macros to what they stand for.
struct Expansion<'a> {
    text: &'a str,
    macros: Macros<'a>,
    hidden_keys: bool,
    random: SplitMix64,
    spans: Vec<MacroSpan>,
    out: String,
}

impl<'a> Expansion<'a> {
    /// Writes what stands from `from` to `to`; `next` is the first macro that may be inside.
    fn expand(&mut self, mut from: usize, to: usize, mut next: usize, depth: u32) {
        while let Some((open, close)) = self.spans.get(next).copied().filter(|(open, _)| *open < to) {
            if open >= from {
                self.write_plain(from, open);
                if depth > MAX_DEPTH || !self.write_macro(open, close, next, depth) {
                    self.out.push_str("{{");
                    // Unknown, but there may be known ones in it.
                    if depth < MAX_DEPTH {
                        self.expand(open + 2, close, next + 1, depth + 1);
                    } else {
                        self.out.push_str(self.part(open + 2, close));
                    }
                    self.out.push_str("}}");
                }
                from = close + 2;
            }
            next += 1;
        }
        self.write_plain(from, to);
    }

    fn part(&self, from: usize, to: usize) -> &'a str {
        self.text.get(from..to).unwrap_or_default()
    }

    /// Writes text without braces that count; names may still stand in angle brackets.
    fn write_plain(&mut self, from: usize, to: usize) {
        let mut rest = self.part(from, to);
        while let Some((before, after)) = rest.split_once('<') {
            self.out.push_str(before);
            rest = after;
            // The names in angle brackets are short, so that only a few bytes are looked at.
            let end = after.bytes().take(5).position(|byte| byte == b'>');
            let name = end.and_then(|end| self.name(after.get(..end)?, "bot"));
            self.out.push_str(name.unwrap_or("<"));
            if let (Some(_), Some(end)) = (name, end) {
                rest = after.get(end + 1..).unwrap_or_default();
            }
        }
        self.out.push_str(rest);
    }

    /// Whom a name stands for; `other` is a further name of the personality.
    fn name(&self, name: &str, other: &str) -> Option<&'a str> {
        let is = |word: &str| name.eq_ignore_ascii_case(word);
        if is("user") {
            Some(self.macros.user)
        } else {
            (is("char") || is(other)).then_some(self.macros.character)
        }
    }

    /// Writes what a macro becomes, if it is one.
    fn write_macro(&mut self, open: usize, close: usize, index: usize, depth: u32) -> bool {
        let inside = self.part(open + 2, close);
        if inside.trim_start().starts_with("//") {
            return true;
        }
        let Some((name, argument)) = inside.split_once(':') else {
            let name = self.name(inside.trim(), "char");
            self.out.push_str(name.unwrap_or_default());
            return name.is_some();
        };
        let start = close - argument.len();
        let name = name.trim().to_ascii_lowercase();
        match name.as_str() {
            "comment" => {}
            "hidden_key" => {
                if self.hidden_keys {
                    self.expand(start, close, index + 1, depth + 1);
                }
            }
            "reverse" => {
                let written = self.out.len();
                self.expand(start, close, index + 1, depth + 1);
                let reversed: String = self.out.get(written..).unwrap_or_default().chars().rev().collect();
                self.out.truncate(written);
                self.out.push_str(&reversed);
            }
            "random" => self.write_option(start, close, index + 1, depth + 1, None),
            "pick" => {
                let place = self.macros.place.wrapping_add(open as u64);
                self.write_option(start, close, index + 1, depth + 1, Some(SplitMix64::new(place)));
            }
            "roll" => {
                let sides = argument.trim();
                let sides = sides.strip_prefix(['d', 'D']).unwrap_or(sides).parse::<u32>().unwrap_or(0);
                if sides == 0 {
                    return false;
                }
                let rolled = self.random.below(sides.into()) + 1;
                crate::decimal::push_whole(&mut self.out, rolled);
            }
            _ => return false,
        }
        true
    }

    /// Writes one of the options that stand from `from` to `to`; `next` is the first macro that may be inside.
    fn write_option(&mut self, from: usize, to: usize, next: usize, depth: u32, pick: Option<SplitMix64>) {
        let (from, separator) = match self.part(from, to).strip_prefix(':') {
            Some(rest) if find(rest, "::", 0).is_some() => (from + 1, "::"),
            Some(_) => (from + 1, ","),
            None => (from, ","),
        };
        let ends = self.option_ends(from, to, next, separator);
        let drawn = match pick {
            Some(mut own) => own.below(ends.len() as u64),
            None => self.random.below(ends.len() as u64),
        } as usize;
        let end = ends.get(drawn).copied().unwrap_or(to);
        let before = drawn.checked_sub(1).and_then(|before| ends.get(before));
        let start = before.map_or(from, |end| end + separator.len());
        let option = self.part(start, end);
        let start = end - option.trim_start().len();
        let end = start + option.trim().len();
        let written = self.out.len();
        self.expand(start, end, next, depth);
        if separator == "," {
            self.unescape(written);
        }
    }

    /// Takes the backslashes away that stand before commas, from the byte `from` of the output on.
    fn unescape(&mut self, from: usize) {
        let written = self.out.get(from..).unwrap_or_default().to_owned();
        self.out.truncate(from);
        let mut rest = written.as_str();
        while let Some((before, after)) = rest.split_once('\\') {
            self.out.push_str(before);
            if !after.starts_with(',') {
                self.out.push('\\');
            }
            rest = after;
        }
        self.out.push_str(rest);
    }

    /// Where each option ends: at the separators that stand in no nested macro and behind no backslash.
    fn option_ends(&self, from: usize, to: usize, mut next: usize, separator: &str) -> Vec<usize> {
        let bytes = self.text.as_bytes();
        let starts = |at: usize, with: &[u8]| bytes.get(at..to).is_some_and(|rest| rest.starts_with(with));
        let mut ends = Vec::new();
        let mut at = from;
        while at < to {
            while self.spans.get(next).is_some_and(|(open, _)| *open < at) {
                next += 1;
            }
            match self.spans.get(next) {
                Some((open, close)) if *open == at => at = close + 2,
                _ if starts(at, b"\\,") => at += 2,
                _ if starts(at, separator.as_bytes()) => {
                    ends.push(at);
                    at += separator.len();
                }
                _ => at += 1,
            }
        }
        ends.push(to);
        ends
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MACROS: Macros<'static> = Macros { character: "Ada", user: "Bob", seed: 1, place: 2 };

    #[test]
    fn names_are_found_in_every_spelling() {
        for text in ["{{char}}", "{{CHAR}}", "{{ Char }}", "<char>", "<BOT>"] {
            assert_eq!(MACROS.expand(text), "Ada", "{text}");
        }
        for text in ["{{user}}", "{{User}}", "<USER>"] {
            assert_eq!(MACROS.expand(text), "Bob", "{text}");
        }
        assert_eq!(MACROS.expand("{{{char}}}, <<user>> & {{user}}s"), "{Ada}, <Bob> & Bobs");
    }

    #[test]
    fn what_is_no_macro_stays() {
        for text in [
            "",
            "plain",
            "{{bot}}",
            "{{weather}}",
            "{{ char",
            "}}{{",
            "{char}",
            "<charm>",
            "< char>",
            "a < b > c",
            "{{roll:}}",
            "{{roll:0}}",
            "{{roll:2d6}}",
            "{{roll}}",
            "{{random}}",
            "{{getvar::mood}}",
            "{{}}",
            "{{:}}",
            "é{{é}}<é>",
        ] {
            assert_eq!(MACROS.expand(text), text);
        }
        assert_eq!(MACROS.expand("{{if {{char}} }}{{ {{user}}"), "{{if Ada }}{{ Bob");
        assert!(matches!(MACROS.expand("no macros { at } all"), Cow::Borrowed(_)));
    }

    #[test]
    fn comments_go_and_hidden_keys_are_for_keys_only() {
        let text = "a{{// one}}b{{comment: two}}c{{hidden_key:three}}d{{//{{char}}}}{{ // x }}";
        assert_eq!(MACROS.expand(text), "abcd");
        assert_eq!(MACROS.expand_for_keys(text), "abcthreed");
        assert_eq!(MACROS.expand_for_keys("{{HIDDEN_KEY:{{user}}}}"), "Bob");
    }

    #[test]
    fn characters_are_reversed() {
        assert_eq!(MACROS.expand("{{reverse:Hello}}"), "olleH");
        assert_eq!(MACROS.expand("{{reverse:{{char}} é}}"), "é adA");
    }

    /// What a text becomes for many seeds.
    fn outcomes(text: &str, place: u64) -> Vec<String> {
        let of = |seed| Macros { seed, place, ..MACROS }.expand(text).into_owned();
        let mut outcomes: Vec<String> = (0..200).map(of).collect();
        outcomes.sort();
        outcomes.dedup();
        outcomes
    }

    #[test]
    fn options_are_drawn_from_the_seed() {
        assert_eq!(outcomes("{{random:a,b, c d }}", 0), ["a", "b", "c d"]);
        assert_eq!(outcomes(r"{{random:a\,b,c}}", 0), ["a,b", "c"]);
        assert_eq!(outcomes("{{random::a::b,c}}", 0), ["a", "b,c"]);
        assert_eq!(outcomes("{{random::a,b}}", 0), ["a", "b"]);
        assert_eq!(outcomes("{{RANDOM:{{char}},x{{user}}}}", 0), ["Ada", "xBob"]);
        assert_eq!(outcomes("{{random:{{random:a,b}},c}}", 0), ["a", "b", "c"]);
        assert_eq!(outcomes("{{random:,a}}{{random:}}", 0), ["", "a"]);
        assert_eq!(outcomes("{{roll:d3}}", 0), ["1", "2", "3"]);
        assert_eq!(outcomes("{{roll:D3}}{{roll:1}}", 0), ["11", "21", "31"]);
        // Two draws of one text are two draws.
        assert_eq!(outcomes("{{random:a,b}}{{random:a,b}}", 0).len(), 4);
        let comma = Macros { user: "Smith, John", ..MACROS };
        assert_eq!(comma.expand("{{random:{{user}}}}"), "Smith, John");
    }

    #[test]
    fn a_pick_depends_on_its_place_only() {
        let mut picked = Vec::new();
        for place in 0..50 {
            let outcomes = outcomes("{{pick:a,b,c}}", place);
            assert_eq!(outcomes.len(), 1);
            picked.extend(outcomes);
        }
        picked.sort();
        picked.dedup();
        assert_eq!(picked, ["a", "b", "c"]);
        let twice: Vec<_> =
            (0..50).map(|place| outcomes("{{pick:a,b}}{{pick:a,b}}", place).concat()).collect();
        assert!(twice.iter().any(|both| both == "ab") && twice.iter().any(|both| both == "bb"));
    }

    #[test]
    fn values_bring_no_macros_in_and_depth_is_bounded() {
        let sly = Macros { user: "{{char}}<bot>", ..MACROS };
        assert_eq!(sly.expand("{{user}}{{random:{{user}}}}"), "{{char}}<bot>{{char}}<bot>");
        let nested = |depth: usize| format!("{}x{}", "{{reverse:".repeat(depth), "}}".repeat(depth));
        assert_eq!(MACROS.expand(&nested(8)), "x");
        assert_eq!(MACROS.expand(&nested(9)), "{{reverse:x}}");
    }

    #[test]
    fn long_texts_take_linear_time() {
        for piece in ["{{", "{{random:", "<", "{{a:", "{{random:a,{{roll:6}}}}", "}}", "{{reverse:{{user}}"] {
            MACROS.expand(&piece.repeat(200_000));
            let nested = format!("{}x{}", piece.repeat(50_000), "}}".repeat(50_000));
            MACROS.expand(&nested);
        }
    }

    proptest! {
        #[test]
        fn nothing_panics_and_text_without_braces_stays(
            text in r"(\{\{|\}\}|\{|\}|<|>|:|,|\\|char|user|random:|pick:|roll:|reverse:|hidden_key:|//|[a-c6é ]){0,40}",
            seed in any::<u64>(),
        ) {
            let macros = Macros { seed, ..MACROS };
            let expanded = macros.expand(&text);
            prop_assert_eq!(&expanded, &macros.expand(&text));
            if !has_macros(&text) {
                prop_assert_eq!(&expanded, &text);
            }
            let _ = macros.expand_for_keys(&text);
        }

        #[test]
        fn any_text_around_a_macro_stays(before in "[^{}<]{0,20}", after in "[^{}<]{0,20}") {
            let text = format!("{before}{{{{char}}}}{after}");
            prop_assert_eq!(MACROS.expand(&text), format!("{before}Ada{after}"));
        }
    }
}
