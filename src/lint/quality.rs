//! Documents too thin to sound like someone.

use super::Lint;
use crate::list::List;
use crate::order::repeated;
use crate::template::ProblemCode;
use crate::text::fold;

pub(super) fn check(lint: &mut Lint<'_>) {
    let template = lint.template;
    if template.persona.description.chars().count() < 10 {
        let message = "A longer description helps to find and to play this personality.";
        lint.suggest(ProblemCode::ShortDescription, "/persona/description", message);
    }
    if template.behavioral_rules.len() < 3 {
        lint.suggest(ProblemCode::FewRules, "/behavioral_rules", "Three rules or more give it a character.");
    }
    if template.sample_responses.len() < 2 {
        let message = "Two examples or more show how it speaks.";
        lint.suggest(ProblemCode::FewExamples, lint.section("/examples"), message);
    }
    if template.linguistic_profile.vocabulary.len() < 5 {
        let message = "Five typical words or more make its voice recognisable.";
        lint.suggest(ProblemCode::SmallVocabulary, "/linguistic_profile/vocabulary", message);
    }
    missing_triggers(lint);
    duplicate_rules(lint);
}

fn missing_triggers(lint: &mut Lint<'_>) {
    let triggers = &lint.template.trigger_responses;
    let all = [
        ("on_greeting", &triggers.on_greeting),
        ("on_confusion", &triggers.on_confusion),
        ("on_success", &triggers.on_success),
        ("on_error", &triggers.on_error),
        ("on_goodbye", &triggers.on_goodbye),
    ];
    let path = lint.section("/trigger_responses");
    for (name, lines) in all {
        if lines.is_empty() {
            lint.suggest(ProblemCode::MissingTrigger, path, &format!("There are no lines for {name}."));
        }
    }
}

fn duplicate_rules(lint: &mut Lint<'_>) {
    let folded: Vec<String> = lint.template.behavioral_rules.iter().map(|rule| fold(rule)).list();
    let texts: Vec<_> = folded.iter().map(|rule| Some(rule.as_str())).list();
    for (index, is_repeat) in repeated(&texts).into_iter().enumerate() {
        if is_repeat {
            let message = "An earlier rule says the same.";
            lint.suggest(ProblemCode::DuplicateRule, &format!("/behavioral_rules/{index}"), message);
        }
    }
}
