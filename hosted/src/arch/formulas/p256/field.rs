//! The field modulo p = 2^256 - 2^224 + 2^192 + 2^96 - 1, eight numbers at once.
//!
//! A number is five limbs of 52 bits, in Montgomery's form with R = 2^260, and is not reduced: it
//! is below a few p. [`Limbs`] may have any sign and size that 64 bits hold; where all limbs are
//! below 2^52 and none is negative, the number is *carried* and may be a factor. Every number
//! that the comments give for a bound is a claim that the instance with intervals proves, in the
//! tests of `arch/p256/bounds.rs`.
//!
//! p has the limbs -1, 2^44, 0, 2^36, 2^48 - 2^16, and -1/p = 1 modulo 2^52: the quotient of a
//! step of Montgomery's reduction is the lowest limb itself, and most of its products are shifts.

use core::array::from_fn;

use super::super::{
    Vector, add, and, claim_above, claim_below, equal, funnel_right, madd52hi, madd52lo, negate,
    permute, permute_two, select, shift_left, shift_right, shift_right_signed, splat, sub,
    truncated,
};

pub(in crate::arch) type Limbs = [Vector; 5];

const LOW_52: i64 = (1 << 52) - 1;
const LOW_48: i64 = (1 << 48) - 1;
/// The highest limb of p.
const TOP: i64 = (1 << 48) - (1 << 16);
/// p and 2 p, carried.
const P: [i64; 5] = [LOW_52, (1 << 44) - 1, 0, 1 << 36, TOP];
const TWO_P: [i64; 5] = [LOW_52 - 1, (1 << 45) - 1, 0, 1 << 37, 2 * TOP];
/// R and R^2 modulo p.
pub(super) const ONE: [i64; 5] = power_of_two(260);
pub(super) const R_SQUARED: [i64; 5] = power_of_two(520);

vector! {
    /// a b / R: below (A B / 16 + 1) p for a below A p and b below B p. Not carried.
    ///
    /// Low and high halves have sums of their own: the chains are shorter.
    #[inline]
    pub(super) fn product(a: &Limbs, b: &Limbs) -> Limbs {
        let (mut low, mut high) = ([splat(0); 10], [splat(0); 10]);
        for i in 0..5 {
            for j in 0..5 {
                low[i + j] = madd52lo(low[i + j], a[i], b[j]);
            }
            for j in 0..5 {
                high[i + j + 1] = madd52hi(high[i + j + 1], a[i], b[j]);
            }
        }
        reduce(from_fn(|i| add(low[i], high[i])))
    }

    /// a b / R, carried.
    #[inline]
    pub(in crate::arch) fn multiply(a: &Limbs, b: &Limbs) -> Limbs {
        carry(product(a, b))
    }

    /// (a b + c d) / R with one reduction: below ((A B + C D) / 16 + 1) p. Not carried.
    #[inline]
    pub(in crate::arch) fn sum_of_products(a: &Limbs, b: &Limbs, c: &Limbs, d: &Limbs) -> Limbs {
        let mut sums = [splat(0); 10];
        for (a, b) in [(a, b), (c, d)] {
            for i in 0..5 {
                for j in 0..5 {
                    sums[i + j] = madd52lo(sums[i + j], a[i], b[j]);
                }
                for j in 0..5 {
                    sums[i + j + 1] = madd52hi(sums[i + j + 1], a[i], b[j]);
                }
            }
        }
        reduce(sums)
    }

    /// a^2 / R: below (A^2 / 16 + 1) p. Not carried.
    #[inline]
    pub(in crate::arch) fn square(a: &Limbs) -> Limbs {
        let zero = splat(0);
        let (mut low, mut high) = ([zero; 10], [zero; 10]);
        for i in 0..5 {
            for j in i + 1..5 {
                low[i + j] = madd52lo(low[i + j], a[i], a[j]);
                high[i + j + 1] = madd52hi(high[i + j + 1], a[i], a[j]);
            }
        }
        let mut sums: [Vector; 10] = from_fn(|i| add(low[i], high[i]));
        for sum in &mut sums {
            *sum = add(*sum, *sum);
        }
        for i in 0..5 {
            sums[2 * i] = add(sums[2 * i], madd52lo(zero, a[i], a[i]));
            sums[2 * i + 1] = add(sums[2 * i + 1], madd52hi(zero, a[i], a[i]));
        }
        reduce(sums)
    }

    /// t / R modulo p: below t / R + p.
    ///
    /// Step i adds m p 2^(52 i) with m the low 52 bits of t[i]. Of this, -m leaves a multiple of
    /// 2^52 in t[i], which is carried.
    #[inline]
    fn reduce(mut t: [Vector; 10]) -> Limbs {
        let (p1, p3, p4) = (splat(1 << 44), splat(1 << 36), splat(TOP));
        for i in 0..5 {
            let m = truncated(t[i]);
            t[i + 1] = add(madd52lo(t[i + 1], m, p1), shift_right::<52>(t[i]));
            t[i + 2] = madd52hi(t[i + 2], m, p1);
            t[i + 3] = madd52lo(t[i + 3], m, p3);
            t[i + 4] = madd52lo(madd52hi(t[i + 4], m, p3), m, p4);
            t[i + 5] = madd52hi(t[i + 5], m, p4);
        }
        [t[5], t[6], t[7], t[8], t[9]]
    }

    /// Carries a number that is not negative, or keeps the sign in the highest limb.
    #[inline]
    pub(super) fn carry(t: Limbs) -> Limbs {
        let mask = splat(LOW_52);
        let t1 = add(t[1], shift_right_signed::<52>(t[0]));
        let t2 = add(t[2], shift_right_signed::<52>(t1));
        let t3 = add(t[3], shift_right_signed::<52>(t2));
        let t4 = add(t[4], shift_right_signed::<52>(t3));
        [and(t[0], mask), and(t1, mask), and(t2, mask), and(t3, mask), t4]
    }

    /// Any number from -64 p to 64 p, by multiples of p to one above 0.9 p and below 2.1 p;
    /// carried.
    ///
    /// Adds (1 - q) p, where q 2^48 is the highest limb without its low 48 bits.
    #[inline]
    pub(in crate::arch) fn weakly_reduced(t: Limbs) -> Limbs {
        let times = sub(splat(1), shift_right_signed::<48>(t[4]));
        let top = add(and(t[4], splat(LOW_48)), splat(1 << 48));
        let reduced = carry([
            sub(t[0], times),
            add(t[1], shift_left::<44>(times)),
            t[2],
            add(t[3], shift_left::<36>(times)),
            sub(top, shift_left::<16>(times)),
        ]);
        claim_above::<9>(&reduced);
        claim_below::<21>(&reduced);
        reduced
    }

    /// The lanes whose number, from -64 p to 64 p, is a multiple of p.
    ///
    /// Weakly reduced it can be p or 2 p, and its limbs are the only ones it can have.
    #[inline]
    pub(in crate::arch) fn is_zero(t: Limbs) -> u8 {
        let t = weakly_reduced(t);
        let equals =
            |number: &[i64; 5]| (0..5).fold(0xff, |lanes, i| lanes & equal(t[i], splat(number[i])));
        equals(&P) | equals(&TWO_P)
    }

    #[inline]
    pub(super) fn sum(a: &Limbs, b: &Limbs) -> Limbs {
        from_fn(|i| add(a[i], b[i]))
    }

    #[inline]
    pub(super) fn difference(a: &Limbs, b: &Limbs) -> Limbs {
        from_fn(|i| sub(a[i], b[i]))
    }

    /// a + `TIMES` p
    #[inline]
    pub(super) fn plus_p<const TIMES: i64>(a: &Limbs) -> Limbs {
        [
            add(a[0], splat(-TIMES)),
            add(a[1], splat(TIMES << 44)),
            a[2],
            add(a[3], splat(TIMES << 36)),
            add(a[4], splat(TIMES * TOP)),
        ]
    }

    /// -a in the lanes whose bit is set.
    #[inline]
    pub(super) fn negated(lanes: u8, a: &Limbs) -> Limbs {
        from_fn(|i| negate(lanes, a[i]))
    }

    /// b in the lanes whose bit is set, a in the others.
    #[inline]
    pub(super) fn selected(lanes: u8, a: &Limbs, b: &Limbs) -> Limbs {
        from_fn(|i| select(lanes, a[i], b[i]))
    }

    #[inline]
    pub(super) fn permuted(index: [i64; 8], a: &Limbs) -> Limbs {
        from_fn(|i| permute(index, a[i]))
    }

    /// Lanes of both; those of `b` count from 8.
    #[inline]
    pub(super) fn picked(index: [i64; 8], a: &Limbs, b: &Limbs) -> Limbs {
        from_fn(|i| permute_two(index, a[i], b[i]))
    }

    #[inline]
    pub(super) fn constant(number: &[i64; 5]) -> Limbs {
        from_fn(|i| splat(number[i]))
    }

    /// Four words of 64 bits as a factor: four limbs have bits of the next one above their own 52,
    /// which products ignore.
    #[inline]
    pub(super) fn factor_from_words(words: &[Vector; 4]) -> Limbs {
        let [a, b, c, d] = *words;
        [
            truncated(a),
            truncated(funnel_right::<52>(a, b)),
            truncated(funnel_right::<40>(b, c)),
            truncated(funnel_right::<28>(c, d)),
            shift_right::<16>(d),
        ]
    }

    /// Four words of 64 bits, carried.
    #[inline]
    pub(super) fn from_words(words: &[Vector; 4]) -> Limbs {
        let [a, b, c, d] = *words;
        let mask = splat(LOW_52);
        [
            and(a, mask),
            and(funnel_right::<52>(a, b), mask),
            and(funnel_right::<40>(b, c), mask),
            and(funnel_right::<28>(c, d), mask),
            shift_right::<16>(d),
        ]
    }
}

/// 2^exponent modulo p.
const fn power_of_two(exponent: u32) -> [i64; 5] {
    let mut power = [1, 0, 0, 0, 0];
    let mut count = 0;
    while count < exponent {
        let (mut doubled, mut reduced) = ([0; 5], [0; 5]);
        let (mut carry, mut borrow, mut i) = (0, 0, 0);
        while i < 5 {
            let sum = 2 * power[i] + carry;
            doubled[i] = sum & LOW_52;
            carry = sum >> 52;
            let rest = doubled[i] - P[i] + borrow;
            reduced[i] = rest & LOW_52;
            borrow = rest >> 52;
            i += 1;
        }
        power = if borrow == 0 { reduced } else { doubled };
        count += 1;
    }
    power
}
