//! Sums of points in eight lanes, each lane with its own.
//!
//! XYZZ coordinates: x = X / ZZ, y = Y / ZZZ, ZZ^3 = ZZZ^2. A mixed addition is 8M + 2S
//! ([EFD, madd-2008-s](https://www.hyperelliptic.org/EFD/g1p/auto-shortw-xyzz.html)),
//! and two of its products share a reduction. The formulas hold for any two points whose x differ.
//! Where they do not, P = 0, so ZZ = 0, and it stays 0 in all that follows.

use core::array::from_fn;

use super::super::{
    Vector, Word, claim_below, high_halves, interleave_even, interleave_odd, load, low_halves,
    permute_two,
};
use super::field::{
    Limbs, ONE, carry, constant, difference, factor_from_words, from_words, multiply, negated,
    plus_p, product, selected, square, sum, sum_of_products, weakly_reduced,
};

/// A sum of points in each lane, with -ZZZ in place of ZZZ after an odd number of additions: that
/// saves a negation, and what is done to all lanes alike can at most negate the whole sum, whose x
/// stays.
#[derive(Clone, Copy)]
pub(in crate::arch) struct Sums {
    /// Below 2.1 p.
    pub(in crate::arch) x: Limbs,
    /// Below 2.8 p.
    pub(in crate::arch) y: Limbs,
    /// Below 2.1 p, like `zzz`.
    pub(in crate::arch) zz: Limbs,
    pub(in crate::arch) zzz: Limbs,
}

vector! {
    /// The first points plus the second ones; the first ones alone where a bit of `only_first` is
    /// set.
    #[inline]
    pub(in crate::arch) fn first_sum(
        first: &[&[Word; 8]; 8],
        first_negative: u8,
        second: &[&[Word; 8]; 8],
        second_negative: u8,
        only_first: u8,
    ) -> Sums {
        let ((x1, y1), (x2, y2)) = (coordinates(first), coordinates(second));
        let (x1, y1) = (from_words(&x1), from_words(&y1));
        let (x2, y2) = (from_words(&x2), from_words(&y2));
        let y1 = weakly_reduced(negated(first_negative, &y1));
        let y2 = negated(second_negative, &y2);
        let minus_p = carry(plus_p::<2>(&difference(&x1, &x2)));
        claim_below::<31>(&minus_p);
        let r = carry(plus_p::<4>(&difference(&y2, &y1)));
        claim_below::<41>(&r);
        let (pp, rr) = (carry(square(&minus_p)), square(&r));
        let (minus_ppp, q) = (multiply(&minus_p, &pp), product(&x1, &pp));
        let x = new_x(&rr, &minus_ppp, &q);
        // R (Q - X) - Y1 PPP
        let y = carry(sum_of_products(&r, &q_minus_x(&q, &x), &y1, &minus_ppp));
        claim_below::<28>(&y);
        let one = constant(&ONE);
        let minus_one = carry(plus_p::<1>(&negated(0xff, &one)));
        claim_below::<21>(&minus_one);
        Sums {
            x: selected(only_first, &x, &x1),
            y: selected(only_first, &y, &y1),
            zz: selected(only_first, &pp, &one),
            zzz: selected(only_first, &minus_ppp, &minus_one),
        }
    }

    /// One more point a lane. A bit of `negative` is set where the sign of the point and that of
    /// all ZZZ differ.
    #[inline]
    pub(in crate::arch) fn add_points(sums: &Sums, points: &[&[Word; 8]; 8], negative: u8) -> Sums {
        claim_below::<21>(&sums.x);
        claim_below::<28>(&sums.y);
        claim_below::<21>(&sums.zz);
        claim_below::<21>(&sums.zzz);
        let (x2, y2) = coordinates(points);
        let u2 = product(&factor_from_words(&x2), &sums.zz);
        let s2 = product(&factor_from_words(&y2), &sums.zzz);
        let minus_p = carry(plus_p::<2>(&difference(&sums.x, &u2)));
        claim_below::<42>(&minus_p);
        let r = carry(plus_p::<4>(&difference(&negated(negative, &s2), &sums.y)));
        claim_below::<53>(&r);
        let (pp, rr) = (carry(square(&minus_p)), square(&r));
        let (minus_ppp, q) = (multiply(&minus_p, &pp), product(&sums.x, &pp));
        let x = new_x(&rr, &minus_ppp, &q);
        let zz = multiply(&sums.zz, &pp);
        let zzz = multiply(&sums.zzz, &minus_ppp);
        let y = carry(sum_of_products(&r, &q_minus_x(&q, &x), &sums.y, &minus_ppp));
        claim_below::<28>(&y);
        Sums { x, y, zz, zzz }
    }

    /// R^2 - PPP - 2 Q
    #[inline]
    pub(super) fn new_x(rr: &Limbs, minus_ppp: &Limbs, q: &Limbs) -> Limbs {
        weakly_reduced(difference(&sum(rr, minus_ppp), &sum(q, q)))
    }

    /// Q - X + 3 p
    #[inline]
    pub(super) fn q_minus_x(q: &Limbs, x: &Limbs) -> Limbs {
        let difference = carry(plus_p::<3>(&difference(q, x)));
        claim_below::<46>(&difference);
        difference
    }

    /// The words of x and of y, a point a lane.
    #[inline]
    fn coordinates(points: &[&[Word; 8]; 8]) -> ([Vector; 4], [Vector; 4]) {
        let rows: [Vector; 8] = from_fn(|i| load(points[i]));
        let (a, b) = (quarters(&rows, 0), quarters(&rows, 4));
        (from_fn(|i| low_halves(a[i], b[i])), from_fn(|i| high_halves(a[i], b[i])))
    }

    /// Of four rows from `start`: the words 0 in the low lanes and 4 in the high ones, then 1 and
    /// 5, 2 and 6, 3 and 7.
    #[inline]
    fn quarters(rows: &[Vector; 8], start: usize) -> [Vector; 4] {
        let even = |i| interleave_even(rows[start + i], rows[start + i + 1]);
        let odd = |i| interleave_odd(rows[start + i], rows[start + i + 1]);
        let (low, high) = ([0, 1, 8, 9, 4, 5, 12, 13], [2, 3, 10, 11, 6, 7, 14, 15]);
        [
            permute_two(low, even(0), even(2)),
            permute_two(low, odd(0), odd(2)),
            permute_two(high, even(0), even(2)),
            permute_two(high, odd(0), odd(2)),
        ]
    }
}
