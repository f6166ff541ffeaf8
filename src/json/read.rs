//! The reader: bytes to a [`Value`] inside [`Limits`], with everything that is wrong and where.
//!
//! A general parser stops at the first number that a double cannot hold, does not say which key came twice, and has
//! its limits elsewhere; this one reads once and names all of it by pointer. What it accepts is RFC 8259, which is
//! tested against such a parser.

use super::canonical::key_order;
use super::fault::{Fault, FaultKind, Faults};
use super::limits::{Limits, not_finite};
use super::map::Map;
use super::path::Path;
use super::syntax::{Cursor, Scalar, Syntax};
use super::value::Value;

/// Reads a JSON document, or says why it cannot be used: the first error in the text. What can be used but is
/// suspicious (a byte order mark, a key given twice) is listed in [`Document::warnings`].
pub fn read(bytes: &[u8], limits: Limits) -> Result<Document, Fault> {
    let (Examination { value, mut faults }, is_canonical) = examine_form(bytes, limits);
    if let Some(index) = faults.iter().position(|fault| fault.kind.is_error()) {
        return Err(faults.swap_remove(index));
    }
    match value {
        Some(value) => Ok(Document { value, warnings: faults, is_canonical }),
        None => Err(Fault::new(FaultKind::EmptyInput, "", "The document is empty.")),
    }
}

/// Reads as much of a JSON document as can be read and reports every fault in it. Parts that were refused are
/// `null` (or, for an array with too many items, cut); faults inside them are not reported.
pub fn examine(bytes: &[u8], limits: Limits) -> Examination {
    examine_form(bytes, limits).0
}

/// The same, and whether the document is in canonical form.
fn examine_form(bytes: &[u8], limits: Limits) -> (Examination, bool) {
    let mut faults = Faults::default();
    let (value, is_canonical) = examine_bytes(bytes, limits, &mut faults).unzip();
    let mut faults = faults.list;
    if let Some(value) = &value {
        faults.retain(|fault| is_in(fault, value));
    }
    (Examination { value, faults }, is_canonical == Some(true))
}

/// Reads the arguments of a call, which JavaScript wrote as JSON. Half of a surrogate pair, which a text of
/// JavaScript may hold and no other, becomes U+FFFD, as it does wherever JavaScript encodes text.
pub fn read_arguments(text: &str) -> Result<Value, Fault> {
    const LIMITS: Limits = Limits { bytes: usize::MAX, depth: 32, items: usize::MAX, items_at: &[] };
    let mut faults = Faults::default();
    let value = examine_text(Cursor::of_arguments(text), LIMITS, &mut faults);
    let error = faults.list.into_iter().find(|fault| fault.kind.is_error());
    error.map_or(Ok(value.unwrap_or_default().0), Err)
}

/// A document without errors.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// Its content. Of a key given twice, the last value at the place of the first.
    pub value: Value,
    /// Faults that are not errors, in the order of the text.
    pub warnings: Vec<Fault>,
    /// Whether the text is the canonical form of its content (RFC 8785).
    pub is_canonical: bool,
}

/// What could be read of a document, and everything wrong with it.
#[derive(Clone, Debug, PartialEq)]
pub struct Examination {
    /// Its content; `None` when nothing could be read.
    pub value: Option<Value>,
    /// In the order in which they were found.
    pub faults: Vec<Fault>,
}

fn examine_bytes(bytes: &[u8], limits: Limits, faults: &mut Faults) -> Option<(Value, bool)> {
    if bytes.len() > limits.bytes {
        faults.push(limits.too_large());
        return None;
    }
    let mark = bytes.strip_prefix(b"\xEF\xBB\xBF");
    let has_mark = mark.is_some();
    let bytes = match mark {
        Some(rest) => {
            faults.push(Fault::new(FaultKind::ByteOrderMark, "", "The file starts with a byte order mark."));
            rest
        }
        None => bytes,
    };
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let message = format!("Byte {} is not UTF-8.", error.valid_up_to());
            faults.push(Fault::new(FaultKind::NotUtf8, "", message));
            return None;
        }
    };
    let (value, is_canonical) = examine_text(Cursor::new(text), limits, faults)?;
    Some((value, is_canonical && !has_mark))
}

fn examine_text(mut cursor: Cursor<'_>, limits: Limits, faults: &mut Faults) -> Option<(Value, bool)> {
    if cursor.peek().is_none() {
        faults.push(Fault::new(FaultKind::EmptyInput, "", "The document is empty."));
        return None;
    }
    let mut reader = Reader { cursor, limits, depth: 0, too_deep: false, faults };
    let result = reader.value(&Path::Root).and_then(|value| reader.cursor.end().map(|()| value));
    result
        .map(|value| (value, reader.cursor.is_canonical))
        .map_err(|syntax| {
            let (line, column) = reader.cursor.line_and_column();
            let message = format!("This is not JSON: {} at line {line} column {column}.", syntax.0);
            reader.faults.push(Fault::new(FaultKind::Syntax, "", message));
        })
        .ok()
}

/// Whether a fault is about something that is still in the document. It is not when it was found inside the value
/// of a key that a later one replaced, or inside an item that was cut off.
fn is_in(fault: &Fault, document: &Value) -> bool {
    match (fault.kind, document.pointer(&fault.path)) {
        (FaultKind::NotFinite | FaultKind::TooDeep, Some(value)) => value.is_null(),
        (FaultKind::TooMany, Some(value)) => value.is_array() || fault.path.is_empty(),
        (_, found) => found.is_some(),
    }
}

struct Reader<'a> {
    cursor: Cursor<'a>,
    limits: Limits,
    depth: usize,
    too_deep: bool,
    faults: &'a mut Faults,
}

impl Reader<'_> {
    fn value(&mut self, path: &Path<'_>) -> Result<Value, Syntax> {
        match self.cursor.peek() {
            Some(b'{' | b'[') if self.depth == self.limits.depth => {
                if !self.too_deep {
                    self.too_deep = true;
                    self.faults.push(self.limits.too_deep(&path.pointer()));
                }
                self.cursor.skip()?;
                Ok(Value::Null)
            }
            Some(b'{') => self.object(path),
            Some(b'[') => self.array(path),
            _ => Ok(match self.cursor.scalar()? {
                Scalar::Null => Value::Null,
                Scalar::Bool(value) => Value::Bool(value),
                Scalar::Number(number) => Value::Number(number),
                Scalar::String(text) => Value::String(self.cursor.owned(text)),
                Scalar::NotFinite => {
                    self.faults.push_with(&|| not_finite(&path.pointer()));
                    Value::Null
                }
            }),
        }
    }

    fn array(&mut self, path: &Path<'_>) -> Result<Value, Syntax> {
        self.depth += 1;
        let limit = self.limits.items_of(&|pointer| path.is(pointer));
        let mut items = Vec::new();
        let mut count = 0;
        let mut open = self.cursor.open(b'[', b']')?;
        while open {
            let item = self.value(&Path::Item(path, count))?;
            if count < limit {
                items.push(item);
            } else if count == limit {
                self.faults.push(self.limits.too_many(&path.pointer(), limit));
            }
            count += 1;
            open = self.cursor.next_item(b']')?;
        }
        self.depth -= 1;
        Ok(Value::Array(items))
    }

    fn object(&mut self, path: &Path<'_>) -> Result<Value, Syntax> {
        self.depth += 1;
        // As many as most objects have: to grow from one to eight takes longer than to read them.
        let mut members: Vec<(String, Value)> = Vec::with_capacity(8);
        let mut in_order = true;
        let mut open = self.cursor.open(b'{', b'}')?;
        while open {
            let key = self.cursor.key()?;
            let key = self.cursor.owned(key);
            in_order = in_order && members.last().is_none_or(|(last, _)| key_order(last, &key).is_lt());
            let member = self.value(&Path::Key(path, &key))?;
            members.push((key, member));
            open = self.cursor.next_item(b'}')?;
        }
        self.cursor.is_canonical &= in_order;
        let (map, repeated) = Map::read(members, in_order);
        for key in repeated {
            let message = "This key is given twice; the last value counts.";
            self.faults.push_with(&|| {
                Fault::new(FaultKind::DuplicateKey, &Path::Key(path, &key).pointer(), message)
            });
        }
        self.depth -= 1;
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use crate::json;
    use proptest::prelude::*;

    use super::super::write::{canonical, compact, pretty};
    use super::*;

    const LIMITS: Limits = Limits { bytes: 1 << 20, depth: 32, items: 1000, items_at: &[("/wide", 2000)] };

    fn faults(bytes: &[u8]) -> Vec<(FaultKind, String)> {
        examine(bytes, LIMITS).faults.into_iter().map(|fault| (fault.kind, fault.path)).collect()
    }

    fn at(kind: FaultKind, path: &str) -> (FaultKind, String) {
        (kind, path.to_owned())
    }

    #[test]
    fn a_plain_document_is_its_value_with_key_order() {
        let document =
            read(br#" {"b": [1, 2.5, -3, null, true], "a": "\u00e9\ud83d\ude00"} "#, LIMITS).unwrap();
        assert_eq!(compact(&document.value), r#"{"b":[1,2.5,-3,null,true],"a":"é😀"}"#);
        assert_eq!(document.warnings, []);
    }

    #[test]
    fn a_duplicate_key_keeps_the_place_of_the_first_and_the_value_of_the_last() {
        let text = br#"{"a": 1, "b": {"x/y": 1, "x/y": 2, "x\u002fy": 3}, "a": 2}"#;
        let document = read(text, LIMITS).unwrap();
        assert_eq!(compact(&document.value), r#"{"a":2,"b":{"x/y":3}}"#);
        let expected = [at(FaultKind::DuplicateKey, "/b/x~1y"), at(FaultKind::DuplicateKey, "/a")];
        assert_eq!(faults(text), expected);
    }

    #[test]
    fn faults_inside_a_replaced_value_are_not_faults_of_the_document() {
        let text = br#"{"a": {"x": 1e999, "y": 1, "y": 1}, "b": 1e999, "a": {"x": 1}, "b": 2}"#;
        let expected = [at(FaultKind::DuplicateKey, "/a"), at(FaultKind::DuplicateKey, "/b")];
        assert_eq!(faults(text), expected);
    }

    #[test]
    fn encoding_and_emptiness() {
        assert_eq!(faults(b""), [at(FaultKind::EmptyInput, "")]);
        assert_eq!(faults(b" \r\n\t"), [at(FaultKind::EmptyInput, "")]);
        let marked = [at(FaultKind::ByteOrderMark, ""), at(FaultKind::EmptyInput, "")];
        assert_eq!(faults(b"\xEF\xBB\xBF "), marked);
        assert_eq!(faults(b"\xEF\xBB\xBF{}"), [at(FaultKind::ByteOrderMark, "")]);
        let fault = read(b"{\"a\": \"\xFF\"}", LIMITS).unwrap_err();
        assert_eq!((fault.kind, fault.message.as_str()), (FaultKind::NotUtf8, "Byte 7 is not UTF-8."));
    }

    #[test]
    fn what_rfc_8259_does_not_allow_is_a_syntax_error_with_line_and_column() {
        for text in [
            "{",
            "[1,]",
            "{\"a\":1,}",
            "NaN",
            "[Infinity]",
            "// no",
            "01",
            "1 2",
            "'a'",
            "\"\\ud800\"",
            "\"\\udc00x\"",
            "\"a\tb\"",
            "\u{a0}1",
        ] {
            let fault = read(text.as_bytes(), LIMITS).unwrap_err();
            assert_eq!(fault.kind, FaultKind::Syntax, "{text}");
            assert!(fault.message.contains("line 1 column"), "{}", fault.message);
        }
        assert!(read(b"{\n  x", LIMITS).unwrap_err().message.contains("line 2 column 3"));
    }

    #[test]
    fn a_number_that_is_not_finite_is_named_by_its_pointer_and_reading_goes_on() {
        let text = br#"{"a": [1, 1e999], "b": "1e999", "c": {"d": -1e400}, "e": 1e308, "a/": 1, "a/": 1}"#;
        let expected = [
            at(FaultKind::NotFinite, "/a/1"),
            at(FaultKind::NotFinite, "/c/d"),
            at(FaultKind::DuplicateKey, "/a~1"),
        ];
        assert_eq!(faults(text), expected);
        let both = [at(FaultKind::NotFinite, "/0"), at(FaultKind::Syntax, "")];
        assert_eq!(faults(b"[1e999, x]"), both);
    }

    #[test]
    fn depth_32_is_read_and_33_is_too_deep_at_its_pointer() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert_eq!(faults(nested(32).as_bytes()), []);
        let pointer = "/0".repeat(32);
        for depth in [33, 34, 127, 128, 200, 100_000, 500_000] {
            assert_eq!(faults(nested(depth).as_bytes()), [at(FaultKind::TooDeep, &pointer)], "{depth}");
        }
        let open = "[".repeat(1 << 20);
        let expected = [at(FaultKind::TooDeep, &pointer), at(FaultKind::Syntax, "")];
        assert_eq!(faults(open.as_bytes()), expected);
        let objects = "{\"a\":".repeat(200_000);
        let expected = [at(FaultKind::TooDeep, &"/a".repeat(32)), at(FaultKind::Syntax, "")];
        assert_eq!(faults(objects.as_bytes()), expected);
    }

    #[test]
    fn numbers_below_the_depth_limit_do_not_shift_the_ones_that_are_not_finite() {
        let deep = format!("{}1e999, 5, 7{}", "[".repeat(40), "]".repeat(40));
        let text = format!("[{deep}, 1, 1e999]");
        let expected = [at(FaultKind::TooDeep, &"/0".repeat(32)), at(FaultKind::NotFinite, "/2")];
        assert_eq!(faults(text.as_bytes()), expected);
    }

    #[test]
    fn arrays_and_bytes_are_limited() {
        let array = |items: usize| format!("[{}]", vec!["1"; items].join(","));
        assert_eq!(faults(array(1000).as_bytes()), []);
        assert_eq!(faults(array(1001).as_bytes()), [at(FaultKind::TooMany, "")]);
        assert_eq!(faults(format!("{{\"wide\":{}}}", array(2000)).as_bytes()), []);
        let cut = examine(array(5000).as_bytes(), LIMITS).value.unwrap();
        assert_eq!(cut.as_array().map(Vec::len), Some(1000));

        let text = format!("\"{}\"", "x".repeat((1 << 20) - 2));
        assert_eq!(faults(text.as_bytes()), []);
        assert_eq!(faults(format!("{text} ").as_bytes()), [at(FaultKind::TooLarge, "")]);
    }

    #[test]
    fn one_long_key_does_not_multiply_the_size_of_the_document() {
        let inner: String = (0..20_000).map(|n| format!("\"{n}\":1,\"{n}\":1,")).collect();
        let text = format!("{{\"{}\":{{{}\"z\":1}}}}", "k".repeat(500_000), inner);
        let found = examine(text.as_bytes(), LIMITS).faults;
        assert!(found.len() < 100);
        assert_eq!(
            found.last().map(|fault| (fault.kind, fault.path.as_str())),
            Some((FaultKind::TooMany, ""))
        );
    }

    #[test]
    fn a_fault_names_its_place() {
        let fault = read(b"[1e999]", LIMITS).unwrap_err();
        assert_eq!((fault.kind, fault.path.as_str()), (FaultKind::NotFinite, "/0"));
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(6, 64, 8, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
                prop::collection::vec((".{0,4}", inner), 0..8)
                    .prop_map(|entries| Value::Object(entries.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn whatever_is_written_is_read_back_equal(value in any_json()) {
            let text = compact(&value);
            let document = read(text.as_bytes(), LIMITS).unwrap();
            prop_assert_eq!(&document.value, &value);
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let result = examine(&bytes, LIMITS);
            prop_assert!(result.value.is_some() || result.faults.iter().any(|fault| fault.kind.is_error()));
        }

        #[test]
        fn the_canonical_form_is_known_as_such(value in any_json()) {
            for text in [canonical(&value), compact(&value), pretty(&value)] {
                let document = read(text.as_bytes(), LIMITS).unwrap();
                prop_assert_eq!(document.is_canonical, canonical(&document.value) == text, "{}", text);
            }
        }

        #[test]
        fn no_other_form_is_taken_for_it(text in r#"( ?(\{("[ab\u{e9}\u{ffff}\u{10000}"]":-?[0-9]{1,2}(\.[0-9])?(e[0-9])?,?){0,3}\}|"(\\u00[01][0-9a-fA-F]|\\[nrtbf/"\\]|\\u[0-9][0-9a-c]{3}|é){0,3}"|-?(0|[1-9][0-9]{0,18})(\.[0-9]{1,3})?([eE][+-]?[0-9]{1,2})?|\[1, ?2\]))"#) {
            if let Ok(document) = read(text.as_bytes(), LIMITS) {
                prop_assert_eq!(document.is_canonical, canonical(&document.value) == text, "{}", text);
            }
        }

        #[test]
        fn we_accept_what_serde_json_accepts(text in r#"[\[\]{}",:0-9eE.+\- a\\u]{0,40}"#) {
            let ours = examine(text.as_bytes(), LIMITS).value;
            if let Ok(theirs) = serde_json::from_str::<serde_json::Value>(&text) {
                prop_assert_eq!(ours, Some(Value::from(theirs)));
            }
        }
    }

    #[test]
    fn half_of_a_surrogate_pair_is_refused_in_documents_and_replaced_in_arguments() {
        for (text, expected) in [
            (r#""\ud83d""#, "\u{FFFD}"),
            (r#""a\ude00b""#, "a\u{FFFD}b"),
            (r#""\ud83d\ud83d\ude00""#, "\u{FFFD}\u{1F600}"),
            (r#""\ud83dx""#, "\u{FFFD}x"),
        ] {
            assert_eq!(faults(text.as_bytes()), [at(FaultKind::Syntax, "")], "{text}");
            assert_eq!(read_arguments(text).unwrap(), json!(expected));
        }
    }

    #[test]
    fn the_value_of_a_null_document_is_null() {
        assert_eq!(read(b"null", LIMITS).unwrap().value, json!(null));
    }
}
