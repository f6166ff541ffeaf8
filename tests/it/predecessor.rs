//! The personality files of the first implementation of the standard: whoever holds one can use it here.

use std::sync::Arc;

use luminoracore::compile::{CompileOptions, Prepared};
use luminoracore::lint::{ValidateOptions, validate};
use luminoracore::template::{Severity, Template};

use crate::sample::document;

fn files() -> Vec<(String, Vec<u8>)> {
    let folder = format!("{}/tests/cases/luminoracore", env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        files.push((path.display().to_string(), std::fs::read(&path).unwrap()));
    }
    files
}

#[test]
fn every_file_loads_without_errors_and_compiles_for_every_target_at_every_level_and_in_every_mood() {
    let files = files();
    assert_eq!(files.len(), 12);
    for (path, bytes) in files {
        let validation = validate(&bytes, ValidateOptions { strict: false, lint: true });
        assert_eq!(validation.counts.errors, 0, "{path}");
        assert!(validation.problems.iter().all(|problem| problem.severity != Severity::Error));
        let template = Arc::new(Template::parse(&bytes).unwrap());
        let prepared = Prepared::new(Arc::clone(&template));
        let moods = template.mood_config.iter().flat_map(|config| &config.moods);
        let moods: Vec<Option<String>> = moods.map(|mood| Some(mood.name.clone())).chain([None]).collect();
        for points in [0, 10, 20, 21, 40, 41, 60, 61, 80, 81, 100] {
            for mood in &moods {
                let affinity = f64::from(points);
                let options = CompileOptions { affinity, mood: mood.clone(), ..CompileOptions::default() };
                let all = prepared.compile_all(&options).unwrap_or_else(|error| panic!("{path}: {error}"));
                assert_eq!(all.len(), 8);
                assert!(
                    all.iter().all(|compiled| compiled.text == all[0].text && compiled.dropped.is_empty())
                );
            }
        }
    }
}

#[test]
fn every_file_is_written_back_as_it_was_read() {
    for (path, bytes) in files() {
        let read: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        let template = Template::parse(&bytes).unwrap();
        let written = document(&template);
        // Text against text, so that the order of keys counts; numbers as JavaScript has them.
        let canonical_numbers =
            |value: &serde_json::Value| value.to_string().replace(".0,", ",").replace(".0}", "}");
        assert_eq!(canonical_numbers(&written), canonical_numbers(&read), "{path}");
    }
}
