//! The rules of the format as a JSON Schema (draft 2020-12), for editors and for validators of other languages.
//!
//! It is made from the tables that the validator itself walks, so that both say the same. What a table says in code
//! (names that must be defined elsewhere, ranges that must not overlap, patterns, dates) is not in the schema, nor
//! are warnings.

use super::reader::Rule;
use super::sections::DOCUMENT;
use crate::json::{Map, NOT_BLANK, Value};

/// Keys whose rule in code can be said in the schema too.
const FURTHER: [(&str, &str, &str); 2] =
    [("persona", "version", r"^[0-9]+\.[0-9]+\.[0-9]+$"), ("", "schema_version", r"^1\.[0-9]+\.[0-9]+$")];

/// The schema of a personality document.
pub fn schema() -> Value {
    let mut schema = Map::new();
    schema.insert("$schema", "https://json-schema.org/draft/2020-12/schema");
    schema.insert("$id", "luminoracore/schemas/template.json");
    schema.insert("title", "Personality template 1.1");
    schema.insert(
        "$comment",
        "The validator knows more: names that must be defined elsewhere, ranges of levels, patterns, dates, limits of \
         the whole document, and warnings. Keys that are not named here are kept, with a warning.",
    );
    write(&mut schema, &DOCUMENT, "");
    Value::Object(schema)
}

fn schema_of(rule: &Rule, name: &str) -> Value {
    let mut schema = Map::new();
    write(&mut schema, rule, name);
    Value::Object(schema)
}

/// Adds what a rule says to a schema; `name` is the key whose value it is about.
fn write(schema: &mut Map, rule: &Rule, name: &str) {
    match *rule {
        Rule::String(least, most) => string(schema, least, most),
        Rule::Word(recommended) => {
            string(schema, 1, 50);
            schema.insert("examples", strings(recommended));
        }
        Rule::OneOf(allowed) => schema.insert("enum", strings(allowed)),
        Rule::Boolean => schema.insert("type", "boolean"),
        Rule::Number(low, high) => number(schema, "number", ("minimum", low), high),
        Rule::NumberAbove(low, high) => number(schema, "number", ("exclusiveMinimum", low), high),
        Rule::Integer(low, high) => number(schema, "integer", ("minimum", low), high),
        Rule::List(least, most, item) => list(schema, least, most, item),
        Rule::Set(least, most, item) => {
            list(schema, least, most, item);
            schema.insert("uniqueItems", true);
        }
        Rule::Map(least, most, item) => {
            schema.insert("type", "object");
            count(schema, ("minProperties", least), ("maxProperties", most));
            schema.insert("propertyNames", schema_of(&Rule::String(1, 50), ""));
            schema.insert("additionalProperties", schema_of(item, ""));
        }
        Rule::Object(keys) | Rule::ObjectAnd(keys, _) => {
            schema.insert("type", "object");
            let required = keys.iter().filter(|key| key.required).map(|key| key.name);
            let required: Vec<Value> = required.map(Value::from).collect();
            if !required.is_empty() {
                schema.insert("required", required);
            }
            let mut properties = Map::new();
            for key in keys {
                let mut property = schema_of(key.rule, key.name);
                let further = FURTHER.iter().find(|(parent, child, _)| (*parent, *child) == (name, key.name));
                if let (Value::Object(property), Some((_, _, pattern))) = (&mut property, further) {
                    property.insert("pattern", *pattern);
                }
                properties.insert(key.name, property);
            }
            schema.insert("properties", properties);
        }
        Rule::AnyObject => schema.insert("type", "object"),
        Rule::And(rule, _) => write(schema, rule, name),
        Rule::Either(rules, _) => {
            let rules: Vec<Value> = rules.iter().map(|rule| schema_of(rule, name)).collect();
            schema.insert("anyOf", rules);
        }
    }
}

fn string(schema: &mut Map, least: usize, most: usize) {
    schema.insert("type", "string");
    count(schema, ("minLength", least), ("maxLength", most));
    if least > 0 {
        schema.insert("pattern", NOT_BLANK);
    }
}

fn list(schema: &mut Map, least: usize, most: usize, item: &Rule) {
    schema.insert("type", "array");
    count(schema, ("minItems", least), ("maxItems", most));
    schema.insert("items", schema_of(item, ""));
}

fn count(schema: &mut Map, (low_name, low): (&str, usize), (high_name, high): (&str, usize)) {
    if low > 0 {
        schema.insert(low_name, low);
    }
    if high < usize::MAX {
        schema.insert(high_name, high);
    }
}

fn number(schema: &mut Map, kind: &str, (low_name, low): (&str, f64), high: f64) {
    schema.insert("type", kind);
    if low > f64::MIN {
        schema.insert(low_name, low);
    }
    if high < f64::MAX {
        schema.insert("maximum", high);
    }
}

fn strings(texts: &[&str]) -> Vec<Value> {
    texts.iter().map(|text| Value::from(*text)).collect()
}
