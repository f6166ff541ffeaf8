//! Blend: every row of its table, every strategy, and laws for any sources.

use luminoracore::error::{Error, ErrorCode};
use luminoracore::json::{Value as Tree, canonical, compact};
use luminoracore::template::Template;
use luminoracore::template::blend::{
    Blend, BlendOptions, BlendWarningCode, MAX_SOURCES, Source, Strategy, blend,
};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::host::file;
use crate::sample::tree;

const TOVE: &str = include_str!("../cases/templates/tove.json");

/// Tove with some of her members replaced; a `null` takes one away.
fn tove(changes: Value) -> Template {
    let mut document: Value = serde_json::from_str(TOVE).unwrap();
    let Value::Object(changes) = changes else { panic!("an object") };
    for (key, value) in changes {
        match value {
            Value::Null => drop(document.as_object_mut().unwrap().remove(&key)),
            value => document[key] = value,
        }
    }
    Template::from_value(tree(document)).unwrap()
}

fn options(strategy: Strategy) -> BlendOptions {
    BlendOptions { strategy, seed: Some(7), name: None }
}

fn try_blend(sources: &[(&Template, f64)], options: &BlendOptions) -> Result<Blend, Error> {
    let sources: Vec<_> =
        sources.iter().map(|(template, weight)| Source { template, weight: *weight }).collect();
    blend(&sources, options)
}

/// The document of a blend, after the checks that every blend passes.
fn blended(sources: &[(&Template, f64)], options: &BlendOptions) -> Value {
    let blend = try_blend(sources, options).unwrap();
    let document = compact(blend.document());
    assert_eq!(compact(try_blend(sources, options).unwrap().document()), document);
    let template = blend.into_template();
    assert_eq!(Template::parse(document.as_bytes()).as_ref(), Ok(&template));
    serde_json::from_str(&document).unwrap()
}

fn average(sources: &[(&Template, f64)]) -> Value {
    blended(sources, &options(Strategy::WeightedAverage))
}

fn refused(sources: &[(&Template, f64)], options: &BlendOptions) -> (ErrorCode, String) {
    let error = try_blend(sources, options).unwrap_err();
    (error.code, error.path.clone())
}

/// A list of a section in the weighted average of two that have these ones.
fn lists_of(path: [&str; 2], first: (Value, f64), second: (Value, f64)) -> Value {
    let with = |list: Value| {
        let mut section: Value = serde_json::from_str::<Value>(TOVE).unwrap()[path[0]].clone();
        section[path[1]] = list;
        tove(json!({ path[0]: section }))
    };
    average(&[(&with(first.0), first.1), (&with(second.0), second.1)])[path[0]][path[1]].take()
}

mod arguments {
    use super::*;

    #[test]
    fn two_to_sixteen_sources() {
        let tove = tove(json!({}));
        let count = |count: usize| refused(&vec![(&tove, 1.0); count], &BlendOptions::default()).0;
        assert_eq!((count(0), count(1)), (ErrorCode::TooFewSources, ErrorCode::TooFewSources));
        assert_eq!(count(MAX_SOURCES + 1), ErrorCode::TooManySources);
        average(&vec![(&tove, 1.0); MAX_SOURCES]);
    }

    #[test]
    fn weights_are_finite_not_negative_and_not_all_0() {
        let tove = tove(json!({}));
        for weight in [-0.1, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let refusal = refused(&[(&tove, 1.0), (&tove, weight)], &BlendOptions::default());
            assert_eq!(refusal, (ErrorCode::BadWeight, "/1/weight".to_owned()), "{weight}");
        }
        let refusal = refused(&[(&tove, 0.0), (&tove, 0.0)], &BlendOptions::default());
        assert_eq!(refusal, (ErrorCode::BadWeight, String::new()));
    }

    #[test]
    fn weights_of_any_size_become_parts_of_1() {
        let tove = tove(json!({}));
        for weights in [[3.0, 1.0], [f64::MAX, f64::MAX], [5e-324, 5e-324], [f64::MAX, 5e-324], [0.0, 2.0]] {
            let blend =
                try_blend(&[(&tove, weights[0]), (&tove, weights[1])], &BlendOptions::default()).unwrap();
            let parts: Vec<f64> = blend.report.sources.iter().map(|source| source.weight).collect();
            assert!((parts.iter().sum::<f64>() - 1.0).abs() < 1e-12, "{weights:?}: {parts:?}");
        }
    }

    #[test]
    fn the_options_of_a_call() {
        let read = |value: Value| BlendOptions::parse(&tree(value));
        assert_eq!(read(json!({})), Ok(BlendOptions::default()));
        let all = json!({"strategy": "random", "seed": 7, "name": "Both"});
        let expected =
            BlendOptions { strategy: Strategy::Random, seed: Some(7), name: Some("Both".to_owned()) };
        assert_eq!(read(all), Ok(expected));
        assert_eq!(read(json!({"seed": "18446744073709551615"})).unwrap().seed, Some(u64::MAX));
        let code = |value: Value| {
            let error = read(value).unwrap_err();
            (error.code, error.path.clone())
        };
        let invalid = |path: &str| (ErrorCode::InvalidArgument, path.to_owned());
        assert_eq!(code(json!({"strategy": "mixed"})), invalid("/strategy"));
        assert_eq!(code(json!({"name": " "})), invalid("/name"));
        assert_eq!(code(json!({"name": "x".repeat(101)})), invalid("/name"));
        assert_eq!(code(json!({"stragety": "hybrid"})), invalid("/stragety"));
        for seed in
            [json!(-1), json!(0.5), json!("18446744073709551616"), json!("7a"), json!(""), json!(true)]
        {
            assert_eq!(code(json!({"seed": seed})), (ErrorCode::OutOfRange, "/seed".to_owned()));
        }
    }

    #[test]
    fn random_needs_a_seed() {
        let tove = tove(json!({}));
        let random = BlendOptions { strategy: Strategy::Random, ..BlendOptions::default() };
        let refusal = refused(&[(&tove, 1.0), (&tove, 1.0)], &random);
        assert_eq!(refusal, (ErrorCode::SeedRequired, "/seed".to_owned()));
    }

    #[test]
    fn the_report_names_every_source_by_its_place() {
        let (tove, other) = (tove(json!({})), tove(json!({"principles": []})));
        let blend =
            try_blend(&[(&tove, 1.0), (&other, 3.0), (&tove, 0.0)], &BlendOptions::default()).unwrap();
        let report = serde_json::to_value(&blend.report).unwrap();
        let source = |template: &Template, weight: f64| json!({"name": "Tove Brandt", "version": "1.0.0", "hash": template.id(), "weight": weight});
        let sources = json!([source(&tove, 0.25), source(&other, 0.75), source(&tove, 0.0)]);
        assert_eq!(report, json!({"strategy": "weighted_average", "sources": sources, "warnings": []}));
    }
}

mod weighted_average {
    use super::*;

    #[test]
    fn a_parameter_is_the_mean_of_those_that_have_it() {
        let first = tove(json!({"advanced_parameters": {"empathy": 0.9, "humor": 0.4}}));
        let second = tove(json!({"advanced_parameters": {"empathy": 0.8, "formality": 0.3}}));
        let parameters = &average(&[(&first, 0.5), (&second, 0.5)])["advanced_parameters"];
        assert_eq!(parameters["empathy"], 0.85);
        assert_eq!((&parameters["humor"], &parameters["formality"]), (&json!(0.4), &json!(0.3)));
        assert_eq!(parameters.as_object().unwrap().len(), 3);
        // 0.25 * 0.9 + 0.75 * 0.8 = 0.825, which as a binary fraction lies above that.
        assert_eq!(average(&[(&first, 1.0), (&second, 3.0)])["advanced_parameters"]["empathy"], 0.83);
    }

    #[test]
    fn words_are_those_with_the_most_weight_behind_them() {
        let with = |archetype: &str, punctuation: Value| {
            let traits =
                json!({"archetype": archetype, "temperament": "calm", "communication_style": "casual"});
            let mut profile = json!({"tone": ["warm"], "syntax": "simple", "vocabulary": []});
            if !punctuation.is_null() {
                profile["punctuation_style"] = punctuation;
            }
            tove(json!({"core_traits": traits, "linguistic_profile": profile}))
        };
        let (rebel, mentor) = (with("rebel", Value::Null), with("mentor", json!("liberal")));
        let document = average(&[(&rebel, 0.4), (&mentor, 0.3), (&mentor, 0.3)]);
        assert_eq!(document["core_traits"]["archetype"], "mentor");
        // Only those that have it are asked, however light.
        assert_eq!(document["linguistic_profile"]["punctuation_style"], "liberal");
        // Ties go to the first.
        assert_eq!(average(&[(&rebel, 1.0), (&mentor, 1.0)])["core_traits"]["archetype"], "rebel");
    }

    #[test]
    fn lists_are_ranked_by_summed_weight_and_cut() {
        let first = json!(["warm", "calm", "gentle", "wise"]);
        let second = json!(["direct", "gentle", "serious"]);
        let tone = |first_weight, second_weight| {
            lists_of(
                ["linguistic_profile", "tone"],
                (first.clone(), first_weight),
                (second.clone(), second_weight),
            )
        };
        assert_eq!(tone(1.0, 1.0), json!(["gentle", "warm", "calm", "wise", "direct"]));
        assert_eq!(tone(1.0, 2.0), json!(["gentle", "direct", "serious", "warm", "calm"]));
        let many = |prefix: &str| (0..40).map(|index| json!(format!("{prefix}{index} and more"))).collect();
        let cut =
            |path: [&str; 2]| lists_of(path, (Value::Array(many("a")), 1.0), (Value::Array(many("b")), 2.0));
        for (path, most) in [
            (["linguistic_profile", "vocabulary"], 15),
            (["linguistic_profile", "fillers"], 5),
            (["linguistic_profile", "expressions"], 10),
            (["trigger_responses", "on_greeting"], 3),
            (["trigger_responses", "on_error"], 3),
        ] {
            let expected: Vec<Value> = many("b");
            assert_eq!(cut(path), json!(expected[..most]), "{path:?}");
        }
        let (a, b): (Vec<Value>, Vec<Value>) = (many("a"), many("b"));
        let (a, b) = (tove(json!({"behavioral_rules": a})), tove(json!({"behavioral_rules": b[..6]})));
        let rules = &average(&[(&a, 1.0), (&b, 2.0)])["behavioral_rules"];
        let text = |prefix: &str, index: usize| json!(format!("{prefix}{index} and more"));
        assert_eq!(
            *rules,
            json!(
                [0, 1, 2, 3, 4, 5]
                    .map(|i| text("b", i))
                    .into_iter()
                    .chain([0, 1, 2, 3].map(|i| text("a", i)))
                    .collect::<Vec<_>>()
            )
        );
    }

    #[test]
    fn an_item_that_a_list_has_twice_counts_once() {
        let lists = lists_of(
            ["linguistic_profile", "vocabulary"],
            (json!(["tide", "storm", "tide"]), 1.0),
            (json!(["lamp"]), 1.5),
        );
        assert_eq!(lists, json!(["lamp", "tide", "storm"]));
    }

    #[test]
    fn examples_are_the_same_when_question_and_answer_are() {
        let sample = |input: &str, context: &str| json!({"input": input, "output": "It is what it is.", "context": context});
        let lists = lists_of(
            ["examples", "sample_responses"],
            (json!([sample("How are you?", "first"), sample("Who are you?", "first")]), 1.0),
            (json!([sample("What is it?", "second"), sample("Who are you?", "second")]), 1.0),
        );
        let expected = json!([
            sample("Who are you?", "first"),
            sample("How are you?", "first"),
            sample("What is it?", "second")
        ]);
        assert_eq!(lists, expected);
    }

    #[test]
    fn what_must_not_happen_is_united_and_limits_are_means() {
        let guards = |topics: Value, filters: Value, limits: Value| {
            tove(json!({"safety_guards":
                {"forbidden_topics": topics, "content_filters": filters, "tone_limits": limits}}))
        };
        let first = guards(json!(["doses", "bets"]), json!(["adult"]), json!({"max_aggression": 0.1}));
        let limits = json!({"max_aggression": 0.2, "max_informality": 0.5});
        let second = guards(json!(["debts", "doses"]), json!(["political", "adult"]), limits);
        let document = average(&[(&first, 1.0), (&second, 2.0)]);
        assert_eq!(
            document["safety_guards"],
            json!({"forbidden_topics": ["doses", "bets", "debts"],
                "tone_limits": {"max_aggression": 0.166_667, "max_informality": 0.5},
                "content_filters": ["adult", "political"]})
        );
    }

    #[test]
    fn the_persona_is_a_new_one() {
        let persona = |name: &str, language: &str, tags: Value, compatibility: Value| {
            tove(
                json!({"persona": {"name": name, "version": "3.2.1", "description": "Someone", "author": "A. B.",
                "tags": tags, "aliases": ["Other"], "language": language, "compatibility": compatibility}}),
            )
        };
        let first = persona("Ada", "en", json!(["sea", "calm"]), json!(["openai", "llama"]));
        let second = persona("Bo", "es", json!(["calm", "land"]), json!(["llama", "google"]));
        let expected = json!({"name": "Ada + Bo", "version": "1.0.0", "description": "A blend of Ada and Bo.",
            "author": "luminoracore blend", "tags": ["sea", "calm", "land", "blended"], "language": "es",
            "compatibility": ["openai", "llama", "google"]});
        assert_eq!(average(&[(&first, 1.0), (&second, 2.0)])["persona"], expected);
        let blend = try_blend(&[(&first, 1.0), (&second, 2.0)], &BlendOptions::default()).unwrap();
        let warnings: Vec<_> = blend.report.warnings.iter().map(|warning| warning.code).collect();
        assert_eq!(warnings, [BlendWarningCode::LanguagesDiffer]);
        // A source of weight 0 contributes nothing, its name neither.
        let alone = average(&[(&first, 1.0), (&second, 0.0)]);
        assert_eq!((&alone["persona"]["name"], &alone["persona"]["language"]), (&json!("Ada"), &json!("en")));
        let named = BlendOptions { name: Some("Third".to_owned()), ..BlendOptions::default() };
        assert_eq!(blended(&[(&first, 1.0), (&second, 1.0)], &named)["persona"]["name"], "Third");
    }

    #[test]
    fn tags_are_ten_with_blended_among_them() {
        let tags = |tags: Vec<String>| {
            let mut persona = serde_json::from_str::<Value>(TOVE).unwrap()["persona"].clone();
            persona["tags"] = json!(tags);
            let source = tove(json!({"persona": persona}));
            average(&[(&source, 1.0), (&source, 1.0)])["persona"]["tags"].take()
        };
        let many: Vec<String> = (0..12).map(|index| format!("t{index}")).collect();
        let mut expected = many[..9].to_vec();
        expected.push("blended".to_owned());
        assert_eq!(tags(many.clone()), json!(expected));
        let mut late = many.clone();
        late.push("blended".to_owned());
        assert_eq!(tags(late), json!(expected));
        assert_eq!(tags(vec!["blended".to_owned(), "x".to_owned()]), json!(["blended", "x"]));
        assert_eq!(tags(Vec::new()), json!(["blended"]));
    }

    #[test]
    fn long_names_are_cut_in_characters() {
        let long = |letter: &str| {
            let mut persona = serde_json::from_str::<Value>(TOVE).unwrap()["persona"].clone();
            persona["name"] = json!(letter.repeat(100));
            tove(json!({"persona": persona}))
        };
        let (first, second) = (long("é"), long("🌊"));
        let sources = [(&first, 1.0), (&second, 1.0)].repeat(8);
        let persona = &average(&sources)["persona"];
        assert_eq!(persona["name"], "é".repeat(100));
        assert_eq!(persona["description"].as_str().unwrap().chars().count(), 500);
    }

    #[test]
    fn metadata_is_new_as_well() {
        let metadata = |metadata: Value| tove(json!({"metadata": metadata}));
        let first =
            metadata(json!({"created_at": "2026-01-10T08:00:00Z", "updated_at": "2026-01-10T08:00:00Z",
            "downloads": 12, "rating": 4.5, "license": "MIT"}));
        let second = metadata(json!({"rating": 3, "license": "CC0-1.0"}));
        let third = metadata(json!({"license": "MIT"}));
        let of = |other: &Template| average(&[(&first, 1.0), (other, 1.0)])["metadata"].take();
        assert_eq!(of(&second), json!({"downloads": 0, "rating": 3.8, "license": "Custom"}));
        assert_eq!(of(&third), json!({"downloads": 0, "rating": 4.5, "license": "MIT"}));
        assert_eq!(of(&metadata(json!({}))), json!({"downloads": 0, "rating": 4.5, "license": "Custom"}));
    }

    fn levels(levels: Value) -> Template {
        tove(json!({"hierarchical_config": {"enabled": true, "relationship_levels": levels}}))
    }

    #[test]
    fn levels_have_the_ranges_of_the_heaviest_and_the_changes_of_all() {
        let first = levels(json!([
            {"name": "guest", "affinity_range": [0, 50], "description": "New here", "modifiers":
                {"advanced_parameters": {"empathy": 0.1, "humor": 0.3},
                "linguistic_profile": {"tone_additions": ["calm", "warm"]},
                "behavioral_adjustments": ["Ask first"], "system_prompt_additions": {"prefix": "You just met."}}},
            {"name": "friend", "affinity_range": [51, 100], "modifiers": {"advanced_parameters": {"empathy": 0.4}}}
        ]));
        let second = levels(json!([
            {"name": "low", "affinity_range": [0, 20]},
            {"name": "middle", "affinity_range": [21, 60], "description": "Other", "modifiers":
                {"advanced_parameters": {"empathy": -0.2},
                "linguistic_profile": {"tone_additions": ["direct", "warm"], "expression_additions": ["well"]},
                "system_prompt_additions": {"prefix": "Other.", "suffix": "Other."}}},
            {"name": "high", "affinity_range": [61, 80], "modifiers": {"advanced_parameters": {"verbosity": 0.5}}},
            {"name": "top", "affinity_range": [81, 100], "modifiers": {"advanced_parameters": {"empathy": 1}}}
        ]));
        // The midpoints are 25 and 75: there the second source is at its levels "middle" and "high".
        let config = &average(&[(&first, 2.0), (&second, 1.0)])["hierarchical_config"];
        let expected = json!({"enabled": true, "relationship_levels": [
            {"name": "guest", "affinity_range": [0, 50], "description": "New here", "modifiers":
                {"advanced_parameters": {"empathy": 0.0, "humor": 0.2},
                "linguistic_profile": {"tone_additions": ["warm", "calm", "direct"], "expression_additions": ["well"]},
                "behavioral_adjustments": ["Ask first"], "system_prompt_additions": {"prefix": "You just met."}}},
            {"name": "friend", "affinity_range": [51, 100], "modifiers":
                {"advanced_parameters": {"verbosity": 0.17, "empathy": 0.27}}}]});
        assert_eq!(tree(config), tree(&expected));
    }

    #[test]
    fn levels_that_are_switched_off_stay_off() {
        let on = levels(json!([{"name": "all", "affinity_range": [0, 100],
            "modifiers": {"advanced_parameters": {"humor": 0.5}}}]));
        let off = json!({"enabled": false, "relationship_levels": [{"name": "one", "affinity_range": [0, 100],
            "modifiers": {"advanced_parameters": {"humor": -0.5}}}]});
        let off = tove(json!({"hierarchical_config": off}));
        let none = tove(json!({"hierarchical_config": null}));
        let config = |sources: &[(&Template, f64)]| average(sources)["hierarchical_config"].take();
        assert_eq!(
            config(&[(&off, 2.0), (&on, 1.0)]),
            serde_json::from_str::<Value>(&compact(on.document.get("hierarchical_config").unwrap())).unwrap()
        );
        assert_eq!(config(&[(&off, 1.0), (&none, 9.0)])["enabled"], false);
        assert_eq!(config(&[(&none, 1.0), (&none, 1.0)]), Value::Null);
    }

    #[test]
    fn a_level_in_a_gap_is_the_nearest_lower_one() {
        let wide = levels(json!([{"name": "all", "affinity_range": [0, 100]}]));
        let gap = levels(json!([
            {"name": "low", "affinity_range": [10, 20], "modifiers": {"advanced_parameters": {"humor": 0.2}}},
            {"name": "high", "affinity_range": [90, 100], "modifiers": {"advanced_parameters": {"humor": 0.6}}}]));
        let config = &average(&[(&wide, 1.0), (&gap, 1.0)])["hierarchical_config"];
        assert_eq!(config["relationship_levels"][0]["modifiers"]["advanced_parameters"]["humor"], 0.1);
        let below = levels(
            json!([{"name": "a", "affinity_range": [0, 9]}, {"name": "b", "affinity_range": [10, 100]}]),
        );
        let config = &average(&[(&below, 1.0), (&gap, 1.0)])["hierarchical_config"];
        assert_eq!(config["relationship_levels"][0]["modifiers"]["advanced_parameters"]["humor"], 0.1);
    }

    fn moods(config: Value) -> Template {
        tove(json!({"mood_config": config}))
    }

    #[test]
    fn moods_are_united_and_shared_ones_merged() {
        let humor = |delta: f64| json!({"advanced_parameters": {"humor": delta}});
        let first = moods(json!({"enabled": true,
            "moods": {"neutral": {"description": "even"}, "gay": {"description": "first", "modifiers": humor(0.3)}},
            "mood_triggers": {"gay": ["party", {"pattern": "cake", "weight": 0.9}], "neutral": ["stop"]}}));
        let second = moods(json!({"enabled": true,
            "moods": {"gay": {"description": "second", "modifiers": humor(0.125)},
                "sad": {"modifiers": humor(-0.125)}, "calm": {}},
            "mood_triggers": {"gay": [{"pattern": "party", "weight": 0.8}, "cake"], "sad": ["rain"]},
            "mood_detection": {"default_mood": "calm", "half_life_minutes": 60}}));
        let config = &average(&[(&first, 3.0), (&second, 1.0)])["mood_config"];
        let expected = json!({"enabled": true,
            "moods": {"neutral": {"description": "even"}, "gay": {"description": "first", "modifiers": humor(0.26)},
                "sad": {"modifiers": humor(-0.125)}, "calm": {}},
            "mood_triggers": {
                "gay": [{"pattern": "party", "weight": 0.8}, {"pattern": "cake", "weight": 0.9}],
                "neutral": ["stop"], "sad": ["rain"]},
            "mood_detection": {"default_mood": "calm", "half_life_minutes": 60}});
        assert_eq!(compact(&tree(config)), compact(&tree(&expected)));
    }

    #[test]
    fn triggers_of_a_default_mood_that_no_longer_is_one_go() {
        let first =
            moods(json!({"enabled": true, "moods": {"gay": {}}, "mood_triggers": {"neutral": ["stop"]}}));
        let second = moods(
            json!({"enabled": true, "moods": {"calm": {}}, "mood_detection": {"default_mood": "calm"}}),
        );
        let config = &average(&[(&first, 3.0), (&second, 1.0)])["mood_config"];
        assert_eq!(config["mood_detection"]["default_mood"], "calm");
        assert_eq!(config.get("mood_triggers"), None);
    }

    #[test]
    fn too_many_moods_leave_the_default_one() {
        let many = |prefix: &str, last: &str| {
            let mut all: serde_json::Map<_, _> =
                (0..60).map(|index| (format!("{prefix}{index}"), json!({}))).collect();
            all.insert(last.to_owned(), json!({}));
            json!({"enabled": true, "moods": all, "mood_detection": {"default_mood": last}})
        };
        let (first, second) = (moods(many("a", "calm")), moods(many("b", "still")));
        let sources = [(&first, 1.0), (&second, 2.0)];
        let document = average(&sources);
        let names: Vec<_> = document["mood_config"]["moods"].as_object().unwrap().keys().collect();
        assert_eq!((names.len(), names[63].as_str()), (64, "still"));
        let blend = try_blend(&sources, &BlendOptions::default()).unwrap();
        let warning = &blend.report.warnings[0];
        assert_eq!((warning.code, warning.path.as_str()), (BlendWarningCode::LimitReached, "/mood_config"));
    }

    #[test]
    fn points_of_a_kind_are_rounded_away_from_zero() {
        let affinity = |config: Value| tove(json!({"affinity_config": config}));
        let first = affinity(json!({"interaction_types": {"plan": 3, "lie": -3, "own": 7},
            "interaction_triggers": {"own": ["mine"]}, "daily_cap": 10}));
        let second = affinity(json!({"interaction_types": {"plan": 4, "lie": -4, "joke": 2},
            "interaction_triggers": {"joke": ["knock knock"]}, "daily_cap": 20, "hysteresis": 5}));
        let config = &average(&[(&first, 1.0), (&second, 1.0)])["affinity_config"];
        assert_eq!(
            *config,
            json!({"interaction_types": {"plan": 4, "lie": -4, "own": 7, "joke": 2},
            "interaction_triggers": {"own": ["mine"]}, "daily_cap": 10, "hysteresis": 5})
        );
        // (1 + 2 * 2 + 3 * 2 + ...) whose exact mean is a half, but not as binary fractions.
        let kind = |points: i32| affinity(json!({"interaction_types": {"plan": points}}));
        let (a, b, c) = (kind(1), kind(1), kind(4));
        let thirds = average(&[(&a, 1.0), (&b, 2.0), (&c, 3.0)]);
        assert_eq!(thirds["affinity_config"]["interaction_types"]["plan"], 3);
    }

    #[test]
    fn memory_keeps_what_any_source_wants() {
        let memory = |preferences: Value| tove(json!({"memory_preferences": preferences}));
        let first = memory(json!({"importance_threshold": 6, "fact_categories": ["work", "goals"],
            "episode_types": ["bonding"], "remember_topics": false, "remember_questions": false}));
        let second = memory(json!({"importance_threshold": 7, "fact_categories": ["events", "work"],
            "remember_topics": false, "remember_questions": true}));
        let third = memory(json!({"importance_threshold": 7}));
        let of = |other: &Template| average(&[(&first, 2.0), (other, 1.0)])["memory_preferences"].take();
        assert_eq!(
            of(&second),
            json!({"importance_threshold": 6.3, "fact_categories": ["work", "goals", "events"],
            "remember_topics": false, "remember_questions": true})
        );
        // Absent is all, and true.
        assert_eq!(
            of(&third),
            json!({"importance_threshold": 6.3, "remember_topics": true, "remember_questions": true})
        );
    }

    #[test]
    fn principles_are_united_by_their_text() {
        let first = tove(
            json!({"principles": [{"id": "p", "text": "Be kind", "weight": 0.9, "tags": ["x"]}, "Be brief"]}),
        );
        let second = tove(
            json!({"principles": [{"id": "p", "text": "Be true", "weight": 0.3}, {"text": "Be kind", "weight": 0.6}]}),
        );
        let principles = &average(&[(&first, 2.0), (&second, 1.0)])["principles"];
        assert_eq!(
            *principles,
            json!([{"id": "p", "text": "Be kind", "weight": 0.8, "tags": ["x"]},
            {"text": "Be brief", "weight": 0.5}, {"text": "Be true", "weight": 0.3}])
        );
        let many = |prefix: &str| {
            tove(json!({"principles": (0..15).map(|i| format!("{prefix}{i}")).collect::<Vec<_>>()}))
        };
        let document = average(&[(&many("a"), 1.0), (&many("b"), 1.0)]);
        assert_eq!(document["principles"].as_array().unwrap().len(), 20);
    }

    #[test]
    fn the_guard_is_as_strict_as_the_strictest() {
        let guard = |guard: Value| tove(json!({"guard": guard}));
        let rule = |id: &str, phrase: &str| json!({"id": id, "phrases": [phrase]});
        let first = guard(json!({"mode": "regenerate", "profile": "companion", "limits": {"ratio": 0.2},
            "rules": [rule("a", "one"), rule("b", "two")], "on_unsupported": "allow"}));
        let second = guard(
            json!({"mode": "block", "profile": "reflective", "limits": {"ratio": 0.1, "sentence_share": 0.5},
            "rules": [rule("a", "other"), rule("b", "two")], "on_unsupported": "block", "max_regenerations": 2}),
        );
        let merged = &average(&[(&first, 2.0), (&second, 1.0)])["guard"];
        assert_eq!(
            *merged,
            json!({"mode": "block", "profile": "companion",
            "limits": {"ratio": 0.1, "sentence_share": 0.5},
            "rules": [rule("a", "one"), rule("b", "two"), rule("a_2", "other")],
            "max_regenerations": 2, "on_unsupported": "block"})
        );
        let order = ["block", "regenerate", "observe", "off"];
        for (rank, strict) in order.iter().enumerate() {
            for lax in &order[rank..] {
                let (lax, strict_one) = (guard(json!({"mode": lax})), guard(json!({"mode": strict})));
                assert_eq!(average(&[(&lax, 9.0), (&strict_one, 1.0)])["guard"]["mode"], **strict);
            }
        }
        // A guard that does not say observes.
        let (off, silent) = (guard(json!({"mode": "off"})), guard(json!({"profile": "assistant"})));
        assert_eq!(average(&[(&off, 1.0), (&silent, 1.0)])["guard"]["mode"], "observe");
    }

    #[test]
    fn no_tool_is_freer_than_with_any_policy() {
        let policy = |policy: Value| tove(json!({"policy": policy}));
        let first = policy(json!({"default": "approved", "tools": {"read": "approved", "write": "denied"},
            "max_context_tokens": 4096}));
        let second = policy(json!({"default": "user-approval",
            "tools": {"read": "not-applicable", "write": "approved", "send": "approved"}, "max_context_tokens": 2048}));
        assert_eq!(
            average(&[(&first, 9.0), (&second, 1.0)])["policy"],
            json!({"default": "user-approval",
            "tools": {"read": "approved", "write": "denied", "send": "approved"}, "max_context_tokens": 2048})
        );
        let denies = policy(json!({"default": "denied"}));
        let tools = &average(&[(&second, 1.0), (&denies, 1.0)])["policy"]["tools"];
        assert_eq!(*tools, json!({"read": "denied", "write": "denied", "send": "denied"}));
    }

    #[test]
    fn what_is_carried_is_carried_whole() {
        let entry = |key: &str, content: &str| json!({"keys": [key], "content": content});
        let first = tove(
            json!({"knowledge": {"entries": [entry("a", "x"), entry("b", "y")], "scan_depth": 2},
            "roles": {"critic": {"instructions": "First"}}, "extensions": {"x/y": {"z": [1]}, "both": 1}, "own": {"a": 1}}),
        );
        let second = tove(json!({"knowledge": [entry("a", "x"), entry("a", "other")],
            "roles": {"critic": {"instructions": "Second"}, "builder": {}}, "extensions": {"both": 2}, "own": 2, "more": 3}));
        let document = average(&[(&first, 1.0), (&second, 2.0)]);
        assert_eq!(
            document["knowledge"],
            json!({"entries": [entry("a", "x"), entry("b", "y"), entry("a", "other")], "scan_depth": 2})
        );
        assert_eq!(document["roles"], json!({"critic": {"instructions": "Second"}, "builder": {}}));
        assert_eq!(document["extensions"], json!({"x/y": {"z": [1]}, "both": 2}));
        assert_eq!((&document["own"], &document["more"]), (&json!(2), &json!(3)));
        let bare = tove(json!({"knowledge": [entry("c", "z")]}));
        assert_eq!(average(&[(&second, 1.0), (&bare, 1.0)])["knowledge"].as_array().unwrap().len(), 3);
        // Unknown keys inside sections as well.
        let traits = |extra: Value| {
            let mut traits =
                json!({"archetype": "rebel", "temperament": "calm", "communication_style": "casual"});
            traits["extra"] = extra;
            tove(json!({"core_traits": traits}))
        };
        let (light, heavy) = (traits(json!(1)), traits(json!(2)));
        assert_eq!(average(&[(&light, 1.0), (&heavy, 2.0)])["core_traits"]["extra"], 2);
    }

    #[test]
    fn too_much_is_cut_to_what_a_document_may_have() {
        let big = |key: &str, letter: &str| tove(json!({ key: {letter: letter.repeat(200 << 10)} }));
        let (a, b) = (big("extensions", "a"), big("extensions", "b"));
        let document = average(&[(&a, 1.0), (&b, 1.0)]);
        assert_eq!(document["extensions"].as_object().unwrap().keys().collect::<Vec<_>>(), ["a"]);
        let entries = |letter: &str| {
            let entry =
                |index: usize| json!({"keys": [format!("{letter}{index}")], "content": letter.repeat(400)});
            tove(json!({"knowledge": {"entries": (0..1500).map(entry).collect::<Vec<_>>()}}))
        };
        let document = average(&[(&entries("a"), 1.0), (&entries("b"), 1.0)]);
        assert_eq!(document["knowledge"]["entries"].as_array().unwrap().len(), 2000);
        let unknown = |key: &str, bytes: usize| tove(json!({ key: "x".repeat(bytes) }));
        let (a, b) = (unknown("one", 600 << 10), unknown("two", 500 << 10));
        let blend = try_blend(&[(&a, 1.0), (&b, 1.0)], &BlendOptions::default()).unwrap();
        assert_eq!((blend.document().get("one"), blend.document().get("two").is_some()), (None, true));
        assert_eq!(blend.report.warnings[0].path, "/one");
        assert!(Template::from_value(blend.document().clone()).is_ok());
    }
}

mod strategies {
    use super::*;

    #[test]
    fn hybrid_takes_the_character_of_the_heaviest() {
        let light = tove(json!({"behavioral_rules": ["Only this"], "principles": ["Other"],
            "advanced_parameters": {"empathy": 0.2},
            "core_traits": {"archetype": "rebel", "temperament": "cool", "communication_style": "casual"}}));
        let heavy = tove(json!({"advanced_parameters": {"empathy": 0.8}}));
        let document = blended(&[(&light, 1.0), (&heavy, 3.0)], &options(Strategy::Hybrid));
        let own: Value = serde_json::from_str(TOVE).unwrap();
        for key in ["core_traits", "behavioral_rules", "principles"] {
            assert_eq!(document[key], own[key], "{key}");
        }
        assert_eq!(document["advanced_parameters"]["empathy"], 0.65);
        assert_eq!(document["persona"]["compatibility"], own["persona"]["compatibility"]);
    }

    #[test]
    fn dominant_moves_its_numbers_a_fifth() {
        let first = tove(json!({"advanced_parameters": {"empathy": 0.9, "humor": 0.123_456_7},
            "safety_guards": {"forbidden_topics": ["bets"], "tone_limits": {"max_aggression": 0.1}}}));
        let second = tove(json!({"advanced_parameters": {"empathy": 0.8, "formality": 0.355},
            "safety_guards": {"forbidden_topics": ["debts"], "content_filters": ["adult"],
                "tone_limits": {"max_aggression": 0.333, "max_informality": 0.4}}}));
        let document = blended(&[(&first, 0.5), (&second, 0.5)], &options(Strategy::Dominant));
        // What it lacks comes from the others' weighted average, with its rounding; 0.355 is a bit less as a double.
        assert_eq!(
            document["advanced_parameters"],
            json!({"empathy": 0.88, "humor": 0.123_456_7, "formality": 0.35})
        );
        assert_eq!(
            document["safety_guards"],
            json!({"forbidden_topics": ["bets"], "content_filters": ["adult"],
            "tone_limits": {"max_aggression": 0.146_6, "max_informality": 0.4}})
        );
    }

    #[test]
    fn the_mean_of_the_others_is_rounded_before_it_counts() {
        let with = |humor: f64| tove(json!({"advanced_parameters": {"humor": humor}}));
        let (own, a, b) = (with(0.5), with(0.1), with(0.2));
        // The others: (0.1 + 2 * 0.2) / 3 = 0.1667, as 0.17.
        let document = blended(&[(&a, 1.0), (&own, 4.0), (&b, 2.0)], &options(Strategy::Dominant));
        assert_eq!(document["advanced_parameters"]["humor"], 0.434);
    }

    #[test]
    fn dominant_without_others_is_itself() {
        let alicia = Template::parse(file("personalities/alicia.json").as_bytes()).unwrap();
        let document = blended(&[(&alicia, 1.0), (&tove(json!({})), 0.0)], &options(Strategy::Dominant));
        let own: Value = serde_json::from_str(&file("personalities/alicia.json")).unwrap();
        for (key, section) in own.as_object().unwrap().iter().filter(|(key, _)| *key != "persona") {
            assert_eq!(tree(&document[key]), tree(section), "{key}");
        }
    }

    #[test]
    fn dominant_takes_whole_sections_that_it_lacks() {
        let bare = tove(
            json!({"mood_config": null, "principles": null, "trigger_responses": {"on_greeting": ["Hello you"]}}),
        );
        let other = tove(json!({}));
        let document = blended(&[(&bare, 2.0), (&other, 1.0)], &options(Strategy::Dominant));
        let own: Value = serde_json::from_str(TOVE).unwrap();
        assert_eq!(document["mood_config"], own["mood_config"]);
        assert_eq!(document["principles"], own["principles"]);
        assert_eq!(document["trigger_responses"]["on_greeting"], json!(["Hello you"]));
        assert_eq!(document["trigger_responses"]["on_error"], own["trigger_responses"]["on_error"]);
    }

    #[test]
    fn two_of_the_same_name_are_blended_by_their_place() {
        let (first, second) = (
            tove(json!({"advanced_parameters": {"humor": 0.2}})),
            tove(json!({"advanced_parameters": {"humor": 0.8}})),
        );
        assert_eq!(average(&[(&first, 3.0), (&second, 1.0)])["advanced_parameters"]["humor"], 0.35);
        assert_eq!(average(&[(&second, 3.0), (&first, 1.0)])["advanced_parameters"]["humor"], 0.65);
    }

    #[test]
    fn random_draws_each_section_once() {
        let keys = ["alicia", "dr_luna", "captain_hook"];
        let sources =
            keys.map(|key| Template::parse(file(&format!("personalities/{key}.json")).as_bytes()).unwrap());
        let weights = [0.2, 0.3, 0.5];
        let all: Vec<_> = sources.iter().zip(weights).collect();
        let document = blended(&all, &options(Strategy::Random));
        // SplitMix64, as its authors publish it.
        let mut state = 7_u64;
        let mut draw = || {
            state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut z = state;
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            ((z ^ (z >> 31)) >> 11) as f64 * (-53_f64).exp2()
        };
        let mut drawn = Vec::new();
        // The version of the format is not drawn.
        for &key in ORDER.iter().skip(1) {
            let having: Vec<_> = (0..3).filter(|index| sources[*index].document.get(key).is_some()).collect();
            if having.is_empty() {
                continue;
            }
            let (share, total) = (draw(), having.iter().map(|index| weights[*index]).sum::<f64>());
            let mut sum = 0.0;
            let place = having.iter().copied().find(|index| {
                sum += weights[*index] / total;
                sum > share
            });
            let source = &sources[place.unwrap()].document;
            drawn.push(place);
            if key == "persona" {
                for part in ["language", "compatibility"] {
                    assert_eq!(tree(&document[key][part]), *source.get(key).unwrap().get(part).unwrap());
                }
            } else {
                assert_eq!(tree(&document[key]), *source.get(key).unwrap(), "{key}");
            }
        }
        assert!((0..3).all(|place| drawn.contains(&Some(place))), "{drawn:?}");
        let other = blended(&all, &BlendOptions { seed: Some(8), ..options(Strategy::Random) });
        assert_ne!(document, other);
    }
}

/// Keys in the order of the format.
const ORDER: [&str; 20] = [
    "schema_version",
    "persona",
    "core_traits",
    "linguistic_profile",
    "behavioral_rules",
    "trigger_responses",
    "advanced_parameters",
    "safety_guards",
    "examples",
    "metadata",
    "hierarchical_config",
    "mood_config",
    "affinity_config",
    "memory_preferences",
    "principles",
    "guard",
    "policy",
    "roles",
    "knowledge",
    "extensions",
];

fn personalities() -> Vec<Template> {
    let folder = format!("{}/personalities", env!("CARGO_MANIFEST_DIR"));
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| Template::parse(&std::fs::read(path).unwrap()).unwrap()).collect()
}

fn strategy() -> impl proptest::strategy::Strategy<Value = Strategy> {
    prop_oneof![
        Just(Strategy::WeightedAverage),
        Just(Strategy::Dominant),
        Just(Strategy::Hybrid),
        Just(Strategy::Random)
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_blend_is_valid_and_the_same_again(
        places in proptest::collection::vec((0..16_usize, prop_oneof![Just(0.0), Just(1.0), 0.0..10.0_f64]), 2..=16),
        strategy in strategy(),
        seed in any::<u64>(),
        // Sections that some sources lack, and keys that nobody knows.
        gone in proptest::collection::vec((0..16_usize, 5..20_usize), 0..40),
    ) {
        let all = personalities();
        let mut sources = Vec::new();
        for (index, (place, weight)) in places.iter().enumerate() {
            let Tree::Object(mut document) = all[*place].document.clone() else { unreachable!() };
            for (at, key) in &gone {
                if *at == index {
                    document.remove(ORDER[*key]);
                    document.insert(format!("x_{key}"), *key);
                }
            }
            sources.push((Template::from_value(document.into()).unwrap(), *weight));
        }
        prop_assume!(places.iter().any(|(_, weight)| *weight > 0.0));
        let given: Vec<_> = sources.iter().map(|(template, weight)| (template, *weight)).collect();
        let options = BlendOptions { strategy, seed: Some(seed), name: None };
        let blend = try_blend(&given, &options).unwrap();
        let again = try_blend(&given, &options).unwrap();
        prop_assert_eq!(compact(blend.document()), compact(again.document()));
        let checked = Template::parse(compact(blend.document()).as_bytes());
        let known: Vec<_> = blend.document().as_object().unwrap().keys()
            .filter_map(|key| ORDER.iter().position(|known| known == key)).collect();
        prop_assert!(known.is_sorted());
        let parts: f64 = blend.report.sources.iter().map(|source| source.weight).sum();
        prop_assert!((parts - 1.0).abs() < 1e-9);
        prop_assert_eq!(checked, Ok(blend.into_template()));
    }

    #[test]
    fn sources_of_weight_0_change_nothing(place in 0..15_usize, strategy in strategy(), seed in any::<u64>()) {
        let all = personalities();
        let options = BlendOptions { strategy, seed: Some(seed), name: None };
        let (one, two, silent) = (&all[place], &all[place + 1], &all[(place + 5) % 16]);
        let without = try_blend(&[(one, 1.0), (two, 2.0)], &options).unwrap();
        let with = try_blend(&[(silent, 0.0), (one, 1.0), (silent, 0.0), (two, 2.0)], &options).unwrap();
        prop_assert_eq!(canonical(without.document()), canonical(with.document()));
    }
}
