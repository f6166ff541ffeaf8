//! Numbers that look random and follow from a seed alone.

/// The SplitMix64 generator: small, fast, and equal everywhere. Not for secrets.
#[derive(Clone, Debug)]
pub(crate) struct SplitMix64(u64);

impl SplitMix64 {
    /// The generator of a seed; every number is a good one.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^ (bits >> 31)
    }

    /// A number of 0 or more and less than 1: the upper 53 bits of the next output.
    #[allow(clippy::cast_precision_loss, reason = "53 bits fit a double")]
    pub(crate) fn next_share(&mut self) -> f64 {
        const STEP: f64 = 1.0 / (1_u64 << 53) as f64;
        (self.next() >> 11) as f64 * STEP
    }

    /// The next whole number below `end`; 0 when there is none.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(end)) >> 64) as u64
    }
}

/// A number that stands for a text.
pub(crate) fn number_of(text: &str) -> u64 {
    text.bytes().fold(0, |number, byte| SplitMix64::new(number ^ u64::from(byte)).next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_those_of_the_published_generator() {
        let mut random = SplitMix64::new(1_234_567);
        let numbers: Vec<u64> = (0..5).map(|_| random.next()).collect();
        assert_eq!(
            numbers,
            [
                6_457_827_717_110_365_317,
                3_203_168_211_198_807_973,
                9_817_491_932_198_370_423,
                4_593_380_528_125_082_431,
                16_408_922_859_458_223_821,
            ]
        );
    }

    #[test]
    fn shares_lie_from_0_to_below_1() {
        let mut random = SplitMix64::new(0);
        assert!((0..1000).map(|_| random.next_share()).all(|share| (0.0..1.0).contains(&share)));
    }

    #[test]
    fn numbers_below_an_end_reach_all_of_them() {
        let mut random = SplitMix64::new(7);
        let mut seen = [0; 6];
        for _ in 0..600 {
            seen[random.below(6) as usize] += 1;
        }
        assert!(seen.iter().all(|count| (50..150).contains(count)), "{seen:?}");
        assert_eq!((random.below(1), random.below(0)), (0, 0));
    }
}
