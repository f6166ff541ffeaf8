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
    /// The moods, then the interaction kinds, each in declared order.
    targets: Vec<Target>,
    language: String,
}

/// What phrases trigger.
#[derive(Clone, Debug)]
struct Target {
    name: String,
    /// The affinity points of an interaction kind; none for a mood.
    points: Option<i32>,
}

/// The index that stands for the personality's name or an alias in place of a target.
const NAME: usize = usize::MAX;

/// What one phrase triggers.
#[derive(Clone, Debug, Default)]
struct Triggers {
    /// 0.. in the order of adding.
    number: usize,
    /// Indices into the targets, with weights.
    targets: Vec<(usize, f64)>,
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
            for mood in &config.moods {
                set.mood(&mood.name);
            }
            // The default mood may have triggers without being declared.
            for (mood, _) in &config.triggers {
                set.mood(mood);
            }
            for (mood, triggers) in &config.triggers {
                let index = set.mood(mood);
                for trigger in triggers {
                    set.add(&trigger.phrase, index, trigger.weight);
                }
            }
        }
        let affinity = &template.affinity_config;
        for (kind, triggers) in &affinity.interaction_triggers {
            let own =
                affinity.interaction_types.iter().find(|(name, _)| name == kind).map(|(_, points)| *points);
            let built_in = SentimentClass::from_name(kind).unwrap_or(SentimentClass::Neutral).points();
            let index = set.targets.len();
            set.targets.push(Target { name: kind.clone(), points: Some(own.unwrap_or(built_in)) });
            for trigger in triggers {
                set.add(&trigger.phrase, index, 0.0);
            }
        }
        set.add(&template.persona.name, NAME, 0.0);
        for alias in &template.persona.aliases {
            set.add(alias, NAME, 0.0);
        }
        set
    }

    /// The index of a mood, known or new.
    fn mood(&mut self, name: &str) -> usize {
        let known = self.targets.iter().position(|target| target.name == name);
        known.unwrap_or_else(|| {
            self.targets.push(Target { name: name.to_owned(), points: None });
            self.targets.len() - 1
        })
    }

    /// The template's language.
    pub(super) fn language(&self) -> &str {
        &self.language
    }

    /// What a text matches. A trigger counts once, and not where it is negated.
    pub(super) fn find(&self, reading: &Reading<'_>) -> Matched {
        let mut matched = Matched::default();
        let mut found: Vec<(f64, Vec<Span>)> = vec![(0.0, Vec::new()); self.targets.len()];
        let mut counted = vec![false; self.count];
        let numbers = self.phrases.numbers(reading.scan);
        for at in 0..numbers.len() {
            for (length, triggers) in self.phrases.matches(&numbers, at) {
                let first = !reading.modifiers(at).negated()
                    && counted
                        .get_mut(triggers.number)
                        .is_some_and(|counted| !std::mem::replace(counted, true));
                let span = reading.scan.span_of(at, length);
                for (target, weight) in &triggers.targets {
                    if *target == NAME {
                        matched.names.push(at);
                    } else if let (true, Some((score, spans))) = (first, found.get_mut(*target)) {
                        *score += weight;
                        spans.push(span);
                    }
                }
            }
        }
        let mut most = None;
        for (target, (score, spans)) in self.targets.iter().zip(found) {
            match target.points {
                None if score > 0.0 => matched.moods.push(MoodTrigger {
                    mood: target.name.clone(),
                    score: crate::decimal::round(score.min(1.0), 6),
                    spans,
                }),
                Some(points) if !spans.is_empty() && most.is_none_or(|most| points > most) => {
                    most = Some(points);
                    matched.interaction = Some(MatchedKind { kind: target.name.clone(), spans });
                }
                _ => {}
            }
        }
        matched
    }

    /// Adds a phrase; the same phrase twice for one target keeps the higher weight.
    fn add(&mut self, phrase: &str, target: usize, weight: f64) {
        let Some(Triggers { number, targets }) = self.phrases.entry(&Phrase::new(phrase)) else { return };
        if targets.is_empty() {
            *number = self.count;
            self.count += 1;
        }
        match targets.iter_mut().find(|(present, _)| *present == target) {
            Some((_, present)) => *present = present.max(weight),
            None => targets.push((target, weight)),
        }
    }
}
