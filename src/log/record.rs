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
use crate::json::{self, Limits, Value};

/// Longest owner name, in Unicode scalar values.
const MAXIMUM_OWNER_LENGTH: usize = 200;
/// Longest id, in bytes; ours have at most 80.
const MAXIMUM_ID_LENGTH: usize = 200;

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
    /// Reads an envelope; the body is kept as it is.
    pub fn parse(value: Value) -> Result<Self, Error> {
        let refuse = |path: &str, message: &str| {
            Error::new(ErrorCode::InvalidRecord, message.to_owned()).at(path).hint("A stored record is {id, owner, kind, at, schema, body} or {id, owner, kind, at, erased: true}.")
        };
        let Value::Object(mut fields) = value else { return Err(refuse("", "a record is an object")) };
        let mut text = |name: &str| match fields.remove(name) {
            Some(Value::String(text)) if !text.is_empty() && text.len() <= MAXIMUM_ID_LENGTH * 4 => Ok(text),
            _ => Err(refuse(&format!("/{name}"), "the field is missing, empty, too long or not a string")),
        };
        let (id, owner, kind, at) = (text("id")?, text("owner")?.into(), text("kind")?.into(), text("at")?);
        if id.len() > MAXIMUM_ID_LENGTH {
            return Err(refuse("/id", "the id is too long"));
        }
        let at = Stamp::parse(&at).map_err(|_| refuse("/at", "the clock is malformed"))?;
        let content = match fields.remove("erased") {
            Some(Value::Bool(true)) => Content::Erased,
            Some(_) => return Err(refuse("/erased", "erased is either true or absent")),
            None => {
                let schema = fields.remove("schema").and_then(|schema| schema.as_u64());
                let schema =
                    schema.and_then(|schema| u32::try_from(schema).ok()).filter(|schema| *schema > 0);
                let schema = schema.ok_or_else(|| refuse("/schema", "schema is a whole number from 1"))?;
                let body = fields.remove("body").filter(Value::is_object);
                let body = body.ok_or_else(|| refuse("/body", "the body is an object"))?;
                Content::Live { schema, body: Body::Other(body) }
            }
        };
        if let Some(name) = fields.keys().next() {
            return Err(refuse(&json::pointer::join("", name), "unknown field"));
        }
        Ok(Self { id, owner, kind, at, content })
    }

    /// Reads the JSON text of an array of envelopes; the pointer of an error names the index.
    pub fn parse_all(records: &[u8]) -> Result<Vec<Self>, Error> {
        let document =
            json::read(records, LIMITS).map_err(|fault| Error::of_fault(fault, ErrorCode::InvalidRecord))?;
        let Value::Array(records) = document.value else {
            return Err(Error::new(ErrorCode::InvalidRecord, "an array of records is expected"));
        };
        let mut parsed = Vec::with_capacity(records.len());
        for (index, value) in records.into_iter().enumerate() {
            let mut record = Self::parse(value).map_err(|error| {
                let path = format!("/{index}{}", error.path);
                error.at(path)
            })?;
            record.read_body();
            parsed.push(record);
        }
        Ok(parsed)
    }

    /// Takes what the body says, which is smaller than its document. A document that breaks a rule stays, and is refused
    /// where the record is merged.
    fn read_body(&mut self) {
        let Content::Live { schema, body } = &mut self.content else { return };
        let Body::Other(document) = &*body else { return };
        if *schema != newest_schema(MIGRATIONS, &self.kind) {
            return;
        }
        if let Ok(Some(read)) = super::body::read(&self.kind, &self.owner, document) {
            *body = read;
        }
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
            let record = Record::parse(value.clone()).unwrap();
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
            let error = Record::parse(bad).unwrap_err();
            assert_eq!(
                (error.code, error.path.as_str()),
                (ErrorCode::InvalidRecord, format!("/{field}").as_str())
            );
        }
    }
}
