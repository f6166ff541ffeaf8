//! Record ids. Records that two devices may discover on their own have a natural id, derived from their key;
//! all others get a random one from the seed of the call.

use sha2::{Digest, Sha256};

use crate::decimal::push_whole;

/// Bytes of randomness that come in with each call.
pub const SEED_LENGTH: usize = 32;

/// Length of the encoded part: 128 bits and 2 bits of padding, 5 bits a character.
const ENCODED_LENGTH: usize = 26;

/// The id of a record that is known by its key: `<prefix>_` and 26 characters of base32 of the SHA-256 of the
/// parts joined by NUL. `generation` 0 is the first; after an erasure the next generation gets an id of its own,
/// because an erased id stays erased.
pub fn natural_id(prefix: &str, parts: &[&str], generation: u32) -> String {
    let mut hash = Sha256::new();
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            hash.update([0]);
        }
        hash.update(part.as_bytes());
    }
    if generation > 0 {
        hash.update([0]);
        let mut digits = String::new();
        push_whole(&mut digits, generation.into());
        hash.update(digits.as_bytes());
    }
    encode(prefix, &hash.finalize())
}

/// How ids begin that follow from what their records are of.
const NATURAL: [&str; 7] = ["sha256:", "instance_", "fact_", "note_", "tension_", "pattern_", "consent_"];

/// Whether an id may be the one that another record has, or will have, by its nature. No record that has its id from a
/// file gets such a one.
pub(crate) fn is_natural(id: &str) -> bool {
    NATURAL.iter().any(|prefix| id.starts_with(prefix))
}

/// The natural ids of a key, one for each generation, the first one first.
pub fn natural_ids(prefix: &str, parts: &[&str]) -> impl Iterator<Item = String> {
    (0..u32::MAX).map(move |generation| natural_id(prefix, parts, generation))
}

/// The random ids of one call: each is 128 bits of SHA-256(seed, ordinal), so one seed yields as many as a
/// batch needs and a replay yields the same ones.
#[derive(Clone, Debug)]
pub struct IdSource {
    seed: [u8; SEED_LENGTH],
    drawn: u32,
}

impl IdSource {
    /// The ids of the call that came with this seed.
    pub fn new(seed: [u8; SEED_LENGTH]) -> Self {
        Self { seed, drawn: 0 }
    }

    /// A number of the call, for what is drawn in it beside ids.
    pub fn number(&self) -> u64 {
        self.seed.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
    }

    /// The next id, `<kind>_` and 26 characters.
    pub fn next(&mut self, kind: &str) -> String {
        let digest = Sha256::new().chain_update(self.seed).chain_update(self.drawn.to_be_bytes()).finalize();
        self.drawn += 1;
        encode(kind, digest.get(..16).unwrap_or_default())
    }
}

/// The prefix, and the first bits in the alphabet of base32 (RFC 4648) in lower case.
fn encode(prefix: &str, bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let mut id = String::with_capacity(prefix.len() + 1 + ENCODED_LENGTH);
    id.push_str(prefix);
    id.push('_');
    let (mut bits, mut count) = (0_u32, 0);
    let mut bytes = bytes.iter();
    for _ in 0..ENCODED_LENGTH {
        if count < 5 {
            bits = bits << 8 | u32::from(bytes.next().copied().unwrap_or_default());
            count += 8;
        }
        count -= 5;
        id.push(char::from(ALPHABET[(bits >> count & 31) as usize]));
    }
    id
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn natural_ids_depend_on_every_part_and_on_the_generation() {
        let id = natural_id("instance", &["diego", "Dr. Luna"], 0);
        assert_eq!(id.len(), "instance_".len() + 26);
        assert_eq!(id, natural_id("instance", &["diego", "Dr. Luna"], 0));
        assert_ne!(id, natural_id("instance", &["diego", "Dr. Luna"], 1));
        assert_ne!(id, natural_id("instance", &["diegoD", "r. Luna"], 0));
        assert!(
            id["instance_".len()..].bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        );
    }

    #[test]
    fn a_seed_yields_distinct_and_repeatable_ids() {
        let draw = || {
            let mut ids = IdSource::new([7; SEED_LENGTH]);
            [ids.next("turn"), ids.next("turn"), ids.next("run")]
        };
        assert_eq!(draw(), draw());
        assert_ne!(draw()[0], draw()[1]);
    }
}
