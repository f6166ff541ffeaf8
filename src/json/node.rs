//! A JSON value that somebody else holds: a tree, or a text with its tokens. What reads records need not know which.

use super::map::Map;
use super::tape::{Tape, Token};
use super::value::{Number, Value};

/// Any JSON value, lent.
#[derive(Clone, Copy, Debug)]
pub enum Node<'a> {
    /// One of a tree.
    Value(&'a Value),
    /// One of a tape, with the place of its token.
    Token(&'a Tape<'a>, u32),
}

impl<'a> Node<'a> {
    /// Whether it is `null`.
    pub fn is_null(self) -> bool {
        match self {
            Self::Value(value) => value.is_null(),
            Self::Token(tape, at) => matches!(tape.token(at), Token::Null),
        }
    }

    /// Whether it is an object.
    pub fn is_object(self) -> bool {
        match self {
            Self::Value(value) => value.is_object(),
            Self::Token(tape, at) => matches!(tape.token(at), Token::Object(..)),
        }
    }

    /// The boolean, if it is one.
    pub fn as_bool(self) -> Option<bool> {
        match self {
            Self::Value(value) => value.as_bool(),
            Self::Token(tape, at) => match tape.token(at) {
                Token::Bool(value) => Some(value),
                _ => None,
            },
        }
    }

    /// The number, if it is one.
    pub fn as_number(self) -> Option<Number> {
        match self {
            Self::Value(Value::Number(number)) => Some(*number),
            Self::Value(_) => None,
            Self::Token(tape, at) => match tape.token(at) {
                Token::Number(number) => Some(number),
                _ => None,
            },
        }
    }

    /// The number as a double, if it is one.
    pub fn as_f64(self) -> Option<f64> {
        self.as_number().map(Number::as_f64)
    }

    /// The whole number of 0 or more, if it was written as one.
    pub fn as_u64(self) -> Option<u64> {
        match self.as_number() {
            Some(Number::Whole(number)) => Some(number),
            _ => None,
        }
    }

    /// The text, if it is one.
    #[inline(never)]
    pub fn as_str(self) -> Option<&'a str> {
        match self {
            Self::Value(value) => value.as_str(),
            Self::Token(tape, at) => tape.string(at),
        }
    }

    /// The value of a key, when this is an object that has it.
    pub fn get(self, key: &str) -> Option<Node<'a>> {
        self.member(key).map(|(_, value)| value)
    }

    /// The same, and how many members stand before it.
    pub(super) fn member(self, key: &str) -> Option<(usize, Node<'a>)> {
        match self {
            Self::Value(value) => {
                let (index, value) = value.as_object()?.member(key)?;
                Some((index, Self::Value(value)))
            }
            Self::Token(tape, at) => {
                let (index, at) = tape.member(at, key)?;
                Some((index, Self::Token(tape, at)))
            }
        }
    }

    /// The items, if it is an array.
    pub fn items(self) -> Option<Items<'a>> {
        match self {
            Self::Value(value) => Some(Items::Values(value.as_array()?.iter())),
            Self::Token(tape, at) => match tape.token(at) {
                Token::Array(end) => Some(Items::Tokens { tape, at: at + 1, end }),
                _ => None,
            },
        }
    }

    /// The members, if it is an object.
    pub fn members(self) -> Option<Members<'a>> {
        match self {
            Self::Value(value) => Some(Members::Values(value.as_object()?.iter())),
            Self::Token(tape, at) => match tape.token(at) {
                Token::Object(end, _) => Some(Members::Tokens { tape, at: at + 1, end }),
                _ => None,
            },
        }
    }

    /// Whether an object inside, at any depth, may have a key for which `is_such` holds. In a tree it always may; no key is
    /// missed.
    pub fn may_have_key(self, is_such: &dyn Fn(&str) -> bool) -> bool {
        match self {
            Self::Value(_) => true,
            Self::Token(tape, at) => tape.may_have_key(at, is_such),
        }
    }

    /// A tree of its own.
    pub fn to_value(self) -> Value {
        let (tape, at) = match self {
            Self::Value(value) => return value.clone(),
            Self::Token(tape, at) => (tape, at),
        };
        match tape.token(at) {
            Token::Null => Value::Null,
            Token::Bool(value) => Value::Bool(value),
            Token::Number(number) => Value::Number(number),
            Token::Plain(..) | Token::Decoded(..) => tape.string(at).unwrap_or_default().into(),
            // No value has this place.
            Token::Key(_) => Value::Null,
            Token::Array(..) => {
                Value::Array(self.items().into_iter().flatten().map(Node::to_value).collect())
            }
            Token::Object(..) => {
                let mut members = Vec::new();
                for (key, value) in self.members().into_iter().flatten() {
                    members.push((key.to_owned(), value.to_value()));
                }
                // They differ, or it would be no tape.
                Value::Object(Map::read(members, true).0)
            }
        }
    }
}

impl<'a> From<&'a Value> for Node<'a> {
    fn from(value: &'a Value) -> Self {
        Self::Value(value)
    }
}

/// The items of an array, in their order.
#[derive(Clone, Debug)]
pub enum Items<'a> {
    /// Of a tree.
    Values(std::slice::Iter<'a, Value>),
    /// Of a tape.
    #[allow(missing_docs, reason = "the next place and the last one")]
    Tokens { tape: &'a Tape<'a>, at: u32, end: u32 },
}

impl Default for Items<'_> {
    /// No items.
    fn default() -> Self {
        Self::Values([].iter())
    }
}

impl<'a> Iterator for Items<'a> {
    type Item = Node<'a>;

    #[inline(never)]
    fn next(&mut self) -> Option<Node<'a>> {
        match self {
            Self::Values(values) => values.next().map(Node::Value),
            Self::Tokens { at, end, .. } if *at >= *end => None,
            Self::Tokens { tape, at, .. } => {
                let item = Node::Token(tape, *at);
                *at = tape.behind(*at);
                Some(item)
            }
        }
    }
}

/// The members of an object, in their order.
#[derive(Clone, Debug)]
pub enum Members<'a> {
    /// Of a tree.
    Values(<&'a Map as IntoIterator>::IntoIter),
    /// Of a tape.
    #[allow(missing_docs, reason = "the next place and the last one")]
    Tokens { tape: &'a Tape<'a>, at: u32, end: u32 },
}

impl<'a> Iterator for Members<'a> {
    type Item = (&'a str, Node<'a>);

    #[inline(never)]
    fn next(&mut self) -> Option<(&'a str, Node<'a>)> {
        match self {
            Self::Values(members) => members.next().map(|(key, value)| (key.as_str(), Node::Value(value))),
            Self::Tokens { at, end, .. } if *at >= *end => None,
            Self::Tokens { tape, at, .. } => {
                let (key, behind) = tape.key(*at)?;
                let value = Node::Token(tape, *at + 1);
                *at = behind;
                Some((key, value))
            }
        }
    }
}
