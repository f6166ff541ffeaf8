//! Keys of facts: one thing about a person has one key, however it was said.

use super::FactCategory;
use crate::text::fold;

/// Longest key, in characters.
const LONGEST: usize = 64;

/// A text as a key: folded, `[a-z0-9_]`, everything else a `_` (one for several, none at the ends), at most 64
/// characters; `None` when nothing is left.
pub fn key_of(text: &str) -> Option<String> {
    let mut key = String::new();
    for character in fold(text).chars() {
        if key.len() >= LONGEST {
            break;
        }
        if character.is_ascii_alphanumeric() {
            key.push(character);
        } else if !key.is_empty() && !key.ends_with('_') {
            key.push('_');
        }
    }
    key.truncate(key.trim_end_matches('_').len());
    (!key.is_empty()).then_some(key)
}

/// Whether a text is a key.
pub(crate) fn is_key(text: &str) -> bool {
    let allowed = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_');
    matches!(text.len(), 1..=LONGEST) && text.bytes().all(allowed)
}

/// The key under which a fact is kept: [`key_of`], and one name for what has several. A model that says `city` and a
/// rule that says `location` mean one fact.
pub fn canonical_key(category: FactCategory, text: &str) -> Option<String> {
    let key = key_of(text)?;
    let synonyms = SYNONYMS.iter().filter(|(of, ..)| *of == category);
    let name = synonyms.clone().find(|(_, _, others)| others.contains(&key.as_str()));
    Some(name.map_or(key, |(_, name, _)| (*name).to_owned()))
}

/// Other words for a key, by category.
const SYNONYMS: &[(FactCategory, &str, &[&str])] = &[
    (
        FactCategory::PersonalInfo,
        "name",
        &["first_name", "full_name", "user_name", "username", "called", "nombre"],
    ),
    (FactCategory::PersonalInfo, "age", &["years_old", "edad", "current_age"]),
    (
        FactCategory::PersonalInfo,
        "location",
        &[
            "city",
            "home",
            "hometown_current",
            "residence",
            "lives_in",
            "living_in",
            "lives",
            "address",
            "current_location",
            "current_city",
            "place_of_residence",
            "moved_to",
            "ciudad",
            "ubicacion",
            "residencia",
            "vive_en",
        ],
    ),
    (
        FactCategory::PersonalInfo,
        "origin",
        &[
            "hometown",
            "home_town",
            "from",
            "birthplace",
            "place_of_birth",
            "born_in",
            "origen",
            "home_country",
        ],
    ),
    (FactCategory::PersonalInfo, "nationality", &["nacionalidad", "citizenship"]),
    (
        FactCategory::Work,
        "occupation",
        &[
            "job",
            "profession",
            "job_title",
            "role",
            "position",
            "works_as",
            "ocupacion",
            "profesion",
            "trabajo",
        ],
    ),
    (
        FactCategory::Work,
        "employer",
        &["company", "workplace", "works_at", "works_for", "employed_by", "empresa", "empleador"],
    ),
    (FactCategory::Work, "field", &["industry", "sector", "works_in", "area", "campo"]),
    (FactCategory::Events, "birthday", &["birth_date", "date_of_birth", "birthdate", "cumpleanos"]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_one_alphabet() {
        for (text, key) in [
            ("Favourite colour", Some("favourite_colour")),
            ("likes: café-con-leche", Some("likes_cafe_con_leche")),
            ("  --  ", None),
            ("Ñandú 2", Some("nandu_2")),
            ("散歩", None),
        ] {
            assert_eq!(key_of(text).as_deref(), key, "{text}");
        }
        let long = key_of(&"ab ".repeat(60)).unwrap_or_default();
        assert!(long.len() <= 64 && !long.ends_with('_'), "{long}");
    }

    #[test]
    fn one_thing_has_one_key() {
        use FactCategory::{Hobbies, PersonalInfo, Work};
        for (category, text, key) in [
            (PersonalInfo, "City", "location"),
            (PersonalInfo, "lives in", "location"),
            (PersonalInfo, "location", "location"),
            (Work, "Job title", "occupation"),
            (Hobbies, "city", "city"),
        ] {
            assert_eq!(canonical_key(category, text).as_deref(), Some(key), "{text}");
        }
    }
}
