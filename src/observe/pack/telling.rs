//! The parts of a language pack by which facts, topics and episodes are found.

use super::{Builder, MAX_TOKENS, Texts, checked_list, refused};
use crate::error::Error;
use crate::json::Fields;
use crate::memory::{EpisodeType, FactCategory};
use crate::observe::fact::{Rule, ValueKind};
use crate::observe::lexicon::{About, Concept, Entry, EpisodeRule, Roles};

/// Longest name or key in a pack, in characters.
const LONGEST: usize = 64;
/// Most rules for facts, topics and sorts of episodes: each is a bit.
const MOST: usize = 64;

/// The lists under `facts` by the role that they give their phrases.
const LISTS: [(&str, Roles); 28] = [
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
    ("definites", Roles::DEFINITE),
    // Read as phrases that no rule follows, so that a shorter lead does not count ("I hate to admit").
    ("no_leads", Roles::LEAD),
    ("no_verbs", Roles::VERB),
];
/// Reads `facts`, `topics` and `episodes`.
pub(super) fn read(fields: &mut Fields<'_>, builder: &mut Builder) -> Result<(), Error> {
    let facts = fields.nested("facts", Facts::parse);
    let facts = fields.require("facts", facts);
    fields.check()?;
    for sorts in facts.sorts {
        add(builder, sorts)?;
    }
    for ((_, roles), phrases) in LISTS.iter().zip(&facts.lists) {
        builder.give(phrases, *roles)?;
    }
    builder.lexicon.numbers = facts.numbers;
    builder.lexicon.tens = facts.tens;
    builder.lexicon.months = facts.months;
    add(builder, checked_list(fields, "topics", Sort::topic)?)?;
    add(builder, checked_list(fields, "episodes", Sort::episode)?)
}

/// Gives the phrases of some sorts what they mean.
fn add(builder: &mut Builder, sorts: Vec<Sort>) -> Result<(), Error> {
    for Sort { what, phrases, verbs } in sorts {
        let lexicon = &mut builder.lexicon;
        let (meaning, roles, number) = match what {
            What::Rule(rule) => {
                lexicon.rules.push(rule);
                (Meaning::Rule, Roles::LEAD, lexicon.rules.len())
            }
            What::Concept(roles, concept) => {
                lexicon.concepts.push(concept);
                (Meaning::Concept, roles, lexicon.concepts.len())
            }
            What::Topic(name) => {
                lexicon.topics.push(name);
                (Meaning::Topic, Roles::TOPIC, lexicon.topics.len())
            }
            What::Episode(rule) => {
                lexicon.episodes.push(rule);
                (Meaning::Episode, Roles::EPISODE, lexicon.episodes.len())
            }
        };
        let most = if meaning == Meaning::Concept { usize::from(u16::MAX) } else { MOST };
        if number > most {
            return Err(refused(&phrases.path, "too many sorts".to_owned()));
        }
        for (phrases, roles) in [(phrases, roles), (verbs, Roles::VERB)] {
            builder.each(&phrases, MAX_TOKENS, &mut |entry| meaning.give(entry, roles, number))?;
        }
    }
    Ok(())
}

/// What a phrase of some sort refers to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Meaning {
    Rule,
    Concept,
    Topic,
    Episode,
}

impl Meaning {
    /// Makes a phrase refer to the sort of that number, counted from 1; whether that was new to it.
    fn give(self, entry: &mut Entry, roles: Roles, number: usize) -> bool {
        entry.roles = entry.roles.with(roles);
        let bits = match self {
            Self::Rule => &mut entry.rules,
            Self::Topic => &mut entry.topics,
            Self::Episode => &mut entry.episodes,
            Self::Concept => return std::mem::replace(&mut entry.concept, number as u16) == 0,
        };
        let bit = 1 << (number - 1);
        let new = *bits & bit == 0;
        *bits |= bit;
        new
    }
}

/// What stands under `facts`.
#[derive(Default)]
struct Facts {
    /// Rules, then concepts.
    sorts: [Vec<Sort>; 4],
    /// In the order of [`LISTS`].
    lists: Vec<Texts>,
    numbers: Vec<String>,
    tens: Vec<String>,
    months: Vec<String>,
}

impl Facts {
    fn parse(fields: &mut Fields<'_>) -> Self {
        let mut lists = Vec::with_capacity(LISTS.len());
        for (name, _) in LISTS {
            lists.push(Texts::of(fields, name));
        }
        Self {
            sorts: [
                fields.list("rules", Sort::rule),
                fields.list("relations", Sort::relation),
                fields.list("events", Sort::event),
                fields.list("things", Sort::thing),
            ],
            lists,
            numbers: Texts::of(fields, "numbers").items,
            tens: Texts::of(fields, "tens").items,
            months: Texts::of(fields, "months").items,
        }
    }
}

/// Phrases of one sort. One type for all sorts, so that the code that reads lists of them is there once.
struct Sort {
    what: What,
    phrases: Texts,
    /// Phrases that need a subject before them; only rules have them.
    verbs: Texts,
}

/// What sort it is.
enum What {
    Rule(Rule),
    Concept(Roles, Concept),
    Topic(String),
    Episode(EpisodeRule),
}

impl Sort {
    fn new(fields: &mut Fields<'_>, what: What) -> Self {
        Self { what, phrases: Texts::of(fields, "phrases"), verbs: Texts::default() }
    }

    fn rule(fields: &mut Fields<'_>) -> Self {
        let confidence = fields.number("confidence", 0.0, 1.0);
        let rule = Rule {
            name: fields.required_text("name", LONGEST),
            category: fields.required_choice("category", &FactCategory::NAMES),
            key: fields.required_text("key", LONGEST),
            confidence: fields.require("confidence", confidence),
            value: fields.required_choice("value", &ValueKind::NAMES),
            until: fields.texts("until"),
            endings: fields.texts("endings"),
        };
        Self {
            what: What::Rule(rule),
            phrases: Texts::optional(fields, "leads"),
            verbs: Texts::optional(fields, "verbs"),
        }
    }

    fn concept(fields: &mut Fields<'_>, roles: Roles, tag: Option<String>) -> Self {
        let key = fields.required_text("name", LONGEST);
        Self::new(fields, What::Concept(roles, Concept { key, tag: tag.unwrap_or_default() }))
    }

    fn relation(fields: &mut Fields<'_>) -> Self {
        let tag = fields.text("tag", LONGEST);
        Self::concept(fields, Roles::RELATION, tag)
    }

    fn event(fields: &mut Fields<'_>) -> Self {
        Self::concept(fields, Roles::EVENT, None)
    }

    fn thing(fields: &mut Fields<'_>) -> Self {
        Self::concept(fields, Roles::THING, None)
    }

    fn topic(fields: &mut Fields<'_>) -> Self {
        let name = fields.required_text("name", LONGEST);
        Self::new(fields, What::Topic(name))
    }

    fn episode(fields: &mut Fields<'_>) -> Self {
        let rule = EpisodeRule {
            name: fields.required_text("name", LONGEST),
            episode_type: fields.required_choice("type", &EpisodeType::NAMES),
            tags: fields.texts("tags"),
            about: fields.choice("about", &About::NAMES).unwrap_or_default(),
        };
        Self::new(fields, What::Episode(rule))
    }
}
