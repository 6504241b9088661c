//! What a lane is, three times, and the formulas once.
//!
//! Each module here gives the same operations on eight lanes, and takes in the files of
//! `formulas/` as modules of its own, compiled with these operations:
//!
//! - [`processor`]: vectors of AVX-512, the product;
//! - [`plain`]: arrays of integers that do what the instructions do, for tests on any machine;
//! - [`interval`]: the least and the greatest value, to prove the bounds that the formulas need.
//!
//! Not a trait: a method of a trait cannot have the processor's features, and without them no
//! operation is inlined reliably.

#[cfg(test)]
#[allow(dead_code, reason = "the proofs call parts of the formulas, not the whole")]
pub(super) mod interval;
#[cfg(any(test, feature = "internal"))]
#[allow(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "indexes are those of eight lanes"
)]
mod moves;
#[cfg(any(test, feature = "internal"))]
#[allow(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "that is what the instructions do"
)]
pub(super) mod plain;
#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code, reason = "loads and stores of vectors")]
pub(super) mod processor;

/// Eight digits of 52 bits, the lowest first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(C, align(64))]
pub(super) struct Block<T>(pub(super) [T; 8]);

const LOW_52: u64 = (1 << 52) - 1;

/// Carries through all digits and returns what goes beyond the last.
#[cfg(any(test, feature = "internal", target_arch = "x86_64"))]
fn ripple(blocks: &mut [Block<u64>]) -> u64 {
    #[cfg(test)]
    RIPPLES.with_borrow_mut(|ripples| ripples[blocks.len()] += 1);
    let mut carry = 0;
    for digit in blocks.iter_mut().flat_map(|block| &mut block.0) {
        let sum = *digit + carry;
        *digit = sum & LOW_52;
        carry = sum >> 52;
    }
    carry
}

#[cfg(test)]
std::thread_local! {
    /// How often [`ripple`] was called, for each number of blocks.
    pub(super) static RIPPLES: core::cell::RefCell<[usize; 11]> =
        const { core::cell::RefCell::new([0; 11]) };
}
