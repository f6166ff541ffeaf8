//! What is found by how it is written: addresses and numbers that say who somebody is.

use crate::list::List;
use crate::text::find;

/// Something that is found by how it is written.
pub(super) struct Rule {
    pub(super) label: &'static str,
    pub(super) pattern: &'static str,
    /// Whether a text may have one, which is told in no time.
    pub(super) may: fn(&str) -> bool,
    /// Whether what was found is one.
    pub(super) holds: fn(&str) -> bool,
}

/// In the order in which they are looked for: what one has found, no later one takes apart.
pub(super) const RULES: [Rule; 8] = [
    Rule {
        label: "url",
        pattern: r#"(?i)\b(?:https?|ftp)://[^\s<>"]+|\bwww\.[^\s<>"]+"#,
        may: |text| has(text, "://") || has(text, "ww.") || has(text, "WW."),
        holds: |_| true,
    },
    Rule {
        label: "email",
        pattern: r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+",
        may: |text| has(text, "@"),
        holds: |_| true,
    },
    Rule {
        label: "iban",
        pattern: r"(?i)\b[a-z]{2}\d{2}(?: ?[a-z0-9]{4}){2,7}(?: ?[a-z0-9]{1,3})?\b",
        may: |text| digits(text).len() > 2,
        holds: is_iban,
    },
    Rule {
        label: "card",
        pattern: r"\b\d(?:[ -]?\d){12,18}\b",
        may: |text| digits(text).len() > 12,
        holds: is_card,
    },
    Rule {
        label: "ip",
        pattern: r"\b\d{1,3}(?:\.\d{1,3}){3}\b",
        may: |text| digits(text).len() > 3,
        holds: is_ip_4,
    },
    Rule {
        label: "ip",
        pattern: r"(?i)[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}",
        may: |text| has(text, ":") && !digits(text).is_empty(),
        holds: is_ip_6,
    },
    Rule {
        label: "phone",
        pattern: r"\+?\(?\d(?:[ ./()-]{0,2}\d){6,14}\b",
        may: |text| digits(text).len() > 6,
        holds: is_phone,
    },
    Rule { label: "handle", pattern: r"@\w(?:[\w.-]*\w)?", may: |text| has(text, "@"), holds: |_| true },
];

fn has(text: &str, part: &str) -> bool {
    find(text, part, 0).is_some()
}

fn digits(text: &str) -> Vec<u8> {
    text.bytes().filter(u8::is_ascii_digit).map(|digit| digit - b'0').list()
}

/// Luhn: from the right every second digit counts twice.
fn is_card(text: &str) -> bool {
    let digits = digits(text);
    let mut sum = 0;
    for (place, digit) in digits.iter().rev().enumerate() {
        let digit = u32::from(*digit) * if place % 2 == 1 { 2 } else { 1 };
        sum += digit / 10 + digit % 10;
    }
    sum % 10 == 0 && digits.iter().any(|digit| *digit > 0)
}

/// ISO 13616: with the first four characters at the end, and letters as numbers from 10 on, it leaves 1 over 97.
fn is_iban(text: &str) -> bool {
    let characters = text.bytes().filter(u8::is_ascii_alphanumeric).list();
    let (head, tail) = characters.split_at_checked(4).unwrap_or_default();
    let mut rest = 0;
    for character in tail.iter().chain(head) {
        let number = (char::from(*character)).to_digit(36).unwrap_or(0);
        rest = (rest * if number > 9 { 100 } else { 10 } + number) % 97;
    }
    rest == 1
}

fn is_ip_4(text: &str) -> bool {
    text.split('.').all(|part| part.len() < 3 || part <= "255")
}

/// Eight groups, or some left out; a time of day has neither.
fn is_ip_6(text: &str) -> bool {
    let groups = text.split(':').filter(|group| !group.is_empty()).count();
    let has_digit = text.bytes().any(|byte| byte.is_ascii_digit());
    has_digit && (groups == 8 || text.contains("::") && groups >= 2)
}

/// Seven digits or more, written as a number that is called: with a sign for the country, in groups, or long. A date is
/// none.
fn is_phone(text: &str) -> bool {
    let count = digits(text).len();
    let is_grouped = text.bytes().any(|byte| !byte.is_ascii_digit());
    let is_date =
        count == 8 && text.len() == 10 && text.bytes().filter(|byte| !byte.is_ascii_digit()).count() == 2;
    count >= 7 && !is_date && (is_grouped || count >= 9)
}
