//! Snapshots of the first implementation of the standard -> ours (personality specification 12.2). It wrote two shapes:
//! A, the template's keys at the top with `_snapshot_info` and `current_state`; B, the template in `template_base`, lists
//! at the top. Names vary, and so does what is there; what cannot be used is left out and named.

mod shape;
mod time;

use self::shape::{AFFINITY, CHANGE, EPISODE, FACT, MOOD, PERIOD, Shape, Sort, TURN, ours};
use self::time::spell_out;
pub(super) use self::time::utc;
use super::translation::{ImportNote, Place, Translation};
use crate::json::{self, Fields, Map, Value, pointer};
use crate::list::List;
use crate::log::body::{MAXIMUM_SUMMARY, MAXIMUM_TITLE, MoodBaseline};
use crate::log::natural_id;
use crate::memory::{FactCategory, canonical_key, is_key};
use crate::order::repeated;
use crate::text::first_characters;
use crate::timestamp;

/// The parts of a snapshot, in our shape.
pub(super) struct Translated {
    pub(super) info: Map,
    pub(super) template: Map,
    pub(super) state: Map,
}

/// Why one of two places is left out.
const TWICE: &str = "the file says this in another place too, which counts";

/// The parts of a file of the predecessor; `None` for any other. `now` in milliseconds since 1970, for what has no time
/// where the file has none either.
pub(super) fn translate(mut file: Map, now: u64) -> Option<(Translated, Translation)> {
    let (base, info) = (file.remove("template_base"), file.remove("_snapshot_info"));
    let state = file.remove("current_state");
    if base.is_none() && (info.is_none() || state.is_none()) {
        return None;
    }
    file.remove("active_configuration");
    let (template, top) = if base.is_some() { (object(base), file) } else { (file, Map::new()) };
    let now = timestamp::format(now);
    let translation = Translation::default();
    let mut reader = Reader { top, state: object(state), time: now.clone(), now, translation };
    let mut given = object(info);
    let mut info = Map::new();
    for (name, otherwise) in
        [("created_at", ""), ("user_id", "anonymous"), ("session_id", "session_imported")]
    {
        let value = given.remove(name).or_else(|| reader.top.remove(name));
        let text = value.as_ref().map(name_of).unwrap_or_default();
        let text = text.trim();
        if otherwise.is_empty() {
            reader.time = utc(text).unwrap_or(reader.time);
            info.insert(name, reader.time.as_str());
        } else {
            info.insert(name, if text.is_empty() { otherwise } else { text });
        }
    }
    let state = reader.state();
    Some((Translated { info, template, state }, reader.translation))
}

/// A mood that stands at a pointer, as far as it keeps our rules, and what was left out of it. `now` is for what has no
/// time.
pub(super) fn mood(mood: Map, path: &str, now: &str) -> (Option<MoodBaseline>, Vec<ImportNote>) {
    let (time, now, translation) = (now.to_owned(), now.to_owned(), Translation::default());
    let mut reader = Reader { top: Map::new(), state: Map::new(), time, now, translation };
    let mut value = reader.object(&MOOD, mood, path);
    let mut translation = reader.translation;
    let read = loop {
        match Fields::read(&value, path, MoodBaseline::parse) {
            Ok(mood) => break Some(mood),
            Err(error) if translation.repair(&mut value, path, &error) => {}
            Err(_) => break None,
        }
    };
    (read, translation.notes)
}

/// A name, which may be a number.
pub(super) fn name_of(value: &Value) -> String {
    match value {
        Value::Number(_) => json::compact(value),
        _ => value.as_str().unwrap_or_default().to_owned(),
    }
}

fn object(value: Option<Value>) -> Map {
    match value {
        Some(Value::Object(map)) => map,
        _ => Map::new(),
    }
}

/// A file that is being read: what is left of it, and what was said about the rest.
struct Reader {
    /// What stands at the top of shape B and belongs to the state, where it counts more than `state`.
    top: Map,
    state: Map,
    /// When the file was made.
    time: String,
    now: String,
    translation: Translation,
}

impl Reader {
    fn note(&mut self, path: &str, action: &str, reason: &str) {
        self.translation.notes.push(ImportNote::new(path, action, reason));
    }

    /// Notes something about a field of what stands at `path`.
    fn note_field(&mut self, path: &str, action: &str, field: &str, reason: &str) {
        self.note(path, action, &[field, ": ", reason].concat());
    }

    /// The state in our shape; what nobody knows is kept behind it.
    fn state(&mut self) -> Map {
        let mut made = Map::new();
        // Some writers put beside affinity and mood what others put inside.
        self.section(&AFFINITY, "points", "affinity_points current_level", &mut made);
        self.section(&MOOD, "current", "current_mood mood_intensity mood_started_at mood_history", &mut made);
        for shape in [&FACT, &EPISODE, &TURN] {
            self.united(shape, &mut made);
        }
        self.summary();
        for (name, value) in std::mem::take(&mut self.state) {
            if self.top.contains_key(&name) {
                self.note(&pointer::join("/current_state", &name), "skipped", TWICE);
            } else {
                made.insert(name, value);
            }
        }
        for (name, value) in std::mem::take(&mut self.top) {
            made.insert(name, value);
        }
        made
    }

    /// A list, of all places where it stands: what is at the top comes first, and what is there twice is named.
    fn united(&mut self, shape: &Shape, made: &mut Map) {
        let lists = self.take_all(shape.names);
        let Some((first, _)) = lists.first() else { return };
        let (theirs, is_one) = (first.clone(), lists.len() == 1);
        let (mut items, mut places) = (Vec::new(), Vec::new());
        for (path, value) in lists {
            self.list(shape, value, &path, &mut items, &mut places);
        }
        if !is_one {
            let texts = items.iter().map(json::compact).list();
            let repeated = repeated(&texts.iter().map(|text| Some(text.as_str())).list());
            let mut is_repeated = repeated.iter();
            items.retain(|_| is_repeated.next() == Some(&false));
            let mut is_repeated = repeated.iter();
            places.retain(|path| {
                let is_first = is_repeated.next() == Some(&false);
                if !is_first {
                    self.note(path, "skipped", TWICE);
                }
                is_first
            });
        }
        self.put(shape, items.into(), (theirs, places), made);
    }

    /// Takes what stands under one of these names, with its pointer. What stands under another one as well is named.
    fn take(&mut self, names: &str) -> Option<(String, Value)> {
        let mut all = self.take_all(names).into_iter();
        let taken = all.next();
        for (path, _) in all {
            self.note(&path, "skipped", TWICE);
        }
        taken
    }

    /// The same, and all of it; what counts most comes first.
    fn take_all(&mut self, names: &str) -> Vec<(String, Value)> {
        let mut all = Vec::new();
        for (place, map) in [("", &mut self.top), ("/current_state", &mut self.state)] {
            for name in names.split(' ') {
                let value = map.remove(name).filter(|value| !value.is_null());
                all.extend(value.map(|value| (pointer::join(place, name), value)));
            }
        }
        all
    }

    /// Affinity or mood: an object, or the bare value of one of its fields; and its fields that stand beside it.
    fn section(&mut self, shape: &Shape, bare_name: &str, beside: &str, made: &mut Map) {
        let mut path = pointer::join("/current_state", shape.names);
        let mut section = Map::new();
        if let Some((place, value)) = self.take(shape.names) {
            path = place;
            match value {
                Value::Object(fields) => section = fields,
                bare => section.insert(bare_name, bare),
            }
        }
        for name in beside.split(' ') {
            match self.take(name) {
                Some((path, _)) if section.contains_key(name) => self.note(&path, "skipped", TWICE),
                Some((_, value)) => section.insert(name, value),
                None => {}
            }
        }
        if !section.is_empty() {
            let section = self.object(shape, section, &path);
            self.put(shape, section, (path, Vec::new()), made);
        }
    }

    fn put(&mut self, shape: &Shape, value: Value, at: (String, Vec<String>), made: &mut Map) {
        let (theirs, items) = at;
        let name = ours(shape.names);
        let ours = pointer::join("/current_state", name);
        self.translation.places.push(Place { ours, theirs, items });
        made.insert(name, value);
    }

    /// Adds the items of a list, in our shape, and their places in the file.
    fn list(
        &mut self,
        shape: &Shape,
        value: Value,
        path: &str,
        made: &mut Vec<Value>,
        places: &mut Vec<String>,
    ) {
        let Value::Array(items) = value else { return self.note(path, "skipped", "a list is expected") };
        for (index, item) in items.into_iter().enumerate() {
            let mut path = path.to_owned();
            pointer::push_index(&mut path, index);
            match item {
                Value::Object(item) => {
                    made.push(self.object(shape, item, &path));
                    places.push(path);
                }
                Value::Null => {}
                _ => self.note(&path, "skipped", "an object is expected"),
            }
        }
    }

    /// One object in our shape. Fields that have no place stay for the strict reader to name.
    fn object(&mut self, shape: &Shape, mut item: Map, path: &str) -> Value {
        item.retain(|_, value| !value.is_null());
        let mut names = shape.fields.split(' ');
        while let (Some(theirs), Some(name)) = (names.next(), names.next()) {
            if !item.contains_key(name) {
                if let Some(value) = item.remove(theirs) {
                    item.insert(name, value);
                }
            }
        }
        self.adapt(shape, &mut item, path);
        item.into()
    }

    /// What the predecessor says in other words.
    fn adapt(&mut self, shape: &Shape, made: &mut Map, path: &str) {
        for name in shape.times.split(' ') {
            let Some(text) = made.get(name).map(|value| value.as_str().unwrap_or("?")) else { continue };
            let time = utc(text);
            if time.is_none() && !text.is_empty() {
                self.note_field(path, "skipped", name, "a time such as 2026-01-31T08:00:00Z is expected");
            }
            match time {
                Some(time) => made.insert(name, time),
                None => drop(made.remove(name)),
            }
        }
        match shape.sort {
            Sort::Fact => self.adapt_fact(made, path),
            Sort::Episode => {
                for (name, most) in [("title", MAXIMUM_TITLE), ("summary", MAXIMUM_SUMMARY)] {
                    let short = first_characters(text(made, name), most);
                    if short.len() < text(made, name).len() {
                        let short = short.to_owned();
                        self.note_field(path, "shortened", name, "it is longer than the format allows");
                        made.insert(name, short);
                    }
                }
            }
            Sort::Turn => {
                if text(made, "id").is_empty() {
                    // The place in the list, whichever list of the file it is.
                    let index = path.rsplit('/').next().unwrap_or_default();
                    made.insert("id", natural_id("turn", &[&self.time, index, text(made, "text")], 0));
                }
            }
            Sort::Affinity => self.adapt_list(&CHANGE, made, path),
            Sort::Mood => {
                let began = text(made, "started_at");
                let began = if began.is_empty() { &self.time } else { began }.to_owned();
                if let Some(Value::Array(history)) = made.get_mut("history") {
                    spell_out(history, &began);
                }
                self.adapt_list(&PERIOD, made, path);
            }
            Sort::Inside => {}
        }
        let first = ours(shape.times);
        if shape.sort != Sort::Affinity && !made.contains_key(first) {
            let last = shape.times.split(' ').nth(1).map_or("", |name| text(made, name));
            let time = if last.is_empty() { &self.time } else { last }.to_owned();
            made.insert(first, time);
        }
        // Its moods did not fade while nobody talked: the mood is now what it was.
        if shape.sort == Sort::Mood && !made.contains_key("updated_at") {
            made.insert("updated_at", self.now.as_str());
        }
    }

    /// A list inside something.
    fn adapt_list(&mut self, shape: &Shape, made: &mut Map, path: &str) {
        if let Some(list) = made.remove(shape.names) {
            let mut items = Vec::new();
            self.list(shape, list, &pointer::join(path, shape.names), &mut items, &mut Vec::new());
            made.insert(shape.names, items);
        }
    }

    fn adapt_fact(&mut self, fact: &mut Map, path: &str) {
        let category = FactCategory::from_name(text(fact, "category"));
        if category.is_none() {
            fact.insert("category", "other");
            self.note_field(path, "renamed", "category", "it is none of ours, so it is other now");
        }
        let key = text(fact, "key");
        if !is_key(key) {
            if let Some(key) = canonical_key(category.unwrap_or(FactCategory::Other), key) {
                self.note_field(path, "renamed", "key", &["it is ", &key, " now"].concat());
                fact.insert("key", key);
            }
        }
    }

    /// The summary is computed from the turns; what nobody computes any more, the engagement score, is kept.
    fn summary(&mut self) {
        let mut score = self.take("engagement_score").map(|(_, score)| score);
        if let Some((path, summary)) = self.take("conversation_summary") {
            score = score.or_else(|| summary.get("engagement_score").cloned());
            self.note(&path, "recomputed", "a summary is computed from the conversation");
        }
        if let Some(score) = score {
            let mut extensions = object(self.take("extensions").map(|(_, value)| value));
            extensions.insert("engagement_score", score);
            self.state.insert("extensions", extensions);
        }
    }
}

/// A text of an object; empty where there is none.
fn text<'a>(object: &'a Map, name: &str) -> &'a str {
    object.get(name).and_then(Value::as_str).unwrap_or_default()
}
