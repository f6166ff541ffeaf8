//! Who the blend is: for every strategy a new person, not one of the sources.

use super::report::BlendWarning;
use super::share::{Share, having};
use super::union::{TEXT, firsts, groups};
use crate::json::{Map, Value};
use crate::template::reader::values::part;

/// The tag of every blend.
const TAG: &str = "blended";

const MAX_TAGS: usize = 10;
const MAX_NAME: usize = 100;
const MAX_DESCRIPTION: usize = 500;

/// The persona of the blend. `rest` has language and targets, and keys that we do not know.
pub(super) fn named(
    rest: &Value,
    personas: &[Share<'_>],
    name: Option<&str>,
    warnings: &mut Vec<BlendWarning>,
) -> Map {
    let mut names = Vec::new();
    for persona in personas {
        names.push(part(persona.value, "name").as_str().unwrap_or_default());
    }
    let mut named = Map::new();
    named.insert("name", name.map_or_else(|| beginning(&names.join(" + "), MAX_NAME), str::to_owned));
    named.insert("version", "1.0.0");
    named.insert("description", description(&names));
    named.insert("author", "luminoracore blend");
    named.insert("tags", tags(personas));
    for (key, value) in rest.as_object().into_iter().flatten() {
        // Other names are those of the sources.
        if key != "aliases" && !named.contains_key(key) {
            named.insert(key.as_str(), value.clone());
        }
    }
    let language = |persona: &Share<'_>| persona.value.get("language").cloned();
    if personas.iter().any(|persona| language(persona) != personas.first().and_then(language)) {
        warnings.push(BlendWarning::languages_differ());
    }
    named
}

fn description(names: &[&str]) -> String {
    let mut description = "A blend of ".to_owned();
    for (index, name) in names.iter().enumerate() {
        if index > 0 {
            description.push_str(if index + 1 == names.len() { " and " } else { ", " });
        }
        description.push_str(name);
    }
    description.push('.');
    if description.chars().count() > MAX_DESCRIPTION {
        description = beginning(&description, MAX_DESCRIPTION - 1);
        description.push('…');
    }
    description
}

fn tags(personas: &[Share<'_>]) -> Vec<Value> {
    let lists = having(personas, "tags");
    let Value::Array(mut tags) = firsts(&groups(&lists, &TEXT), MAX_TAGS) else { return Vec::new() };
    let tag = Value::from(TAG);
    if !tags.contains(&tag) {
        tags.truncate(MAX_TAGS - 1);
        tags.push(tag);
    }
    tags
}

fn beginning(text: &str, characters: usize) -> String {
    text.chars().take(characters).collect()
}
