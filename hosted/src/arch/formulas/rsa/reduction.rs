//! Division by R modulo n.
//!
//! With X = 2^416, the weight of a block, and R = X^V. The low V - 1 blocks of t are replaced, all
//! at once, by multiples of c[j] = X^(j - V + 1) mod n: that is linear, so nothing waits for
//! anything. One step of Montgomery's reduction by a whole block is left, with -1/n modulo X.
//!
//! The result is (t[0] c[0] + … + t[V-2] c[V-2] + t[V-1] + X t[V] + … + q n) / X, where c[j] < n,
//! and q and the low t[j] are below X: below t / R + V n. For factors below (V + 1) n, and with
//! R > 2^31 n, that is below (V + 1) n, so nothing is ever subtracted.

use super::super::{
    Block, Vector, Word, add, claim_at_most, load, ripple, shift_right, splat, store,
};
use super::Product;
use super::product::{Carried, Shifted, add_products};
use crate::arch::rsa::Constants;

vector! {
    /// The low V - 1 blocks of `t` have digits below 2^52, and so has the result.
    #[inline(never)]
    pub(in crate::arch) fn reduce<const V: usize, const F: usize>(
        constants: &Constants<Word, V, F>,
        result: &mut [Block<Word>; V],
        t: &Product,
    ) {
        // For the longer numbers, a number that the compiler does not know: with all loops unrolled
        // the code would not fit the 32 KiB of the instruction cache.
        let folded = if V > 5 { constants.folded } else { F };
        let (mut shifted, mut w, mut q) = (Shifted::new(), t[0], t[0]);
        // q takes two products, one after the other: columns 1 and 2 are summed meanwhile.
        let sums0 = fold::<V, F>(constants, t, folded, 0);
        store_block(&mut w, add(Shifted::new().push(&sums0), load(&t[F].0)));
        let sums1 = fold::<V, F>(constants, t, folded, 1);
        let mut quotient = [splat(0); 9];
        add_products(&mut quotient, load(&constants.minus_inverse.0), &w);
        store_block(&mut q, Shifted::new().push(&quotient));
        let sums2 = fold::<V, F>(constants, t, folded, 2);

        let mut carried = Carried::new();
        unrolled!(m < V + 1, {
            let mut sums = match m {
                0 => sums0,
                1 => sums1,
                2 => sums2,
                _ if m < V => fold::<V, F>(constants, t, folded, m),
                _ => [splat(0); 9],
            };
            if m < V {
                add_products(&mut sums, load(&constants.n[m].0), &q);
            }
            let digits = add(shifted.push(&sums), load(&t[F + m].0));
            if m == 0 {
                // As a number this block is i X: zero in all digits but for the carry i out of the
                // highest. Into that digit comes a carry of less than 2^12, which makes it a
                // multiple of 2^52, so that rounding up gives i.
                claim_at_most(digits, (1 << 62) - 1);
                carried = Carried::after(shift_right::<52>(add(digits, splat((1 << 12) - 1))));
            } else {
                store(&mut result[m - 1].0, carried.push(digits));
            }
        });
        if carried.is_incomplete() {
            // The number is below R: there is no carry out of it.
            ripple(result);
        }
    }

    /// Column `m` of the sum of t[j] c[j].
    #[inline]
    fn fold<const V: usize, const F: usize>(
        constants: &Constants<Word, V, F>,
        t: &Product,
        folded: usize,
        m: usize,
    ) -> [Vector; 9] {
        let mut sums = [splat(0); 9];
        for (c, t) in constants.c.iter().zip(t).take(folded) {
            add_products(&mut sums, load(&c[m].0), t);
        }
        sums
    }

    /// The digits carried, without what goes beyond the last.
    #[inline]
    fn store_block(block: &mut Block<Word>, digits: Vector) {
        let mut carried = Carried::new();
        store(&mut block.0, carried.push(digits));
        if carried.is_incomplete() {
            ripple(core::slice::from_mut(block));
        }
    }
}
