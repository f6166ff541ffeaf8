//! The eight feature flags. They belong to one core; there is no global.

use serde::Serialize;

use crate::error::{Error, ErrorCode};
use crate::json::{Node, pointer};

/// What is switched on. Flags that a caller leaves out of an object are off; without any object all are on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[allow(clippy::struct_excessive_bools, reason = "eight independent flags are what this is")]
pub struct Features {
    /// Episode candidates and records.
    pub episodic_memory: bool,
    /// Embedding calls.
    pub semantic_search: bool,
    /// Fact extraction; explicit `remember` always works.
    pub fact_extraction: bool,
    /// Level modifiers.
    pub hierarchical_personality: bool,
    /// Moods; off: the mood stays the default mood.
    pub mood_system: bool,
    /// Affinity; off: points never change.
    pub affinity_system: bool,
    /// Analytics.
    pub conversation_analytics: bool,
    /// `exportSnapshot` and `importSnapshot`.
    pub snapshot_export: bool,
}

impl Features {
    /// Everything on.
    pub const ALL: Self = Self {
        episodic_memory: true,
        semantic_search: true,
        fact_extraction: true,
        hierarchical_personality: true,
        mood_system: true,
        affinity_system: true,
        conversation_analytics: true,
        snapshot_export: true,
    };
    /// Everything off.
    pub const NONE: Self = Self {
        episodic_memory: false,
        semantic_search: false,
        fact_extraction: false,
        hierarchical_personality: false,
        mood_system: false,
        affinity_system: false,
        conversation_analytics: false,
        snapshot_export: false,
    };
}

/// Levels and points alone: what changes how a personality speaks, and keeps nothing that a person said.
const SAFE_ROLLOUT: Features =
    Features { affinity_system: true, hierarchical_personality: true, ..Features::NONE };

/// The flags by category, in the order in which they are listed.
const CATEGORIES: [(&str, &[Flag]); 4] = [
    (
        "memory",
        &[
            Flag("episodic_memory", |features| &mut features.episodic_memory),
            Flag("semantic_search", |features| &mut features.semantic_search),
            Flag("fact_extraction", |features| &mut features.fact_extraction),
        ],
    ),
    (
        "personality",
        &[
            Flag("hierarchical_personality", |features| &mut features.hierarchical_personality),
            Flag("mood_system", |features| &mut features.mood_system),
            Flag("affinity_system", |features| &mut features.affinity_system),
        ],
    ),
    ("analytics", &[Flag("conversation_analytics", |features| &mut features.conversation_analytics)]),
    ("export", &[Flag("snapshot_export", |features| &mut features.snapshot_export)]),
];

/// A flag: its name and its place.
struct Flag(&'static str, fn(&mut Features) -> &mut bool);

/// What is on and what is off.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct FeatureSummary {
    /// 8.
    pub total_features: usize,
    /// How many are on.
    pub enabled_count: usize,
    /// How many are off.
    pub disabled_count: usize,
    /// Names of those that are on.
    pub enabled: Vec<&'static str>,
    /// Names of those that are off.
    pub disabled: Vec<&'static str>,
    /// The same by category.
    pub by_category: FeatureCategories,
}

/// The flags by category.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(
    feature = "typescript",
    derive(ts_rs::TS),
    ts(
        type = "Readonly<Record<\"memory\" | \"personality\" | \"analytics\" | \"export\", Readonly<Record<string, boolean>>>>"
    )
)]
pub struct FeatureCategories(crate::json::Map);

impl Features {
    /// Reads flags: the name of a preset (`all_disabled`, `safe_rollout`, `all_enabled`), or an object, flat or under
    /// `v1_1_features`. Those left out are off.
    ///
    /// # Errors
    /// `unknown_feature` for a flag or a preset that does not exist; `wrong_type` for a value that is not a boolean.
    pub fn parse(flags: Node<'_>) -> Result<Self, Error> {
        let mut path = "/features".to_owned();
        if let Some(preset) = flags.as_str() {
            return Self::preset(preset);
        }
        let nested = flags.get("v1_1_features");
        if nested.is_some() {
            path.push_str("/v1_1_features");
        }
        let Some(flags) = nested.unwrap_or(flags).members() else {
            return Err(Error::new(ErrorCode::WrongType, "an object of flags is expected").at(path));
        };
        let mut features = Self::NONE;
        for (name, value) in flags {
            let known = CATEGORIES.iter().flat_map(|(_, flags)| *flags).find(|flag| flag.0 == name);
            let at = pointer::join(&path, name);
            let Some(Flag(_, place)) = known else {
                let message = format!("no feature is called \"{name}\"");
                return Err(Error::new(ErrorCode::UnknownFeature, message).at(at));
            };
            let on = value.as_bool();
            *place(&mut features) =
                on.ok_or_else(|| Error::new(ErrorCode::WrongType, "a flag is true or false").at(at))?;
        }
        Ok(features)
    }

    fn preset(name: &str) -> Result<Self, Error> {
        match name {
            "all_disabled" => Ok(Self::NONE),
            "safe_rollout" => Ok(SAFE_ROLLOUT),
            "all_enabled" => Ok(Self::ALL),
            _ => {
                let error = Error::new(ErrorCode::UnknownFeature, format!("no preset is called \"{name}\""));
                Err(error.at("/features").hint("Use one of: all_disabled, safe_rollout, all_enabled."))
            }
        }
    }

    /// What is on and what is off, counted.
    pub fn summary(mut self) -> FeatureSummary {
        let (mut enabled, mut disabled) = (Vec::new(), Vec::new());
        let mut by_category = crate::json::Map::new();
        for (category, flags) in CATEGORIES {
            let mut of_category = crate::json::Map::new();
            for Flag(name, place) in flags {
                let on = *place(&mut self);
                if on { &mut enabled } else { &mut disabled }.push(*name);
                of_category.insert(*name, on);
            }
            by_category.insert(category, of_category);
        }
        FeatureSummary {
            total_features: enabled.len() + disabled.len(),
            enabled_count: enabled.len(),
            disabled_count: disabled.len(),
            enabled,
            disabled,
            by_category: FeatureCategories(by_category),
        }
    }
}

impl Default for Features {
    fn default() -> Self {
        Self::NONE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Features, Error> {
        Features::parse(
            (&crate::json::to_value(&serde_json::from_str::<serde_json::Value>(text).unwrap())).into(),
        )
    }

    #[test]
    fn presets_files_and_their_summary() {
        for (source, enabled) in [
            (r#""all_disabled""#, 0),
            (r#""all_enabled""#, 8),
            (r#""safe_rollout""#, 2),
            (r#"{"v1_1_features":{"mood_system":true,"snapshot_export":false}}"#, 1),
            (r#"{"mood_system":true,"episodic_memory":true}"#, 2),
        ] {
            let summary = read(source).unwrap().summary();
            let counts = (summary.total_features, summary.enabled_count, summary.disabled_count);
            assert_eq!(counts, (8, enabled, 8 - enabled), "{source}");
        }
        let summary = read(r#""safe_rollout""#).unwrap().summary();
        assert_eq!(summary.enabled, ["hierarchical_personality", "affinity_system"]);
        assert_eq!(
            summary.by_category.0.get("export").and_then(|flags| flags.get("snapshot_export")),
            Some(&false.into())
        );
    }

    #[test]
    fn what_is_no_flag_is_named() {
        for (source, code, path) in [
            (r#"{"to_dict":true}"#, ErrorCode::UnknownFeature, "/features/to_dict"),
            (
                r#"{"v1_1_features":{"to_dict":true}}"#,
                ErrorCode::UnknownFeature,
                "/features/v1_1_features/to_dict",
            ),
            (r#"{"mood_system":"yes"}"#, ErrorCode::WrongType, "/features/mood_system"),
            (r#""most""#, ErrorCode::UnknownFeature, "/features"),
            ("[]", ErrorCode::WrongType, "/features"),
        ] {
            let error = read(source).unwrap_err();
            assert_eq!((error.code, error.path.as_str()), (code, path), "{source}");
        }
    }
}
