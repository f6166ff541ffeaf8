//! Bundles: the members of one go out and come in piece by piece; the host packs, unpacks and hashes them.

use luminoracore::bundle::{self, ReadOptions, Selection};
use luminoracore::engine::{self, ImportMode};
use luminoracore::json::{Digest, Value};
use luminoracore::log::MIGRATIONS;
use luminoracore::{Error, timestamp};
use wasm_bindgen::prelude::*;

use crate::core::{Core, MEMORY_FOR_TEXT, STEP, reserve};
use crate::environment::moment;
use crate::value::{from_js, throw, thrown, to_js};

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

    /// The text of the manifest, when all is written; with the hashes of the index and of the other members.
    pub fn manifest(self, signed: bool, hashes: Vec<String>, now: Option<f64>) -> Result<String, JsValue> {
        Ok(self.writer.manifest(timestamp::format(moment(now)?), signed, &hashes).write())
    }
}

/// The SHA-256 of bytes that are not there as a whole.
#[wasm_bindgen]
#[derive(Default)]
pub struct Sha256 {
    digest: Digest,
}

#[wasm_bindgen]
impl Sha256 {
    /// Of nothing yet.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes more bytes.
    pub fn add(&mut self, bytes: &[u8]) {
        self.digest.add(bytes);
    }

    /// 64 lower-case hexadecimal digits.
    pub fn hex(self) -> String {
        self.digest.hex()
    }
}

/// A bundle that is being read, and what an import of it comes to.
#[wasm_bindgen]
pub struct BundleReader {
    reader: bundle::BundleReader,
    mode: Option<ImportMode>,
    import: Option<engine::BundleImport>,
    /// Bytes that were taken since there was room for a step of the memory.
    taken: usize,
}

#[wasm_bindgen]
impl BundleReader {
    /// Reads the manifest. `options` is `{directory, owner?, mode?}`: what the archive says of its members, whose records
    /// they become, and what is to be done with them; without a mode they are only verified.
    #[wasm_bindgen(constructor)]
    pub fn new(manifest: &[u8], options: JsValue) -> Result<BundleReader, JsValue> {
        let options = from_js(&options)?;
        let text = |name| options.get(name).and_then(Value::as_str).map(str::to_owned);
        let mode = text("mode").map(|mode| {
            let known = ImportMode::NAMES.iter().find(|(name, _)| *name == mode);
            known.map(|(_, mode)| *mode).ok_or_else(|| {
                throw(&Error::invalid_argument("/mode", "a mode is merge, replace or dry_run"))
            })
        });
        let mode = mode.transpose()?;
        let directory = options.get("directory").cloned().unwrap_or_default();
        let options = ReadOptions { migrations: MIGRATIONS, owner: text("owner"), keeps: mode.is_some() };
        let reader = thrown(bundle::BundleReader::open(manifest, &directory, options))?;
        let mut reader = Self { reader, mode, import: None, taken: 0 };
        if reader.reader.moving().is_none() {
            reader.begin()?;
        }
        Ok(reader)
    }

    fn begin(&mut self) -> Result<(), JsValue> {
        let import = self.mode.map(|mode| engine::BundleImport::new(&self.reader, mode));
        self.import = thrown(import.transpose())?;
        Ok(())
    }

    /// The member that comes next.
    #[wasm_bindgen(js_name = nextMember)]
    pub fn next_member(&self) -> Option<String> {
        self.reader.next_member().map(str::to_owned)
    }

    /// Takes a part of it.
    pub fn push(&mut self, core: &Core, bytes: &[u8], now: Option<f64>) -> Result<(), JsValue> {
        if self.import.is_some() {
            self.taken += bytes.len();
            if self.taken >= STEP / MEMORY_FOR_TEXT {
                self.taken = 0;
                reserve(STEP);
            }
        }
        thrown(self.reader.push(bytes))?;
        if let Some(import) = &mut self.import {
            core.core.offer(import, &mut self.reader, moment(now)?);
        }
        Ok(())
    }

    /// It has ended; its SHA-256 as hexadecimal digits.
    pub fn end(&mut self, sha256: &str) -> Result<(), JsValue> {
        thrown(self.reader.end(sha256))
    }

    /// All have ended. Says whether they have to be read once more.
    pub fn finish(&mut self) -> Result<bool, JsValue> {
        thrown(self.reader.finish())?;
        let again = self.mode.is_some() && self.import.is_none();
        if again {
            self.reader.rewind();
            self.begin()?;
        }
        Ok(again)
    }

    /// A number that changes with the log.
    pub fn revision(&self, core: &Core) -> f64 {
        self.import.as_ref().map_or(0.0, |import| core.core.revision(import.user()) as f64)
    }

    /// What the import comes to.
    pub fn settle(&mut self, core: &Core) -> Result<JsValue, JsValue> {
        let Some(import) = &mut self.import else { return Ok(JsValue::UNDEFINED) };
        thrown(core.core.settle_import(import))?;
        Ok(to_js(import.report()))
    }

    /// The records to store that were found since this was last asked for: the JSON text of each on a line, and in each
    /// first what storages read of it.
    #[wasm_bindgen(js_name = takeTexts)]
    pub fn take_texts(&mut self) -> Option<String> {
        self.import.as_mut()?.take_texts()
    }

    /// Merges what was stored. Gives the ids of what changed.
    pub fn commit(&mut self, core: &mut Core, now: Option<f64>) -> Result<JsValue, JsValue> {
        let Some(import) = self.import.take() else { return Ok(JsValue::UNDEFINED) };
        Ok(to_js(&thrown(core.core.commit_import(import, moment(now)?))?))
    }
}
