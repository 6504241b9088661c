//! The formulas with intervals: the least and the greatest value that each lane can have.
//!
//! An operation fails the test where the exact result can leave 64 bits, where a factor of a
//! product can have more than 52 bits without being marked as truncated, and where a shift would
//! take a sign for a number or the other way around. So a test that runs a formula on all operands
//! that it allows at once proves what its comments claim, and that no sum ever wraps around.

use core::array::from_fn;

use super::moves::{
    high_halves, interleave_even, interleave_odd, low_halves, permute, permute_two, select,
};
use super::{Block, LOW_52};

const DIGIT: i128 = LOW_52 as i128;

/// From `min` to `max`, both included.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::arch) struct Interval {
    pub(in crate::arch) min: i128,
    pub(in crate::arch) max: i128,
    /// Only the low 52 bits count, so it may only be a factor.
    truncated: bool,
}

pub(in crate::arch) type Vector = [Interval; 8];
pub(in crate::arch) type Word = Interval;
const ZERO: Word = Interval::ZERO;

macro_rules! vector {
    ($($function:item)+) => { $($function)+ };
}

#[path = "../formulas/p256/mod.rs"]
pub(in crate::arch) mod p256;
#[path = "../formulas/rsa/mod.rs"]
pub(in crate::arch) mod rsa;

impl Interval {
    pub(in crate::arch) const ZERO: Self = Self::new(0, 0);
    /// Any word.
    pub(in crate::arch) const WORD: Self = Self::new(0, u64::MAX as i128);
    /// Any digit of 52 bits.
    pub(in crate::arch) const DIGIT: Self = Self::new(0, DIGIT);

    /// Fails where 64 bits, with or without a sign, do not hold all values.
    pub(in crate::arch) const fn new(min: i128, max: i128) -> Self {
        assert!(min <= max, "empty");
        assert!(min >= i64::MIN as i128 && max <= u64::MAX as i128, "more than 64 bits");
        assert!(min >= 0 || max <= i64::MAX as i128, "more than 63 bits and a sign");
        Self { min, max, truncated: false }
    }

    /// Whether all values of `other` are among its own.
    pub(in crate::arch) fn contains(self, other: Self) -> bool {
        self.min <= other.min && other.max <= self.max
    }

    fn number(self) -> Self {
        assert!(!self.truncated, "only the low bits count");
        self
    }

    fn unsigned(self) -> Self {
        assert!(self.min >= 0, "has a sign");
        self.number()
    }

    fn signed(self) -> Self {
        assert!(self.max <= i128::from(i64::MAX), "would be taken for a sign");
        self.number()
    }

    fn factor(self) -> Self {
        let fits = self.min >= 0 && self.max <= DIGIT;
        assert!(fits || self.truncated, "a factor of more than 52 bits");
        if fits { self } else { Self::DIGIT }
    }

    /// Each bound is from the same bound of the argument.
    fn map(self, rising: impl Fn(i128) -> i128) -> Self {
        Self::new(rising(self.min), rising(self.max))
    }

    fn zip(self, other: Self, rising: impl Fn(i128, i128) -> i128) -> Self {
        self.number();
        other.number();
        Self::new(rising(self.min, other.min), rising(self.max, other.max))
    }
}

fn splat(value: i64) -> Vector {
    [Interval::new(value.into(), value.into()); 8]
}

fn load(words: &[Word; 8]) -> Vector {
    *words
}

fn store(words: &mut [Word; 8], a: Vector) {
    *words = a.map(Interval::number);
}

fn broadcast(word: &Word) -> Vector {
    [*word; 8]
}

fn add(a: Vector, b: Vector) -> Vector {
    from_fn(|i| a[i].zip(b[i], |a, b| a + b))
}

fn sub(a: Vector, b: Vector) -> Vector {
    from_fn(|i| Interval::new(a[i].number().min - b[i].number().max, a[i].max - b[i].min))
}

/// `b` is a constant, one less than a power of two.
fn and(a: Vector, b: Vector) -> Vector {
    from_fn(|i| {
        let (a, mask) = (a[i].number(), b[i].max);
        assert!(b[i].min == mask && (mask + 1).count_ones() == 1);
        if a.min >= 0 && a.max <= mask { a } else { Interval::new(0, mask) }
    })
}

fn madd52lo(sum: Vector, a: Vector, b: Vector) -> Vector {
    from_fn(|i| {
        let (a, b) = (a[i].factor(), b[i].factor());
        let fits = a.max * b.max <= DIGIT;
        let low = if fits { a.zip_product(b, 0) } else { Interval::DIGIT };
        sum[i].zip(low, |a, b| a + b)
    })
}

fn madd52hi(sum: Vector, a: Vector, b: Vector) -> Vector {
    from_fn(|i| sum[i].zip(a[i].factor().zip_product(b[i].factor(), 52), |a, b| a + b))
}

impl Interval {
    /// Neither factor is negative.
    fn zip_product(self, other: Self, shift: u32) -> Self {
        Self::new((self.min * other.min) >> shift, (self.max * other.max) >> shift)
    }
}

fn truncated(a: Vector) -> Vector {
    a.map(|lane| Interval { truncated: true, ..lane })
}

fn shift_left<const BITS: u32>(a: Vector) -> Vector {
    a.map(|lane| lane.number().map(|bound| bound << BITS))
}

fn shift_right<const BITS: u32>(a: Vector) -> Vector {
    a.map(|lane| lane.unsigned().map(|bound| bound >> BITS))
}

fn shift_right_signed<const BITS: u32>(a: Vector) -> Vector {
    a.map(|lane| lane.signed().map(|bound| bound >> BITS))
}

fn funnel_right<const BITS: i32>(low: Vector, high: Vector) -> Vector {
    from_fn(|i| {
        low[i].unsigned();
        high[i].unsigned();
        Interval::WORD
    })
}

fn negate(lanes: u8, a: Vector) -> Vector {
    let minus = sub([Interval::ZERO; 8], a);
    select(lanes, a, minus)
}

fn shift_lanes<const LANES: i32>(low: Vector, high: Vector) -> Vector {
    permute_two(from_fn(|i| i as i64 + i64::from(LANES)), low, high)
}

fn maximum(a: Vector, b: Vector) -> Vector {
    from_fn(|i| a[i].unsigned().zip(b[i].unsigned(), i128::max))
}

/// Whether it is possible.
fn any_above(a: Vector, limit: u64) -> bool {
    a.iter().any(|lane| lane.unsigned().max > i128::from(limit))
}

/// Not known. Both answers are for the caller alone.
fn equal(_: Vector, _: Vector) -> u8 {
    0
}

fn claim_below<const TENTHS: u64>(number: &[Vector; 5]) {
    // The number is below (top + 1) 2^208, and p is above (2^48 - 2^16) 2^208.
    let limit = i128::from(TENTHS) * ((1 << 48) - (1 << 16)) / 10;
    for lane in 0..8 {
        for limb in number {
            assert!(Interval::DIGIT.contains(limb[lane].number()), "not carried: {limb:?}");
        }
        assert!(number[4][lane].max < limit, "not below {TENTHS} p / 10: {:?}", number[4][lane]);
    }
}

fn claim_above<const TENTHS: u64>(number: &[Vector; 5]) {
    // The other limbs are not negative.
    let limit = i128::from(TENTHS) * (1 << 48) / 10;
    assert!(number[4].iter().all(|top| top.min > limit), "not above {TENTHS} p / 10");
}

fn claim_at_most(a: Vector, limit: u64) {
    assert!(a.iter().all(|lane| lane.unsigned().max <= i128::from(limit)), "above {limit}: {a:?}");
}

/// Digits that are below 2^52 afterwards, whether or not it was necessary, and the carry.
fn ripple(blocks: &mut [Block<Word>]) -> Word {
    let mut carry = 0;
    for digit in blocks.iter_mut().flat_map(|block| &mut block.0) {
        carry = (digit.unsigned().max + carry) >> 52;
        *digit = Interval::DIGIT;
    }
    Interval::new(0, carry)
}

fn add_word(sum: &mut Word, word: Word) {
    *sum = sum.zip(word, |a, b| a + b);
}
