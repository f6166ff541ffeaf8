//! A template's own phrases: what triggers its moods and interaction kinds, and what it is called.

use super::interaction::MatchedKind;
use super::reading::Reading;
use super::{MoodTrigger, SentimentClass, Span};
use crate::template::Template;
use crate::text::{Phrase, PhraseMap};

/// The phrases of one template, prepared once for many messages.
#[derive(Clone, Debug, Default)]
pub struct TriggerSet {
    phrases: PhraseMap<Triggers>,
    /// How many phrases there are.
    count: usize,
    /// In declared order.
    moods: Vec<String>,
    /// In declared order, with their affinity points.
    kinds: Vec<(String, i32)>,
    language: String,
}

/// What one phrase triggers.
#[derive(Clone, Debug, Default)]
struct Triggers {
    /// 0.. in the order of adding.
    number: usize,
    list: Vec<Trigger>,
}

#[derive(Clone, Copy, Debug)]
enum Trigger {
    /// An index into `moods`, and the weight.
    Mood(usize, f64),
    /// An index into `kinds`.
    Kind(usize),
    /// The personality's name or an alias.
    Name,
}

/// What a text matched.
#[derive(Clone, Debug, Default)]
pub(super) struct Matched {
    pub(super) moods: Vec<MoodTrigger>,
    pub(super) interaction: Option<MatchedKind>,
    /// Tokens at which the personality is named.
    pub(super) names: Vec<usize>,
}

impl TriggerSet {
    /// Prepares the triggers of a template. Moods that are switched off have none.
    pub fn new(template: &Template) -> Self {
        let mut set = Self { language: template.persona.language.clone(), ..Self::default() };
        if let Some(config) = template.mood_config.as_ref().filter(|config| config.enabled) {
            let declared = config.moods.iter().map(|mood| &mood.name);
            // The default mood may have triggers without being declared.
            for name in declared.chain(config.triggers.iter().map(|(mood, _)| mood)) {
                if !set.moods.contains(name) {
                    set.moods.push(name.clone());
                }
            }
            for (mood, triggers) in &config.triggers {
                let Some(index) = set.moods.iter().position(|name| name == mood) else { continue };
                for trigger in triggers {
                    set.add(&trigger.phrase, Trigger::Mood(index, trigger.weight));
                }
            }
        }
        let affinity = &template.affinity_config;
        for (kind, triggers) in &affinity.interaction_triggers {
            let own =
                affinity.interaction_types.iter().find(|(name, _)| name == kind).map(|(_, points)| *points);
            let built_in = SentimentClass::from_name(kind).unwrap_or(SentimentClass::Neutral).points();
            set.kinds.push((kind.clone(), own.unwrap_or(built_in)));
            for trigger in triggers {
                set.add(&trigger.phrase, Trigger::Kind(set.kinds.len() - 1));
            }
        }
        for name in std::iter::once(&template.persona.name).chain(&template.persona.aliases) {
            set.add(name, Trigger::Name);
        }
        set
    }

    /// The template's language.
    pub(super) fn language(&self) -> &str {
        &self.language
    }

    /// What a text matches. A trigger counts once, and not where it is negated.
    pub(super) fn find(&self, reading: &Reading<'_>) -> Matched {
        let mut moods: Vec<(f64, Vec<Span>)> = vec![(0.0, Vec::new()); self.moods.len()];
        let mut kinds: Vec<Vec<Span>> = vec![Vec::new(); self.kinds.len()];
        let mut names = Vec::new();
        let mut counted = vec![false; self.count];
        let numbers = self.phrases.numbers(reading.scan);
        for at in 0..numbers.len() {
            for (length, triggers) in self.phrases.matches(&numbers, at) {
                let first = !reading.modifiers(at).negated()
                    && counted
                        .get_mut(triggers.number)
                        .is_some_and(|counted| !std::mem::replace(counted, true));
                let span = reading.scan.span_of(at, length);
                for trigger in &triggers.list {
                    match *trigger {
                        Trigger::Mood(mood, weight) if first => {
                            if let Some((score, spans)) = moods.get_mut(mood) {
                                *score += weight;
                                spans.push(span);
                            }
                        }
                        Trigger::Kind(kind) if first => {
                            kinds.get_mut(kind).into_iter().for_each(|s| s.push(span))
                        }
                        Trigger::Name => names.push(at),
                        Trigger::Mood(..) | Trigger::Kind(_) => {}
                    }
                }
            }
        }
        let moods = self.moods.iter().zip(moods).filter(|(_, (score, _))| *score > 0.0).map(
            |(mood, (score, spans))| MoodTrigger {
                mood: mood.clone(),
                score: crate::decimal::round(score.min(1.0), 6),
                spans,
            },
        );
        let mut best: Option<(i32, MatchedKind)> = None;
        for ((kind, points), spans) in self.kinds.iter().zip(kinds).filter(|(_, spans)| !spans.is_empty()) {
            if best.as_ref().is_none_or(|(most, _)| points > most) {
                best = Some((*points, MatchedKind { kind: kind.clone(), spans }));
            }
        }
        Matched { moods: moods.collect(), interaction: best.map(|(_, kind)| kind), names }
    }

    /// Adds a phrase; the same phrase twice for one mood keeps the higher weight.
    fn add(&mut self, phrase: &str, trigger: Trigger) {
        let Some(Triggers { number, list }) = self.phrases.entry(&Phrase::new(phrase)) else { return };
        if list.is_empty() {
            *number = self.count;
            self.count += 1;
        }
        for present in list.iter_mut() {
            match (present, trigger) {
                (Trigger::Mood(mood, weight), Trigger::Mood(other, new)) if *mood == other => {
                    *weight = weight.max(new);
                    return;
                }
                (Trigger::Kind(kind), Trigger::Kind(other)) if *kind == other => return,
                (Trigger::Name, Trigger::Name) => return,
                _ => {}
            }
        }
        list.push(trigger);
    }
}
