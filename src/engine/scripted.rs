//! The scripted model: a personality that talks with no model at all, offline. What it says depends on the
//! template, a seed and the number of the turn only, so that a test or a demonstration always sees the same.

use sha2::{Digest, Sha256};

use crate::observe::{Intent, Observation, SentimentClass};
use crate::template::Template;

/// What the personality says to a message. `turn` counts the session's turns so far; `memory` is the best of what it
/// remembers of the person, `told` what they once said that seems to answer a question.
pub(super) fn answer(
    template: &Template,
    observation: &Observation,
    (memory, told): (Option<&str>, Option<&str>),
    (seed, turn): (u64, usize),
) -> String {
    let draw = |purpose: &str, from: usize| draw(template.id(), seed, turn, purpose, from);
    let triggers = &template.trigger_responses;
    let lines = match observation.intent {
        Some(Intent::Greeting) => &triggers.on_greeting,
        Some(Intent::Goodbye) => &triggers.on_goodbye,
        Some(Intent::Thanks | Intent::Success) => &triggers.on_success,
        Some(Intent::Confusion) => &triggers.on_confusion,
        Some(Intent::Error) => &triggers.on_error,
        Some(Intent::Question) | None => &Vec::new(),
    };
    if let Some(line) = lines.get(draw("line", lines.len())) {
        return line.clone();
    }
    let frames = Frames::of(&template.persona.language);
    // Now and then, and not in the middle of bad news.
    let calm = observation.sentiment.score >= 0.0 && observation.intent.is_none();
    if let Some(memory) = memory.filter(|_| calm && draw("memory", MEMORY_TURNS) == 0) {
        let frame = frames.memory.get(draw("frame", frames.memory.len())).copied().unwrap_or("{memory}");
        return set_word(frame, memory);
    }
    if let Some(told) = told.filter(|_| observation.intent == Some(Intent::Question)) {
        let frame = frames.told.get(draw("frame", frames.told.len())).copied().unwrap_or("{told}");
        return set_word(frame, told);
    }
    let frames = match (observation.intent, observation.sentiment.class) {
        (Some(Intent::Question), _) => frames.question,
        (_, SentimentClass::VeryPositive | SentimentClass::Positive) => frames.glad,
        (_, SentimentClass::VeryNegative | SentimentClass::Negative) => frames.sorry,
        _ => frames.plain,
    };
    let profile = &template.linguistic_profile;
    let pick = |purpose, words: &[String], otherwise: &str| {
        words.get(draw(purpose, words.len())).cloned().unwrap_or_else(|| otherwise.to_owned())
    };
    let word = pick("word", &profile.vocabulary, &template.persona.name);
    let opening = pick("filler", &profile.fillers, "");
    let frame = frames.get(draw("frame", frames.len())).copied().unwrap_or("{word}.");
    let sentence = set_word(frame, &word);
    match opening.trim_end_matches(['.', ',', '!', '?', '…']) {
        "" => sentence,
        opening => format!("{}… {sentence}", capitalised(opening)),
    }
}

/// The sentence of a frame; not every frame has a place for the word.
fn set_word(frame: &str, word: &str) -> String {
    match (frame.find('{'), frame.find('}')) {
        (Some(start), Some(end)) => {
            let (before, after) = (frame.get(..start), frame.get(end + 1..));
            format!("{}{word}{}", before.unwrap_or_default(), after.unwrap_or_default())
        }
        _ => frame.to_owned(),
    }
}

/// One turn in so many brings a memory up, where there is one.
const MEMORY_TURNS: usize = 3;

/// Sentences in which a word of the personality's vocabulary is set, by what the person's message was.
struct Frames {
    question: &'static [&'static str],
    glad: &'static [&'static str],
    sorry: &'static [&'static str],
    plain: &'static [&'static str],
    /// Sentences in which a memory is set.
    memory: &'static [&'static str],
    /// Sentences in which something is set that the person once said.
    told: &'static [&'static str],
}

impl Frames {
    fn of(language: &str) -> &'static Self {
        if language == "es" { &SPANISH } else { &ENGLISH }
    }
}

static ENGLISH: Frames = Frames {
    question: &[
        "I would begin with “{word}” and see where it leads. What have you found so far?",
        "Good question. My first thought is “{word}”. What is yours?",
        "I have only half an answer, and it has “{word}” in it. Which half are you missing?",
        "Let me turn it around: what would “{word}” mean to you here?",
    ],
    glad: &[
        "That does me good to hear. If I had to give it a word: “{word}”. What made the difference?",
        "“{word}”, that is what comes to mind. Tell me the best part.",
        "I am glad you told me. It sounds like “{word}” to me. What comes next?",
    ],
    sorry: &[
        "That is a lot to carry. I am here. What weighs the most right now?",
        "I hear you. No hurry, and nothing to fix this minute. Do you want to tell me more?",
        "Thank you for saying it plainly. I will keep “{word}” for later; first, how are you holding up?",
    ],
    plain: &[
        "I was thinking of “{word}” just now. What is on your mind?",
        "Go on, I am listening. There is something of “{word}” in that.",
        "Noted. And what does “{word}” say to you?",
        "I see. Would you start with the small part or the large one?",
        "That makes me think of “{word}”. How did it come about?",
    ],
    memory: &[
        "I still have it in my ear: “{memory}”. How is that going?",
        "You told me something once: “{memory}”. I have not forgotten.",
        "“{memory}”, you said. Does that still hold?",
    ],
    told: &[
        "You told me: “{told}”",
        "I remember your words: “{told}” Is that what you were looking for?",
        "“{told}” That is what you said.",
    ],
};

static SPANISH: Frames = Frames {
    question: &[
        "Yo empezaría por «{word}», y a ver adónde lleva. ¿Qué has encontrado tú?",
        "Buena pregunta. Lo primero que me viene es «{word}». ¿Y a ti?",
        "Tengo media respuesta, y lleva «{word}» dentro. ¿Qué mitad te falta?",
    ],
    glad: &[
        "Qué bien me hace oírlo. Si tuviera que ponerle una palabra: «{word}». ¿Qué fue lo mejor?",
        "«{word}», eso me viene a la cabeza. Cuéntame más.",
        "Me alegra que me lo cuentes. Me suena a «{word}». ¿Y ahora qué viene?",
    ],
    sorry: &[
        "Eso pesa mucho. Aquí estoy. ¿Qué es lo que más te duele ahora?",
        "Te escucho. Sin prisa. ¿Quieres contarme un poco más?",
        "Gracias por decirlo así, claro. «{word}» puede esperar; primero dime, ¿cómo estás?",
    ],
    plain: &[
        "Justo pensaba en «{word}». ¿Qué te ronda por la cabeza?",
        "Sigue, te escucho. Algo de «{word}» hay en eso.",
        "Ya veo. ¿Empezamos por lo pequeño o por lo grande?",
        "Eso me recuerda a «{word}». ¿Cómo fue que pasó?",
    ],
    memory: &[
        "Todavía lo tengo presente: «{memory}». ¿Cómo va eso?",
        "Una vez me contaste algo: «{memory}». No se me ha olvidado.",
        "«{memory}», me dijiste. ¿Sigue siendo así?",
    ],
    told: &[
        "Me dijiste: «{told}»",
        "Recuerdo tus palabras: «{told}» ¿Es lo que buscabas?",
        "«{told}» Eso me contaste.",
    ],
};

/// A position below `from`, by SHA-256 of everything that the answer may depend on.
fn draw(template: &str, seed: u64, turn: usize, purpose: &str, from: usize) -> usize {
    let digest = Sha256::new()
        .chain_update(template.as_bytes())
        .chain_update(seed.to_be_bytes())
        .chain_update((turn as u64).to_be_bytes())
        .chain_update(purpose.as_bytes())
        .finalize();
    let number = digest.iter().take(8).fold(0u64, |number, byte| (number << 8) | u64::from(*byte));
    usize::try_from(number.checked_rem(from as u64).unwrap_or(0)).unwrap_or(0)
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    let mut capitalised = String::with_capacity(text.len());
    capitalised.extend(characters.next().map(capital));
    capitalised.push_str(characters.as_str());
    capitalised
}

/// The capital of a Latin, Greek or Cyrillic letter, which stands a fixed number of places before it; the table of
/// all letters would be half as large as the fold table.
fn capital(letter: char) -> char {
    let places = match letter {
        'a'..='z' | 'à'..='ö' | 'ø'..='þ' | 'α'..='ρ' | 'σ'..='ω' | 'а'..='я' => 0x20,
        'ѐ'..='џ' => 0x50,
        _ => 0,
    };
    char::from_u32(u32::from(letter) - places).unwrap_or(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_stands_in_its_place_or_not_at_all() {
        for frames in [&ENGLISH, &SPANISH] {
            for frame in [frames.question, frames.glad, frames.sorry, frames.plain, frames.memory].concat() {
                let expected = frame.replace("{word}", "tide").replace("{memory}", "tide");
                assert_eq!(set_word(frame, "tide"), expected);
            }
        }
    }

    #[test]
    fn capitals_are_those_of_the_standard_library() {
        let latin = ('a'..='z').chain('à'..='ö').chain('ø'..='þ');
        // No word begins with the sigma in between.
        let greek = ('α'..='ρ').chain('σ'..='ω');
        for letter in latin.chain(greek).chain('а'..='џ') {
            let expected: String = letter.to_uppercase().collect();
            assert_eq!(capitalised(&letter.to_string()), expected, "{letter}");
        }
        assert_eq!(capitalised("Well now"), "Well now");
        assert_eq!(capitalised(""), "");
    }
}
