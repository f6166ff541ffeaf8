//! Language packs: JSON beside the wasm, loaded once and shared by everything that observes.

use luminoracore::observe::{self, TriggerSet, observe_with};
use wasm_bindgen::prelude::*;

use crate::observation::{ObservationReader, observation_to_js};
use crate::template::TemplateHandle;
use crate::value::throw;

/// Loaded language packs.
#[wasm_bindgen]
pub struct LanguagePacks {
    pub(crate) packs: observe::Packs,
}

#[wasm_bindgen]
impl LanguagePacks {
    /// Reads the packs' files.
    #[wasm_bindgen(constructor)]
    pub fn new(files: Vec<js_sys::Uint8Array>) -> Result<LanguagePacks, JsValue> {
        let files: Vec<Vec<u8>> = files.iter().map(js_sys::Uint8Array::to_vec).collect();
        let files: Vec<&[u8]> = files.iter().map(Vec::as_slice).collect();
        observe::Packs::load(&files).map(|packs| Self { packs }).map_err(|error| throw(&error))
    }

    /// What a message says.
    pub fn observe(&self, text: &str, language: Option<String>, reader: &ObservationReader) -> JsValue {
        self.read(text, language, None, reader)
    }

    /// What a message says to a personality: with its triggers, its names and its language.
    #[wasm_bindgen(js_name = observeFor)]
    pub fn observe_for(
        &self,
        text: &str,
        language: Option<String>,
        template: &TemplateHandle,
        reader: &ObservationReader,
    ) -> JsValue {
        self.read(text, language, Some(template.triggers()), reader)
    }
}

impl LanguagePacks {
    fn read(
        &self,
        text: &str,
        language: Option<String>,
        triggers: Option<&TriggerSet>,
        reader: &ObservationReader,
    ) -> JsValue {
        let observation = observe_with(&self.packs, text, language.as_deref(), triggers, false);
        observation_to_js(&observation, reader)
    }
}
