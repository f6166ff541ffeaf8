//! Decimal rounding, as all rules of the format mean it: the correctly rounded decimal of the exact binary value,
//! ties to even, never `-0`. In whole numbers, so that it costs neither the printing nor the parsing of a number.

/// Rounds a finite number to a number of decimals, at most 9.
pub fn round(value: f64, decimals: usize) -> f64 {
    // What does not fit has no decimals that could be rounded: its neighbours are further away than one of them.
    let Some(units) = units(value, decimals) else { return value };
    // Both are exact, so that the quotient is the double nearest to the decimal.
    let rounded = units as f64 / power_of_ten(decimals) as f64;
    if value < 0.0 && units > 0 { -rounded } else { rounded }
}

/// Rounds a finite number to 6 decimals.
pub fn round6(value: f64) -> f64 {
    round(value, 6)
}

/// Writes a number of 0 or more with at most 2 decimals and no trailing zeros: `0.25`, `0.6`, `1`.
pub fn push_short(text: &mut String, value: f64) {
    let hundredths = units(value, 2).unwrap_or_default();
    push_whole(text, hundredths / 100);
    let (tenths, rest) = (hundredths / 10 % 10, hundredths % 10);
    if tenths + rest > 0 {
        text.push('.');
        push_whole(text, tenths);
    }
    if rest > 0 {
        push_whole(text, rest);
    }
}

/// Writes a whole number.
pub fn push_whole(text: &mut String, number: u64) {
    if number > 9 {
        push_whole(text, number / 10);
    }
    text.push(char::from(b'0' + (number % 10) as u8));
}

/// How many units of the last decimal a number has, without its sign, ties to even; `None` when they do not fit
/// the 53 bits in which a double is exact.
fn units(value: f64, decimals: usize) -> Option<u64> {
    const FRACTION_BITS: u32 = 52;
    const FRACTION: u64 = (1 << FRACTION_BITS) - 1;
    // value = significand * 2^(exponent - 1075), the biased exponent of a subnormal number being 1.
    let bits = value.to_bits();
    let exponent = (bits >> FRACTION_BITS & 0x7FF) as u32;
    let significand = if exponent == 0 { bits & FRACTION } else { bits & FRACTION | 1 << FRACTION_BITS };
    let shift = 1075_u32.checked_sub(exponent.max(1)).filter(|shift| *shift > 0)?;
    // At most 53 + 30 bits.
    let product = u128::from(significand) * u128::from(power_of_ten(decimals));
    if shift > 100 {
        return Some(0);
    }
    let whole = product >> shift;
    let rest = product - (whole << shift);
    let half = 1 << (shift - 1);
    let up = rest > half || rest == half && whole & 1 == 1;
    u64::try_from(whole + u128::from(up)).ok().filter(|units| *units <= 1 << 53)
}

fn power_of_ten(decimals: usize) -> u64 {
    const POWERS: [u32; 10] =
        [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000];
    POWERS[decimals.min(9)].into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn rounding_is_that_of_the_decimal_text(value in any::<f64>().prop_filter("finite", |value| value.is_finite()), decimals in 0..=9_usize) {
            let expected: f64 = format!("{value:.decimals$}").parse().unwrap();
            prop_assert_eq!(round(value, decimals), expected);
        }

        #[test]
        fn rounding_of_small_numbers_and_ties(units in -2_000_000_i64..2_000_000, scale in 0..24_i32, decimals in 0..=9_usize) {
            let value = units as f64 / f64::from(2_i32.pow(scale as u32));
            let expected: f64 = format!("{value:.decimals$}").parse().unwrap();
            prop_assert_eq!(round(value, decimals), expected);
        }

        #[test]
        fn short_text_is_that_of_the_standard_library(value in 0.0..1e6) {
            let expected = format!("{value:.2}");
            let mut text = String::new();
            push_short(&mut text, value);
            prop_assert_eq!(text, expected.trim_end_matches('0').trim_end_matches('.'));
        }
    }

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
