//! The sum of the eight lanes, three additions deep, and the comparison of its x.
//!
//! Full additions in XYZZ coordinates ([EFD, add-2008-s][efd]), 12M + 2S. Products that do not
//! depend on each other share a vector: level 1 adds four pairs with two products a vector, level 2
//! two pairs with four, level 3 one pair with up to seven. Behind a line stands what its lanes hold,
//! in the names of the formulas: `a | b` in two halves, `a, b, …` in quarters or eighths, `.` what
//! is not used. Signs are as in `addition`: S and Y have that of ZZZ, and each addition changes it.
//!
//! [efd]: https://www.hyperelliptic.org/EFD/g1p/auto-shortw-xyzz.html

use super::super::{Word, broadcast, select};
use super::addition::{Sums, new_x, q_minus_x};
use super::field::{
    Limbs, R_SQUARED, carry, constant, difference, factor_from_words, is_zero, multiply, permuted,
    picked, plus_p, product, selected, square, sum,
};

const SWAP: [i64; 8] = [4, 5, 6, 7, 0, 1, 2, 3];

/// Four sums, or two: X in the low lanes of `xy` and Y in the high ones, ZZ and ZZZ in those of
/// `z`.
pub(in crate::arch) struct Pairs {
    xy: Limbs,
    z: Limbs,
}

vector! {
    /// Whether X / ZZ of the sum of all lanes is one of the candidates r and r', which are not in
    /// Montgomery's form; `None` where equal or opposite points met before the last addition.
    #[inline]
    pub(in crate::arch) fn has_x(sums: &Sums, candidates: &[[Word; 4]; 2]) -> Option<bool> {
        let pair = four_to_two(&eight_to_four(sums));
        let zeros = compare_sum(&pair, candidates);
        if zeros & 0b100 == 0 { Some(zeros & 0b011 != 0) } else { compare_equal(&pair, candidates) }
    }

    /// Adds lanes 0 to 3 and 4 to 7.
    #[inline]
    pub(in crate::arch) fn eight_to_four(sums: &Sums) -> Pairs {
        let (zz, zzz) = (permuted(SWAP, &sums.zz), permuted(SWAP, &sums.zzz));
        let u = multiply(&sums.x, &zz); // U1 | U2
        let s = multiply(&sums.y, &zzz); // S1 | S2
        let z = multiply(&selected(0xf0, &sums.zz, &zzz), &selected(0xf0, &zz, &sums.zzz));
        // ZZ1 ZZ2 | ZZZ1 ZZZ2
        let (u_swapped, s_swapped) = (permuted(SWAP, &u), permuted(SWAP, &s));
        let (us, swapped) = (selected(0xf0, &u, &s), selected(0xf0, &u_swapped, &s_swapped));
        let p_r = carry(plus_p::<2>(&difference(&us, &swapped))); // -P | R
        let squares = carry(square(&p_r)); // PP | RR
        let pp = permuted([0, 1, 2, 3, 0, 1, 2, 3], &squares);
        let ppp_q = multiply(&selected(0xf0, &p_r, &u_swapped), &pp); // -PPP | Q
        let (rr, q) = (permuted(SWAP, &squares), permuted(SWAP, &ppp_q));
        let x = new_x(&rr, &ppp_q, &q); // X | .
        let ppp = permuted([0, 1, 2, 3, 0, 1, 2, 3], &ppp_q); // -PPP
        let y = product(
            &selected(0xf0, &permuted(SWAP, &p_r), &s_swapped),
            &selected(0xf0, &q_minus_x(&q, &x), &ppp),
        ); // R (Q - X) | -S1 PPP
        let z = multiply(&z, &selected(0xf0, &pp, &ppp)); // ZZ | ZZZ
        let y = carry(sum(&y, &permuted(SWAP, &y)));
        Pairs { xy: selected(0xf0, &x, &y), z }
    }

    /// Adds lanes 0 and 1 to 2 and 3, and likewise in the high lanes; in quarters.
    #[inline]
    pub(in crate::arch) fn four_to_two(pairs: &Pairs) -> Pairs {
        let z = &pairs.z; // ZZ1, ZZ2, ZZZ1, ZZZ2
        let us = multiply(&pairs.xy, &permuted([2, 3, 0, 1, 6, 7, 4, 5], z)); // U1, U2, S1, S2
        let p_r = carry(plus_p::<2>(&difference(
            &permuted([0, 1, 0, 1, 6, 7, 6, 7], &us),
            &permuted([2, 3, 2, 3, 4, 5, 4, 5], &us),
        ))); // -P, -P, R, R
        let squares = multiply(
            &selected(0xcc, &p_r, &permuted([0, 1, 0, 1, 4, 5, 4, 5], z)), // -P, ZZ1, R, ZZZ1
            &selected(0xcc, &p_r, z),                                      // -P, ZZ2, R, ZZZ2
        ); // PP, ZZ1 ZZ2, RR, ZZZ1 ZZZ2
        let pp = permuted([0, 1, 0, 1, 0, 1, 0, 1], &squares);
        let factors = picked([0, 1, 8, 9, 0, 1, 0, 1], &p_r, &us); // -P, U1, ., .
        let factors = picked([0, 1, 2, 3, 10, 11, 10, 11], &factors, &squares); // …, ZZ1 ZZ2, .
        let ppp_q_zz = multiply(&factors, &pp); // -PPP, Q, ZZ, .
        let ppp = permuted([0, 1, 0, 1, 0, 1, 0, 1], &ppp_q_zz);
        let q = permuted([2, 3, 2, 3, 2, 3, 2, 3], &ppp_q_zz);
        let x = new_x(&permuted([4, 5, 4, 5, 4, 5, 4, 5], &squares), &ppp, &q);
        let factors = picked([4, 5, 12, 13, 4, 5, 4, 5], &p_r, &us); // R, S1, ., .
        let factors = picked([0, 1, 2, 3, 14, 15, 14, 15], &factors, &squares); // …, ZZZ1 ZZZ2, .
        let y_zzz = product(&factors, &selected(0xfc, &q_minus_x(&q, &x), &ppp));
        // R (Q - X), -S1 PPP, ZZZ, .
        let y = carry(sum(&y_zzz, &permuted([2, 3, 2, 3, 2, 3, 2, 3], &y_zzz)));
        Pairs {
            xy: picked([0, 1, 0, 1, 8, 9, 8, 9], &x, &y),
            z: picked([4, 5, 4, 5, 12, 13, 12, 13], &ppp_q_zz, &carry(y_zzz)),
        }
    }

    /// Adds lane 0 to 1, and likewise in the high lanes; in eighths. Only X and ZZ are needed.
    ///
    /// Says which of X - r ZZ, X - r' ZZ and ZZ are zero, as bits from the lowest.
    #[inline]
    pub(in crate::arch) fn compare_sum(pair: &Pairs, candidates: &[[Word; 4]; 2]) -> u8 {
        // X1, X2, Y1, Y2, ZZ1, r, r', .
        let factors = picked([0, 1, 4, 5, 8, 8, 8, 8], &pair.xy, &pair.z);
        let us = multiply(
            &selected(0x60, &factors, &candidates_in_lanes_5_and_6(candidates)),
            // ZZ2, ZZ1, ZZZ2, ZZZ1, ZZ2, R^2, R^2, .
            &selected(0x60, &permuted([1, 0, 5, 4, 1, 1, 1, 1], &pair.z), &constant(&R_SQUARED)),
        ); // U1, U2, S1, S2, ZZ1 ZZ2, r, r', . and now in Montgomery's form
        let p_r = carry(plus_p::<2>(&difference(
            &permuted([0, 3, 0, 0, 0, 0, 0, 0], &us),
            &permuted([1, 2, 1, 1, 1, 1, 1, 1], &us),
        ))); // -P, R, .
        let squares = multiply(
            &selected(0x0c, &p_r, &permuted([4, 4, 4, 4, 4, 4, 4, 4], &us)),
            &selected(0x0c, &p_r, &permuted([5, 5, 5, 6, 5, 5, 5, 5], &us)),
        ); // PP, RR, r ZZ1 ZZ2, r' ZZ1 ZZ2, .
        let factors = picked([0, 8, 0, 0, 12, 12, 12, 12], &p_r, &us); // -P, U1, ., ., ZZ1 ZZ2
        let results = product(
            &selected(0x0c, &factors, &squares),
            &permuted([0, 0, 0, 0, 0, 0, 0, 0], &squares),
        ); // -PPP, Q, r ZZ, r' ZZ, ZZ, .
        let q = permuted([1, 1, 1, 1, 1, 1, 1, 1], &results);
        let x = difference(
            &sum(
                &permuted([1, 1, 1, 1, 1, 1, 1, 1], &squares),
                &permuted([0, 0, 0, 0, 0, 0, 0, 0], &results),
            ),
            &sum(&q, &q),
        );
        let others = permuted([2, 3, 4, 4, 4, 4, 4, 4], &results);
        is_zero(selected(0xfc, &difference(&x, &others), &others))
    }

    /// The rest of [`has_x`] where the sum's ZZ is zero.
    ///
    /// If the last two points are equal, it doubles the first of them
    /// (dbl-2008-s-1 of the same database):
    /// X = M^2 - 2 S and ZZ = V ZZ1 with V = (2 Y1)^2, S = X1 V and M = 3 (X1^2 - ZZ1^2). If they
    /// are opposite, the sum is the point at infinity, which has no x.
    #[cold]
    #[inline(never)]
    pub(in crate::arch) fn compare_equal(
        pair: &Pairs,
        candidates: &[[Word; 4]; 2],
    ) -> Option<bool> {
        let factors = picked([0, 1, 4, 5, 8, 8, 8, 8], &pair.xy, &pair.z); // X1, X2, Y1, Y2, ZZ1, .
        let us = multiply(&factors, &permuted([1, 0, 5, 4, 1, 1, 1, 1], &pair.z));
        // U1, U2, S1, S2, ZZ1 ZZ2, .
        let s = difference(
            &permuted([2, 2, 2, 2, 2, 2, 2, 2], &us), // S1
            &permuted([3, 3, 3, 3, 3, 3, 3, 3], &us),
        ); // S2
        let zeros = is_zero(selected(0x01, &us, &s)); // S1 - S2, ., ., ., ZZ1 ZZ2, .
        if zeros & 0b1_0000 != 0 {
            return None;
        }
        if zeros & 1 == 0 {
            return Some(false);
        }
        let x1 = permuted([0, 0, 0, 0, 0, 0, 0, 0], &pair.xy);
        let y1 = permuted([4, 4, 4, 4, 4, 4, 4, 4], &pair.xy);
        let zz1 = permuted([0, 0, 0, 0, 0, 0, 0, 0], &pair.z);
        let v = carry(square(&carry(sum(&y1, &y1))));
        let s = product(&x1, &v);
        let slope = plus_p::<2>(&difference(&square(&x1), &square(&zz1)));
        let slope = carry(sum(&slope, &sum(&slope, &slope)));
        let x = difference(&square(&slope), &sum(&s, &s));
        let candidates = multiply(&candidates_in_lanes_5_and_6(candidates), &constant(&R_SQUARED));
        let zeros = is_zero(difference(&x, &product(&candidates, &multiply(&v, &zz1))));
        Some(zeros & 0x60 != 0)
    }

    /// r' in lane 6, r in the others; as factors.
    #[inline]
    fn candidates_in_lanes_5_and_6(candidates: &[[Word; 4]; 2]) -> Limbs {
        let [r, r_prime] = candidates;
        factor_from_words(&core::array::from_fn(|i| {
            select(0x40, broadcast(&r[i]), broadcast(&r_prime[i]))
        }))
    }
}
