//! What happened to the person that is worth remembering.

use std::ops::Range;

use super::lexicon::{About, Roles};
use super::reading::Reading;
use super::source::Source;
use super::telling::Telling;
use super::{EpisodeCandidate, SentimentClass};
use crate::memory::importance;

/// Most characters of a title and of a summary.
const TITLE: usize = 80;
const SUMMARY: usize = 400;
/// How many of the words that tell of episodes are looked at.
const MOST_WORDS: usize = 32;

/// The episodes of a text: of each type the first, with the words and tags of the others.
pub(super) fn episodes(
    reading: &Reading<'_>,
    source: &Source<'_>,
    tellings: &[Telling<'_>],
    sentiment: SentimentClass,
) -> Vec<EpisodeCandidate> {
    let mut found: Vec<EpisodeCandidate> = Vec::new();
    let told = tellings.iter().filter(|telling| telling.entry.roles.has(Roles::EPISODE));
    for telling in told.take(MOST_WORDS) {
        let Some(clause) = reading.clause_of(telling.tokens.start) else { continue };
        let own = reading.roles_in(clause).has(Roles::FIRST_PERSON);
        let related = relation_tags(reading, &clause.tokens);
        let span = reading.scan.span_of(telling.tokens.start, telling.tokens.len());
        for (index, rule) in reading.lexicon.episodes.iter().enumerate() {
            let about = match rule.about {
                About::Anybody => true,
                About::Writer => own,
                About::Relation => own && !related.is_empty(),
            };
            if telling.entry.episodes >> index & 1 == 0 || !about {
                continue;
            }
            let known = found.iter().position(|episode| episode.episode_type == rule.episode_type);
            let place = known.unwrap_or(found.len());
            if known.is_none() {
                found.push(EpisodeCandidate {
                    episode_type: rule.episode_type,
                    title: shortened(source.tokens(&clause.tokens), TITLE),
                    summary: shortened(source.tokens(&sentence(reading, &clause.tokens)), SUMMARY),
                    importance: importance(Some(rule.episode_type), sentiment, 1),
                    sentiment,
                    tags: Vec::new(),
                    spans: Vec::new(),
                    reason: rule.name.clone() + ": " + reading.folded(&telling.tokens),
                });
            }
            let Some(episode) = found.get_mut(place) else { continue };
            if episode.spans.last().is_none_or(|last| last[1] <= span[0]) {
                episode.spans.push(span);
            }
            for tag in related.iter().copied().chain(rule.tags.iter().map(String::as_str)) {
                if !tag.is_empty() && !episode.tags.iter().any(|known| known == tag) {
                    episode.tags.push(tag.to_owned());
                }
            }
        }
    }
    found
}

/// The tag of each person or animal of whom a clause tells; empty for one without a tag.
fn relation_tags<'r>(reading: &Reading<'r>, clause: &Range<usize>) -> Vec<&'r str> {
    let start = reading.told.partition_point(|told| told.tokens.start < clause.start);
    let end = reading.told.partition_point(|told| told.tokens.start < clause.end);
    let mut tags = Vec::new();
    for told in reading.told.get(start..end).unwrap_or_default() {
        if told.entry.roles.has(Roles::RELATION) {
            let concept = (told.entry.concept as usize).checked_sub(1);
            let concept = concept.and_then(|index| reading.lexicon.concepts.get(index));
            tags.push(concept.map_or("", |concept| concept.tag.as_str()));
        }
    }
    tags
}

/// The tokens of the sentence of a clause.
fn sentence(reading: &Reading<'_>, clause: &Range<usize>) -> Range<usize> {
    let Some(sentence) = reading.clause_of(clause.start).map(|clause| clause.sentence) else {
        return clause.clone();
    };
    let first = reading.clauses.partition_point(|other| other.sentence < sentence);
    let next = reading.clauses.partition_point(|other| other.sentence <= sentence);
    let start = reading.clauses.get(first).map_or(clause.start, |first| first.tokens.start);
    let end = next.checked_sub(1).and_then(|last| reading.clauses.get(last));
    start..end.map_or(clause.end, |last| last.tokens.end)
}

/// A text of at most so many characters, cut between words where one can.
fn shortened(text: &str, most: usize) -> String {
    let mut end = text.len();
    let mut space = None;
    for (count, (offset, character)) in text.char_indices().enumerate() {
        if character == ' ' {
            space = Some(offset);
        }
        if count == most {
            end = space.unwrap_or(offset);
            break;
        }
    }
    text.get(..end).unwrap_or_default().trim_ascii_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::shortened;

    #[test]
    fn texts_are_cut_between_words() {
        assert_eq!(shortened("one two", 7), "one two");
        assert_eq!(shortened("one two three", 8), "one two");
        assert_eq!(shortened("one two three", 7), "one two");
        assert_eq!(shortened("áéíóúü", 3), "áéí");
        assert_eq!(shortened("", 3), "");
    }
}
