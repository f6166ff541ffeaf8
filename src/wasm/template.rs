//! Personality documents: validate, parse, compile, blend.

use std::cell::{LazyCell, OnceCell};
use std::sync::Arc;

use luminoracore::compile::{CompileOptions, Compiled, Prepared};
use luminoracore::json::{self, Map};
use luminoracore::lint::{ValidateOptions, validate};
use luminoracore::observe::TriggerSet;
use luminoracore::template::Template;
use luminoracore::template::blend::{BlendOptions, Source, blend};
use wasm_bindgen::prelude::*;

use crate::value::{from_js, set_text, throw, to_js};

/// Every problem of a document, given as UTF-8 JSON text. Never throws for a bad document.
#[wasm_bindgen(js_name = validate)]
pub fn validate_document(source: &[u8], strict: bool, lint: bool) -> JsValue {
    to_js(&validate(source, ValidateOptions { strict, lint }))
}

/// A personality, and once it is compiled or observed for, everything prepared that does not change from turn to turn.
#[wasm_bindgen]
pub struct TemplateHandle {
    /// A blend is taken apart when it is first asked for more than its report.
    template: LazyCell<Arc<Template>, Box<dyn FnOnce() -> Arc<Template>>>,
    prepared: OnceCell<Prepared>,
    triggers: OnceCell<TriggerSet>,
}

#[wasm_bindgen]
impl TemplateHandle {
    /// Parses UTF-8 JSON text; throws `invalid_template` with all problems.
    #[wasm_bindgen(constructor)]
    pub fn new(source: &[u8]) -> Result<TemplateHandle, JsValue> {
        Template::parse(source).map(Self::from).map_err(|error| throw(&error))
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
        let settings = self.prepared().settings(&options).map_err(|error| throw(&error))?;
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

impl From<Template> for TemplateHandle {
    fn from(template: Template) -> Self {
        let template = Arc::new(template);
        Self::later(Box::new(|| template))
    }
}

impl TemplateHandle {
    fn compiled(&self, options: JsValue) -> Result<Compiled, JsValue> {
        CompileOptions::parse(&from_js(&options)?)
            .and_then(|options| self.prepared().compile(&options))
            .map_err(|error| throw(&error))
    }

    fn later(template: Box<dyn FnOnce() -> Arc<Template>>) -> Self {
        Self { template: LazyCell::new(template), prepared: OnceCell::new(), triggers: OnceCell::new() }
    }

    fn prepared(&self) -> &Prepared {
        self.prepared.get_or_init(|| Prepared::new(Arc::clone(&self.template)))
    }

    pub(crate) fn triggers(&self) -> &TriggerSet {
        self.triggers.get_or_init(|| TriggerSet::new(&self.template))
    }

    pub(crate) fn template(&self) -> &Template {
        &self.template
    }
}

/// The sources of a blend, one after the other: an array of handles would be taken from the host.
#[wasm_bindgen]
#[derive(Default)]
pub struct Blender {
    sources: Vec<(Arc<Template>, f64)>,
    report: JsValue,
}

#[wasm_bindgen]
impl Blender {
    /// No sources.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// One more source.
    pub fn add(&mut self, template: &TemplateHandle, weight: f64) {
        self.sources.push((Arc::clone(&template.template), weight));
    }

    /// The blend of all sources.
    pub fn blend(&mut self, options: JsValue) -> Result<TemplateHandle, JsValue> {
        let options = BlendOptions::parse(&from_js(&options)?).map_err(|error| throw(&error))?;
        let mut sources = Vec::with_capacity(self.sources.len());
        for (template, weight) in &self.sources {
            sources.push(Source { template, weight: *weight });
        }
        let blend = blend(&sources, &options).map_err(|error| throw(&error))?;
        self.report = to_js(&blend.report);
        Ok(TemplateHandle::later(Box::new(|| Arc::new(blend.into_template()))))
    }

    /// What the last blend was made of.
    #[wasm_bindgen(getter)]
    pub fn report(&self) -> JsValue {
        self.report.clone()
    }
}
