//! Strings and numbers as JSON text. Doubles are written as ECMAScript does (`Number::toString`): the shortest
//! digits that give the same double, in plain notation from 1e-6 up to 1e21.

use super::value::Number;
use crate::decimal::push_whole;

/// A string in quotation marks; control characters are escaped, all others stand for themselves.
pub fn push_string(out: &mut String, text: &str) {
    const HEXADECIMAL: &[u8; 16] = b"0123456789abcdef";
    out.push('"');
    let mut rest = text;
    // Nearly all texts need no escape, and then this is one search and one copy.
    while let Some(index) = rest.bytes().position(|byte| byte < 0x20 || byte == b'"' || byte == b'\\') {
        let (plain, escaped) = rest.split_at_checked(index).unwrap_or_default();
        out.push_str(plain);
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
    out.push_str(rest);
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
