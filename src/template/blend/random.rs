//! SplitMix64: the draws of the strategy `random`.

/// A generator of 64 bits of state; every seed gives its own sequence, the same everywhere.
pub(super) struct SplitMix64(u64);

impl SplitMix64 {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number of 0 or more and less than 1: the upper 53 bits of the next output.
    #[allow(clippy::cast_precision_loss, reason = "53 bits fit a double")]
    pub(super) fn next_share(&mut self) -> f64 {
        const STEP: f64 = 1.0 / (1_u64 << 53) as f64;
        (self.next() >> 11) as f64 * STEP
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ mixed >> 31
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sequence_is_the_published_one() {
        // The first outputs of the reference implementation for the seed 1234567.
        let mut generator = SplitMix64::new(1_234_567);
        let outputs: Vec<u64> = (0..5).map(|_| generator.next()).collect();
        let expected = [
            6_457_827_717_110_365_317,
            3_203_168_211_198_807_973,
            9_817_491_932_198_370_423,
            4_593_380_528_125_082_431,
            16_408_922_859_458_223_821,
        ];
        assert_eq!(outputs, expected);
    }

    #[test]
    fn shares_lie_from_0_to_below_1() {
        let mut generator = SplitMix64::new(0);
        assert!((0..1000).map(|_| generator.next_share()).all(|share| (0.0..1.0).contains(&share)));
    }
}
