//! The folds of all characters that folding changes, in a compact table: 6 KB compressed instead of the 100 KB of a
//! normalisation library. The table is generated from such a library and checked against it for every character.
//!
//! Format: runs in ascending order, each `gap from the end of the run before, length, kind`, all numbers LEB128.
//! Kind 0: removed (combining and invisible characters). Kind 1: every character moves by one zigzag offset, which
//! follows. Kind 2: for each character the length of its fold and, for each of its characters, the zigzag distance
//! to the one written before.

use std::sync::LazyLock;

static TABLE: LazyLock<Table> = LazyLock::new(|| Table::read(include_bytes!("fold.table")));

/// What folding makes of one character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Folded {
    /// Itself.
    Same,
    /// Nothing.
    Removed,
    /// Another character.
    Moved(char),
    /// These characters.
    Parts(&'static [char]),
}

/// Looks a character up.
pub(super) fn lookup(character: char) -> Folded {
    let table = &*TABLE;
    let code = u32::from(character);
    let index = table.runs.partition_point(|run| run.start <= code);
    let Some(run) = index.checked_sub(1).and_then(|index| table.runs.get(index)) else { return Folded::Same };
    let offset = code - run.start;
    if offset >= run.length {
        return Folded::Same;
    }
    match run.kind {
        Kind::Removed => Folded::Removed,
        Kind::Moved(by) => {
            code.checked_add_signed(by).and_then(char::from_u32).map_or(Folded::Same, Folded::Moved)
        }
        Kind::Parts(first) => {
            let bound =
                |index: u32| usize::try_from(first + index).ok().and_then(|index| table.bounds.get(index));
            let parts = match (bound(offset), bound(offset + 1)) {
                (Some(start), Some(end)) => table.parts.get(*start..*end),
                _ => None,
            };
            Folded::Parts(parts.unwrap_or_default())
        }
    }
}

struct Table {
    runs: Vec<Run>,
    /// For each character of the runs of kind 2: where its parts begin.
    bounds: Vec<usize>,
    parts: Vec<char>,
}

struct Run {
    start: u32,
    length: u32,
    kind: Kind,
}

enum Kind {
    Removed,
    Moved(i32),
    /// The index of the first character's bound.
    Parts(u32),
}

impl Table {
    fn read(bytes: &[u8]) -> Self {
        let mut table = Self { runs: Vec::new(), bounds: vec![0], parts: Vec::new() };
        let mut bytes = bytes.iter();
        let (mut end, mut last) = (0, 0);
        while let Some(gap) = number(&mut bytes) {
            let (start, length) = (end + gap, number(&mut bytes).unwrap_or(0));
            end = start + length;
            let kind = match number(&mut bytes) {
                Some(0) => Kind::Removed,
                Some(1) => Kind::Moved(signed(&mut bytes)),
                _ => {
                    let first = u32::try_from(table.bounds.len() - 1).unwrap_or(0);
                    for _ in 0..length {
                        for _ in 0..number(&mut bytes).unwrap_or(0) {
                            last += signed(&mut bytes);
                            let part = u32::try_from(last).ok().and_then(char::from_u32);
                            table.parts.push(part.unwrap_or(char::REPLACEMENT_CHARACTER));
                        }
                        table.bounds.push(table.parts.len());
                    }
                    Kind::Parts(first)
                }
            };
            table.runs.push(Run { start, length, kind });
        }
        table
    }
}

fn number(bytes: &mut std::slice::Iter<'_, u8>) -> Option<u32> {
    let (mut value, mut shift) = (0, 0);
    loop {
        let byte = *bytes.next()?;
        value |= u32::from(byte & 0x7F) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
        shift += 7;
    }
}

fn signed(bytes: &mut std::slice::Iter<'_, u8>) -> i32 {
    // Zigzag: 0, -1, 1, -2, ... The distances between characters need 22 bits.
    let value = i32::try_from(number(bytes).unwrap_or(0)).unwrap_or(0);
    (value >> 1) ^ -(value & 1)
}

#[cfg(test)]
pub(super) mod generate {
    //! Writes the table from the definition of folding.

    use unicode_normalization::UnicodeNormalization;
    use unicode_normalization::char::is_combining_mark;

    /// The definition, step by step.
    pub(in crate::text) fn folded_by_definition(text: &str) -> String {
        text.nfkc()
            .filter_map(|character| match character {
                '\u{2018}' | '\u{2019}' | '\u{02BC}' | '\u{FF07}' => Some('\''),
                '\u{2010}' | '\u{2011}' => Some('-'),
                '\u{00AD}' | '\u{200B}' | '\u{2060}' | '\u{FEFF}' => None,
                other => Some(other),
            })
            .flat_map(char::to_lowercase)
            .nfd()
            .filter(|character| !is_combining_mark(*character))
            .collect()
    }

    /// Hangul syllables decompose by a formula and have no place in the table.
    fn is_hangul_syllable(character: char) -> bool {
        ('\u{AC00}'..='\u{D7A3}').contains(&character)
    }

    pub(super) fn table() -> Vec<u8> {
        // A fixed point: what a lower case letter decomposes to may fold again.
        let folds: Vec<(u32, Vec<char>)> = ('\u{80}'..=char::MAX)
            .filter(|character| !is_hangul_syllable(*character))
            .filter_map(|character| {
                let source = character.to_string();
                let folded = folded_by_definition(&folded_by_definition(&source));
                (folded != source).then(|| (u32::from(character), folded.chars().collect()))
            })
            .collect();
        let mut bytes = Vec::new();
        let (mut at, mut end, mut last) = (0, 0, 0);
        while at < folds.len() {
            let (length, uniform) = run_length(&folds, at);
            let run = &folds[at..at + length];
            put(&mut bytes, run[0].0 - end);
            put(&mut bytes, u32::try_from(length).unwrap());
            end = run[0].0 + u32::try_from(length).unwrap();
            match sort(&run[0]) {
                Sort::Removed => put(&mut bytes, 0),
                Sort::Moved(by) if uniform => {
                    put(&mut bytes, 1);
                    put_signed(&mut bytes, by);
                }
                _ => {
                    put(&mut bytes, 2);
                    for (_, parts) in run {
                        put(&mut bytes, u32::try_from(parts.len()).unwrap());
                        for part in parts {
                            let part = i32::try_from(u32::from(*part)).unwrap();
                            put_signed(&mut bytes, part - last);
                            last = part;
                        }
                    }
                }
            }
            at += length;
        }
        bytes
    }

    #[derive(PartialEq)]
    enum Sort {
        Removed,
        Moved(i32),
        Parts,
    }

    fn sort((code, parts): &(u32, Vec<char>)) -> Sort {
        match parts[..] {
            [] => Sort::Removed,
            [part] => Sort::Moved(i32::try_from(u32::from(part)).unwrap() - i32::try_from(*code).unwrap()),
            _ => Sort::Parts,
        }
    }

    /// How many characters from `at` on make one run, and whether they are all of one sort: neighbours of a sort
    /// that lasts, or those between such runs.
    fn run_length(folds: &[(u32, Vec<char>)], at: usize) -> (usize, bool) {
        let same = |from: usize| {
            let first = sort(&folds[from]);
            (from..folds.len())
                .take_while(|index| {
                    let next = folds[from].0 + u32::try_from(index - from).unwrap();
                    first != Sort::Parts && folds[*index].0 == next && sort(&folds[*index]) == first
                })
                .count()
        };
        let lasts = |from: usize| same(from) > 2 || sort(&folds[from]) == Sort::Removed;
        if lasts(at) {
            return (same(at), true);
        }
        let mixed = (at..folds.len())
            .take_while(|index| {
                let next = folds[at].0 + u32::try_from(index - at).unwrap();
                folds[*index].0 == next && (*index == at || !lasts(*index))
            })
            .count();
        (mixed, false)
    }

    fn put(bytes: &mut Vec<u8>, mut value: u32) {
        while value > 0x7F {
            bytes.push(u8::try_from(value & 0x7F).unwrap() | 0x80);
            value >>= 7;
        }
        bytes.push(u8::try_from(value).unwrap());
    }

    fn put_signed(bytes: &mut Vec<u8>, value: i32) {
        put(bytes, u32::try_from((value << 1) ^ (value >> 31)).unwrap());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generated_table_is_up_to_date() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/text/fold.table");
        let table = generate::table();
        if std::env::var_os("UPDATE_GENERATED").is_some() {
            std::fs::write(path, &table).unwrap();
        }
        assert!(
            std::fs::read(path).unwrap() == table,
            "src/text/fold.table is out of date: run `npm run generate`"
        );
    }
}
