//! A template with everything about it that does not change from turn to turn.

use std::sync::Arc;

use crate::compile::Prepared;
use crate::knowledge::PreparedKnowledge;
use crate::observe::TriggerSet;
use crate::template::Template;

/// A template, prepared once for many turns.
#[derive(Debug)]
pub struct Personality {
    /// The template itself.
    pub template: Arc<Template>,
    /// Its prompt, ready to be compiled.
    pub prepared: Prepared,
    /// What it knows, ready to be looked through.
    pub knowledge: PreparedKnowledge,
    /// Its trigger phrases and names, ready to be found.
    pub triggers: TriggerSet,
}

impl Personality {
    /// Prepares a template.
    pub fn new(template: Arc<Template>) -> Self {
        let triggers = TriggerSet::new(&template);
        let knowledge = PreparedKnowledge::new(&template);
        Self { prepared: Prepared::new(Arc::clone(&template)), knowledge, triggers, template }
    }

    /// The mood that a name stands for here: one that this version of the template does not define, which a file or
    /// an earlier version may name, is the default mood.
    pub fn mood<'a>(&'a self, name: &'a str) -> &'a str {
        if self.prepared.has_mood(name) { name } else { self.template.default_mood() }
    }

    /// The template itself.
    pub fn template(&self) -> &Template {
        &self.template
    }
}
