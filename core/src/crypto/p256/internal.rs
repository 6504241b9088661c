//! What vector code, tests and fuzzing need of the inside, without any promise.

pub use super::paths::Paths;
pub use super::scalars::{Digits, Scalars};
use super::table::{self, P256Table, TableEntry};
use super::{Native, P256Key};
use crate::crypto::digest::Digest;
use crate::{Algorithm, ParsedKey, Reason};

/// A point that is known to be on the curve.
#[derive(Clone)]
#[allow(missing_debug_implementations, reason = "a wrapper without any promise")]
pub struct Point(P256Key);

impl Point {
    /// The point of a key.
    ///
    /// # Errors
    ///
    /// [`Reason::UnsupportedKey`] for a key that is not on P-256, [`Reason::InvalidKey`] for a
    /// point that is not on the curve.
    pub fn new(key: &ParsedKey<'_>) -> Result<Self, Reason> {
        P256Key::from_parsed(key).map(Self)
    }
}

/// What a signature of 64 bytes over a digest of 32 says; `None` where r or s is out of range, or
/// a length is another.
#[inline]
#[must_use]
pub fn scalars(digest: &[u8], signature: &[u8]) -> Option<Scalars> {
    Scalars::new::<Native>(digest.try_into().ok()?, signature.try_into().ok()?)
}

/// The same of a message, whose digest may be known already.
#[inline]
#[must_use]
pub fn scalars_of(message: &[u8], prehash: Option<&[u8]>, signature: &[u8]) -> Option<Scalars> {
    // The length is checked before anything is hashed.
    let signature = signature.try_into().ok()?;
    let digest = Digest::of(Algorithm::Es256, message, prehash);
    Scalars::new::<Native>(digest.as_bytes().try_into().ok()?, signature)
}

/// The digits of a scalar below n: for each window, from the lowest, the place of a table's entry
/// (window · 2^(W - 1) + j, which holds 2 j + 1 times 2^(W window)) and whether to subtract it.
#[inline]
#[must_use]
pub fn digits<const W: usize>(scalar: &[u64; 4]) -> Digits<W> {
    Digits::new(scalar)
}

/// The words of an entry: x and y, the lowest first.
#[inline]
#[must_use]
pub const fn words(entry: &TableEntry) -> &[u64; 8] {
    entry.words()
}

/// Prepares a key's table, checked as any, with each coordinate then doubled so many times: four
/// give the Montgomery form with R = 2^260. All are below p.
///
/// # Errors
///
/// Those of [`P256Table::new`].
pub fn table_scaled<const W: usize>(
    key: &ParsedKey<'_>,
    doublings: u32,
    memory: &mut [TableEntry],
) -> Result<(), Reason> {
    P256Table::<W, _>::new(key, &mut *memory)?;
    table::double_coordinates::<Native>(doublings, memory);
    Ok(())
}

/// The same of the generator.
///
/// # Errors
///
/// Those of [`P256Table::generator`].
pub fn generator_table_scaled<const W: usize>(
    doublings: u32,
    memory: &mut [TableEntry],
) -> Result<(), Reason> {
    P256Table::<W, _>::generator(&mut *memory)?;
    table::double_coordinates::<Native>(doublings, memory);
    Ok(())
}

/// Whether r is x of u1 G + u2 Q modulo n, whatever the scalars are: for what vector code does not
/// decide.
#[must_use]
pub fn verify_complete(point: &Point, scalars: &Scalars) -> bool {
    point.0.accepts(scalars)
}
