//! Values to text: the canonical form, the form for people, and in one line, which the serializer writes. Doubles are
//! written in one way: that of ECMAScript, which RFC 8785 prescribes and which every reader of JSON understands.

use super::canonical::key_order;
use super::serialize::to_text;
use super::text::{push_double, push_number, push_string};
use super::value::Value;

/// The canonical form of a value: keys sorted by UTF-16 code units, no white space, numbers as ECMAScript prints
/// doubles (RFC 8785). Equal values have equal canonical forms, in every language.
pub fn canonical(value: &Value) -> String {
    write(value, Style::Sorted)
}

/// A value in one line, keys in their order.
pub fn compact(value: &Value) -> String {
    to_text(value)
}

/// A value for people to read, keys in their order, indented by two spaces.
pub fn pretty(value: &Value) -> String {
    write(value, Style::Indented)
}

/// The length in bytes of a value as compact JSON.
pub fn compact_length(value: &Value) -> usize {
    compact(value).len()
}

#[derive(Clone, Copy, PartialEq)]
enum Style {
    Sorted,
    Indented,
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
            Value::Bool(value) => self.text.push_str(if *value { "true" } else { "false" }),
            // The canonical form takes whole numbers for the doubles that they are in JavaScript.
            Value::Number(number) if self.style == Style::Sorted => {
                push_double(&mut self.text, number.as_f64())
            }
            Value::Number(number) => push_number(&mut self.text, *number),
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
                let mut members: Vec<_> = members.iter().collect();
                if self.style == Style::Sorted && !members.is_sorted_by(|a, b| key_order(a.0, b.0).is_le()) {
                    crate::order::sort_by(&mut members, |a, b| key_order(a.0, b.0));
                }
                for (index, (key, member)) in members.iter().enumerate() {
                    self.member(index, key, member);
                }
                self.close('}', members.is_empty());
            }
        }
    }

    fn member(&mut self, index: usize, key: &str, member: &Value) {
        self.separate(index);
        push_string(&mut self.text, key);
        self.text.push_str(if self.style == Style::Indented { ": " } else { ":" });
        self.value(member);
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

    #[inline(never)]
    fn break_line(&mut self) {
        if self.style == Style::Indented {
            self.text.push('\n');
            for _ in 0..self.depth {
                self.text.push_str("  ");
            }
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::json;
    use proptest::prelude::*;

    fn from_text(text: &str) -> Value {
        serde_json::from_str::<serde_json::Value>(text).unwrap().into()
    }

    #[test]
    fn styles() {
        let value = json!({ "b": [1, {}], "a": "x\n\u{1}\"" });
        assert_eq!(compact(&value), r#"{"b":[1,{}],"a":"x\n\u0001\""}"#);
        assert_eq!(canonical(&value), r#"{"a":"x\n\u0001\"","b":[1,{}]}"#);
        assert_eq!(pretty(&value), serde_json::to_string_pretty(&value).unwrap());
    }

    #[test]
    fn an_integer_beyond_the_precision_of_a_double_is_the_double_that_javascript_reads() {
        let value = from_text("[9007199254740993, -0.0, 20.0, 1e21, 123456789012345680000, 1e-6, 1e-7]");
        assert_eq!(canonical(&value), "[9007199254740992,0,20,1e+21,123456789012345680000,0.000001,1e-7]");
    }

    pub(crate) fn values() -> impl Strategy<Value = Value> {
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
        fn numbers_of_few_decimals_are_written_as_the_reference_does(units in any::<u64>(), digits in 0..20_u32, decimals in 0..9_i32) {
            let value = Value::from((units % 10_u64.pow(digits)) as f64 / 10_f64.powi(decimals));
            prop_assert_eq!(canonical(&value), serde_json_canonicalizer::to_string(&value).unwrap());
        }

        #[test]
        fn the_canonical_form_is_that_of_the_reference(value in values()) {
            prop_assert_eq!(canonical(&value), serde_json_canonicalizer::to_string(&value).unwrap());
        }

        #[test]
        fn every_style_reads_back_as_an_equal_value(value in values()) {
            for text in [compact(&value), pretty(&value)] {
                let read = from_text(&text);
                prop_assert_eq!(canonical(&read), canonical(&value));
            }
        }
    }
}
