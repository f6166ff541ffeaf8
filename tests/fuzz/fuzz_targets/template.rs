//! Whatever the document: its problems are found, and what is valid can be compiled and read again.

#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use luminoracore::compile::{CompileOptions, Prepared};
use luminoracore::json;
use luminoracore::lint::{ValidateOptions, validate};
use luminoracore::template::{Severity, Template};

fuzz_target!(|bytes: &[u8]| {
    let validation = validate(bytes, ValidateOptions { strict: false, lint: true });
    let errors = validation.problems.iter().filter(|problem| problem.severity == Severity::Error).count();
    assert_eq!(validation.valid, errors == 0);
    assert_eq!(validation.template.is_some(), validation.valid);
    let Some(template) = validation.template else { return };
    let again = Template::parse(json::compact(&template.document).as_bytes()).expect("it was valid");
    assert_eq!(again, template);
    let prepared = Prepared::new(Arc::new(template));
    for affinity in [0.0, 50.0, 100.0] {
        let options = CompileOptions { affinity, ..CompileOptions::default() };
        for compiled in prepared.compile_all(&options).expect("the options are good") {
            assert!(!compiled.text.is_empty());
            let _ = compiled.request();
        }
    }
});
