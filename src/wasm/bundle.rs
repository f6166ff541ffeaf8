//! Bundles: the members of one go out and come in piece by piece; the host packs and unpacks them.

use luminoracore::bundle::{self, ReadOptions, Selection};
use luminoracore::engine::{self, ImportMode};
use luminoracore::{Error, ErrorCode, timestamp};
use wasm_bindgen::prelude::*;

use crate::core::Core;
use crate::environment::moment;
use crate::value::{from_js, throw, to_js};

/// An export under way.
#[wasm_bindgen]
pub struct BundleWriter {
    writer: bundle::BundleWriter,
}

#[wasm_bindgen]
impl BundleWriter {
    /// Begins to export what was chosen of an owner's log: `{instance?, since?}`.
    #[wasm_bindgen(constructor)]
    pub fn new(core: &Core, user: &str, selection: JsValue) -> Result<BundleWriter, JsValue> {
        let selection = from_js(&selection).and_then(|selection| thrown(Selection::parse(&selection)))?;
        Ok(Self { writer: thrown(core.core.export_bundle(user, selection))? })
    }

    /// The next part as `[path, records, index, isLast]`; nothing after the last one.
    pub fn next(&mut self, core: &Core) -> Result<Option<js_sys::Array>, JsValue> {
        let piece = thrown(core.core.next_piece(&mut self.writer))?;
        Ok(piece.map(|piece| {
            js_sys::Array::of4(
                &piece.path.into(),
                &js_sys::Uint8Array::from(piece.records.as_bytes()),
                &js_sys::Uint8Array::from(piece.index.as_bytes()),
                &piece.is_last.into(),
            )
        }))
    }

    /// The text of the manifest, when all is written.
    pub fn manifest(self, signed: bool, now: Option<f64>) -> Result<String, JsValue> {
        Ok(self.writer.manifest(timestamp::format(moment(now)?), signed).write())
    }
}

/// A bundle that is being read.
#[wasm_bindgen]
pub struct BundleReader {
    reader: bundle::BundleReader,
}

#[wasm_bindgen]
impl BundleReader {
    /// Reads the manifest. `owner`: whose records they become; `keeps`: whether they are wanted.
    #[wasm_bindgen(constructor)]
    pub fn new(
        manifest: &[u8],
        directory: JsValue,
        owner: Option<String>,
        keeps: bool,
    ) -> Result<BundleReader, JsValue> {
        let options = ReadOptions { migrations: &[], owner, keeps };
        let directory = from_js(&directory)?;
        Ok(Self { reader: thrown(bundle::BundleReader::open(manifest, &directory, options))? })
    }

    /// Whether it has to be read twice.
    #[wasm_bindgen(getter)]
    pub fn moves(&self) -> bool {
        self.reader.moving().is_some()
    }

    /// Begins once more, for the records.
    pub fn rewind(&mut self) {
        self.reader.rewind();
    }

    /// The member that comes next.
    #[wasm_bindgen(js_name = nextMember)]
    pub fn next_member(&self) -> Option<String> {
        self.reader.next_member().map(str::to_owned)
    }

    /// Takes a part of it.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), JsValue> {
        thrown(self.reader.push(bytes))
    }

    /// It has ended.
    pub fn end(&mut self) -> Result<(), JsValue> {
        thrown(self.reader.end())
    }

    /// All have ended.
    pub fn finish(&mut self) -> Result<(), JsValue> {
        thrown(self.reader.finish())
    }
}

/// An import under way.
#[wasm_bindgen]
pub struct BundleImport {
    import: engine::BundleImport,
}

#[wasm_bindgen]
impl BundleImport {
    /// Begins an import of what a reader is about to read. `mode` is `merge`, `replace` or `dry_run`.
    #[wasm_bindgen(constructor)]
    pub fn new(user: &str, mode: &str, reader: &BundleReader) -> Result<BundleImport, JsValue> {
        let known = ImportMode::NAMES.iter().find(|(name, _)| *name == mode);
        let (_, mode) = thrown(known.ok_or_else(|| {
            Error::new(ErrorCode::InvalidArgument, "a mode is merge, replace or dry_run").at("/mode")
        }))?;
        let import = engine::BundleImport::new(user, *mode, reader.reader.moving().cloned());
        Ok(Self { import: thrown(import)? })
    }

    /// Takes the records that the reader has so far.
    pub fn offer(&mut self, core: &Core, reader: &mut BundleReader, now: Option<f64>) -> Result<(), JsValue> {
        core.core.offer(&mut self.import, &mut reader.reader, moment(now)?);
        Ok(())
    }

    /// All were taken. Gives what the import comes to.
    pub fn settle(&mut self, core: &Core) -> Result<JsValue, JsValue> {
        thrown(core.core.settle_import(&mut self.import))?;
        Ok(to_js(self.import.report()))
    }

    /// A number that changes with the log.
    pub fn revision(&self, core: &Core) -> f64 {
        core.core.revision(self.import.user()) as f64
    }

    /// The next records to store, as JSON text.
    #[wasm_bindgen(js_name = nextBatch)]
    pub fn next_batch(&mut self) -> Option<String> {
        self.import.next_batch()
    }

    /// Merges what was stored. Gives the ids of what changed.
    pub fn commit(self, core: &mut Core, now: Option<f64>) -> Result<JsValue, JsValue> {
        Ok(to_js(&thrown(core.core.commit_import(self.import, moment(now)?))?))
    }
}

fn thrown<T>(result: Result<T, Error>) -> Result<T, JsValue> {
    result.map_err(|error| throw(&error))
}
