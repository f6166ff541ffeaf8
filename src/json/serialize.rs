//! Typed values to JSON text, through the declarations of serde. The text goes straight into one string and nothing
//! can fail, so that this needs a fraction of the code of a general serializer (see ARCHITECTURE.md).

use std::fmt;

use serde::Serialize;
use serde::ser::{
    SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};

use super::limits::Limits;
use super::read::read;
use super::text::{push_double, push_number, push_string};
use super::value::{Number, Value};

/// A value as compact JSON text. The keys of its maps must be strings.
pub fn to_text<T: Serialize + ?Sized>(value: &T) -> String {
    let mut text = String::with_capacity(4096);
    // Writing into a string cannot fail.
    let _ = value.serialize(Text(&mut text));
    text
}

/// A value as a tree, for the few that are composed further.
pub fn to_value<T: Serialize + ?Sized>(value: &T) -> Value {
    tree_of(&to_text(value))
}

/// The tree of a text of ours.
#[inline(never)]
pub fn tree_of(text: &str) -> Value {
    const NONE: Limits = Limits { bytes: usize::MAX, depth: 100, items: usize::MAX, items_at: &[] };
    read(text.as_bytes(), NONE).map(|document| document.value).unwrap_or_default()
}

/// Appends values to a text.
struct Text<'a>(&'a mut String);

/// The members or items of a value that is being written.
struct Open<'a> {
    text: &'a mut String,
    /// What closes it.
    end: &'static str,
}

/// What cannot happen: without a value, so that nothing is compiled for it behind each of the many calls.
#[derive(Debug)]
enum Never {}

impl fmt::Display for Never {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {}
    }
}

impl std::error::Error for Never {}

impl serde::ser::Error for Never {
    /// Of declarations that no text can be made of, and none of ours is one: flattened lists and such.
    fn custom<T: fmt::Display>(_: T) -> Self {
        unreachable!("all our types have a text")
    }
}

impl<'a> Text<'a> {
    fn word(self, word: &str) -> Result<(), Never> {
        self.0.push_str(word);
        Ok(())
    }

    fn number(self, number: Number) -> Result<(), Never> {
        push_number(self.0, number);
        Ok(())
    }

    fn open(self, start: &str, end: &'static str) -> Result<Open<'a>, Never> {
        self.0.push_str(start);
        Ok(Open { text: self.0, end })
    }

    /// Opens what stands behind the name of its variant.
    fn open_variant(self, name: &str, start: &str, end: &'static str) -> Result<Open<'a>, Never> {
        self.0.push('{');
        push_string(self.0, name);
        self.0.push(':');
        self.open(start, end)
    }
}

impl Open<'_> {
    fn separate(&mut self) {
        // A bracket that is content is followed by a quotation mark.
        if !matches!(self.text.as_bytes().last(), Some(b'{' | b'[')) {
            self.text.push(',');
        }
    }

    fn item<T: Serialize + ?Sized>(&mut self, item: &T) -> Result<(), Never> {
        self.separate();
        item.serialize(Text(self.text))
    }

    /// The name of a field: it has nothing to escape.
    fn key(&mut self, name: &'static str) {
        self.separate();
        self.text.push('"');
        self.text.push_str(name);
        self.text.push_str("\":");
    }

    fn close(self) -> Result<(), Never> {
        self.text.push_str(self.end);
        Ok(())
    }
}

impl<'a> Serializer for Text<'a> {
    type Ok = ();
    type Error = Never;
    type SerializeSeq = Open<'a>;
    type SerializeTuple = Open<'a>;
    type SerializeTupleStruct = Open<'a>;
    type SerializeTupleVariant = Open<'a>;
    type SerializeMap = Open<'a>;
    type SerializeStruct = Open<'a>;
    type SerializeStructVariant = Open<'a>;

    fn serialize_bool(self, value: bool) -> Result<(), Never> {
        self.word(if value { "true" } else { "false" })
    }

    fn serialize_i8(self, value: i8) -> Result<(), Never> {
        self.serialize_i64(value.into())
    }

    fn serialize_i16(self, value: i16) -> Result<(), Never> {
        self.serialize_i64(value.into())
    }

    fn serialize_i32(self, value: i32) -> Result<(), Never> {
        self.serialize_i64(value.into())
    }

    fn serialize_i64(self, value: i64) -> Result<(), Never> {
        self.number(u64::try_from(value).map_or(Number::Negative(value), Number::Whole))
    }

    fn serialize_u8(self, value: u8) -> Result<(), Never> {
        self.serialize_u64(value.into())
    }

    fn serialize_u16(self, value: u16) -> Result<(), Never> {
        self.serialize_u64(value.into())
    }

    fn serialize_u32(self, value: u32) -> Result<(), Never> {
        self.serialize_u64(value.into())
    }

    fn serialize_u64(self, value: u64) -> Result<(), Never> {
        self.number(Number::Whole(value))
    }

    fn serialize_f32(self, value: f32) -> Result<(), Never> {
        self.serialize_f64(value.into())
    }

    fn serialize_f64(self, value: f64) -> Result<(), Never> {
        push_double(self.0, value);
        Ok(())
    }

    fn serialize_char(self, value: char) -> Result<(), Never> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result<(), Never> {
        push_string(self.0, value);
        Ok(())
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), Never> {
        self.collect_seq(value)
    }

    fn serialize_none(self) -> Result<(), Never> {
        self.word("null")
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Never> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Never> {
        self.word("null")
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Never> {
        self.word("null")
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, name: &'static str) -> Result<(), Never> {
        self.serialize_str(name)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Never> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        value: &T,
    ) -> Result<(), Never> {
        let open = self.open_variant(name, "", "}")?;
        value.serialize(Text(open.text))?;
        open.close()
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Open<'a>, Never> {
        self.open("[", "]")
    }

    fn serialize_tuple(self, _: usize) -> Result<Open<'a>, Never> {
        self.open("[", "]")
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Open<'a>, Never> {
        self.open("[", "]")
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        _: usize,
    ) -> Result<Open<'a>, Never> {
        self.open_variant(name, "[", "]}")
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Open<'a>, Never> {
        self.open("{", "}")
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Open<'a>, Never> {
        self.open("{", "}")
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        _: usize,
    ) -> Result<Open<'a>, Never> {
        self.open_variant(name, "{", "}}")
    }
}

/// The traits of serde for items: they differ in their names only.
macro_rules! items {
    ($($compound:ident: $method:ident,)*) => {
        $(impl $compound for Open<'_> {
            type Ok = ();
            type Error = Never;

            fn $method<T: Serialize + ?Sized>(&mut self, item: &T) -> Result<(), Never> {
                self.item(item)
            }

            fn end(self) -> Result<(), Never> {
                self.close()
            }
        })*
    };
}

items! {
    SerializeSeq: serialize_element,
    SerializeTuple: serialize_element,
    SerializeTupleStruct: serialize_field,
    SerializeTupleVariant: serialize_field,
}

/// And for members with a name.
macro_rules! members {
    ($($compound:ident,)*) => {
        $(impl $compound for Open<'_> {
            type Ok = ();
            type Error = Never;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                key: &'static str,
                value: &T,
            ) -> Result<(), Never> {
                self.key(key);
                value.serialize(Text(self.text))
            }

            fn end(self) -> Result<(), Never> {
                self.close()
            }
        })*
    };
}

members! {
    SerializeStruct,
    SerializeStructVariant,
}

impl SerializeMap for Open<'_> {
    type Ok = ();
    type Error = Never;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Never> {
        self.separate();
        key.serialize(Text(self.text))?;
        self.text.push(':');
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Never> {
        value.serialize(Text(self.text))
    }

    fn end(self) -> Result<(), Never> {
        self.close()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    #[derive(Serialize)]
    struct Everything {
        text: String,
        number: f64,
        whole: i64,
        absent: Option<u8>,
        present: Option<char>,
        flag: bool,
        list: Vec<(u8, String)>,
        map: BTreeMap<String, Vec<Kind>>,
        unit: (),
    }

    #[derive(Serialize)]
    enum Kind {
        Unit,
        Newtype(u64),
        Tuple(i8, u16),
        Struct { a: u32, b: &'static [u8] },
    }

    proptest! {
        #[test]
        fn the_text_says_what_that_of_serde_json_says(
            text in ".*",
            number in (-1e9..1e9).prop_filter("a fraction", |number: &f64| number.fract() != 0.0),
            whole in any::<i64>(),
            present in any::<Option<char>>(),
            list in proptest::collection::vec((any::<u8>(), ".*"), 0..3),
            key in ".*",
            wide in any::<u64>(),
        ) {
            let kinds = vec![Kind::Unit, Kind::Newtype(wide), Kind::Tuple(-1, 2), Kind::Struct { a: 1, b: b"[{" }];
            let map = BTreeMap::from([(key, kinds), ("empty".to_owned(), Vec::new())]);
            let flag = whole > 0;
            let value = Everything { text, number, whole, absent: None, present, flag, list, map, unit: () };
            let read: serde_json::Value = serde_json::from_str(&to_text(&value)).unwrap();
            prop_assert_eq!(read, serde_json::to_value(&value).unwrap());
        }
    }
}
