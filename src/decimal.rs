//! Decimal rounding, as all rules of the format mean it: the correctly rounded decimal of the exact binary value,
//! ties to even, never `-0`.

use std::fmt::Write;

/// Rounds a finite number to a number of decimals.
pub fn round(value: f64, decimals: usize) -> f64 {
    let rounded = format!("{value:.decimals$}").parse().unwrap_or(value);
    if rounded == 0.0 { 0.0 } else { rounded }
}

/// Rounds a finite number to 6 decimals.
pub fn round6(value: f64) -> f64 {
    round(value, 6)
}

/// Writes a number of 0 or more with at most 2 decimals and no trailing zeros: `0.25`, `0.6`, `1`.
pub fn push_short(text: &mut String, value: f64) {
    // Writing to a String cannot fail.
    let _ = write!(text, "{value:.2}");
    text.truncate(text.trim_end_matches('0').trim_end_matches('.').len());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_go_to_even_and_zero_has_no_sign() {
        assert_eq!(round6(0.1 + 0.9 * 0.6), 0.64);
        assert_eq!(round6(0.000_000_5), 0.0);
        assert_eq!(round6(9.0 / 19.0), 0.473_684);
        assert_eq!(round(0.125, 2), 0.12);
        assert!(round6(-0.000_000_1).is_sign_positive());
    }

    #[test]
    fn short_numbers_have_no_trailing_zeros() {
        let short = |value| {
            let mut text = String::new();
            push_short(&mut text, value);
            text
        };
        assert_eq!([0.25, 0.6, 1.0, 0.0, 0.999].map(short), ["0.25", "0.6", "1", "0", "1"]);
    }
}
