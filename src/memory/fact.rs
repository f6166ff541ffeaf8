//! What sort of thing a fact is, and how sure one can be of it.

use serde::Serialize;

/// The nine categories of facts, which are also the words of `memory_preferences.fact_categories`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it")]
pub enum FactCategory {
    PersonalInfo,
    Preferences,
    Relationships,
    Hobbies,
    Goals,
    Health,
    Work,
    Events,
    Other,
}

impl FactCategory {
    /// Each category with its name.
    pub const NAMES: [(&'static str, Self); 9] = [
        ("personal_info", Self::PersonalInfo),
        ("preferences", Self::Preferences),
        ("relationships", Self::Relationships),
        ("hobbies", Self::Hobbies),
        ("goals", Self::Goals),
        ("health", Self::Health),
        ("work", Self::Work),
        ("events", Self::Events),
        ("other", Self::Other),
    ];

    /// The category of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::NAMES.into_iter().find(|(known, _)| *known == name).map(|(_, category)| category)
    }

    /// Its snake_case name.
    pub fn name(self) -> &'static str {
        Self::NAMES.get(self as usize).map_or("other", |(name, _)| name)
    }
}

/// How far a fact can be relied on (personality specification 9), the least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it")]
pub enum FactClass {
    Low,
    Medium,
    High,
}

impl FactClass {
    /// The class of a confidence, 0..1.
    pub fn of(confidence: f64) -> Self {
        match confidence {
            _ if confidence >= 0.95 => Self::High,
            _ if confidence >= 0.8 => Self::Medium,
            _ => Self::Low,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back_to_their_categories() {
        for (name, category) in FactCategory::NAMES {
            assert_eq!(category.name(), name);
            assert_eq!(FactCategory::from_name(name), Some(category));
        }
        assert_eq!(FactCategory::from_name("colours"), None);
    }

    #[test]
    fn classes_of_facts() {
        let classes = [0.99, 0.95, 0.8, 0.79, 0.6].map(FactClass::of);
        use FactClass::{High, Low, Medium};
        assert_eq!(classes, [High, High, Medium, Low, Low]);
    }
}
