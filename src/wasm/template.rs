//! Personality documents: validate, parse, compile.

use std::sync::Arc;

use luminoracore::compile::{CompileOptions, Compiled, Prepared};
use luminoracore::json::{self, Map};
use luminoracore::lint::{ValidateOptions, validate};
use luminoracore::template::Template;
use wasm_bindgen::prelude::*;

use crate::value::{from_js, set_text, throw, to_js};

/// Every problem of a document, given as UTF-8 JSON text. Never throws for a bad document.
#[wasm_bindgen(js_name = validate)]
pub fn validate_document(source: &[u8], strict: bool, lint: bool) -> JsValue {
    to_js(&validate(source, ValidateOptions { strict, lint }))
}

/// A parsed personality, with everything prepared that does not change from turn to turn.
#[wasm_bindgen]
pub struct TemplateHandle {
    prepared: Prepared,
}

#[wasm_bindgen]
impl TemplateHandle {
    /// Parses UTF-8 JSON text; throws `invalid_template` with all problems.
    #[wasm_bindgen(constructor)]
    pub fn new(source: &[u8]) -> Result<TemplateHandle, JsValue> {
        Template::parse(source).map(Self::of).map_err(|error| throw(&error))
    }

    /// `sha256:<hex>`.
    #[wasm_bindgen(getter)]
    pub fn id(&self) -> String {
        self.template().id().to_owned()
    }

    /// The document as JSON text.
    #[wasm_bindgen(getter)]
    pub fn document(&self) -> String {
        json::compact(&self.template().document)
    }

    /// The personality for one level, one mood and one target.
    pub fn compile(&self, options: JsValue) -> Result<JsValue, JsValue> {
        let mut compiled = self.compiled(options)?;
        // The prompt is most of the result. It goes as a string of its own, not escaped and parsed again.
        let text = std::mem::take(&mut compiled.text);
        let result = to_js(&compiled);
        set_text(&result, "text", &text)?;
        Ok(result)
    }

    /// How each effective parameter came about, in words, by its name.
    pub fn explain(&self, options: JsValue) -> Result<JsValue, JsValue> {
        let options = CompileOptions::parse(&from_js(&options)?).map_err(|error| throw(&error))?;
        let settings = self.prepared.settings(&options).map_err(|error| throw(&error))?;
        let mut explained = Map::new();
        for (parameter, trace) in settings.trace {
            explained.insert(parameter.name(), trace.explanation());
        }
        Ok(to_js(&explained))
    }

    /// The body of a request to the target, as JSON text.
    pub fn request(&self, options: JsValue) -> Result<String, JsValue> {
        Ok(json::compact(&self.compiled(options)?.request()))
    }
}

impl TemplateHandle {
    pub(crate) fn of(template: Template) -> Self {
        Self { prepared: Prepared::new(Arc::new(template)) }
    }

    fn compiled(&self, options: JsValue) -> Result<Compiled, JsValue> {
        CompileOptions::parse(&from_js(&options)?)
            .and_then(|options| self.prepared.compile(&options))
            .map_err(|error| throw(&error))
    }

    pub(crate) fn template(&self) -> &Template {
        self.prepared.template()
    }
}
