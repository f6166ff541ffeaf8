//! Reading an object field by field: types, bounds, and no field that nobody knows. For record bodies and for the
//! arguments of calls, where the first error is enough; documents have a reader that collects all problems.

#[cfg(feature = "typescript")]
use super::description::{Description, Expected};
use super::field_error::{FieldCode, FieldError};
use super::node::{Items, Node};
use super::pointer;
use super::text::push_double;
#[cfg(feature = "typescript")]
use super::value::Value;
use crate::decimal::push_whole;
use crate::list::{List, joined};
use crate::timestamp;

/// An object that is being read, field by field: every field that is asked for counts as known, and
/// [`finish`](Self::finish) refuses the others. The first rule that is broken is kept until then; what is read after
/// it does not matter, so that a parser is a plain list of its fields.
pub struct Fields<'a> {
    object: Node<'a>,
    /// Where the object stands. Of one inside another, nothing, because the outer one says where when something is wrong;
    /// unless places are asked for.
    path: String,
    has_places: bool,
    /// Which members were asked for, by their places. No parser knows more fields than there are bits, so that among more
    /// members there is one that nobody asked for before a bit is missing.
    known: u64,
    broken: Option<FieldError>,
    /// What is asked for, where a schema is made of it.
    #[cfg(feature = "typescript")]
    description: Option<Description>,
}

/// Notes what a field must be, where a schema is made of it; nothing at all in what is shipped.
macro_rules! describe {
    ($fields:ident, $name:expr, $expected:expr) => {
        #[cfg(feature = "typescript")]
        if let Some(description) = &mut $fields.description {
            use Expected::*;
            description.expect($name, &$expected);
        }
    };
}

impl<'a> Fields<'a> {
    /// The fields of a value that stands at `path`.
    pub fn new(value: impl Into<Node<'a>>, path: impl Into<String>) -> Self {
        Self::of(value.into(), path.into(), false)
    }

    /// The same for a parser that asks [`at`](Self::at) of objects inside it too: those know where they stand.
    pub fn with_places(value: impl Into<Node<'a>>, path: impl Into<String>) -> Self {
        Self::of(value.into(), path.into(), true)
    }

    #[inline(never)]
    fn of(object: Node<'a>, path: String, has_places: bool) -> Self {
        let mut fields = Self {
            object,
            path,
            has_places,
            known: 0,
            broken: None,
            #[cfg(feature = "typescript")]
            description: None,
        };
        if !object.is_object() {
            fields.broken =
                Some(FieldError::new(FieldCode::Type, fields.path.as_str(), "an object is expected"));
        }
        fields
    }

    /// The pointer of a field; in an object inside another, from there on, unless this is [`with_places`](Self::with_places).
    pub fn at(&self, name: &str) -> String {
        pointer::join(&self.path, name)
    }

    /// Notes that a field breaks a rule, unless one was broken before.
    #[cold]
    pub fn refuse(&mut self, code: FieldCode, name: &str, hint: &str) {
        if self.broken.is_none() {
            self.broken = Some(FieldError::new(code, self.at(name), hint));
        }
    }

    /// Notes an error from elsewhere, unless a rule was broken before.
    pub fn note(&mut self, result: Result<(), FieldError>) {
        if let (None, Err(error)) = (&self.broken, result) {
            self.broken = Some(error);
        }
    }

    /// The value of a field, absent or not, whatever its type.
    #[inline(never)]
    pub fn raw(&mut self, name: &'static str) -> Option<Node<'a>> {
        describe!(self, name, Any);
        let (place, value) = self.object.member(name)?;
        self.known |= bit(place);
        Some(value)
    }

    /// Turns an absent field into `missing` at the parent.
    pub fn require<T: Default>(&mut self, name: &str, value: Option<T>) -> T {
        #[cfg(feature = "typescript")]
        if let Some(description) = &mut self.description {
            description.require(name);
        }
        if value.is_none() {
            self.missing(name);
        }
        value.unwrap_or_default()
    }

    /// Notes that a field is missing.
    pub fn missing(&mut self, name: &str) {
        self.refuse_whole(FieldCode::Missing, &format!("`{name}` is required"));
    }

    /// A string of at most `maximum` Unicode scalar values, not blank.
    pub fn text(&mut self, name: &'static str, maximum: usize) -> Option<String> {
        let text = self.str(name);
        describe!(self, name, Text(maximum));
        let text = text?;
        if text.chars().all(char::is_whitespace) {
            self.refuse(FieldCode::Empty, name, "the text is blank");
        } else if text.len() > maximum && text.chars().count() > maximum {
            self.too_long(name, maximum);
        } else {
            return Some(text.to_owned());
        }
        None
    }

    #[cold]
    fn too_long(&mut self, name: &str, maximum: usize) {
        let mut hint = "at most ".to_owned();
        push_whole(&mut hint, maximum as u64);
        self.refuse(FieldCode::TooLong, name, &(hint + " characters"));
    }

    /// [`text`](Self::text) that must be there.
    pub fn required_text(&mut self, name: &'static str, maximum: usize) -> String {
        let text = self.text(name, maximum);
        self.require(name, text)
    }

    /// A string of any content.
    pub fn string(&mut self, name: &'static str) -> Option<String> {
        self.str(name).map(str::to_owned)
    }

    /// [`string`](Self::string) that must be there.
    pub fn required_string(&mut self, name: &'static str) -> String {
        let text = self.string(name);
        self.require(name, text)
    }

    #[inline(never)]
    fn str(&mut self, name: &'static str) -> Option<&'a str> {
        let value = self.raw(name);
        describe!(self, name, String);
        let text = value?.as_str();
        if text.is_none() {
            self.refuse(FieldCode::Type, name, "a string is expected");
        }
        text
    }

    /// A record id or another short name.
    pub fn id(&mut self, name: &'static str) -> Option<String> {
        self.text(name, 200)
    }

    /// [`id`](Self::id) that must be there.
    pub fn required_id(&mut self, name: &'static str) -> String {
        self.required_text(name, 200)
    }

    /// A template id that must be there: `sha256:` and 64 hexadecimal digits.
    pub fn template_id(&mut self, name: &'static str) -> String {
        let id = self.required_id(name);
        describe!(self, name, TemplateId);
        let valid = id.strip_prefix("sha256:").is_some_and(|hex| {
            hex.len() == 64 && hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        });
        if !valid {
            self.refuse(FieldCode::Format, name, "`sha256:` and 64 hexadecimal digits");
        }
        id
    }

    /// A time: ISO 8601 UTC with `Z`, kept as it was read.
    pub fn time(&mut self, name: &'static str) -> Option<String> {
        let text = self.str(name);
        describe!(self, name, Time);
        let text = text?;
        if timestamp::parse(text).is_none() {
            self.refuse(FieldCode::Format, name, "a UTC time such as 2026-01-31T08:00:00.000Z");
        }
        Some(text.to_owned())
    }

    /// [`time`](Self::time) that must be there.
    pub fn required_time(&mut self, name: &'static str) -> String {
        let time = self.time(name);
        self.require(name, time)
    }

    /// One of the names of an enumeration.
    pub fn choice<T: Copy>(&mut self, name: &'static str, choices: &[(&str, T)]) -> Option<T> {
        let index = self.choice_of(name, choices.len(), &|index| choices[index].0)?;
        Some(choices[index].1)
    }

    /// [`choice`](Self::choice) that must be there; where it is not, the first one stands in.
    pub fn required_choice<T: Copy>(&mut self, name: &'static str, choices: &[(&str, T)]) -> T {
        let index = self.choice_of(name, choices.len(), &|index| choices[index].0);
        // The first one, where there is none and that was noted.
        let index = self.require(name, index);
        choices[index].1
    }

    fn choice_of<'c>(
        &mut self,
        name: &'static str,
        count: usize,
        choice: &dyn Fn(usize) -> &'c str,
    ) -> Option<usize> {
        let text = self.str(name);
        describe!(self, name, OneOf((0..count).map(choice).collect()));
        let text = text?;
        let index = (0..count).find(|index| choice(*index) == text);
        if index.is_none() {
            let names: Vec<String> = (0..count).map(|index| choice(index).to_owned()).list();
            self.refuse(FieldCode::Enum, name, &("one of: ".to_owned() + &joined(&names, ", ")));
        }
        index
    }

    /// A whole number inside bounds.
    pub fn integer(&mut self, name: &'static str, minimum: i64, maximum: i64) -> Option<i64> {
        let number = self.double(name);
        describe!(self, name, Integer(minimum, maximum));
        let number = number?;
        if number.fract() != 0.0 {
            self.refuse(FieldCode::Type, name, "a whole number is expected");
        }
        #[allow(clippy::cast_precision_loss, reason = "bounds are far below 2^53")]
        self.check_range(name, number, minimum as f64, maximum as f64);
        #[allow(clippy::cast_possible_truncation, reason = "inside the bounds")]
        Some(number as i64)
    }

    /// A counter from 0.
    pub fn count(&mut self, name: &'static str) -> Option<u32> {
        u32::try_from(self.integer(name, 0, i64::from(u32::MAX))?).ok()
    }

    /// A whole number inside bounds that must be there.
    pub fn required_integer(&mut self, name: &'static str, minimum: i64, maximum: i64) -> i64 {
        let number = self.integer(name, minimum, maximum);
        self.require(name, number)
    }

    /// A number inside bounds.
    pub fn number(&mut self, name: &'static str, minimum: f64, maximum: f64) -> Option<f64> {
        let number = self.double(name);
        describe!(self, name, Number(minimum, maximum));
        let number = number?;
        self.check_range(name, number, minimum, maximum);
        Some(number)
    }

    #[inline(never)]
    fn double(&mut self, name: &'static str) -> Option<f64> {
        let number = self.raw(name)?.as_f64();
        if number.is_none() {
            self.refuse(FieldCode::Type, name, "a number is expected");
        }
        number
    }

    fn check_range(&mut self, name: &str, number: f64, minimum: f64, maximum: f64) {
        // Written so that a number that is none would be outside.
        if !(minimum..=maximum).contains(&number) {
            self.out_of_range(name, minimum, maximum);
        }
    }

    #[cold]
    fn out_of_range(&mut self, name: &str, minimum: f64, maximum: f64) {
        let mut hint = String::new();
        push_double(&mut hint, minimum);
        hint.push_str(" to ");
        push_double(&mut hint, maximum);
        self.refuse(FieldCode::Range, name, &hint);
    }

    /// Whether a field is `null`, which then counts as absent.
    pub fn is_null(&mut self, name: &'static str) -> bool {
        let value = self.raw(name);
        describe!(self, name, Null);
        value.is_some_and(Node::is_null)
    }

    /// A boolean.
    pub fn boolean(&mut self, name: &'static str) -> Option<bool> {
        let value = self.raw(name);
        describe!(self, name, Boolean);
        let value = value?.as_bool();
        if value.is_none() {
            self.refuse(FieldCode::Type, name, "true or false is expected");
        }
        value
    }

    /// The items of a list; absent is empty.
    pub fn items(&mut self, name: &'static str) -> Items<'a> {
        let value = self.raw(name);
        describe!(self, name, List);
        let Some(value) = value else { return Items::default() };
        value.items().unwrap_or_else(|| {
            self.refuse(FieldCode::Type, name, "a list is expected");
            Items::default()
        })
    }

    /// A list of objects, each read by `read`; absent is empty.
    pub fn list<T>(&mut self, name: &'static str, read: fn(&mut Fields<'a>) -> T) -> Vec<T> {
        let mut list = Vec::new();
        let items = self.items(name);
        describe!(self, name, ListOf(Self::describe(|fields| drop(read(fields)))));
        for (index, item) in items.enumerate() {
            let mut item = self.inside(item, name, Some(index));
            list.push(read(&mut item));
            self.close(item, name, Some(index));
        }
        list
    }

    /// A list of strings; absent is empty.
    pub fn texts(&mut self, name: &'static str) -> Vec<String> {
        let mut texts = Vec::new();
        let items = self.items(name);
        describe!(self, name, ListOf(Value::object(vec![("type", "string".into())])));
        for (index, item) in items.enumerate() {
            match item.as_str() {
                Some(text) => texts.push(text.to_owned()),
                None => self.refuse_item(FieldCode::Type, name, index, "a string is expected"),
            }
        }
        texts
    }

    /// A list of pairs of positions in a text; absent is empty.
    pub fn spans(&mut self, name: &'static str) -> Vec<[u32; 2]> {
        let mut spans = Vec::new();
        let items = self.items(name);
        describe!(self, name, Spans);
        for (index, item) in items.enumerate() {
            match pair(item) {
                Some(span) => spans.push(span),
                None => self.refuse_item(FieldCode::Type, name, index, PAIR),
            }
        }
        spans
    }

    /// A pair of positions in a text.
    pub fn span(&mut self, name: &'static str) -> Option<[u32; 2]> {
        let value = self.raw(name);
        describe!(self, name, Span);
        let span = pair(value?);
        if span.is_none() {
            self.refuse(FieldCode::Type, name, PAIR);
        }
        span
    }

    /// Notes that an item of a list breaks a rule, unless one was broken before.
    #[cold]
    pub fn refuse_item(&mut self, code: FieldCode, name: &str, index: usize, hint: &str) {
        let path = self.place_of(name, Some(index));
        self.note(Err(FieldError::new(code, path, hint)));
    }

    /// Notes that the object as a whole breaks a rule, unless one was broken before.
    #[cold]
    pub fn refuse_whole(&mut self, code: FieldCode, hint: &str) {
        let path = self.path.clone();
        self.note(Err(FieldError::new(code, path, hint)));
    }

    /// Where a member stands, or an item of it.
    #[cold]
    fn place_of(&self, name: &str, index: Option<usize>) -> String {
        let mut path = self.at(name);
        if let Some(index) = index {
            pointer::push_index(&mut path, index);
        }
        path
    }

    /// An object, read by `read`.
    pub fn nested<T>(&mut self, name: &'static str, read: impl FnOnce(&mut Fields<'a>) -> T) -> Option<T> {
        let value = self.raw(name);
        #[cfg(feature = "typescript")]
        if let Some(description) = &mut self.description {
            let mut value = None;
            let schema = Self::describe(|fields| value = Some(read(fields)));
            description.expect(name, &Expected::Nested(schema));
            return value;
        }
        let mut nested = self.inside(value?, name, None);
        let value = read(&mut nested);
        self.close(nested, name, None);
        Some(value)
    }

    /// An object inside this one.
    #[inline(never)]
    fn inside(&self, object: Node<'a>, name: &str, index: Option<usize>) -> Self {
        let path = if self.has_places { self.place_of(name, index) } else { String::new() };
        Self::of(object, path, self.has_places)
    }

    /// Notes what is wrong with it.
    #[inline(never)]
    fn close(&mut self, inside: Self, name: &str, index: Option<usize>) {
        if let (Err(error), None) = (inside.finish(), &self.broken) {
            let error = if self.has_places { error } else { error.inside(&self.place_of(name, index)) };
            self.broken = Some(error);
        }
    }

    /// An object, kept as it is.
    pub fn object(&mut self, name: &'static str) -> Option<Node<'a>> {
        let value = self.raw(name);
        describe!(self, name, Object);
        let value = value?;
        if !value.is_object() {
            self.refuse(FieldCode::Type, name, "an object is expected");
        }
        Some(value)
    }

    /// The first rule that was broken so far.
    pub fn check(&mut self) -> Result<(), FieldError> {
        self.broken.take().map_or(Ok(()), Err)
    }

    /// The first rule that was broken; a field that nobody asked for breaks one as well.
    pub fn finish(mut self) -> Result<(), FieldError> {
        if self.broken.is_none() {
            let mut members = self.object.members().into_iter().flatten().enumerate();
            if let Some((_, (name, _))) = members.find(|(place, _)| self.known & bit(*place) == 0) {
                self.refuse(FieldCode::UnknownField, name, "there is no such field");
            }
        }
        self.check()
    }

    /// The schema of what `read` asks for.
    #[cfg(feature = "typescript")]
    pub fn describe(read: impl FnOnce(&mut Self)) -> Value {
        static NULL: Value = Value::Null;
        let mut fields = Self::new(&NULL, "");
        fields.description = Some(Description::default());
        read(&mut fields);
        fields.description.take().unwrap_or_default().into_schema()
    }

    /// Reads a whole object.
    pub fn read<T>(
        value: impl Into<Node<'a>>,
        path: &str,
        read: impl FnOnce(&mut Fields<'a>) -> T,
    ) -> Result<T, FieldError> {
        let mut fields = Self::of(value.into(), path.to_owned(), false);
        let value = read(&mut fields);
        fields.finish().map(|()| value)
    }
}

const PAIR: &str = "a pair of positions";

fn pair(value: Node<'_>) -> Option<[u32; 2]> {
    let mut items = value.items()?;
    let mut position = || {
        let at = items.next()?.as_f64()?;
        (at.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&at)).then_some(at as u32)
    };
    let pair = [position()?, position()?];
    items.next().is_none().then_some(pair)
}

/// The bit of a member; none for one that is behind all bits.
fn bit(place: usize) -> u64 {
    u32::try_from(place).ok().and_then(|place| 1_u64.checked_shl(place)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{Tokens, Value, compact, json};

    /// What a parser of every sort of field makes of a value.
    fn read(fields: &mut Fields<'_>) -> String {
        let parts = (
            fields.text("a", 2),
            fields.integer("b", -1, 5),
            fields.choice("c", &[("x", 1), ("y", 2)]),
            fields
                .nested("d", |inside| (inside.required_string("a"), inside.is_null("b"), inside.count("c"))),
            fields.list("e", |item| (item.boolean("a"), item.texts("b"), item.nested("c", |c| c.time("a")))),
        );
        let more = (
            fields.spans("f"),
            fields.span("g"),
            fields.object("h").map(Node::to_value),
            fields.raw("i").map(Node::to_value),
        );
        format!("{parts:?} {more:?}")
    }

    /// The same from a tree and from a tape.
    fn both(value: &Value) -> Result<String, (FieldCode, String)> {
        let told =
            |result: Result<String, FieldError>| result.map_err(|error| (error.code, error.path.clone()));
        let of_tree = told(Fields::read(value, "/at", read));
        let text = compact(value);
        let mut tokens = Tokens::default();
        let tape = tokens.read(text.as_bytes(), 32).expect("it was written here");
        assert_eq!(told(Fields::read(tape.root(), "/at", read)), of_tree);
        let mut with_places = Fields::with_places(value, "/at");
        let found = read(&mut with_places);
        assert_eq!(told(with_places.finish().map(|()| found)), of_tree);
        of_tree
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            (-2..8_i64).prop_map(Value::from),
            "[xy \n]{0,3}".prop_map(Value::from),
            Just(json!([1, 2])),
            Just(json!("2026-01-31T08:00:00Z")),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::vec(("[a-j]", inner), 0..6)
                    .prop_map(|entries| Value::Object(entries.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn a_tape_is_read_as_the_tree_is(value in any_value()) {
            let _ = both(&value);
        }
    }

    #[test]
    fn an_error_has_its_whole_place() {
        let missing = (FieldCode::Missing, "/at/d".to_owned());
        let unknown = (FieldCode::UnknownField, "/at/e/1/x".to_owned());
        let format = (FieldCode::Format, "/at/e/0/c/a".to_owned());
        for (value, error) in [
            (json!({ "d": {}, "e": [{}, { "x": 1 }] }), missing),
            (json!({ "d": { "a": "" }, "e": [{}, { "x": 1 }] }), unknown),
            (json!({ "e": [{ "c": { "a": "today" } }] }), format),
            (json!({ "e": [{ "b": [1] }] }), (FieldCode::Type, "/at/e/0/b/0".to_owned())),
            (json!([]), (FieldCode::Type, "/at".to_owned())),
        ] {
            assert_eq!(both(&value), Err(error));
        }
    }

    #[test]
    fn among_more_members_than_bits_the_first_unknown_one_is_named() {
        for count in [1, 63, 64, 65, 100] {
            let mut members: Vec<(String, Value)> = vec![("a".to_owned(), "x".into())];
            members.extend((0..count).map(|n: u32| (format!("more {n:03}"), n.into())));
            let value = Value::Object(members.into_iter().collect());
            assert_eq!(both(&value), Err((FieldCode::UnknownField, "/at/more 000".to_owned())));
        }
    }
}
