//! Strings and numbers as JSON text. Doubles are written as ECMAScript does (`Number::toString`): the shortest
//! digits that give the same double, in plain notation from 1e-6 up to 1e21.

use super::value::Number;
use crate::decimal::push_whole;

/// How many bytes at the beginning stand for themselves in a string: none of them is a quotation mark, a backslash or a
/// control character.
#[inline]
pub(super) fn plain_length(bytes: &[u8]) -> usize {
    // Eight at a time, as far as none of them is such a byte: what is below another number borrows the highest bit of its
    // own byte (Lamport, 1975).
    const ONES: u64 = u64::from_le_bytes([0x01; 8]);
    const HIGHEST: u64 = u64::from_le_bytes([0x80; 8]);
    let below = |bytes: u64, limit: u8| bytes.wrapping_sub(ONES * u64::from(limit)) & !bytes & HIGHEST;
    let mut length = 0;
    while let Some(eight) = bytes.get(length..).and_then(<[u8]>::first_chunk) {
        let eight = u64::from_le_bytes(*eight);
        let quotes = eight ^ (ONES * u64::from(b'"'));
        let backslashes = eight ^ (ONES * u64::from(b'\\'));
        let found = below(eight, 0x20) | below(quotes, 1) | below(backslashes, 1);
        if found != 0 {
            // Only bytes behind the first one that is such may be marked wrongly.
            return length + (found.trailing_zeros() / 8) as usize;
        }
        length += 8;
    }
    let rest = bytes.get(length..).unwrap_or_default();
    length + rest.iter().take_while(|byte| **byte >= 0x20 && !matches!(byte, b'"' | b'\\')).count()
}

/// A string in quotation marks; control characters are escaped, all others stand for themselves.
pub fn push_string(out: &mut String, text: &str) {
    const HEXADECIMAL: &[u8; 16] = b"0123456789abcdef";
    out.push('"');
    let mut rest = text;
    // Nearly all texts need no escape, and then this is one search and one copy.
    loop {
        let (plain, escaped) = rest.split_at_checked(plain_length(rest.as_bytes())).unwrap_or_default();
        out.push_str(plain);
        if escaped.is_empty() {
            break;
        }
        let byte = escaped.as_bytes().first().copied().unwrap_or_default();
        let short = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            0x08 => "\\b",
            0x09 => "\\t",
            0x0A => "\\n",
            0x0C => "\\f",
            0x0D => "\\r",
            0x10.. => "\\u001",
            _ => "\\u000",
        };
        out.push_str(short);
        if short.len() > 2 {
            out.push(char::from(HEXADECIMAL[usize::from(byte & 15)]));
        }
        rest = escaped.get(1..).unwrap_or_default();
    }
    out.push('"');
}

/// A number; whole ones with all their digits.
#[inline(never)]
pub(super) fn push_number(out: &mut String, number: Number) {
    match number {
        Number::Whole(number) => push_whole(out, number),
        Number::Negative(number) => {
            out.push('-');
            push_whole(out, number.unsigned_abs());
        }
        Number::Double(number) => push_double(out, number),
    }
}

/// A double; one that is not finite is `null`.
#[inline(never)]
pub(super) fn push_double(out: &mut String, value: f64) {
    if !value.is_finite() {
        out.push_str("null");
        return;
    }
    if value < 0.0 {
        out.push('-');
    }
    // Most numbers are small and whole.
    let value = value.abs();
    if value < 1e15 && value == value.trunc() {
        push_whole(out, value as u64);
        return;
    }
    // And most others have at most 6 decimals. A decimal of 15 digits or fewer that gives the double has the shortest
    // digits: no two of them give the same.
    let millionths = (value * 1e6 + 0.5) as u64;
    if value < 1e9 && millionths as f64 / 1e6 == value {
        push_whole(out, millionths / 1_000_000);
        out.push('.');
        let (mut rest, mut unit) = (millionths % 1_000_000, 100_000);
        while rest > 0 {
            push_whole(out, rest / unit);
            rest %= unit;
            unit /= 10;
        }
        return;
    }
    let mut buffer = ryu::Buffer::new();
    let (digits, point) = digits_and_point(buffer.format_finite(value));
    push_digits(out, &digits, point);
}

/// Takes a number as the library writes it (`0.001`, `1234.5`, `1.5e-7`) for its significant digits and the place of
/// the decimal point among them.
fn digits_and_point(written: &str) -> (String, i32) {
    let (mantissa, exponent) = written.split_once(['e', 'E']).unwrap_or((written, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let significant = digits.trim_start_matches('0');
    let zeros = digits.len() - significant.len();
    let point = whole.len() as i32 - zeros as i32 + exponent.parse::<i32>().unwrap_or(0);
    (significant.trim_end_matches('0').to_owned(), point)
}

fn push_digits(out: &mut String, digits: &str, point: i32) {
    let count = digits.len() as i32;
    match point {
        -5..=0 => {
            out.push_str("0.");
            push_zeros(out, -point);
            out.push_str(digits);
        }
        1..=21 => {
            for (index, digit) in (0..).zip(digits.chars()) {
                if index == point {
                    out.push('.');
                }
                out.push(digit);
            }
            push_zeros(out, point - count);
        }
        _ => {
            for (index, digit) in digits.chars().enumerate() {
                if index == 1 {
                    out.push('.');
                }
                out.push(digit);
            }
            let exponent = point - 1;
            out.push_str(if exponent < 0 { "e-" } else { "e+" });
            push_whole(out, u64::from(exponent.unsigned_abs()));
        }
    }
}

fn push_zeros(out: &mut String, count: i32) {
    for _ in 0..count {
        out.push('0');
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::plain_length;

    proptest! {
        #[test]
        fn what_is_plain_is_found_eight_bytes_at_a_time(
            bytes in prop::collection::vec(prop_oneof![8 => any::<u8>(), 1 => Just(b'"'), 1 => Just(0x1F), 1 => Just(b'\\')], 0..40),
            plain in prop::collection::vec(prop_oneof![0x20..=0x21_u8, 0x23..=0x5B_u8, 0x5D..=0xFF_u8], 0..40),
        ) {
            let text = [plain, bytes].concat();
            let first = text.iter().position(|byte| *byte < 0x20 || *byte == b'"' || *byte == b'\\');
            prop_assert_eq!(plain_length(&text), first.unwrap_or(text.len()));
        }
    }
}
