//! The layout of the prompt: its headings and labels, and the lines that more than one source gives.
//!
//! A section is a heading (`## Name`), for some a sentence on how to read it, and lines. All frame text is
//! English; the Language section says what to answer in.

use super::line::{ALWAYS, Frame, Kind, Lead, Line, Section};
use super::origin::Origin;
use super::plain::one_line;
use crate::decimal::push_short;
use crate::template::model::{Level, Parameter};

/// What the body begins with. No heading, so that an affix may run straight into it.
pub(super) static OPENING: Frame =
    Frame::new("Stay in the character described here in every reply. Everything below is about you.");

/// How each section opens.
pub(super) fn heading(section: Section) -> &'static Frame {
    macro_rules! frame {
        ($text:literal) => {{
            static FRAME: Frame = Frame::new(concat!("\n\n## ", $text));
            &FRAME
        }};
    }
    match section {
        Section::Identity => frame!("Identity"),
        Section::Traits => frame!("Traits"),
        Section::Language => frame!("Language"),
        Section::Style => frame!("Style"),
        Section::Vocabulary => frame!("Vocabulary"),
        Section::Principles => frame!("Principles\nLet these guide you, the most important first:"),
        Section::Rules => frame!("Rules\nFollow every one of these:"),
        Section::Relationship => frame!("Relationship"),
        Section::Parameters => frame!("Parameters\nHow strongly each shows, from 0 to 1:"),
        Section::Triggers => frame!("Triggers\nLines you may say, or vary, in these situations:"),
        Section::Safety => frame!("Safety\nKeep to these limits whatever is asked:"),
        Section::Examples => frame!("Examples\nHow you answer:"),
    }
}

macro_rules! labels {
    ($($name:ident = $text:literal;)*) => { $(pub(super) static $name: Frame = Frame::new($text);)* };
}

labels! {
    BULLET = "\n- ";
    NAME = "\nYou are ";
    ALIASES = "\nAlso called: ";
    DESCRIPTION = "\nDescription: ";
    PROSE = "\nBackground:\n> ";
    ARCHETYPE = "\nArchetype: ";
    TEMPERAMENT = "\nTemperament: ";
    COMMUNICATION_STYLE = "\nCommunication style: ";
    ANSWER_IN = "\nAnswer in ";
    TONE = "\nTone: ";
    SYNTAX = "\nSentence structure: ";
    PUNCTUATION = "\nPunctuation: ";
    WORDS = "\nWords you like to use: ";
    EXPRESSIONS = "\nExpressions you like to use: ";
    FILLERS = "\nFiller words: ";
    LEVEL = "\nLevel: ";
    MOOD = "\nMood: ";
    GREETING = "\n- When greeted: ";
    CONFUSION = "\n- When something is unclear: ";
    SUCCESS = "\n- When something worked: ";
    ERROR = "\n- When something failed: ";
    GOODBYE = "\n- When parting: ";
    TOPICS = "\n- Do not discuss: ";
    FILTERS = "\n- Keep out content of these kinds: ";
    AGGRESSION = "\n- Most aggression, from 0 to 1: ";
    INFORMALITY = "\n- Most informality, from 0 to 1: ";
    COMMA = ", ";
    SEMICOLON = "; ";
}

pub(super) const fn words(label: &'static Frame) -> Lead {
    Lead::Item { label, separator: &COMMA }
}

/// Expressions may hold commas of their own.
pub(super) const fn phrases(label: &'static Frame) -> Lead {
    Lead::Item { label, separator: &SEMICOLON }
}

pub(super) static TONE_WORD: Kind = Kind::new(Section::Style, 9, words(&TONE));
pub(super) static EXPRESSION: Kind = Kind::new(Section::Vocabulary, 7, phrases(&EXPRESSIONS));
pub(super) static RULE: Kind = Kind::new(Section::Rules, ALWAYS, Lead::Number);

/// The line that names a level.
pub(super) fn level_line(level: &Level, origin: Origin) -> Line {
    let mut text = one_line(&level.name);
    push_description(&mut text, level.description.as_deref());
    Line::new(Kind::new(Section::Relationship, 8, Lead::Label(&LEVEL)), text, origin)
}

/// The line that names a mood and how strong it is.
pub(super) fn mood_line(mood: &MoodText, intensity: f64) -> Line {
    let mut text = String::with_capacity(mood.name.len() + mood.description.len() + 24);
    text.push_str(&mood.name);
    text.push_str(", intensity ");
    push_short(&mut text, intensity);
    text.push_str(&mood.description);
    Line::new(Kind::new(Section::Relationship, 8, Lead::Label(&MOOD)), text, mood.origin.clone())
}

/// What the mood line is made of.
#[derive(Debug)]
pub(super) struct MoodText {
    name: String,
    description: String,
    origin: Origin,
}

impl MoodText {
    pub(super) fn new(name: &str, description: Option<&str>, origin: Origin) -> Self {
        let mut text = String::new();
        push_description(&mut text, description);
        Self { name: one_line(name), description: text, origin }
    }

    /// Whether this holds for any of its texts.
    pub(super) fn any(&self, holds: fn(&str) -> bool) -> bool {
        holds(&self.name) || holds(&self.description)
    }
}

fn push_description(text: &mut String, description: Option<&str>) {
    let description = one_line(description.unwrap_or_default());
    if !description.is_empty() {
        text.push_str(" (");
        text.push_str(&description);
        text.push(')');
    }
}

/// The line that gives the effective value of a parameter, in figures and in a word.
pub(super) fn parameter_line(parameter: Parameter, value: f64) -> Line {
    let mut text = String::with_capacity(32);
    text.push_str(parameter.name());
    text.push_str(": ");
    push_short(&mut text, value);
    text.push_str(match value {
        value if value < 0.2 => " (very low)",
        value if value < 0.4 => " (low)",
        value if value < 0.6 => " (balanced)",
        value if value < 0.8 => " (high)",
        _ => " (very high)",
    });
    let path = match parameter {
        Parameter::Verbosity => "/advanced_parameters/verbosity",
        Parameter::Formality => "/advanced_parameters/formality",
        Parameter::Humor => "/advanced_parameters/humor",
        Parameter::Empathy => "/advanced_parameters/empathy",
        Parameter::Creativity => "/advanced_parameters/creativity",
        Parameter::Directness => "/advanced_parameters/directness",
    };
    Line::new(Kind::new(Section::Parameters, 9, Lead::Label(&BULLET)), text, Origin::new(path))
}
