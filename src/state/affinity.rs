//! Affinity: how close an instance and its owner are, in points from 0 to 100, with the reason of every change.

use serde::Serialize;

use crate::compile::{level_at, levels, next_level};
use crate::decimal::round6;
use crate::log::body::{AffinityBaseline, AffinityChange, Progression};
use crate::observe::SentimentClass;
use crate::template::Template;
use crate::template::model::{AffinityConfig, Level};
use crate::timestamp::{self, DAY};

/// Points of one interaction stay inside this bound, either way.
const MAXIMUM_DELTA: i32 = 10;
/// Messages longer than this (Unicode scalar values) count one point more, unless they are negative.
const LONG_MESSAGE: usize = 100;

/// Gaps that are kept; a clock is not ahead for as many of them.
const KEPT_GAPS: usize = 32;

/// The newest changes that are looked at for what was gained on a day.
const LOOK_BACK: usize = 1_000;

/// More than a day in which nobody came, as far as the clock can be believed. Milliseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Gap {
    from: i64,
    to: i64,
    /// Points that it took.
    decay: u8,
}

/// What the time of a run says about the clocks of those before it.
#[derive(Clone, Copy)]
enum ClockJudgement {
    Plausible,
    /// The clock was ahead since this gap.
    WasAhead {
        gap: usize,
    },
    /// Its own clock is behind.
    Behind,
}

/// The affinity of an instance: a fold over its runs in clock order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Affinity {
    /// 0..100.
    pub points: u8,
    /// The level that the points give, with the template's hysteresis.
    pub level: String,
    /// Messages of the person so far.
    pub total_messages: u32,
    /// Of these, how many gained points.
    pub positive_interactions: u32,
    /// Of these, how many lost points.
    pub negative_interactions: u32,
    /// Milliseconds since 1970 of the last message.
    pub last_interaction: Option<i64>,
    /// The changes, oldest first: all of them, or the newest ones.
    pub history: Vec<Progression>,
    /// The newest times at which nobody came for more than a day, oldest first. A later run may show that there was no
    /// such time, but a clock that was ahead.
    gaps: Vec<Gap>,
    /// Whether the history has its newest entries alone, as many as rules look at.
    pub(super) is_cut: bool,
}

/// What a baseline does not say of an affinity.
#[derive(Debug)]
pub(super) struct AffinityRest {
    /// From, to, and the points that were lost.
    pub(super) gaps: Vec<(i64, i64, u8)>,
    pub(super) is_cut: bool,
}

/// What one message asks of affinity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interaction<'a> {
    /// A sentiment class or a kind of the template.
    pub kind: &'a str,
    /// Length of the message, in Unicode scalar values.
    pub length: usize,
    /// Milliseconds since 1970.
    pub now: i64,
}

/// How far it is to the next level.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Progress {
    /// 0..100.
    pub points: u8,
    /// The present level.
    pub level: String,
    /// The next higher level; null at the top.
    pub next_level: Option<String>,
    /// Points missing to it; 0 at the top.
    pub points_to_next_level: u8,
    /// Position inside the present level, 0..1, 6 decimals.
    pub progress_in_level: f64,
}

impl Affinity {
    /// Where every instance starts: 0 points.
    pub fn start(template: &Template) -> Self {
        Self {
            points: 0,
            level: level_at(template, 0).level.name.clone(),
            total_messages: 0,
            positive_interactions: 0,
            negative_interactions: 0,
            last_interaction: None,
            history: Vec::new(),
            gaps: Vec::new(),
            is_cut: false,
        }
    }

    /// Where an instance with a baseline starts. The level is computed from the points, and from the one that it was where
    /// the template lets it wait.
    pub fn from_baseline(baseline: &AffinityBaseline, template: &Template) -> Self {
        let mut history = baseline.progression_history.clone();
        for change in &mut history {
            if change.level.is_empty() {
                change.level.clone_from(&level_at(template, change.points).level.name);
            }
        }
        Self {
            points: baseline.points,
            level: settle(template, &baseline.level, baseline.points).to_owned(),
            total_messages: baseline.total_messages,
            positive_interactions: baseline.positive_interactions,
            negative_interactions: baseline.negative_interactions,
            last_interaction: baseline.last_interaction.as_deref().and_then(timestamp::parse),
            history,
            gaps: Vec::new(),
            is_cut: false,
        }
    }

    /// The same state as files write it.
    pub fn to_baseline(&self) -> AffinityBaseline {
        AffinityBaseline {
            points: self.points,
            level: self.level.clone(),
            total_messages: self.total_messages,
            positive_interactions: self.positive_interactions,
            negative_interactions: self.negative_interactions,
            last_interaction: self
                .last_interaction
                .map(|ms| timestamp::format(u64::try_from(ms).unwrap_or(0))),
            progression_history: self.history.clone(),
        }
    }

    /// What a checkpoint keeps: the state with its newest changes alone, and the rest of what later runs ask for.
    pub(super) fn to_checkpoint(&self) -> (AffinityBaseline, AffinityRest) {
        let mut baseline = self.to_baseline();
        let omitted = self.history.len().saturating_sub(LOOK_BACK);
        baseline.progression_history.drain(..omitted);
        let gaps = self.gaps.iter().map(|gap| (gap.from, gap.to, gap.decay)).collect();
        (baseline, AffinityRest { gaps, is_cut: self.is_cut || omitted > 0 })
    }

    /// What a checkpoint kept.
    pub(super) fn from_checkpoint(baseline: AffinityBaseline, rest: AffinityRest) -> Self {
        Self {
            points: baseline.points,
            level: baseline.level,
            total_messages: baseline.total_messages,
            positive_interactions: baseline.positive_interactions,
            negative_interactions: baseline.negative_interactions,
            last_interaction: baseline.last_interaction.as_deref().and_then(timestamp::parse),
            history: baseline.progression_history,
            gaps: rest.gaps.into_iter().map(|(from, to, decay)| Gap { from, to, decay }).collect(),
            is_cut: rest.is_cut,
        }
    }

    /// Adds one run: `- decay`, `+ delta`, clamped at each step. The other fields of the change say what that
    /// turn saw, which may differ when two devices talked at the same time. What a clock that was ahead took for idle
    /// days is given back by the first run that shows it.
    pub fn apply(&mut self, change: &AffinityChange, started_at: &str, template: &Template) {
        self.add(change, started_at, template);
        self.history.push(Progression {
            date: started_at.to_owned(),
            points: self.points,
            level: self.level.clone(),
            delta: change.delta,
            kind: change.kind.clone(),
            reasons: change.reasons.clone(),
        });
    }

    /// Adds many runs, each with when it began. Where the whole history is not asked for, it has what rules look at.
    pub(super) fn apply_all(
        &mut self,
        changes: &[(&AffinityChange, &str)],
        template: &Template,
        is_whole: bool,
    ) {
        let omitted = if is_whole { 0 } else { changes.len().saturating_sub(LOOK_BACK) };
        let (omitted, kept) = changes.split_at_checked(omitted).unwrap_or_default();
        if !omitted.is_empty() {
            self.history.clear();
            self.is_cut = true;
        }
        for (change, started_at) in omitted {
            self.add(change, started_at, template);
        }
        for (change, started_at) in kept {
            self.apply(change, started_at, template);
        }
    }

    /// Adds a run to all but the history.
    fn add(&mut self, change: &AffinityChange, started_at: &str, template: &Template) {
        if let Some(now) = timestamp::parse(started_at) {
            self.pass_time(now, change.decay);
        }
        let decayed = self.points.saturating_sub(change.decay);
        self.points = sum(decayed, change.delta);
        let level = settle(template, &self.level, self.points);
        if level != self.level {
            self.level = level.to_owned();
        }
        self.total_messages += 1;
        self.positive_interactions += u32::from(change.delta > 0);
        self.negative_interactions += u32::from(change.delta < 0);
    }

    /// Notes that a run began, with what idle days took before it.
    fn pass_time(&mut self, now: i64, decay: u8) {
        let judgement = self.judge(now);
        (self.points, self.last_interaction) = self.without_false_gaps(judgement);
        match judgement {
            ClockJudgement::Behind => return,
            ClockJudgement::WasAhead { gap } => self.gaps.truncate(gap),
            ClockJudgement::Plausible => {}
        }
        if let Some(from) = self.last_interaction.filter(|from| now.saturating_sub(*from) > DAY) {
            let excess = (self.gaps.len() + 1).saturating_sub(KEPT_GAPS);
            self.gaps.drain(..excess);
            self.gaps.push(Gap { from, to: now, decay: decay.min(self.points) });
        }
        // A device whose clock is a little behind must not make the last interaction older than it is.
        self.last_interaction = self.last_interaction.max(Some(now));
    }

    /// What the time of a run says about the clocks of those before it.
    ///
    /// A run that begins inside a gap shows that the clock was ahead behind that gap. One that begins a day or more
    /// before the last, but at a time at which somebody came, has a clock that is behind.
    fn judge(&self, now: i64) -> ClockJudgement {
        if self.last_interaction.is_none_or(|last| last.saturating_sub(now) <= DAY) {
            return ClockJudgement::Plausible;
        }
        for (index, gap) in self.gaps.iter().enumerate().rev() {
            if now >= gap.to.saturating_sub(DAY) {
                break;
            }
            if now >= gap.from {
                return ClockJudgement::WasAhead { gap: index };
            }
        }
        ClockJudgement::Behind
    }

    /// Points and last interaction as they are once a clock that was ahead is known to have been.
    fn without_false_gaps(&self, judgement: ClockJudgement) -> (u8, Option<i64>) {
        let ClockJudgement::WasAhead { gap } = judgement else { return (self.points, self.last_interaction) };
        let gaps = self.gaps.get(gap..).unwrap_or_default();
        let lost = gaps.iter().fold(0, |sum, gap| sum + i32::from(gap.decay));
        (sum(self.points, lost), gaps.first().map(|gap| gap.from))
    }

    /// How far it is to the next level.
    pub fn progress(&self, template: &Template) -> Progress {
        let level = named(template, &self.level).unwrap_or_else(|| level_at(template, self.points).level);
        let next = next_level(template, level);
        let width = f64::from(level.maximum) - f64::from(level.minimum);
        let inside =
            if width > 0.0 { (f64::from(self.points) - f64::from(level.minimum)) / width } else { 1.0 };
        Progress {
            points: self.points,
            level: level.name.clone(),
            next_level: next.map(|next| next.name.clone()),
            points_to_next_level: next.map_or(0, |next| next.minimum.saturating_sub(self.points)),
            progress_in_level: round6(inside.clamp(0.0, 1.0)),
        }
    }
}

/// What one message does to affinity, by the template's rules: decay of idle days first, then the points of the
/// interaction, its length, the bound of one interaction, and the daily cap.
pub fn change(state: &Affinity, interaction: Interaction<'_>, template: &Template) -> AffinityChange {
    let config = &template.affinity_config;
    let mut reasons = Vec::new();
    let (before, last) = state.without_false_gaps(state.judge(interaction.now));
    if before != state.points {
        reasons.push("clock_corrected".to_owned());
    }
    let decay = decay((before, last), interaction.now, config);
    if decay > 0 {
        reasons.push("decay".to_owned());
    }
    let (base, known) = points_of(interaction.kind, config);
    reasons.push(if known { interaction.kind } else { "unknown_interaction" }.to_owned());
    let long = interaction.length > LONG_MESSAGE && !matches!(interaction.kind, "negative" | "very_negative");
    if long {
        reasons.push("long_message".to_owned());
    }
    let requested = (base + i32::from(long)).clamp(-MAXIMUM_DELTA, MAXIMUM_DELTA);
    let delta = match config.daily_cap {
        Some(cap) if requested > 0 => {
            let cap = i32::try_from(cap).unwrap_or(i32::MAX);
            let room = cap.saturating_sub(gained_on_day(state, interaction.now)).max(0);
            if room < requested {
                reasons.push("daily_cap".to_owned());
            }
            requested.min(room)
        }
        _ => requested,
    };
    let after = sum(before.saturating_sub(decay), delta);
    AffinityChange {
        before,
        decay,
        requested,
        delta,
        after,
        kind: if known { interaction.kind } else { "neutral" }.to_owned(),
        reasons,
        level_before: state.level.clone(),
        level_after: settle(template, &state.level, after).to_owned(),
    }
}

/// Points of an interaction kind: the template's, else the built-in ones; an unknown kind counts as neutral.
fn points_of(kind: &str, config: &AffinityConfig) -> (i32, bool) {
    if let Some((_, points)) = config.interaction_types.iter().find(|(name, _)| name == kind) {
        return (*points, true);
    }
    match SentimentClass::from_name(kind) {
        Some(class) => (class.points(), true),
        None => (points_of(SentimentClass::Neutral.name(), config).0, false),
    }
}

/// Points lost to idle days: `floor(max(0, days - grace_days) * decay_per_day)`, at most the points there are.
/// A clock that went backwards counts as 0 days.
fn decay((points, last): (u8, Option<i64>), now: i64, config: &AffinityConfig) -> u8 {
    let (Some(per_day), Some(last)) = (config.decay_per_day, last) else { return 0 };
    #[allow(clippy::cast_precision_loss, reason = "milliseconds are far below 2^53")]
    let days = now.saturating_sub(last).max(0) as f64 / DAY as f64;
    let lost = ((days - f64::from(config.grace_days)).max(0.0) * per_day).floor();
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to the points there are"
    )]
    let lost = lost.clamp(0.0, f64::from(points)) as u8;
    lost
}

/// Points gained on the UTC day of `now`.
fn gained_on_day(state: &Affinity, now: i64) -> i32 {
    let today = timestamp::day(now);
    let of_today = |entry: &&Progression| timestamp::parse(&entry.date).map(timestamp::day) == Some(today);
    // Entries are in clock order and a clock may have been wrong, so the search does not stop at the first
    // other day; it is bounded by the messages that a person can write on one.
    state.history.iter().rev().take(LOOK_BACK).filter(of_today).map(|entry| entry.delta.max(0)).sum()
}

/// The level after a change of points: rising is immediate, falling waits until the points are `hysteresis`
/// below the minimum of the present level.
pub(crate) fn settle<'a>(template: &'a Template, present: &str, points: u8) -> &'a str {
    let by_points = level_at(template, points).level;
    let hysteresis = template.affinity_config.hysteresis;
    match named(template, present) {
        Some(level)
            if by_points.minimum < level.minimum && points.saturating_add(hysteresis) >= level.minimum =>
        {
            &level.name
        }
        _ => &by_points.name,
    }
}

fn named<'a>(template: &'a Template, name: &str) -> Option<&'a Level> {
    levels(template).iter().find(|level| level.name == name)
}

fn sum(points: u8, delta: i32) -> u8 {
    u8::try_from((i32::from(points) + delta).clamp(0, 100)).unwrap_or(0)
}
