//! The five tables: their columns, and by which of them they are known.

use crate::json::Map;

/// A table of the predecessor.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) sort: Sort,
    pub(super) name: &'static str,
    /// Columns that no other table has, and every row of this one.
    signs: &'static str,
    /// The other columns. Lists of names are written as one text, which a wasm file holds in half the space.
    columns: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    Affinity,
    Fact,
    Episode,
    Mood,
    Migration,
}

static TABLES: [Table; 5] = [
    Table {
        sort: Sort::Affinity,
        name: "user_affinity",
        signs: "personality_name",
        columns: "id user_id affinity_points current_level total_messages positive_interactions \
                  negative_interactions last_interaction created_at updated_at",
    },
    Table {
        sort: Sort::Fact,
        name: "user_facts",
        signs: "fact_key fact_value",
        columns: "id user_id session_id category confidence source_message_id first_mentioned last_updated \
                  mention_count tags context is_active created_at updated_at",
    },
    Table {
        sort: Sort::Episode,
        name: "episodes",
        signs: "episode_type",
        columns: "id user_id session_id title summary importance sentiment tags context_messages timestamp \
                  temporal_decay related_facts related_episodes metadata created_at updated_at",
    },
    Table {
        sort: Sort::Mood,
        name: "session_moods",
        signs: "current_mood mood_intensity",
        columns: "session_id user_id mood_started_at mood_history updated_at",
    },
    Table {
        sort: Sort::Migration,
        name: "schema_migrations",
        signs: "applied_at version",
        columns: "name checksum description",
    },
];

impl Table {
    pub(super) fn of_name(name: &str) -> Option<&'static Self> {
        TABLES.iter().find(|table| table.name == name)
    }

    pub(super) fn of_columns(row: &Map) -> Option<&'static Self> {
        TABLES.iter().find(|table| table.signs.split(' ').any(|sign| row.contains_key(sign)))
    }

    pub(super) fn has(&self, column: &str) -> bool {
        [self.signs, self.columns].iter().any(|names| names.split(' ').any(|name| name == column))
    }
}
