//! Days: as they were written, and as an ISO date when day, month and year are there.

use crate::decimal::push_whole;
use crate::observe::lexicon::Lexicon;

/// The ISO date of some words, when they say day, month and year: `3 september 1991`, `may 12th 1990`, `1991-09-03`,
/// `25 12 1990`. Numbers that could be a day as well as a month say neither.
pub(super) fn iso_date<'w>(lexicon: &Lexicon, words: impl Iterator<Item = &'w str>) -> Option<String> {
    let (mut day, mut month, mut year) = (None, None, None);
    let mut undecided = None;
    for part in words.flat_map(|word| word.split('-')) {
        if let Some(found) = month_of(lexicon, part) {
            month = Some(found);
        }
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        let (number, ordinal) = part.split_at_checked(digits)?;
        let number: u64 = match number.parse() {
            Ok(number) if matches!(ordinal, "" | "st" | "nd" | "rd" | "th" | "o" | "ro") => number,
            _ => continue,
        };
        match digits {
            4 => year = Some(number),
            1 | 2 if year.is_some() && month.is_none() => month = Some(number),
            1 | 2 if day.is_none() => day = Some(number),
            1 | 2 => undecided = Some(number),
            _ => return None,
        }
    }
    if let (Some(other), Some(first), None) = (undecided, day, month) {
        (day, month) = match (first > 12, other > 12) {
            (true, false) => (day, undecided),
            (false, true) => (undecided, day),
            _ if first == other => (day, undecided),
            _ => return None,
        };
    }
    let (day, month, year) = (day?, month?, year?);
    if !(1..=12).contains(&month) || day == 0 || day > days(month, year) || year < 1000 {
        return None;
    }
    let mut date = String::with_capacity(10);
    push_whole(&mut date, year);
    for number in [month, day] {
        date.push_str(if number < 10 { "-0" } else { "-" });
        push_whole(&mut date, number);
    }
    Some(date)
}

/// The number of a month by its name or the first letters of it, three at least.
pub(super) fn month_of(lexicon: &Lexicon, word: &str) -> Option<u64> {
    let month = lexicon.months.iter().position(|month| word.len() >= 3 && month.starts_with(word))?;
    Some(month as u64 + 1)
}

fn days(month: u64, year: u64) -> u64 {
    let leap = year % 4 == 0 && year % 100 != 0 || year % 400 == 0;
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_that_the_calendar_has() {
        let months = "january february march april may june july august september october november december";
        let mut lexicon = Lexicon::default();
        lexicon.months = months.split(' ').map(Into::into).collect();
        for (text, date) in [
            ("3 september 1991", Some("1991-09-03")),
            ("the 3rd of sept 1991", Some("1991-09-03")),
            ("may 12th 1990", Some("1990-05-12")),
            ("1991-09-03", Some("1991-09-03")),
            ("25 12 1990", Some("1990-12-25")),
            ("12 25 1990", Some("1990-12-25")),
            ("4 4 2004", Some("2004-04-04")),
            ("4 5 2004", None),
            ("29 february 2000", Some("2000-02-29")),
            ("29 february 1900", None),
            ("31 june 2000", None),
            ("0 june 2000", None),
            ("october 21", None),
            ("1990", None),
            ("99999999999999999999999 may 1990", None),
            ("13 13 2013", None),
        ] {
            assert_eq!(iso_date(&lexicon, text.split(' ')).as_deref(), date, "{text}");
        }
    }
}
