//! What the tests of the vector code share.

use num_bigint::BigUint;

use super::Ifma;

/// The plain lanes, and those of the processor where it has them.
pub(super) fn instances() -> impl Iterator<Item = Ifma> {
    [Some(Ifma::simulated()), Ifma::detect()].into_iter().flatten()
}

/// Numbers that are the same in each run (SplitMix64).
pub(super) struct Random(u64);

impl Random {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ word >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ word >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ word >> 31
    }

    /// From 1 to below `limit`.
    pub(super) fn below(&mut self, limit: &BigUint) -> BigUint {
        let words: Vec<u32> = (0..limit.bits() / 16 + 4).map(|_| self.word() as u32).collect();
        BigUint::from_slice(&words) % (limit - 1_u32) + 1_u32
    }
}

/// How often a test of random numbers runs: so many times `GATEPOST_ROUNDS`, once without it.
pub(super) fn rounds(count: usize) -> usize {
    count * std::env::var("GATEPOST_ROUNDS").map_or(1, |rounds| rounds.parse().expect("a number"))
}

#[test]
fn the_processors_lanes_are_tested_too() {
    if Ifma::detect().is_none() {
        println!("not run: the processor's own lanes; they need AVX-512 IFMA");
    }
    assert!(instances().count() == 1 + usize::from(Ifma::detect().is_some()));
}
