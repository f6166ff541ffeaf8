//! The body of a turn or a run that is still the text which a checkpoint holds: of a long log most are never asked for.

use std::sync::{Arc, OnceLock};

use super::body::{self, Body, Turn};
use super::migration::{MIGRATIONS, newest_schema};
use crate::json::{self, Limits, Tokens, Value};
use crate::text::find;

/// A body that is read when somebody asks for it. Its text is one that this library wrote, of a body that kept the rules.
#[derive(Debug)]
pub struct Kept {
    kind: &'static str,
    owner: Arc<str>,
    /// Of all the bodies that came together.
    texts: Arc<Vec<u8>>,
    start: usize,
    end: usize,
    body: OnceLock<Body>,
}

/// A body in an envelope in an array is as deep as that.
pub(crate) const BODY_LIMITS: Limits =
    Limits { bytes: usize::MAX, depth: 36, items: usize::MAX, items_at: &[] };

impl Kept {
    /// The body whose JSON text is `texts[start..end]`; none when there is no such text.
    pub(crate) fn new(
        kind: &'static str,
        owner: &Arc<str>,
        texts: &Arc<Vec<u8>>,
        (start, end): (usize, usize),
    ) -> Option<Self> {
        texts.get(start..end)?;
        let (owner, texts) = (Arc::clone(owner), Arc::clone(texts));
        Some(Self { kind, owner, texts, start, end, body: OnceLock::new() })
    }

    /// The JSON text.
    pub(crate) fn text(&self) -> &[u8] {
        self.texts.get(self.start..self.end).unwrap_or_default()
    }

    /// The body, parsed once.
    pub fn body(&self) -> &Body {
        self.body.get_or_init(|| {
            let mut tokens = Tokens::default();
            let tape = tokens.read(self.text(), BODY_LIMITS.depth);
            let body = tape.and_then(|tape| body::read(self.kind, &self.owner, tape.root()).ok()?);
            // What cannot be read says nothing, like a body of a kind that nobody knows.
            body.unwrap_or(Body::Other(Value::Null))
        })
    }

    /// The schema of the body.
    pub(crate) fn schema(&self) -> u32 {
        newest_schema(MIGRATIONS, self.kind)
    }

    /// Whether the text holds an id somewhere.
    pub(crate) fn mentions(&self, id: &str) -> bool {
        std::str::from_utf8(self.text()).is_ok_and(|text| find(text, &json::to_text(id), 0).is_some())
    }

    /// The turn that it is.
    pub(crate) fn turn(&self) -> Option<&Turn> {
        match self.body() {
            Body::Turn(turn) => Some(turn),
            _ => None,
        }
    }
}

/// Equal when they say the same.
impl PartialEq for Kept {
    fn eq(&self, other: &Self) -> bool {
        self.body() == other.body()
    }
}
