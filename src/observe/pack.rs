//! Language packs: the observer's words, read from JSON at run time.
//!
//! Two sorts of file, told apart by their keys: a *language pack* (`language`, `version`, and lists of phrases
//! by what they mean) and the *common pack* (`version`, the function words by which languages are known, and
//! the symbols that all languages share). Unknown keys are refused.

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::language::{CODES, Detector};
use super::lexicon::{EMOTIONS, Entry, Lexicon, Roles};
use super::symbols::Symbols;
use crate::error::{Error, ErrorCode};
use crate::text::Phrase;

/// Largest pack in bytes.
const MAX_BYTES: usize = 1 << 20;
/// Most packs.
const MAX_PACKS: usize = 64;
/// Most phrases of one pack.
const MAX_PHRASES: usize = 50_000;
/// Most tokens of a valued phrase.
const MAX_VALUED_TOKENS: usize = 4;
/// Most tokens of any other phrase.
const MAX_TOKENS: usize = 8;
/// Largest valence, either way.
const MAX_VALENCE: f64 = 3.0;
/// What an intensifier and a diminisher multiply by (personality specification 6.1).
const INTENSIFIER: f64 = 1.3;
const DIMINISHER: f64 = 0.5;

/// The loaded packs: what languages the observer can read, and how languages are told apart.
#[derive(Clone, Debug, Default)]
pub struct Packs {
    lexicons: Vec<(String, Lexicon)>,
    detector: Detector,
    symbols: Symbols,
}

impl Packs {
    /// No pack at all: every observation is `unsupported`.
    pub fn empty() -> Self {
        Self::default()
    }

    /// Reads packs (each one JSON file, UTF-8) in any order.
    ///
    /// # Errors
    /// `invalid_argument` with a pointer whose first part is the index of the pack: no JSON, an unknown or
    /// missing key, a valence outside -3..3 or 0, a phrase without a token or with too many, a phrase valued
    /// twice, a language given twice, or more than 1 MiB, 50,000 phrases or 64 packs.
    pub fn load(packs: &[&[u8]]) -> Result<Self, Error> {
        if packs.len() > MAX_PACKS {
            return Err(refused("", format!("{} packs are more than {MAX_PACKS}", packs.len())));
        }
        let mut loaded = Self::default();
        let mut common = false;
        for (index, bytes) in packs.iter().enumerate() {
            let at = format!("/{index}");
            if bytes.len() > MAX_BYTES {
                return Err(refused(&at, format!("a pack of {} bytes is larger than 1 MiB", bytes.len())));
            }
            let sort: Sort = parse(bytes, &at)?;
            if sort.language.is_some() {
                let file: LanguageFile = parse(bytes, &at)?;
                check_header(&file.version, &at)?;
                let code = file.language.clone();
                if !is_language_code(&code) {
                    let message = format!("{code:?} is no language code");
                    return Err(
                        refused(&format!("{at}/language"), message).hint("two or three lower-case letters")
                    );
                }
                if loaded.lexicon(&code).is_some() {
                    return Err(refused(&format!("{at}/language"), format!("a second pack for {code:?}")));
                }
                loaded.lexicons.push((code, file.into_lexicon(&at)?));
            } else {
                let file: CommonFile = parse(bytes, &at)?;
                check_header(&file.version, &at)?;
                if std::mem::replace(&mut common, true) {
                    return Err(refused(&at, "a second common pack".to_owned()));
                }
                (loaded.detector, loaded.symbols) = file.into_parts(&at)?;
            }
        }
        Ok(loaded)
    }

    /// The codes of the languages that have a pack, in the order of loading.
    pub fn languages(&self) -> impl Iterator<Item = &str> {
        self.lexicons.iter().map(|(code, _)| code.as_str())
    }

    pub(super) fn lexicon(&self, code: &str) -> Option<&Lexicon> {
        self.lexicons.iter().find(|(language, _)| language == code).map(|(_, lexicon)| lexicon)
    }

    pub(super) fn detector(&self) -> &Detector {
        &self.detector
    }

    pub(super) fn symbols(&self) -> &Symbols {
        &self.symbols
    }
}

/// What tells the two sorts of file apart.
#[derive(Deserialize)]
struct Sort {
    language: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LanguageFile {
    language: String,
    version: String,
    lexicon: Vec<Valued>,
    intensifiers: Vec<String>,
    diminishers: Vec<String>,
    negators: Vec<String>,
    concord: Vec<String>,
    plain: Vec<String>,
    contrast: Vec<String>,
    clauses: Vec<String>,
    first_person: Vec<String>,
    second_person: Vec<String>,
    demonstratives: Vec<String>,
    insults: Vec<String>,
    orders: Vec<String>,
    address: Vec<String>,
    thanks: Vec<String>,
    apologies: Vec<String>,
    emotions: EmotionLists,
    intents: IntentLists,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CommonFile {
    version: String,
    languages: Vec<FunctionWords>,
    symbols: Vec<Valued>,
    emotions: EmotionLists,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FunctionWords {
    language: String,
    words: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Valued {
    valence: f64,
    phrases: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EmotionLists {
    joy: Vec<String>,
    sadness: Vec<String>,
    anger: Vec<String>,
    fear: Vec<String>,
    surprise: Vec<String>,
    disgust: Vec<String>,
    affection: Vec<String>,
    gratitude: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct IntentLists {
    greeting: Vec<String>,
    goodbye: Vec<String>,
    confusion: Vec<String>,
    success: Vec<String>,
    error: Vec<String>,
    question: Vec<String>,
}

impl LanguageFile {
    fn into_lexicon(self, at: &str) -> Result<Lexicon, Error> {
        let mut builder = Builder { lexicon: Lexicon::default(), phrases: 0 };
        for (index, group) in self.lexicon.iter().enumerate() {
            let path = format!("{at}/lexicon/{index}");
            check_valence(group.valence, &path)?;
            builder.each(&group.phrases, &format!("{path}/phrases"), MAX_VALUED_TOKENS, |entry| {
                let twice = entry.valence != 0.0;
                entry.valence = group.valence;
                !twice
            })?;
        }
        for (name, phrases, degree) in [
            ("intensifiers", &self.intensifiers, INTENSIFIER),
            ("diminishers", &self.diminishers, DIMINISHER),
        ] {
            builder.each(phrases, &format!("{at}/{name}"), MAX_TOKENS, |entry| {
                let twice = entry.degree != 0.0;
                entry.degree = degree;
                !twice
            })?;
        }
        for (name, phrases, roles) in [
            ("negators", &self.negators, Roles::NEGATOR),
            ("concord", &self.concord, Roles::NEGATOR.with(Roles::CONCORD)),
            ("plain", &self.plain, Roles::PLAIN),
            ("contrast", &self.contrast, Roles::CONTRAST),
            ("clauses", &self.clauses, Roles::CLAUSE),
            ("first_person", &self.first_person, Roles::FIRST_PERSON),
            ("second_person", &self.second_person, Roles::SECOND_PERSON),
            ("demonstratives", &self.demonstratives, Roles::DEMONSTRATIVE),
            ("insults", &self.insults, Roles::INSULT),
            ("orders", &self.orders, Roles::ORDER),
            ("address", &self.address, Roles::ADDRESS),
            ("thanks", &self.thanks, Roles::THANKS),
            ("apologies", &self.apologies, Roles::APOLOGY),
            ("intents/greeting", &self.intents.greeting, Roles::GREETING),
            ("intents/goodbye", &self.intents.goodbye, Roles::GOODBYE),
            ("intents/confusion", &self.intents.confusion, Roles::CONFUSION),
            ("intents/success", &self.intents.success, Roles::SUCCESS),
            ("intents/error", &self.intents.error, Roles::ERROR),
            ("intents/question", &self.intents.question, Roles::QUESTION),
        ] {
            builder.each(phrases, &format!("{at}/{name}"), MAX_TOKENS, |entry| {
                let twice = entry.roles.only(roles) == roles;
                entry.roles = entry.roles.with(roles);
                !twice
            })?;
        }
        for (bit, (name, phrases)) in EMOTIONS.into_iter().zip(self.emotions.lists()).enumerate() {
            builder.each(phrases, &format!("{at}/emotions/{name}"), MAX_TOKENS, |entry| {
                let twice = entry.emotions & (1 << bit) != 0;
                entry.emotions |= 1 << bit;
                !twice
            })?;
        }
        Ok(builder.lexicon)
    }
}

impl CommonFile {
    fn into_parts(self, at: &str) -> Result<(Detector, Symbols), Error> {
        let mut detector = Detector::default();
        for (index, language) in self.languages.iter().enumerate() {
            let path = format!("{at}/languages/{index}");
            let Some(number) = CODES.iter().position(|code| *code == language.language) else {
                let message = format!("{:?} is not one of the known languages", language.language);
                return Err(refused(&format!("{path}/language"), message).hint(CODES.join(", ")));
            };
            if language.words.len() > MAX_PHRASES {
                return Err(refused(&path, "too many words".to_owned()));
            }
            for (index, word) in language.words.iter().enumerate() {
                let phrase = Phrase::new(word);
                if phrase.len() != 1 {
                    return Err(refused(
                        &format!("{path}/words/{index}"),
                        format!("{word:?} is not one word"),
                    ));
                }
                detector.add(&phrase, number);
            }
        }
        let mut symbols = Symbols::default();
        for (index, group) in self.symbols.iter().enumerate() {
            let path = format!("{at}/symbols/{index}");
            check_valence(group.valence, &path)?;
            for (index, symbol) in group.phrases.iter().enumerate() {
                let path = format!("{path}/phrases/{index}");
                let entry = symbol_entry(&mut symbols, symbol, &path)?;
                if entry.valence != 0.0 {
                    return Err(refused(&path, format!("{symbol:?} is valued twice")));
                }
                entry.valence = group.valence;
            }
        }
        for (bit, (name, list)) in EMOTIONS.into_iter().zip(self.emotions.lists()).enumerate() {
            for (index, symbol) in list.iter().enumerate() {
                symbol_entry(&mut symbols, symbol, &format!("{at}/emotions/{name}/{index}"))?.emotions |=
                    1 << bit;
            }
        }
        Ok((detector, symbols))
    }
}

impl EmotionLists {
    /// In the order of [`EMOTIONS`].
    fn lists(&self) -> [&Vec<String>; 8] {
        [
            &self.joy,
            &self.sadness,
            &self.anger,
            &self.fear,
            &self.surprise,
            &self.disgust,
            &self.affection,
            &self.gratitude,
        ]
    }
}

struct Builder {
    lexicon: Lexicon,
    phrases: usize,
}

impl Builder {
    /// Gives each phrase of a list its meaning; `apply` says whether that was new to the phrase.
    fn each(
        &mut self,
        phrases: &[String],
        path: &str,
        most_tokens: usize,
        mut apply: impl FnMut(&mut Entry) -> bool,
    ) -> Result<(), Error> {
        self.phrases += phrases.len();
        if self.phrases > MAX_PHRASES {
            return Err(refused(path, format!("more than {MAX_PHRASES} phrases")));
        }
        for (index, text) in phrases.iter().enumerate() {
            let phrase = Phrase::new(text);
            let problem = match self.lexicon.entry(&phrase) {
                _ if phrase.len() > most_tokens => format!("{text:?} has more than {most_tokens} tokens"),
                None => format!("{text:?} has no token"),
                Some(entry) => {
                    if apply(entry) {
                        continue;
                    }
                    format!("{text:?} is listed twice")
                }
            };
            return Err(refused(&format!("{path}/{index}"), problem));
        }
        Ok(())
    }
}

fn parse<'a, T: Deserialize<'a>>(bytes: &'a [u8], at: &str) -> Result<T, Error> {
    serde_json::from_slice(bytes).map_err(|error| refused(at, format!("not a language pack: {error}")))
}

fn symbol_entry<'a>(symbols: &'a mut Symbols, symbol: &str, path: &str) -> Result<&'a mut Entry, Error> {
    symbols.entry(symbol).ok_or_else(|| {
        let hint = "an emoji or emoticon of at most 8 characters that begins with no letter";
        refused(path, format!("{symbol:?} is no symbol")).hint(hint)
    })
}

fn check_header(version: &str, at: &str) -> Result<(), Error> {
    let parts: Vec<&str> = version.split('.').collect();
    let number =
        |part: &&str| !part.is_empty() && part.len() <= 9 && part.bytes().all(|b| b.is_ascii_digit());
    if parts.len() == 3 && parts.iter().all(number) {
        return Ok(());
    }
    Err(refused(&format!("{at}/version"), format!("{version:?} is no version")).hint("N.N.N"))
}

fn check_valence(valence: f64, path: &str) -> Result<(), Error> {
    if valence != 0.0 && valence.abs() <= MAX_VALENCE {
        return Ok(());
    }
    let message = format!("valence {valence} is 0 or outside -{MAX_VALENCE}..{MAX_VALENCE}");
    Err(refused(&format!("{path}/valence"), message))
}

fn is_language_code(code: &str) -> bool {
    matches!(code.len(), 2 | 3) && code.bytes().all(|byte| byte.is_ascii_lowercase())
}

fn refused(path: &str, message: String) -> Error {
    Error::new(ErrorCode::InvalidArgument, message).at(path)
}
