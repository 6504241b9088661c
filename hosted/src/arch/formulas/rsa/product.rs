//! Products and squares, column by column.
//!
//! A column is a block of the result. Column k sums a[p] b[q] for p + q = k: the eight digits of
//! a[p] are in the lanes, each digit r of b[q] is broadcast, and the low and high halves of the
//! eight products go to sums r and r + 1 of nine, whose weight is 2^(52 r) over that of the column.
//! So nothing is shifted while products are added. [`Shifted`] then adds the nine sums, each
//! shifted by its number of lanes, with what the column before left over, and [`Carried`] carries.
//!
//! A sum has at most 2 V halves of products, so it is below 2^52 20, and nine of them and a carry
//! are below 2^60: proved by `products_stay_within_their_lanes` in `arch/rsa/bounds.rs`.

use core::sync::atomic::{Ordering, compiler_fence};

use super::super::{
    Block, LOW_52, Vector, Word, add, add_word, and, any_above, broadcast, claim_at_most, load,
    madd52hi, madd52lo, maximum, ripple, shift_lanes, shift_right, splat, store,
};
use super::Product;

vector! {
    #[inline(never)]
    pub(in crate::arch) fn multiply<const V: usize>(
        result: &mut Product,
        a: &[Block<Word>; V],
        b: &[Block<Word>; V],
    ) {
        columns::<V, false>(result, a, b);
    }

    #[inline(never)]
    pub(in crate::arch) fn square<const V: usize>(result: &mut Product, a: &[Block<Word>; V]) {
        columns::<V, true>(result, a, a);
    }

    /// The product of `a` and `b`, which are the same for a square. The low V - 1 blocks have
    /// digits below 2^52, the others below 2^60.
    #[inline]
    fn columns<const V: usize, const SQUARE: bool>(
        result: &mut Product,
        a: &[Block<Word>; V],
        b: &[Block<Word>; V],
    ) {
        let (mut shifted, mut carried) = (Shifted::new(), Carried::new());
        unrolled!(k < 2 * V, {
            let mut sums = [splat(0); 9];
            let start = (k + 1).saturating_sub(V);
            if SQUARE {
                // Each product of two different blocks counts twice.
                for p in start..k.div_ceil(2) {
                    add_products(&mut sums, load(&a[p].0), &a[k - p]);
                }
                for sum in &mut sums {
                    *sum = add(*sum, *sum);
                }
                if k.is_multiple_of(2) {
                    add_products(&mut sums, load(&a[k / 2].0), &a[k / 2]);
                }
            } else {
                // This stays a loop for longer numbers, in which an index would be checked.
                for p in start..=k.min(V - 1) {
                    if let (Some(a), Some(b)) = (a.get(p), b.get(k - p)) {
                        add_products(&mut sums, load(&a.0), b);
                    }
                }
            }
            let mut digits = shifted.push(&sums);
            if k < V - 1 {
                digits = carried.push(digits);
            } else if k == V - 1 {
                digits = add(digits, carried.rest());
            }
            claim_at_most(digits, (1 << 60) - 1);
            store(&mut result[k].0, digits);
            // Or the compiler broadcasts digits once for all columns, and spills them.
            compiler_fence(Ordering::SeqCst);
        });
        if carried.is_incomplete() {
            let carry = ripple(&mut result[..V - 1]);
            add_word(&mut result[V - 1].0[0], carry);
        }
    }

    /// Adds the products of the lanes of `a` with each digit of `b`.
    #[inline]
    pub(super) fn add_products(sums: &mut [Vector; 9], a: Vector, b: &Block<Word>) {
        for r in 0..8 {
            let digit = broadcast(&b.0[r]);
            sums[r] = madd52lo(sums[r], a, digit);
            sums[r + 1] = madd52hi(sums[r + 1], a, digit);
        }
    }
}

/// The sum of columns, each nine sums of which the one with number r is shifted by r lanes.
///
/// In three steps of halving: pairs one lane apart, pairs of these two apart, then four.
pub(super) struct Shifted {
    /// Of the column before: the sums 1, 3, 5, 7 and 8.
    odd: [Vector; 5],
    /// The sums of two that are shifted by two lanes, and by two within the upper four.
    pairs: [Vector; 2],
    /// The sum of four that is shifted by four.
    four: Vector,
}

impl Shifted {
    vector! {
        #[inline]
        pub(super) fn new() -> Self {
            let zero = splat(0);
            Self { odd: [zero; 5], pairs: [zero; 2], four: zero }
        }

        /// Takes the next column, and gives the block that is complete with it.
        #[inline]
        pub(super) fn push(&mut self, sums: &[Vector; 9]) -> Vector {
            let [s0, s1, s2, s3, s4, s5, s6, s7, s8] = *sums;
            let pair0 = add(s0, shift_lanes::<7>(self.odd[0], s1));
            let pair1 = add(s2, shift_lanes::<7>(self.odd[1], s3));
            let pair2 = add(s4, shift_lanes::<7>(self.odd[2], s5));
            let pair3 = add(s6, shift_lanes::<7>(self.odd[3], s7));
            let low = add(pair0, shift_lanes::<6>(self.pairs[0], pair1));
            let high = add(pair2, shift_lanes::<6>(self.pairs[1], pair3));
            let block = add(add(low, self.odd[4]), shift_lanes::<4>(self.four, high));
            *self = Self { odd: [s1, s3, s5, s7, s8], pairs: [pair1, pair3], four: high };
            block
        }
    }
}

/// One carry step for all digits at once: each keeps its low 52 bits and takes what is above them
/// in the digit below.
///
/// That leaves a digit of 2^52 or more where the low bits are all ones but for less than the
/// carry,
/// once in 2^40 for random digits. Then, as seen at the end, [`ripple`] carries again. It costs
/// less than one of the products, so there is nothing to gain by forcing it.
pub(super) struct Carried {
    before: Vector,
    greatest: Vector,
}

impl Carried {
    vector! {
        #[inline]
        pub(super) fn new() -> Self {
            Self { before: splat(0), greatest: splat(0) }
        }

        /// With a carry into the first block: that of its highest lane.
        #[inline]
        pub(super) fn after(carry: Vector) -> Self {
            Self { before: carry, greatest: splat(0) }
        }

        #[inline]
        pub(super) fn push(&mut self, digits: Vector) -> Vector {
            let carry = shift_right::<52>(digits);
            let rest = and(digits, splat(LOW_52.cast_signed()));
            let digits = add(rest, shift_lanes::<7>(self.before, carry));
            self.greatest = maximum(self.greatest, digits);
            self.before = carry;
            digits
        }

        /// The carry out of the last block, in the lowest lane.
        #[inline]
        pub(super) fn rest(&self) -> Vector {
            shift_lanes::<7>(self.before, splat(0))
        }

        /// Whether a digit is still above 52 bits.
        #[inline]
        pub(super) fn is_incomplete(&self) -> bool {
            any_above(self.greatest, LOW_52)
        }
    }
}
