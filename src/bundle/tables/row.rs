//! One row of a table into what it says. The rules of the table come first, then those of our own records, which
//! forgive less: what is too long for them is shortened, what they cannot hold is named.

use super::broken;
use super::table::{Sort, Table};
use crate::bundle::predecessor::{mood, utc};
use crate::bundle::secrets;
use crate::bundle::translation::ImportNote;
use crate::error::{Error, ErrorCode};
use crate::json::{self, FieldCode, Fields, Limits, Map, Node, Value, pointer};
use crate::log::body::{
    AffinityBaseline, Episode, Fact, FactOrigin, MAXIMUM_SUMMARY, MAXIMUM_TITLE, MAXIMUM_VALUE_DEPTH,
    MemorySource, MemoryStatus, MoodBaseline, Sharing, fits,
};
use crate::log::{AppliedMigration, STORAGE, check_owner, natural_id};
use crate::memory::{EpisodeType, FactCategory, canonical_key, is_key, unite_source, unite_tags};
use crate::observe::SentimentClass;
use crate::text::first_characters;
use crate::timestamp;

/// Most characters of the words in which a fact was said.
const MAXIMUM_CONTEXT: usize = 500;
/// JSON in a column becomes a part of a body; what is deeper stays the text that it is.
const INSIDE: Limits =
    Limits { bytes: 1 << 20, depth: MAXIMUM_VALUE_DEPTH, items: usize::MAX, items_at: &[] };

/// A row that keeps the rules.
#[derive(Debug)]
pub(crate) struct Row {
    /// Its pointer.
    pub(crate) path: String,
    /// Whose it becomes.
    pub(crate) user: String,
    /// Whose it was; nobody's for what is about the storage.
    pub(super) person: String,
    /// What no other row of its table may have.
    pub(super) keys: [Option<String>; 2],
    pub(crate) item: Item,
}

/// What a row says.
#[derive(Debug)]
#[allow(clippy::large_enum_variant, reason = "the large one is the common one")]
pub(crate) enum Item {
    Relationship {
        personality: String,
        created_at: Option<String>,
        /// With the level that the row names.
        affinity: AffinityBaseline,
    },
    /// A time that the table does not have is empty.
    Fact {
        row: String,
        fact: Fact,
    },
    /// Its related facts are those of the tables.
    Episode {
        id: String,
        episode: Episode,
    },
    /// Where the table does not say when it began, that is empty.
    Mood {
        session: String,
        mood: Option<MoodBaseline>,
    },
    Migration(AppliedMigration),
}

/// Reads a row without its NULLs, which stands at the pointer. What has no time is of now.
pub(super) fn read(
    table: &Table,
    row: &Value,
    (path, now): (String, u64),
    user: Option<&str>,
) -> Result<(Row, Vec<ImportNote>), Error> {
    let fields = Fields::new(row, path.as_str());
    let mut reader = Reader { fields, path, now: timestamp::format(now), notes: Vec::new() };
    reader.fields.check().map_err(|error| broken(&error))?;
    let id = reader.id("id");
    let mut person = String::new();
    if table.sort != Sort::Migration {
        person = reader.fields.required_string("user_id");
        if let Err(error) = check_owner(&person) {
            reader.fields.refuse(FieldCode::Format, "user_id", &error.message);
        }
    }
    let mut about = Vec::new();
    let item = match table.sort {
        Sort::Affinity => reader.relationship(&mut about),
        Sort::Fact => reader.fact(&id, &mut about),
        Sort::Episode => reader.episode(&id),
        Sort::Mood => reader.mood(&mut about),
        Sort::Migration => reader.migration(&mut about),
    };
    let Reader { mut fields, path, notes, .. } = reader;
    fields.check().map_err(|error| broken(&error))?;
    if let Item::Fact { fact, .. } = &item {
        // A fact is a name with a value, as a member of an object is.
        if let Some(place) =
            secrets::find((&Value::object(vec![(fact.key.as_str(), fact.value.clone())])).into())
        {
            let inside = place.strip_prefix(&pointer::join("", &fact.key)).unwrap_or_default();
            let message = "a fact holds what looks like a key or token";
            return Err(Error::new(ErrorCode::SecretInBundle, message)
                .at([&pointer::join(&path, "fact_value"), inside].concat())
                .hint("Take it out of the tables and end its validity: a file is easily passed on."));
        }
    }
    let key = |parts: &[&str]| natural_id(table.name, parts, 0);
    // Two people may know the same thing; a session is one person's.
    let mut of_person = match table.sort {
        Sort::Affinity | Sort::Fact => vec![person.as_str()],
        _ => Vec::new(),
    };
    of_person.extend(about.iter().map(String::as_str));
    let keys = [(!id.is_empty()).then(|| key(&["id", &id])), (!about.is_empty()).then(|| key(&of_person))];
    let user = match table.sort {
        Sort::Migration => STORAGE,
        _ => user.unwrap_or(&person),
    };
    Ok((Row { user: user.to_owned(), path, person, keys, item }, notes))
}

struct Reader<'a> {
    fields: Fields<'a>,
    path: String,
    now: String,
    notes: Vec<ImportNote>,
}

impl Reader<'_> {
    fn relationship(&mut self, about: &mut Vec<String>) -> Item {
        let fields = &mut self.fields;
        let personality = fields.required_text("personality_name", 200);
        let points = fields.integer("affinity_points", 0, 100).unwrap_or(0);
        let mut count = |name| fields.count(name).unwrap_or(0);
        let affinity = AffinityBaseline {
            points: u8::try_from(points).unwrap_or(0),
            total_messages: count("total_messages"),
            positive_interactions: count("positive_interactions"),
            negative_interactions: count("negative_interactions"),
            level: fields.string("current_level").unwrap_or_default(),
            last_interaction: self.time("last_interaction"),
            progression_history: Vec::new(),
        };
        about.push(personality.clone());
        Item::Relationship { personality, created_at: self.time("created_at"), affinity }
    }

    fn fact(&mut self, id: &str, about: &mut Vec<String>) -> Item {
        let category = self.fields.required_choice("category", &FactCategory::NAMES);
        let mut key = self.fields.required_string("fact_key");
        about.extend([category.name().to_owned(), key.clone()]);
        if !is_key(&key) {
            match canonical_key(category, &key) {
                Some(ours) => {
                    self.note("fact_key", "renamed", &["it is ", &ours, " now"].concat());
                    key = ours;
                }
                None => self.fields.refuse(
                    FieldCode::Format,
                    "fact_key",
                    "a key holds at least one letter from a to z or digit",
                ),
            }
        }
        let value = self.fields.raw("fact_value").map(Node::to_value);
        let value = decoded((&self.fields.require("fact_value", value)).into());
        if !fits(&value) {
            self.fields.refuse(FieldCode::TooLong, "fact_value", "at most 2 KiB as JSON, and 24 deep");
        }
        let confidence = self.fields.number("confidence", 0.0, 1.0).unwrap_or(1.0);
        let mention_count = self.fields.count("mention_count").unwrap_or(1).max(1);
        let mut sources = Vec::new();
        let message = self.id("source_message_id");
        self.source(&message, "source_message_id", &mut sources);
        let created_at = self.time("created_at");
        let first = self.time("first_mentioned").or(created_at);
        let last = self.time("last_updated").or_else(|| self.time("updated_at")).or_else(|| first.clone());
        let last_updated = last.unwrap_or_default();
        let fact = Fact {
            category,
            key,
            value,
            confidence,
            first_mentioned: first.unwrap_or_else(|| last_updated.clone()),
            last_updated,
            mention_count,
            tags: self.tags(),
            context: self.context(),
            sources,
            origin: FactOrigin::Import,
            status: self.status(),
            history: Vec::new(),
            sharing: Sharing::default(),
        };
        Item::Fact { row: id.to_owned(), fact }
    }

    fn episode(&mut self, id: &str) -> Item {
        let names = SentimentClass::ALL.map(|class| (class.name(), class));
        let episode_type = self.fields.required_choice("episode_type", &EpisodeType::NAMES);
        let (title, summary) = (self.short("title", MAXIMUM_TITLE), self.short("summary", MAXIMUM_SUMMARY));
        let importance = self.fields.number("importance", 0.0, 10.0);
        let importance = self.fields.require("importance", importance);
        let sentiment = self.fields.required_choice("sentiment", &names);
        self.fields.number("temporal_decay", 0.0, 1.0);
        let given = self.fields.required_string("timestamp");
        let timestamp = utc(given.trim());
        if timestamp.is_none() {
            self.fields.refuse(FieldCode::Format, "timestamp", EXPECTED_TIME);
        }
        let mut sources = Vec::new();
        let messages = self.ids("context_messages");
        for message in &messages {
            self.source(message, "context_messages", &mut sources);
        }
        let metadata = self.fields.raw("metadata").map(decoded).unwrap_or_default();
        if !is_nothing(&metadata) {
            self.note("metadata", "skipped", "an episode has no place for it");
        }
        // What tells it from all others, where its row has no id.
        let parts = if id.is_empty() { vec![given.as_str(), &title, &summary] } else { vec![id] };
        let ours = natural_id("memory", &parts, 0);
        let message_count = u32::try_from(messages.len()).unwrap_or(u32::MAX).max(1);
        let related = self.ids("related_episodes");
        let episode = Episode {
            instance: String::new(),
            episode_type,
            title,
            summary,
            importance,
            sentiment,
            timestamp: timestamp.unwrap_or_default(),
            tags: self.tags(),
            sources,
            message_count,
            related_facts: self.ids("related_facts"),
            related_episodes: related.iter().map(|id| natural_id("memory", &[id], 0)).collect(),
            status: MemoryStatus::Active,
            sharing: Sharing::default(),
        };
        Item::Episode { id: ours, episode }
    }

    fn mood(&mut self, about: &mut Vec<String>) -> Item {
        let session = self.fields.required_id("session_id");
        about.push(session.clone());
        let fields = &mut self.fields;
        let intensity = fields.number("mood_intensity", 0.0, 1.0).unwrap_or(1.0);
        let current = fields.string("current_mood").unwrap_or_else(|| "neutral".to_owned());
        let history = fields.raw("mood_history").map(decoded).unwrap_or_default();
        let mut members = Map::new();
        members.insert("current", current);
        members.insert("intensity", intensity);
        let started_at = self.time("mood_started_at").or_else(|| self.time("updated_at"));
        let is_dated = started_at.is_some();
        if let Some(started_at) = started_at {
            members.insert("started_at", started_at);
        }
        if !is_nothing(&history) {
            members.insert("history", history);
        }
        let (mut mood, notes) = mood(members, &self.path, &self.now);
        if let Some(mood) = mood.as_mut().filter(|_| !is_dated) {
            mood.started_at.clear();
        }
        let ours = pointer::join(&self.path, "history");
        for mut note in notes {
            if let Some(inside) = note.path.strip_prefix(&ours) {
                note.path = [&pointer::join(&self.path, "mood_history"), inside].concat();
            }
            self.notes.push(note);
        }
        Item::Mood { session, mood }
    }

    fn migration(&mut self, about: &mut Vec<String>) -> Item {
        let version = self.fields.count("version");
        let version = self.fields.require("version", version);
        about.push(json::compact(&version.into()));
        let row = AppliedMigration {
            version,
            name: self.fields.required_string("name"),
            applied_at: self.time("applied_at").unwrap_or_else(|| self.now.clone()),
            checksum: self.fields.string("checksum").unwrap_or_default(),
            description: self.fields.string("description").unwrap_or_default(),
        };
        Item::Migration(row)
    }

    fn note(&mut self, column: &str, action: &str, reason: &str) {
        self.notes.push(ImportNote::new(&pointer::join(&self.path, column), action, reason));
    }

    /// An id, which may be a number; empty where there is none.
    fn id(&mut self, column: &'static str) -> String {
        self.fields.raw(column).map(id_of).unwrap_or_default()
    }

    /// A time with any offset or none; one that cannot be read is left out.
    fn time(&mut self, column: &'static str) -> Option<String> {
        let given = self.fields.string(column)?;
        let time = utc(given.trim());
        if time.is_none() {
            self.note(column, "skipped", EXPECTED_TIME);
        }
        time
    }

    /// A text that must be there, as far as ours has room.
    fn short(&mut self, column: &'static str, most: usize) -> String {
        let text = self.fields.required_string(column);
        if text.trim().is_empty() {
            self.fields.refuse(FieldCode::Empty, column, "the text is blank");
        }
        self.shortened(column, &text, most)
    }

    fn shortened(&mut self, column: &str, text: &str, most: usize) -> String {
        let short = first_characters(text, most);
        if short.len() < text.len() {
            self.note(column, "shortened", "it is longer than the format allows");
        }
        // Where it begins with so much white space, the rest is what it says.
        if short.trim().is_empty() { first_characters(text.trim(), most) } else { short }.to_owned()
    }

    fn context(&mut self) -> Option<String> {
        let text = match decoded(self.fields.raw("context")?) {
            nothing if is_nothing(&nothing) => return None,
            Value::String(text) => text,
            other => json::compact(&other),
        };
        Some(self.shortened("context", &text, MAXIMUM_CONTEXT))
    }

    /// A list of texts; a text that is no list is the only one.
    fn tags(&mut self) -> Vec<String> {
        let (mut tags, given) = (Vec::new(), self.ids("tags"));
        unite_tags(&mut tags, &given);
        tags
    }

    /// A list of ids, or of objects that have one.
    fn ids(&mut self, column: &'static str) -> Vec<String> {
        let mut ids = Vec::new();
        let Some(given) = self.fields.raw(column) else { return ids };
        let items = match decoded(given) {
            Value::Array(items) => items,
            nothing if is_nothing(&nothing) => return ids,
            one => vec![one],
        };
        for item in items {
            let named = ["id", "message_id"].iter().find_map(|name| item.get(name));
            let id = id_of(named.unwrap_or(&item).into());
            if id.is_empty() {
                self.note(column, "skipped", "an id or a word is expected");
            } else {
                ids.push(id);
            }
        }
        ids
    }

    /// Whether it is recalled.
    fn status(&mut self) -> MemoryStatus {
        let is_active = match self.fields.raw("is_active") {
            None => true,
            Some(given) => given.as_bool().unwrap_or_else(|| {
                let number = given.as_f64();
                if number != Some(0.0) && number != Some(1.0) {
                    self.fields.refuse(FieldCode::Type, "is_active", "0 or 1 is expected");
                }
                number != Some(0.0)
            }),
        };
        if is_active { MemoryStatus::Active } else { MemoryStatus::Archived }
    }

    /// Where something was said: in which turn, but nobody knows where in it.
    fn source(&mut self, turn: &str, column: &str, sources: &mut Vec<MemorySource>) {
        if turn.chars().count() > 200 {
            self.note(column, "skipped", "an id has at most 200 characters");
        } else if !turn.is_empty() {
            unite_source(sources, MemorySource { turn: turn.to_owned(), span: [0, 0] });
        }
    }
}

const EXPECTED_TIME: &str = "a time such as 2026-01-31T08:00:00Z is expected";

/// What a column says that holds JSON as text: that, where it is JSON, or else the text.
fn decoded(column: Node<'_>) -> Value {
    let document = column.as_str().and_then(|text| json::read(text.as_bytes(), INSIDE).ok());
    document.map_or_else(|| column.to_value(), |document| document.value)
}

/// An id or a word, which may be written as a number; empty for anything else, and for what is blank.
fn id_of(value: Node<'_>) -> String {
    match value.as_str() {
        Some(text) if !text.trim().is_empty() => text.to_owned(),
        _ => value.as_number().map(|number| json::compact(&Value::Number(number))).unwrap_or_default(),
    }
}

/// What a column holds that says nothing.
fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}
