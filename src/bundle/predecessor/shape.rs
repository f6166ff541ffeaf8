//! Under which names the predecessor wrote what, as tables.

/// How an object of the file becomes one of ours. Lists of names are written as one text, which a wasm file holds in
/// half the space.
pub(super) struct Shape {
    pub(super) sort: Sort,
    /// The names under which it may stand in the state, ours first.
    pub(super) names: &'static str,
    /// Pairs of other names for its fields and our own.
    pub(super) fields: &'static str,
    /// Fields that are times. Of all but the affinity the first must be there: the time of the file, where there is none.
    pub(super) times: &'static str,
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Sort {
    Affinity,
    Mood,
    Fact,
    Episode,
    Turn,
    /// What stands in a list inside affinity or mood.
    Inside,
}

pub(super) const AFFINITY: Shape = Shape {
    sort: Sort::Affinity,
    names: "affinity",
    fields: "affinity_points points current_level level history progression_history",
    times: "last_interaction",
};

pub(super) const CHANGE: Shape = Shape {
    sort: Sort::Inside,
    names: "progression_history",
    fields: "timestamp date created_at date affinity_points points current_level level points_delta delta \
             interaction_type kind",
    times: "date",
};

pub(super) const MOOD: Shape = Shape {
    sort: Sort::Mood,
    names: "mood",
    fields: "current_mood current mood current mood_intensity intensity mood_started_at started_at \
             created_at started_at timestamp started_at mood_history history",
    times: "started_at updated_at",
};

pub(super) const PERIOD: Shape = Shape {
    sort: Sort::Inside,
    names: "history",
    fields: "current_mood mood mood_intensity intensity trigger cause",
    times: "started_at ended_at",
};

pub(super) const FACT: Shape = Shape {
    sort: Sort::Fact,
    names: "learned_facts facts",
    fields: "fact_key key fact_value value created_at first_mentioned timestamp first_mentioned \
             date first_mentioned updated_at last_updated",
    times: "first_mentioned last_updated",
};

pub(super) const EPISODE: Shape = Shape {
    sort: Sort::Episode,
    names: "memorable_episodes episodes",
    fields: "episode_type type timestamp date created_at date",
    times: "date",
};

pub(super) const TURN: Shape = Shape {
    sort: Sort::Turn,
    names: "conversation_history",
    fields: "sender role content text message text timestamp at date at created_at at",
    times: "at",
};

/// The first of several names: ours.
pub(super) fn ours(names: &'static str) -> &'static str {
    names.split(' ').next().unwrap_or_default()
}
