//! Documents that cost more tokens than they need.

use super::Lint;
use crate::template::problem::ProblemCode;

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
}
