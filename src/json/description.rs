//! What a parser of fields expects, as a JSON Schema: the parser runs once on nothing, and what it asks for is noted.
//! So the schema cannot say anything else than the parser does.

use super::map::Map;
use super::value::Value;

/// A time as [`crate::timestamp`] reads it; whether the day exists is beyond a pattern.
const TIME: &str = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?Z$";

/// A character that is no white space (the property White_Space of Unicode, which `\\S` of most dialects is not).
pub const NOT_BLANK: &str = r"[^\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]";

/// What a field must be.
pub(super) enum Expected<'e> {
    Any,
    Null,
    Boolean,
    String,
    /// Not blank, at most so many characters.
    Text(usize),
    TemplateId,
    Time,
    OneOf(Vec<&'e str>),
    Integer(i64, i64),
    Number(f64, f64),
    Object,
    /// A pair of positions in a text.
    Span,
    /// Pairs of positions in a text.
    Spans,
    List,
    ListOf(Value),
    Nested(Value),
}

/// What was asked for so far.
#[derive(Default)]
pub(super) struct Description {
    properties: Map,
    required: Vec<Value>,
    nullable: Vec<String>,
}

impl Description {
    /// Notes what a field must be; of several things about one field, the last says most.
    pub(super) fn expect(&mut self, name: &str, expected: &Expected<'_>) {
        let mut schema = schema_of(expected);
        if matches!(expected, Expected::Null) {
            self.nullable.push(name.to_owned());
        } else if let Some(own) =
            schema.get("type").filter(|_| self.nullable.iter().any(|known| known == name))
        {
            let both = vec![own.clone(), "null".into()];
            schema.insert("type", both);
        }
        self.properties.insert(name, schema);
    }

    pub(super) fn require(&mut self, name: &str) {
        self.required.push(name.into());
    }

    pub(super) fn into_schema(self) -> Value {
        let mut schema = Map::new();
        schema.insert("type", "object");
        schema.insert("properties", self.properties);
        if !self.required.is_empty() {
            schema.insert("required", self.required);
        }
        schema.insert("additionalProperties", false);
        Value::Object(schema)
    }
}

fn schema_of(expected: &Expected<'_>) -> Map {
    let mut schema = Map::new();
    match expected {
        Expected::Any => {}
        Expected::Null => schema.insert("type", "null"),
        Expected::Boolean => schema.insert("type", "boolean"),
        Expected::String => schema.insert("type", "string"),
        Expected::Text(most) => {
            schema.insert("type", "string");
            schema.insert("maxLength", *most);
            schema.insert("pattern", NOT_BLANK);
        }
        Expected::TemplateId => {
            schema.insert("type", "string");
            schema.insert("pattern", "^sha256:[0-9a-f]{64}$");
        }
        Expected::Time => {
            schema.insert("type", "string");
            schema.insert("pattern", TIME);
        }
        Expected::OneOf(names) => {
            let names: Vec<Value> = names.iter().map(|name| Value::from(*name)).collect();
            schema.insert("enum", names);
        }
        Expected::Integer(least, most) => {
            schema.insert("type", "integer");
            schema.insert("minimum", *least);
            schema.insert("maximum", *most);
        }
        Expected::Number(least, most) => {
            schema.insert("type", "number");
            // No JSON number is outside of what there is.
            if *least > f64::MIN {
                schema.insert("minimum", *least);
            }
            if *most < f64::MAX {
                schema.insert("maximum", *most);
            }
        }
        Expected::Span => return span(),
        Expected::Spans => {
            schema.insert("type", "array");
            schema.insert("items", Value::Object(span()));
        }
        Expected::Object => schema.insert("type", "object"),
        Expected::List => schema.insert("type", "array"),
        Expected::ListOf(item) => {
            schema.insert("type", "array");
            schema.insert("items", item.clone());
        }
        Expected::Nested(Value::Object(nested)) => return nested.clone(),
        Expected::Nested(_) => {}
    }
    schema
}

fn span() -> Map {
    let position = vec![("type", "integer".into()), ("minimum", 0_u32.into()), ("maximum", u32::MAX.into())];
    let mut span = Map::new();
    span.insert("type", "array");
    span.insert("items", Value::object(position));
    span.insert("minItems", 2_u32);
    span.insert("maxItems", 2_u32);
    span
}
