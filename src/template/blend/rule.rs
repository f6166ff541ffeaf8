//! How the shares of a key become the value of the blend, as data: one function walks the tables of all sections.

use super::share::{Share, having, heaviest, mean};
use super::union::{Kind, TEXT, firsts, groups, ranked};
use crate::decimal::round;
use crate::json::{Map, Value};
use crate::template::LIMITS;

/// How the values that the sources have under a key become one.
pub(super) enum Rule {
    /// The text with the most weight behind it.
    Prevailing,
    /// So many of the items with the most weight behind them.
    Ranked(&'static Kind, usize),
    /// All texts, in the order in which they are first seen.
    United,
    /// The weighted mean, with so many decimals.
    Mean(usize),
    /// The value of the heaviest source that has one.
    Heaviest,
    /// The least number.
    Least,
    /// The first of these words that any source says. One that has the section but not the key says the second.
    Strictest(&'static [&'static str], &'static str),
    /// Nothing.
    Absent,
    /// A section, key by key. Keys that are not in the table are those of the heaviest source that has them.
    Section(&'static [(&'static str, Rule)]),
    /// What a function makes of all that the sources have, whether any has the key or not.
    Made(fn(&Merging<'_, '_>, &mut bool) -> Option<Value>),
}

/// A key that is being merged.
pub(super) struct Merging<'a, 'b> {
    /// What the sources have under the key.
    pub(super) shares: &'b [Share<'a>],
    /// What they have in the section around it.
    pub(super) section: &'b [Share<'a>],
}

impl Rule {
    /// What comes of a key. `cut` is set when something is left out for a limit of the format.
    pub(super) fn merge(&self, merging: &Merging<'_, '_>, cut: &mut bool) -> Option<Value> {
        let Merging { shares, section } = *merging;
        if let Self::Made(make) = self {
            return make(merging, cut);
        }
        if shares.is_empty() {
            return None;
        }
        match self {
            Self::Prevailing => prevailing(shares).cloned(),
            Self::Ranked(kind, most) => Some(ranked(shares, kind, *most)),
            Self::United => {
                let groups = groups(shares, &TEXT);
                *cut |= groups.len() > LIMITS.items;
                Some(firsts(&groups, LIMITS.items))
            }
            Self::Mean(decimals) => mean(shares).map(|mean| round(mean, *decimals).into()),
            Self::Heaviest => heaviest(shares).cloned(),
            Self::Least => least(shares).cloned(),
            Self::Strictest(words, default) => {
                let mut said = vec![*default; section.len() - shares.len()];
                said.extend(shares.iter().filter_map(|share| share.value.as_str()));
                Some(strictest(&said, words).into())
            }
            Self::Section(rules) => Some(merge_section(shares, rules, cut).into()),
            Self::Absent | Self::Made(_) => None,
        }
    }
}

/// A section of the blend, in the order of its table.
pub(super) fn merge_section(section: &[Share<'_>], rules: &[(&str, Rule)], cut: &mut bool) -> Map {
    let mut merged = Map::with_capacity(rules.len());
    for (key, rule) in rules {
        let shares = having(section, key);
        if let Some(value) = rule.merge(&Merging { shares: &shares, section }, cut) {
            merged.insert(*key, value);
        }
    }
    for share in section {
        let Some(members) = share.value.as_object() else { continue };
        // Most documents have their keys in the order of the table: each search begins behind the last key found.
        let mut next = 0;
        for key in members.keys() {
            let is_key = |(known, _): &(&str, Rule)| known == key;
            if let Some(found) = rules.iter().skip(next).position(is_key) {
                next += found + 1;
            } else if !rules.iter().any(is_key) && !merged.contains_key(key) {
                if let Some(value) = heaviest(&having(section, key)) {
                    merged.insert(key.as_str(), value.clone());
                }
            }
        }
    }
    merged
}

fn prevailing<'a>(shares: &[Share<'a>]) -> Option<&'a Value> {
    let mut best = None;
    let mut most = 0.0;
    for share in shares {
        let mut weight = 0.0;
        for other in shares {
            if other.value == share.value {
                weight += other.weight;
            }
        }
        if weight > most {
            (best, most) = (Some(share.value), weight);
        }
    }
    best
}

fn least<'a>(shares: &[Share<'a>]) -> Option<&'a Value> {
    let mut least: Option<&Value> = None;
    for share in shares {
        if least.is_none_or(|least| share.value.as_f64() < least.as_f64()) {
            least = Some(share.value);
        }
    }
    least
}

/// The first of the words that is said.
pub(super) fn strictest(said: &[&str], words: &[&'static str]) -> &'static str {
    words.iter().find(|word| said.contains(word)).copied().unwrap_or_default()
}
