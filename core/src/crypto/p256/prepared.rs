//! Keys with a table.

use core::fmt;

use super::point::Xyzz;
use super::scalars::Scalars;
use super::table::{P256Table, TableEntry};
use super::{Limbs, Native};
use crate::{Algorithm, Reason, VerifyingKey};

/// A key of ES256 with a table of its multiples and one of the generator's: it verifies about four
/// times as fast as [`PublicKey`](crate::PublicKey) does.
///
/// The generator's table is shared by all keys; its windows may have another width. What a table
/// takes is said at [`P256Table`].
///
/// ```
/// use gatepost::{KeySlot, P256Table, PreparedP256, Reason, TableEntry, load};
///
/// const WIDTH: usize = 4;
/// type Table = P256Table<WIDTH, Vec<TableEntry>>;
/// let memory = || vec![TableEntry::default(); Table::LEN];
///
/// let generator = Table::generator(memory())?;
/// let jwks = br#"{"keys":[{"kty":"EC","crv":"P-256","kid":"2026-1",
///     "x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
///     "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}"#;
/// let mut slots: [Option<KeySlot<PreparedP256<'_, WIDTH, WIDTH, _, _>>>; 4] = Default::default();
/// let options = Default::default();
/// let loaded = load(jwks, options, &mut slots, |key| {
///     Ok(PreparedP256::new(Table::new(key, memory())?, &generator))
/// }, |_| {})?;
/// assert_eq!(loaded, 1);
/// # Ok::<(), Reason>(())
/// ```
pub struct PreparedP256<
    'g,
    const W: usize,
    const G: usize,
    M = &'static [TableEntry],
    N = &'static [TableEntry],
> {
    key: P256Table<W, M>,
    generator: &'g P256Table<G, N>,
}

impl<'g, const W: usize, const G: usize, M, N> PreparedP256<'g, W, G, M, N> {
    /// Puts the two tables together.
    pub const fn new(key: P256Table<W, M>, generator: &'g P256Table<G, N>) -> Self {
        Self { key, generator }
    }
}

impl<const W: usize, const G: usize, M, N> PreparedP256<'_, W, G, M, N>
where
    M: AsRef<[TableEntry]>,
    N: AsRef<[TableEntry]>,
{
    #[inline(always)]
    pub(super) fn accepts<L: Limbs>(&self, scalars: &Scalars) -> bool {
        self.sum::<L>(scalars).is_some_and(|sum| {
            sum.has_x(&scalars.r) || scalars.other_x().is_some_and(|x| sum.has_x(&x))
        })
    }

    #[inline(always)]
    fn sum<L: Limbs>(&self, scalars: &Scalars) -> Option<Xyzz<L::Element>> {
        let of_generator = self.generator.addends(&scalars.u1)?;
        let of_key = self.key.addends(&scalars.u2)?;
        let mut sum = Xyzz::INFINITY;
        self.generator.add::<L>(&of_generator, &mut sum)?;
        self.key.add::<L>(&of_key, &mut sum)?;
        Some(sum)
    }
}

impl<const W: usize, const G: usize, M, N> VerifyingKey for PreparedP256<'_, W, G, M, N>
where
    M: AsRef<[TableEntry]>,
    N: AsRef<[TableEntry]>,
{
    fn verify(
        &self,
        algorithm: Algorithm,
        message: &[u8],
        prehash: Option<&[u8]>,
        signature: &[u8],
    ) -> Result<(), Reason> {
        if algorithm != Algorithm::Es256 {
            return Err(Reason::KeyAlgorithmMismatch);
        }
        super::verify::<Native>(algorithm, message, prehash, signature, |scalars| {
            self.accepts::<Native>(scalars)
        })
    }
}

impl<const W: usize, const G: usize, M, N> fmt::Debug for PreparedP256<'_, W, G, M, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PreparedP256").finish_non_exhaustive()
    }
}
