//! A relationship as a snapshot file.

use std::sync::Arc;

use super::core::Core;
use crate::bundle::snapshot::{ActiveConfiguration, ExportOptions, Snapshot, SnapshotTurn};
use crate::error::Error;
use crate::json::Value;
use crate::log::body::{Role, Turn};
use crate::observe::{SentimentClass, observe_with};
use crate::state::Personality;
use crate::timestamp;

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
            options.conversation.then(|| self.owner(user).turns(session).map(snapshot_turn).collect());
        let sentiment = self.overall_sentiment(conversation.as_deref().unwrap_or_default(), &personality);
        let view = self.session_state(user, session, now)?;
        let active = ActiveConfiguration {
            compiled_parameters: view.parameters,
            active_level: view.affinity.level,
            active_mood: view.mood.current,
            active_modifiers_applied: view.applied,
        };
        let imported = instance.instance.imported.as_ref().and_then(Value::as_object).cloned();
        let snapshot = Snapshot {
            template: Arc::clone(&personality.template),
            user: user.to_owned(),
            session: session.to_owned(),
            created_at: timestamp::format(now),
            affinity: Some(instance.affinity.to_baseline()),
            mood: Some(state.mood.to_baseline()),
            conversation,
            imported,
        };
        Ok(snapshot.write(options, &active, sentiment))
    }

    /// The class of the mean score of the person's turns.
    fn overall_sentiment(&self, turns: &[SnapshotTurn], personality: &Personality) -> &'static str {
        let scores: Vec<f64> = turns
            .iter()
            .filter(|turn| turn.role == Role::User)
            .map(|turn| {
                observe_with(&self.packs, &turn.text, None, Some(&personality.triggers), false)
                    .sentiment
                    .score
            })
            .collect();
        #[allow(clippy::cast_precision_loss, reason = "a count of turns")]
        let mean = scores.iter().sum::<f64>() / scores.len().max(1) as f64;
        SentimentClass::of(mean).name()
    }
}

fn snapshot_turn((id, turn, _): (&str, &Turn, Option<u32>)) -> SnapshotTurn {
    let Turn { role, text, created_at, .. } = turn.clone();
    SnapshotTurn { id: id.to_owned(), role, text, at: created_at }
}
