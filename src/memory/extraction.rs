//! What a model found in a person's words, read from whatever it answered (personality specification 7.3). Never fails:
//! what cannot be used is dropped, with the reason.

use serde::Serialize;

use super::{EpisodeType, FactCategory, canonical_key};
use crate::json::{self, Limits, Value};
use crate::log::body::{MAXIMUM_SUMMARY, MAXIMUM_TITLE, fits};
use crate::text::{Phrase, Scan, Span, find, first_characters, fold};

/// Most facts of one answer.
const MAXIMUM_FACTS: usize = 20;
/// Most episodes of one answer.
const MAXIMUM_EPISODES: usize = 5;
/// Most places at which JSON may begin before the answer is given up.
const MAXIMUM_ATTEMPTS: usize = 64;
/// Most characters of a context and of a tag, and most tags.
const MAXIMUM_CONTEXT: usize = 500;
const MAXIMUM_TAG: usize = 50;
const MAXIMUM_TAGS: usize = 20;
/// Of the JSON in an answer.
const LIMITS: Limits = Limits { bytes: 1 << 20, depth: DEPTH, items: 1_000, items_at: &[] };
const DEPTH: usize = 32;

/// What a model found.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Extraction {
    /// Facts about the person.
    pub facts: Vec<ExtractedFact>,
    /// What happened to the person.
    pub episodes: Vec<ExtractedEpisode>,
    /// The mood that it names, of a template that asks for one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub mood: Option<ExtractedMood>,
    /// What was left out, and why.
    pub dropped: Vec<DroppedItem>,
}

/// A fact that a model found.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ExtractedFact {
    /// What sort of fact it is; `other` when the model's word is not one of ours.
    pub category: FactCategory,
    /// Its canonical key.
    pub key: String,
    /// What it says.
    #[cfg_attr(feature = "typescript", ts(type = "unknown"))]
    pub value: Value,
    /// 0..1.
    pub confidence: f64,
    /// What it was said about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub context: Option<String>,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// Where the words stand that it was found in; all of the text when the model quotes none.
    pub span: Span,
}

/// An episode that a model found.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ExtractedEpisode {
    /// What sort of thing happened.
    pub episode_type: EpisodeType,
    /// 1..80 characters.
    pub title: String,
    /// 1..400 characters.
    pub summary: String,
}

/// A mood that a model names. Whether the template has it is not known here.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ExtractedMood {
    /// Its name.
    pub name: String,
    /// 0..1.
    pub intensity: f64,
}

/// A part of an answer that was left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct DroppedItem {
    /// JSON Pointer into the answer's JSON; empty for all of it.
    pub path: String,
    /// Why.
    pub reason: DropReason,
}

/// Why a part of an answer was left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum DropReason {
    /// The answer holds no JSON.
    NoJson,
    /// The answer holds JSON that is broken, and no other.
    BrokenJson,
    /// `facts` is null or no list.
    NoFacts,
    /// It is no object.
    WrongType,
    /// The category is missing.
    NoCategory,
    /// The key is missing, or nothing is left of it.
    NoKey,
    /// The value is missing or null.
    NoValue,
    /// The value is longer than 2 KiB.
    LongValue,
    /// The confidence is missing or outside 0..1.
    BadConfidence,
    /// The person did not say what is quoted.
    UnsupportedQuote,
    /// It is not sure enough.
    LowConfidence,
    /// The template does not remember this sort of thing.
    NotWanted,
    /// There were more than are taken.
    TooMany,
    /// A title, a summary or a type that cannot be used.
    BadEpisode,
    /// A name or an intensity that cannot be used.
    BadMood,
    /// The template has no such mood.
    UnknownMood,
    /// The call would have been beyond the tokens of the day.
    TokenBudget,
}

impl Extraction {
    /// Why the answer could not be read as a whole, if so: it holds none of what was asked for, not even an empty list.
    pub fn fault(&self) -> Option<&DroppedItem> {
        use DropReason::{BrokenJson, NoFacts, NoJson};
        self.dropped.iter().find(|item| matches!(item.reason, NoJson | BrokenJson | NoFacts))
    }
}

/// Reads a model's answer about what a person said.
pub fn read_extraction(answer: &str, said: &str) -> Extraction {
    let mut reader = Reader { scan: Scan::new(said), folded: fold(said), extraction: Extraction::default() };
    match find_json(answer) {
        Err(reason) => reader.drop("", reason),
        Ok(Value::Array(facts)) => reader.read_facts("", &facts),
        Ok(document) => {
            match document.get("facts") {
                Some(Value::Array(facts)) => reader.read_facts("/facts", facts),
                _ => reader.drop("/facts", DropReason::NoFacts),
            }
            if let Some(Value::Array(episodes)) = document.get("episodes") {
                reader.read_episodes(episodes);
            }
            if let Some(mood) = document.get("mood").filter(|mood| !mood.is_null()) {
                reader.read_mood(mood);
            }
        }
    }
    reader.extraction
}

/// The JSON Schema that a model's answer has to match; `moods`: the names of the moods to choose among, if any.
pub(crate) fn schema(moods: &[String]) -> Value {
    let names = json::to_text(moods);
    let mood = [MOOD_SCHEMA, &names, MOOD_SCHEMA_END].concat();
    let (mood, required) = if moods.is_empty() { ("", "") } else { (mood.as_str(), r#","mood""#) };
    json::tree_of(&[SCHEMA, mood, SCHEMA_REQUIRED, required, SCHEMA_END].concat())
}

/// The parts of the schema; as text it is a fraction of what putting it together takes.
const SCHEMA: &str = r#"{"type":"object","properties":{"facts":{"type":"array","items":{"type":"object","properties":{
"category":{"type":"string","enum":["personal_info","preferences","relationships","hobbies","goals","health","work","events","other"]},
"key":{"type":"string"},"value":{"type":"string"},"confidence":{"type":"number","minimum":0,"maximum":1},
"context":{"type":"string"},"tags":{"type":"array","items":{"type":"string"}},"quote":{"type":"string"}},
"required":["category","key","value","confidence","quote"],"additionalProperties":false}},
"episodes":{"type":"array","items":{"type":"object","properties":{
"episode_type":{"type":"string","enum":["emotional_moment","milestone","confession","conflict","achievement","bonding","routine"]},
"title":{"type":"string"},"summary":{"type":"string"}},
"required":["episode_type","title","summary"],"additionalProperties":false}}"#;
const MOOD_SCHEMA: &str = r#","mood":{"type":"object","properties":{"name":{"type":"string","enum":"#;
const MOOD_SCHEMA_END: &str = r#"},"intensity":{"type":"number","minimum":0,"maximum":1}},
"required":["name","intensity"],"additionalProperties":false}"#;
const SCHEMA_REQUIRED: &str = r#"},"required":["facts","episodes""#;
const SCHEMA_END: &str = r#"],"additionalProperties":false}"#;

struct Reader {
    scan: Scan,
    folded: String,
    extraction: Extraction,
}

impl Reader {
    fn drop(&mut self, path: &str, reason: DropReason) {
        self.extraction.dropped.push(DroppedItem { path: path.to_owned(), reason });
    }

    fn read_facts(&mut self, path: &str, items: &[Value]) {
        for (index, item) in items.iter().enumerate() {
            let mut at = path.to_owned();
            json::pointer::push_index(&mut at, index);
            if self.extraction.facts.len() == MAXIMUM_FACTS {
                self.drop(&at, DropReason::TooMany);
                return;
            }
            match self.fact(item) {
                Ok(fact) => self.extraction.facts.push(fact),
                Err(reason) => self.drop(&at, reason),
            }
        }
    }

    fn fact(&self, item: &Value) -> Result<ExtractedFact, DropReason> {
        if !item.is_object() {
            return Err(DropReason::WrongType);
        }
        let category = text(item, "category").ok_or(DropReason::NoCategory)?;
        let category = FactCategory::from_name(&fold(category)).unwrap_or(FactCategory::Other);
        let key = text(item, "key").and_then(|key| canonical_key(category, key)).ok_or(DropReason::NoKey)?;
        let value = item.get("value").filter(|value| !is_blank(value)).ok_or(DropReason::NoValue)?;
        if !fits(value) {
            return Err(DropReason::LongValue);
        }
        let confidence = unit(item.get("confidence")).ok_or(DropReason::BadConfidence)?;
        let span = match text(item, "quote") {
            Some(quote) => self.find(quote).ok_or(DropReason::UnsupportedQuote)?,
            None => self.whole(),
        };
        let context = text(item, "context").map(|text| first_characters(text, MAXIMUM_CONTEXT).to_owned());
        let mut tags = Vec::new();
        for tag in item.get("tags").and_then(Value::as_array).into_iter().flatten() {
            if let Some(tag) = tag.as_str().map(str::trim).filter(|tag| !tag.is_empty()) {
                tags.push(first_characters(tag, MAXIMUM_TAG).to_owned());
            }
        }
        tags.truncate(MAXIMUM_TAGS);
        Ok(ExtractedFact { category, key, value: value.clone(), confidence, context, tags, span })
    }

    /// Where the person said this: as whole words, or else at least somewhere in the text.
    fn find(&self, quote: &str) -> Option<Span> {
        let phrase = Phrase::new(quote);
        let found = phrase.find(&self.scan).next().map(|at| self.scan.span_of(at, phrase.len()));
        let folded = fold(quote.trim());
        found.or_else(|| holds(&self.folded, &folded).then(|| self.whole()))
    }

    fn whole(&self) -> Span {
        [0, self.scan.span_of(0, self.scan.len())[1]]
    }

    fn read_episodes(&mut self, items: &[Value]) {
        for (index, item) in items.iter().enumerate() {
            let mut at = "/episodes".to_owned();
            json::pointer::push_index(&mut at, index);
            if self.extraction.episodes.len() == MAXIMUM_EPISODES {
                self.drop(&at, DropReason::TooMany);
                return;
            }
            let episode = || {
                let kind = text(item, "episode_type").or_else(|| text(item, "type"))?;
                let title = first_characters(text(item, "title")?, MAXIMUM_TITLE);
                let summary = text(item, "summary").unwrap_or(title);
                Some(ExtractedEpisode {
                    episode_type: EpisodeType::from_name(&fold(kind))?,
                    title: title.trim_end().to_owned(),
                    summary: first_characters(summary, MAXIMUM_SUMMARY).trim_end().to_owned(),
                })
            };
            match episode() {
                Some(episode) => self.extraction.episodes.push(episode),
                None => self.drop(&at, DropReason::BadEpisode),
            }
        }
    }

    fn read_mood(&mut self, mood: &Value) {
        match (text(mood, "name"), unit(mood.get("intensity"))) {
            (Some(name), Some(intensity)) => {
                self.extraction.mood = Some(ExtractedMood { name: name.to_owned(), intensity });
            }
            _ => self.drop("/mood", DropReason::BadMood),
        }
    }
}

/// The first JSON value in a text that is a list of objects, or an object with `facts`: alone, in a code fence, or in
/// the middle of prose.
fn find_json(answer: &str) -> Result<Value, DropReason> {
    let mut reason = DropReason::NoJson;
    let mut from = 0;
    for _ in 0..MAXIMUM_ATTEMPTS {
        let rest = answer.get(from..).unwrap_or_default();
        let Some(start) = rest.bytes().position(|byte| matches!(byte, b'{' | b'[')) else { break };
        let candidate = rest.get(start..).unwrap_or_default();
        let value = balanced(candidate).and_then(|text| json::read(text.as_bytes(), LIMITS).ok());
        match value.map(|document| document.value) {
            // A list without objects may be a footnote, an empty one a part of what is broken.
            Some(Value::Array(items))
                if items.iter().any(Value::is_object)
                    || (items.is_empty() && reason == DropReason::NoJson) =>
            {
                return Ok(Value::Array(items));
            }
            Some(value) if value.get("facts").is_some() => return Ok(value),
            Some(_) => {}
            None => reason = DropReason::BrokenJson,
        }
        from += start + 1;
    }
    Err(reason)
}

/// A text up to the bracket that closes the one it begins with.
fn balanced(text: &str) -> Option<&str> {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return text.get(..=at);
        }
        if depth > DEPTH {
            return None;
        }
    }
    None
}

/// Whether a text holds another one.
fn holds(text: &str, part: &str) -> bool {
    part.is_empty() || find(text, part, 0).is_some()
}

/// A string that is not blank.
fn text<'a>(item: &'a Value, name: &str) -> Option<&'a str> {
    item.get(name)?.as_str().map(str::trim).filter(|text| !text.is_empty())
}

fn is_blank(value: &Value) -> bool {
    value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty())
}

/// A number from 0 to 1, or a text that is one.
fn unit(value: Option<&Value>) -> Option<f64> {
    let number = match value? {
        Value::String(text) => json::read(text.trim().as_bytes(), LIMITS).ok()?.value.as_f64(),
        value => value.as_f64(),
    };
    number.filter(|number| (0.0..=1.0).contains(number))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SAID: &str = "I moved to Cusco, and I have a dog called Max.";
    const FACT: &str = r#"{"category":"personal_info","key":"city","value":"Cusco","confidence":0.9,"quote":"moved to cusco"}"#;

    fn read(answer: &str) -> Extraction {
        read_extraction(answer, SAID)
    }

    #[test]
    fn facts_are_read_from_every_wrapping() {
        let object = format!(r#"{{"facts":[{FACT}]}}"#);
        for answer in [
            object.clone(),
            format!("```json\n{object}\n```"),
            format!("```\n{object}\n```"),
            format!("Here is what I found [1]: {object} I hope {{this}} helps."),
            format!("[{FACT}]"),
            format!(r#"{{"answer": {object}}}"#),
        ] {
            let extraction = read(&answer);
            assert_eq!(extraction.facts.len(), 1, "{answer}: {extraction:?}");
            let fact = &extraction.facts[0];
            assert_eq!(
                (fact.key.as_str(), fact.value.as_str(), fact.span),
                ("location", Some("Cusco"), [2, 16])
            );
            assert!(extraction.dropped.is_empty(), "{answer}");
        }
    }

    #[test]
    fn what_holds_no_facts_says_why() {
        for (answer, reason) in [
            (r#"{"facts":null}"#, DropReason::NoFacts),
            (r#"{"facts":{}}"#, DropReason::NoFacts),
            ("```json\n{\"facts\": [", DropReason::BrokenJson),
            ("{'facts': []}", DropReason::BrokenJson),
            ("I found nothing", DropReason::NoJson),
            ("", DropReason::NoJson),
        ] {
            let extraction = read(answer);
            assert!(extraction.facts.is_empty());
            assert_eq!(extraction.dropped.first().map(|item| item.reason), Some(reason), "{answer}");
        }
        assert_eq!(read("[]").dropped, []);
    }

    #[test]
    fn items_that_cannot_be_used_are_dropped_by_name() {
        for (change, reason) in [
            (r#""confidence":"0.9""#, None),
            (r#""confidence":1.4"#, Some(DropReason::BadConfidence)),
            (r#""confidence":null"#, Some(DropReason::BadConfidence)),
            (r#""confidence":"high""#, Some(DropReason::BadConfidence)),
            (r#""key":"??""#, Some(DropReason::NoKey)),
            (r#""key":5"#, Some(DropReason::NoKey)),
            (r#""value":null"#, Some(DropReason::NoValue)),
            (r#""value":" ""#, Some(DropReason::NoValue)),
            (r#""category":null"#, Some(DropReason::NoCategory)),
            (r#""category":"residence""#, None),
            (r#""quote":"I moved to Lima""#, Some(DropReason::UnsupportedQuote)),
            (r#""quote":"called max""#, None),
        ] {
            // The last of two equal keys counts.
            let item = format!("{},{change}}}", FACT.trim_end_matches('}'));
            let extraction = read(&format!("[{item}]"));
            assert_eq!(extraction.dropped.first().map(|item| item.reason), reason, "{change}");
            assert_eq!(extraction.facts.len(), usize::from(reason.is_none()), "{change}");
        }
        let unknown = FACT.replace("personal_info", "residence");
        assert_eq!(read(&format!("[{unknown}]")).facts[0].category, FactCategory::Other);
        let many = read(&format!("[{}]", vec![FACT; 30].join(",")));
        assert_eq!((many.facts.len(), many.dropped[0].reason), (20, DropReason::TooMany));
    }

    #[test]
    fn episodes_and_a_mood_may_come_with_them() {
        let extraction = read(
            r#"{"facts":[],"episodes":[{"episode_type":"milestone","title":"Moved to Cusco","summary":"x"},{"type":"?"}],
               "mood":{"name":"shy","intensity":"0.5"}}"#,
        );
        assert_eq!(extraction.episodes[0].episode_type, EpisodeType::Milestone);
        assert_eq!(extraction.dropped[0].reason, DropReason::BadEpisode);
        assert_eq!(extraction.mood, Some(ExtractedMood { name: "shy".to_owned(), intensity: 0.5 }));
    }

    #[test]
    fn the_schema_names_what_there_is() {
        let names = |schema: &Value, path: &str| schema.pointer(path).map(json::compact);
        for moods in [&[][..], &["shy".to_owned(), "\"".to_owned()]] {
            let schema = schema(moods);
            let categories = json::to_text(&FactCategory::NAMES.map(|(name, _)| name));
            let types = json::to_text(&EpisodeType::NAMES.map(|(name, _)| name));
            let facts = "/properties/facts/items/properties/category/enum";
            assert_eq!(names(&schema, facts), Some(categories));
            assert_eq!(
                names(&schema, "/properties/episodes/items/properties/episode_type/enum"),
                Some(types)
            );
            let chosen = names(&schema, "/properties/mood/properties/name/enum");
            assert_eq!(chosen, (!moods.is_empty()).then(|| json::to_text(moods)));
            let required = names(&schema, "/required").unwrap();
            assert_eq!(required.contains("mood"), !moods.is_empty());
        }
    }

    proptest! {
        #[test]
        fn no_answer_breaks_the_reader(answer in any::<String>(), said in any::<String>()) {
            read_extraction(&answer, &said);
        }

        #[test]
        fn no_mixture_of_json_breaks_the_reader(
            parts in proptest::collection::vec(
                prop_oneof![
                    Just("{"), Just("}"), Just("["), Just("]"), Just("\""), Just("\\"), Just(","), Just(":"),
                    Just("\"facts\""), Just("null"), Just(FACT), Just("```json\n"), Just("1.4"), Just("é"),
                ],
                0..60,
            ),
        ) {
            let extraction = read(&parts.concat());
            prop_assert!(extraction.facts.len() <= 20);
            prop_assert!(extraction.facts.iter().all(|fact| (0.0..=1.0).contains(&fact.confidence)));
        }
    }
}
