//! Parts of the core by themselves, for benchmarks (feature `measure`, never shipped).

use luminoracore::engine::{Command, EffectResult, RecallOptions};
use luminoracore::memory;
use wasm_bindgen::prelude::*;

use crate::core::Core;
use crate::environment::{environment, milliseconds};
use crate::packs::LanguagePacks;
use crate::value::{from_js, throw};

/// The index of words.
#[wasm_bindgen]
pub struct WordSearch {
    search: memory::WordSearch,
}

#[wasm_bindgen]
impl WordSearch {
    /// Holds texts in one language.
    #[wasm_bindgen(constructor)]
    pub fn new(packs: &LanguagePacks, language: &str, texts: Vec<String>) -> WordSearch {
        Self { search: memory::WordSearch::new(packs.packs.clone(), language, texts) }
    }

    /// Makes the index afresh; gives the number of different terms.
    pub fn build(&mut self) -> usize {
        self.search.build()
    }

    /// The numbers of the texts that answer a question best, the best first, each with its score behind it.
    pub fn search(&mut self, question: &str, most: usize) -> Vec<f32> {
        let mut found = Vec::with_capacity(2 * most);
        for (slot, score) in self.search.search(question, most) {
            found.push(slot as f32);
            found.push(score);
        }
        found
    }
}

/// Work that is repeated inside: what of a call is not the crossing.
#[wasm_bindgen]
impl Core {
    /// Recalls so many times; gives how much was found the last time.
    #[wasm_bindgen(js_name = recallTimes)]
    pub fn recall_times(
        &mut self,
        times: u32,
        user: &str,
        session: &str,
        question: &str,
        limit: u32,
        now: f64,
    ) -> Result<usize, JsValue> {
        let options = RecallOptions { limit: Some(limit), ..RecallOptions::default() };
        let now = milliseconds(now)?;
        let mut found = 0;
        for _ in 0..times {
            let recalled = self.core.recall(user, session, question, &options, now);
            found = recalled.map_err(|error| throw(&error))?.len();
        }
        Ok(found)
    }

    /// Runs a command that stores one batch so many times.
    #[wasm_bindgen(js_name = storeTimes)]
    pub fn store_times(&mut self, times: u32, command: &JsValue, now: f64) -> Result<(), JsValue> {
        let command = Command::parse(&from_js(command)?).map_err(|error| throw(&error))?;
        for time in 0..times {
            let environment = environment(Some(now + f64::from(time)), Some(vec![7; 32]))?;
            let step = self.core.dispatch(command.clone(), &environment);
            let op = step.op;
            drop(step);
            let step = self.core.resume(op, EffectResult::Stored, environment.now);
            if let Some(Err(error)) = step.done {
                return Err(throw(&error));
            }
        }
        Ok(())
    }
}
