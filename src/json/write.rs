//! Values to text. One writer for every style, and one way to write doubles: that of ECMAScript, which RFC 8785
//! prescribes and which every reader of JSON understands.

use std::fmt::Write;

use serde_json::{Map, Number, Value};

/// The canonical form of a value: keys sorted by UTF-16 code units, no white space, numbers as ECMAScript prints
/// doubles (RFC 8785). Equal values have equal canonical forms, in every language.
pub fn canonical(value: &Value) -> String {
    write(value, Style { sorted: true, indented: false })
}

/// A value in one line, keys in their order.
pub fn compact(value: &Value) -> String {
    write(value, Style { sorted: false, indented: false })
}

/// A value for people to read, keys in their order, indented by two spaces.
pub fn pretty(value: &Value) -> String {
    write(value, Style { sorted: false, indented: true })
}

#[derive(Clone, Copy)]
struct Style {
    sorted: bool,
    indented: bool,
}

fn write(value: &Value, style: Style) -> String {
    let mut writer = Writer { text: String::new(), style, depth: 0 };
    writer.value(value);
    writer.text
}

struct Writer {
    text: String,
    style: Style,
    depth: usize,
}

impl Writer {
    fn value(&mut self, value: &Value) {
        match value {
            Value::Null => self.text.push_str("null"),
            Value::Bool(true) => self.text.push_str("true"),
            Value::Bool(false) => self.text.push_str("false"),
            // Only the canonical form takes integers for the doubles that they are in JavaScript.
            Value::Number(number) if !self.style.sorted && !number.is_f64() => {
                self.text.push_str(&number.to_string())
            }
            Value::Number(number) => push_number(&mut self.text, number),
            Value::String(text) => push_string(&mut self.text, text),
            Value::Array(items) => {
                self.open('[');
                for (index, item) in items.iter().enumerate() {
                    self.separate(index);
                    self.value(item);
                }
                self.close(']', items.is_empty());
            }
            Value::Object(members) => {
                self.open('{');
                for (index, (key, member)) in self.in_order(members).into_iter().enumerate() {
                    self.separate(index);
                    push_string(&mut self.text, key);
                    self.text.push_str(if self.style.indented { ": " } else { ":" });
                    self.value(member);
                }
                self.close('}', members.is_empty());
            }
        }
    }

    fn in_order<'a>(&self, members: &'a Map<String, Value>) -> Vec<(&'a String, &'a Value)> {
        let mut members: Vec<_> = members.iter().collect();
        if self.style.sorted {
            crate::order::sort_by(&mut members, |(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
        }
        members
    }

    fn open(&mut self, bracket: char) {
        self.text.push(bracket);
        self.depth += 1;
    }

    fn separate(&mut self, index: usize) {
        if index > 0 {
            self.text.push(',');
        }
        self.break_line();
    }

    fn close(&mut self, bracket: char, empty: bool) {
        self.depth -= 1;
        if !empty {
            self.break_line();
        }
        self.text.push(bracket);
    }

    fn break_line(&mut self) {
        if self.style.indented {
            self.text.push('\n');
            self.text.extend(std::iter::repeat_n("  ", self.depth));
        }
    }
}

fn push_string(out: &mut String, text: &str) {
    out.push('"');
    let mut plain = 0;
    for (index, byte) in text.bytes().enumerate() {
        let short = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            0x08 => "\\b",
            0x09 => "\\t",
            0x0A => "\\n",
            0x0C => "\\f",
            0x0D => "\\r",
            0..0x20 => "",
            _ => continue,
        };
        out.push_str(text.get(plain..index).unwrap_or_default());
        plain = index + 1;
        match short {
            "" => {
                // Writing to a String cannot fail.
                let _ = write!(out, "\\u{byte:04x}");
            }
            short => out.push_str(short),
        }
    }
    out.push_str(text.get(plain..).unwrap_or_default());
    out.push('"');
}

/// Number::toString of ECMAScript: the shortest digits that give the same double, in plain notation from 1e-6 up
/// to 1e21. The digits are the standard library's.
fn push_number(out: &mut String, number: &Number) {
    const SAFE_INTEGER: i64 = 1 << 53;
    if let Some(integer) = number.as_i64().filter(|integer| (-SAFE_INTEGER..=SAFE_INTEGER).contains(integer))
    {
        let _ = write!(out, "{integer}");
        return;
    }
    let value = number.as_f64().unwrap_or(0.0);
    if value == 0.0 {
        out.push('0');
        return;
    }
    let scientific = format!("{value:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |digits| ("-", digits));
    let digits: String = digits.chars().filter(char::is_ascii_digit).collect();
    let point = exponent.parse::<i32>().unwrap_or(0) + 1;
    let count = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    out.push_str(sign);
    let zeros = |out: &mut String, count: i32| out.extend((0..count).map(|_| '0'));
    if (-5..=0).contains(&point) {
        out.push_str("0.");
        zeros(out, -point);
        out.push_str(&digits);
    } else if (1..=21).contains(&point) {
        let (whole, fraction) =
            digits.split_at_checked(usize::try_from(point).unwrap_or(0)).unwrap_or((&digits, ""));
        out.push_str(whole);
        zeros(out, point - count);
        if !fraction.is_empty() {
            out.push('.');
            out.push_str(fraction);
        }
    } else {
        let (first, rest) = digits.split_at_checked(1).unwrap_or((&digits, ""));
        out.push_str(first);
        if !rest.is_empty() {
            out.push('.');
            out.push_str(rest);
        }
        let _ = write!(out, "e{}{}", if point > 0 { "+" } else { "-" }, (point - 1).abs());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn styles() {
        let value = json!({ "b": [1, {}], "a": "x\n\u{1}\"" });
        assert_eq!(compact(&value), r#"{"b":[1,{}],"a":"x\n\u0001\""}"#);
        assert_eq!(canonical(&value), r#"{"a":"x\n\u0001\"","b":[1,{}]}"#);
        assert_eq!(pretty(&value), serde_json::to_string_pretty(&value).unwrap());
    }

    #[test]
    fn an_integer_beyond_the_precision_of_a_double_is_the_double_that_javascript_reads() {
        let value: Value =
            serde_json::from_str("[9007199254740993, -0.0, 20.0, 1e21, 123456789012345680000, 1e-6, 1e-7]")
                .unwrap();
        assert_eq!(canonical(&value), "[9007199254740992,0,20,1e+21,123456789012345680000,0.000001,1e-7]");
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_filter("finite", |number| number.is_finite()).prop_map(Value::from),
            ".*".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 6, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                proptest::collection::vec((".*", inner), 0..6)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn the_canonical_form_is_that_of_the_reference(value in values()) {
            prop_assert_eq!(canonical(&value), serde_json_canonicalizer::to_string(&value).unwrap());
        }

        #[test]
        fn every_style_reads_back_as_an_equal_value(value in values()) {
            for text in [compact(&value), pretty(&value)] {
                let read: Value = serde_json::from_str(&text).unwrap();
                prop_assert_eq!(canonical(&read), canonical(&value));
            }
        }
    }
}
