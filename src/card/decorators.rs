//! Decorators: the lines `@@name value` with which the content of a V3 knowledge entry may begin.

/// The content without its decorators, for readers that would show them.
pub(super) fn without_decorators(content: &str) -> &str {
    let mut rest = content;
    while rest.trim_start().starts_with("@@") {
        rest = rest.trim_start().split_once('\n').map_or("", |(_, rest)| rest);
    }
    if rest.len() < content.len() { rest.trim_start_matches(['\r', '\n']) } else { content }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_leading_decorators_go() {
        for (content, expected) in [
            ("@@depth 4\n@@@role user\r\n\nThe tide.\n@@ stays", "The tide.\n@@ stays"),
            ("\n plain", "\n plain"),
            ("\n@@constant", ""),
            ("@@", ""),
            ("", ""),
        ] {
            assert_eq!(without_decorators(content), expected, "{content:?}");
        }
    }
}
