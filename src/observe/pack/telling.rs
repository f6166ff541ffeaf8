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
/// Reads `facts`, `topics` and `episodes`.
pub(super) fn read(fields: &mut Fields<'_>, builder: &mut Builder) -> Result<(), Error> {
    let facts = fields.nested("facts", Facts::parse);
    let facts = fields.require("facts", facts);
    fields.check()?;
    for sorts in &facts.sorts {
        add(builder, sorts)?;
    }
    for ((_, roles), phrases) in LISTS.iter().zip(&facts.lists) {
        builder.give(phrases, *roles)?;
    }
    builder.lexicon.numbers = facts.numbers;
    builder.lexicon.tens = facts.tens;
    builder.lexicon.months = facts.months;
    add(builder, &checked_list(fields, "topics", Sort::topic)?)?;
    add(builder, &checked_list(fields, "episodes", Sort::episode)?)
}

/// Gives the phrases of some sorts what they mean.
fn add(builder: &mut Builder, sorts: &[Sort]) -> Result<(), Error> {
    for sort in sorts {
        let lexicon = &mut builder.lexicon;
        let (number, most) = match &sort.what {
            What::Rule(rule) => (push(&mut lexicon.rules, rule), MOST),
            What::Concept(_, concept) => (push(&mut lexicon.concepts, concept), u16::MAX as usize),
            What::Topic(name) => (push(&mut lexicon.topics, name), MOST),
            What::Episode(rule) => (push(&mut lexicon.episodes, rule), MOST),
        };
        if number >= most {
            return Err(refused(&sort.phrases.path, "too many sorts".to_owned()));
        }
        for (phrases, is_verb) in [(&sort.phrases, false), (&sort.verbs, true)] {
            builder.each(phrases, MAX_TOKENS, &mut |entry| sort.what.mean(entry, number, is_verb))?;
        }
    }
    Ok(())
}

/// Adds an item to a list and says at which place it stands.
fn push<T: Clone>(list: &mut Vec<T>, item: &T) -> usize {
    list.push(item.clone());
    list.len() - 1
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

impl What {
    /// Gives a phrase its meaning; whether that was new to it.
    fn mean(&self, entry: &mut Entry, number: usize, is_verb: bool) -> bool {
        let (bits, roles) = match self {
            Self::Rule(_) if is_verb => (&mut entry.rules, Roles::VERB),
            Self::Rule(_) => (&mut entry.rules, Roles::LEAD),
            Self::Topic(_) => (&mut entry.topics, Roles::TOPIC),
            Self::Episode(_) => (&mut entry.episodes, Roles::EPISODE),
            Self::Concept(roles, _) => {
                let new = entry.concept == 0;
                entry.concept = number as u16 + 1;
                entry.roles = entry.roles.with(*roles);
                return new;
            }
        };
        let new = *bits >> number & 1 == 0;
        *bits |= 1 << number;
        entry.roles = entry.roles.with(roles);
        new
    }
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
