//! Decimals and doubles, exactly, whatever their digits: what the quick ways of JSON leave over. In whole numbers of any
//! size, which needs no tables of powers; few numbers have so many digits, and none of those that the library stores.

use std::cmp::Ordering;

/// More digits than any number halfway between two doubles has.
const MOST_DIGITS: usize = 800;

/// The double nearest to a decimal, of which `whole` and `fraction` are the digits; ties to even.
#[inline(never)]
pub fn nearest(whole: &[u8], fraction: &[u8], exponent: i32) -> f64 {
    let digits = whole.iter().chain(fraction).skip_while(|digit| **digit == b'0');
    let (mut above, mut count, mut more) = (Big::of(0), 0, false);
    for digit in digits {
        if count < MOST_DIGITS {
            above.multiply(10, u32::from(digit - b'0'));
        }
        more |= count >= MOST_DIGITS && *digit != b'0';
        count += 1;
    }
    // The number is 0.ddd times 10 to the power of `point`.
    let point = count as i64 + i64::from(exponent) - fraction.len() as i64;
    if count == 0 || point < -330 {
        return 0.0;
    }
    if point > 310 {
        return f64::INFINITY;
    }
    let mut kept = count.min(MOST_DIGITS) as i64;
    if more {
        // What follows says only that the number is a little greater.
        above.multiply(10, 1);
        kept += 1;
    }
    let mut below = Big::of(1);
    above.multiply_by_five(point - kept);
    below.multiply_by_five(kept - point);
    let mut power = above.bits() - below.bits();
    let spare = below.spare_bits(power);
    below.shift(power.max(0) + spare);
    above.shift((-power).max(0) + spare);
    if above < below {
        above.shift(1);
        power -= 1;
    }
    // The number is a quotient of 1 or more, but less than 2, times 2 to the power of `power`.
    power += point - kept;
    if power < -1075 {
        return 0.0;
    }
    let (mut significand, mut missing) = (0, 53.min(power + 1075));
    while missing > 0 {
        let bits = missing.min(30);
        above.shift(bits - 1);
        significand = significand << bits | u64::from(above.divide(&below));
        above.shift(1);
        missing -= bits;
    }
    let up = match above.cmp(&below) {
        Ordering::Less => 0,
        Ordering::Equal => significand & 1,
        Ordering::Greater => 1,
    };
    if power > 1023 {
        return f64::INFINITY;
    }
    // The first bit of a significand, which is not kept, and one that rounding adds both count up the exponent.
    let exponent = (power + 1022).max(0) as u64;
    f64::from_bits((exponent << 52) + significand + up)
}

/// The shortest digits that give this double, which is greater than 0, and of these the nearest; and the place of the
/// decimal point among them. By Steele and White's way, as Burger and Dybvig wrote it down.
#[inline(never)]
pub fn shortest(double: f64) -> (String, i32) {
    let bits = double.to_bits();
    let (exponent, fraction) = ((bits >> 52) as i64, bits & ((1 << 52) - 1));
    let significand = if exponent > 0 { fraction | 1 << 52 } else { fraction };
    let power = exponent.max(1) - 1075;
    let is_even = significand & 1 == 0;
    // The doubles below a power of two are half as far apart.
    let is_first = fraction == 0 && exponent > 1;
    // The double is a quotient; what lies less than `up` above it or `down` below it is read as the same. In quarters
    // of the last bit, so that all are whole.
    let (mut above, mut below) = (Big::of(significand * 4), Big::of(4));
    let (mut up, mut down) = (Big::of(2), Big::of(if is_first { 1 } else { 2 }));
    let mut point = (above.bits() - 3 + power) * 30_103;
    point = point.div_euclid(100_000) + 1;
    below.multiply_by_five(point);
    let spare = below.spare_bits(point - power);
    below.shift((point - power).max(0) + spare);
    for number in [&mut above, &mut up, &mut down] {
        number.multiply_by_five(-point);
        number.shift((power - point).max(0) + spare);
    }
    // A number as far as its limit is read as the same if the double is even.
    let is_within = |number: &Big, limit: &Big| number < limit || is_even && number == limit;
    let mut rest = below.clone();
    let is_below = above < below;
    if is_below {
        rest.subtract(&above, 1);
    }
    if !is_below || is_within(&rest, &up) {
        point += 1;
    } else {
        for number in [&mut above, &mut up, &mut down] {
            number.multiply(10, 0);
        }
    }
    let mut digits = String::new();
    loop {
        let digit = b'0' + above.divide(&below) as u8;
        rest.0.clone_from(&below.0);
        rest.subtract(&above, 1);
        let (is_low, is_high) = (is_within(&above, &down), is_within(&rest, &up));
        if is_low || is_high {
            let is_nearer = match above.cmp(&rest) {
                Ordering::Less => false,
                Ordering::Equal => digit & 1 == 1,
                Ordering::Greater => true,
            };
            digits.push(char::from(digit + u8::from(is_high && (is_nearer || !is_low))));
            return (digits, point as i32);
        }
        digits.push(char::from(digit));
        for number in [&mut above, &mut up, &mut down] {
            number.multiply(10, 0);
        }
    }
}

/// A whole number of any size: 32 bits each, the lowest first, none of the last ones 0.
#[derive(Clone, PartialEq, Eq)]
struct Big(Vec<u32>);

impl Big {
    fn of(number: u64) -> Self {
        let mut big = Self(vec![number as u32, (number >> 32) as u32]);
        big.trim();
        big
    }

    fn trim(&mut self) {
        while self.0.last() == Some(&0) {
            self.0.pop();
        }
    }

    fn bits(&self) -> i64 {
        self.0.last().map_or(0, |last| self.0.len() as i64 * 32 - i64::from(last.leading_zeros()))
    }

    fn multiply(&mut self, factor: u32, more: u32) {
        let mut carry = u64::from(more);
        for part in &mut self.0 {
            carry += u64::from(*part) * u64::from(factor);
            *part = carry as u32;
            carry >>= 32;
        }
        if carry > 0 {
            self.0.push(carry as u32);
        }
    }

    /// Times 5 to a power, if that is above 0.
    fn multiply_by_five(&mut self, power: i64) {
        let mut rest = power.max(0) as u32;
        while rest > 0 {
            // No higher power has 32 bits.
            let step = rest.min(13);
            self.multiply(5_u32.pow(step), 0);
            rest -= step;
        }
    }

    /// Times 2 to a power, if that is above 0.
    fn shift(&mut self, power: i64) {
        if power > 0 && !self.0.is_empty() {
            self.multiply(1 << (power % 32), 0);
            self.0.splice(..0, std::iter::repeat_n(0, power as usize / 32));
        }
    }

    /// By how much more than `power` it is shifted for its last part to be full.
    fn spare_bits(&self, power: i64) -> i64 {
        -(self.bits() + power.max(0)) & 31
    }

    fn part(&self, index: usize) -> u64 {
        self.0.get(index).copied().unwrap_or(0).into()
    }

    /// Minus a number times a factor, which together are not greater.
    fn subtract(&mut self, other: &Self, factor: u64) {
        let mut carry = 0;
        for (index, part) in self.0.iter_mut().enumerate() {
            carry += other.part(index) * factor;
            let (difference, is_short) = part.overflowing_sub(carry as u32);
            *part = difference;
            carry = (carry >> 32) + u64::from(is_short);
        }
        self.trim();
    }

    /// Leaves the remainder, and gives the quotient, of less than 32 bits. The divisor's last part is full.
    fn divide(&mut self, divisor: &Self) -> u32 {
        let parts = divisor.0.len();
        let high = self.part(parts) << 32 | self.part(parts.wrapping_sub(1));
        // Not too great, and hardly too small.
        let mut quotient = high / (divisor.part(parts.wrapping_sub(1)) + 1);
        self.subtract(divisor, quotient);
        while *self >= *divisor {
            self.subtract(divisor, 1);
            quotient += 1;
        }
        quotient as u32
    }
}

impl Ord for Big {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.len().cmp(&other.0.len()).then_with(|| self.0.iter().rev().cmp(other.0.iter().rev()))
    }
}

impl PartialOrd for Big {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The digits and the place of the point that a library finds.
    fn expected(double: f64) -> (String, i32) {
        let mut buffer = ryu::Buffer::new();
        let text = buffer.format_finite(double);
        let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = [whole, fraction].concat();
        let significant = digits.trim_start_matches('0');
        let zeros = (digits.len() - significant.len()) as i32;
        let point = whole.len() as i32 - zeros + exponent.parse::<i32>().unwrap();
        (significant.trim_end_matches('0').to_owned(), point)
    }

    fn doubles() -> impl Strategy<Value = f64> {
        any::<u64>()
            .prop_map(|bits| f64::from_bits(bits >> 1))
            .prop_filter("finite", |double| double.is_finite())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn the_shortest_digits_are_those_of_a_library(double in doubles().prop_filter("above 0", |double| *double > 0.0)) {
            prop_assert_eq!(shortest(double), expected(double));
        }

        #[test]
        fn numbers_of_everyday_size_too(numerator in 1_u64..1 << 40, denominator in 1_u64..1 << 40) {
            let double = numerator as f64 / denominator as f64;
            prop_assert_eq!(shortest(double), expected(double));
        }

        #[test]
        fn the_nearest_double_is_that_of_the_standard_library(whole in "[0-9]{0,40}", fraction in "[0-9]{0,40}", exponent in -400..400_i32) {
            let text = format!("0{whole}.{fraction}0e{exponent}");
            prop_assert_eq!(nearest(whole.as_bytes(), fraction.as_bytes(), exponent).to_bits(), text.parse::<f64>().unwrap().to_bits());
        }

        #[test]
        fn what_lies_halfway_between_two_doubles_becomes_the_even_one_and_else_the_nearer(double in doubles().prop_filter("not the last", |double| *double < f64::MAX), end in "[0-9]{0,20}") {
            // Exactly, with all their digits.
            let (low, high) = (format!("{double:.1100}"), format!("{:.1100}", f64::from_bits(double.to_bits() + 1)));
            let sum = |a: &str, b: &str| {
                let mut carry = 0;
                let mut digits: Vec<u8> = a.bytes().rev().zip(b.bytes().rev().chain(std::iter::repeat(b'0'))).map(|(a, b)| {
                    let sum = (a - b'0') + (b - b'0') + carry;
                    carry = sum / 10;
                    b'0' + sum % 10
                }).collect();
                digits.push(b'0' + carry);
                digits.reverse();
                String::from_utf8(digits).unwrap()
            };
            let plain = |text: &str| text.replace('.', "");
            let twice = sum(&plain(&high), &plain(&low));
            let five = sum(&sum(&twice, &twice), &twice);
            let five = sum(&sum(&five, &twice), &twice);
            for digits in [five + "0", twice.clone()] {
                let digits = digits + &end;
                let exponent = -1100 - end.len() as i32;
                let text = format!("{digits}e{exponent}");
                prop_assert_eq!(nearest(digits.as_bytes(), b"", exponent).to_bits(), text.parse::<f64>().unwrap().to_bits());
            }
        }
    }

    #[test]
    fn every_power_of_two_and_its_neighbours() {
        for exponent in -1074..1024 {
            let power = if exponent < -1022 {
                f64::from_bits(1 << (exponent + 1074))
            } else {
                f64::from_bits(((exponent + 1023) as u64) << 52)
            };
            for bits in [power.to_bits() - 1, power.to_bits(), power.to_bits() + 1] {
                let double = f64::from_bits(bits);
                if double > 0.0 {
                    let (digits, point) = shortest(double);
                    assert_eq!((digits.clone(), point), expected(double));
                    assert_eq!(nearest(digits.as_bytes(), b"", point - digits.len() as i32), double);
                }
            }
        }
    }

    #[test]
    fn a_number_of_a_million_digits_is_read_like_one_of_a_thousand() {
        let half = format!("{:.1100}", f64::from_bits(1) / 1.0);
        let fraction = half.split_once('.').unwrap().1;
        let long = format!("{fraction}{}1", "0".repeat(1_000_000));
        assert_eq!(nearest(b"0", long.as_bytes(), 0).to_bits(), 1);
        let ones = "1".repeat(1_000_000);
        assert_eq!(nearest(ones.as_bytes(), b"", -999_999), 1.111_111_111_111_111_1);
        assert_eq!(nearest(ones.as_bytes(), b"", 0), f64::INFINITY);
    }
}
