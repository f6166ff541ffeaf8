//! Language packs: the observer's words, read from JSON at run time.
//!
//! Two sorts of file, told apart by their keys: a *language pack* (`language`, `version`, and lists of phrases
//! by what they mean) and the *common pack* (`version`, the function words by which languages are known, and
//! the symbols that all languages share). Unknown keys are refused.

use serde_json::Value;

use super::language::{CODES, Detector};
use super::lexicon::{EMOTIONS, Entry, Lexicon, Roles};
use super::symbols::Symbols;
use crate::error::{Error, ErrorCode};
use crate::json::{self, FieldCode, FieldError, Fields, Limits};
use crate::text::{Phrase, Scan};

/// How large a pack may be.
const LIMITS: Limits = Limits { bytes: 1 << 20, depth: 8, items: MAX_PHRASES, items_at: &[] };
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
            let file = json::read(bytes, LIMITS).map_err(|fault| refused(&at, fault.message))?.value;
            let mut fields = Fields::new(&file, at.as_str())?;
            let (language, version) = (fields.id("language")?, fields.id("version")?);
            check_header(&fields.require("version", version)?, &at)?;
            if let Some(code) = language {
                if !is_language_code(&code) {
                    let message = format!("{code:?} is no language code");
                    return Err(
                        refused(&format!("{at}/language"), message).hint("two or three lower-case letters")
                    );
                }
                if loaded.lexicon(&code).is_some() {
                    return Err(refused(&format!("{at}/language"), format!("a second pack for {code:?}")));
                }
                loaded.lexicons.push((code, lexicon(&mut fields, &at)?));
            } else {
                if std::mem::replace(&mut common, true) {
                    return Err(refused(&at, "a second common pack".to_owned()));
                }
                loaded.detector = detector(&mut fields, &at)?;
                loaded.symbols = symbols(&mut fields, &at)?;
            }
            fields.finish()?;
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

/// The lists of a language pack by the role that they give their phrases.
const ROLE_LISTS: [(&str, Roles); 13] = [
    ("negators", Roles::NEGATOR),
    ("concord", Roles::NEGATOR.with(Roles::CONCORD)),
    ("plain", Roles::PLAIN),
    ("contrast", Roles::CONTRAST),
    ("clauses", Roles::CLAUSE),
    ("first_person", Roles::FIRST_PERSON),
    ("second_person", Roles::SECOND_PERSON),
    ("demonstratives", Roles::DEMONSTRATIVE),
    ("insults", Roles::INSULT),
    ("orders", Roles::ORDER),
    ("address", Roles::ADDRESS),
    ("thanks", Roles::THANKS),
    ("apologies", Roles::APOLOGY),
];
/// The lists under `intents`.
const INTENT_LISTS: [(&str, Roles); 6] = [
    ("greeting", Roles::GREETING),
    ("goodbye", Roles::GOODBYE),
    ("confusion", Roles::CONFUSION),
    ("success", Roles::SUCCESS),
    ("error", Roles::ERROR),
    ("question", Roles::QUESTION),
];

/// A language pack's words.
fn lexicon(fields: &mut Fields<'_>, at: &str) -> Result<Lexicon, Error> {
    let mut builder = Builder { lexicon: Lexicon::default(), phrases: 0 };
    let groups = fields.list("lexicon", Valued::parse)?;
    for (index, group) in groups.iter().enumerate() {
        let path = format!("{at}/lexicon/{index}/phrases");
        builder.each(&group.phrases, &path, MAX_VALUED_TOKENS, &mut |entry| {
            let twice = entry.valence != 0.0;
            entry.valence = group.valence;
            !twice
        })?;
    }
    for (name, degree) in [("intensifiers", INTENSIFIER), ("diminishers", DIMINISHER)] {
        builder.each(&words(fields, name)?, &format!("{at}/{name}"), MAX_TOKENS, &mut |entry| {
            let twice = entry.degree != 0.0;
            entry.degree = degree;
            !twice
        })?;
    }
    for (name, roles) in ROLE_LISTS {
        builder.give(&words(fields, name)?, &format!("{at}/{name}"), roles)?;
    }
    let intents = fields.raw("intents");
    let mut intents = Fields::new(fields.require("intents", intents)?, format!("{at}/intents"))?;
    for (name, roles) in INTENT_LISTS {
        builder.give(&words(&mut intents, name)?, &format!("{at}/intents/{name}"), roles)?;
    }
    intents.finish()?;
    for (bit, phrases) in emotions(fields, at)?.into_iter().enumerate() {
        let path = format!("{at}/emotions/{}", EMOTIONS.get(bit).copied().unwrap_or_default());
        builder.each(&phrases, &path, MAX_TOKENS, &mut |entry| {
            let twice = entry.emotions & (1 << bit) != 0;
            entry.emotions |= 1 << bit;
            !twice
        })?;
    }
    Ok(builder.lexicon)
}

/// The common pack's function words.
fn detector(fields: &mut Fields<'_>, at: &str) -> Result<Detector, Error> {
    let mut detector = Detector::default();
    let languages = fields.list("languages", |value, path| {
        let mut fields = Fields::new(value, path)?;
        let language = fields.id("language")?;
        let language = (fields.require("language", language)?, words(&mut fields, "words")?);
        fields.finish().map(|()| language)
    })?;
    for (index, (language, words)) in languages.iter().enumerate() {
        let path = format!("{at}/languages/{index}");
        let Some(number) = CODES.iter().position(|code| code == language) else {
            let message = format!("{language:?} is not one of the known languages");
            return Err(refused(&format!("{path}/language"), message).hint(CODES.join(", ")));
        };
        if words.len() > MAX_PHRASES {
            return Err(refused(&path, "too many words".to_owned()));
        }
        for (index, word) in words.iter().enumerate() {
            let scan = Scan::new(word);
            if scan.len() != 1 {
                return Err(refused(&format!("{path}/words/{index}"), format!("{word:?} is not one word")));
            }
            detector.add(scan.word(0), number);
        }
    }
    Ok(detector)
}

/// The common pack's symbols.
fn symbols(fields: &mut Fields<'_>, at: &str) -> Result<Symbols, Error> {
    let mut symbols = Symbols::default();
    let groups = fields.list("symbols", Valued::parse)?;
    for (index, group) in groups.iter().enumerate() {
        for (position, symbol) in group.phrases.iter().enumerate() {
            let path = format!("{at}/symbols/{index}/phrases/{position}");
            let entry = symbol_entry(&mut symbols, symbol, &path)?;
            if entry.valence != 0.0 {
                return Err(refused(&path, format!("{symbol:?} is valued twice")));
            }
            entry.valence = group.valence;
        }
    }
    for (bit, list) in emotions(fields, at)?.into_iter().enumerate() {
        let name = EMOTIONS.get(bit).copied().unwrap_or_default();
        for (index, symbol) in list.iter().enumerate() {
            symbol_entry(&mut symbols, symbol, &format!("{at}/emotions/{name}/{index}"))?.emotions |=
                1 << bit;
        }
    }
    Ok(symbols)
}

/// Phrases with one valence.
struct Valued {
    valence: f64,
    phrases: Vec<String>,
}

impl Valued {
    fn parse(value: &Value, path: String) -> Result<Self, FieldError> {
        let mut fields = Fields::new(value, path)?;
        let valence = fields.number("valence", -MAX_VALENCE, MAX_VALENCE)?;
        let valence = fields.require("valence", valence)?;
        if valence == 0.0 {
            return Err(FieldError::new(FieldCode::Range, fields.at("valence"), "a valence is not 0"));
        }
        let phrases = words(&mut fields, "phrases")?;
        fields.finish().map(|()| Self { valence, phrases })
    }
}

/// The lists under `emotions`, in the order of [`EMOTIONS`].
fn emotions(fields: &mut Fields<'_>, at: &str) -> Result<Vec<Vec<String>>, FieldError> {
    let emotions = fields.raw("emotions");
    let mut emotions = Fields::new(fields.require("emotions", emotions)?, format!("{at}/emotions"))?;
    let lists = EMOTIONS.into_iter().map(|name| words(&mut emotions, name)).collect::<Result<_, _>>()?;
    emotions.finish().map(|()| lists)
}

/// A list of strings that must be there.
fn words(fields: &mut Fields<'_>, name: &'static str) -> Result<Vec<String>, FieldError> {
    let present = fields.raw(name);
    fields.require(name, present)?;
    fields.texts(name)
}

struct Builder {
    lexicon: Lexicon,
    phrases: usize,
}

impl Builder {
    /// Gives each phrase of a list its roles.
    fn give(&mut self, phrases: &[String], path: &str, roles: Roles) -> Result<(), Error> {
        self.each(phrases, path, MAX_TOKENS, &mut |entry| {
            let twice = entry.roles.only(roles) == roles;
            entry.roles = entry.roles.with(roles);
            !twice
        })
    }

    /// Gives each phrase of a list its meaning; `apply` says whether that was new to the phrase.
    fn each(
        &mut self,
        phrases: &[String],
        path: &str,
        most_tokens: usize,
        apply: &mut dyn FnMut(&mut Entry) -> bool,
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

fn is_language_code(code: &str) -> bool {
    matches!(code.len(), 2 | 3) && code.bytes().all(|byte| byte.is_ascii_lowercase())
}

fn refused(path: &str, message: String) -> Error {
    Error::new(ErrorCode::InvalidArgument, message).at(path)
}
