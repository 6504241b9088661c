//! ES256: the points of a signature's sum, eight at a time.
//!
//! With W-bit windows u1 G + u2 Q is the sum of 2 · 256 / W points out of two tables, none of them
//! the point at infinity. They are dealt out to eight lanes. Each lane adds its points to a sum of
//! its own, the eight sums are added in a tree, and x is compared with r and, where that is less
//! than p, with r + n: all in `formulas/p256`.
//!
//! # The exceptional cases
//!
//! The formulas for sums do not hold for two points that are equal or opposite. Then ZZ becomes
//! zero, and stays zero to the end, where it is seen before anything else: it would fit every r.
//!
//! A sender chooses r and s, and with them u1 and u2, as long as the signature need not be good.
//! So what can be forced with u1 and u2 must be as cheap as what cannot. Two summands are a G + b
//! Q and a' G + b' Q, where a, a', b and b' are sums of digits, each times its power of 2^W. They
//! are equal or opposite if (a ± a') G = -(b ± b') Q. If both sides are not infinity, that gives
//! the discrete logarithm of the key, so whoever knows how to force it has the private key. If
//! both are, a ± a' is zero modulo n. It is not zero as an integer: its digits are odd, and the
//! lowest of them decides how often 2 divides it. It is below 2^(W N), N the number of digits. For
//! a multiple of n it therefore needs the digit of the lowest place, as without it 2^W divides it,
//! and 2^W n is more than 2^(W N); and the digit of the highest place, as without it it is below
//! 2^255. N is even, so these two are in different lanes that only meet in the last of the three
//! additions of the tree. Up to there, each sum has digits of u1, and not both of these.
//!
//! In the last addition a sender can force it, with one u1 and u2 (see the tests). There equal
//! points are doubled and opposite ones refused, for a few products more. What is left to complete
//! formulas, by the answer `None`, is what only the owner of a key can force.

use core::fmt;

use gatepost::internal::p256::{Digits, Scalars, generator_table_scaled, table_scaled, words};
use gatepost::{ParsedKey, Reason, TableEntry};

use super::{Ifma, Lanes, lanes};

/// Odd multiples (2 j + 1) 2^(W i) of a point, as `Digits` wants them, their coordinates in
/// Montgomery's form with R = 2^260.
pub(crate) struct Table<const W: usize> {
    entries: Box<[TableEntry]>,
}

impl<const W: usize> Table<W> {
    /// Entries of 64 bytes, in all.
    const LEN: usize = Digits::<W>::LEN << (W - 1);

    /// The table of the generator; `None` where the machine computes it wrongly.
    pub(crate) fn generator() -> Option<Self> {
        Self::filled(generator_table_scaled::<W>)
    }

    /// The table of a key, whose point is looked for on the curve.
    pub(crate) fn new(key: &ParsedKey<'_>) -> Option<Self> {
        Self::filled(|doublings, entries| table_scaled::<W>(key, doublings, entries))
    }

    fn filled(fill: impl FnOnce(u32, &mut [TableEntry]) -> Result<(), Reason>) -> Option<Self> {
        let mut entries = vec![TableEntry::default(); Self::LEN].into_boxed_slice();
        // The core's R is 2^256.
        fill(4, &mut entries).ok()?;
        Some(Self { entries })
    }
}

impl<const W: usize> fmt::Debug for Table<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Table").finish_non_exhaustive()
    }
}

const MAX_POINTS: usize = 128;

/// Whether the x-coordinate of u1 G + u2 Q is r modulo n; `None` where complete formulas have to
/// decide.
pub(crate) fn verify<const G: usize, const Q: usize>(
    ifma: Ifma,
    generator: &Table<G>,
    key: &Table<Q>,
    scalars: &Scalars,
) -> Option<bool> {
    let count = const { Digits::<G>::LEN + Digits::<Q>::LEN };
    // Two lengths that are even, as argued above, and leave no lane without digits of u1.
    const {
        assert!(Digits::<G>::LEN.is_multiple_of(2) && Digits::<G>::LEN >= 16);
        assert!(Digits::<G>::LEN + Digits::<Q>::LEN <= MAX_POINTS);
    }
    let rows = count.div_ceil(8);
    // The lanes of the first row that have no point. What they point to is not used.
    let unused = 8 * rows - count;
    let mut points = [[words(generator.entries.first()?); 8]; MAX_POINTS / 8];
    let mut negative = 0;
    let mut places = (0..).zip(points.as_flattened_mut()).skip(unused);
    gather(generator, &scalars.u1, &mut places, &mut negative)?;
    gather(key, &scalars.u2, &mut places, &mut negative)?;
    let (points, unused) = (points.get(..rows)?, !(0xff << unused) as u8);
    let candidates = [scalars.r, scalars.other_x().unwrap_or(scalars.r)];
    match ifma.0 {
        #[cfg(target_arch = "x86_64")]
        #[allow(unsafe_code, reason = "the features were found")]
        // SAFETY: `ifma` exists only where the processor has the features.
        Lanes::Processor => unsafe {
            lanes::processor::p256::verify(points, negative, unused, &candidates)
        },
        #[cfg(any(test, feature = "internal"))]
        Lanes::Plain => lanes::plain::p256::verify(points, negative, unused, &candidates),
    }
}

/// The points of the digits of `scalar`, and a bit for each that is negative.
#[inline]
fn gather<'t, 'p, const W: usize>(
    table: &'t Table<W>,
    scalar: &[u64; 4],
    places: &mut impl Iterator<Item = (u32, &'p mut &'t [u64; 8])>,
    negative: &mut u128,
) -> Option<()>
where
    't: 'p,
{
    for ((index, is_negative), (place, point)) in Digits::<W>::new(scalar).zip(places) {
        *point = words(table.entries.get(index)?);
        prefetch(point);
        *negative |= u128::from(is_negative) << place;
    }
    Some(())
}

#[inline]
fn prefetch(words: &[u64; 8]) {
    #[cfg(target_arch = "x86_64")]
    #[allow(unsafe_code, reason = "a prefetch reads nothing")]
    // SAFETY: SSE is part of x86-64, and no address that is given to a prefetch does harm.
    unsafe {
        core::arch::x86_64::_mm_prefetch::<{ core::arch::x86_64::_MM_HINT_T0 }>(
            words.as_ptr().cast(),
        );
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = words;
}

#[cfg(test)]
mod bounds;
#[cfg(test)]
mod field_tests;
#[cfg(test)]
mod tests;
