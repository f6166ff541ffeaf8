//! The parts of a language pack by which facts, topics and episodes are found.

use super::{Builder, MAX_TOKENS, Texts, checked_list, refused};
use crate::error::Error;
use crate::json::Fields;
use crate::memory::{EpisodeType, FactCategory};
use crate::observe::fact::{Rule, ValueKind};
use crate::observe::lexicon::{About, Concept, EpisodeRule, Roles};

/// Longest name or key in a pack, in characters.
const LONGEST: usize = 64;
/// Most rules for facts: each is a bit.
const MAX_RULES: usize = 64;
/// Most topics, and most sorts of episodes.
const MAX_SORTS: usize = 32;

/// The lists under `facts` by the role that they give their phrases.
const LISTS: [(&str, Roles); 27] = [
    ("hypotheticals", Roles::HYPOTHETICAL),
    ("reports", Roles::REPORT),
    ("own_words", Roles::OWN_WORD),
    ("hedges", Roles::HEDGE),
    ("subjects", Roles::SUBJECT),
    ("adverbs", Roles::ADVERB),
    ("openers", Roles::OPENER),
    ("relatives", Roles::RELATIVE),
    ("articles", Roles::ARTICLE),
    ("joiners", Roles::JOINER),
    ("connectors", Roles::CONNECTOR),
    ("ends", Roles::END),
    ("after", Roles::AFTER),
    ("not_values", Roles::NOT_VALUE),
    ("not_names", Roles::NOT_NAME),
    ("not_goals", Roles::NOT_GOAL),
    ("naming", Roles::NAMING),
    ("copulas", Roles::COPULA),
    ("middles", Roles::MIDDLE),
    ("occupations", Roles::OCCUPATION),
    ("fields", Roles::FIELD),
    ("conditions", Roles::CONDITION),
    ("units", Roles::UNIT),
    ("frequencies", Roles::FREQUENCY),
    ("dates", Roles::DATE),
    // Read as phrases that no rule follows, so that a shorter lead does not count ("I hate to admit").
    ("no_leads", Roles::LEAD),
    ("no_verbs", Roles::VERB),
];
/// The lists of concepts under `facts`.
const CONCEPTS: [(&str, Roles); 3] =
    [("relations", Roles::RELATION), ("events", Roles::EVENT), ("things", Roles::THING)];

/// Reads `facts`, `topics` and `episodes`.
pub(super) fn read(fields: &mut Fields<'_>, builder: &mut Builder) -> Result<(), Error> {
    let facts = fields.nested("facts", Facts::parse);
    let Some(facts) = fields.require("facts", facts.map(Some)) else {
        return Ok(fields.check()?);
    };
    fields.check()?;
    for (index, list) in facts.rules.into_iter().enumerate() {
        if index >= MAX_RULES {
            return Err(refused(&fields.at("facts"), "more than 64 rules".to_owned()));
        }
        builder.lexicon.rules.push(list.rule);
        for (phrases, role) in [(&list.leads, Roles::LEAD), (&list.verbs, Roles::VERB)] {
            builder.each(phrases, MAX_TOKENS, &mut |entry| {
                let twice = entry.rules >> index & 1 == 1;
                entry.rules |= 1 << index;
                entry.roles = entry.roles.with(role);
                !twice
            })?;
        }
    }
    for ((_, role), concepts) in CONCEPTS.iter().zip(facts.concepts) {
        for Named { name, tag, phrases } in concepts {
            builder.lexicon.concepts.push(Concept { key: name, tag });
            let number = builder.lexicon.concepts.len() as u16;
            builder.each(&phrases, MAX_TOKENS, &mut |entry| {
                let twice = entry.concept != 0;
                entry.concept = number;
                entry.roles = entry.roles.with(*role);
                !twice
            })?;
        }
    }
    for ((_, roles), phrases) in LISTS.iter().zip(&facts.lists) {
        builder.give(phrases, *roles)?;
    }
    builder.lexicon.numbers = facts.numbers.items;
    builder.lexicon.tens = facts.tens.items;
    builder.lexicon.months = facts.months.items;
    topics(fields, builder)?;
    episodes(fields, builder)
}

fn topics(fields: &mut Fields<'_>, builder: &mut Builder) -> Result<(), Error> {
    for (index, topic) in checked_list(fields, "topics", Named::parse)?.into_iter().enumerate() {
        if index >= MAX_SORTS {
            return Err(refused(&fields.at("topics"), "more than 32 topics".to_owned()));
        }
        builder.lexicon.topics.push(topic.name);
        builder.each(&topic.phrases, MAX_TOKENS, &mut |entry| {
            let twice = entry.topics >> index & 1 == 1;
            entry.topics |= 1 << index;
            entry.roles = entry.roles.with(Roles::TOPIC);
            !twice
        })?;
    }
    Ok(())
}

fn episodes(fields: &mut Fields<'_>, builder: &mut Builder) -> Result<(), Error> {
    let lists = checked_list(fields, "episodes", EpisodeList::parse)?;
    for (index, list) in lists.into_iter().enumerate() {
        if index >= MAX_SORTS {
            return Err(refused(&fields.at("episodes"), "more than 32 sorts of episodes".to_owned()));
        }
        builder.lexicon.episodes.push(list.rule);
        builder.each(&list.phrases, MAX_TOKENS, &mut |entry| {
            let twice = entry.episodes >> index & 1 == 1;
            entry.episodes |= 1 << index;
            entry.roles = entry.roles.with(Roles::EPISODE);
            !twice
        })?;
    }
    Ok(())
}

/// What stands under `facts`.
struct Facts {
    rules: Vec<RuleList>,
    /// In the order of [`CONCEPTS`].
    concepts: Vec<Vec<Named>>,
    /// In the order of [`LISTS`].
    lists: Vec<Texts>,
    numbers: Texts,
    tens: Texts,
    months: Texts,
}

impl Facts {
    fn parse(fields: &mut Fields<'_>) -> Self {
        Self {
            rules: fields.list("rules", RuleList::parse),
            concepts: CONCEPTS.iter().map(|(name, _)| fields.list(name, Named::parse)).collect(),
            lists: LISTS.iter().map(|(name, _)| Texts::of(fields, name)).collect(),
            numbers: Texts::of(fields, "numbers"),
            tens: Texts::of(fields, "tens"),
            months: Texts::of(fields, "months"),
        }
    }
}

/// A rule for facts and the phrases that lead to it.
struct RuleList {
    rule: Rule,
    leads: Texts,
    verbs: Texts,
}

impl RuleList {
    fn parse(fields: &mut Fields<'_>) -> Self {
        let confidence = fields.number("confidence", 0.0, 1.0);
        Self {
            rule: Rule {
                name: fields.required_text("rule", LONGEST),
                category: fields.required_choice("category", &FactCategory::NAMES),
                key: fields.required_text("key", LONGEST),
                confidence: fields.require("confidence", confidence),
                value: fields.required_choice("value", &ValueKind::NAMES),
                until: fields.texts("until"),
                endings: fields.texts("endings"),
            },
            leads: Texts::optional(fields, "leads"),
            verbs: Texts::optional(fields, "verbs"),
        }
    }
}

/// Words under one name.
struct Named {
    name: String,
    /// Empty when there is none.
    tag: String,
    phrases: Texts,
}

impl Named {
    fn parse(fields: &mut Fields<'_>) -> Self {
        Self {
            name: fields.required_text("name", LONGEST),
            tag: fields.text("tag", LONGEST).unwrap_or_default(),
            phrases: Texts::of(fields, "phrases"),
        }
    }
}

/// A sort of episode and the phrases that tell of it.
struct EpisodeList {
    rule: EpisodeRule,
    phrases: Texts,
}

impl EpisodeList {
    fn parse(fields: &mut Fields<'_>) -> Self {
        Self {
            rule: EpisodeRule {
                name: fields.required_text("name", LONGEST),
                episode_type: fields.required_choice("type", &EpisodeType::NAMES),
                tags: fields.texts("tags"),
                about: fields.choice("about", &About::NAMES).unwrap_or_default(),
            },
            phrases: Texts::of(fields, "phrases"),
        }
    }
}
