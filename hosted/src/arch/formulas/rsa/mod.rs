//! RSA: powers modulo n, in blocks of eight digits. `arch/rsa` says what for.

/// Runs the block for each number below `$end`, at most 20, each time as code of its own.
macro_rules! unrolled {
    ($i:ident < $end:expr, $block:block) => {
        unrolled!(@ $i $end, $block, 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19)
    };
    (@ $i:ident $end:expr, $block:block, $($number:literal)+) => {$(
        if $number < $end {
            let $i: usize = $number;
            $block
        }
    )+};
}

mod product;
mod reduction;

use super::{Block, Word, ZERO};
use crate::arch::rsa::Constants;
pub(in crate::arch) use product::{multiply, square};
pub(in crate::arch) use reduction::reduce;

/// The blocks of a product of the longest numbers.
type Product = [Block<Word>; 20];

vector! {
    /// `base` to the power of `exponent` modulo n, below (V + 1) n, for an odd exponent of at
    /// least 3.
    pub(in crate::arch) fn power<const V: usize, const F: usize>(
        constants: &Constants<Word, V, F>,
        base: &[Block<Word>; V],
        exponent: u32,
    ) -> [Block<Word>; V] {
        let mut sums = [Block([ZERO; 8]); 20];
        let mut factor = [Block([ZERO; 8]); V];
        multiply(&mut sums, base, &constants.r_squared);
        reduce(constants, &mut factor, &sums);
        let mut power = factor;
        // The last bit is one. Its factor without the R takes the R out of the power.
        for bit in (0..exponent.checked_ilog2().unwrap_or(0)).rev() {
            square(&mut sums, &power);
            reduce(constants, &mut power, &sums);
            if exponent >> bit & 1 == 1 {
                multiply(&mut sums, &power, if bit == 0 { base } else { &factor });
                reduce(constants, &mut power, &sums);
            }
        }
        power
    }

    /// a b / R modulo n, below (V + 1) n.
    pub(in crate::arch) fn montgomery_product<const V: usize, const F: usize>(
        constants: &Constants<Word, V, F>,
        a: &[Block<Word>; V],
        b: &[Block<Word>; V],
    ) -> [Block<Word>; V] {
        let mut sums = [Block([ZERO; 8]); 20];
        let mut result = [Block([ZERO; 8]); V];
        multiply(&mut sums, a, b);
        reduce(constants, &mut result, &sums);
        result
    }
}
