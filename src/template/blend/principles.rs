//! Principles: those with the most weight of sources behind them, each as weighty as it is on average.

use std::borrow::Cow;

use super::rule::Merging;
use super::union::{Group, Kind, heaviest_groups};
use crate::decimal::round6;
use crate::json::{Map, Value};
use crate::template::reader::values::{number, part};
use crate::template::sections::DEFAULT_PRINCIPLE_WEIGHT;

const MOST: usize = 20;

pub(super) fn principles(merging: &Merging<'_, '_>, _: &mut bool) -> Option<Value> {
    let mut principles: Vec<Value> = Vec::new();
    for group in heaviest_groups(merging.shares, &PRINCIPLE, MOST) {
        let mut principle = blended(&group);
        // Two sources may use one id for different principles.
        let id = principle.get("id").cloned();
        if id.is_some() && principles.iter().any(|other| other.get("id") == id.as_ref()) {
            principle.remove("id");
        }
        principles.push(principle.into());
    }
    (!merging.shares.is_empty()).then(|| principles.into())
}

static PRINCIPLE: Kind = Kind { identity: text, strength: own_weight };

fn text(principle: &Value) -> Cow<'_, str> {
    Cow::Borrowed(principle.as_str().or_else(|| part(principle, "text").as_str()).unwrap_or_default())
}

fn own_weight(principle: &Value) -> f64 {
    number(principle, "weight").unwrap_or(DEFAULT_PRINCIPLE_WEIGHT)
}

fn blended(group: &Group<'_>) -> Map {
    let mut blended = group.first.as_object().cloned().unwrap_or_default();
    if blended.is_empty() {
        blended.insert("text", group.first.clone());
    }
    blended.insert("weight", round6(group.strength()));
    blended
}
