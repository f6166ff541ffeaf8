//! The templates of the first command line. They have no language, no targets, no levels and no moods; what they say
//! in words about formality and length, and in the temperature of a model about creativity, becomes parameters.

use super::source::{Source, place};
use crate::card::LossAction::{Defaulted, Derived, Mapped, Moved};
use crate::card::LossItem;
use crate::decimal::round6;
use crate::json::{Map, Value};
use crate::template::{Severity, is_version, validate_value};

/// Under this key of `extensions` the template says what was guessed, and keeps what has no place.
const EXTENSION: &str = "luminoracore/converted";

/// The sections that this dialect writes in its own way; all others are taken over.
const OWN_SECTIONS: [&str; 4] = ["persona", "core_traits", "linguistic_profile", "advanced_parameters"];

/// Makes a document of the format.
pub(super) fn convert(document: Map) -> (Value, Vec<LossItem>) {
    let mut source = Source::new(document);
    let mut made = Map::new();
    made.insert("persona", persona(&mut source));
    made.insert("core_traits", core_traits(&mut source));
    let parameters = advanced_parameters(&mut source);
    made.insert("linguistic_profile", linguistic_profile(&mut source));
    let name = made.get("persona").and_then(|persona| persona.get("name")).and_then(Value::as_str);
    let rule = format!("Stay in character as {}.", name.unwrap_or_default());
    made.insert("behavioral_rules", behavioral_rules(&mut source, &rule));
    made.insert("advanced_parameters", parameters);
    let principles = principles(&mut source);
    if !principles.is_empty() {
        made.insert("principles", principles);
    }
    for section in OWN_SECTIONS {
        source.keep_rest(section);
    }
    for (key, section) in &source.take_left() {
        if made.contains_key(key) {
            source.keep(&place("", key), section.clone(), "The values of the dialect stand here.");
        } else {
            made.insert(key.as_str(), section.clone());
        }
    }
    set_broken_sections_aside(&mut source, &mut made);
    mark(&mut source, &mut made);
    (Value::Object(made), source.report)
}

fn persona(source: &mut Source) -> Map {
    let mut persona = Map::new();
    let name = text(source, "persona", "name", 100, "Unnamed");
    let description = format!("{name}, a personality of an older template.");
    persona.insert("name", name);
    let version = source.look("persona", "version").and_then(Value::as_str).is_some_and(is_version);
    if version {
        source.say(Mapped, "/persona/version", "/persona/version", "");
    } else {
        source.say(Defaulted, "", "/persona/version", "The document names no version such as 1.0.0.");
    }
    let version = if version { source.take("persona", "version") } else { None };
    persona.insert("version", version.unwrap_or("1.0.0".into()));
    persona.insert("description", text(source, "persona", "description", 500, &description));
    persona.insert("author", text(source, "persona", "author", 100, "unknown"));
    persona.insert("tags", texts(source, "persona", "tags", "/persona/tags", (50, 1000)));
    if source.look("persona", "language").is_some() {
        source.say(Mapped, "/persona/language", "/persona/language", "");
    } else {
        source.say(Defaulted, "", "/persona/language", "The dialect names no language; this is English.");
    }
    persona.insert("language", source.take("persona", "language").unwrap_or("en".into()));
    let mut targets = texts(source, "persona", "compatibility", "/persona/compatibility", (50, 1000));
    if targets.is_empty() {
        source.say(Defaulted, "", "/persona/compatibility", "The dialect names no targets.");
        targets.push("universal".into());
    }
    persona.insert("compatibility", targets);
    persona
}

fn core_traits(source: &mut Source) -> Map {
    // The dialect names the archetype twice.
    let is_same = source.look("persona", "archetype") == source.look("core_traits", "archetype");
    if is_same && source.take("persona", "archetype").is_some() {
        source.say(Moved, "/persona/archetype", "/core_traits/archetype", "It is the same there.");
    }
    let mut traits = Map::new();
    for (key, otherwise) in
        [("archetype", "companion"), ("temperament", "calm"), ("communication_style", "conversational")]
    {
        traits.insert(key, text(source, "core_traits", key, 50, otherwise));
    }
    traits
}

fn linguistic_profile(source: &mut Source) -> Map {
    const SECTION: &str = "linguistic_profile";
    let mut profile = Map::new();
    let mut tone = texts(source, SECTION, "tone", "/linguistic_profile/tone", (50, 20));
    if tone.is_empty() {
        source.say(Defaulted, "", "/linguistic_profile/tone", "The document names no tone.");
        tone.push("friendly".into());
    }
    profile.insert("tone", tone);
    profile.insert("syntax", text(source, SECTION, "syntax", 50, "varied"));
    profile.insert(
        "vocabulary",
        texts(source, SECTION, "vocabulary", "/linguistic_profile/vocabulary", (100, 500)),
    );
    for (key, to, longest) in [("fillers", "fillers", 50), ("speech_patterns", "expressions", 100)] {
        let texts = texts(source, SECTION, key, &place(SECTION, to), (longest, 1000));
        if !texts.is_empty() {
            profile.insert(to, texts);
        }
    }
    profile
}

fn behavioral_rules(source: &mut Source, otherwise: &str) -> Vec<Value> {
    const PLACE: &str = "/behavioral_rules";
    let rules = source.take_section("behavioral_rules");
    let mut rules = source.texts(rules, PLACE, PLACE, (200, 100));
    if rules.is_empty() {
        source.say(Derived, "/persona/name", PLACE, "The document has no rules.");
        rules.push(otherwise.into());
    }
    rules
}

fn advanced_parameters(source: &mut Source) -> Map {
    const SECTION: &str = "advanced_parameters";
    const FROM_WORD: &str = "The number is what the word suggests.";
    const FROM_TEMPERATURE: &str = "With this creativity a compile gives the same temperature.";
    let mut parameters = Map::new();
    for key in ["verbosity", "formality", "humor", "empathy", "creativity", "directness"] {
        let given = source.look(SECTION, key).and_then(Value::as_f64);
        if given.is_some_and(|value| (0.0..=1.0).contains(&value)) {
            source.say(Mapped, &place(SECTION, key), &place(SECTION, key), "");
            parameters.insert(key, source.take(SECTION, key).unwrap_or_default());
            continue;
        }
        let (section, from, note) = match key {
            "verbosity" => ("linguistic_profile", "response_length", FROM_WORD),
            "formality" => ("linguistic_profile", "formality_level", FROM_WORD),
            "creativity" => (SECTION, "temperature", FROM_TEMPERATURE),
            _ => continue,
        };
        let value = source.look(section, from).and_then(|value| match value.as_str() {
            Some(word) => share(word),
            // The formula of a compile, the other way round.
            None => value.as_f64().map(|temperature| round6(((temperature - 0.1) / 0.9).clamp(0.0, 1.0))),
        });
        if let Some(value) = value {
            source.take(section, from);
            source.say(Derived, &place(section, from), &place(SECTION, key), note);
            parameters.insert(key, value);
        }
    }
    parameters
}

/// What a word for formality or length comes to, from 0 to 1.
fn share(word: &str) -> Option<f64> {
    match word {
        "informal" | "minimal" => Some(0.2),
        "casual" | "brief" | "short" | "concise" => Some(0.3),
        "neutral" | "medium" | "moderate" | "balanced" => Some(0.5),
        "professional" | "semi-formal" | "long" => Some(0.7),
        "formal" | "academic" | "detailed" | "comprehensive" => Some(0.8),
        _ => None,
    }
}

/// Values and motivations are what principles are: soft guidance.
fn principles(source: &mut Source) -> Vec<Value> {
    let mut principles = texts(source, "core_traits", "values", "/principles", (300, 25));
    principles.append(&mut texts(source, "core_traits", "motivations", "/principles", (300, 25)));
    principles
}

/// A text of the dialect, or else the one given, which is then a guess.
fn text(source: &mut Source, section: &str, key: &str, most: usize, otherwise: &str) -> String {
    source.text(section, key, most).unwrap_or_else(|| {
        source.say(Defaulted, "", &place(section, key), "The document does not say.");
        otherwise.to_owned()
    })
}

fn texts(source: &mut Source, section: &str, key: &str, to: &str, limits: (usize, usize)) -> Vec<Value> {
    let value = source.take(section, key);
    source.texts(value, &place(section, key), to, limits)
}

/// What was taken over as it is may break the rules of the format; what does is kept aside.
fn set_broken_sections_aside(source: &mut Source, made: &mut Map) {
    for problem in validate_value(Value::Object(made.clone())).problems {
        let section = problem.path.split('/').nth(1).map(crate::json::pointer::unescape).unwrap_or_default();
        if problem.severity != Severity::Error {
            continue;
        }
        if problem.path == "/persona/language" {
            source.say(Defaulted, "", &problem.path, &problem.message);
            if let Some(persona) = made.get_mut("persona").and_then(Value::as_object_mut) {
                persona.insert("language", "en");
            }
        } else if let Some(broken) = made.remove(&section) {
            source.keep(&place("", &section), broken, &problem.message);
        }
    }
}

/// Writes into the document what it was, which of its values are guesses, and what was kept aside.
fn mark(source: &mut Source, made: &mut Map) {
    let mut guessed = Vec::new();
    for item in &source.report {
        if item.action.is_guess() {
            guessed.push(Value::from(item.to.as_str()));
        }
    }
    let mark = Value::object(vec![
        ("dialect", "cli_template".into()),
        ("guessed", guessed.into()),
        ("kept", std::mem::take(&mut source.kept).into()),
    ]);
    let mut extensions = Map::new();
    if let Some(Value::Object(own)) = made.remove("extensions") {
        extensions = own;
    }
    extensions.insert(EXTENSION, mark);
    made.insert("extensions", extensions);
}
