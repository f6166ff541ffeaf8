//! Decimal rounding, as all rules of the format mean it: the correctly rounded decimal of the exact binary value,
//! ties to even, never `-0`.

/// Rounds a finite number to 6 decimals.
pub fn round6(value: f64) -> f64 {
    let rounded = format!("{value:.6}").parse().unwrap_or(value);
    if rounded == 0.0 { 0.0 } else { rounded }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_go_to_even_and_zero_has_no_sign() {
        assert_eq!(round6(0.1 + 0.9 * 0.6), 0.64);
        assert_eq!(round6(0.000_000_5), 0.0);
        assert!(round6(-0.000_000_1).is_sign_positive());
    }
}
