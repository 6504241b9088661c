//! Keys for servers.

use core::fmt;
use std::sync::OnceLock;

use gatepost::internal::{p256, rsa};
use gatepost::{
    Algorithm, KeyMaterial, P256Table, ParsedKey, PreparedP256, PublicKey, Reason, TableEntry,
    VerifyingKey,
};

use crate::arch;
use crate::arch::Ifma;
use crate::arch::rsa::PublicPower;
use crate::tables::{Place, Tables};

/// A key for servers: the fastest code that this processor can run, and tables for keys in use.
///
/// RSA of 2048, 3072 and 4096 bits and P-256 are verified with AVX-512 IFMA where the processor
/// has it, and by the portable code elsewhere, P-256 with window tables of 256 KiB a key in both
/// cases. The tables live in the budget of a [`Tables`], and are made for keys that are in use: a
/// key is verified without until it was used often enough to be worth one. The other kinds are
/// those of [`PublicKey`], and so are all verdicts.
///
/// ```
/// use gatepost::{Algorithm, ImportOptions, KeySet, Reason};
/// use gatepost_hosted::{HostedKey, Tables};
///
/// // The key of RFC 7515, appendix A.3.
/// let jwks = r#"{"keys":[{"kty":"EC","crv":"P-256",
///     "x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
///     "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}"#;
/// let keys: KeySet<4, HostedKey> = KeySet::load(jwks, ImportOptions::default(), HostedKey::new)?;
///
/// // Or with a budget of its own:
/// let tables = Tables::new(1 << 20);
/// let keys: KeySet<4, HostedKey> = KeySet::load(jwks, ImportOptions::default(), |key| {
///     HostedKey::with_tables(key, &tables)
/// })?;
///
/// let jws = "eyJhbGciOiJFUzI1NiJ9.e30.\
///     AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQ";
/// let mut memory = [0; 256];
/// let verified = keys.verify_signature(jws, Algorithm::Es256, &mut memory);
/// assert_eq!(verified, Err(Reason::InvalidSignature));
/// # Ok::<(), Reason>(())
/// ```
pub struct HostedKey {
    /// What verifies while there is no table, and decides what vector code leaves open.
    portable: Box<PublicKey>,
    prepared: Prepared,
}

/// What a key can be prepared with, and the numbers to do it.
enum Prepared {
    P256 { x: [u8; 32], y: [u8; 32], ifma: Option<Ifma>, place: Place<P256> },
    Rsa { modulus: Box<[u8]>, exponent: u32, ifma: Ifma, place: Place<PublicPower> },
    Nothing,
}

enum P256 {
    Portable(PreparedP256<'static, WINDOW, WINDOW, Memory, Memory>),
    Ifma { ifma: Ifma, key: VectorTable, generator: &'static VectorTable },
}

/// Bits of a window. With one more a verification is a few hundredths faster and a table twice as
/// large.
const WINDOW: usize = 8;

type Memory = Box<[TableEntry]>;
type PortableTable = P256Table<WINDOW, Memory>;
type VectorTable = arch::p256::Table<WINDOW>;

const P256_BYTES: usize = PortableTable::LEN * size_of::<TableEntry>();

impl HostedKey {
    /// Prepares a key, with the tables that the process shares.
    ///
    /// # Errors
    ///
    /// Those of [`PublicKey::new`].
    pub fn new(key: &ParsedKey<'_>) -> Result<Self, Reason> {
        Self::with_tables(key, Tables::shared())
    }

    /// Prepares a key, with these tables.
    ///
    /// # Errors
    ///
    /// Those of [`PublicKey::new`].
    pub fn with_tables(key: &ParsedKey<'_>, tables: &Tables) -> Result<Self, Reason> {
        let portable = Box::new(PublicKey::new(key)?);
        let prepared = match (key.material, tables.ifma()) {
            (KeyMaterial::P256 { x, y }, ifma) => {
                Prepared::P256 { x: *x, y: *y, ifma, place: Place::new(tables) }
            }
            (KeyMaterial::Rsa { modulus, exponent }, Some(ifma)) => match rsa::exponent(exponent) {
                Some(exponent) => {
                    let place = Place::new(tables);
                    Prepared::Rsa { modulus: modulus.into(), exponent, ifma, place }
                }
                None => Prepared::Nothing,
            },
            _ => Prepared::Nothing,
        };
        Ok(Self { portable, prepared })
    }

    /// Makes the key's table now, if there is a kind of table for it and room in the budget: for
    /// keys that are known to be used, before the first request. Otherwise it is made when the key
    /// has been used often enough.
    ///
    /// Returns whether there is a table now.
    #[expect(clippy::must_use_candidate, reason = "without a table it is slower, and no worse")]
    pub fn prepare(&self) -> bool {
        match &self.prepared {
            Prepared::P256 { x, y, ifma, place } => {
                place.prepare(P256_BYTES, || P256::new(x, y, *ifma))
            }
            Prepared::Rsa { modulus, exponent, ifma, place } => {
                let bytes = PublicPower::memory_for(modulus.len());
                place.prepare(bytes, || PublicPower::new(*ifma, modulus, *exponent))
            }
            Prepared::Nothing => false,
        }
    }

    /// Verifies with the table, if there is one and it decides, and else with portable code;
    /// makes a table where it is time for one.
    fn with_table<T: Send + Sync + 'static>(
        &self,
        place: &Place<T>,
        verify: impl FnOnce(&T) -> Option<bool>,
        portable: impl FnOnce() -> Result<(), Reason>,
    ) -> Result<(), Reason> {
        let table = place.table();
        let verdict = match table.as_ref().and_then(|table| verify(&table.value)) {
            Some(true) => Ok(()),
            Some(false) => Err(Reason::InvalidSignature),
            None => portable(),
        };
        if verdict.is_ok() && place.count_use(table.is_some()) {
            self.prepare();
        }
        verdict
    }
}

impl VerifyingKey for HostedKey {
    fn verify(
        &self,
        algorithm: Algorithm,
        message: &[u8],
        prehash: Option<&[u8]>,
        signature: &[u8],
    ) -> Result<(), Reason> {
        let portable = || self.portable.verify(algorithm, message, prehash, signature);
        match &self.prepared {
            Prepared::P256 { place, .. } if algorithm == Algorithm::Es256 => {
                let verify = |table: &P256| table.verify(message, prehash, signature);
                self.with_table(place, verify, portable)
            }
            Prepared::Rsa { place, .. } if is_rsa(algorithm) => {
                let verify = |table: &PublicPower| {
                    let mut memory = [0; arch::rsa::MAX_LEN];
                    let encoded = table.power(signature, &mut memory);
                    Some(encoded.is_some_and(|encoded| {
                        let bits = table.bits();
                        rsa::is_encoded_message(encoded, bits, algorithm, message, prehash)
                    }))
                };
                self.with_table(place, verify, portable)
            }
            _ => portable(),
        }
    }
}

impl fmt::Debug for HostedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HostedKey").finish_non_exhaustive()
    }
}

impl P256 {
    /// `None` where the table is found to be wrong, which is a fault of the machine.
    fn new(x: &[u8; 32], y: &[u8; 32], ifma: Option<Ifma>) -> Option<Self> {
        let key = ParsedKey::new(Algorithm::Es256, KeyMaterial::P256 { x, y }).ok()?;
        Some(match ifma {
            None => {
                let generator =
                    shared(&PORTABLE_GENERATOR, || PortableTable::generator(memory()).ok())?;
                let table = PortableTable::new(&key, memory()).ok()?;
                Self::Portable(PreparedP256::new(table, generator))
            }
            Some(ifma) => {
                let generator = shared(&VECTOR_GENERATOR, VectorTable::generator)?;
                Self::Ifma { ifma, key: VectorTable::new(&key)?, generator }
            }
        })
    }

    /// `None` where other code has to decide.
    fn verify(&self, message: &[u8], prehash: Option<&[u8]>, signature: &[u8]) -> Option<bool> {
        match self {
            Self::Portable(key) => {
                Some(key.verify(Algorithm::Es256, message, prehash, signature).is_ok())
            }
            Self::Ifma { ifma, key, generator } => {
                match p256::scalars_of(message, prehash, signature) {
                    Some(scalars) => arch::p256::verify(*ifma, generator, key, &scalars),
                    None => Some(false),
                }
            }
        }
    }
}

/// The generator's tables, which all keys share. They are made with the first key's and are not
/// part of any budget.
static PORTABLE_GENERATOR: OnceLock<PortableTable> = OnceLock::new();
static VECTOR_GENERATOR: OnceLock<VectorTable> = OnceLock::new();

/// What is in `cell`; made first, if need be. Of two threads that come at once both make it, and
/// none waits for the other.
fn shared<T>(cell: &'static OnceLock<T>, make: impl FnOnce() -> Option<T>) -> Option<&'static T> {
    if let Some(value) = cell.get() {
        return Some(value);
    }
    let made = make()?;
    Some(cell.get_or_init(|| made))
}

fn memory() -> Memory {
    vec![TableEntry::default(); PortableTable::LEN].into_boxed_slice()
}

const fn is_rsa(algorithm: Algorithm) -> bool {
    use Algorithm::{Ps256, Ps384, Ps512, Rs256, Rs384, Rs512};
    matches!(algorithm, Rs256 | Rs384 | Rs512 | Ps256 | Ps384 | Ps512)
}
