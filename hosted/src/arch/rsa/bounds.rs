//! The bounds that the comments of `formulas/rsa` claim: those of lanes proved with intervals, on
//! all digits that there can be; those of whole numbers computed.

use num_bigint::BigUint;

use super::Constants;
use crate::arch::lanes::Block;
use crate::arch::lanes::interval::Interval;
use crate::arch::lanes::interval::rsa::{multiply, reduce, square};

const ANY: Block<Interval> = Block([Interval::DIGIT; 8]);

fn any_constants<const V: usize, const F: usize>() -> Constants<Interval, V, F> {
    Constants { n: [ANY; V], minus_inverse: ANY, c: [[ANY; V]; F], r_squared: [ANY; V], folded: F }
}

fn lanes_hold_all_sums<const V: usize, const F: usize>() {
    let constants = any_constants::<V, F>();
    let (mut product, mut result) = ([ANY; 20], [ANY; V]);
    for is_square in [false, true] {
        if is_square {
            square(&mut product, &[ANY; V]);
        } else {
            multiply(&mut product, &[ANY; V], &[ANY; V]);
        }
        // What `reduce` needs, and gives back for the next product.
        assert!(are_digits(&product[..F]));
        reduce(&constants, &mut result, &product);
        assert!(are_digits(&result));
    }
}

#[test]
fn products_stay_within_their_lanes() {
    lanes_hold_all_sums::<5, 4>();
    lanes_hold_all_sums::<8, 7>();
    lanes_hold_all_sums::<10, 9>();
}

#[test]
#[should_panic(expected = "a factor of more than 52 bits")]
fn a_digit_that_is_too_large_is_found() {
    let mut number = [ANY; 5];
    number[3].0[4] = Interval::new(0, 1 << 52);
    square(&mut [ANY; 20], &number);
}

#[test]
fn results_stay_below_v_plus_one_times_the_modulus() {
    for (bits, v) in [(2048, 5_u32), (3072, 8), (4096, 10)] {
        let (n, x): (BigUint, BigUint) =
            ((BigUint::from(1_u32) << bits) - 1_u32, BigUint::from(1_u32) << 416);
        let factor: BigUint = &n * (v + 1) - 1_u32;
        let t = &factor * &factor;
        // t = low + X^(V - 1) high, low replaced by V - 1 products, and one product of n added.
        let high = &t >> (416 * (v - 1));
        let folded = (&n - 1_u32) * (&x - 1_u32) * (v - 1);
        let result = (high + folded + &n * (&x - 1_u32)) / &x;
        assert!(result <= factor, "{bits}");
        // All digits of it fit, and `reduce_fully` asks for a factor of at most 11.
        assert!(factor.bits() <= u64::from(416 * v) && v <= 10);
    }
}

fn are_digits(blocks: &[Block<Interval>]) -> bool {
    blocks.iter().flat_map(|block| &block.0).all(|digit| Interval::DIGIT.contains(*digit))
}
