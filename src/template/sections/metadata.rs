//! `metadata` and `schema_version`.

use super::persona::three_numbers;
use crate::template::problem::{ProblemCode, Severity};
use crate::template::reader::{Node, Rule, optional};
use crate::template::words;
use crate::timestamp;

/// The minor version of the format that we know, of major version 1.
const OUR_MINOR_VERSION: u32 = 1;

pub(super) static SCHEMA_VERSION: Rule = Rule::And(&Rule::String(0, 50), check_schema_version);

pub(super) static METADATA: Rule = Rule::Object(&[
    optional("created_at", &DATE_TIME),
    optional("updated_at", &DATE_TIME),
    optional("downloads", &Rule::Integer(0.0, f64::MAX)),
    optional("rating", &Rule::Number(0.0, 5.0)),
    optional("license", &Rule::Word(words::LICENSE)),
]);

static DATE_TIME: Rule = Rule::And(&Rule::String(0, usize::MAX), check_date_time);

fn check_schema_version(node: &Node<'_>) {
    let Some([major, minor, patch]) = three_numbers(node.text()) else {
        let message = "A schema version is three numbers with two dots, such as 1.1.0.";
        return node.error(ProblemCode::BadSchemaVersion, message);
    };
    // A number too large for u32 is a version that we do not know either.
    let number = |digits: &str| digits.parse::<u32>().unwrap_or(u32::MAX);
    if number(major) != 1 {
        node.error(ProblemCode::BadSchemaVersion, "Only version 1 of the format can be read.");
    } else if (number(minor), number(patch)) > (OUR_MINOR_VERSION, 0) {
        let message = "This version of the format is newer than 1.1.0; what it adds has no effect.";
        node.warning(ProblemCode::BadSchemaVersion, message);
    }
}

/// An RFC 3339 date-time that exists in the calendar; without an offset it is read as UTC.
fn check_date_time(node: &Node<'_>) {
    let exists = |text: &str| {
        // RFC 3339 names other separators than T only as something that applications may agree on.
        let separated = matches!(text.as_bytes().get(10), Some(b'T' | b't'));
        separated && timestamp::parse_with_offset(text).is_some()
    };
    if exists(node.text()) {
        return;
    }
    let with_offset = format!("{}Z", node.text());
    if exists(&with_offset) {
        let message = "This date-time has no offset; it is read as UTC.";
        node.report(Severity::Warning, ProblemCode::DateWithoutOffset, message, Some(with_offset));
    } else {
        let message = "This is not a date-time of RFC 3339, such as 2026-01-31T08:00:00Z.";
        node.error(ProblemCode::BadDateTime, message);
    }
}

#[cfg(test)]
mod tests {
    use crate::json::json;

    use super::*;
    use crate::template::reader::Report;

    #[test]
    fn date_times_of_rfc_3339_that_exist() {
        use ProblemCode::{BadDateTime, DateWithoutOffset};
        for (text, expected) in [
            ("2026-01-10T08:00:00Z", None),
            ("2026-01-10t08:00:00z", None),
            ("2024-02-29T23:59:59.123456789+05:30", None),
            ("2016-12-31T23:59:60Z", None),
            ("2026-01-10T08:00:00-00:00", None),
            ("2026-01-10T08:00:00", Some(DateWithoutOffset)),
            ("2026-01-10T08:00:00.5", Some(DateWithoutOffset)),
            ("yesterday", Some(BadDateTime)),
            ("", Some(BadDateTime)),
            ("2026-02-30T08:00:00Z", Some(BadDateTime)),
            ("2025-02-29T08:00:00Z", Some(BadDateTime)),
            ("2026-13-01T08:00:00Z", Some(BadDateTime)),
            ("2026-01-10T24:00:00Z", Some(BadDateTime)),
            ("2026-01-10T08:60:00Z", Some(BadDateTime)),
            ("2026-01-10T08:00:00+25:00", Some(BadDateTime)),
            ("2026-01-10T08:00:00.Z", Some(BadDateTime)),
            ("2026-01-10 08:00:00Z", Some(BadDateTime)),
            ("2026-01-10", Some(BadDateTime)),
            ("2026-1-10T08:00:00Z", Some(BadDateTime)),
            ("2026-01-10T08:00Z", Some(BadDateTime)),
            ("2026-01-10T08:00:00Z\n", Some(BadDateTime)),
            ("2026-01-10T08:00:00ZZ", Some(BadDateTime)),
            (" 2026-01-10T08:00:00Z", Some(BadDateTime)),
        ] {
            let (value, report) = (json!(text), Report::default());
            DATE_TIME.check(&Node::root(&value, &report));
            let found: Vec<_> = report.into_problems().into_iter().map(|problem| problem.code).collect();
            assert_eq!(found, Vec::from_iter(expected), "{text}");
        }
    }
}
