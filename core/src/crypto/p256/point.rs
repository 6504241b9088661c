//! Points of the curve, in three forms, and how they are added.
//!
//! The formulas are those of the [Explicit-Formulas Database](https://hyperelliptic.org/EFD/), for
//! a = -3. An addition of different points divides by the difference of their x; where that is
//! zero the points are equal or opposite, and the formulas give nonsense. So each addition looks
//! at it, and doubles or ends at infinity: what is decided is right for all points, and the rare
//! cases cost no more than the others. The order of the group is an odd prime: no point has
//! y = 0, and doubling has no rare case.

use super::field::FieldElement;

/// A point that is not infinity, as x and y.
#[derive(Clone, Copy)]
pub(crate) struct Affine<F> {
    pub(super) x: F,
    pub(super) y: F,
}

impl<F: FieldElement> Affine<F> {
    /// Whether y^2 = x^3 - 3 x + b: the group has no other points, as its cofactor is one.
    pub(super) fn is_on_curve(&self) -> bool {
        let three = F::ONE.add(&F::ONE).add(&F::ONE);
        let x_squared_less_three = self.x.square().subtract(&three);
        let right = x_squared_less_three.multiply(&self.x).add(&F::B);
        self.y.square().equals(&right)
    }

    #[inline(always)]
    pub(super) fn negated_if(&self, is_negative: bool) -> Self {
        Self { x: self.x, y: if is_negative { self.y.negate() } else { self.y } }
    }
}

/// A point as x = X / Z^2 and y = Y / Z^3; infinity where Z is zero. It is fast to double.
#[derive(Clone, Copy)]
pub(crate) struct Jacobian<F> {
    pub(super) x: F,
    pub(super) y: F,
    pub(super) z: F,
}

impl<F: FieldElement> Jacobian<F> {
    pub(super) const INFINITY: Self = Self { x: F::ZERO, y: F::ZERO, z: F::ZERO };

    pub(super) const fn from_affine(point: &Affine<F>) -> Self {
        Self { x: point.x, y: point.y, z: F::ONE }
    }

    pub(super) fn is_infinity(&self) -> bool {
        self.z.is_zero()
    }

    /// 4 M + 4 S: "dbl-2001-b" for a point whose coordinates are scaled by Z = 1/2, which turns
    /// the multiplications by four and eight into one halving.
    pub(super) fn double(&mut self) {
        let gamma = self.y.square();
        let beta = self.x.multiply(&gamma);
        let delta = self.z.square();
        self.z = self.y.multiply(&self.z);
        // 3/2 (X - Z^2) (X + Z^2)
        let product = self.x.subtract(&delta).multiply(&self.x.add(&delta));
        let alpha = product.add(&product.halve());
        self.x = alpha.square().subtract(&beta).subtract(&beta);
        self.y = F::product_less_square([&alpha, &beta.subtract(&self.x)], &gamma);
    }

    /// 8 M + 3 S.
    pub(super) fn add(&mut self, point: &Affine<F>) {
        let _ = self.add_with_ratio(point);
    }

    /// Adds, and tells the factor by which Z has changed, unless a rare case was met.
    pub(super) fn add_with_ratio(&mut self, point: &Affine<F>) -> Option<F> {
        if self.is_infinity() {
            *self = Self::from_affine(point);
            return None;
        }
        let z_squared = self.z.square();
        let h = point.x.multiply(&z_squared).subtract(&self.x);
        let r = point.y.multiply(&z_squared.multiply(&self.z)).subtract(&self.y);
        if h.is_zero() {
            if r.is_zero() {
                self.double();
            } else {
                *self = Self::INFINITY;
            }
            return None;
        }
        self.z = self.z.multiply(&h);
        let h_squared = h.square();
        let v = self.x.multiply(&h_squared);
        let h_cubed = h.multiply(&h_squared);
        self.x = r.square().subtract(&h_cubed).subtract(&v).subtract(&v);
        self.y = F::difference_of_products([&r, &v.subtract(&self.x)], [&self.y, &h_cubed]);
        Some(h)
    }

    /// Whether x is this integer.
    pub(super) fn has_x(&self, x: &[u64; 4]) -> bool {
        let Some(x) = F::from_integer(x) else { return false };
        !self.is_infinity() && x.multiply(&self.z.square()).equals(&self.x)
    }
}

/// A point as x = X / ZZ and y = Y / ZZZ, where ZZ^3 = ZZZ^2; infinity is all zeros. Other
/// points are fast to add to it.
#[derive(Clone, Copy)]
pub(crate) struct Xyzz<F> {
    pub(super) x: F,
    pub(super) y: F,
    pub(super) zz: F,
    pub(super) zzz: F,
}

impl<F: FieldElement> Xyzz<F> {
    pub(super) const INFINITY: Self = Self { x: F::ZERO, y: F::ZERO, zz: F::ZERO, zzz: F::ZERO };

    pub(super) const fn from_affine(point: &Affine<F>) -> Self {
        Self { x: point.x, y: point.y, zz: F::ONE, zzz: F::ONE }
    }

    pub(super) fn is_infinity(&self) -> bool {
        self.zz.is_zero()
    }

    /// 8 M + 2 S: "madd-2008-s".
    #[inline(always)]
    pub(super) fn add(&mut self, point: &Affine<F>) {
        let p = point.x.multiply(&self.zz).subtract(&self.x);
        let r = point.y.multiply(&self.zzz).subtract(&self.y);
        // Also for infinity.
        if p.is_zero() {
            self.add_rare(point, r.is_zero());
            return;
        }
        let p_squared = p.square();
        let p_cubed = p.multiply(&p_squared);
        let q = self.x.multiply(&p_squared);
        self.zz = self.zz.multiply(&p_squared);
        self.zzz = self.zzz.multiply(&p_cubed);
        self.x = r.square().subtract(&p_cubed).subtract(&q).subtract(&q);
        self.y = F::difference_of_products([&r, &q.subtract(&self.x)], [&self.y, &p_cubed]);
    }

    /// Infinity, an equal or an opposite point.
    #[cold]
    #[inline(never)]
    fn add_rare(&mut self, point: &Affine<F>, is_equal: bool) {
        *self = if self.is_infinity() {
            Self::from_affine(point)
        } else if is_equal {
            Self::double_affine(point)
        } else {
            Self::INFINITY
        };
    }

    /// "mdbl-2008-s-1".
    fn double_affine(point: &Affine<F>) -> Self {
        let u = point.y.add(&point.y);
        let v = u.square();
        let w = u.multiply(&v);
        let s = point.x.multiply(&v);
        let three = F::ONE.add(&F::ONE).add(&F::ONE);
        let x_squared = point.x.square();
        let m = x_squared.add(&x_squared).add(&x_squared).subtract(&three);
        let x = m.square().subtract(&s).subtract(&s);
        let y = m.multiply(&s.subtract(&x)).subtract(&w.multiply(&point.y));
        Self { x, y, zz: v, zzz: w }
    }

    /// Whether both are the same point, which is not infinity.
    pub(super) fn equals(&self, other: &Jacobian<F>) -> bool {
        let z_squared = other.z.square();
        let z_cubed = z_squared.multiply(&other.z);
        !self.is_infinity()
            && !other.is_infinity()
            && self.x.multiply(&z_squared).equals(&other.x.multiply(&self.zz))
            && self.y.multiply(&z_cubed).equals(&other.y.multiply(&self.zzz))
    }

    /// Whether x is this integer.
    pub(super) fn has_x(&self, x: &[u64; 4]) -> bool {
        let Some(x) = F::from_integer(x) else { return false };
        !self.is_infinity() && x.multiply(&self.zz).equals(&self.x)
    }
}
