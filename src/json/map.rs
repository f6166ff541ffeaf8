//! The members of a JSON object, in their order.

use std::fmt;

use super::value::Value;
use crate::list::List;
use crate::order;

/// The members of a JSON object, in their order; no key is there twice.
#[derive(Clone, Default)]
pub struct Map {
    members: Vec<Member>,
    /// The members' indices in the order of their keys, for objects that are too large to be searched one by one;
    /// empty for all others.
    by_key: Vec<usize>,
}

type Member = (String, Value);

/// Up to so many members are searched one by one.
const FEW: usize = 16;

impl Map {
    /// No members.
    pub fn new() -> Self {
        Self::empty()
    }

    /// No members, and room for so many.
    pub fn with_capacity(members: usize) -> Self {
        Self { members: Vec::with_capacity(members), by_key: Vec::new() }
    }

    pub(super) const fn empty() -> Self {
        Self { members: Vec::new(), by_key: Vec::new() }
    }

    /// The members as they were read: of a key given twice, the last value at the place of the first. Also gives
    /// the keys that were given more than once, in the order of their places. Those that are `in_order` differ.
    pub(super) fn read(mut members: Vec<Member>, in_order: bool) -> (Self, Vec<String>) {
        let few = members.len() <= FEW;
        let by_key =
            if few && (in_order || !has_equal_keys(&members)) { Vec::new() } else { keys_in_order(&members) };
        // Equal keys stand together, in the order of the text.
        let runs = by_key.chunk_by(|a, b| members[*a].0 == members[*b].0);
        let runs: Vec<&[usize]> = runs.filter(|run| run.len() > 1).list();
        if runs.is_empty() {
            let by_key = if few { Vec::new() } else { by_key };
            return (Self { members, by_key }, Vec::new());
        }
        let mut firsts = Vec::new();
        let mut gone = vec![false; members.len()];
        for run in runs {
            if let [first, .., last] = *run {
                members[first].1 = std::mem::take(&mut members[last].1);
                firsts.push(first);
            }
            run.iter().skip(1).for_each(|index| gone[*index] = true);
        }
        order::sort_by(&mut firsts, Ord::cmp);
        let repeated = firsts.into_iter().map(|first| members[first].0.clone()).list();
        let mut gone = gone.into_iter();
        members.retain(|_| gone.next() == Some(false));
        let mut map = Self { members, by_key: Vec::new() };
        map.index();
        (map, repeated)
    }

    /// How many members there are.
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Value> {
        Some(&self.members.get(self.position(key).ok()?)?.1)
    }

    /// The value of a key, to be changed.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Value> {
        let index = self.position(key).ok()?;
        Some(&mut self.members.get_mut(index)?.1)
    }

    /// Whether there is such a key.
    pub fn contains_key(&self, key: &str) -> bool {
        self.position(key).is_ok()
    }

    /// Puts a value in the place of the key, or at the end.
    pub fn insert(&mut self, key: impl Into<String>, value: impl Into<Value>) {
        self.put(key.into(), value.into());
    }

    #[inline(never)]
    fn put(&mut self, key: String, value: Value) {
        match self.position(&key) {
            Ok(index) => self.members[index].1 = value,
            Err(rank) => {
                self.members.push((key, value));
                if self.by_key.is_empty() {
                    self.index();
                } else {
                    self.by_key.insert(rank, self.members.len() - 1);
                }
            }
        }
    }

    /// Takes a member out; the others keep their order.
    pub fn remove(&mut self, key: &str) -> Option<Value> {
        let index = self.position(key).ok()?;
        let (_, value) = self.members.remove(index);
        self.index();
        Some(value)
    }

    /// Keeps the members that `keep` says.
    pub fn retain(&mut self, mut keep: impl FnMut(&str, &mut Value) -> bool) {
        self.retain_of(&mut keep);
    }

    fn retain_of(&mut self, keep: &mut dyn FnMut(&str, &mut Value) -> bool) {
        self.members.retain_mut(|(key, value)| keep(key, value));
        self.index();
    }

    /// The members, in their order.
    pub fn iter(&self) -> <&Self as IntoIterator>::IntoIter {
        self.into_iter()
    }

    /// The keys, in their order.
    pub fn keys(&self) -> impl Iterator<Item = &String> {
        self.members.iter().map(|(key, _)| key)
    }

    /// The values, in the order of their keys' places.
    pub fn values(&self) -> impl Iterator<Item = &Value> {
        self.members.iter().map(|(_, value)| value)
    }

    /// The members, whose values can be changed.
    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = (&str, &mut Value)> {
        self.members.iter_mut().map(|(key, value)| (key.as_str(), value))
    }

    /// The place and the value of a key.
    pub(super) fn member(&self, key: &str) -> Option<(usize, &Value)> {
        let index = self.position(key).ok()?;
        Some((index, &self.members.get(index)?.1))
    }

    /// The index of a key's member, or else its rank among the indexed keys.
    #[inline(never)]
    fn position(&self, key: &str) -> Result<usize, usize> {
        if self.by_key.is_empty() {
            return self.members.iter().position(|(known, _)| is_same(known, key)).ok_or(0);
        }
        let rank = self.by_key.binary_search_by(|index| self.members[*index].0.as_str().cmp(key))?;
        Ok(self.by_key[rank])
    }

    #[inline(never)]
    fn index(&mut self) {
        self.by_key.clear();
        if self.members.len() > FEW {
            self.by_key = keys_in_order(&self.members);
        }
    }
}

fn has_equal_keys(members: &[Member]) -> bool {
    let is_among = |key: &str, others: &[Member]| others.iter().any(|(other, _)| is_same(other, key));
    members.iter().enumerate().any(|(index, (key, _))| is_among(key, &members[..index]))
}

/// Whether two keys are equal. Most of equal length differ at an end, which is seen without a call.
#[inline(always)]
pub(super) fn is_same(a: &str, b: &str) -> bool {
    let (first, second) = (a.as_bytes(), b.as_bytes());
    a.len() == b.len() && first.first() == second.first() && first.last() == second.last() && a == b
}

fn keys_in_order(members: &[Member]) -> Vec<usize> {
    order::sorted_indices(members.len(), &mut |a, b| members[a].0.cmp(&members[b].0))
}

/// Equal members in any order.
impl PartialEq for Map {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.members.iter().all(|(key, value)| other.get(key) == Some(value))
    }
}

impl fmt::Debug for Map {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_map().entries(self).finish()
    }
}

impl<'a> IntoIterator for &'a Map {
    type Item = (&'a String, &'a Value);
    type IntoIter = std::iter::Map<std::slice::Iter<'a, Member>, fn(&'a Member) -> Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.members.iter().map(|(key, value)| (key, value))
    }
}

impl IntoIterator for Map {
    type Item = Member;
    type IntoIter = std::vec::IntoIter<Member>;

    fn into_iter(self) -> Self::IntoIter {
        self.members.into_iter()
    }
}

impl FromIterator<Member> for Map {
    fn from_iter<I: IntoIterator<Item = Member>>(members: I) -> Self {
        Self::read(members.into_iter().list(), false).0
    }
}
