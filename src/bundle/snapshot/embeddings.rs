//! The vectors of memories in a file: base64 of 32-bit numbers.

use super::problem::{unreadable, unsupported};
use crate::base64;
use crate::error::Error;
use crate::json::{self, Fields, Map, Node, Value};
use crate::list::List;

/// The vectors of facts and episodes, as one embedder made them.
#[derive(Clone, Debug, PartialEq)]
pub struct Embeddings {
    /// The embedder's id.
    pub model: String,
    /// How many elements a vector has.
    pub dimensions: usize,
    /// By the memory's id, in the order of ids.
    pub vectors: Vec<(String, Vec<f32>)>,
}

impl Embeddings {
    pub(super) fn to_value(&self) -> Value {
        let mut vectors = Map::new();
        for (id, vector) in &self.vectors {
            let mut bytes = Vec::new();
            vector.iter().for_each(|element| bytes.extend_from_slice(&element.to_le_bytes()));
            let mut text = Vec::new();
            base64::encode(&bytes, &mut text);
            vectors.insert(id.as_str(), String::from_utf8(text).unwrap_or_default());
        }
        Value::object(vec![
            ("model", self.model.as_str().into()),
            ("dimensions", self.dimensions.into()),
            ("vectors", vectors.into()),
        ])
    }

    pub(super) fn read(value: &Value) -> Result<Self, Error> {
        let path = "/embeddings";
        let (model, dimensions, vectors) = Fields::read(value, path, Self::parts).map_err(unreadable)?;
        let dimensions = dimensions as usize;
        let mut read = Vec::new();
        for (id, text) in vectors.and_then(Node::members).into_iter().flatten() {
            let bytes = text.as_str().and_then(|text| base64::decode(text.as_bytes())).unwrap_or_default();
            let elements =
                bytes.chunks_exact(4).filter_map(|four| Some(f32::from_le_bytes(four.try_into().ok()?)));
            let vector = elements.list();
            if vector.len() != dimensions || bytes.len() != 4 * dimensions || dimensions == 0 {
                let path = json::pointer::join(&json::pointer::join(path, "vectors"), id);
                return Err(unsupported(
                    &path,
                    "a vector of that many 32-bit numbers is expected, as base64",
                ));
            }
            read.push((id.to_owned(), vector));
        }
        Ok(Self { model, dimensions, vectors: read })
    }

    /// The model, the dimensions, and the vectors as they stand in the file.
    pub(super) fn parts<'a>(fields: &mut Fields<'a>) -> (String, u32, Option<Node<'a>>) {
        let vectors = fields.object("vectors");
        let dimensions = fields.count("dimensions");
        (
            fields.required_id("model"),
            fields.require("dimensions", dimensions),
            fields.require("vectors", Some(vectors)),
        )
    }
}
