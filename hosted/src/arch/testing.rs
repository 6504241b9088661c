//! What the tests of the vector code share.

use num_bigint::BigUint;

use super::Ifma;

/// The plain lanes, and those of the processor where it has them.
///
/// With `GATEPOST_LANES=processor` those of the processor alone, which it must have then: where the
/// processor is emulated (`make lanes`) the others would take most of the time.
pub(super) fn instances() -> impl Iterator<Item = Ifma> {
    let processor = Ifma::detect();
    assert!(processor.is_some() || !is_processor_alone(), "no AVX-512 IFMA, or it does not work");
    let plain = (!is_processor_alone()).then(Ifma::simulated);
    [plain, processor].into_iter().flatten()
}

fn is_processor_alone() -> bool {
    std::env::var("GATEPOST_LANES").is_ok_and(|lanes| lanes == "processor")
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

/// How often a test of random numbers runs: so many times `GATEPOST_ROUNDS`, which may be a
/// fraction; once without it.
pub(super) fn rounds(count: usize) -> usize {
    let rounds = std::env::var("GATEPOST_ROUNDS");
    let rounds = rounds.map_or(1.0, |rounds| rounds.parse().expect("a number"));
    (count as f64 * rounds).ceil() as usize
}

#[test]
fn the_processors_lanes_are_tested_too() {
    if Ifma::detect().is_none() {
        println!("not run: the processor's own lanes; they need AVX-512 IFMA");
    }
    let plain = usize::from(!is_processor_alone());
    assert!(instances().count() == plain + usize::from(Ifma::detect().is_some()));
}
