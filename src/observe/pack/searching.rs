//! The part of a language pack by which texts are searched and questions understood: `recall`.

use super::Texts;
use crate::error::Error;
use crate::json::{FieldCode, Fields};
use crate::memory::recall::{RecallWords, Relative, Unit};
use crate::text::{Words, fold};

/// Reads `recall`; a pack may do without. Numbers and months are those of the facts.
pub(super) fn read(
    fields: &mut Fields<'_>,
    numbers: &[String],
    months: &[String],
) -> Result<RecallWords, Error> {
    let recall = fields.nested("recall", parse);
    fields.check()?;
    let Some(mut recall) = recall else { return Ok(RecallWords::default()) };
    recall.months = words(months);
    // The first number is 0.
    recall.numbers = words(numbers.get(1..).unwrap_or_default());
    Ok(recall)
}

fn parse(fields: &mut Fields<'_>) -> RecallWords {
    let mut list = |name| words(&Texts::of(fields, name).items);
    let mut recall = RecallWords {
        stop: list("stop_words"),
        time: list("time_words"),
        asks_first: list("asks_time_first"),
        first_person: list("first_person"),
        second_person: list("second_person"),
        weekdays: list("weekdays"),
        ..RecallWords::default()
    };
    for text in Texts::of(fields, "irregular").items {
        if let Some((base, forms)) = phrase(&text).split_first() {
            for form in forms {
                if recall.irregular.add(form.as_str().into()) as usize > recall.bases.len() {
                    recall.bases.push(base.clone());
                }
            }
        }
    }
    for text in Texts::of(fields, "asks_time").items {
        recall.asks.push(phrase(&text));
    }
    for text in Texts::of(fields, "frames").items {
        recall.frames.push(phrase(&text));
    }
    crate::order::sort_by(&mut recall.frames, |a, b| b.len().cmp(&a.len()));
    recall.times = fields.list("times", time);
    // The longest first: "the day before yesterday" holds "yesterday".
    crate::order::sort_by(&mut recall.times, |(a, _), (b, _)| b.len().cmp(&a.len()));
    recall
}

fn time(fields: &mut Fields<'_>) -> (Vec<String>, Relative) {
    let words = phrase(&fields.required_text("phrase", 64));
    let unit = fields.required_choice("unit", &Unit::NAMES);
    let offset = fields.number("from_now", -100.0, 100.0);
    let counted = words.iter().any(|word| word == "#");
    if counted == offset.is_some() {
        fields.refuse(FieldCode::Range, "from_now", "a phrase has either # for a number, or from_now");
    }
    (words, offset.map_or(Relative::Ago(unit), |offset| Relative::Calendar(unit, offset as i64)))
}

fn phrase(text: &str) -> Vec<String> {
    fold(text).split_whitespace().map(str::to_owned).collect()
}

fn words(list: &[String]) -> Words {
    let mut words = Words::default();
    for word in list {
        words.add(fold(word).as_str().into());
    }
    words
}
