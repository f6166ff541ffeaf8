//! A file as a snapshot: ours, or the predecessor's.

use std::sync::Arc;

use super::compact::{ENCODING, expand};
use super::items::{read_episode, read_fact};
use super::parts::Parts;
use super::problem::{modified, unsupported};
use super::{Embeddings, FORMAT, OWN_KEYS, Snapshot, SnapshotTurn, content_hash};
use crate::bundle::predecessor;
use crate::bundle::translation::Translation;
use crate::error::{Error, ErrorCode};
use crate::json::{self, Fields, Limits, Map, Value};
use crate::log::body::{AffinityBaseline, MoodBaseline};
use crate::template::Template;
use crate::text::find;

/// The largest file that is read.
const LIMITS: Limits = Limits { bytes: 64 << 20, depth: 32, items: usize::MAX, items_at: &[] };
/// A compact file says so in so many bytes from its start, and has a container around its content.
const HEAD: usize = 200;

impl Snapshot {
    /// Whose snapshot a file is, without reading it in earnest; none where nobody is named.
    pub fn user_of(bytes: &[u8]) -> Option<String> {
        let file = read_file(bytes).ok()?;
        let info =
            file.get("_snapshot_info").and_then(|info| info.get("user_id")).or_else(|| file.get("user_id"));
        let user = info.map(predecessor::name_of).unwrap_or_default();
        let user = user.trim();
        (!user.is_empty()).then(|| user.to_owned())
    }

    /// Reads a file that [`Snapshot::write`] made, or the predecessor, and says what was not taken over as it stood.
    /// `allow_modified` accepts one whose hashes do not match. `now`, in milliseconds since 1970, stands where a file of
    /// the predecessor has no time; `instead` is the template of a file that holds none.
    pub fn read(
        bytes: &[u8],
        allow_modified: bool,
        instead: Option<Template>,
        now: u64,
    ) -> Result<(Self, Option<Translation>), Error> {
        let mut file = read_file(bytes)?;
        if !file.contains_key("format") {
            let Some((parts, translation)) = predecessor::translate(file, now) else {
                return Err(unsupported("/format", "this is no snapshot"));
            };
            let mut translation = Some(translation);
            let (template, _) = read_template(parts.template, instead)?;
            let snapshot = Self::of_parts(template, &parts.info.into(), parts.state, &mut translation)?;
            return Ok((snapshot, translation));
        }
        if file.get("format").and_then(Value::as_str) != Some(FORMAT) {
            return Err(unsupported("/format", "this is not a luminoracore snapshot"));
        }
        let hashes = file.remove("hashes");
        let hash = |name: &str| hashes.as_ref().and_then(|hashes| hashes.get(name)).and_then(Value::as_str);
        let (content, mut file) = content_hash(file);
        if hash("content") != Some(content.as_str()) && !allow_modified {
            return Err(modified("/hashes/content"));
        }
        let state = file.remove("current_state").unwrap_or_else(|| Map::new().into());
        let info = file.remove("_snapshot_info").unwrap_or_default();
        let embeddings =
            file.remove("embeddings").map(|embeddings| Embeddings::read(&embeddings)).transpose()?;
        let (template, is_own) = read_template(without_own_keys(file), instead)?;
        if is_own && hash("template") != template.id().strip_prefix("sha256:") && !allow_modified {
            return Err(modified("/hashes/template"));
        }
        let Value::Object(state) = state else {
            return Err(unsupported("/current_state", "an object is expected"));
        };
        Ok((Self { embeddings, ..Self::of_parts(template, &info, state, &mut None)? }, None))
    }

    /// With a translation, what breaks a rule is left out.
    fn of_parts(
        template: Template,
        info: &Value,
        mut state: Map,
        translation: &mut Option<Translation>,
    ) -> Result<Self, Error> {
        let text = |name: &str| {
            let text = info.get(name).and_then(Value::as_str).filter(|text| !text.trim().is_empty());
            text.map(str::to_owned)
                .ok_or_else(|| unsupported(&format!("/_snapshot_info/{name}"), "a text is expected"))
        };
        let (user, session, created_at) = (text("user_id")?, text("session_id")?, text("created_at")?);
        let (mut affinity, mut mood) = (None, None);
        let mut parts = Parts::new(&mut state, translation);
        parts.one("affinity", &mut |value, path| {
            Fields::read(value, path, AffinityBaseline::parse).map(|read| affinity = Some(read))
        })?;
        parts.one("mood", &mut |value, path| {
            Fields::read(value, path, MoodBaseline::parse).map(|read| mood = Some(read))
        })?;
        let (mut facts, mut episodes, mut conversation) = (Vec::new(), Vec::new(), Vec::new());
        let has_facts = parts.list("learned_facts", &mut |value, path| {
            Fields::read(value, path, read_fact).map(|fact| facts.push(fact))
        })?;
        let has_episodes = parts.list("memorable_episodes", &mut |value, path| {
            Fields::read(value, path, read_episode).map(|episode| episodes.push(episode))
        })?;
        let has_turns = parts.list("conversation_history", &mut |value, path| {
            Fields::read(value, path, SnapshotTurn::read).map(|turn| conversation.push(turn))
        })?;
        // What is left but for this is unknown here.
        state.remove("conversation_summary");
        state.retain(|key, value| key != "learned_mask" || !value.is_null());
        Ok(Self {
            template: Arc::new(template),
            user,
            session,
            created_at,
            affinity,
            mood,
            facts: has_facts.then_some(facts),
            episodes: has_episodes.then_some(episodes),
            conversation: has_turns.then_some(conversation),
            imported: (!state.is_empty()).then_some(state),
            embeddings: None,
        })
    }
}

/// The content of a file, in whichever form it is written.
fn read_file(bytes: &[u8]) -> Result<Map, Error> {
    let head = std::str::from_utf8(bytes.get(..HEAD).unwrap_or(bytes)).unwrap_or_default();
    let depth = LIMITS.depth + usize::from(find(head, ENCODING, 0).is_some());
    let document = json::read(bytes, Limits { depth, ..LIMITS });
    let document = document.map_err(|fault| Error::of_fault(fault, ErrorCode::UnsupportedFormat))?;
    let Value::Object(file) = document.value else {
        return Err(unsupported("", "a snapshot is a JSON object"));
    };
    if file.get("format").and_then(Value::as_str) != Some(FORMAT) || !file.contains_key("encoding") {
        return Ok(file);
    }
    match expand(&file, LIMITS.bytes) {
        Some(Value::Object(file)) => Ok(file),
        _ => Err(unsupported("/encoding", "this is no compact form that can be read")),
    }
}

/// The template of a file, or the one that takes its place where it holds none; and whether it is its own.
fn read_template(document: Map, instead: Option<Template>) -> Result<(Template, bool), Error> {
    let persona = document.get("persona").and_then(Value::as_object);
    if persona.is_none_or(Map::is_empty) {
        if let Some(template) = instead {
            return Ok((template, false));
        }
        return Err(Error::new(ErrorCode::SnapshotWithoutTemplate, "the snapshot holds no usable template")
            .at("/persona")
            .hint("Pass the personality as `template`; without one nobody could answer."));
    }
    Ok((Template::from_value(Value::Object(document))?, true))
}

/// The template's document out of a file of ours.
fn without_own_keys(mut file: Map) -> Map {
    // Keys that had to make way come first: `schema_version` usually opens a document.
    let mut document = match file.remove("template_extra") {
        Some(Value::Object(extra)) => extra,
        _ => Map::new(),
    };
    for (key, item) in file {
        if !OWN_KEYS.contains(&key.as_str()) {
            document.insert(key, item);
        }
    }
    document
}
