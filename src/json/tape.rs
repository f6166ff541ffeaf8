//! A JSON text as a list of its tokens, beside the text: no tree, no copy of keys and strings, and the list is used again
//! for the next text. For texts that are read once, field by field, and of which there are many: records.
//!
//! Only a text with which nothing is wrong becomes a tape. Whatever is wrong with any other, [`read`](super::read) says.

use memchr::arch::all::is_equal;

use super::canonical::key_order;
use super::map::is_same;
use super::node::Node;
use super::syntax::{Cursor, Scalar, Text};
use super::value::Number;

/// The tokens of one text after the other.
#[derive(Debug, Default)]
pub struct Tokens {
    tokens: Vec<Token>,
    /// The strings that have escapes, one behind the other: what they mean.
    decoded: String,
}

/// A text and its tokens.
#[derive(Debug)]
pub struct Tape<'a> {
    text: &'a str,
    tokens: &'a [Token],
    decoded: &'a str,
    /// Whether the text is the canonical form of its content (RFC 8785).
    pub is_canonical: bool,
}

/// A value, or where it begins: what is in a container follows it, and the key of a member stands before its value.
#[derive(Clone, Copy, Debug)]
pub(super) enum Token {
    Null,
    Bool(bool),
    Number(Number),
    Key(Key),
    /// A string that stands for itself, from here to there in the text.
    Plain(u32, u32),
    /// A string among those that were decoded.
    Decoded(u32, u32),
    /// The place behind the last item.
    Array(u32),
    /// The place behind the last member, and the marks of the keys: one that is not among them need not be looked for.
    Object(u32, u64),
}

/// The key of a member.
#[derive(Clone, Copy, Debug)]
pub(super) struct Key {
    start: u32,
    end: u32,
    /// Whether that is among the strings that were decoded, and not in the text.
    is_decoded: bool,
    print: Print,
    /// The place behind the value.
    behind: u32,
}

/// What tells nearly all keys of an object apart: the first byte, the last one, and the length, as far as there is room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Print(u32);

impl Print {
    #[inline(always)]
    fn of(key: &[u8]) -> Self {
        let [first, last] =
            [key.first(), key.last()].map(|byte| u32::from(byte.copied().unwrap_or_default()));
        Self((key.len() as u32) << 16 | first << 8 | last)
    }

    /// Few keys of one object share one.
    #[inline(always)]
    fn mark(self) -> u64 {
        let Self(print) = self;
        1 << (((print >> 16) + 7 * (print >> 8 & 0xFF) + 13 * (print & 0xFF)) % 64)
    }
}

/// Objects with more members whose keys are in no order are left to the reader that can search them.
const FEW: usize = 16;

impl Tokens {
    /// The tape of a text that is JSON of at most this depth. None for a text that is not, or that is suspicious: a byte
    /// order mark, a key given twice, a number beyond the range of a double.
    pub fn read<'a>(&'a mut self, text: &'a [u8], depth: usize) -> Option<Tape<'a>> {
        let text = std::str::from_utf8(text).ok()?;
        let mut reader = Reader::new(self, text, depth)?;
        reader.value()?;
        reader.cursor.end().ok()?;
        let is_canonical = reader.cursor.is_canonical;
        Some(Tape { text, tokens: &self.tokens, decoded: &self.decoded, is_canonical })
    }

    /// The same for the items of an array one by one, so that their tokens stay few: `take` gets each, in their order, and
    /// ends it where it has nothing to say. None also when something is wrong behind items that were taken.
    pub fn read_each(
        &mut self,
        text: &[u8],
        depth: usize,
        take: &mut dyn FnMut(Node<'_>) -> Option<()>,
    ) -> Option<()> {
        let text = std::str::from_utf8(text).ok()?;
        let mut reader = Reader::new(self, text, depth.checked_sub(1)?)?;
        let mut open = reader.cursor.open(b'[', b']').ok()?;
        while open {
            reader.value()?;
            let Self { tokens, decoded } = &*reader.out;
            take(Tape { text, tokens, decoded, is_canonical: false }.root())?;
            reader.out.clear();
            open = reader.cursor.next_item(b']').ok()?;
        }
        reader.cursor.end().ok()
    }

    fn clear(&mut self) {
        self.tokens.clear();
        self.decoded.clear();
    }
}

impl Tape<'_> {
    /// The whole document.
    pub fn root(&self) -> Node<'_> {
        Node::Token(self, 0)
    }

    /// The token of a place.
    #[inline(always)]
    pub(super) fn token(&self, at: u32) -> Token {
        self.tokens.get(at as usize).copied().unwrap_or(Token::Null)
    }

    /// The string of a place, if one is there.
    pub(super) fn string(&self, at: u32) -> Option<&str> {
        let (text, start, end) = match self.token(at) {
            Token::Plain(start, end) => (self.text, start, end),
            Token::Decoded(start, end) => (self.decoded, start, end),
            _ => return None,
        };
        text.get(start as usize..end as usize)
    }

    /// The key of a place, and the place behind its value.
    #[inline]
    pub(super) fn key(&self, at: u32) -> Option<(&str, u32)> {
        match self.token(at) {
            Token::Key(key) => Some((self.text_of(key), key.behind)),
            _ => None,
        }
    }

    #[inline(always)]
    fn text_of(&self, key: Key) -> &str {
        let text = if key.is_decoded { self.decoded } else { self.text };
        text.get(key.start as usize..key.end as usize).unwrap_or_default()
    }

    /// The place behind a value.
    #[inline(always)]
    pub(super) fn behind(&self, at: u32) -> u32 {
        match self.token(at) {
            Token::Array(end) | Token::Object(end, _) => end,
            _ => at + 1,
        }
    }

    /// Whether an object inside a value may have such a key.
    pub(super) fn may_have_key(&self, at: u32, is_such: &dyn Fn(&str) -> bool) -> bool {
        let tokens = self.tokens.get(at as usize..self.behind(at) as usize).unwrap_or_default();
        tokens.iter().any(|token| match token {
            Token::Key(key) => is_such(self.text_of(*key)),
            _ => false,
        })
    }

    /// How many members stand before the one of a key, and the place of its value.
    #[inline(never)]
    pub(super) fn member(&self, object: u32, key: &str) -> Option<(usize, u32)> {
        let Token::Object(end, marks) = self.token(object) else { return None };
        let print = Print::of(key.as_bytes());
        if marks & print.mark() == 0 {
            return None;
        }
        let mut at = object + 1;
        let mut index = 0;
        while at < end {
            let Some(Token::Key(known)) = self.tokens.get(at as usize) else { break };
            if known.print == print && is_equal(self.text_of(*known).as_bytes(), key.as_bytes()) {
                return Some((index, at + 1));
            }
            at = known.behind;
            index += 1;
        }
        None
    }
}

struct Reader<'o, 'a> {
    out: &'o mut Tokens,
    cursor: Cursor<'a>,
    /// Containers that may still be opened inside each other.
    depth: usize,
}

impl<'o, 'a> Reader<'o, 'a> {
    fn new(out: &'o mut Tokens, text: &'a str, depth: usize) -> Option<Self> {
        // Places are kept in 32 bits.
        u32::try_from(text.len()).ok()?;
        out.clear();
        Some(Self { out, cursor: Cursor::new(text), depth })
    }

    fn value(&mut self) -> Option<()> {
        let token = match self.cursor.peek() {
            Some(b'{') => return self.object(),
            Some(b'[') => return self.array(),
            _ => match self.cursor.scalar().ok()? {
                Scalar::Null => Token::Null,
                Scalar::Bool(value) => Token::Bool(value),
                Scalar::Number(number) => Token::Number(number),
                Scalar::String(text) => self.text(&text),
                Scalar::NotFinite => return None,
            },
        };
        self.out.tokens.push(token);
        Some(())
    }

    fn array(&mut self) -> Option<()> {
        let place = self.begin()?;
        let mut open = self.cursor.open(b'[', b']').ok()?;
        while open {
            self.value()?;
            open = self.cursor.next_item(b']').ok()?;
        }
        let end = self.end();
        *self.out.tokens.get_mut(place)? = Token::Array(end);
        Some(())
    }

    fn object(&mut self) -> Option<()> {
        let place = self.begin()?;
        let mut marks = 0_u64;
        let mut members = 0;
        let mut in_order = true;
        let mut last: Option<Key> = None;
        let mut open = self.cursor.open(b'{', b'}').ok()?;
        while open {
            let mut key = self.key()?;
            marks |= key.print.mark();
            let tape = self.tape();
            let is_next = |last| key_order(tape.text_of(last), tape.text_of(key)).is_lt();
            in_order = in_order && last.is_none_or(is_next);
            last = Some(key);
            members += 1;
            let at = self.out.tokens.len();
            self.out.tokens.push(Token::Null);
            self.value()?;
            key.behind = self.place();
            *self.out.tokens.get_mut(at)? = Token::Key(key);
            open = self.cursor.next_item(b'}').ok()?;
        }
        let end = self.end();
        *self.out.tokens.get_mut(place)? = Token::Object(end, marks);
        if !in_order {
            self.cursor.is_canonical = false;
            // Keys with a mark of their own are all different.
            if marks.count_ones() < members && self.may_have_equal_keys(place) {
                return None;
            }
        }
        Some(())
    }

    /// Takes a key with its colon.
    fn key(&mut self) -> Option<Key> {
        let (start, end, is_decoded) = match self.cursor.key().ok()? {
            Text::Plain(start, end) => (start as u32, end as u32, false),
            Text::Decoded(decoded) => {
                let (start, end) = self.decoded(&decoded);
                (start, end, true)
            }
        };
        let mut key = Key { start, end, is_decoded, print: Print(0), behind: 0 };
        key.print = Print::of(self.tape().text_of(key).as_bytes());
        Some(key)
    }

    /// Opens a container: its token comes when it is closed.
    fn begin(&mut self) -> Option<usize> {
        self.depth = self.depth.checked_sub(1)?;
        self.out.tokens.push(Token::Null);
        Some(self.out.tokens.len() - 1)
    }

    fn end(&mut self) -> u32 {
        self.depth += 1;
        self.place()
    }

    /// Where the next token comes.
    fn place(&self) -> u32 {
        // A token takes a byte of the text at least.
        self.out.tokens.len() as u32
    }

    fn text(&mut self, text: &Text) -> Token {
        match text {
            Text::Plain(start, end) => Token::Plain(*start as u32, *end as u32),
            Text::Decoded(decoded) => {
                let (start, end) = self.decoded(decoded);
                Token::Decoded(start, end)
            }
        }
    }

    fn decoded(&mut self, decoded: &str) -> (u32, u32) {
        let start = self.out.decoded.len();
        self.out.decoded.push_str(decoded);
        (start as u32, self.out.decoded.len() as u32)
    }

    fn tape(&self) -> Tape<'_> {
        let Tokens { tokens, decoded } = &*self.out;
        Tape { text: self.cursor.text, tokens, decoded, is_canonical: false }
    }

    #[inline(never)]
    fn may_have_equal_keys(&self, object: usize) -> bool {
        let tape = self.tape();
        let mut keys = [""; FEW];
        let mut at = object as u32 + 1;
        let end = tape.behind(object as u32);
        for index in 0.. {
            if at == end {
                return false;
            }
            let (Some((key, behind)), Some(place)) = (tape.key(at), keys.get_mut(index)) else { return true };
            *place = key;
            at = behind;
            let others = keys.get(..index).unwrap_or_default();
            if others.iter().any(|other| is_same(other, key)) {
                return true;
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::read::{Document, read};
    use super::super::value::Value;
    use super::*;
    use crate::Limits;
    use crate::json;

    const LIMITS: Limits = Limits { bytes: 1 << 20, depth: 8, items: usize::MAX, items_at: &[] };

    fn on_tape(text: &[u8]) -> Option<(Value, bool)> {
        let mut tokens = Tokens::default();
        let tape = tokens.read(text, LIMITS.depth)?;
        Some((tape.root().to_value(), tape.is_canonical))
    }

    /// What the reader of trees makes of it, where it has nothing to say.
    fn as_tree(text: &[u8]) -> Option<(Value, bool)> {
        let Document { value, warnings, is_canonical } = read(text, LIMITS).ok()?;
        warnings.is_empty().then_some((value, is_canonical))
    }

    proptest! {
        #[test]
        fn a_tape_is_the_tree(text in r#"[\[\]{}",:0-9eE.+\- a\\u]{0,40}"#) {
            prop_assert_eq!(on_tape(text.as_bytes()), as_tree(text.as_bytes()), "{}", text);
        }

        #[test]
        fn a_tape_of_objects_is_the_tree(text in r#"(\{("[ab\u{e9}]{1,2}":(-?[0-9]{1,2}|"[a\\n]{0,2}"|\[\{"a":\[\]\}(,true)?\]|null),?){0,4}\}|\[(1e[0-9]{1,3},? ?){0,3}\])"#) {
            prop_assert_eq!(on_tape(text.as_bytes()), as_tree(text.as_bytes()), "{}", text);
        }

        #[test]
        fn any_bytes_are_a_tape_or_none(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            prop_assert_eq!(on_tape(&bytes), as_tree(&bytes));
        }

        #[test]
        fn items_come_one_by_one(items in prop::collection::vec(r#"(1|"a\\n"|\{"a":[12]( ,"b":\[\])?\}|\[\]|x)"#, 0..5)) {
            let text = format!("[{}]", items.join(","));
            let mut taken = Vec::new();
            let mut take = |item: Node<'_>| {
                taken.push(item.to_value());
                Some(())
            };
            let whole = Tokens::default().read_each(text.as_bytes(), LIMITS.depth, &mut take);
            match as_tree(text.as_bytes()) {
                Some((tree, _)) => prop_assert_eq!((whole, Value::Array(taken)), (Some(()), tree)),
                None => prop_assert_eq!(whole, None),
            }
        }
    }

    #[test]
    fn what_is_suspicious_is_left_to_the_reader_of_trees() {
        let many = |last: &str| {
            let members: Vec<String> = (0..20).rev().map(|n| format!("\"{n:02}\":1")).collect();
            format!("{{{},\"{last}\":1}}", members.join(","))
        };
        for text in [
            "\u{feff}{}",
            r#"{"a":1,"a":2}"#,
            r#"{"b":1,"a":2,"b":2}"#,
            r#"{"b":1,"a":2,"\u0062":2}"#,
            "1e999",
            "",
            &many("00"),
            // Too many to be sure of.
            &many("zz"),
        ] {
            assert_eq!(on_tape(text.as_bytes()), None, "{text}");
        }
        assert_eq!(on_tape(b"[[[[[[[[]]]]]]]]").map(|(value, _)| value), Some(json!([[[[[[[[]]]]]]]])));
        assert_eq!(on_tape(b"[[[[[[[[[]]]]]]]]]"), None);
        assert_eq!(Tokens::default().read_each(b"[[[]],{}]", 3, &mut |_| Some(())), Some(()));
        assert_eq!(Tokens::default().read_each(b"[[[[]]]]", 3, &mut |_| Some(())), None);
        assert_eq!(Tokens::default().read_each(b"[] 1", 3, &mut |_| Some(())), None);
    }

    #[test]
    fn a_search_ends_with_its_object() {
        assert_eq!(Print::of(b"a").mark(), Print::of(b"q").mark());
        let mut tokens = Tokens::default();
        let tape = tokens.read(br#"{"k":{"a":1},"q":2}"#, 4).unwrap();
        let inside = tape.root().get("k").unwrap();
        assert!(inside.get("a").is_some() && inside.get("q").is_none() && tape.root().get("q").is_some());
    }

    #[test]
    fn tokens_are_used_again() {
        let mut tokens = Tokens::default();
        for text in [r#"{"a\n":"b\t"}"#, r#"["\\"]"#] {
            let tape = tokens.read(text.as_bytes(), 4).unwrap();
            assert_eq!(tape.root().to_value(), read(text.as_bytes(), LIMITS).unwrap().value);
        }
    }
}
