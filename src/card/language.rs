//! In which language a card is written. No card says so, and a personality that was told to answer in another
//! language than its own would be a stranger.

use crate::text::Scan;

/// Function words, folded, that are common in one language and in no other.
const WORDS: [(&str, &[&str]); 6] = [
    ("en", &["the", "and", "of", "is", "to", "her", "his", "with", "she", "you"]),
    ("es", &["el", "los", "las", "y", "del", "con", "su", "una", "muy", "pero"]),
    ("fr", &["le", "les", "des", "et", "une", "est", "dans", "elle", "avec", "vous"]),
    ("de", &["der", "die", "und", "das", "ist", "sie", "mit", "ein", "nicht", "ich"]),
    ("it", &["il", "gli", "che", "di", "della", "per", "sono", "lei", "non", "ma"]),
    ("pt", &["os", "uma", "em", "nao", "com", "ele", "seu", "voce", "ela", "um"]),
];
/// The fewest function words that decide.
const FEWEST: u32 = 3;

/// The code of the language of a text; `en` where nothing tells.
pub(super) fn language_of(text: &str) -> &'static str {
    let (mut kana, mut hangul, mut han, mut cyrillic, mut letters) = (0, 0, 0, 0, 0);
    for character in text.chars() {
        match character {
            '\u{3040}'..='\u{30FF}' => kana += 1,
            '\u{AC00}'..='\u{D7AF}' => hangul += 1,
            '\u{4E00}'..='\u{9FFF}' => han += 1,
            '\u{0400}'..='\u{04FF}' => cyrillic += 1,
            // A letter of an alphabet says less than a character that is a syllable or a word.
            _ if character.is_alphabetic() => letters += 1,
            _ => {}
        }
    }
    let wide = kana + hangul + han;
    if wide * 3 > letters + cyrillic {
        return match () {
            () if hangul > kana + han => "ko",
            () if kana * 10 > han => "ja",
            () => "zh",
        };
    }
    if cyrillic > letters {
        return "ru";
    }
    let mut hits = [0_u32; WORDS.len()];
    let scan = Scan::new(text);
    for index in 0..scan.len() {
        for ((_, words), hits) in WORDS.iter().zip(&mut hits) {
            *hits += u32::from(words.contains(&scan.word(index)));
        }
    }
    let mut best = ("en", FEWEST - 1);
    for ((code, _), hits) in WORDS.iter().zip(hits) {
        if hits > best.1 {
            best = (code, hits);
        }
    }
    best.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_told_by_script_or_by_function_words() {
        for (text, language) in [
            ("", "en"),
            ("Zed", "en"),
            ("She keeps the lighthouse and the log of the harbour.", "en"),
            ("Es la guardiana del faro y conoce a los pescadores con sus barcos.", "es"),
            ("Elle garde le phare et les bateaux dans une petite ville.", "fr"),
            ("Sie ist die Wärterin und wohnt nicht weit von der Stadt.", "de"),
            ("Lei vive con il gatto che non dorme, per fortuna.", "it"),
            ("Ela não mora com ele em uma cidade.", "pt"),
            ("彼女は灯台を守っている。", "ja"),
            ("她守护着灯塔。", "zh"),
            ("그녀는 등대를 지킨다.", "ko"),
            ("Она хранит маяк и ждёт.", "ru"),
        ] {
            assert_eq!(language_of(text), language, "{text}");
        }
    }
}
