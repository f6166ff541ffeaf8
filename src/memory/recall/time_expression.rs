//! Times that a question names as they are seen from now: "yesterday", "last week", "two months ago", "el martes".
//! Months and dates by their names are terms (`analysis`); these here are ranges of time.

use super::words::{RecallWords, Relative, Unit};
use crate::timestamp::{self, DAY, Date};

/// A time that a question names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NamedTime {
    /// Milliseconds since 1970: from the first to before the second.
    pub(crate) range: [i64; 2],
    /// The words that name it, by their index.
    pub(crate) words: std::ops::Range<usize>,
}

/// The first time that the words of a question name, seen from a moment: milliseconds since 1970 with the offset of
/// the person's clock, in minutes.
pub(crate) fn named_time(words: &[&str], known: &RecallWords, now: i64, offset: i32) -> Option<NamedTime> {
    let shift = i64::from(offset) * 60_000;
    let today = timestamp::date(now.saturating_add(shift))?;
    for start in 0..words.len() {
        let rest = words.get(start..).unwrap_or_default();
        if let Some((days, length)) = relative(rest, known, today).or_else(|| weekday(rest, known, today)) {
            let range = days.map(|day| day * DAY - shift);
            return Some(NamedTime { range, words: start..start + length });
        }
    }
    None
}

/// The days (counted from 1970) that a phrase at the beginning of the words names, and how many words it has.
fn relative(words: &[&str], known: &RecallWords, today: Date) -> Option<([i64; 2], usize)> {
    for (phrase, relative) in &known.times {
        let mut number = None;
        let matches = words.len() >= phrase.len()
            && phrase.iter().zip(words).all(|(part, word)| match part.as_str() {
                "#" => {
                    number = number_of(word, known);
                    number.is_some()
                }
                part => part == *word,
            });
        if matches {
            let days = match relative {
                Relative::Calendar(unit, offset) => calendar(*unit, *offset, today),
                Relative::Ago(unit) => ago(*unit, number.unwrap_or(1), today),
            };
            return Some((days, phrase.len()));
        }
    }
    None
}

/// The last day of that name before today.
fn weekday(words: &[&str], known: &RecallWords, today: Date) -> Option<([i64; 2], usize)> {
    let number = known.weekdays.number((*words.first()?).into());
    let asked = i64::from(number.checked_sub(1)?);
    let day = today.number();
    let back = (since_monday(day) - asked).rem_euclid(7);
    let day = day - if back == 0 { 7 } else { back };
    Some(([day, day + 1], 1))
}

/// A day, week, month or year of the calendar, so many from the present one.
fn calendar(unit: Unit, offset: i64, today: Date) -> [i64; 2] {
    let day = today.number();
    match unit {
        Unit::Day => [day + offset, day + offset + 1],
        Unit::Week => {
            let monday = day - since_monday(day);
            [monday + 7 * offset, monday + 7 * offset + 7]
        }
        Unit::Month => {
            let month = today.year * 12 + today.month - 1 + offset;
            [first_of_month(month), first_of_month(month + 1)]
        }
        Unit::Year => {
            let year = today.year + offset;
            [first_of_month(year * 12), first_of_month((year + 1) * 12)]
        }
    }
}

/// So long ago, as people mean it: the longer ago, the less exactly.
fn ago(unit: Unit, number: i64, today: Date) -> [i64; 2] {
    let (length, before, after) = match unit {
        Unit::Day => (1, 0, 0),
        Unit::Week => (7, 3, 3),
        Unit::Month => (30, 15, 15),
        Unit::Year => (365, 180, 180),
    };
    let day = today.number() - length * number;
    [day - before, day + after + 1]
}

/// A number in digits, up to 999, or in words.
fn number_of(word: &str, known: &RecallWords) -> Option<i64> {
    if word.len() <= 3 {
        if let Ok(number) = word.parse::<u16>() {
            return Some(i64::from(number));
        }
    }
    Some(i64::from(known.numbers.number(word.into()))).filter(|number| *number > 0)
}

/// The first day of a month, counted from the beginning of the year 0.
fn first_of_month(months: i64) -> i64 {
    Date { year: months.div_euclid(12), month: months.rem_euclid(12) + 1, day: 1 }.number()
}

/// How many days the week of a day has had before it. The first day of 1970 was a Thursday.
fn since_monday(day: i64) -> i64 {
    (day + 3).rem_euclid(7)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> RecallWords {
        let mut known = RecallWords::default();
        for day in ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] {
            known.weekdays.add(day.into());
        }
        for number in ["one", "two", "three"] {
            known.numbers.add(number.into());
        }
        let phrase = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        known.times = vec![
            (phrase("# days ago"), Relative::Ago(Unit::Day)),
            (phrase("# weeks ago"), Relative::Ago(Unit::Week)),
            (phrase("last week"), Relative::Calendar(Unit::Week, -1)),
            (phrase("last month"), Relative::Calendar(Unit::Month, -1)),
            (phrase("last year"), Relative::Calendar(Unit::Year, -1)),
            (phrase("yesterday"), Relative::Calendar(Unit::Day, -1)),
        ];
        known
    }

    /// The first and the last day that a question names on Wednesday, 2026-01-14, 23:30 UTC.
    fn days(question: &str, offset: i32) -> Option<(String, String)> {
        let words: Vec<&str> = question.split(' ').collect();
        let now = crate::timestamp::parse("2026-01-14T23:30:00Z").unwrap();
        let named = named_time(&words, &known(), now, offset)?;
        let shift = i64::from(offset) * 60_000;
        let day = |time: i64| crate::timestamp::format((time + shift) as u64)[..10].to_owned();
        Some((day(named.range[0]), day(named.range[1] - 1)))
    }

    #[test]
    fn times_are_seen_from_now() {
        for (question, from, to) in [
            ("what did i eat yesterday", "2026-01-13", "2026-01-13"),
            ("where was i last week", "2026-01-05", "2026-01-11"),
            ("what happened last month", "2025-12-01", "2025-12-31"),
            ("and last year", "2025-01-01", "2025-12-31"),
            ("what did i say two days ago", "2026-01-12", "2026-01-12"),
            ("what did i say 2 weeks ago", "2025-12-28", "2026-01-03"),
            ("what did we do on monday", "2026-01-12", "2026-01-12"),
            ("what did we do on wednesday", "2026-01-07", "2026-01-07"),
            ("what did we do on thursday", "2026-01-08", "2026-01-08"),
        ] {
            assert_eq!(days(question, 0), Some((from.to_owned(), to.to_owned())), "{question}");
        }
        assert_eq!(days("my dog", 0), None);
    }

    #[test]
    fn a_day_is_the_persons_own() {
        // Half an hour later it is Thursday in Madrid, and still Wednesday in Lima.
        assert_eq!(days("yesterday", 60).unwrap().0, "2026-01-14");
        assert_eq!(days("yesterday", -300).unwrap().0, "2026-01-13");
    }

    #[test]
    fn a_time_at_the_end_of_the_calendar_is_none() {
        assert_eq!(named_time(&["last", "year"], &known(), i64::MAX / 2, 0), None);
        assert_eq!(named_time(&["last", "week"], &known(), 0, 0).map(|named| named.words), Some(0..2));
    }
}
