//! ISO 8601 text, milliseconds since 1970 and the days of the calendar. The core never asks what time it is: `now`
//! comes in with a call.

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
    // Between date and time RFC 3339 leaves the separator to applications.
    let (local, rest) = text.as_bytes().split_at_checked("0000-00-00T00:00:00".len())?;
    let [year, month, day, hour, minute, mut second] = numbers(b"0000-00-00?00:00:00", local)?;
    let (mut thousandths, rest) = fraction(rest)?;
    let offset = offset(rest)?;
    let date = Date { year, month, day };
    if !date.exists() || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let leap = second == 60;
    if leap {
        // What a clock shows that knows no such second.
        (second, thousandths) = (59, 999);
    }
    let seconds = date.number() * 86_400 + (hour * 60 + minute - offset) * 60 + second;
    // Seconds are added at the end of a month alone.
    let next = seconds + 1;
    if leap && (next % 86_400 != 0 || Date::of(next.div_euclid(86_400)).day != 1) {
        return None;
    }
    Some(seconds * 1_000 + thousandths)
}

/// The numbers in a text of this shape: `0` is a digit, `?` is any byte, and the rest stands there as it is.
fn numbers<const COUNT: usize>(shape: &[u8], text: &[u8]) -> Option<[i64; COUNT]> {
    if shape.len() != text.len() {
        return None;
    }
    let mut numbers = [0; COUNT];
    let mut index = 0;
    for (expected, byte) in shape.iter().zip(text) {
        match expected {
            b'0' if byte.is_ascii_digit() => {
                let number = numbers.get_mut(index)?;
                *number = *number * 10 + i64::from(byte - b'0');
            }
            _ if byte == expected && *byte != b'0' || *expected == b'?' => index += 1,
            _ => return None,
        }
    }
    Some(numbers)
}

/// The thousandths of a second that a text begins with, if it begins with a fraction, and what follows.
fn fraction(text: &[u8]) -> Option<(i64, &[u8])> {
    let Some(digits) = text.strip_prefix(b".") else { return Some((0, text)) };
    let mut rest = digits;
    let (mut thousandths, mut unit) = (0, 100);
    while let Some((digit, after)) = rest.split_first().filter(|(digit, _)| digit.is_ascii_digit()) {
        thousandths += i64::from(digit - b'0') * unit;
        unit /= 10;
        rest = after;
    }
    (rest.len() < digits.len()).then_some((thousandths, rest))
}

/// The minutes by which a clock is ahead of UTC.
fn offset(text: &[u8]) -> Option<i64> {
    let (sign, clock) = text.split_first()?;
    let sign = match sign {
        b'Z' | b'z' => return clock.is_empty().then_some(0),
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let [hour, minute] = numbers(b"00:00", clock)?;
    (hour <= 23 && minute <= 59).then_some(sign * (hour * 60 + minute))
}

/// Writes milliseconds since 1970 as UTC with three fraction digits and `Z`. Times after the year 9999 are
/// written as its last millisecond.
pub fn format(milliseconds: u64) -> String {
    const LAST: u64 = 253_402_300_799_999;
    let milliseconds = milliseconds.min(LAST);
    let Date { year, month, day } = Date::of((milliseconds / DAY as u64) as i64);
    let mut rest = (milliseconds % DAY as u64) as i64;
    // From right to left.
    let mut bytes = *b"0000-00-00T00:00:00.000Z";
    let mut end = bytes.len() - 1;
    for (base, digits) in [(1_000, 3), (60, 2), (60, 2), (24, 2)] {
        end = write_before(&mut bytes, end, rest % base, digits);
        rest /= base;
    }
    for (number, digits) in [(day, 2), (month, 2), (year, 4)] {
        end = write_before(&mut bytes, end, number, digits);
    }
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

/// Writes so many digits of a number before an index; gives the index of the character before them.
fn write_before(text: &mut [u8], end: usize, mut number: i64, digits: usize) -> usize {
    let start = end - digits;
    for byte in text.iter_mut().take(end).skip(start).rev() {
        *byte = b'0' + (number % 10) as u8;
        number /= 10;
    }
    start.saturating_sub(1)
}

/// A day of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Date {
    /// The year, which may be negative.
    pub year: i64,
    /// 1 to 12.
    pub month: i64,
    /// 1 to 31.
    pub day: i64,
}

// The calendar repeats itself after 400 years. Years that begin with March have the leap day at their end, and their
// months have 30.6 days, rounded.
const DAYS_OF_400_YEARS: i64 = 146_097;
const FIRST_OF_MARCH_OF_YEAR_0: i64 = -719_468;

impl Date {
    /// The date of a day, counted from 1970.
    pub fn of(number: i64) -> Self {
        let days = number - FIRST_OF_MARCH_OF_YEAR_0;
        let (era, days) = (days.div_euclid(DAYS_OF_400_YEARS), days.rem_euclid(DAYS_OF_400_YEARS));
        let year = (days - days / 1_460 + days / 36_524 - days / 146_096) / 365;
        let days = days - (365 * year + year / 4 - year / 100);
        let months = (5 * days + 2) / 153;
        let day = days - (153 * months + 2) / 5 + 1;
        let month = (months + 2) % 12 + 1;
        Self { year: year + era * 400 + i64::from(month <= 2), month, day }
    }

    /// Whether the calendar has this date.
    fn exists(self) -> bool {
        let is_leap = self.year % 4 == 0 && (self.year % 100 != 0 || self.year % 400 == 0);
        let days = match self.month {
            2 => 28 + i64::from(is_leap),
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => 0,
        };
        (1..=days).contains(&self.day)
    }

    /// The number of the day, counted from 1970; the month is 1 to 12.
    pub fn number(self) -> i64 {
        let year = self.year - i64::from(self.month <= 2);
        let (era, year) = (year.div_euclid(400), year.rem_euclid(400));
        let days = (153 * ((self.month + 9) % 12) + 2) / 5 + self.day - 1;
        era * DAYS_OF_400_YEARS + 365 * year + year / 4 - year / 100 + days + FIRST_OF_MARCH_OF_YEAR_0
    }
}

/// The UTC date of a time before the year 10000.
pub fn date(milliseconds: i64) -> Option<Date> {
    let date = Date::of(day(milliseconds));
    (0..10_000).contains(&date.year).then_some(date)
}

/// The number of the UTC day, counted from 1970.
pub fn day(milliseconds: i64) -> i64 {
    milliseconds.div_euclid(DAY)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use time::OffsetDateTime;
    use time::format_description::well_known::Rfc3339;

    use super::*;

    // The reference: what a general library reads and writes.
    fn expected(text: &str) -> Option<i64> {
        let time = OffsetDateTime::parse(text, &Rfc3339).ok()?;
        i64::try_from(time.unix_timestamp_nanos().div_euclid(1_000_000)).ok()
    }

    #[test]
    fn every_day_of_the_calendar_is_where_the_general_library_has_it() {
        let mut date = time::Date::from_calendar_date(-1, time::Month::January, 1).unwrap();
        let mut number = Date { year: -1, month: 1, day: 1 }.number();
        assert_eq!(number, i64::from(date.to_julian_day()) - 2_440_588);
        while let Some(next) = date.next_day() {
            (date, number) = (next, number + 1);
            let ours = Date::of(number);
            let (year, month, day) = date.to_calendar_date();
            let same = Date { year: year.into(), month: u8::from(month).into(), day: day.into() };
            assert_eq!((ours, ours.number()), (same, number));
        }
    }

    proptest! {
        #[test]
        fn times_are_read_as_the_general_library_does(
            text in "[0-9]{4}-(0[1-9]|1[0-2]|[0-9]{2})-([0-2][0-9]|3[01]|[0-9]{2})[Tt ?é](2[0-4]|[01][0-9]):([0-5][0-9]|60):([0-5][0-9]|6[01])(|\\.[0-9]{0,12})(Z|z|[+-]([01][0-9]|2[0-4]):([0-5][0-9]|60)|.{0,6})"
        ) {
            prop_assert_eq!(parse_with_offset(&text), expected(&text), "{}", text);
        }

        #[test]
        fn leap_seconds_are_read_as_the_general_library_does(
            year in 0_i64..=9_999, month in 1_i64..=12, day in 28_i64..=31, hour in 22_i64..=23, minute in 58_i64..=59,
            offset in prop_oneof![Just("Z"), Just("+01:00"), Just("-01:00"), Just("+00:01"), Just("-23:59"), Just("+23:59")],
        ) {
            let text = std::format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:60.5{offset}");
            prop_assert_eq!(parse_with_offset(&text), expected(&text), "{}", text);
            let text = text.replacen(&std::format!("-{day:02}T{hour:02}:{minute:02}"), "-01T00:59", 1);
            prop_assert_eq!(parse_with_offset(&text), expected(&text), "{}", text);
        }

        #[test]
        fn any_time_is_written_as_it_is_read(milliseconds in 0_u64..253_402_300_800_000) {
            let text = format(milliseconds);
            prop_assert_eq!(expected(&text), i64::try_from(milliseconds).ok());
            prop_assert_eq!(text.len(), 24);
        }

        #[test]
        fn no_text_makes_it_fail(text in ".{0,40}", cut in 0..40_usize) {
            prop_assert_eq!(parse_with_offset(&text), expected(&text));
            let whole = "2024-02-29T12:34:56.789+23:59";
            let cut: String = whole.chars().take(cut).collect();
            prop_assert_eq!(parse_with_offset(&cut), expected(&cut));
        }
    }

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
