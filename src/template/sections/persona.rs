//! `persona`.

use crate::template::model::Persona;
use crate::template::problem::ProblemCode;
use crate::template::reader::{Node, one_of, set, string, word};
use crate::template::words;

pub(super) fn persona(node: &Node<'_>) -> Option<Persona> {
    node.object(|keys| Persona {
        name: keys.required("name", string(1..=100)),
        version: keys.required("version", version),
        description: keys.required("description", string(1..=500)),
        author: keys.required("author", string(1..=100)),
        language: keys.required("language", one_of(words::LANGUAGES)),
        compatibility: keys.required("compatibility", set(1..=1000, word(words::COMPATIBILITY))),
        tags: keys.optional("tags", set(0..=1000, string(1..=50))).unwrap_or_default(),
        aliases: keys.optional("aliases", set(0..=20, string(1..=100))).unwrap_or_default(),
    })
}

fn version(node: &Node<'_>) -> Option<String> {
    let text = string(0..=50)(node)?;
    if three_numbers(&text).is_none() {
        node.error(ProblemCode::BadVersion, "A version is three numbers with two dots, such as 1.0.0.");
        return None;
    }
    Some(text)
}

/// The parts of `N.N.N`: ASCII digits and nothing else.
pub(super) fn three_numbers(text: &str) -> Option<[&str; 3]> {
    let mut parts = text.split('.');
    let numbers = [parts.next()?, parts.next()?, parts.next()?];
    let is_number = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    (parts.next().is_none() && numbers.iter().all(is_number)).then_some(numbers)
}
