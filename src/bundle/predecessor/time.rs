//! Times as the predecessor wrote them: with any offset or none, as a date, or as how long something lasted.

use crate::json::Value;
use crate::timestamp;

/// A time with any offset, or none (which is UTC), or a date, as UTC.
pub(in crate::bundle) fn utc(text: &str) -> Option<String> {
    let date = text.get(..10)?;
    let mut clock = text.get(11..).filter(|clock| !clock.is_empty()).unwrap_or("00:00:00Z").to_owned();
    if !clock.bytes().any(|byte| matches!(byte, b'Z' | b'z' | b'+' | b'-')) {
        clock.push('Z');
    }
    let time = [date, "T", &clock].concat();
    let milliseconds = timestamp::parse_with_offset(&time)?;
    if timestamp::parse(&time).is_some() {
        return Some(time);
    }
    u64::try_from(milliseconds).ok().map(timestamp::format)
}

/// Writes the times of earlier moods that only say how long they lasted: one ends where the next one begins, and the
/// last where the present mood began, which may be listed as `current` and is no earlier one.
pub(super) fn spell_out(history: &mut [Value], began: &str) {
    let mut end = timestamp::parse(began).unwrap_or(0);
    for item in history.iter_mut().rev() {
        // What is no object is left to the reader of the list.
        let Some(period) = item.as_object_mut() else { continue };
        let duration = period.remove("duration");
        let duration = duration.as_ref().and_then(Value::as_str).unwrap_or_default();
        if duration == "current" {
            *item = Value::Null;
            continue;
        }
        let (mut start, mut ended) = (None, None);
        for name in "ended_at started_at mood_started_at created_at timestamp date".split(' ') {
            let given = period.remove(name);
            let given = given.as_ref().and_then(Value::as_str).and_then(utc);
            let place = if name == "ended_at" { &mut ended } else { &mut start };
            *place = place.or_else(|| timestamp::parse(&given?));
        }
        let ended = ended.unwrap_or(end);
        let start = start.unwrap_or(ended.saturating_sub(milliseconds(duration)));
        for (name, time) in [("started_at", start), ("ended_at", ended)] {
            period.insert(name, timestamp::format(u64::try_from(time).unwrap_or(0)));
        }
        end = start;
    }
}

/// `90s`, `15m`, `2h` or `1d` in milliseconds; 0 for anything else.
fn milliseconds(duration: &str) -> i64 {
    for (unit, seconds) in [("s", 1), ("m", 60), ("h", 3600), ("d", 86_400)] {
        if let Some(number) = duration.strip_suffix(unit) {
            return i64::from(number.parse::<u32>().unwrap_or(0)) * seconds * 1000;
        }
    }
    0
}
