//! The formulas with plain integers: what the instructions of the processor do, lane by lane.
//!
//! So the tests run the very formulas on any machine. Sums wrap around as the processor's do: that
//! they never need to is for the instance with intervals to show.

use core::array::from_fn;

use super::moves::{
    high_halves, interleave_even, interleave_odd, low_halves, permute, permute_two, select,
};
use super::{Block, LOW_52};

pub(in crate::arch) type Vector = [u64; 8];
pub(super) type Word = u64;
const ZERO: Word = 0;

macro_rules! vector {
    ($($function:item)+) => { $($function)+ };
}

#[path = "../formulas/p256/mod.rs"]
pub(in crate::arch) mod p256;
#[path = "../formulas/rsa/mod.rs"]
pub(in crate::arch) mod rsa;

fn splat(value: i64) -> Vector {
    [value.cast_unsigned(); 8]
}

fn load(words: &[Word; 8]) -> Vector {
    *words
}

fn store(words: &mut [Word; 8], a: Vector) {
    *words = a;
}

fn broadcast(word: &Word) -> Vector {
    [*word; 8]
}

fn add(a: Vector, b: Vector) -> Vector {
    from_fn(|i| a[i].wrapping_add(b[i]))
}

fn sub(a: Vector, b: Vector) -> Vector {
    from_fn(|i| a[i].wrapping_sub(b[i]))
}

fn and(a: Vector, b: Vector) -> Vector {
    from_fn(|i| a[i] & b[i])
}

fn product(a: u64, b: u64) -> u128 {
    u128::from(a & LOW_52) * u128::from(b & LOW_52)
}

fn madd52lo(sum: Vector, a: Vector, b: Vector) -> Vector {
    from_fn(|i| sum[i].wrapping_add(product(a[i], b[i]) as u64 & LOW_52))
}

fn madd52hi(sum: Vector, a: Vector, b: Vector) -> Vector {
    from_fn(|i| sum[i].wrapping_add((product(a[i], b[i]) >> 52) as u64))
}

fn truncated(a: Vector) -> Vector {
    a
}

fn shift_left<const BITS: u32>(a: Vector) -> Vector {
    a.map(|lane| lane << BITS)
}

fn shift_right<const BITS: u32>(a: Vector) -> Vector {
    a.map(|lane| lane >> BITS)
}

fn shift_right_signed<const BITS: u32>(a: Vector) -> Vector {
    a.map(|lane| (lane.cast_signed() >> BITS).cast_unsigned())
}

fn funnel_right<const BITS: i32>(low: Vector, high: Vector) -> Vector {
    from_fn(|i| low[i] >> BITS | high[i] << (64 - BITS))
}

fn negate(lanes: u8, a: Vector) -> Vector {
    from_fn(|i| if lanes >> i & 1 == 1 { a[i].wrapping_neg() } else { a[i] })
}

fn shift_lanes<const LANES: i32>(low: Vector, high: Vector) -> Vector {
    permute_two(from_fn(|i| i as i64 + i64::from(LANES)), low, high)
}

fn maximum(a: Vector, b: Vector) -> Vector {
    from_fn(|i| a[i].max(b[i]))
}

fn any_above(a: Vector, limit: u64) -> bool {
    a.iter().any(|lane| *lane > limit)
}

fn equal(a: Vector, b: Vector) -> u8 {
    (0..8).map(|i| u8::from(a[i] == b[i]) << i).sum()
}

fn claim_below<const TENTHS: u64>(_: &[Vector; 5]) {}

fn claim_above<const TENTHS: u64>(_: &[Vector; 5]) {}

fn claim_at_most(_: Vector, _limit: u64) {}

fn ripple(blocks: &mut [Block<Word>]) -> Word {
    super::ripple(blocks)
}

fn add_word(sum: &mut Word, word: Word) {
    *sum = sum.wrapping_add(word);
}
