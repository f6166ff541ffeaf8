//! The one token estimator: a documented over-estimate that needs no tokenizer and no tables.

/// What a message costs beyond its text, in tokens: role and separators.
pub const PER_MESSAGE: u32 = 4;

/// Estimates the tokens of a text, erring upwards.
///
/// | run | tokens |
/// |---|---|
/// | `n` ASCII letters | `ceil(n/4)` up to 12 letters, else `ceil(n/2)`: long runs are rarely words |
/// | digit, other ASCII character, line break | 1 each |
/// | blanks (space, tab) between two other characters of a line | one space is free, 1 each further one |
/// | blanks at either end of a line | 1 each |
/// | non-ASCII scalar | its UTF-8 bytes minus 1 |
///
/// Additive over lines: `estimate("a\nb") == estimate("a") + 1 + estimate("b")`. Linear, and a `const fn`, so
/// that the cost of fixed text is known when the crate is built. Saturates at `u32::MAX`.
pub const fn estimate(text: &str) -> u32 {
    let bytes = text.as_bytes();
    let mut tokens: u32 = 0;
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        let cost = match bytes[at] {
            b'A'..=b'Z' | b'a'..=b'z' => {
                while at < bytes.len() && bytes[at].is_ascii_alphabetic() {
                    at += 1;
                }
                letters(at - start)
            }
            b' ' | b'\t' => {
                let mut spaces = 0;
                while at < bytes.len() && is_blank(bytes[at]) {
                    spaces += (bytes[at] == b' ') as usize;
                    at += 1;
                }
                let between = start > 0
                    && !is_line_break(bytes[start - 1])
                    && at < bytes.len()
                    && !is_line_break(bytes[at]);
                at - start - (between && spaces > 0) as usize
            }
            // The first byte of a non-ASCII scalar is free, each continuation byte counts.
            0xC0.. => {
                at += 1;
                0
            }
            _ => {
                at += 1;
                1
            }
        };
        tokens = tokens.saturating_add(if cost > u32::MAX as usize { u32::MAX } else { cost as u32 });
    }
    tokens
}

const fn letters(count: usize) -> usize {
    if count <= 12 { count.div_ceil(4) } else { count.div_ceil(2) }
}

const fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

const fn is_line_break(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

#[cfg(test)]
mod tests {
    use super::estimate;

    #[test]
    fn each_run_costs_what_the_table_says() {
        for (text, tokens) in [
            ("", 0),
            ("a", 1),
            ("abcd", 1),
            ("abcde", 2),
            ("abcdefghijkl", 3),
            ("abcdefghijklm", 7),
            ("hello world", 4),
            ("2026", 4),
            ("a1b", 3),
            ("...", 3),
            ("\n", 1),
            ("\r\n", 2),
            ("a  b", 3),
            ("a\tb", 3),
            ("a \tb", 3),
            (" a", 2),
            ("a ", 2),
            ("a \n b", 5),
            ("é", 1),
            ("你", 2),
            ("🌙", 3),
            ("café au", 3),
        ] {
            assert_eq!(estimate(text), tokens, "{text:?}");
        }
    }

    #[test]
    fn fixed_text_is_estimated_at_build_time() {
        const HEADING: u32 = estimate("## Identity");
        assert_eq!(HEADING, 4);
    }
}
