//! What a character card sets around the whole prompt: its own system prompt and its instructions behind the history.

use crate::template::model::CardTexts;
use crate::text::find;

/// What stands for the prompt in the texts of a card.
const ORIGINAL: &str = "{{original}}";

/// The texts before and behind the prompt of a personality that was a card.
///
/// A card's system prompt that says `{{original}}` has the prompt there; one that does not stands before it, because
/// without the prompt the model would not know who it is. The same goes for the instructions behind the history,
/// which stand behind the prompt.
#[derive(Debug, Default)]
pub(super) struct Wrap {
    pub(super) before: String,
    pub(super) after: String,
}

impl Wrap {
    pub(super) fn new(card: &CardTexts) -> Self {
        let (system, history) = (card.system_prompt.trim(), card.post_history_instructions.trim());
        let (before, after) = match (split(system), split(history)) {
            (Some((before, after)), _) => (before.to_owned(), join(after, history)),
            (None, Some((before, after))) => (join(system, before), after.to_owned()),
            (None, None) => (system.to_owned(), history.to_owned()),
        };
        Self { before: without_original(before), after: without_original(after) }
    }
}

/// Two texts, one a line behind the other.
pub(super) fn join(first: &str, second: &str) -> String {
    let is_apart = first.is_empty()
        || second.is_empty()
        || first.ends_with(char::is_whitespace)
        || second.starts_with(char::is_whitespace);
    [first, if is_apart { "" } else { "\n" }, second].concat()
}

/// What stands before and behind the place of the prompt.
fn split(text: &str) -> Option<(&str, &str)> {
    let at = find(&text.to_ascii_lowercase(), ORIGINAL, 0)?;
    let (before, rest) = text.split_at_checked(at)?;
    Some((before, rest.get(ORIGINAL.len()..)?))
}

/// The prompt stands at one place only.
fn without_original(mut text: String) -> String {
    while let Some((before, after)) = split(&text) {
        text = [before, after].concat();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prompt_stands_where_the_card_says_or_between_its_texts() {
        for (system_prompt, history, before, after) in [
            ("", "", "", ""),
            (" ", "\n", "", ""),
            ("One.", "Two.", "One.", "Two."),
            ("One. {{original}} Two.", "Three.", "One. ", " Two.\nThree."),
            ("{{Original}}", "Three.", "", "Three."),
            ("One.", "Two. {{ORIGINAL}}\nThree.", "One.\nTwo. ", "\nThree."),
            ("{{original}} a {{original}}", "b {{original}}", "", " a \nb"),
            ("{{orig{{original}}inal}}", "", "{{orig", "inal}}"),
            ("é{{original}}É", "", "é", "É"),
        ] {
            let card = CardTexts {
                system_prompt: system_prompt.to_owned(),
                post_history_instructions: history.to_owned(),
                ..CardTexts::default()
            };
            let wrap = Wrap::new(&card);
            assert_eq!((wrap.before.as_str(), wrap.after.trim_end()), (before, after), "{system_prompt:?}");
        }
    }
}
