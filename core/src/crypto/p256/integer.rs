//! Integers of 256 bits: four words, the lowest first.

/// p, what the field is taken modulo.
pub(super) const PRIME: [u64; 4] = [0xffff_ffff_ffff_ffff, 0xffff_ffff, 0, 0xffff_ffff_0000_0001];
/// n, the order of the group.
pub(super) const ORDER: [u64; 4] =
    [0xf3b9_cac2_fc63_2551, 0xbce6_faad_a717_9e84, 0xffff_ffff_ffff_ffff, 0xffff_ffff_0000_0000];

pub(super) fn from_be_bytes(bytes: &[u8; 32]) -> [u64; 4] {
    let mut words = [0; 4];
    for (word, bytes) in words.iter_mut().rev().zip(bytes.as_chunks().0) {
        *word = u64::from_be_bytes(*bytes);
    }
    words
}

#[inline]
pub(super) fn is_less(a: &[u64; 4], b: &[u64; 4]) -> bool {
    subtract(a, b).1
}

/// a + b modulo 2^256, and whether there was a carry.
#[inline]
pub(super) fn add(a: &[u64; 4], b: &[u64; 4]) -> ([u64; 4], bool) {
    let mut carry = false;
    let mut sum = *a;
    for (sum, b) in sum.iter_mut().zip(b) {
        (*sum, carry) = sum.carrying_add(*b, carry);
    }
    (sum, carry)
}

/// a - b modulo 2^256, and whether there was a borrow.
#[inline]
pub(super) fn subtract(a: &[u64; 4], b: &[u64; 4]) -> ([u64; 4], bool) {
    let mut borrow = false;
    let mut difference = *a;
    for (difference, b) in difference.iter_mut().zip(b) {
        (*difference, borrow) = difference.borrowing_sub(*b, borrow);
    }
    (difference, borrow)
}
