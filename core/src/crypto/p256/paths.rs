//! All ways to verify at once, for tests and fuzzing.

use super::scalars::Scalars;
use super::table::{P256Table, TableEntry};
use super::{Limbs, Limbs32, Limbs64, P256Key, PreparedP256};
use crate::{ParsedKey, Reason};

/// A key in all ways that there are to verify with it.
#[allow(missing_debug_implementations, reason = "a wrapper without any promise")]
pub struct Paths<'g, const W: usize, const G: usize, M, N> {
    limbs_64: P256Key<Limbs64>,
    limbs_32: P256Key<Limbs32>,
    prepared: PreparedP256<'g, W, G, M, N>,
}

impl<'g, const W: usize, const G: usize, M, N> Paths<'g, W, G, M, N>
where
    M: AsRef<[TableEntry]> + AsMut<[TableEntry]>,
    N: AsRef<[TableEntry]>,
{
    /// Prepares the key in `memory`.
    ///
    /// # Errors
    ///
    /// Those of [`P256Table::new`], which are those of the other ways.
    ///
    /// # Panics
    ///
    /// Where the ways do not agree on whether it is a key.
    pub fn new(
        key: &ParsedKey<'_>,
        memory: M,
        generator: &'g P256Table<G, N>,
    ) -> Result<Self, Reason> {
        let limbs_64 = P256Key::from_parsed(key);
        let limbs_32 = P256Key::from_parsed(key);
        let table = P256Table::new(key, memory);
        assert_eq!(limbs_64.as_ref().err(), limbs_32.as_ref().err());
        assert_eq!(limbs_64.as_ref().err(), table.as_ref().err());
        Ok(Self {
            limbs_64: limbs_64?,
            limbs_32: limbs_32?,
            prepared: PreparedP256::new(table?, generator),
        })
    }

    /// What each way says, not prepared and prepared, with limbs of 64 and of 32 bits.
    #[must_use]
    pub fn verdicts(&self, digest: &[u8; 32], signature: &[u8; 64]) -> [bool; 4] {
        fn scalars<L: Limbs>(digest: &[u8; 32], signature: &[u8; 64]) -> Option<Scalars> {
            Scalars::new::<L>(digest, signature)
        }
        let [by_64, by_32] =
            [scalars::<Limbs64>(digest, signature), scalars::<Limbs32>(digest, signature)];
        [
            by_64.is_some_and(|scalars| self.limbs_64.accepts(&scalars)),
            by_32.is_some_and(|scalars| self.limbs_32.accepts(&scalars)),
            by_64.is_some_and(|scalars| self.prepared.accepts::<Limbs64>(&scalars)),
            by_32.is_some_and(|scalars| self.prepared.accepts::<Limbs32>(&scalars)),
        ]
    }
}
