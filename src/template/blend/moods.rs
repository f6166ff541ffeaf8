//! Moods: those of all sources, and all that triggers them.

use std::borrow::Cow;

use super::modifiers::merged;
use super::rule::Rule::{Absent, Heaviest};
use super::rule::{Merging, merge_section};
use super::share::{Share, having, heaviest, keys};
use super::union::{Kind, groups};
use crate::json::{Map, Value};
use crate::template::reader::values::{is_true, number, part};
use crate::template::sections::{DEFAULT_TRIGGER_WEIGHT, MAX_MOODS, MAX_TRIGGERS};

/// The mood in which a personality starts that does not say.
const NEUTRAL: &str = "neutral";

pub(super) fn mood_config(merging: &Merging<'_, '_>, cut: &mut bool) -> Option<Value> {
    // Moods that are switched off stay off, unless there are no others.
    let mut enabled = merging.shares.to_vec();
    enabled.retain(|share| is_true(share.value, "enabled"));
    let all = if enabled.is_empty() { merging.shares } else { &enabled };
    let detection = heaviest(&having(all, "mood_detection"));
    let default_mood = detection.and_then(|detection| part(detection, "default_mood").as_str());
    let default_mood = default_mood.unwrap_or(NEUTRAL);
    let shares = having(all, "moods");
    let moods = moods(&shares, default_mood, cut);
    let triggers = triggers(&having(all, "mood_triggers"), &moods, default_mood, cut);
    let mut config = Map::new();
    if let Some(enabled) = heaviest(&having(all, "enabled")) {
        config.insert("enabled", enabled.clone());
    }
    if !shares.is_empty() {
        config.insert("moods", moods);
    }
    if !triggers.is_empty() {
        config.insert("mood_triggers", triggers);
    }
    let rules =
        [("enabled", Absent), ("moods", Absent), ("mood_triggers", Absent), ("mood_detection", Heaviest)];
    for (key, value) in merge_section(all, &rules, cut) {
        config.insert(key, value);
    }
    (!all.is_empty()).then(|| config.into())
}

fn moods(shares: &[Share<'_>], default_mood: &str, cut: &mut bool) -> Map {
    let mut names = keys(shares, &|_| true);
    if names.len() > MAX_MOODS {
        *cut = true;
        // The mood that the others return to has its place in any case.
        let (mut left, mut room) = (Vec::with_capacity(MAX_MOODS), MAX_MOODS);
        if names.contains(&default_mood) {
            room -= 1;
        }
        for name in names {
            if name == default_mood {
                left.push(name);
            } else if room > 0 {
                room -= 1;
                left.push(name);
            }
        }
        names = left;
    }
    let mut moods = Map::new();
    for name in names {
        let mood = match having(shares, name).as_slice() {
            [only] => only.value.clone(),
            several => merged(several, cut),
        };
        moods.insert(name, mood);
    }
    moods
}

/// The triggers of all sources for the moods that there are.
fn triggers(shares: &[Share<'_>], moods: &Map, default_mood: &str, cut: &mut bool) -> Map {
    let mut triggers = Map::new();
    for mood in keys(shares, &|_| true) {
        if mood != default_mood && !moods.contains_key(mood) {
            continue;
        }
        let lists = having(shares, mood);
        if let [only] = lists.as_slice() {
            triggers.insert(mood, only.value.clone());
            continue;
        }
        let mut list = Vec::new();
        for group in groups(&lists, &TRIGGER) {
            list.push(group.strongest.clone());
        }
        *cut |= list.len() > MAX_TRIGGERS;
        list.truncate(MAX_TRIGGERS);
        triggers.insert(mood, list);
    }
    triggers
}

/// Of equal phrases the one with the most weight counts.
static TRIGGER: Kind = Kind { identity: phrase, strength: weight };

fn phrase(trigger: &Value) -> Cow<'_, str> {
    Cow::Borrowed(trigger.as_str().or_else(|| part(trigger, "pattern").as_str()).unwrap_or_default())
}

fn weight(trigger: &Value) -> f64 {
    number(trigger, "weight").unwrap_or(DEFAULT_TRIGGER_WEIGHT)
}
