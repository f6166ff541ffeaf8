//! The bundled personalities: each without a problem, with everything that makes a personality, and ready for every
//! target at every level and in every mood.

use std::sync::Arc;

use luminoracore::compile::{CompileOptions, Message, Prepared, Role};
use luminoracore::json::{self, Value};
use luminoracore::lint::{ValidateOptions, validate};
use luminoracore::observe::{ObserveContext, observe};
use luminoracore::template::Template;

use crate::host::packs;

fn bundled() -> Vec<(String, Template)> {
    let folder = format!("{}/personalities", env!("CARGO_MANIFEST_DIR"));
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let read = |path: std::path::PathBuf| {
        let key = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let validation =
            validate(&std::fs::read(&path).unwrap(), ValidateOptions { strict: true, lint: false });
        assert_eq!(validation.problems, [], "{key}");
        (key, validation.template.unwrap())
    };
    paths.into_iter().map(read).collect()
}

#[test]
fn each_is_complete_and_its_prompt_is_not_long() {
    let all = bundled();
    for (key, template) in &all {
        let triggers = &template.trigger_responses;
        let lists = [
            &triggers.on_greeting,
            &triggers.on_confusion,
            &triggers.on_success,
            &triggers.on_error,
            &triggers.on_goodbye,
        ];
        assert!(lists.iter().all(|lines| lines.len() >= 2), "{key}");
        assert!(template.linguistic_profile.vocabulary.len() >= 8, "{key}");
        assert!(template.sample_responses.len() >= 2, "{key}");
        assert!(template.hierarchical_config.as_ref().is_some_and(|levels| levels.enabled), "{key}");
        assert!(template.mood_config.as_ref().is_some_and(|moods| moods.enabled), "{key}");
        assert!(template.document.get("memory_preferences").is_some(), "{key}");
    }
    let mut names: Vec<&str> = all.iter().map(|(_, template)| template.persona.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all.len(), "every name is one personality's");
}

#[test]
fn each_compiles_for_every_target_at_every_level_and_in_every_mood() {
    for (key, template) in bundled() {
        let moods: Vec<String> = template
            .mood_config
            .iter()
            .flat_map(|config| &config.moods)
            .map(|mood| mood.name.clone())
            .collect();
        let levels: Vec<u8> = template
            .hierarchical_config
            .iter()
            .flat_map(|config| &config.levels)
            .map(|level| level.minimum)
            .collect();
        let prepared = Prepared::new(Arc::new(template));
        for points in &levels {
            for mood in &moods {
                let options = CompileOptions {
                    affinity: f64::from(*points),
                    mood: Some(mood.clone()),
                    ..CompileOptions::default()
                };
                for compiled in prepared.compile_all(&options).unwrap() {
                    assert!(compiled.tokens <= 2_000, "{key}: {} tokens in {mood}", compiled.tokens);
                    assert_eq!(compiled.warnings, [], "{key}");
                    assert!(!json::compact(&compiled.request()).is_empty());
                }
            }
        }
    }
}

/// The prompt is the same for all targets, so it is written once and stands as `<prompt>` in the requests.
#[test]
fn prompt_and_requests_of_each_are_as_they_were() {
    let messages = vec![
        Message { role: Role::User, content: "Good evening.".to_owned() },
        Message { role: Role::Assistant, content: "Come in.".to_owned() },
        Message { role: Role::User, content: "How was the day?".to_owned() },
    ];
    let options = CompileOptions {
        affinity: 50.0,
        model: Some("model-1".to_owned()),
        max_output_tokens: Some(300),
        messages,
        ..CompileOptions::default()
    };
    for (key, template) in bundled() {
        let all = Prepared::new(Arc::new(template)).compile_all(&options).unwrap();
        let mut text = all[0].text.clone();
        for compiled in &all {
            let request = json::compact(&compiled.request());
            let prompt = json::compact(&Value::from(compiled.text.as_str()));
            assert!(request.contains(&prompt), "{key}");
            text += &format!("\n\n=== {:?}\n{}", compiled.target, request.replace(&prompt, "<prompt>"));
        }
        insta::assert_snapshot!(key, text);
    }
}

#[test]
fn every_trigger_of_a_mood_fires_for_a_person_who_says_just_that() {
    let packs = packs();
    for (key, template) in bundled() {
        for (mood, triggers) in template.mood_config.iter().flat_map(|config| &config.triggers) {
            for trigger in triggers {
                let context =
                    ObserveContext { language: None, template: Some(&template), after_assistant: false };
                let observation = observe(&packs, &trigger.phrase, &context);
                let fired = observation.mood_triggers.iter().any(|found| found.mood == *mood);
                assert!(fired, "{key}: \"{}\" does not set off {mood}", trigger.phrase);
            }
        }
    }
}
