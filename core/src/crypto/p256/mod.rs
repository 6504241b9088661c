//! ECDSA with P-256 ([FIPS 186-5, section 6](https://doi.org/10.6028/NIST.FIPS.186-5)),
//! verification only.
//!
//! All of it is about public values: nothing here has to take the same time for each.

mod double_scalar;
mod field;
#[cfg(any(test, feature = "internal", not(target_pointer_width = "64")))]
mod field32;
#[cfg(any(test, feature = "internal", target_pointer_width = "64"))]
mod field64;
mod generator;
mod integer;
#[cfg(feature = "internal")]
pub mod internal;
#[cfg(any(test, feature = "internal", not(target_pointer_width = "64")))]
mod inversion32;
#[cfg(any(test, feature = "internal", target_pointer_width = "64"))]
mod inversion64;
#[cfg(feature = "internal")]
mod paths;
mod point;
mod prepared;
#[cfg(test)]
mod proofs;
#[cfg_attr(
    not(feature = "internal"),
    allow(unreachable_pub, reason = "public for what is internal alone")
)]
mod scalars;
mod table;

use field::FieldElement;
#[cfg(any(test, feature = "internal", not(target_pointer_width = "64")))]
use inversion32::Quotient;
use point::Affine;
pub use prepared::PreparedP256;
use scalars::Scalars;
pub use table::{P256Table, TableEntry};

use super::digest::Digest;
use crate::{Algorithm, KeyMaterial, ParsedKey, Reason};

/// The arithmetic of one size of limbs.
pub(crate) trait Limbs {
    /// The field.
    type Element: FieldElement + 'static;
    /// Odd multiples of the generator, 2^(w - 2) of them.
    const GENERATOR: &'static [Affine<Self::Element>];
    /// The w of [`Self::GENERATOR`].
    const GENERATOR_WIDTH: u32;

    /// (a / s, b / s) modulo n, for a, b and s below n.
    fn quotients(a: &[u64; 4], b: &[u64; 4], s: &[u64; 4]) -> ([u64; 4], [u64; 4]);
}

/// Limbs of 64 bits.
#[cfg(any(test, feature = "internal", target_pointer_width = "64"))]
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limbs64;

#[cfg(any(test, feature = "internal", target_pointer_width = "64"))]
impl Limbs for Limbs64 {
    type Element = field64::Element64;
    const GENERATOR: &'static [Affine<Self::Element>] = &generator::MULTIPLES_64;
    const GENERATOR_WIDTH: u32 = 9;

    #[inline(always)]
    fn quotients(a: &[u64; 4], b: &[u64; 4], s: &[u64; 4]) -> ([u64; 4], [u64; 4]) {
        let order = &inversion64::ORDER;
        let inverse = order.invert(s);
        (order.multiply(a, &inverse), order.multiply(b, &inverse))
    }
}

/// Limbs of 32 bits.
#[cfg(any(test, feature = "internal", not(target_pointer_width = "64")))]
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limbs32;

#[cfg(any(test, feature = "internal", not(target_pointer_width = "64")))]
impl Limbs for Limbs32 {
    type Element = field32::Element32;
    const GENERATOR: &'static [Affine<Self::Element>] = &generator::MULTIPLES_32;
    const GENERATOR_WIDTH: u32 = 5;

    fn quotients(a: &[u64; 4], b: &[u64; 4], s: &[u64; 4]) -> ([u64; 4], [u64; 4]) {
        let mut quotients = [Quotient::new(a), Quotient::new(b)];
        inversion32::ORDER.divide(&mut quotients, s);
        let [a, b] = quotients;
        (a.words(), b.words())
    }
}

#[cfg(target_pointer_width = "64")]
pub(crate) type Native = Limbs64;
#[cfg(not(target_pointer_width = "64"))]
pub(crate) type Native = Limbs32;

/// A key as it was published: a point that is known to be on the curve.
pub(crate) struct P256Key<L: Limbs = Native> {
    point: Affine<L::Element>,
}

impl<L: Limbs> P256Key<L> {
    /// The point must be on the curve.
    pub(super) fn new(x: &[u8; 32], y: &[u8; 32]) -> Result<Self, Reason> {
        let element = |bytes| L::Element::from_integer(&integer::from_be_bytes(bytes));
        let (Some(x), Some(y)) = (element(x), element(y)) else { return Err(Reason::InvalidKey) };
        let point = Affine { x, y };
        if point.is_on_curve() { Ok(Self { point }) } else { Err(Reason::InvalidKey) }
    }

    fn from_parsed(key: &ParsedKey<'_>) -> Result<Self, Reason> {
        match key.material {
            KeyMaterial::P256 { x, y } => Self::new(x, y),
            _ => Err(Reason::UnsupportedKey),
        }
    }

    /// `signature` is r and s, 32 bytes each.
    ///
    /// On its own where stacks are small: what it keeps there is then free before and after.
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    pub(super) fn verify(
        &self,
        algorithm: Algorithm,
        message: &[u8],
        prehash: Option<&[u8]>,
        signature: &[u8],
    ) -> Result<(), Reason> {
        verify::<L>(algorithm, message, prehash, signature, |scalars| self.accepts(scalars))
    }

    /// Whether r is x of u1 G + u2 Q modulo n.
    fn accepts(&self, scalars: &Scalars) -> bool {
        let sum = double_scalar::double_scalar::<L>(&scalars.u1, &scalars.u2, &self.point);
        sum.has_x(&scalars.r) || scalars.other_x().is_some_and(|x| sum.has_x(&x))
    }
}

/// Checks the signature with `accepts`, which tells whether r is x of u1 G + u2 Q modulo n.
#[inline(always)]
fn verify<L: Limbs>(
    algorithm: Algorithm,
    message: &[u8],
    prehash: Option<&[u8]>,
    signature: &[u8],
    accepts: impl FnOnce(&Scalars) -> bool,
) -> Result<(), Reason> {
    match scalars::<L>(algorithm, message, prehash, signature) {
        Some(scalars) if accepts(&scalars) => Ok(()),
        _ => Err(Reason::InvalidSignature),
    }
}

/// What the signature says. The length is checked before anything is read or hashed.
///
/// On its own where stacks are small: a hash takes as much as it wants.
#[cfg_attr(target_pointer_width = "64", inline(always))]
#[cfg_attr(not(target_pointer_width = "64"), inline(never))]
fn scalars<L: Limbs>(
    algorithm: Algorithm,
    message: &[u8],
    prehash: Option<&[u8]>,
    signature: &[u8],
) -> Option<Scalars> {
    let signature: &[u8; 64] = signature.try_into().ok()?;
    let digest = Digest::of(algorithm, message, prehash);
    Scalars::new::<L>(digest.as_bytes().first_chunk()?, signature)
}

impl<L: Limbs> Clone for P256Key<L> {
    fn clone(&self) -> Self {
        Self { point: self.point }
    }
}
