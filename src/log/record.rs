//! The envelope that every stored record has, whatever its kind.

use std::borrow::Cow;
use std::sync::Arc;

use serde::Serialize;
use serde::ser::SerializeMap;

use super::body::Body;
use super::clock::Stamp;
use super::kept::Kept;
use super::migration::{MIGRATIONS, newest_schema};
use crate::error::{Error, ErrorCode};
use crate::json::{self, Limits, Node, Tokens, Value};

/// Longest owner name, in Unicode scalar values.
const MAXIMUM_OWNER_LENGTH: usize = 200;
/// Longest id, in Unicode scalar values, as of those that name it in bodies; ours have at most 80.
pub(crate) const MAXIMUM_ID_LENGTH: usize = 200;

/// What one hand-over of records may be: as large as the largest file that is read, and as deep as a body in its
/// envelope in its array.
const LIMITS: Limits = Limits { bytes: 256 << 20, depth: 36, items: usize::MAX, items_at: &[] };

/// One version of a stored record.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Unique in its owner's log; see [`natural_id`](super::natural_id).
    pub id: String,
    /// Whose record this is.
    pub owner: Arc<str>,
    /// The row of the vocabulary it belongs to: `turn`, `run`, ... Unknown kinds are kept untouched.
    pub kind: Cow<'static, str>,
    /// When this version was written.
    pub at: Stamp,
    /// What it says.
    pub content: Content,
}

/// The content of a record version.
#[derive(Clone, Debug)]
pub enum Content {
    /// A body, in the shape of its kind's `schema` version.
    Live {
        /// Version of the kind's body.
        schema: u32,
        /// The body; a record whose envelope alone was read has it unparsed.
        body: Body,
    },
    /// A turn or a run of the newest schema whose body nobody has asked for yet.
    Kept(Arc<Kept>),
    /// A body of an older schema, and what it says in the newest one.
    Lifted(Box<Lifted>),
    /// A tombstone: the record was erased, and wins over every other version.
    Erased,
}

/// A body of an older schema. It is stored as it is until somebody migrates; what counts is what the steps make of it.
#[derive(Clone, Debug)]
pub struct Lifted {
    /// The schema in which it is stored.
    pub schema: u32,
    /// The body as it is stored.
    pub stored: Body,
    /// The newest schema of its kind.
    pub newest: u32,
    /// The body in that.
    pub body: Body,
}

impl Record {
    /// Reads an envelope, and what its body says, which is smaller than its document. A body that breaks a rule stays as it
    /// is, and is refused where the record is merged.
    ///
    /// # Errors
    /// `invalid_record`.
    pub fn parse<'a>(value: impl Into<Node<'a>>) -> Result<Self, Error> {
        Self::read(value.into(), &mut None)
    }

    /// The same for one of many records: most have the owner of the one before.
    pub(crate) fn read(envelope: Node<'_>, last: &mut Option<Arc<str>>) -> Result<Self, Error> {
        let Some(members) = envelope.members() else { return Err(refused("", "a record is an object")) };
        let [mut id, mut owner, mut kind, mut at] = [None; 4];
        let (mut erased, mut schema, mut body) = (None, None, None);
        let (mut unknown, mut said) = (None, None);
        for (name, value) in members {
            *match name.as_bytes() {
                b"id" => &mut id,
                b"owner" => &mut owner,
                b"kind" => &mut kind,
                b"at" => &mut at,
                b"erased" => &mut erased,
                b"schema" => &mut schema,
                b"body" => &mut body,
                _ => {
                    unknown = unknown.or(Some(name));
                    continue;
                }
            } = Some(value);
            if matches!(name, "schema" | "body") {
                said = said.or(Some(name));
            }
        }
        let (id, owner) = (text("/id", id)?, text("/owner", owner)?);
        let (kind, at) = (text("/kind", kind)?, text("/at", at)?);
        if id.len() > MAXIMUM_ID_LENGTH && id.chars().count() > MAXIMUM_ID_LENGTH {
            return Err(refused("/id", "the id is too long"));
        }
        let at = Stamp::parse(at).map_err(|_| refused("/at", "the clock is malformed"))?;
        let content = match erased {
            Some(erased) if erased.as_bool() == Some(true) => {
                // A tombstone says nothing.
                unknown = said.or(unknown);
                Content::Erased
            }
            Some(_) => return Err(refused("/erased", "erased is either true or absent")),
            None => {
                let schema = schema.and_then(Node::as_u64).and_then(|schema| u32::try_from(schema).ok());
                let schema = schema.filter(|schema| *schema > 0);
                let schema = schema.ok_or_else(|| refused("/schema", "schema is a whole number from 1"))?;
                let body = body.filter(|body| body.is_object());
                let body = body.ok_or_else(|| refused("/body", "the body is an object"))?;
                Content::Live { schema, body: body_of((kind, schema), owner, body) }
            }
        };
        if let Some(name) = unknown {
            return Err(refused(&json::pointer::join("", name), "unknown field"));
        }
        let owner = match last {
            Some(last) if **last == *owner => Arc::clone(last),
            _ => Arc::clone(last.insert(owner.into())),
        };
        Ok(Self { id: id.to_owned(), owner, kind: kind_of(kind), at, content })
    }

    /// Reads the JSON text of an array of envelopes; the pointer of an error names the index.
    ///
    /// # Errors
    /// `invalid_record`, and what is wrong with a text that is no JSON.
    pub fn parse_all(records: &[u8]) -> Result<Vec<Self>, Error> {
        Self::parse_each(records, &mut Err)
    }

    /// The same for what a storage holds: an envelope that breaks a rule, whoever wrote it, is left out and counted, and
    /// all others are read.
    ///
    /// # Errors
    /// What is wrong with a text that is no JSON array.
    pub fn parse_stored(records: &[u8]) -> Result<(Vec<Self>, usize), Error> {
        let mut left_out = 0;
        let parsed = Self::parse_each(records, &mut |_| {
            left_out += 1;
            Ok(())
        })?;
        Ok((parsed, left_out))
    }

    /// `refuse` says what becomes of an envelope that breaks a rule.
    fn parse_each(
        records: &[u8],
        refuse: &mut dyn FnMut(Error) -> Result<(), Error>,
    ) -> Result<Vec<Self>, Error> {
        let mut parsed = Vec::new();
        let mut owner = None;
        if records.len() <= LIMITS.bytes {
            let mut take = |record: Node<'_>| {
                parsed.push(Self::read(record, &mut owner).ok()?);
                Some(())
            };
            if Tokens::default().read_each(records, LIMITS.depth, &mut take).is_some() {
                return Ok(parsed);
            }
        }
        // Something is wrong: what, and where.
        let document =
            json::read(records, LIMITS).map_err(|fault| Error::of_fault(fault, ErrorCode::InvalidRecord))?;
        let Value::Array(records) = &document.value else {
            return Err(Error::new(ErrorCode::InvalidRecord, "an array of records is expected"));
        };
        parsed.clear();
        for (index, value) in records.iter().enumerate() {
            match Self::read(value.into(), &mut owner) {
                Ok(record) => parsed.push(record),
                Err(error) => {
                    let path = format!("/{index}{}", error.path);
                    refuse(error.at(path))?;
                }
            }
        }
        Ok(parsed)
    }

    /// What is left of it when it is erased at `at`.
    pub fn tombstone(&self, at: Stamp) -> Self {
        let (id, owner, kind) = (self.id.clone(), self.owner.clone(), self.kind.clone());
        Self { id, owner, kind, at, content: Content::Erased }
    }

    /// The body, unless the record was erased.
    pub fn body(&self) -> Option<&Body> {
        match &self.content {
            Content::Live { body, .. } => Some(body),
            Content::Kept(kept) => Some(kept.body()),
            Content::Lifted(lifted) => Some(&lifted.body),
            Content::Erased => None,
        }
    }

    /// The schema of what [`Record::body`] gives.
    pub fn schema(&self) -> Option<u32> {
        match &self.content {
            Content::Lifted(lifted) => Some(lifted.newest),
            content => content.schema(),
        }
    }
}

/// A text of the envelope.
fn text<'a>(path: &str, value: Option<Node<'a>>) -> Result<&'a str, Error> {
    let text = value.and_then(Node::as_str);
    text.filter(|text| !text.is_empty() && text.len() <= MAXIMUM_ID_LENGTH * 4)
        .ok_or_else(|| refused(path, "the field is missing, empty, too long or not a string"))
}

/// A kind; those that nearly all records have take no memory.
fn kind_of(kind: &str) -> Cow<'static, str> {
    let known = ["turn", "run", "memory"].into_iter().find(|known| *known == kind);
    known.map_or_else(|| Cow::Owned(kind.to_owned()), Cow::Borrowed)
}

#[cold]
fn refused(path: &str, message: &str) -> Error {
    Error::new(ErrorCode::InvalidRecord, message.to_owned()).at(path).hint(
        "A stored record is {id, owner, kind, at, schema, body} or {id, owner, kind, at, erased: true}.",
    )
}

/// What a body says, where it is of the newest schema and keeps the rules; else as it is.
fn body_of((kind, schema): (&str, u32), owner: &str, document: Node<'_>) -> Body {
    let read = match schema == newest_schema(MIGRATIONS, kind) {
        true => super::body::read(kind, owner, document).ok().flatten(),
        false => None,
    };
    read.unwrap_or_else(|| Body::Other(document.to_value()))
}

impl Content {
    /// Whether it is a tombstone.
    pub fn is_erased(&self) -> bool {
        matches!(self, Self::Erased)
    }

    /// The version of the body as it is stored. No body is read for it.
    pub(crate) fn schema(&self) -> Option<u32> {
        match self {
            Self::Live { schema, .. } => Some(*schema),
            Self::Kept(kept) => Some(kept.schema()),
            Self::Lifted(lifted) => Some(lifted.schema),
            Self::Erased => None,
        }
    }

    /// The version of the body and the body as they are stored, unless the record was erased.
    pub fn live(&self) -> Option<(u32, &Body)> {
        match self {
            Self::Live { schema, body } => Some((*schema, body)),
            Self::Kept(kept) => Some((kept.schema(), kept.body())),
            Self::Lifted(lifted) => Some((lifted.schema, &lifted.stored)),
            Self::Erased => None,
        }
    }
}

/// Equal when they say the same, wherever it is.
impl PartialEq for Content {
    fn eq(&self, other: &Self) -> bool {
        self.live() == other.live()
    }
}

impl Serialize for Record {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_map(None)?;
        fields.serialize_entry("id", &self.id)?;
        fields.serialize_entry("owner", self.owner.as_ref())?;
        fields.serialize_entry("kind", &self.kind)?;
        fields.serialize_entry("at", &self.at.to_string())?;
        match self.content.live() {
            Some((schema, body)) => {
                fields.serialize_entry("schema", &schema)?;
                fields.serialize_entry("body", body)?;
            }
            None => fields.serialize_entry("erased", &true)?,
        }
        fields.end()
    }
}

/// Checks a name that a caller gives as owner: 1..200 characters, not starting with the reserved `luminora:`.
pub fn check_owner(owner: &str) -> Result<(), Error> {
    let problem = if owner.trim().is_empty() {
        "the owner name is blank"
    } else if owner.chars().count() > MAXIMUM_OWNER_LENGTH {
        "the owner name has more than 200 characters"
    } else if owner.starts_with("luminora:") {
        "owner names that start with `luminora:` are reserved"
    } else {
        return Ok(());
    };
    Err(Error::new(ErrorCode::InvalidOwner, problem)
        .at("/user")
        .hint("Use your own id for the person, for example \"diego\"."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::json;

    #[test]
    fn envelopes_round_trip() {
        for value in [
            json!({"id": "t", "owner": "o", "kind": "turn", "at": "000000000000005-00000-A", "schema": 1, "body": {"x": 1}}),
            json!({"id": "t", "owner": "o", "kind": "future", "at": "000000000000005-00000-A", "erased": true}),
        ] {
            let record = Record::parse(&value).unwrap();
            let text = json::to_text(&record);
            assert_eq!(json::read(text.as_bytes(), LIMITS).unwrap().value, value);
        }
    }

    #[test]
    fn malformed_envelopes_name_the_field() {
        let good = json!({"id": "t", "owner": "o", "kind": "turn", "at": "000000000000005-00000-A", "schema": 1, "body": {}});
        for (field, value) in [
            ("id", json!(1)),
            ("owner", json!("")),
            ("at", json!("yesterday")),
            ("schema", json!(0)),
            ("schema", json!(1.5)),
            ("body", json!([])),
            ("erased", json!(false)),
            ("more", json!(1)),
        ] {
            let mut bad = good.clone();
            if let Value::Object(bad) = &mut bad {
                bad.insert(field, value);
            }
            let error = Record::parse(&bad).unwrap_err();
            assert_eq!(
                (error.code, error.path.as_str()),
                (ErrorCode::InvalidRecord, format!("/{field}").as_str())
            );
        }
    }
}
