//! Big-endian numbers and ways to spoil them.

use crate::common::random::Random;

/// `good` with one bit or byte changed, each time another.
pub(crate) fn mutations(
    good: &[u8],
    count: usize,
    random: &mut Random,
) -> impl Iterator<Item = Vec<u8>> {
    let mutations: Vec<_> = (0..count)
        .map(|i| {
            let mut bad = good.to_vec();
            let at = random.below(bad.len());
            bad[at] ^= if i % 2 == 0 { 1 << random.below(8) } else { 1 + random.bytes(1)[0] % 255 };
            bad
        })
        .collect();
    mutations.into_iter()
}

/// Adds a small number to a big-endian one, which has room for it.
pub(crate) fn plus(number: &[u8], addend: i16) -> Vec<u8> {
    let mut sum = number.to_vec();
    let mut carry = addend;
    for byte in sum.iter_mut().rev() {
        let [low, _] = (i16::from(*byte) + carry).to_le_bytes();
        carry = (i16::from(*byte) + carry) >> 8;
        *byte = low;
    }
    sum
}

/// The sum modulo 256 to the power of the length.
pub(crate) fn sum(a: &[u8], b: &[u8]) -> Vec<u8> {
    let mut carry = 0;
    let mut sum: Vec<u8> = (a.iter().rev().zip(b.iter().rev()))
        .map(|(a, b)| {
            let [low, high] = (u16::from(*a) + u16::from(*b) + carry).to_le_bytes();
            carry = u16::from(high);
            low
        })
        .collect();
    sum.reverse();
    sum
}

pub(crate) fn difference(a: &[u8], b: &[u8]) -> Vec<u8> {
    // a + (not b) + 1
    let inverted: Vec<u8> = b.iter().map(|byte| !byte).collect();
    plus(&sum(a, &inverted), 1)
}

pub(crate) fn from_hex(text: &str) -> Vec<u8> {
    let digit = |digit: u8| u8::try_from(char::from(digit).to_digit(16).unwrap()).unwrap();
    text.as_bytes().chunks(2).map(|pair| digit(pair[0]) << 4 | digit(pair[1])).collect()
}
