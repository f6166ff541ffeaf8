//! A snapshot as a file.

use super::compact::compact;
use super::items::{episode_of_file, fact_of_file};
use super::{
    ActiveConfiguration, ConversationSummary, ExportOptions, FORMAT, OWN_KEYS, STATE_KEYS, Snapshot,
    content_hash,
};
use crate::json::{self, Map, Value};
use crate::list::List;
use crate::order;
use crate::timestamp;

/// What `schema_version` says.
const SCHEMA_VERSION: &str = "1.1.0";

impl Snapshot {
    /// The file's text. The same snapshot gives the same bytes. `anonymization` is the report, where it was anonymized.
    pub fn write(
        &self,
        options: ExportOptions,
        active: &ActiveConfiguration,
        summary: &ConversationSummary,
        anonymization: Option<Value>,
    ) -> String {
        let turns = self.conversation.as_deref().unwrap_or_default();
        let mut days: Vec<i64> =
            turns.iter().filter_map(|turn| timestamp::parse(&turn.at)).map(timestamp::day).list();
        order::sort_by(&mut days, Ord::cmp);
        days.dedup();
        let mut file = Map::new();
        file.insert("format", FORMAT);
        file.insert("schema_version", SCHEMA_VERSION);
        let persona = &self.template.persona;
        file.insert(
            "_snapshot_info",
            Value::object(vec![
                ("created_at", self.created_at.as_str().into()),
                ("template_name", persona.name.as_str().into()),
                ("template_version", persona.version.as_str().into()),
                ("user_id", self.user.as_str().into()),
                ("session_id", self.session.as_str().into()),
                ("total_messages", turns.len().into()),
                ("days_active", days.len().into()),
                (
                    "options",
                    Value::object(vec![
                        ("conversation_history", options.conversation.into()),
                        ("facts", options.facts.into()),
                        ("episodes", options.episodes.into()),
                        ("embeddings", self.embeddings.is_some().into()),
                        ("anonymize_user_data", anonymization.is_some().into()),
                    ]),
                ),
            ]),
        );
        let mut extra = Map::new();
        for (key, item) in self.template.document.as_object().into_iter().flatten() {
            let place = if OWN_KEYS.contains(&key.as_str()) { &mut extra } else { &mut file };
            place.insert(key.clone(), item.clone());
        }
        if !extra.is_empty() {
            file.insert("template_extra", Value::Object(extra));
        }
        let mut state = Map::new();
        if let Some(affinity) = &self.affinity {
            state.insert("affinity", json::to_value(affinity));
        }
        if let Some(mood) = &self.mood {
            state.insert("mood", json::to_value(mood));
        }
        if let Some(facts) = &self.facts {
            state.insert("learned_facts", facts.iter().map(fact_of_file).list());
        }
        if let Some(episodes) = &self.episodes {
            state.insert("memorable_episodes", episodes.iter().map(episode_of_file).list());
        }
        if options.conversation {
            state.insert("conversation_history", json::to_value(turns));
            state.insert(
                "conversation_summary",
                Value::object(vec![
                    ("total_messages", turns.len().into()),
                    ("main_topics", json::to_value(&summary.main_topics)),
                    ("sentiment_overall", summary.sentiment_overall.into()),
                ]),
            );
        }
        let mask = self.imported.as_ref().and_then(|imported| imported.get("learned_mask"));
        state.insert("learned_mask", mask.cloned().unwrap_or(Value::Null));
        for (key, item) in self.imported.iter().flatten() {
            if key != "learned_mask" && !STATE_KEYS.contains(&key.as_str()) {
                state.insert(key.clone(), item.clone());
            }
        }
        file.insert("current_state", Value::Object(state));
        file.insert("active_configuration", json::to_value(active));
        if let Some(embeddings) = &self.embeddings {
            file.insert("embeddings", embeddings.to_value());
        }
        if let Some(anonymization) = anonymization {
            file.insert("anonymization", anonymization);
        }
        let (content, mut file) = content_hash(file);
        let template = self.template.id().strip_prefix("sha256:").unwrap_or_default();
        let hashes = vec![("template", template.into()), ("content", content.into())];
        file.insert("hashes", Value::object(hashes));
        let file = Value::Object(file);
        if !options.compact {
            return json::pretty(&file);
        }
        let mut compacted = Map::new();
        compacted.insert("format", FORMAT);
        for (key, value) in compact(&file) {
            compacted.insert(key, value);
        }
        json::compact(&compacted.into())
    }
}
