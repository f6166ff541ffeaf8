//! Stems: what is left of a word without its endings, so that "walks", "walked" and "walking" are one term. Light
//! stemmers, a few rules each: they need not give words, only the same letters for what belongs together.

/// How the words of a language lose their endings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Stemmer {
    English,
    Spanish,
    /// For languages without rules of their own: the beginning of a long word.
    #[default]
    Beginning,
}

/// What is kept of a word by [`Stemmer::Beginning`], in characters.
const BEGINNING: usize = 6;

impl Stemmer {
    /// Of a language by its code.
    pub(crate) fn of(language: &str) -> Self {
        match language {
            "en" => Self::English,
            "es" => Self::Spanish,
            _ => Self::Beginning,
        }
    }

    /// Cuts the endings off a folded word.
    pub(crate) fn stem(self, word: &mut String) {
        if let Some(digits) = small_number(word) {
            *word = digits.to_owned();
            return;
        }
        let letters = word.len() >= 4 && word.bytes().all(|byte| byte.is_ascii_lowercase());
        match self {
            Self::English if letters => english(word),
            Self::Spanish if letters => spanish(word),
            Self::Beginning if word.chars().any(char::is_alphabetic) => {
                if let Some((end, _)) = word.char_indices().nth(BEGINNING) {
                    word.truncate(end);
                }
            }
            _ => {}
        }
    }
}

/// The digits of a number of one or two digits, without a zero before them and without an English ordinal's ending:
/// "07", "3rd".
fn small_number(word: &str) -> Option<&str> {
    let ending = |end| word.strip_suffix(end);
    let digits = ending("st")
        .or_else(|| ending("nd"))
        .or_else(|| ending("rd"))
        .or_else(|| ending("th"))
        .unwrap_or(word);
    let digits = digits.strip_prefix('0').filter(|rest| !rest.is_empty()).unwrap_or(digits);
    let number = matches!(digits.len(), 1 | 2) && digits.bytes().all(|byte| byte.is_ascii_digit());
    number.then_some(digits)
}

/// Plural, -ing, -ed, a final e, a doubled consonant, and y as i: "babies", "baby"; "running", "runs"; "hoped", "hopes".
fn english(word: &mut String) {
    if word.ends_with("ies") && word.len() > 4 {
        replace_end(word, 3, "y");
    } else if ["sses", "xes", "ches", "shes", "zes"].iter().any(|end| word.ends_with(end)) {
        replace_end(word, 2, "");
    } else if word.ends_with('s') && !["ss", "us", "is"].iter().any(|end| word.ends_with(end)) {
        replace_end(word, 1, "");
    }
    let before = |end| {
        word.strip_suffix(end).filter(|rest| word.len() >= 5 && rest.contains(['a', 'e', 'i', 'o', 'u', 'y']))
    };
    if word.ends_with("ied") && word.len() > 4 {
        replace_end(word, 3, "y");
    } else if let Some(rest) = before("ing").or_else(|| before("ed")) {
        let length = rest.len();
        word.truncate(length);
    }
    if word.len() > 3 && word.ends_with('e') {
        replace_end(word, 1, "");
    }
    if let [.., first, last] = word.as_bytes() {
        if word.len() > 3 && first == last && !b"aeiouy".contains(last) {
            replace_end(word, 1, "");
        }
    }
    if word.len() > 3 && word.ends_with('y') {
        replace_end(word, 1, "i");
    }
}

/// Plural, then the commonest endings of verbs, then the vowel of the gender: "perros", "perra"; "trabajando",
/// "trabajo".
fn spanish(word: &mut String) {
    if word.ends_with("ces") {
        replace_end(word, 3, "z");
    } else if word.ends_with("es")
        && word.bytes().rev().nth(2).is_some_and(|letter| !b"aeiou".contains(&letter))
    {
        replace_end(word, 2, "");
    } else if word.ends_with('s') {
        replace_end(word, 1, "");
    }
    // The s at the end is gone by now.
    const ENDINGS: [&str; 29] = [
        "ariamo", "abamo", "iendo", "yendo", "ieron", "arian", "iamo", "ando", "aron", "aban", "aria",
        "aran", "aste", "iste", "aba", "amo", "emo", "imo", "ado", "ada", "ido", "ida", "ara", "ian", "ar",
        "er", "ir", "io", "ia",
    ];
    for ending in ENDINGS {
        if word.ends_with(ending) && word.len() >= ending.len() + 3 {
            replace_end(word, ending.len(), "");
            return;
        }
    }
    if word.len() > 3 && word.ends_with(['a', 'e', 'i', 'o']) {
        replace_end(word, 1, "");
    }
}

fn replace_end(word: &mut String, letters: usize, end: &str) {
    word.truncate(word.len() - letters);
    word.push_str(end);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stem(stemmer: Stemmer, word: &str) -> String {
        let mut word = word.to_owned();
        stemmer.stem(&mut word);
        word
    }

    #[test]
    fn words_that_belong_together_have_one_stem() {
        for (stemmer, words) in [
            (Stemmer::English, &["walk", "walks", "walked", "walking"][..]),
            (Stemmer::English, &["baby", "babies"]),
            (Stemmer::English, &["run", "runs", "running"]),
            (Stemmer::English, &["hope", "hopes", "hoped", "hoping"]),
            (Stemmer::English, &["box", "boxes", "boxed"]),
            (Stemmer::English, &["study", "studies", "studied"]),
            (Stemmer::Spanish, &["perro", "perra", "perros", "perras"]),
            (Stemmer::Spanish, &["trabajo", "trabajar", "trabajando", "trabaja", "trabajaba", "trabajado"]),
            (Stemmer::Spanish, &["vivo", "vive", "vivir", "viviendo"]),
            (Stemmer::Spanish, &["caminar", "caminamos", "caminabamos", "camino", "caminaria"]),
            (Stemmer::Spanish, &["comer", "comi", "comio", "comian", "comimos"]),
            (Stemmer::Spanish, &["feliz", "felices"]),
            (Stemmer::Spanish, &["ciudad", "ciudades"]),
            (Stemmer::Beginning, &["gearbeitet", "gearbeitete"]),
            (Stemmer::Beginning, &["собаками", "собаках"]),
        ] {
            for word in words {
                assert_eq!(stem(stemmer, word), stem(stemmer, words[0]), "{word}");
            }
        }
    }

    #[test]
    fn short_words_stay() {
        assert_eq!(stem(Stemmer::English, "bus"), "bus");
        assert_eq!(stem(Stemmer::English, "sing"), "sing");
        assert_eq!(stem(Stemmer::English, "bed"), "bed");
        assert_eq!(stem(Stemmer::English, "3rd"), "3");
        assert_eq!(stem(Stemmer::Beginning, "07"), "7");
        assert_eq!(stem(Stemmer::English, "0"), "0");
        assert_eq!(stem(Stemmer::Spanish, "mar"), "mar");
        assert_eq!(stem(Stemmer::Spanish, "ayer"), "ayer");
        assert_eq!(stem(Stemmer::Beginning, "2023"), "2023");
    }
}
