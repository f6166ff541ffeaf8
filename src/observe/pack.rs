//! Language packs: the observer's words, read from JSON at run time.
//!
//! Two sorts of file, told apart by their keys: a *language pack* (`language`, `version`, lists of phrases by what
//! they mean, rules for facts, topics, and sorts of episodes, words for searching) and the *common pack* (`version`, the function words by
//! which languages are known, and the symbols that all languages share). Unknown keys are refused.
//!
//! A phrase of a language pack may stand for its inflections: `enjoy||s|ed` is "enjoy", "enjoys", "enjoyed".

mod searching;
mod telling;

use std::sync::Arc;

use super::language::{self, CODES, Detector};
use super::lexicon::{EMOTIONS, Entry, Lexicon, Roles};
use super::symbols::Symbols;
use crate::error::{Error, ErrorCode};
use crate::json::{self, FieldCode, FieldError, Fields, Limits};
use crate::memory::recall;
use crate::text::{Phrase, Scan, hash_of};

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
/// The valence of what is expected, which counts only where it is negated.
const EXPECTED: f64 = 2.0;

/// The loaded packs: what languages the observer can read, and how languages are told apart.
#[derive(Clone, Debug, Default)]
pub struct Packs {
    /// Shared: every core that is opened has the packs.
    lexicons: Vec<(String, Arc<Lexicon>)>,
    detector: Detector,
    symbols: Symbols,
    /// Of all that was read.
    hash: u32,
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
            let mut fields = Fields::with_places(&file, at.as_str());
            let language = fields.id("language");
            let version = fields.required_id("version");
            fields.check()?;
            check_header(&version, &at)?;
            if let Some(code) = language {
                if !is_language_code(&code) {
                    let message = format!("\"{code}\" is no language code");
                    return Err(
                        refused(&format!("{at}/language"), message).hint("two or three lower-case letters")
                    );
                }
                if loaded.lexicon(&code).is_some() {
                    return Err(refused(&format!("{at}/language"), format!("a second pack for \"{code}\"")));
                }
                loaded.lexicons.push((code, Arc::new(lexicon(&mut fields)?)));
            } else {
                if std::mem::replace(&mut common, true) {
                    return Err(refused(&at, "a second common pack".to_owned()));
                }
                loaded.detector = detector(&mut fields)?;
                loaded.symbols = symbols(&mut fields)?;
            }
            fields.finish()?;
            loaded.hash ^= hash_of(bytes);
        }
        Ok(loaded)
    }

    /// The codes of the languages that have a pack, in the order of loading.
    pub fn languages(&self) -> impl Iterator<Item = &str> {
        self.lexicons.iter().map(|(code, _)| code.as_str())
    }

    /// Equal for equal packs: what was made with other words is of no use.
    pub(crate) fn hash(&self) -> u32 {
        self.hash
    }

    pub(super) fn lexicon(&self, code: &str) -> Option<&Lexicon> {
        self.lexicons.iter().find(|(language, _)| language == code).map(|(_, lexicon)| &**lexicon)
    }

    /// How a text is made searchable: in the language that is named, else the one that its words tell, else another.
    pub(crate) fn recall_language(
        &self,
        scan: &Scan,
        named: Option<&str>,
        otherwise: Option<&str>,
    ) -> recall::Language<'_> {
        let code = named.or_else(|| language::told(self, scan)).or(otherwise).unwrap_or_default();
        let code = code.split(['-', '_']).next().unwrap_or_default();
        let words = self.lexicon(code).map(|lexicon| &lexicon.recall);
        recall::Language { stemmer: recall::Stemmer::of(code), words }
    }

    /// How texts are made searchable in each language that has a pack.
    pub(crate) fn recall_languages(&self) -> Vec<recall::Language<'_>> {
        let mut languages = Vec::new();
        for (code, lexicon) in &self.lexicons {
            languages
                .push(recall::Language { stemmer: recall::Stemmer::of(code), words: Some(&lexicon.recall) });
        }
        languages
    }

    pub(super) fn detector(&self) -> &Detector {
        &self.detector
    }

    pub(super) fn symbols(&self) -> &Symbols {
        &self.symbols
    }
}

/// The lists of a language pack by the role that they give their phrases.
const ROLE_LISTS: [(&str, Roles); 14] = [
    ("negators", Roles::NEGATOR),
    ("concord", Roles::NEGATOR.with(Roles::CONCORD)),
    ("plain", Roles::PLAIN),
    ("contrast", Roles::CONTRAST),
    ("clauses", Roles::CLAUSE),
    ("first_person", Roles::FIRST_PERSON),
    ("second_person", Roles::SECOND_PERSON),
    ("demonstratives", Roles::DEMONSTRATIVE),
    ("self", Roles::SELF),
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
fn lexicon(fields: &mut Fields<'_>) -> Result<Lexicon, Error> {
    let mut builder = Builder { lexicon: Lexicon::default(), phrases: 0 };
    for group in checked_list(fields, "lexicon", Valued::parse)? {
        builder.each(&group.phrases, MAX_VALUED_TOKENS, &mut |entry| {
            let twice = entry.valence != 0.0;
            entry.valence = group.valence;
            !twice
        })?;
    }
    builder.each(&Texts::read(fields, "expected")?, MAX_VALUED_TOKENS, &mut |entry| {
        let twice = entry.valence != 0.0;
        entry.valence = EXPECTED;
        entry.roles = entry.roles.with(Roles::EXPECTED);
        !twice
    })?;
    for (name, degree) in [("intensifiers", INTENSIFIER), ("diminishers", DIMINISHER)] {
        builder.each(&Texts::read(fields, name)?, MAX_TOKENS, &mut |entry| {
            let twice = entry.degree != 0.0;
            entry.degree = degree;
            !twice
        })?;
    }
    for (name, roles) in ROLE_LISTS {
        builder.give(&Texts::read(fields, name)?, roles)?;
    }
    let intents = lists(fields, "intents", &INTENT_LISTS.map(|(name, _)| name))?;
    for ((_, roles), phrases) in INTENT_LISTS.iter().zip(&intents) {
        builder.give(phrases, *roles)?;
    }
    for (bit, phrases) in emotions(fields)?.iter().enumerate() {
        builder.each(phrases, MAX_TOKENS, &mut |entry| {
            let twice = entry.emotions & (1 << bit) != 0;
            entry.emotions |= 1 << bit;
            !twice
        })?;
    }
    telling::read(fields, &mut builder)?;
    let Lexicon { numbers, months, .. } = &builder.lexicon;
    builder.lexicon.recall = searching::read(fields, numbers, months)?;
    Ok(builder.lexicon)
}

/// The common pack's function words.
fn detector(fields: &mut Fields<'_>) -> Result<Detector, Error> {
    let mut detector = Detector::default();
    for (index, spoken) in checked_list(fields, "languages", Spoken::parse)?.iter().enumerate() {
        let at = |name: &str| format!("{}/{index}{name}", fields.at("languages"));
        let Some(number) = CODES.iter().position(|code| *code == spoken.language) else {
            let message = format!("\"{}\" is not one of the known languages", spoken.language);
            return Err(refused(&at("/language"), message).hint(CODES.join(", ")));
        };
        if spoken.words.items.len() > MAX_PHRASES {
            return Err(refused(&at(""), "too many words".to_owned()));
        }
        spoken.words.each(&mut |word| {
            let scan = Scan::new(word);
            if scan.len() != 1 {
                return Err(refused("", format!("\"{word}\" is not one word")));
            }
            detector.add(scan.word(0), number);
            Ok(())
        })?;
    }
    Ok(detector)
}

/// The common pack's symbols.
fn symbols(fields: &mut Fields<'_>) -> Result<Symbols, Error> {
    let mut symbols = Symbols::default();
    for group in checked_list(fields, "symbols", Valued::parse)? {
        group.phrases.each(&mut |symbol| {
            let entry = symbol_entry(&mut symbols, symbol)?;
            if entry.valence != 0.0 {
                return Err(refused("", format!("\"{symbol}\" is valued twice")));
            }
            entry.valence = group.valence;
            Ok(())
        })?;
    }
    for (bit, list) in emotions(fields)?.iter().enumerate() {
        list.each(&mut |symbol| {
            symbol_entry(&mut symbols, symbol)?.emotions |= 1 << bit;
            Ok(())
        })?;
    }
    Ok(symbols)
}

/// A list of strings and its pointer.
#[derive(Default)]
struct Texts {
    path: String,
    items: Vec<String>,
}

impl Texts {
    /// The list of this name, which must be there.
    fn of(fields: &mut Fields<'_>, name: &'static str) -> Self {
        let items = fields.raw(name).map(|_| fields.texts(name));
        Self { path: fields.at(name), items: fields.require(name, items) }
    }

    /// The same, before anything else is made of the pack.
    fn read(fields: &mut Fields<'_>, name: &'static str) -> Result<Self, FieldError> {
        let texts = Self::of(fields, name);
        fields.check().map(|()| texts)
    }

    /// The list of this name; absent is empty.
    fn optional(fields: &mut Fields<'_>, name: &'static str) -> Self {
        Self { path: fields.at(name), items: fields.texts(name) }
    }

    /// Hands each text to `apply`; what that refuses is refused at the text's pointer.
    fn each(&self, apply: &mut dyn FnMut(&str) -> Result<(), Error>) -> Result<(), Error> {
        for (index, text) in self.items.iter().enumerate() {
            if let Err(error) = apply(text) {
                return Err(error.at(format!("{}/{index}", self.path)));
            }
        }
        Ok(())
    }
}

/// Phrases with one valence.
struct Valued {
    valence: f64,
    phrases: Texts,
}

impl Valued {
    fn parse(fields: &mut Fields<'_>) -> Self {
        let valence = fields.number("valence", -MAX_VALENCE, MAX_VALENCE);
        let valence = fields.require("valence", valence);
        if valence == 0.0 {
            fields.refuse(FieldCode::Range, "valence", "a valence is not 0");
        }
        Self { valence, phrases: Texts::of(fields, "phrases") }
    }
}

/// The function words of a language.
struct Spoken {
    language: String,
    words: Texts,
}

impl Spoken {
    fn parse(fields: &mut Fields<'_>) -> Self {
        Self { language: fields.required_id("language"), words: Texts::of(fields, "words") }
    }
}

/// The lists under `emotions`, in the order of [`EMOTIONS`].
fn emotions(fields: &mut Fields<'_>) -> Result<Vec<Texts>, FieldError> {
    lists(fields, "emotions", &EMOTIONS)
}

/// The lists of these names in an object that must be there.
fn lists(
    fields: &mut Fields<'_>,
    name: &'static str,
    names: &[&'static str],
) -> Result<Vec<Texts>, FieldError> {
    let lists = fields.nested(name, |object| {
        let mut lists = Vec::with_capacity(names.len());
        for name in names {
            lists.push(Texts::of(object, name));
        }
        lists
    });
    let lists = fields.require(name, lists);
    fields.check().map(|()| lists)
}

/// A list, before anything else is made of the pack.
fn checked_list<'a, T>(
    fields: &mut Fields<'a>,
    name: &'static str,
    read: fn(&mut Fields<'a>) -> T,
) -> Result<Vec<T>, FieldError> {
    let list = fields.list(name, read);
    fields.check().map(|()| list)
}

struct Builder {
    lexicon: Lexicon,
    phrases: usize,
}

impl Builder {
    /// Gives each phrase of a list its roles.
    fn give(&mut self, phrases: &Texts, roles: Roles) -> Result<(), Error> {
        self.each(phrases, MAX_TOKENS, &mut |entry| {
            let twice = entry.roles.only(roles) == roles;
            entry.roles = entry.roles.with(roles);
            !twice
        })
    }

    /// Gives each phrase of a list its meaning; `apply` says whether that was new to the phrase.
    fn each(
        &mut self,
        phrases: &Texts,
        most_tokens: usize,
        apply: &mut dyn FnMut(&mut Entry) -> bool,
    ) -> Result<(), Error> {
        phrases.each(&mut |text| {
            let (stem, endings) = text.split_once('|').unwrap_or((text, ""));
            endings.split('|').try_for_each(|ending| {
                self.phrases += 1;
                let phrase = Phrase::new(&[stem, ending].concat());
                let problem = match self.lexicon.entry(&phrase) {
                    _ if self.phrases > MAX_PHRASES => format!("is one more than {MAX_PHRASES} phrases"),
                    _ if phrase.len() > most_tokens => format!("has more than {most_tokens} tokens"),
                    None => "has no token".to_owned(),
                    Some(entry) => {
                        if apply(entry) {
                            return Ok(());
                        }
                        "is listed twice".to_owned()
                    }
                };
                Err(refused("", format!("\"{stem}{ending}\" {problem}")))
            })
        })
    }
}

/// The entry of a symbol; what is refused has no pointer yet.
fn symbol_entry<'a>(symbols: &'a mut Symbols, symbol: &str) -> Result<&'a mut Entry, Error> {
    symbols.entry(symbol).ok_or_else(|| {
        let hint = "an emoji or emoticon of at most 8 characters that begins with no letter";
        refused("", format!("\"{symbol}\" is no symbol")).hint(hint)
    })
}

fn check_header(version: &str, at: &str) -> Result<(), Error> {
    let mut numbers = 0;
    for part in version.split('.') {
        let is_number = matches!(part.len(), 1..=9) && part.bytes().all(|byte| byte.is_ascii_digit());
        numbers = if is_number { numbers + 1 } else { 4 };
    }
    if numbers == 3 {
        return Ok(());
    }
    Err(refused(&format!("{at}/version"), format!("\"{version}\" is no version")).hint("N.N.N"))
}

fn is_language_code(code: &str) -> bool {
    matches!(code.len(), 2 | 3) && code.bytes().all(|byte| byte.is_ascii_lowercase())
}

fn refused(path: &str, message: String) -> Error {
    Error::new(ErrorCode::InvalidArgument, message).at(path)
}
