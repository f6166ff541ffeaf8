//! Embedding: the host is told which texts have no vector yet, and gives their vectors when it has them.

use serde::Serialize;

use super::core::Core;
use crate::error::{Error, ErrorCode};

/// A text that has no vector yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct TextToEmbed {
    /// Where its vector goes.
    pub slot: u32,
    /// Not blank, at most 8,192 bytes.
    pub text: String,
}

/// How far the embedding of an owner's memories has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct EmbeddingProgress {
    /// Texts that have a vector, and those that are not to have one because nobody may learn from them.
    pub done: u32,
    /// Texts in all.
    pub total: u32,
}

impl Core {
    /// Whose vectors are used; nobody's while semantic search is switched off.
    pub(super) fn embedder(&self) -> Option<&str> {
        self.options.embedder.as_deref().filter(|_| self.options.features.semantic_search)
    }

    /// The texts of an owner that have no vector of the embedder yet, at most so many: turns, facts, episodes, passages
    /// of notes, but for what nobody may learn from. None without an embedder. What was asked for before and has not
    /// come is asked for again.
    pub fn texts_to_embed(&mut self, user: &str, most: usize) -> Vec<TextToEmbed> {
        let Some(embedder) = self.embedder().map(str::to_owned) else { return Vec::new() };
        let Self { owners, packs, .. } = self;
        let Some((_, state)) = owners.iter_mut().find(|(name, _)| name == user) else { return Vec::new() };
        let mut texts = Vec::new();
        for (slot, text) in state.texts_to_embed(packs, &embedder, most) {
            texts.push(TextToEmbed { slot, text });
        }
        texts
    }

    /// Keeps the vectors of texts that were asked for, one behind the other in `vectors`, in the order of their slots.
    /// What is gone since is passed over.
    ///
    /// # Errors
    /// `dimension` when the vectors are not of one length, or of another one than those before; `out_of_range` for an
    /// element that is no finite number. Those before the first bad one are kept.
    pub fn set_vectors(&mut self, user: &str, slots: &[u32], vectors: &[f32]) -> Result<(), Error> {
        let length = vectors.len().checked_div(slots.len()).unwrap_or(0);
        if length == 0 || length * slots.len() != vectors.len() {
            return Err(Error::new(ErrorCode::Dimension, "the vectors are not of one length"));
        }
        let state = self.owner_mut(user);
        for (slot, vector) in slots.iter().zip(vectors.chunks_exact(length)) {
            state.vectors_mut().set(*slot, vector)?;
        }
        Ok(())
    }

    /// Keeps vectors that a file brought, by the ids of the memories that they are of.
    pub(super) fn give_vectors(&mut self, user: &str, vectors: &[(String, Vec<f32>)]) {
        let Some(embedder) = self.embedder().map(str::to_owned) else { return };
        let Self { owners, packs, .. } = self;
        let Some((_, state)) = owners.iter_mut().find(|(name, _)| name == user) else { return };
        for (id, vector) in vectors {
            state.give_vector(packs, &embedder, id, vector);
        }
    }

    /// How far the embedding of an owner's memories has come.
    pub fn embedding_progress(&mut self, user: &str) -> EmbeddingProgress {
        self.index(user);
        let owner = self.owner(user);
        EmbeddingProgress {
            done: owner.vectors().known() as u32,
            total: owner.documents().iter().count() as u32,
        }
    }

    /// An owner's vectors as bytes, for a cache that may be dropped at any time: when at least so many came or
    /// went since the last time.
    pub fn vector_cache(&mut self, user: &str, least: usize) -> Option<Vec<u8>> {
        let (_, state) = self.owners.iter_mut().find(|(name, _)| name == user)?;
        let vectors = state.vectors_mut();
        (vectors.unsaved() >= least).then(|| vectors.write())
    }

    /// Takes an owner's vectors from a cache: what of it fits is not asked for. Of use before the first
    /// [`texts_to_embed`](Self::texts_to_embed).
    pub fn read_vector_cache(&mut self, user: &str, cache: &[u8]) {
        let Some(embedder) = self.embedder().map(str::to_owned) else { return };
        let vectors = self.owner_mut(user).vectors_mut();
        vectors.of_embedder(&embedder);
        vectors.read(cache);
    }
}
