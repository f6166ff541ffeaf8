//! The lines that depend on the template alone, with their keep values and their places in the document.

use std::borrow::Cow;
use std::collections::HashSet;

use super::changes::Additions;
use super::layout::{
    AGGRESSION, ALIASES, ANSWER_IN, ARCHETYPE, BULLET, COMMUNICATION_STYLE, CONFUSION, DESCRIPTION, ERROR,
    FILLERS, FILTERS, GOODBYE, GREETING, INFORMALITY, NAME, PROSE, PUNCTUATION, SUCCESS, SYNTAX, TEMPERAMENT,
    TOPICS, WORDS, expression_line, phrases, rule_line, tone_line, words,
};
use super::line::{ALWAYS, Lead, Line, Section};
use super::plain::{lines, one_line};
use crate::decimal::push_short;
use crate::template::Template;
use crate::template::model::SampleResponse;

/// The lines that depend on the template alone, split where a level or a mood adds to a list.
#[derive(Debug)]
pub(super) struct BaseLines {
    /// Identity up to the tone words.
    pub(super) to_tone: Vec<Line>,
    /// The rest of the style, up to the expressions.
    pub(super) to_expressions: Vec<Line>,
    /// Fillers and principles, up to the rules.
    pub(super) to_rules: Vec<Line>,
    /// What follows relationship and parameters: triggers, safety, examples.
    pub(super) rest: Vec<Line>,
    pub(super) tone_keys: HashSet<String>,
    pub(super) expression_keys: HashSet<String>,
    pub(super) rule_keys: HashSet<String>,
}

impl BaseLines {
    pub(super) fn new(template: &Template) -> Self {
        let profile = &template.linguistic_profile;
        let mut to_tone = Vec::new();
        identity(&mut to_tone, template);
        let tone = Additions::new(&profile.tone, &HashSet::new(), |index, text| {
            tone_line(text, format!("/linguistic_profile/tone/{index}"))
        });
        to_tone.extend(tone.lines);

        let mut to_expressions = Vec::new();
        style(&mut to_expressions, template);
        let expressions = Additions::new(&profile.expressions, &HashSet::new(), |index, text| {
            expression_line(text, format!("/linguistic_profile/expressions/{index}"))
        });
        to_expressions.extend(expressions.lines);

        let mut to_rules = Vec::new();
        let fillers = profile.fillers.iter().enumerate();
        push_all(
            &mut to_rules,
            fillers.map(|(index, filler)| {
                let keep = if index < 5 { 5 } else { 2 };
                let path = format!("/linguistic_profile/fillers/{index}");
                Line::new(Section::Vocabulary, keep, phrases(&FILLERS), one_line(filler), path)
            }),
        );
        principles(&mut to_rules, template);
        let rules = Additions::new(&template.behavioral_rules, &HashSet::new(), |index, text| {
            rule_line(text, format!("/behavioral_rules/{index}"))
        });
        to_rules.extend(rules.lines);

        let mut rest = Vec::new();
        triggers(&mut rest, template);
        safety(&mut rest, template);
        examples(&mut rest, template);
        Self {
            to_tone,
            to_expressions,
            to_rules,
            rest,
            tone_keys: tone.seen,
            expression_keys: expressions.seen,
            rule_keys: rules.seen,
        }
    }

    /// Every line, in prompt order.
    pub(super) fn all(&self) -> impl Iterator<Item = &Line> {
        self.to_tone.iter().chain(&self.to_expressions).chain(&self.to_rules).chain(&self.rest)
    }
}

fn identity(lines_out: &mut Vec<Line>, template: &Template) {
    let persona = &template.persona;
    let label = |section, label, text: &str, path| {
        Line::new(section, ALWAYS, Lead::Label(label), one_line(text), Cow::Borrowed(path))
    };
    let name = format!("{}.", one_line(&persona.name));
    push(lines_out, label(Section::Identity, &NAME, &name, "/persona/name"));
    let aliases = persona.aliases.iter().enumerate();
    push_all(
        lines_out,
        aliases.map(|(index, alias)| {
            let path = format!("/persona/aliases/{index}");
            Line::new(Section::Identity, ALWAYS, phrases(&ALIASES), one_line(alias), path)
        }),
    );
    push(lines_out, label(Section::Identity, &DESCRIPTION, &persona.description, "/persona/description"));
    if let Some(prose) = &template.card_prose {
        // Shown line by line as a quotation: its own line breaks stay, and none of its lines opens a section.
        let text = lines(prose).collect::<Vec<_>>().join("\n> ");
        let path = "/extensions/luminoracore~1card/prose";
        push(lines_out, Line::new(Section::Identity, 6, Lead::Label(&PROSE), text, path));
    }
    let traits = &template.core_traits;
    let style = &traits.communication_style;
    push(lines_out, label(Section::Traits, &ARCHETYPE, &traits.archetype, "/core_traits/archetype"));
    push(lines_out, label(Section::Traits, &TEMPERAMENT, &traits.temperament, "/core_traits/temperament"));
    push(lines_out, label(Section::Traits, &COMMUNICATION_STYLE, style, "/core_traits/communication_style"));
    let language = format!("{}.", language_name(&persona.language));
    push(lines_out, label(Section::Language, &ANSWER_IN, &language, "/persona/language"));
}

/// The English name of a language of the format.
fn language_name(code: &str) -> &str {
    match code {
        "en" => "English",
        "es" => "Spanish",
        "fr" => "French",
        "de" => "German",
        "it" => "Italian",
        "pt" => "Portuguese",
        "zh" => "Chinese",
        "ja" => "Japanese",
        "ko" => "Korean",
        "ru" => "Russian",
        other => other,
    }
}

fn style(lines_out: &mut Vec<Line>, template: &Template) {
    let profile = &template.linguistic_profile;
    let label = |label, text: &str, path| {
        Line::new(Section::Style, 9, Lead::Label(label), one_line(text), Cow::Borrowed(path))
    };
    push(lines_out, label(&SYNTAX, &profile.syntax, "/linguistic_profile/syntax"));
    if let Some(punctuation) = &profile.punctuation_style {
        push(lines_out, label(&PUNCTUATION, punctuation, "/linguistic_profile/punctuation_style"));
    }
    // Vocabulary is the author's word list: only repeats go, while words that differ in an accent stay apart.
    let mut seen = HashSet::new();
    for (index, word) in profile.vocabulary.iter().enumerate() {
        let text = one_line(word);
        if seen.insert(text.clone()) {
            let keep = if seen.len() <= 10 { 7 } else { 3 };
            let path = format!("/linguistic_profile/vocabulary/{index}");
            push(lines_out, Line::new(Section::Vocabulary, keep, words(&WORDS), text, path));
        }
    }
}

fn principles(lines_out: &mut Vec<Line>, template: &Template) {
    let mut order: Vec<_> = template.principles.iter().enumerate().collect();
    crate::order::sort_by(&mut order, |(_, a), (_, b)| b.weight.total_cmp(&a.weight));
    push_all(
        lines_out,
        order.into_iter().map(|(index, principle)| {
            let path = format!("/principles/{index}");
            Line::new(Section::Principles, 8, Lead::Label(&BULLET), one_line(&principle.text), path)
        }),
    );
}

fn triggers(lines_out: &mut Vec<Line>, template: &Template) {
    let responses = &template.trigger_responses;
    let all = [
        (&GREETING, "on_greeting", &responses.on_greeting),
        (&CONFUSION, "on_confusion", &responses.on_confusion),
        (&SUCCESS, "on_success", &responses.on_success),
        (&ERROR, "on_error", &responses.on_error),
        (&GOODBYE, "on_goodbye", &responses.on_goodbye),
    ];
    for (label, key, responses) in all {
        push_all(
            lines_out,
            responses.iter().enumerate().map(|(index, response)| {
                let keep = if index == 0 { 6 } else { 3 };
                let path = format!("/trigger_responses/{key}/{index}");
                Line::new(Section::Triggers, keep, Lead::Label(label), one_line(response), path)
            }),
        );
    }
}

fn safety(lines_out: &mut Vec<Line>, template: &Template) {
    let Some(guards) = &template.safety_guards else { return };
    let lists = [
        (phrases(&TOPICS), "forbidden_topics", &guards.forbidden_topics),
        (words(&FILTERS), "content_filters", &guards.content_filters),
    ];
    for (lead, key, items) in lists {
        push_all(
            lines_out,
            items.iter().enumerate().map(|(index, item)| {
                let path = format!("/safety_guards/{key}/{index}");
                Line::new(Section::Safety, ALWAYS, lead, one_line(item), path)
            }),
        );
    }
    let limits = [
        (&AGGRESSION, "/safety_guards/tone_limits/max_aggression", guards.max_aggression),
        (&INFORMALITY, "/safety_guards/tone_limits/max_informality", guards.max_informality),
    ];
    for (label, path, limit) in limits {
        if let Some(limit) = limit {
            let mut text = String::new();
            push_short(&mut text, limit);
            push(lines_out, Line::new(Section::Safety, ALWAYS, Lead::Label(label), text, path));
        }
    }
}

fn examples(lines_out: &mut Vec<Line>, template: &Template) {
    push_all(
        lines_out,
        template.sample_responses.iter().enumerate().map(|(index, sample)| {
            let keep = if index < 2 { 5 } else { 2 };
            let path = format!("/examples/sample_responses/{index}");
            Line::new(Section::Examples, keep, Lead::Label(&BULLET), example_text(sample), path)
        }),
    );
}

fn example_text(sample: &SampleResponse) -> String {
    let input = one_line(&sample.input);
    let output = one_line(&sample.output);
    let context = one_line(sample.context.as_deref().unwrap_or_default());
    if context.is_empty() {
        format!("They say: {input}\n  You answer: {output}")
    } else {
        format!("Situation: {context}\n  They say: {input}\n  You answer: {output}")
    }
}

/// Keeps a line unless it has nothing to say.
fn push(lines_out: &mut Vec<Line>, line: Line) {
    if !line.text.is_empty() {
        lines_out.push(line);
    }
}

fn push_all(lines_out: &mut Vec<Line>, lines: impl Iterator<Item = Line>) {
    lines_out.extend(lines.filter(|line| !line.text.is_empty()));
}
