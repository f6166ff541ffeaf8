//! Language packs: JSON beside the wasm, loaded once and shared by everything that observes.

use luminoracore::observe::{self, ObserveContext};
use luminoracore::template::Template;
use wasm_bindgen::prelude::*;

use crate::template::TemplateHandle;
use crate::value::{throw, to_js};

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
    pub fn observe(&self, text: &str, language: Option<String>) -> JsValue {
        self.read(text, language, None)
    }

    /// What a message says to a personality: with its triggers, its names and its language.
    #[wasm_bindgen(js_name = observeFor)]
    pub fn observe_for(&self, text: &str, language: Option<String>, template: &TemplateHandle) -> JsValue {
        self.read(text, language, Some(template.template()))
    }
}

impl LanguagePacks {
    fn read(&self, text: &str, language: Option<String>, template: Option<&Template>) -> JsValue {
        let context = ObserveContext { language: language.as_deref(), template, after_assistant: false };
        to_js(&observe::observe(&self.packs, text, &context))
    }
}
