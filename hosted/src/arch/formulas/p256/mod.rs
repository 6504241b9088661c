//! ES256: a sum of points, and whether its x is r. `arch/p256` says what for.

mod addition;
mod field;
mod tree;

use super::Word;
use addition::{add_points, first_sum};

vector! {
    /// Whether the sum of all points has one of the x-coordinates `candidates`; `None` where equal
    /// or opposite points met on the way, unless in the last addition.
    ///
    /// A point is x and y in Montgomery's form with R = 2^260, each four words and below 2^256. It
    /// counts negative where its bit in `negative` is set, and not at all where it is in the first
    /// row and its bit in `unused` is set. The candidates are as they are, below 2^256.
    #[inline]
    pub(in crate::arch) fn verify(
        points: &[[&[Word; 8]; 8]],
        negative: u128,
        unused: u8,
        candidates: &[[Word; 4]; 2],
    ) -> Option<bool> {
        let [first, second, rows @ ..] = points else {
            return None;
        };
        let signs = |row: usize| (negative >> (8 * row)) as u8;
        let mut sums = first_sum(second, signs(1), first, signs(0), unused);
        for (row, points) in rows.iter().enumerate() {
            // Each addition changes the sign of all ZZZ, beginning with the one above.
            let odd = if row % 2 == 0 { 0xff } else { 0 };
            sums = add_points(&sums, points, signs(row + 2) ^ odd);
        }
        tree::has_x(&sums, candidates)
    }
}

/// Parts of the above, for tests and for the proof of their bounds.
#[cfg(test)]
#[allow(unused_imports, reason = "each kind of lanes has its own tests")]
pub(in crate::arch) mod parts {
    pub(in crate::arch) use super::addition::{Sums, add_points, first_sum};
    pub(in crate::arch) use super::field::{
        is_zero, multiply, square, sum_of_products, weakly_reduced,
    };
    pub(in crate::arch) use super::tree::{compare_equal, compare_sum, eight_to_four, four_to_two};
}
