//! The predecessor's tables: files go in, batches of records come out, person by person.

use luminoracore::bundle::{self, TablesOptions};
use luminoracore::json;
use wasm_bindgen::prelude::*;

use crate::core::Core;
use crate::environment::moment;
use crate::value::{from_js, thrown, to_js};

/// Tables that are being read and brought in.
#[wasm_bindgen]
pub struct TableReader {
    tables: bundle::Tables,
}

#[wasm_bindgen]
impl TableReader {
    /// `options` is `{user?, skip_invalid?, replace?}`.
    #[wasm_bindgen(constructor)]
    pub fn new(options: JsValue, now: Option<f64>) -> Result<TableReader, JsValue> {
        let options = thrown(TablesOptions::parse(&from_js(&options)?))?;
        Ok(Self { tables: bundle::Tables::new(options, moment(now)?) })
    }

    /// Reads a file.
    pub fn push(&mut self, bytes: &[u8], path: &str, table: Option<String>) -> Result<(), JsValue> {
        thrown(self.tables.push(bytes, path, table.as_deref()))
    }

    /// All are read. Gives whose rows there are, and which personalities they name, as `[users, names]`.
    pub fn finish(&mut self) -> Result<JsValue, JsValue> {
        thrown(self.tables.finish())?;
        Ok(to_js(&(self.tables.users(), self.tables.personalities())))
    }

    /// Says who a name is; without a name, with whom moods and episodes were.
    pub fn introduce(&mut self, name: Option<String>, document: &str) -> Result<(), JsValue> {
        thrown(self.tables.introduce(name.as_deref(), document))
    }

    /// What all of it comes to.
    pub fn settle(&self, core: &mut Core, now: Option<f64>) -> Result<JsValue, JsValue> {
        Ok(to_js(&thrown(core.core.settle_tables(&self.tables, moment(now)?))?))
    }

    /// A user's records to store and then to hear of, as JSON text; nothing where nothing changes.
    pub fn batch(&self, core: &mut Core, user: &str, now: Option<f64>) -> Result<Option<String>, JsValue> {
        let batch = core.core.batch_of_tables(&self.tables, user, moment(now)?);
        Ok((!batch.is_empty()).then(|| json::to_text(&batch)))
    }
}
