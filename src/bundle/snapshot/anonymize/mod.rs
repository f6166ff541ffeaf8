//! A snapshot without what says who the person is (personality specification 12.3). What the template says stays; what
//! somebody wrote freely can still tell, and the report says so.

mod rules;
mod words;

use std::cmp::Ordering;

use self::rules::{RULES, Rule};
use self::words::words;
use super::{ConversationSummary, Snapshot};
use crate::json::{self, Map, Value};
use crate::log::body::{
    Fact, MAXIMUM_SUMMARY, MAXIMUM_TEXT_BYTES, MAXIMUM_TITLE, MAXIMUM_VALUE_BYTES, MemorySource,
};
use crate::log::natural_id;
use crate::memory::FactCategory;
use crate::order;
use crate::pattern::Pattern;
use crate::text::first_characters;

/// What the report says beside its numbers.
const NOTE: &str = "Names, addresses and numbers that could be told were replaced. What somebody wrote freely can still \
say who they are: read the file before you share it.";
/// The name of whoever has none.
const ANONYMOUS: &str = "anonymous";
/// Most characters of the words in which a fact was said.
const MAXIMUM_CONTEXT: usize = 500;

/// Takes out of a snapshot what says who the person is, and reports what that was. `summary` stands beside it.
pub(crate) fn anonymize(snapshot: &mut Snapshot, summary: &mut ConversationSummary) -> Value {
    let mut work = Anonymizer::new();
    if snapshot.user != ANONYMOUS {
        work.hide(&snapshot.user, "name");
    }
    let owner = std::mem::replace(&mut snapshot.user, "user".to_owned());
    "session_1".clone_into(&mut snapshot.session);
    date(&mut snapshot.created_at);
    if let Some(affinity) = &mut snapshot.affinity {
        affinity.last_interaction.iter_mut().for_each(date);
        affinity.progression_history.iter_mut().for_each(|change| date(&mut change.date));
    }
    if let Some(mood) = &mut snapshot.mood {
        date(&mut mood.started_at);
        date(&mut mood.updated_at);
        for period in &mut mood.history {
            date(&mut period.started_at);
            date(&mut period.ended_at);
            work.text(&mut period.cause, usize::MAX);
        }
    }
    if let Some(facts) = &mut snapshot.facts {
        let removed = |fact: &Fact| {
            matches!(
                fact.category,
                FactCategory::PersonalInfo | FactCategory::Relationships | FactCategory::Health
            )
        };
        for fact in facts.iter().filter(|fact| removed(fact)) {
            work.hide_fact(fact);
        }
        work.sort();
        let all = std::mem::take(facts);
        for mut fact in all {
            let id = natural_id("fact", &[&owner, fact.category.name(), &fact.key], 0);
            if removed(&fact) || !work.fact(&mut fact) {
                count(&mut work.removed, "facts", 1);
            } else {
                work.id(&id, "fact");
                facts.push(fact);
            }
        }
    }
    work.sort();
    for (id, episode) in snapshot.episodes.iter_mut().flatten() {
        *id = work.id(id, "memory");
        work.text(&mut episode.title, MAXIMUM_TITLE);
        work.text(&mut episode.summary, MAXIMUM_SUMMARY);
        work.texts(&mut episode.tags);
        work.sources(&mut episode.sources);
        date(&mut episode.timestamp);
        // Those of facts that are not in the file lead nowhere.
        episode.related_facts.retain(|id| work.ids.iter().any(|(known, _)| known == id));
        episode.related_facts.iter_mut().for_each(|id| *id = work.id(id, "fact"));
        episode.related_episodes.iter_mut().for_each(|id| *id = work.id(id, "memory"));
    }
    for turn in snapshot.conversation.iter_mut().flatten() {
        turn.id = work.id(&turn.id, "turn");
        work.text(&mut turn.text, usize::MAX);
        date(&mut turn.at);
    }
    work.texts(&mut summary.main_topics);
    if let Some(mut imported) = snapshot.imported.take() {
        if imported.remove("learned_mask").is_some() {
            count(&mut work.removed, "learned_mask", 1);
        }
        count(&mut work.removed, "state_keys", imported.len());
    }
    if let Some(embeddings) = snapshot.embeddings.take() {
        count(&mut work.removed, "embeddings", embeddings.vectors.len());
    }
    Value::object(vec![
        ("removed", work.removed.into()),
        ("replaced", work.replaced.into()),
        ("note", NOTE.into()),
    ])
}

struct Anonymizer {
    /// Words that are replaced, each with whether it must follow the one before at once, and by what; in order.
    hidden: Vec<(Vec<(String, bool)>, &'static str)>,
    rules: Vec<(&'static Rule, Pattern)>,
    /// Ids, and what they are called now, as they came.
    ids: Vec<(String, String)>,
    /// How many of each sort.
    named: Map,
    removed: Map,
    replaced: Map,
}

/// A part of a text in bytes, and what takes its place.
type Found = (usize, usize, &'static str);

impl Anonymizer {
    fn new() -> Self {
        let mut rules = Vec::new();
        for rule in &RULES {
            rules.extend(Pattern::new(rule.pattern, false).map(|pattern| (rule, pattern)));
        }
        let (named, removed, replaced) = (Map::new(), Map::new(), Map::new());
        Self { hidden: Vec::new(), rules, ids: Vec::new(), named, removed, replaced }
    }

    /// The words of a text are replaced from now on, where they stand behind each other.
    fn hide(&mut self, text: &str, label: &'static str) {
        let mut hidden = Vec::new();
        for word in words(text) {
            // What stands before the first one in a text is no part of it.
            let follows = word.follows && !hidden.is_empty();
            hidden.push((word.text, follows));
        }
        if hidden.iter().map(|(word, _)| word.chars().count()).sum::<usize>() >= 2 {
            self.hidden.push((hidden, label));
        }
    }

    fn hide_fact(&mut self, fact: &Fact) {
        let name = fact.key == "name" || fact.key.ends_with("_name");
        let label = if name { "name" } else { fact.category.name() };
        self.hide_value(&fact.value, label);
        fact.history.iter().for_each(|earlier| self.hide_value(&earlier.value, label));
    }

    fn hide_value(&mut self, value: &Value, label: &'static str) {
        match value {
            Value::String(text) => self.hide(text, label),
            Value::Number(_) => self.hide(&json::compact(value), label),
            Value::Array(items) => items.iter().for_each(|item| self.hide_value(item, label)),
            Value::Object(members) => members.values().for_each(|item| self.hide_value(item, label)),
            _ => {}
        }
    }

    fn sort(&mut self) {
        order::sort_by(&mut self.hidden, |a, b| a.0.cmp(&b.0));
    }

    /// Whether the fact can stay.
    fn fact(&mut self, fact: &mut Fact) -> bool {
        // A key has no room for what would take the place of a name in it.
        let key = fact.key.replace('_', " ");
        if !self.find(&key).is_empty() {
            return false;
        }
        self.value(&mut fact.value);
        for earlier in &mut fact.history {
            self.value(&mut earlier.value);
            self.sources(&mut earlier.sources);
            date(&mut earlier.from);
            date(&mut earlier.to);
        }
        let fits = |value: &Value| json::compact(value).len() <= MAXIMUM_VALUE_BYTES;
        fact.history.retain(|earlier| fits(&earlier.value));
        self.texts(&mut fact.tags);
        fact.context.iter_mut().for_each(|context| self.text(context, MAXIMUM_CONTEXT));
        self.sources(&mut fact.sources);
        date(&mut fact.first_mentioned);
        date(&mut fact.last_updated);
        fits(&fact.value)
    }

    fn value(&mut self, value: &mut Value) {
        match value {
            Value::String(text) => self.text(text, usize::MAX),
            Value::Number(_) => {
                let mut text = json::compact(value);
                if !self.find(&text).is_empty() {
                    self.text(&mut text, usize::MAX);
                    *value = text.into();
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.value(item)),
            Value::Object(members) => {
                let mut changed = Map::new();
                for (mut key, mut item) in std::mem::take(members) {
                    self.text(&mut key, usize::MAX);
                    self.value(&mut item);
                    changed.insert(key, item);
                }
                *members = changed;
            }
            _ => {}
        }
    }

    /// Where something was said is no place in a text that is another now.
    fn sources(&mut self, sources: &mut [MemorySource]) {
        for source in sources {
            source.turn = self.id(&source.turn, "turn");
            source.span = [0, 0];
        }
    }

    fn texts(&mut self, texts: &mut [String]) {
        texts.iter_mut().for_each(|text| self.text(text, usize::MAX));
    }

    /// Replaces in a text, which has at most so many characters afterwards.
    fn text(&mut self, text: &mut String, most: usize) {
        let found = self.find(text);
        if found.is_empty() {
            return;
        }
        let (mut changed, mut from) = (String::with_capacity(text.len()), 0);
        for (start, end, label) in found {
            changed.push_str(text.get(from..start).unwrap_or_default());
            for part in ["[", label, "]"] {
                changed.push_str(part);
            }
            from = end;
            count(&mut self.replaced, label, 1);
        }
        changed.push_str(text.get(from..).unwrap_or_default());
        let end =
            (0..=changed.len().min(MAXIMUM_TEXT_BYTES)).rev().find(|end| changed.is_char_boundary(*end));
        changed.truncate(end.unwrap_or(0));
        first_characters(&changed, most).clone_into(text);
    }

    /// What is replaced in a text, in its order.
    fn find(&self, text: &str) -> Vec<Found> {
        let mut found = Vec::new();
        for (rule, pattern) in &self.rules {
            if !(rule.may)(text) {
                continue;
            }
            let (mut from, mut more) = (0, Vec::new());
            while let Some((start, end)) = pattern.find(text, from) {
                from = end.max(start + 1);
                let part = text.get(start..end).unwrap_or_default();
                // A sentence may end behind an address.
                let part = part.trim_end_matches(['.', ',', ';', ':', '!', '?', ')']);
                if (rule.holds)(part) {
                    more.push((start, start + part.len(), rule.label));
                }
            }
            unite(&mut found, more);
        }
        unite(&mut found, self.find_hidden(text));
        found
    }

    fn find_hidden(&self, text: &str) -> Vec<Found> {
        if self.hidden.is_empty() {
            return Vec::new();
        }
        let words = words(text);
        let (mut found, mut at) = (Vec::new(), 0);
        while let Some(word) = words.get(at) {
            let starts = |hidden: &[(String, bool)]| hidden.first().map(|(first, _)| first.cmp(&word.text));
            let first = self.hidden.partition_point(|(hidden, _)| starts(hidden) == Some(Ordering::Less));
            let mut longest = 0;
            let mut label = "";
            for (hidden, of) in self
                .hidden
                .iter()
                .skip(first)
                .take_while(|(hidden, _)| starts(hidden) == Some(Ordering::Equal))
            {
                let is_there = hidden.iter().enumerate().all(|(index, (hidden, follows))| {
                    let word = words.get(at + index);
                    word.is_some_and(|word| word.text == *hidden && (index == 0 || word.follows || !follows))
                });
                if is_there && hidden.len() > longest {
                    (longest, label) = (hidden.len(), of);
                }
            }
            if let Some(last) = words.get((at + longest).wrapping_sub(1)).filter(|_| longest > 0) {
                found.push((word.start, last.end, label));
            }
            at += longest.max(1);
        }
        found
    }

    /// What an id is called now.
    fn id(&mut self, id: &str, sort: &'static str) -> String {
        if let Some((_, name)) = self.ids.iter().find(|(known, _)| known == id) {
            return name.clone();
        }
        count(&mut self.named, sort, 1);
        let number = self.named.get(sort).map(json::compact).unwrap_or_default();
        let name = [sort, "_", &number].concat();
        self.ids.push((id.to_owned(), name.clone()));
        name
    }
}

/// Adds what stands where nothing was found yet.
fn unite(found: &mut Vec<Found>, mut more: Vec<Found>) {
    more.retain(|(start, end, _)| {
        let next = found.partition_point(|(_, known_end, _)| known_end <= start);
        found.get(next).is_none_or(|(known_start, ..)| known_start >= end)
    });
    found.append(&mut more);
    order::sort_by(found, Ord::cmp);
}

/// The day alone.
fn date(time: &mut String) {
    if let Some(day) = time.get(..10) {
        *time = [day, "T00:00:00Z"].concat();
    }
}

fn count(counts: &mut Map, name: &str, more: usize) {
    if more > 0 {
        let before = counts.get(name).and_then(Value::as_u64).unwrap_or(0);
        counts.insert(name, before + more as u64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replaced(text: &str) -> String {
        let mut work = Anonymizer::new();
        work.hide("Ana María", "name");
        work.hide("Zoë", "name");
        work.hide("28", "personal_info");
        work.hide("x", "name");
        work.sort();
        let mut text = text.to_owned();
        work.text(&mut text, usize::MAX);
        text
    }

    #[test]
    fn what_tells_who_somebody_is_is_replaced_by_what_it_was() {
        for (text, expected) in [
            ("I'm Ana Maria, and ANA MARÍA's dog is Max.", "I'm [name], and [name]'s dog is Max."),
            ("Ana and zoe", "Ana and [name]"),
            ("Zoe\u{308} is 28, not 128 or 28th. x", "[name] is [personal_info], not 128 or 28th. x"),
            ("Write to ana.b+c@mail.example.org.", "Write to [email]."),
            ("See https://example.org/a?b=c, or www.example.org!", "See [url], or [url]!"),
            ("I'm @ana_b on there", "I'm [handle] on there"),
            ("From 192.168.0.17 or fe80::1ff:fe23:4567:890a", "From [ip] or [ip]"),
            ("Card 4111 1111 1111 1111, not 4111 1111 1111", "Card [card], not [phone]"),
            ("IBAN DE89 3704 0044 0532 0130 00 it is", "IBAN [iban] it is"),
            ("Call +34 600 123 456 or (555) 123-4567.", "Call [phone] or [phone]."),
            (
                "On 2026-01-31 at 10:30:15, in 1999, 1.5 km, std::vec",
                "On 2026-01-31 at 10:30:15, in 1999, 1.5 km, std::vec",
            ),
            ("v1.2.3.4 and 999.1.1.1", "v1.2.3.4 and 999.1.1.1"),
        ] {
            assert_eq!(replaced(text), expected);
        }
    }

    #[test]
    fn names_are_found_where_no_space_stands_around_them() {
        let replaced = |text: &str| {
            let mut work = Anonymizer::new();
            for name in ["田中", "田中花子", "ハナコ", "สมชาย", "민준", "Ana", "李", "王 小明", "パン屋"]
            {
                work.hide(name, "name");
            }
            work.sort();
            let mut text = text.to_owned();
            work.text(&mut text, usize::MAX);
            text
        };
        for (text, expected) in [
            ("私は田中です。", "私は[name]です。"),
            ("田中花子と田中さん", "[name]と[name]さん"),
            ("ﾊﾅｺちゃんとハナコ", "[name]ちゃんと[name]"),
            ("ﾊﾟﾝ屋とパン屋", "[name]と[name]"),
            ("我叫王小明，他叫王 小明", "我叫[name]，他叫[name]"),
            ("ผมชื่อสมชายครับ", "ผมชื่อ[name]ครับ"),
            (
                "민준이는 학교에, \u{1106}\u{1175}\u{11AB}\u{110C}\u{116E}\u{11AB}도",
                "[name]이는 학교에, [name]도",
            ),
            ("私はAnaです、Anabelではない", "私は[name]です、Anabelではない"),
            // One character is in too many words; and what has something in between is no name.
            ("李は桃李と言った", "李は桃李と言った"),
            ("田、中", "田、中"),
            ("山田中央", "山[name]央"),
        ] {
            assert_eq!(replaced(text), expected);
        }
    }

    #[test]
    fn times_are_days() {
        let mut time = "2026-01-31T08:15:00.123Z".to_owned();
        date(&mut time);
        assert_eq!(time, "2026-01-31T00:00:00Z");
    }

    #[test]
    fn every_rule_is_a_pattern() {
        assert_eq!(Anonymizer::new().rules.len(), RULES.len());
    }
}
