//! A relationship as a snapshot file.

use std::sync::Arc;

use super::core::Core;
use crate::bundle::anonymize;
use crate::bundle::snapshot::{
    ActiveConfiguration, ConversationSummary, Embeddings, ExportOptions, Snapshot, SnapshotTurn,
};
use crate::error::Error;
use crate::json::Value;
use crate::list::List;
use crate::log::body::{Episode, Fact, Role, Turn};
use crate::observe::{SentimentClass, observe_with};
use crate::order::{sort_by, sort_by_text};
use crate::state::Personality;
use crate::timestamp;

/// Topics that a summary names.
const MAIN_TOPICS: usize = 5;
/// Turns of the person that a summary is made of, spread over the conversation: to observe them takes longer than all else.
const OBSERVED: usize = 500;

impl Core {
    /// The snapshot of a session and its instance, as the file's text. `now` in milliseconds since 1970.
    pub fn export_snapshot(
        &self,
        user: &str,
        session: &str,
        options: ExportOptions,
        now: u64,
    ) -> Result<String, Error> {
        self.require_feature(self.options.features.snapshot_export, "snapshot_export")?;
        let (state, instance, personality) = self.conversation(user, session)?;
        // Without its section the conversation is neither copied nor read.
        let conversation: Option<Vec<SnapshotTurn>> =
            options.conversation.then(|| self.owner(user).turns(session).map(snapshot_turn).list());
        let mut summary = self.summary_of(conversation.as_deref().unwrap_or_default(), &personality);
        let view = self.session_state(user, session, now)?;
        let active = ActiveConfiguration {
            compiled_parameters: view.parameters,
            active_level: view.affinity.level,
            active_mood: view.mood.current,
            active_modifiers_applied: view.applied,
        };
        let affinity = self.owner(user).whole_affinity(&state.session.instance, instance.affinity);
        let imported = instance.instance.imported.as_ref().and_then(Value::as_object).cloned();
        let mut snapshot = Snapshot {
            template: Arc::clone(&personality.template),
            user: user.to_owned(),
            session: session.to_owned(),
            created_at: timestamp::format(now),
            affinity: Some(affinity.to_baseline()),
            mood: Some(state.mood.to_baseline()),
            // Whoever is to be nobody is hidden in the conversation too.
            facts: (options.facts || options.anonymize).then(|| self.facts_of_file(user)),
            episodes: options.episodes.then(|| self.episodes_of_file(user, &state.session.instance)),
            conversation,
            imported,
            embeddings: self.embeddings_of_file(user, &state.session.instance, options),
        };
        let anonymization = options.anonymize.then(|| anonymize(&mut snapshot, &mut summary));
        snapshot.facts = snapshot.facts.filter(|_| options.facts);
        Ok(snapshot.write(options, &active, &summary, anonymization))
    }

    /// The vectors of the facts and episodes that the file has, where there is an embedder.
    fn embeddings_of_file(&self, user: &str, instance: &str, options: ExportOptions) -> Option<Embeddings> {
        let model = self.embedder().filter(|_| options.embeddings)?.to_owned();
        let owner = self.owner(user);
        let facts = owner.facts().filter(|_| options.facts).map(|(id, _)| id);
        let told = owner.episodes().filter(|(_, episode)| options.episodes && episode.instance == instance);
        let mut vectors = Vec::new();
        for id in facts.chain(told.map(|(id, _)| id)) {
            vectors.extend(owner.vector_of(&model, id).map(|vector| (id.to_owned(), vector)));
        }
        sort_by_text(&mut vectors, |(id, _)| id);
        let dimensions = vectors.first().map_or(0, |(_, vector)| vector.len());
        Some(Embeddings { model, dimensions, vectors })
    }

    /// What is known of an owner, by category and key; archived facts too.
    fn facts_of_file(&self, user: &str) -> Vec<Fact> {
        let mut facts: Vec<Fact> = self.owner(user).facts().map(|(_, fact)| fact.clone()).list();
        sort_by(&mut facts, |a, b| (a.category.name(), &a.key).cmp(&(b.category.name(), &b.key)));
        facts
    }

    /// What an instance was told, oldest first; archived episodes too.
    fn episodes_of_file(&self, user: &str, instance: &str) -> Vec<(String, Episode)> {
        let told = self.owner(user).episodes().filter(|(_, episode)| episode.instance == instance);
        let mut told: Vec<(String, Episode)> =
            told.map(|(id, episode)| (id.to_owned(), episode.clone())).list();
        sort_by(&mut told, |a, b| (&a.1.timestamp, &a.0).cmp(&(&b.1.timestamp, &b.0)));
        told
    }

    /// What the person talks about most, and the class of the mean score of their turns; of many turns, of some.
    fn summary_of(&self, turns: &[SnapshotTurn], personality: &Personality) -> ConversationSummary {
        let mut topics: Vec<(String, u32)> = Vec::new();
        let (mut sum, mut scored) = (0.0, 0_u32);
        let said = turns.iter().filter(|turn| turn.role == Role::User);
        let step = said.clone().count().div_ceil(OBSERVED).max(1);
        for turn in said.step_by(step) {
            let observation = observe_with(&self.packs, &turn.text, None, Some(&personality.triggers), false);
            sum += observation.sentiment.score;
            scored += 1;
            for topic in observation.topics {
                match topics.iter_mut().find(|(known, _)| *known == topic.topic) {
                    Some((_, count)) => *count += topic.count,
                    None => topics.push((topic.topic, topic.count)),
                }
            }
        }
        sort_by(&mut topics, |a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        ConversationSummary {
            main_topics: topics.into_iter().take(MAIN_TOPICS).map(|(topic, _)| topic).list(),
            sentiment_overall: SentimentClass::of(sum / f64::from(scored.max(1))).name(),
        }
    }
}

fn snapshot_turn((id, turn, _): (&str, &Turn, Option<u32>)) -> SnapshotTurn {
    let Turn { role, text, created_at, .. } = turn.clone();
    SnapshotTurn { id: id.to_owned(), role, text, at: created_at }
}
