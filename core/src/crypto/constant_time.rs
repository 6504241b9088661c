//! Comparisons whose time does not tell where two values differ.

use core::hint::black_box;

/// Whether two hashes are equal.
///
/// All bytes are looked at, and the compiler is not told what the result is for, so that it has
/// no reason to stop earlier.
pub(crate) fn is_equal<const N: usize>(one: &[u8; N], two: &[u8; N]) -> bool {
    let difference = one.iter().zip(two).fold(0, |difference, (a, b)| difference | (a ^ b));
    black_box(difference) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bit_counts() {
        let hash = [0x5a; 32];
        assert!(is_equal(&hash, &hash));
        for bit in 0..256 {
            let mut other = hash;
            other[bit / 8] ^= 1 << (bit % 8);
            assert!(!is_equal(&hash, &other));
        }
    }
}
