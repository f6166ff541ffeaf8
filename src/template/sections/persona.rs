//! `persona`.

use crate::json::Value;

use crate::template::model::Persona;
use crate::template::problem::ProblemCode;
use crate::template::reader::values::{text, texts};
use crate::template::reader::{Node, Rule, optional, required};
use crate::template::words;

pub(super) static PERSONA: Rule = Rule::Object(&[
    required("name", &Rule::String(1, 100)),
    required("version", &Rule::And(&Rule::String(0, 50), check_version)),
    required("description", &Rule::String(1, 500)),
    required("author", &Rule::String(1, 100)),
    required("language", &Rule::OneOf(words::LANGUAGES)),
    required("compatibility", &Rule::Set(1, 1000, &Rule::Word(words::COMPATIBILITY))),
    optional("tags", &Rule::Set(0, 1000, &Rule::String(1, 50))),
    optional("aliases", &Rule::Set(0, 20, &Rule::String(1, 100))),
]);

pub(super) fn persona(persona: &Value) -> Persona {
    Persona {
        name: text(persona, "name"),
        version: text(persona, "version"),
        description: text(persona, "description"),
        author: text(persona, "author"),
        language: text(persona, "language"),
        compatibility: texts(persona, "compatibility"),
        tags: texts(persona, "tags"),
        aliases: texts(persona, "aliases"),
    }
}

/// Whether a text is a version: `N.N.N`, in at most 50 characters.
pub(crate) fn is_version(text: &str) -> bool {
    text.len() <= 50 && three_numbers(text).is_some()
}

fn check_version(node: &Node<'_>) {
    if !is_version(node.text()) {
        node.error(ProblemCode::BadVersion, "A version is three numbers with two dots, such as 1.0.0.");
    }
}

/// The parts of `N.N.N`: ASCII digits and nothing else.
pub(super) fn three_numbers(text: &str) -> Option<[&str; 3]> {
    let mut parts = text.split('.');
    let numbers = [parts.next()?, parts.next()?, parts.next()?];
    let is_number = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    (parts.next().is_none() && numbers.iter().all(is_number)).then_some(numbers)
}
