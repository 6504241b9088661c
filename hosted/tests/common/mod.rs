//! One key, on every path.
#![allow(dead_code, reason = "every test takes what it needs")]
#![allow(clippy::print_stderr, reason = "what cannot be run here is said")]

use std::sync::Once;

use gatepost::internal::p256 as internal;
use gatepost::internal::rsa::{TiledKey, WordKey};
use gatepost::{
    Algorithm, KeyMaterial, P256Table, ParsedKey, PreparedP256, PublicKey, Reason, ReferenceKey,
    TableEntry, VerifyingKey,
};
use gatepost_hosted::{HostedKey, Tables};
use sha2::{Digest, Sha256, Sha384, Sha512};

/// One key, prepared in every way that there is.
pub(crate) struct Paths {
    pub(crate) algorithm: Algorithm,
    keys: Vec<(&'static str, Box<dyn VerifyingKey>)>,
}

type Table = P256Table<4, Vec<TableEntry>>;

impl Paths {
    pub(crate) fn new(algorithm: Algorithm, material: KeyMaterial<'_>) -> Self {
        let key = ParsedKey::new(algorithm, material).unwrap();
        let mut keys: Vec<(&'static str, Box<dyn VerifyingKey>)> = vec![
            ("portable", Box::new(PublicKey::new(&key).unwrap())),
            ("reference", Box::new(ReferenceKey::new(&key).unwrap())),
        ];
        if algorithm == Algorithm::Es256 {
            keys.push(("prepared", Box::new(prepared(&key))));
            keys.push(("limbs of both sizes", Box::new(BothLimbs::new(&key))));
        }
        if matches!(material, KeyMaterial::Rsa { .. }) {
            keys.push(("limbs of 60 bits", Box::new(TiledKey::new(&key).unwrap())));
            keys.push(("limbs of 32 bits", Box::new(WordKey::new(&key).unwrap())));
        }
        #[cfg(any(feature = "aws-lc", feature = "aws-lc-fips"))]
        keys.push(("AWS-LC", Box::new(gatepost_hosted::AwsLcKey::new(&key).unwrap())));
        let mut tables = vec![("hosted, portable", Tables::portable(1 << 20))];
        #[cfg(feature = "internal")]
        tables.push(("hosted, simulated vectors", Tables::simulated(1 << 20)));
        if Tables::new(0).uses_ifma() {
            tables.push(("hosted, vectors", Tables::new(1 << 20)));
        } else {
            static SAID: Once = Once::new();
            SAID.call_once(|| eprintln!("not run: vector code needs AVX-512 IFMA"));
        }
        for (name, tables) in tables {
            let hosted = HostedKey::with_tables(&key, &tables).unwrap();
            let has_table = algorithm == Algorithm::Es256
                || tables.uses_ifma() && matches!(material, KeyMaterial::Rsa { .. });
            assert_eq!(hosted.prepare(), has_table && is_of_vector_size(material), "{name}");
            keys.push((name, Box::new(hosted)));
        }
        Self { algorithm, keys }
    }

    /// The verdict of each path, by its name.
    pub(crate) fn verify<'a>(
        &'a self,
        message: &'a [u8],
        prehash: Option<&'a [u8]>,
        signature: &'a [u8],
    ) -> impl Iterator<Item = (&'static str, Result<(), Reason>)> + 'a {
        self.keys.iter().map(move |(name, key)| {
            (*name, key.verify(self.algorithm, message, prehash, signature))
        })
    }
}

/// Whether there is a table for a key of this size.
fn is_of_vector_size(material: KeyMaterial<'_>) -> bool {
    match material {
        KeyMaterial::Rsa { modulus, .. } => matches!(modulus.len(), 256 | 384 | 512),
        _ => true,
    }
}

fn prepared(key: &ParsedKey<'_>) -> PreparedP256<'static, 4, 4, Vec<TableEntry>, Vec<TableEntry>> {
    PreparedP256::new(Table::new(key, memory()).unwrap(), generator())
}

fn generator() -> &'static Table {
    static GENERATOR: std::sync::LazyLock<Table> =
        std::sync::LazyLock::new(|| Table::generator(memory()).unwrap());
    &GENERATOR
}

/// Limbs of 64 and of 32 bits, each with a table and without: they have to agree.
struct BothLimbs(internal::Paths<'static, 4, 4, Vec<TableEntry>, Vec<TableEntry>>);

impl BothLimbs {
    fn new(key: &ParsedKey<'_>) -> Self {
        Self(internal::Paths::new(key, memory(), generator()).unwrap())
    }
}

impl VerifyingKey for BothLimbs {
    fn verify(
        &self,
        algorithm: Algorithm,
        message: &[u8],
        prehash: Option<&[u8]>,
        signature: &[u8],
    ) -> Result<(), Reason> {
        let signature = signature.try_into().map_err(|_| Reason::InvalidSignature)?;
        let digest = prehash.map_or_else(|| digest(algorithm, message), <[u8]>::to_vec);
        let verdicts = self.0.verdicts(digest.first_chunk().unwrap(), signature);
        assert!(verdicts == [true; 4] || verdicts == [false; 4], "{verdicts:?}");
        if verdicts[0] { Ok(()) } else { Err(Reason::InvalidSignature) }
    }
}

fn memory() -> Vec<TableEntry> {
    vec![TableEntry::default(); Table::LEN]
}

pub(crate) fn digest(algorithm: Algorithm, message: &[u8]) -> Vec<u8> {
    match algorithm.name().get(2..) {
        Some("256") => Sha256::digest(message).to_vec(),
        Some("384") => Sha384::digest(message).to_vec(),
        _ => Sha512::digest(message).to_vec(),
    }
}
