//! Documents that cost more tokens than they need.

use super::Lint;
use std::sync::Arc;

use crate::compile::{CompileOptions, Prepared};
use crate::template::ProblemCode;

/// Tokens above which a prompt is long.
const LONG_PROMPT: u32 = 2000;

pub(super) fn check(lint: &mut Lint<'_>) {
    let template = lint.template;
    let triggers = &template.trigger_responses;
    let lines = triggers.on_greeting.len()
        + triggers.on_confusion.len()
        + triggers.on_success.len()
        + triggers.on_error.len()
        + triggers.on_goodbye.len();
    let lengths = [
        (
            ProblemCode::LongVocabulary,
            "/linguistic_profile/vocabulary",
            template.linguistic_profile.vocabulary.len(),
            30,
        ),
        (ProblemCode::ManyRules, "/behavioral_rules", template.behavioral_rules.len(), 20),
        (ProblemCode::ManyExamples, "/examples/sample_responses", template.sample_responses.len(), 10),
        (ProblemCode::ManyTriggers, "/trigger_responses", lines, 20),
    ];
    for (code, path, length, most) in lengths {
        if length > most {
            lint.suggest(code, path, &format!("More than {most} cost tokens in every prompt."));
        }
    }
    long_prompt(lint);
}

/// The prompt as a relationship begins: at 0 points, in the default mood.
fn long_prompt(lint: &mut Lint<'_>) {
    let prepared = Prepared::new(Arc::clone(lint.template));
    // Without a limit, every template compiles.
    let parts = prepared.parts(&CompileOptions::default(), u32::MAX);
    let tokens = parts.map_or(0, |parts| parts.tokens());
    if tokens > LONG_PROMPT {
        let message = format!("The prompt has about {tokens} tokens; models follow a shorter one better.");
        lint.suggest(ProblemCode::LongPrompt, "", &message);
    }
}
