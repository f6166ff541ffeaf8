//! Days: as they were written, and as an ISO date when day, month and year are there.

use crate::decimal::push_whole;
use crate::observe::lexicon::Lexicon;

/// The ISO date of a folded text, when it says day, month and year: `3 september 1991`, `may 12th, 1990`, `1991-09-03`,
/// `25/12/1990`. Numbers that could be a day as well as a month say neither.
pub(super) fn iso_date(lexicon: &Lexicon, mut text: &str) -> Option<String> {
    let (mut day, mut month, mut year, mut other) = (0, 0, 0, 0);
    while let Some(first) = text.chars().next() {
        let digits = first.is_ascii_digit();
        let same = |byte: &u8| byte.is_ascii_digit() == digits && (digits || byte.is_ascii_alphabetic());
        let length = text.bytes().take_while(|byte| same(byte)).count();
        let (run, rest) = text.split_at_checked(length.max(first.len_utf8()))?;
        text = rest;
        let number = run.bytes().fold(0_u64, |number, byte| {
            number.saturating_mul(10).saturating_add(u64::from(byte.wrapping_sub(b'0')))
        });
        match length {
            _ if !digits => month = month_of(lexicon, run).unwrap_or(month),
            4 => year = number,
            1 | 2 if year > 0 && month == 0 => month = number,
            1 | 2 if day == 0 => day = number,
            1 | 2 => other = number,
            _ => return None,
        }
    }
    if month == 0 {
        (day, month) = if day > 12 || day == other { (day, other) } else { (other, day) };
        if day <= 12 && day != month {
            return None;
        }
    }
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
            ("25/12/1990", Some("1990-12-25")),
            ("año 25.12.1990 😀", Some("1990-12-25")),
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
            assert_eq!(iso_date(&lexicon, text).as_deref(), date, "{text}");
        }
    }
}
