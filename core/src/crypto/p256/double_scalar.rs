//! u1 G + u2 Q where nothing is prepared for Q.
//!
//! Shamir's trick: both scalars share the doublings, and each has its sliding digits. Of G there is
//! a table in the program. Of Q the eight odd multiples up to 15 Q are made, with one inversion for
//! all of them: it costs less than additions of points that are not affine would.

use super::Limbs;
use super::field::FieldElement;
use super::point::{Affine, Jacobian};
use super::scalars::SlidingDigits;

/// For all points and scalars; infinity too is found out.
#[inline(never)]
pub(super) fn double_scalar<L: Limbs>(
    u1: &[u64; 4],
    u2: &[u64; 4],
    q: &Affine<L::Element>,
) -> Jacobian<L::Element> {
    let mut multiples = [*q; KEY_MULTIPLES];
    make_odd_multiples(&mut multiples);
    sum_of_multiples::<L>(u1, u2, &multiples)
}

/// On its own, as [`make_odd_multiples`] is, so that the memory of either is free for the other.
#[inline(never)]
fn sum_of_multiples<L: Limbs>(
    u1: &[u64; 4],
    u2: &[u64; 4],
    multiples: &[Affine<L::Element>; KEY_MULTIPLES],
) -> Jacobian<L::Element> {
    let mut of_generator = SlidingDigits::new(u1, L::GENERATOR_WIDTH);
    let mut of_key = SlidingDigits::new(u2, KEY_WIDTH);
    let mut sum = Jacobian::INFINITY;
    for place in (0..=SlidingDigits::HIGHEST).rev() {
        // Before the first digit there is nothing to double.
        if !sum.is_infinity() {
            sum.double();
        }
        for (digits, multiples) in
            [(&mut of_generator, L::GENERATOR), (&mut of_key, multiples.as_slice())]
        {
            if let Some((index, is_negative)) = digits.at(place)
                && let Some(multiple) = multiples.get(index)
            {
                sum.add(&multiple.negated_if(is_negative));
            }
        }
    }
    sum
}

const KEY_WIDTH: u32 = 5;
const KEY_MULTIPLES: usize = 8;

/// Makes the first point, Q, and room into Q, 3 Q, ... 15 Q.
///
/// With D = 2 Q = (X / Z^2, Y / Z^3), a point (x, y) becomes (x Z^2, y Z^3), which is on another
/// curve where D is affine: additions are the same there, as they do not use the curve's numbers.
/// Each tells by what Z grew, and from the last to the first that gives all inverses of Z.
///
/// No two points that are added are equal or opposite: they are less than n / 2 times Q.
#[inline(never)]
fn make_odd_multiples<F: FieldElement>(multiples: &mut [Affine<F>; KEY_MULTIPLES]) {
    let [q, ..] = multiples;
    let mut double = Jacobian::from_affine(q);
    double.double();
    let z_squared = double.z.square();
    q.x = q.x.multiply(&z_squared);
    q.y = q.y.multiply(&z_squared.multiply(&double.z));
    let mut sum = Jacobian::from_affine(q);
    let addend = Affine { x: double.x, y: double.y };
    let mut ratios = [F::ONE; KEY_MULTIPLES];
    for (multiple, ratio) in multiples.iter_mut().zip(&mut ratios).skip(1) {
        *ratio = sum.add_with_ratio(&addend).unwrap_or(F::ONE);
        *multiple = Affine { x: sum.x, y: sum.y };
    }
    let mut z_inverse = sum.z.multiply(&double.z).invert();
    for (multiple, ratio) in multiples.iter_mut().zip(&ratios).rev() {
        let squared = z_inverse.square();
        multiple.x = multiple.x.multiply(&squared);
        multiple.y = multiple.y.multiply(&squared.multiply(&z_inverse));
        z_inverse = z_inverse.multiply(ratio);
    }
}
