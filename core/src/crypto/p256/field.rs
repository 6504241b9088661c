//! What the formulas ask of an element of the field, whatever its limbs are.

/// An integer modulo p = 2^256 - 2^224 + 2^192 + 2^96 - 1.
///
/// It is kept in Montgomery's form: a stands for the integer a / 2^256. Words are 64 bits each, the
/// lowest first.
pub(crate) trait FieldElement: Copy {
    const ZERO: Self;
    const ONE: Self;
    /// The b of the curve's equation y^2 = x^3 - 3 x + b.
    const B: Self;

    /// The element whose Montgomery form is `words`, which are less than p.
    fn from_words(words: &[u64; 4]) -> Self;
    /// Its Montgomery form, which is less than p.
    fn to_words(self) -> [u64; 4];
    /// The integer, if it is less than p.
    fn from_integer(integer: &[u64; 4]) -> Option<Self>;

    fn multiply(&self, factor: &Self) -> Self;
    fn square(&self) -> Self;
    /// a b - c d.
    #[inline(always)]
    fn difference_of_products([a, b]: [&Self; 2], [c, d]: [&Self; 2]) -> Self {
        a.multiply(b).subtract(&c.multiply(d))
    }
    /// a b - c^2.
    #[inline(always)]
    fn product_less_square([a, b]: [&Self; 2], c: &Self) -> Self {
        a.multiply(b).subtract(&c.square())
    }
    fn add(&self, addend: &Self) -> Self;
    fn subtract(&self, subtrahend: &Self) -> Self;
    fn negate(&self) -> Self;
    /// Half of it: the element which, doubled, is this one.
    fn halve(&self) -> Self;
    /// The inverse; zero for zero.
    fn invert(&self) -> Self;
    fn is_zero(&self) -> bool;

    fn equals(&self, other: &Self) -> bool {
        self.subtract(other).is_zero()
    }
}
