//! ISO 8601 text and milliseconds since 1970. The core never asks what time it is: `now` comes in with a call.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Milliseconds in a day.
pub const DAY: i64 = 86_400_000;

/// Reads a UTC time with `Z` and 0..9 fraction digits, for example `2026-01-31T08:00:00.000Z`, as milliseconds
/// since 1970. `None` for anything else, also for a day that the calendar does not have.
pub fn parse(text: &str) -> Option<i64> {
    // RFC 3339 allows other offsets, lower-case letters and any number of digits; stored times do not.
    const LONGEST: usize = "2026-01-31T08:00:00.123456789Z".len();
    if text.len() > LONGEST || !text.ends_with('Z') || text.as_bytes().get(10) != Some(&b'T') {
        return None;
    }
    parse_with_offset(text)
}

/// Reads a time with any offset (RFC 3339), for example `2026-01-31T09:00:00+01:00`, as milliseconds since 1970.
pub fn parse_with_offset(text: &str) -> Option<i64> {
    let time = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    i64::try_from(time.unix_timestamp_nanos().div_euclid(1_000_000)).ok()
}

/// Writes milliseconds since 1970 as UTC with three fraction digits and `Z`. Times after the year 9999 are
/// written as its last millisecond.
pub fn format(milliseconds: u64) -> String {
    const LAST: u64 = 253_402_300_799_999;
    let nanoseconds = i128::from(milliseconds.min(LAST)) * 1_000_000;
    let time = OffsetDateTime::from_unix_timestamp_nanos(nanoseconds).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let (date, clock) = (time.date(), time.time());
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
        date.year(),
        u8::from(date.month()),
        date.day(),
        clock.hour(),
        clock.minute(),
        clock.second(),
        clock.millisecond()
    )
}

/// The UTC date.
pub(crate) fn date(milliseconds: i64) -> Option<time::Date> {
    Some(OffsetDateTime::from_unix_timestamp(milliseconds.div_euclid(1_000)).ok()?.date())
}

/// The number of the UTC day, counted from 1970.
pub fn day(milliseconds: i64) -> i64 {
    milliseconds.div_euclid(DAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for (milliseconds, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (1_709_210_096_789, "2024-02-29T12:34:56.789Z"),
            (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
        ] {
            assert_eq!(format(milliseconds), text);
            assert_eq!(parse(text), i64::try_from(milliseconds).ok());
        }
        assert_eq!(format(u64::MAX), "9999-12-31T23:59:59.999Z");
    }

    #[test]
    fn only_utc_times_of_the_calendar_are_read() {
        for text in [
            "",
            "yesterday",
            "2025-02-29T00:00:00Z",
            "2025-01-01T00:00:00",
            "2025-01-01T00:00:00+01:00",
            "2025-01-01t00:00:00Z",
            "2025-01-01",
            "2025-01-01T00:00:00.1234567890Z",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(parse("1969-12-31T23:59:59.9999Z"), Some(-1));
        assert_eq!(parse("2025-01-01T00:00:00.123456789Z"), parse("2025-01-01T00:00:00.123Z"));
    }
}
