//! Macros of character cards in the lines of a prompt. Most templates have none: whether one has is found out once.

use super::base::quotation;
use super::line::{Kind, Line};
use super::options::CompileOptions;
use super::plain::one_line;
use crate::random::number_of;
use crate::template::Template;
use crate::text::{Macros, has_macros};

/// Who the person is where nobody says.
pub(crate) const SOMEBODY: &str = "User";
/// Where the prose of a card is.
pub(super) const PROSE_PATH: &str = "/extensions/luminoracore~1card/prose";

/// What macros stand for in one compile.
pub(super) struct Expansion<'a> {
    macros: Macros<'a>,
    prose: Option<&'a str>,
}

impl<'a> Expansion<'a> {
    pub(super) fn new(template: &'a Template, options: &'a CompileOptions) -> Self {
        let user = options.user.as_deref().map(str::trim).filter(|user| !user.is_empty());
        let macros = Macros {
            character: template.character(),
            user: user.unwrap_or(SOMEBODY),
            seed: options.seed,
            place: 0,
        };
        Self { macros, prose: template.card.prose.as_deref() }
    }

    /// The lines as they are shown. One of which nothing is left goes.
    pub(super) fn lines(&self, lines: &[&Line]) -> Vec<Line> {
        let mut expanded = Vec::with_capacity(lines.len());
        for line in lines {
            if !has_macros(&line.text) {
                expanded.push((*line).clone());
                continue;
            }
            let text = self.text_of(line);
            if !text.is_empty() {
                let kind = Kind::new(line.section, line.keep, line.lead);
                expanded.push(Line::new(kind, text, line.origin.clone()));
            }
        }
        expanded
    }

    /// A text that stands on its own, at a place that has a name.
    pub(super) fn text(&self, text: &str, place: &str) -> String {
        self.macros.at(number_of(place)).expand(text).into_owned()
    }

    fn text_of(&self, line: &Line) -> String {
        let path = line.origin.pointer();
        if let Some(prose) = self.prose.filter(|_| path == PROSE_PATH) {
            // As a whole, because a macro may go over several of its lines.
            return quotation(&self.text(prose, PROSE_PATH));
        }
        let macros = self.macros.at(number_of(&path));
        let mut text = String::with_capacity(line.text.len());
        for (index, part) in line.text.split('\n').enumerate() {
            if index > 0 {
                text.push('\n');
            }
            let shown = part.trim_start();
            text.push_str(part.strip_suffix(shown).unwrap_or_default());
            // What a macro stands for begins no line.
            text.push_str(&one_line(&macros.at(index as u64).expand(shown)));
        }
        text
    }
}
