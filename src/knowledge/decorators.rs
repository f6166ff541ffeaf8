//! Decorators: the lines `@@name value` with which the content of an entry may begin. A line `@@@name value` counts
//! when the one before it did not.

use crate::compile::Role;
use crate::template::knowledge::Position;

/// What the decorators of one entry say.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Decorators {
    /// Not before the personality has spoken so often.
    pub(super) activate_only_after: Option<u32>,
    /// Only when the number of times it has spoken is a multiple; at least 1.
    pub(super) activate_only_every: Option<u32>,
    /// Once found, always found.
    pub(super) keep_activate_after_match: bool,
    /// Once found, never again.
    pub(super) dont_activate_after_match: bool,
    /// Shown in the conversation, with so many messages behind it.
    pub(super) depth: Option<u32>,
    /// Who says it there.
    pub(super) role: Option<Role>,
    /// In place of the depth of the whole knowledge.
    pub(super) scan_depth: Option<u32>,
    /// In place of the position of the entry.
    pub(super) position: Option<Position>,
    /// Of each list one has to be mentioned as well.
    pub(super) additional_keys: Vec<Vec<String>>,
    /// None of them may be mentioned.
    pub(super) exclude_keys: Vec<String>,
    /// Always found.
    pub(super) activate: bool,
    /// Never found, unless `activate` is there too.
    pub(super) dont_activate: bool,
    /// The first to be dropped.
    pub(super) ignore_on_max_context: bool,
}

/// A content without its decorators.
#[derive(Debug, PartialEq)]
pub(super) struct Decorated<'a> {
    pub(super) decorators: Decorators,
    /// Names of those that are unknown, have a value that they cannot have, or are there twice.
    pub(super) ignored: Vec<&'a str>,
    pub(super) content: &'a str,
}

/// Takes the decorators off a content.
pub(super) fn read(content: &str) -> Decorated<'_> {
    let mut decorators = Decorators::default();
    let mut ignored = Vec::new();
    let mut seen = Vec::new();
    // Whether the decorator before, or a fallback of it, counts.
    let mut counts = true;
    let mut rest = content.trim();
    while let Some(line) = rest.strip_prefix("@@") {
        let (line, after) = line.split_once('\n').unwrap_or((line, ""));
        let (line, fallback) = line.strip_prefix('@').map_or((line, false), |line| (line, true));
        let line = line.trim_end();
        let (name, value) = line.split_once([' ', '\t']).unwrap_or((line, ""));
        if name.is_empty() {
            break;
        }
        if !fallback || !counts {
            counts = !seen.contains(&name) && decorators.take(name, value.trim()).is_some();
            if !counts {
                ignored.push(name);
            } else if name != "additional_keys" {
                seen.push(name);
            }
        }
        rest = after.trim_start();
    }
    Decorated { decorators, ignored, content: rest }
}

impl Decorators {
    /// Takes one; `None` when it is unknown or cannot have this value.
    fn take(&mut self, name: &str, value: &str) -> Option<()> {
        match name {
            "activate_only_after" => self.activate_only_after = Some(count(value)?),
            "activate_only_every" => {
                self.activate_only_every = Some(count(value).filter(|every| *every > 0)?);
            }
            "depth" => self.depth = Some(count(value)?),
            "scan_depth" => self.scan_depth = Some(count(value)?),
            "role" => {
                self.role = Some(match value {
                    "user" => Role::User,
                    "assistant" => Role::Assistant,
                    "system" => Role::System,
                    _ => return None,
                });
            }
            "position" => {
                self.position = Some(match value {
                    "before_desc" => Position::BeforeCharacter,
                    "after_desc" => Position::AfterCharacter,
                    _ => return None,
                });
            }
            "additional_keys" => self.additional_keys.push(list(value)?),
            "exclude_keys" => self.exclude_keys = list(value)?,
            _ => {
                let flag = match name {
                    "keep_activate_after_match" => &mut self.keep_activate_after_match,
                    "dont_activate_after_match" => &mut self.dont_activate_after_match,
                    "activate" => &mut self.activate,
                    "dont_activate" => &mut self.dont_activate,
                    "ignore_on_max_context" => &mut self.ignore_on_max_context,
                    _ => return None,
                };
                if !matches!(value, "" | "true") {
                    return None;
                }
                *flag = true;
            }
        }
        Some(())
    }
}

/// A whole number; one below 0 counts as 0.
fn count(value: &str) -> Option<u32> {
    match value.strip_prefix('-') {
        Some(digits) => digits.parse::<u32>().ok().map(|_| 0),
        None => value.parse().ok(),
    }
}

/// Texts between commas.
fn list(value: &str) -> Option<Vec<String>> {
    let mut texts = Vec::new();
    for text in value.split(',').map(str::trim).filter(|text| !text.is_empty()) {
        texts.push(text.to_owned());
    }
    (!texts.is_empty()).then_some(texts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decorators_are_taken_off() {
        let read = read(
            "\n@@depth 3\r\n@@role assistant\n\n@@additional_keys a, b\n@@additional_keys c\n@@activate\n\nText.\n@@depth 9\n",
        );
        assert_eq!(
            read.decorators,
            Decorators {
                depth: Some(3),
                role: Some(Role::Assistant),
                additional_keys: vec![vec!["a".to_owned(), "b".to_owned()], vec!["c".to_owned()]],
                activate: true,
                ..Decorators::default()
            }
        );
        assert_eq!(read.content, "Text.\n@@depth 9");
        assert!(read.ignored.is_empty());
    }

    #[test]
    fn a_fallback_counts_when_nothing_before_it_does() {
        let depth = |content| (read(content).decorators.depth, read(content).ignored);
        assert_eq!(depth("@@depth 1\n@@@depth 2\nx"), (Some(1), vec![]));
        assert_eq!(depth("@@other_app 1\n@@@depth 2\nx"), (Some(2), vec!["other_app"]));
        assert_eq!(depth("@@a\n@@@b\n@@@depth 2\n@@@scan_depth 1"), (Some(2), vec!["a", "b"]));
        assert_eq!(depth("@@depth x\n@@@depth 2"), (Some(2), vec!["depth"]));
        assert_eq!(depth("@@@depth 2\nx"), (None, vec![]));
        assert_eq!(read("@@a\n@@@depth 2\n@@@scan_depth 1").decorators.scan_depth, None);
    }

    #[test]
    fn what_is_unknown_has_a_wrong_value_or_is_there_twice_is_ignored() {
        for (content, ignored) in [
            ("@@depth\nx", vec!["depth"]),
            ("@@depth 1.5\nx", vec!["depth"]),
            ("@@depth 1\n@@depth 2\nx", vec!["depth"]),
            ("@@activate_only_every 0\nx", vec!["activate_only_every"]),
            ("@@role narrator\nx", vec!["role"]),
            ("@@position scenario\nx", vec!["position"]),
            ("@@exclude_keys ,\nx", vec!["exclude_keys"]),
            ("@@activate no\nx", vec!["activate"]),
            ("@@is_greeting 1\nx", vec!["is_greeting"]),
            ("@@depth -1\nx", vec![]),
        ] {
            assert_eq!((read(content).ignored, read(content).content), (ignored, "x"), "{content}");
        }
        assert_eq!(read("@@depth -1").decorators.depth, Some(0));
        assert_eq!(read("@@ x").content, "@@ x");
        assert_eq!(read("@@activate").content, "");
    }
}
