//! A template with everything about it that does not change from turn to turn.

use std::sync::Arc;

use crate::compile::Prepared;
use crate::observe::TriggerSet;
use crate::template::Template;

/// A template, prepared once for many turns.
#[derive(Debug)]
pub struct Personality {
    /// Its prompt, ready to be compiled.
    pub prepared: Prepared,
    /// Its triggers and names, ready to be looked for in messages.
    pub triggers: TriggerSet,
}

impl Personality {
    /// Prepares a template.
    pub fn new(template: Template) -> Self {
        Self { triggers: TriggerSet::new(&template), prepared: Prepared::new(Arc::new(template)) }
    }

    /// The template itself.
    pub fn template(&self) -> &Template {
        self.prepared.template()
    }
}
