//! What a message is about.

use super::Topic;
use super::lexicon::Roles;
use super::reading::Reading;

/// The topics of a text in the order of their first words, with how many of their words it has; of words that begin
/// inside a longer one only the longer counts.
pub(super) fn topics(reading: &Reading<'_>) -> Vec<Topic> {
    let mut counts = vec![0_u32; reading.lexicon.topics.len()];
    let mut order = Vec::new();
    let mut counted_until = 0;
    let mut words = reading.told.iter().filter(|told| told.entry.roles.has(Roles::TOPIC)).peekable();
    while let Some(word) = words.next() {
        let longer = words.peek().is_some_and(|next| next.tokens.start == word.tokens.start);
        if longer || word.tokens.start < counted_until {
            continue;
        }
        counted_until = word.tokens.end;
        for (topic, count) in counts.iter_mut().enumerate() {
            if word.entry.topics >> topic & 1 == 1 {
                if *count == 0 {
                    order.push(topic);
                }
                *count += 1;
            }
        }
    }
    let mut topics = Vec::with_capacity(order.len());
    for topic in order {
        if let (Some(name), Some(count)) = (reading.lexicon.topics.get(topic), counts.get(topic)) {
            topics.push(Topic { topic: name.clone(), count: *count });
        }
    }
    topics
}
