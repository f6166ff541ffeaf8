//! What a message is about.

use super::Topic;
use super::reading::Reading;

/// The topics of a text in the order of their first words, with how many of their words it has; of words that begin
/// inside a longer one only the longer counts.
pub(super) fn topics(reading: &Reading<'_>) -> Vec<Topic> {
    let mut topics: Vec<Topic> = Vec::new();
    let mut counted_until = 0;
    for (index, word) in reading.told.iter().enumerate() {
        let start = word.tokens.start;
        let rest = reading.told.get(index + 1..).unwrap_or_default();
        let mut longer = rest.iter().take_while(|next| next.tokens.start == start);
        if word.entry.topics == 0 || start < counted_until || longer.any(|next| next.entry.topics != 0) {
            continue;
        }
        counted_until = word.tokens.end;
        for (number, name) in reading.lexicon.topics.iter().enumerate() {
            if word.entry.topics >> number & 1 == 0 {
                continue;
            }
            match topics.iter_mut().find(|topic| topic.topic == *name) {
                Some(topic) => topic.count += 1,
                None => topics.push(Topic { topic: name.clone(), count: 1 }),
            }
        }
    }
    topics
}
