//! Numbers of V blocks, digit by digit: conversions, and the arithmetic that prepares a key.

use crate::arch::lanes::Block;

type Number<const V: usize> = [Block<u64>; V];

/// Bits of a digit.
const BITS: usize = 52;
const LOW_52: u64 = (1 << BITS) - 1;
/// Bytes of two digits.
const PAIR: usize = 13;

/// What is beyond the last block must be zero.
pub(super) fn from_be_bytes<const V: usize>(bytes: &[u8]) -> Number<V> {
    let mut number = [Block([0; 8]); V];
    let digits = number.iter_mut().flat_map(|block| block.0.as_chunks_mut::<2>().0);
    for ([low, high], bytes) in digits.zip(bytes.rchunks(PAIR)) {
        let pair = match <&[u8; PAIR]>::try_from(bytes) {
            Ok(&[a, b, c, d, e, f, g, h, i, j, k, l, m]) => {
                u128::from_be_bytes([0, 0, 0, a, b, c, d, e, f, g, h, i, j, k, l, m])
            }
            Err(_) => bytes.iter().fold(0, |pair, byte| pair << 8 | u128::from(*byte)),
        };
        *low = pair as u64 & LOW_52;
        *high = (pair >> BITS) as u64 & LOW_52;
    }
    number
}

/// What does not fit in `bytes` is left out.
pub(super) fn to_be_bytes<const V: usize>(number: &Number<V>, bytes: &mut [u8]) {
    let digits = number.iter().flat_map(|block| block.0.as_chunks::<2>().0);
    for ([low, high], bytes) in digits.zip(bytes.rchunks_mut(PAIR)) {
        let pair = (u128::from(*low) | u128::from(*high) << BITS).to_be_bytes();
        match <&mut [u8; PAIR]>::try_from(&mut *bytes) {
            Ok(bytes) => {
                let [_, _, _, pair @ ..] = pair;
                *bytes = pair;
            }
            Err(_) => {
                for (byte, value) in bytes.iter_mut().rev().zip(pair.iter().rev()) {
                    *byte = *value;
                }
            }
        }
    }
}

pub(super) fn is_at_least<const V: usize>(a: &Number<V>, b: &Number<V>) -> bool {
    digits(a).rev().ge(digits(b).rev())
}

/// `number` modulo `n`, for a number below 11 n and an n of `bits` bits.
///
/// With m = number / 2^s and n' = n / 2^s, both rounded down, and n' of 52 bits: m / (n' + 1),
/// rounded down, is the quotient of number and n or one less, as n' ≥ 2^51 and m < 2^56.
pub(super) fn reduce_fully<const V: usize>(number: &mut Number<V>, n: &Number<V>, bits: usize) {
    let shift = bits.saturating_sub(BITS);
    let quotient = shifted_right(number, shift) / (shifted_right(n, shift) + 1);
    subtract(number, n, quotient);
    if is_at_least(number, n) {
        subtract(number, n, 1);
    }
}

/// The lowest 64 bits of `number` / 2^`bits`, rounded down.
fn shifted_right<const V: usize>(number: &Number<V>, bits: usize) -> u64 {
    let mut digits = digits(number).skip(bits / BITS).copied();
    let mut next = || u128::from(digits.next().unwrap_or(0));
    let low = next() | next() << BITS;
    (low >> (bits % BITS)) as u64 | (next() << (2 * BITS - bits % BITS)) as u64
}

/// `number` - `times` `n`, which must not be negative; `times` is below 2^11.
fn subtract<const V: usize>(number: &mut Number<V>, n: &Number<V>, times: u64) {
    let mut carry = 0;
    for (block, n) in number.iter_mut().zip(n) {
        for (digit, n) in block.0.iter_mut().zip(&n.0) {
            // Above -2^63 - 2^12, were there a digit n of 2^52; the carry is above -2^11.
            let difference = digit.cast_signed() - (n * times).cast_signed() + carry;
            *digit = difference.cast_unsigned() & LOW_52;
            carry = difference >> BITS;
        }
    }
}

/// -1/n modulo X, for an odd n.
///
/// Digit by digit, the one that makes the next digit of 1 + n · result zero.
pub(super) fn minus_inverse<const V: usize>(n: &Number<V>) -> Block<u64> {
    let Some(Block(n)) = n.first() else { return Block([0; 8]) };
    // Newton's iteration doubles the number of good bits, beginning with three.
    let inverse = (0..5).fold(n[0], |inverse, _| {
        inverse.wrapping_mul(2_u64.wrapping_sub(n[0].wrapping_mul(inverse)))
    });
    let mut sums = [0_u128; 8];
    sums[0] = 1;
    let mut result = [0; 8];
    for i in 0..8 {
        result[i] = (sums[i] as u64).wrapping_mul(inverse.wrapping_neg()) & LOW_52;
        for j in i..8 {
            sums[j] += u128::from(result[i]) * u128::from(n[j - i]);
        }
        if i < 7 {
            sums[i + 1] += sums[i] >> BITS;
        }
    }
    Block(result)
}

/// `number` / 2^52 modulo n, below n like `number`; `word` is -1/n modulo 2^52.
pub(super) fn divide_by_word<const V: usize>(number: &mut Number<V>, n: &Number<V>, word: u64) {
    add_and_divide(number, n, word, &[Block([0; 8]); V], 0);
}

/// a b / R modulo n, for a and b below n.
pub(super) fn montgomery_product<const V: usize>(
    a: &Number<V>,
    b: &Number<V>,
    n: &Number<V>,
    word: u64,
) -> Number<V> {
    let mut product = [Block([0; 8]); V];
    for digit in digits(b) {
        add_and_divide(&mut product, n, word, a, *digit);
    }
    if is_at_least(&product, n) {
        subtract(&mut product, n, 1);
    }
    product
}

/// (`number` + a `digit`) / 2^52 modulo n: below 2 n for a number below 2 n, and below n for one
/// that is and a digit of zero.
fn add_and_divide<const V: usize>(
    number: &mut Number<V>,
    n: &Number<V>,
    word: u64,
    a: &Number<V>,
    digit: u64,
) {
    let lowest = number[0].0[0].wrapping_add(a[0].0[0].wrapping_mul(digit));
    let quotient = u128::from(lowest.wrapping_mul(word) & LOW_52);
    let digit = u128::from(digit);
    let mut carry = 0;
    let mut below: Option<&mut u64> = None;
    for ((number, n), a) in number.iter_mut().zip(n).zip(a) {
        for ((number, n), a) in number.0.iter_mut().zip(&n.0).zip(&a.0) {
            // Below 2^106.
            let sum =
                u128::from(*number) + u128::from(*a) * digit + u128::from(*n) * quotient + carry;
            if let Some(below) = below {
                *below = sum as u64 & LOW_52;
            }
            carry = sum >> BITS;
            below = Some(number);
        }
    }
    if let Some(below) = below {
        *below = carry as u64;
    }
}

/// 2 `number` modulo n, for a number below n.
pub(super) fn double<const V: usize>(number: &mut Number<V>, n: &Number<V>) {
    let mut carry = 0;
    for digit in number.iter_mut().flat_map(|block| &mut block.0) {
        let doubled = *digit << 1 | carry;
        *digit = doubled & LOW_52;
        carry = doubled >> BITS;
    }
    if is_at_least(number, n) {
        subtract(number, n, 1);
    }
}

fn digits<const V: usize>(number: &Number<V>) -> impl DoubleEndedIterator<Item = &u64> {
    number.iter().flat_map(|block| &block.0)
}
