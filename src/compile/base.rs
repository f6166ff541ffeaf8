//! The lines that depend on the template alone, with their keep values and their places in the document.

use super::changes::{Additions, Keys};
use super::expand::PROSE_PATH;
use super::layout::{
    AGGRESSION, ALIASES, ANSWER_IN, ARCHETYPE, BULLET, COMMUNICATION_STYLE, CONFUSION, DESCRIPTION, ERROR,
    EXPRESSION, FILLERS, FILTERS, GOODBYE, GREETING, INFORMALITY, NAME, PROSE, PUNCTUATION, RULE, SUCCESS,
    SYNTAX, TEMPERAMENT, TONE_WORD, TOPICS, WORDS, phrases, words,
};
use super::line::{ALWAYS, Frame, Kind, Lead, Line, Section};
use super::origin::Origin;
use super::plain::{lines, one_line};
use crate::decimal::push_short;
use crate::list::List;
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
    pub(super) tone_keys: Keys,
    pub(super) expression_keys: Keys,
    pub(super) rule_keys: Keys,
}

impl BaseLines {
    pub(super) fn new(template: &Template) -> Self {
        let profile = &template.linguistic_profile;
        let none = Keys::default();
        let mut to_tone = Vec::new();
        identity(&mut to_tone, template);
        let list = Origin::new("/linguistic_profile/tone");
        let mut tone = Additions::new(&profile.tone, &none, TONE_WORD, &list);
        to_tone.append(&mut tone.lines);

        let mut to_expressions = Vec::new();
        style(&mut to_expressions, template);
        let list = Origin::new("/linguistic_profile/expressions");
        let mut expressions = Additions::new(&profile.expressions, &none, EXPRESSION, &list);
        to_expressions.append(&mut expressions.lines);

        let mut to_rules = Vec::new();
        let fillers = Kind::new(Section::Vocabulary, 2, phrases(&FILLERS));
        push_list(&mut to_rules, fillers, (5, 5), &profile.fillers, "/linguistic_profile/fillers");
        principles(&mut to_rules, template);
        let list = Origin::new("/behavioral_rules");
        let mut rules = Additions::new(&template.behavioral_rules, &none, RULE, &list);
        to_rules.append(&mut rules.lines);

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

    /// Whether this holds for any of the texts.
    pub(super) fn any_text(&self, holds: fn(&str) -> bool) -> bool {
        let lists = [&self.to_tone, &self.to_expressions, &self.to_rules, &self.rest];
        lists.iter().any(|lines| lines.iter().any(|line| holds(&line.text)))
    }
}

fn identity(lines_out: &mut Vec<Line>, template: &Template) {
    let persona = &template.persona;
    let name = format!("{}.", one_line(&persona.name));
    push_label(lines_out, Section::Identity, ALWAYS, &NAME, &name, "/persona/name");
    let aliases = Kind::new(Section::Identity, ALWAYS, phrases(&ALIASES));
    push_list(lines_out, aliases, (0, ALWAYS), &persona.aliases, "/persona/aliases");
    let description = &persona.description;
    push_label(lines_out, Section::Identity, ALWAYS, &DESCRIPTION, description, "/persona/description");
    if let Some(prose) = &template.card.prose {
        let kind = Kind::new(Section::Identity, 6, Lead::Label(&PROSE));
        push(lines_out, kind, quotation(prose), Origin::new(PROSE_PATH));
    }
    let traits = &template.core_traits;
    for (label, text, path) in [
        (&ARCHETYPE, &traits.archetype, "/core_traits/archetype"),
        (&TEMPERAMENT, &traits.temperament, "/core_traits/temperament"),
        (&COMMUNICATION_STYLE, &traits.communication_style, "/core_traits/communication_style"),
    ] {
        push_label(lines_out, Section::Traits, ALWAYS, label, text, path);
    }
    let language = format!("{}.", language_name(&persona.language));
    push_label(lines_out, Section::Language, ALWAYS, &ANSWER_IN, &language, "/persona/language");
}

/// A text line by line as a quotation: its own line breaks stay, and none of its lines opens a section.
pub(super) fn quotation(text: &str) -> String {
    lines(text).list().join("\n> ")
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
    push_label(lines_out, Section::Style, 9, &SYNTAX, &profile.syntax, "/linguistic_profile/syntax");
    if let Some(style) = &profile.punctuation_style {
        let path = "/linguistic_profile/punctuation_style";
        push_label(lines_out, Section::Style, 9, &PUNCTUATION, style, path);
    }
    // Vocabulary is the author's word list: only repeats go, while words that differ in an accent stay apart.
    let mut seen = Keys::default();
    let mut different = 0;
    let list = Origin::new("/linguistic_profile/vocabulary");
    for (index, word) in profile.vocabulary.iter().enumerate() {
        let text = one_line(word);
        if seen.insert(&text) {
            different += 1;
            let keep = if different <= 10 { 7 } else { 3 };
            push(lines_out, Kind::new(Section::Vocabulary, keep, words(&WORDS)), text, list.item(index));
        }
    }
}

fn principles(lines_out: &mut Vec<Line>, template: &Template) {
    let mut order: Vec<_> = template.principles.iter().enumerate().collect();
    crate::order::sort_by(&mut order, |(_, a), (_, b)| b.weight.total_cmp(&a.weight));
    let kind = Kind::new(Section::Principles, 8, Lead::Label(&BULLET));
    let list = Origin::new("/principles");
    for (index, principle) in order {
        push(lines_out, kind, one_line(&principle.text), list.item(index));
    }
}

fn triggers(lines_out: &mut Vec<Line>, template: &Template) {
    let responses = &template.trigger_responses;
    for (label, path, responses) in [
        (&GREETING, "/trigger_responses/on_greeting", &responses.on_greeting),
        (&CONFUSION, "/trigger_responses/on_confusion", &responses.on_confusion),
        (&SUCCESS, "/trigger_responses/on_success", &responses.on_success),
        (&ERROR, "/trigger_responses/on_error", &responses.on_error),
        (&GOODBYE, "/trigger_responses/on_goodbye", &responses.on_goodbye),
    ] {
        let kind = Kind::new(Section::Triggers, 3, Lead::Label(label));
        push_list(lines_out, kind, (1, 6), responses, path);
    }
}

fn safety(lines_out: &mut Vec<Line>, template: &Template) {
    let Some(guards) = &template.safety_guards else { return };
    for (lead, path, items) in [
        (phrases(&TOPICS), "/safety_guards/forbidden_topics", &guards.forbidden_topics),
        (words(&FILTERS), "/safety_guards/content_filters", &guards.content_filters),
    ] {
        push_list(lines_out, Kind::new(Section::Safety, ALWAYS, lead), (0, ALWAYS), items, path);
    }
    for (label, path, limit) in [
        (&AGGRESSION, "/safety_guards/tone_limits/max_aggression", guards.max_aggression),
        (&INFORMALITY, "/safety_guards/tone_limits/max_informality", guards.max_informality),
    ] {
        if let Some(limit) = limit {
            let mut text = String::new();
            push_short(&mut text, limit);
            push_label(lines_out, Section::Safety, ALWAYS, label, &text, path);
        }
    }
}

fn examples(lines_out: &mut Vec<Line>, template: &Template) {
    let list = Origin::new("/examples/sample_responses");
    for (index, sample) in template.sample_responses.iter().enumerate() {
        let keep = if index < 2 { 5 } else { 2 };
        let kind = Kind::new(Section::Examples, keep, Lead::Label(&BULLET));
        push(lines_out, kind, example_text(sample), list.item(index));
    }
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

/// Adds a line unless it has nothing to say.
fn push(lines_out: &mut Vec<Line>, kind: Kind, text: String, origin: Origin) {
    if !text.is_empty() {
        lines_out.push(Line::new(kind, text, origin));
    }
}

/// One line behind a label.
fn push_label(
    lines_out: &mut Vec<Line>,
    section: Section,
    keep: u8,
    label: &'static Frame,
    text: &str,
    path: &'static str,
) {
    push(lines_out, Kind::new(section, keep, Lead::Label(label)), one_line(text), Origin::new(path));
}

/// A line for each text of the list at `path`. The first ones, as many as `preferred` says, have its keep value
/// in place of that of the kind.
fn push_list(
    lines_out: &mut Vec<Line>,
    kind: Kind,
    preferred: (usize, u8),
    items: &[String],
    path: &'static str,
) {
    let list = Origin::new(path);
    for (index, item) in items.iter().enumerate() {
        let keep = if index < preferred.0 { preferred.1 } else { kind.keep };
        push(lines_out, Kind { keep, ..kind }, one_line(item), list.item(index));
    }
}
