//! Decimal rounding: the correctly rounded decimal of the exact binary value, ties to even, never `-0`.

use std::fmt::Write;

/// Rounds to 6 decimals. Takes finite numbers.
pub(super) fn round6(value: f64) -> f64 {
    let rounded = format!("{value:.6}").parse().unwrap_or(value);
    if rounded == 0.0 { 0.0 } else { rounded }
}

/// Writes a number of 0 or more with at most 2 decimals and no trailing zeros: `0.25`, `0.6`, `1`.
pub(super) fn push_short(text: &mut String, value: f64) {
    // Adding 0 turns -0 into 0. Writing to a String cannot fail.
    let _ = write!(text, "{:.2}", value + 0.0);
    text.truncate(text.trim_end_matches('0').trim_end_matches('.').len());
}

#[cfg(test)]
mod tests {
    use super::{push_short, round6};

    #[test]
    fn six_decimals_ties_to_even_and_no_negative_zero() {
        assert_eq!(round6(0.1 + 0.9 * 0.6), 0.64);
        assert_eq!(round6(0.000_000_5), 0.0);
        assert_eq!(round6(9.0 / 19.0), 0.473_684);
        assert!(round6(-0.000_000_1).is_sign_positive());
    }

    #[test]
    fn short_numbers_have_no_trailing_zeros() {
        let short = |value| {
            let mut text = String::new();
            push_short(&mut text, value);
            text
        };
        let cases = [
            (0.0, "0"),
            (-0.0, "0"),
            (1.0, "1"),
            (0.25, "0.25"),
            (0.6, "0.6"),
            (0.1 + 0.2, "0.3"),
            (0.625, "0.62"),
            (100.0, "100"),
        ];
        for (value, expected) in cases {
            assert_eq!(short(value), expected);
        }
    }
}
