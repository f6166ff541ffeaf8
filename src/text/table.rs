//! The folds of all characters that folding changes, in a compact table: 7 KB compressed instead of the 100 KB of a
//! normalisation library. The table is generated from such a library and checked against it for every character.
//!
//! Format: the lengths of five planes as little-endian 16-bit numbers, then the six planes. Numbers of one sort lie
//! side by side in one plane, because similar bytes compress well:
//!
//! | plane | holds |
//! |---|---|
//! | operations | one byte each, in ascending order of the characters |
//! | gaps | for each operation: how far its first character is from the end of the operation before |
//! | lengths | for each run: how many characters it has, minus 1 |
//! | distances | for each character written: how far it is from the one last written at its place of a fold |
//! | ideographs | for each ideograph: how far it is from the ideograph of its block written before |
//! | rests | what of the numbers in the other planes does not fit into 7 bits, LEB128 |
//!
//! Distances have a sign (zigzag: 0, -1, 1, -2, ...). Operations: 0 to 3 are runs, see [`RUNS`]; 4 to 6 make one
//! character an ideograph, see [`IDEOGRAPHS`]; from 7 on they replace one character by 1, 2, ... others.

use std::slice::Iter;
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
    match table.entry(u32::from(character)) {
        SAME => Folded::Same,
        REMOVED => Folded::Removed,
        entry if entry < PARTS => char::from_u32(entry).map_or(Folded::Same, Folded::Moved),
        entry => {
            let (start, count) = ((entry - PARTS) >> 8, entry & 0xFF);
            Folded::Parts(table.parts.get(start as usize..(start + count) as usize).unwrap_or_default())
        }
    }
}

/// The runs by their operation: how far their characters are apart, and how far what they become. The first removes
/// its characters; then every one moves, every second one moves, all become the same.
const RUNS: [[u32; 2]; 4] = [[1, 0], [1, 1], [2, 2], [1, 0]];
/// Before which operation those on ideographs begin: extension A, the unified ideographs, and the extensions beyond
/// the basic plane have one each, and begin here.
const IDEOGRAPHS: [i32; 3] = [0x3400, 0x4E00, 0x20000];
/// The operation of the first block of ideographs.
const IDEOGRAPH: u8 = RUNS.len() as u8;
/// The operation that replaces a character by one other, minus 1.
const REPLACE: u8 = IDEOGRAPH + IDEOGRAPHS.len() as u8 - 1;

/// The table as it is used: an entry for each character, found without a search.
struct Table {
    /// For each [`PAGE`] of characters the number of its page in `entries`; 0 = they are all [`SAME`].
    pages: Vec<u8>,
    /// [`SAME`], [`REMOVED`], the one character that is left, or, from [`PARTS`] on, where the characters stand in
    /// `parts` and, in the last byte, how many they are.
    entries: Vec<u32>,
    parts: Vec<char>,
}

/// Characters of a page.
const PAGE: u32 = 128;
const SAME: u32 = 0;
const REMOVED: u32 = 1;
const PARTS: u32 = 0x11_0000;

impl Table {
    fn read(bytes: &[u8]) -> Self {
        let mut table = Self {
            pages: vec![0; 0x11_0000 / PAGE as usize],
            entries: vec![SAME; PAGE as usize],
            parts: vec![],
        };
        let [mut operations, mut gaps, mut lengths, mut distances, mut ideographs, mut rests] = planes(bytes);
        let rests = &mut rests;
        let mut end = 0;
        let mut last_fold = Vec::new();
        let mut last_ideographs = IDEOGRAPHS;
        for operation in operations.by_ref().copied() {
            let start = end + number(&mut gaps, rests);
            let run = RUNS.get(usize::from(operation));
            let length = run.map_or(1, |_| number(&mut lengths, rests) + 1);
            let [step, slope] = run.copied().unwrap_or([1, 0]);
            end = start + (length - 1) * step + 1;
            let block = operation.checked_sub(IDEOGRAPH);
            let entry = if operation == 0 {
                REMOVED
            } else if let Some(last) = block.and_then(|block| last_ideographs.get_mut(usize::from(block))) {
                *last += signed(&mut ideographs, rests);
                last.unsigned_abs()
            } else {
                let mut fold = Vec::new();
                for place in 0..usize::from(operation.saturating_sub(REPLACE).max(1)) {
                    let near = last_fold.get(place).or(fold.last()).copied().unwrap_or(0);
                    fold.push(near + signed(&mut distances, rests));
                }
                let entry = table.entry_of(&fold);
                if let [only] = &mut fold[..] {
                    *only += i32::try_from((length - 1) * slope).unwrap_or(0);
                }
                last_fold = fold;
                entry
            };
            for index in 0..length {
                table.set(start + index * step, entry + index * slope);
            }
        }
        table
    }

    /// The entry for a character with this fold.
    fn entry_of(&mut self, fold: &[i32]) -> u32 {
        if let [only] = fold {
            return only.unsigned_abs();
        }
        let start = self.parts.len();
        self.parts.extend(fold.iter().filter_map(|part| char::from_u32(part.unsigned_abs())));
        PARTS + ((start as u32) << 8) + fold.len() as u32
    }

    fn entry(&self, code: u32) -> u32 {
        let page = self.pages.get((code / PAGE) as usize).copied().unwrap_or(0);
        self.entries.get((u32::from(page) * PAGE + code % PAGE) as usize).copied().unwrap_or(SAME)
    }

    fn set(&mut self, code: u32, entry: u32) {
        let Some(page) = self.pages.get_mut((code / PAGE) as usize) else { return };
        if *page == 0 {
            let length = self.entries.len();
            *page = (length / PAGE as usize) as u8;
            self.entries.resize(length + PAGE as usize, SAME);
        }
        if let Some(slot) = self.entries.get_mut((u32::from(*page) * PAGE + code % PAGE) as usize) {
            *slot = entry;
        }
    }
}

fn planes(bytes: &[u8]) -> [Iter<'_, u8>; 6] {
    let (lengths, mut rest) = bytes.split_at_checked(10).unwrap_or_default();
    let mut lengths = lengths.chunks_exact(2);
    std::array::from_fn(|_| {
        let length = lengths
            .next()
            .map_or(rest.len(), |two| two.iter().rev().fold(0, |sum, byte| sum << 8 | usize::from(*byte)));
        let (plane, others) = rest.split_at_checked(length).unwrap_or_default();
        rest = others;
        plane.iter()
    })
}

/// The next number of a plane: 7 bits there, the rest among the rests.
fn number(plane: &mut Iter<'_, u8>, rests: &mut Iter<'_, u8>) -> u32 {
    let (mut value, mut shift) = (0, 0);
    let mut next = plane.next();
    while let Some(byte) = next {
        value |= u32::from(byte & 0x7F) << shift;
        shift += 7;
        next = if byte & 0x80 == 0 { None } else { rests.next() };
    }
    value
}

fn signed(plane: &mut Iter<'_, u8>, rests: &mut Iter<'_, u8>) -> i32 {
    // The distances between characters need 22 bits.
    let value = number(plane, rests) as i32;
    (value >> 1) ^ -(value & 1)
}

#[cfg(test)]
pub(super) mod generate {
    //! Writes the table from the definition of folding.

    use unicode_normalization::UnicodeNormalization;
    use unicode_normalization::char::is_combining_mark;

    use super::{IDEOGRAPH, IDEOGRAPHS, REPLACE, RUNS};

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

    /// Shorter runs cost more than their characters one by one.
    const SHORTEST_RUN: usize = 4;

    pub(super) fn table() -> Vec<u8> {
        let folds = folds();
        let mut planes = Planes::default();
        let (mut at, mut end) = (0, 0);
        let mut last_fold: Vec<i32> = Vec::new();
        let mut last_ideographs = IDEOGRAPHS;
        while let Some((code, fold)) = folds.get(at) {
            planes.put(1, code - end);
            end = code + 1;
            let lengths = (0..RUNS.len()).map(|operation| run_length(&folds[at..], operation));
            let (run, length) = lengths.enumerate().rev().max_by_key(|(_, length)| *length).unwrap();
            let block = match fold[..] {
                [0x3400..0x4DC0] => Some(0),
                [0x4E00..0xA000] => Some(1),
                [0x20000..0x32000] => Some(2),
                _ => None,
            };
            if fold.is_empty() || length >= SHORTEST_RUN {
                let [step, slope] = RUNS[run];
                let beyond = u32::try_from(length - 1).unwrap();
                planes.operation(u8::try_from(run).unwrap());
                planes.put(2, beyond);
                end += beyond * step;
                if run > 0 {
                    planes.put_fold(fold, &last_fold);
                    last_fold = vec![fold[0] + i32::try_from(beyond * slope).unwrap()];
                }
                at += length;
                continue;
            }
            if let Some(block) = block {
                planes.operation(IDEOGRAPH + u8::try_from(block).unwrap());
                planes.put_signed(4, fold[0] - last_ideographs[block]);
                last_ideographs[block] = fold[0];
            } else {
                planes.operation(REPLACE + u8::try_from(fold.len()).unwrap());
                planes.put_fold(fold, &last_fold);
                last_fold.clone_from(fold);
            }
            at += 1;
        }
        planes.joined()
    }

    /// Every character that folding changes, with its fold.
    fn folds() -> Vec<(u32, Vec<i32>)> {
        // A fixed point: what a lower case letter decomposes to may fold again.
        ('\u{80}'..=char::MAX)
            .filter(|character| !is_hangul_syllable(*character))
            .filter_map(|character| {
                let source = character.to_string();
                let folded = folded_by_definition(&folded_by_definition(&source));
                (folded != source)
                    .then(|| (u32::from(character), folded.chars().map(|part| part as i32).collect()))
            })
            .collect()
    }

    /// How many of the next characters a run of this operation takes.
    fn run_length(folds: &[(u32, Vec<i32>)], operation: usize) -> usize {
        let [step, slope] = RUNS[operation];
        let (code, fold) = &folds[0];
        if fold.len() != usize::from(operation > 0) {
            return 0;
        }
        let expected = |index: u32| {
            let moved = i32::try_from(index * slope).unwrap();
            (code + index * step, fold.iter().map(|part| part + moved).collect())
        };
        (0..).zip(folds).take_while(|(index, next)| **next == expected(*index)).count()
    }

    #[derive(Default)]
    struct Planes([Vec<u8>; 6]);

    impl Planes {
        fn operation(&mut self, operation: u8) {
            self.0[0].push(operation);
        }

        fn put(&mut self, plane: usize, value: u32) {
            let (mut plane, mut value) = (plane, value);
            while value > 0x7F {
                self.0[plane].push(u8::try_from(value & 0x7F).unwrap() | 0x80);
                value >>= 7;
                plane = 5;
            }
            self.0[plane].push(u8::try_from(value).unwrap());
        }

        fn put_signed(&mut self, plane: usize, value: i32) {
            self.put(plane, u32::try_from((value << 1) ^ (value >> 31)).unwrap());
        }

        fn put_fold(&mut self, fold: &[i32], last: &[i32]) {
            for (place, part) in fold.iter().enumerate() {
                let near =
                    last.get(place).copied().unwrap_or_else(|| if place > 0 { fold[place - 1] } else { 0 });
                self.put_signed(3, part - near);
            }
        }

        fn joined(self) -> Vec<u8> {
            let lengths =
                self.0[..5].iter().flat_map(|plane| u16::try_from(plane.len()).unwrap().to_le_bytes());
            lengths.chain(self.0.iter().flatten().copied()).collect()
        }
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
