//! What vector code, tests and fuzzing need of the inside, without any promise.

use super::Native;
pub use super::paths::Paths;
pub use super::scalars::{Digits, Scalars};
use super::table::{self, P256Table, TableEntry};
use crate::crypto::digest::Digest;
use crate::{Algorithm, ParsedKey, Reason};

/// What a signature of 64 bytes over `message` says, whose digest may be known already; `None` where
/// r or s is out of range, or the signature has another length.
#[inline]
#[must_use]
pub fn scalars_of(message: &[u8], prehash: Option<&[u8]>, signature: &[u8]) -> Option<Scalars> {
    // The length is checked before anything is hashed.
    let signature = signature.try_into().ok()?;
    let digest = Digest::of(Algorithm::Es256, message, prehash);
    Scalars::new::<Native>(digest.as_bytes().try_into().ok()?, signature)
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
