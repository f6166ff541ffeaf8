//! Which language a text is in, and whether a pack can read it.

use super::lexicon::Lexicon;
use super::observation::{Coverage, Language};
use super::pack::Packs;
use crate::text::{Phrase, PhraseMap, Scan};

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
    match detect(packs.detector(), scan, |code| packs.lexicon(code).is_some()) {
        Detected::Language(code, confidence) => known(packs, code, confidence, Coverage::Supported),
        Detected::Mixed(code, confidence) => known(packs, code, confidence, Coverage::Partial),
        Detected::Unreadable => known(packs, UNDECIDED, 0.0, Coverage::Unsupported),
        Detected::Undecided => known(packs, template.unwrap_or(UNDECIDED), ASSUMED, Coverage::Supported),
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
    /// A bit per language, in the order of [`CODES`].
    words: PhraseMap<u16>,
}

impl Detector {
    /// Adds a word of the language with that index in [`CODES`].
    pub(super) fn add(&mut self, word: &Phrase, language: usize) {
        if let Some(languages) = self.words.entry(word) {
            *languages |= 1 << language;
        }
    }
}

enum Detected {
    Language(&'static str, f64),
    /// Two languages; the one given has a pack and is the stronger of those that have.
    Mixed(&'static str, f64),
    Undecided,
    /// Most letters are of a script that none of the languages uses.
    Unreadable,
}

fn detect(detector: &Detector, scan: &Scan, has_pack: impl Fn(&str) -> bool) -> Detected {
    if let Some(detected) = detect_script(scan) {
        return detected;
    }
    let hits: Vec<u16> = scan
        .words()
        .filter_map(|word| {
            let number = [detector.words.number(word)];
            detector.words.matches(&number, 0).next().map(|(_, languages)| *languages)
        })
        .collect();
    let count = |speaks: &dyn Fn(u16) -> bool| hits.iter().filter(|languages| speaks(**languages)).count();
    let totals: [usize; CODES.len()] = std::array::from_fn(|language| count(&|hit| hit >> language & 1 == 1));
    // Related languages share words: two languages are compared by those that they do not share.
    let beyond =
        |language: usize, other: usize| count(&|hit| hit >> language & 1 == 1 && hit >> other & 1 == 0);
    let most = totals.iter().copied().max().unwrap_or(0);
    if most < FEWEST_HITS {
        return Detected::Undecided;
    }
    let others = |language: usize| (0..CODES.len()).filter(move |other| *other != language);
    for language in (0..CODES.len()).filter(|language| totals[*language] == most) {
        let runner_up = others(language).map(|other| beyond(other, language)).max().unwrap_or(0);
        let ahead = others(language).all(|other| {
            totals[other] == 0 || beyond(language, other) >= (2 * beyond(other, language)).max(1)
        });
        if ahead {
            return Detected::Language(CODES[language], share(most, runner_up));
        }
    }
    let mut packed: Vec<usize> = (0..CODES.len()).filter(|language| has_pack(CODES[*language])).collect();
    crate::order::sort_by_key(&mut packed, |language| std::cmp::Reverse(totals[*language]));
    for language in packed {
        let runner_up = others(language).map(|other| beyond(other, language)).max().unwrap_or(0);
        let own = others(language)
            .filter(|other| beyond(*other, language) == runner_up)
            .map(|other| beyond(language, other))
            .max()
            .unwrap_or(0);
        if own >= FEWEST_HITS && runner_up >= FEWEST_HITS && 2 * totals[language] >= most {
            return Detected::Mixed(CODES[language], share(totals[language], runner_up));
        }
    }
    Detected::Undecided
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
    let (code, count) = [("zh", chinese), ("ja", japanese), ("ko", hangul), ("ru", cyrillic)]
        .into_iter()
        .max_by_key(|(_, count)| *count)?;
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
            _ if letter.is_numeric() => return None,
            'a'..='z' | '\u{C0}'..='\u{24F}' | '\u{1E00}'..='\u{1EFF}' => Self::Latin,
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
