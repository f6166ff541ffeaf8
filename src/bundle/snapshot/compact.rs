//! The compact form of a file, `encoding: "compact/1"`: any JSON value, with what stands in it again and again written
//! once. Lossless: the order of keys, every number and every text come back.
//!
//! `keys` lists the shapes of objects, each as its keys in their order, and `values` the texts that are worth it. In
//! `data` an object is `[shape, value, …]`, an array `[-1, item, …]`, and the text with index `i` is `[-2 - i]`; all
//! other texts, numbers, `true`, `false` and `null` stand for themselves. There is no object in it, so whatever keys a
//! person's own data has, none can be taken for one of ours.

use crate::json::{Map, Number, Value};
use crate::list::List;
use crate::order;

/// What `encoding` says.
pub(super) const ENCODING: &str = "compact/1";
/// Keys of the compact form.
pub(super) const KEYS: &str = "keys";
pub(super) const VALUES: &str = "values";
pub(super) const DATA: &str = "data";

/// The first number of an array.
const ARRAY: i64 = -1;
/// Bytes of a reference to a text, about.
const REFERENCE: usize = 6;

/// The compact form of a value: `encoding`, `keys`, `values` and `data`.
pub fn compact(value: &Value) -> Map {
    let mut texts = Vec::new();
    collect(value, &mut texts);
    let mut writer = Writer { texts: worth_listing(texts), shapes: Vec::new(), sorted: Vec::new() };
    let data = writer.value(value);
    let values = writer.texts.iter().map(|(text, _)| Value::from(*text)).list();
    let shape = |keys: &Vec<&str>| Value::from(keys.iter().map(|key| Value::from(*key)).list());
    let keys = writer.shapes.iter().map(shape).list();
    let mut form = Map::new();
    form.insert("encoding", ENCODING);
    form.insert(KEYS, keys);
    form.insert(VALUES, values);
    form.insert(DATA, data);
    form
}

/// The value whose compact form this is; `None` for what [`compact`] cannot have made, or would be more than `most` bytes
/// of JSON, about.
pub fn expand(form: &Map, most: usize) -> Option<Value> {
    let list = |name: &str| form.get(name).and_then(Value::as_array);
    if form.get("encoding").and_then(Value::as_str) != Some(ENCODING) {
        return None;
    }
    let mut shapes = Vec::new();
    for shape in list(KEYS)? {
        let keys: Option<Vec<&str>> = shape.as_array()?.iter().map(Value::as_str).collect();
        shapes.push(keys?);
    }
    let mut reader = Reader { shapes, values: list(VALUES)?, left: most };
    reader.value(form.get(DATA)?)
}

/// All texts of a value, in their order.
fn collect<'v>(value: &'v Value, texts: &mut Vec<&'v str>) {
    match value {
        Value::String(text) => texts.push(text),
        Value::Array(items) => items.iter().for_each(|item| collect(item, texts)),
        Value::Object(members) => members.values().for_each(|item| collect(item, texts)),
        _ => {}
    }
}

/// The texts that cost less when they are listed, in their order, each with its place in the list of `values`.
fn worth_listing(mut texts: Vec<&str>) -> Vec<(&str, usize)> {
    order::sort_by_text(&mut texts, |text| text);
    let mut listed = Vec::new();
    for run in texts.chunk_by(PartialEq::eq) {
        if let [text, ..] = run {
            let literal = text.len() + 2;
            if run.len() * literal > literal + 1 + run.len() * REFERENCE {
                listed.push((*text, listed.len()));
            }
        }
    }
    listed
}

struct Writer<'v> {
    /// In their order.
    texts: Vec<(&'v str, usize)>,
    /// In the order in which they came.
    shapes: Vec<Vec<&'v str>>,
    /// Indices of shapes, in the order of their keys.
    sorted: Vec<usize>,
}

impl<'v> Writer<'v> {
    fn value(&mut self, value: &'v Value) -> Value {
        match value {
            Value::String(text) => {
                let listed = self.texts.binary_search_by(|(known, _)| (*known).cmp(text));
                match listed.ok().and_then(|index| i64::try_from(index).ok()) {
                    Some(index) => vec![number(ARRAY - 1 - index)].into(),
                    None => value.clone(),
                }
            }
            Value::Array(items) => self.list(ARRAY, &mut items.iter()),
            Value::Object(members) => {
                let shape = self.shape(members.keys().map(String::as_str).list());
                self.list(shape, &mut members.values())
            }
            _ => value.clone(),
        }
    }

    fn list(&mut self, first: i64, items: &mut dyn Iterator<Item = &'v Value>) -> Value {
        let mut list = vec![number(first)];
        for item in items {
            list.push(self.value(item));
        }
        list.into()
    }

    /// The number of a shape.
    fn shape(&mut self, keys: Vec<&'v str>) -> i64 {
        let known = self.sorted.binary_search_by(|index| self.shapes[*index].cmp(&keys));
        let index = match known {
            Ok(place) => self.sorted[place],
            Err(place) => {
                self.sorted.insert(place, self.shapes.len());
                self.shapes.push(keys);
                self.shapes.len() - 1
            }
        };
        i64::try_from(index).unwrap_or(i64::MAX)
    }
}

struct Reader<'v> {
    shapes: Vec<Vec<&'v str>>,
    values: &'v [Value],
    /// Bytes that may still come: a short file must not become an endless one.
    left: usize,
}

impl Reader<'_> {
    fn value(&mut self, value: &Value) -> Option<Value> {
        let items = match value {
            Value::Array(items) => items,
            Value::Object(_) => return None,
            _ => {
                self.take(value.as_str().map_or(1, str::len))?;
                return Some(value.clone());
            }
        };
        let (first, rest) = items.split_first()?;
        let first = match first {
            Value::Number(Number::Whole(first)) => i64::try_from(*first).ok()?,
            Value::Number(Number::Negative(first)) => *first,
            _ => return None,
        };
        self.take(2)?;
        if first == ARRAY {
            let mut list = Vec::with_capacity(rest.len());
            for item in rest {
                list.push(self.value(item)?);
            }
            return Some(list.into());
        }
        if first < ARRAY {
            let text = self.values.get(usize::try_from(ARRAY - 1 - first).ok()?)?.as_str()?;
            self.take(text.len())?;
            return rest.is_empty().then(|| text.into());
        }
        let keys = self.shapes.get(usize::try_from(first).ok()?)?.clone();
        if keys.len() != rest.len() {
            return None;
        }
        let mut members = Vec::with_capacity(rest.len());
        for (key, item) in keys.iter().zip(rest) {
            self.take(key.len() + 2)?;
            members.push(((*key).to_owned(), self.value(item)?));
        }
        let members: Map = members.into_iter().collect();
        // No key is there twice.
        (members.len() == keys.len()).then(|| members.into())
    }

    fn take(&mut self, bytes: usize) -> Option<()> {
        self.left = self.left.checked_sub(bytes)?;
        Some(())
    }
}

fn number(number: i64) -> Value {
    number.into()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::json::{self, Limits, json};

    const LIMITS: Limits = Limits { bytes: usize::MAX, depth: 64, items: usize::MAX, items_at: &[] };

    fn read(text: &str) -> Value {
        json::read(text.as_bytes(), LIMITS).unwrap().value
    }

    /// Through the text of the file and back, with the order of keys.
    fn round_trip(text: &str) {
        let value = read(text);
        let file = json::compact(&Value::Object(compact(&value)));
        let Value::Object(form) = read(&file) else { panic!("a form is an object") };
        let back = expand(&form, usize::MAX).expect("what was compacted expands");
        assert_eq!(json::compact(&back), json::compact(&value));
    }

    #[test]
    fn whatever_keys_a_person_has_they_come_back() {
        for text in [
            "null",
            "\"\"",
            "[]",
            "{}",
            "[[],[-1],[-2],[0],{\"\":[]},-2,0]",
            r#"{"encoding":"compact/1","keys":[["a"]],"values":["x"],"data":[0,[-2]]}"#,
            r#"[{"a":1,"b":2},{"b":1,"a":2},{"a":{"a":{"a":[]}}}]"#,
            r#"["a long text of some length","a long text of some length",{"a long text of some length":"a long text of some length"}]"#,
            "[1e300,-0.5,0.1,123456789012345678,-9007199254740993]",
        ] {
            round_trip(text);
        }
    }

    #[test]
    fn what_stands_there_again_and_again_is_written_once() {
        let item = json!({ "interaction": "very_positive", "reasons": ["very_positive", "long_message"] });
        let value = Value::Array(vec![item; 100]);
        let (long, short) = (json::compact(&value), json::compact(&Value::Object(compact(&value))));
        assert!(short.len() * 2 < long.len(), "{} of {}", short.len(), long.len());
    }

    #[test]
    fn what_nobody_compacted_is_refused() {
        let form = |keys: Value, values: Value, data: Value| {
            let encoding = ENCODING;
            let form = json!({ "encoding": encoding, "keys": keys, "values": values, "data": data });
            expand(form.as_object().unwrap(), 100)
        };
        assert!(form(json!([["a"]]), json!(["x"]), json!([0, [-2]])).is_some());
        for (keys, values, data) in [
            (json!([["a"]]), json!([]), json!([0])),
            (json!([["a"]]), json!([]), json!([0, 1, 2])),
            (json!([["a", "a"]]), json!([]), json!([0, 1, 2])),
            (json!([]), json!([]), json!([0])),
            (json!([]), json!(["x"]), json!([-3])),
            (json!([]), json!(["x"]), json!([-2, 1])),
            (json!([]), json!([1]), json!([-2])),
            (json!([]), json!([]), json!({})),
            (json!([]), json!([]), json!([])),
            (json!([]), json!([]), json!(["x"])),
            (json!([]), json!([]), json!([0.5])),
            (json!("x"), json!([]), json!(1)),
            (json!([1]), json!([]), json!(1)),
        ] {
            assert_eq!(
                form(keys.clone(), values.clone(), data.clone()),
                None,
                "{keys:?} {values:?} {data:?}"
            );
        }
        assert_eq!(expand(json!({ "encoding": "compact/2" }).as_object().unwrap(), 100), None);
        // A hundred bytes are all that may come of it.
        let bomb = Value::Array(std::iter::once(json!(-1)).chain(vec![json!([-2]); 50]).collect());
        assert_eq!(form(json!([]), json!(["a text that is referred to"]), bomb), None);
    }

    fn any_json() -> impl Strategy<Value = serde_json::Value> {
        let text = prop_oneof!["[a-c]{0,2}", "\\PC{0,12}", Just("a text that comes again".to_owned())];
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<i64>().prop_map(Into::into),
            (-3..3i64).prop_map(Into::into),
            any::<f64>().prop_filter("finite", |number| number.is_finite()).prop_map(Into::into),
            text.clone().prop_map(Into::into),
        ];
        leaf.prop_recursive(5, 60, 6, move |inner| {
            let key = prop_oneof!["[a-c]{0,1}", "keys|values|data|encoding", "[0-9-]{1,2}", text.clone()];
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
                prop::collection::vec((key, inner), 0..6)
                    .prop_map(|members| serde_json::Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]
        #[test]
        fn any_json_comes_back(value in any_json()) {
            round_trip(&value.to_string());
            // Also the compact form of a compact form.
            round_trip(&json::compact(&Value::Object(compact(&read(&value.to_string())))));
        }

        #[test]
        fn no_form_makes_it_panic(keys in any_json(), values in any_json(), data in any_json()) {
            let form = serde_json::json!({ "encoding": ENCODING, "keys": keys, "values": values, "data": data });
            let Value::Object(form) = read(&form.to_string()) else { panic!("an object") };
            let _ = expand(&form, 10_000);
        }
    }
}
