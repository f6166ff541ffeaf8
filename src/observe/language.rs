//! Which language a text is in, and whether a pack can read it.

use super::lexicon::Lexicon;
use super::observation::{Coverage, Language};
use super::pack::Packs;
use crate::text::{Hashed, Scan, Words};

/// The languages of the template format, in its order.
pub(super) const CODES: [&str; 10] = ["en", "es", "fr", "de", "it", "pt", "zh", "ja", "ko", "ru"];

/// Shown when the language is not known.
const UNDECIDED: &str = "und";
/// The confidence of a language that the template names and nothing in the text contradicts.
const ASSUMED: f64 = 0.5;
/// Fewest words, or letters of a script, that decide.
const FEWEST_HITS: usize = 2;

/// A language, and the lexicon to read it with.
pub(super) struct Identified<'a> {
    pub(super) language: Language,
    pub(super) coverage: Coverage,
    pub(super) lexicon: Option<&'a Lexicon>,
}

/// Explicit language, else detection, else the template's language.
pub(super) fn identify<'a>(
    packs: &'a Packs,
    scan: &Scan,
    explicit: Option<&str>,
    template: Option<&str>,
) -> Identified<'a> {
    if let Some(named) = explicit {
        let code = named.split(['-', '_']).next().unwrap_or_default().trim().to_ascii_lowercase();
        return known(packs, &code, 1.0, Coverage::Supported);
    }
    match detect(packs, scan) {
        Detected::Language(code, confidence) => known(packs, code, confidence, Coverage::Supported),
        Detected::Mixed(code, confidence) => known(packs, code, confidence, Coverage::Partial),
        Detected::Unreadable => known(packs, UNDECIDED, 0.0, Coverage::Unsupported),
        Detected::Undecided => known(packs, template.unwrap_or(UNDECIDED), ASSUMED, Coverage::Supported),
    }
}

/// The code of the language that a text is in, where its words tell.
pub(super) fn told(packs: &Packs, scan: &Scan) -> Option<&'static str> {
    match detect(packs, scan) {
        Detected::Language(code, _) | Detected::Mixed(code, _) => Some(code),
        Detected::Undecided | Detected::Unreadable => None,
    }
}

fn known<'a>(packs: &'a Packs, code: &str, confidence: f64, coverage: Coverage) -> Identified<'a> {
    let lexicon = packs.lexicon(code);
    let code = if lexicon.is_some() || CODES.contains(&code) { code } else { UNDECIDED };
    Identified {
        language: Language {
            code: code.to_owned(),
            confidence: if code == UNDECIDED { 0.0 } else { confidence },
        },
        coverage: if lexicon.is_some() { coverage } else { Coverage::Unsupported },
        lexicon,
    }
}

/// The function words by which languages are told apart.
#[derive(Clone, Debug, Default)]
pub(super) struct Detector {
    words: Words,
    /// For each word, by its number minus 1, a bit per language in the order of [`CODES`].
    languages: Vec<u16>,
}

impl Detector {
    /// Adds a folded word of the language with that index in [`CODES`].
    pub(super) fn add(&mut self, word: &str, language: usize) {
        let Some(index) = self.words.add(word.into()).checked_sub(1) else { return };
        if index as usize == self.languages.len() {
            self.languages.push(0);
        }
        if let Some(languages) = self.languages.get_mut(index as usize) {
            *languages |= 1 << language;
        }
    }

    /// The languages of a word.
    fn languages(&self, word: Hashed<'_>) -> u16 {
        let index = self.words.number(word).checked_sub(1);
        index.and_then(|index| self.languages.get(index as usize)).copied().unwrap_or(0)
    }
}

#[derive(Clone, Copy)]
enum Detected {
    Language(&'static str, f64),
    /// Two languages; the one given has a pack and is the stronger of those that have.
    Mixed(&'static str, f64),
    Undecided,
    /// Most letters are of a script that none of the languages uses.
    Unreadable,
}

fn detect(packs: &Packs, scan: &Scan) -> Detected {
    if let Some(detected) = detect_script(scan) {
        return detected;
    }
    const COUNT: usize = CODES.len();
    // Words of one language, and of two at once.
    let mut shared = [[0_usize; COUNT]; COUNT];
    for word in scan.hashed_words() {
        let languages = packs.detector().languages(word);
        let mut ones = languages;
        while ones != 0 {
            let shared = &mut shared[ones.trailing_zeros() as usize % COUNT];
            let mut others = languages;
            while others != 0 {
                shared[others.trailing_zeros() as usize % COUNT] += 1;
                others &= others - 1;
            }
            ones &= ones - 1;
        }
    }
    let total = |language: usize| shared[language][language];
    // Related languages share words: two languages are compared by those of the first that the second has not.
    let beyond = |language: usize, other: usize| total(language) - shared[language][other];
    let most = (0..COUNT).map(total).max().unwrap_or(0);
    if most < FEWEST_HITS {
        return Detected::Undecided;
    }
    let mut mixed = None;
    for (language, code) in CODES.into_iter().enumerate() {
        if total(language) < FEWEST_HITS {
            continue;
        }
        let (mut ahead, mut runner_up, mut own) = (true, 0, 0);
        for other in 0..COUNT {
            if other == language || total(other) == 0 {
                continue;
            }
            let (ours, theirs) = (beyond(language, other), beyond(other, language));
            ahead &= ours >= (2 * theirs).max(1);
            if theirs > runner_up {
                (runner_up, own) = (theirs, ours);
            } else if theirs == runner_up {
                own = own.max(ours);
            }
        }
        let total = total(language);
        if total == most && ahead {
            return Detected::Language(code, share(most, runner_up));
        }
        let strong = own >= FEWEST_HITS && runner_up >= FEWEST_HITS && 2 * total >= most;
        if strong && mixed.is_none_or(|(best, _)| total > best) && packs.lexicon(code).is_some() {
            mixed = Some((total, Detected::Mixed(code, share(total, runner_up))));
        }
    }
    mixed.map_or(Detected::Undecided, |(_, detected)| detected)
}

/// How much of the evidence speaks for a language: 2 decimals, at most 0.99, for only a caller can be sure.
fn share(own: usize, other: usize) -> f64 {
    crate::decimal::round(own as f64 / (own as f64 + other as f64 + 0.1), 2).min(0.99)
}

/// The language of a text most of whose letters are not Latin; `None` when most are, or there are none.
fn detect_script(scan: &Scan) -> Option<Detected> {
    if scan.folded().is_ascii() {
        return None;
    }
    let mut letters = [0_usize; 6];
    for character in scan.words().flat_map(str::chars) {
        if let Some(script) = Script::of(character) {
            letters[script as usize] += 1;
        }
    }
    let total: usize = letters.iter().sum();
    let [latin, cyrillic, hangul, kana, han, other] = letters;
    if 2 * latin >= total {
        return None;
    }
    let japanese = if kana > 0 { kana + han } else { 0 };
    let chinese = if kana > 0 { 0 } else { han };
    let (mut code, mut count) = ("zh", chinese);
    for (other, letters) in [("ja", japanese), ("ko", hangul), ("ru", cyrillic)] {
        if letters >= count {
            (code, count) = (other, letters);
        }
    }
    Some(if count < FEWEST_HITS || count <= other {
        Detected::Unreadable
    } else {
        Detected::Language(code, share(count, total - count))
    })
}

#[derive(Clone, Copy)]
enum Script {
    Latin,
    Cyrillic,
    Hangul,
    Kana,
    Han,
    Other,
}

impl Script {
    /// The script of a letter of a folded text; `None` for digits, and for the vowels and finals of a Korean
    /// syllable, so that a syllable counts once.
    fn of(letter: char) -> Option<Self> {
        Some(match letter {
            'a'..='z' => Self::Latin,
            _ if letter.is_numeric() => return None,
            '\u{C0}'..='\u{24F}' | '\u{1E00}'..='\u{1EFF}' => Self::Latin,
            '\u{400}'..='\u{52F}' => Self::Cyrillic,
            '\u{1100}'..='\u{115F}' => Self::Hangul,
            '\u{1160}'..='\u{11FF}' => return None,
            '\u{3041}'..='\u{30FF}' | '\u{31F0}'..='\u{31FF}' => Self::Kana,
            '\u{3005}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{20000}'..='\u{323AF}' => {
                Self::Han
            }
            _ => Self::Other,
        })
    }
}
