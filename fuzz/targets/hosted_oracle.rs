//! ES256 and RSA signatures: every kind of key gives the verdict of AWS-LC, from the small one to
//! that of servers, with tables and with the vector code on simulated lanes.
//!
//! Input: a byte for the algorithm, one for the key and one for the way in. Then
//! - for ES256 either the digest and r and s; or two scalars u1 and u2, of which a good signature is
//!   made, and 64 bytes that are flipped in it; 32 bytes each number. Keys are small multiples of the
//!   generator among others, so that points can meet;
//! - for RSA either the signature; or pairs of a place (2 bytes) and what is flipped there, in a good
//!   signature; or 256 bytes of encoded message, which is signed here whatever it holds.
//!
//! The digest is that of a fixed message, except where the input brings one.

#![no_main]

use std::sync::LazyLock;

use gatepost::{
    Algorithm, KeyMaterial, P256Table, ParsedKey, PreparedP256, PublicKey, Reason, ReferenceKey,
    TableEntry, VerifyingKey,
};
use gatepost_hosted::{AwsLcKey, HostedKey, Tables};
use libfuzzer_sys::fuzz_target;
use p256::elliptic_curve::ops::Reduce;
use p256::elliptic_curve::sec1::ToSec1Point;
use p256::{FieldBytes, ProjectivePoint, Scalar};
use rsa::pkcs8::DecodePrivateKey;
use rsa::rand_core::{CryptoRng, Infallible, TryCryptoRng, TryRng};
use rsa::traits::PublicKeyParts;
use rsa::{BoxedUint, Pkcs1v15Sign, PrivateKey, Pss};
use sha2::{Digest, Sha256, Sha384, Sha512};

const MESSAGE: &[u8] = b"message";

const ALGORITHMS: [Algorithm; 7] = [
    Algorithm::Es256,
    Algorithm::Rs256,
    Algorithm::Rs384,
    Algorithm::Rs512,
    Algorithm::Ps256,
    Algorithm::Ps384,
    Algorithm::Ps512,
];

fuzz_target!(|input: &[u8]| {
    let Some((&[algorithm, key, way], rest)) = input.split_first_chunk() else { return };
    let algorithm = usize::from(algorithm) % ALGORITHMS.len();
    if algorithm == 0 {
        let key = &P256_KEYS[usize::from(key) % P256_KEYS.len()];
        if let Some((digest, signature)) = ecdsa(key, way, rest) {
            key.ways.compare(Some(&digest), &signature);
        }
    } else {
        let keys = &*RSA_KEYS;
        let key = &keys[usize::from(key) % (keys.len() / 6) * 6 + algorithm - 1];
        key.ways.compare(None, &rsa(key, way, rest));
    }
});

/// One key, in every way that there is.
struct Ways {
    algorithm: Algorithm,
    aws_lc: AwsLcKey,
    others: Vec<(&'static str, Box<dyn VerifyingKey + Send + Sync>)>,
}

impl Ways {
    fn new(algorithm: Algorithm, material: KeyMaterial<'_>) -> Self {
        static TABLES: LazyLock<[Tables; 2]> =
            LazyLock::new(|| [Tables::portable(16 << 20), Tables::simulated(16 << 20)]);
        let key = ParsedKey::new(algorithm, material).expect("the kinds fit");
        let hosted = |tables: &Tables| {
            let hosted = HostedKey::with_tables(&key, tables).expect("a good key");
            // Without its table it would be the portable key once more.
            let has_table = match material {
                KeyMaterial::Rsa { modulus, .. } => {
                    tables.uses_ifma() && matches!(modulus.len(), 256 | 384 | 512)
                }
                _ => true,
            };
            assert_eq!(hosted.prepare(), has_table);
            Box::new(hosted)
        };
        let mut others: Vec<(&'static str, Box<dyn VerifyingKey + Send + Sync>)> = vec![
            ("portable", Box::new(PublicKey::new(&key).expect("a good key"))),
            ("reference", Box::new(ReferenceKey::new(&key).expect("a good key"))),
            ("hosted, portable", hosted(&TABLES[0])),
            ("hosted, simulated vectors", hosted(&TABLES[1])),
        ];
        if algorithm == Algorithm::Es256 {
            others.push(("prepared", Box::new(prepared(&key))));
        }
        Self { algorithm, aws_lc: AwsLcKey::new(&key).expect("a good key"), others }
    }

    fn compare(&self, prehash: Option<&[u8]>, signature: &[u8]) {
        let expected = self.aws_lc.verify(self.algorithm, MESSAGE, prehash, signature);
        assert!(matches!(expected, Ok(()) | Err(Reason::InvalidSignature)));
        for (name, key) in &self.others {
            let verdict = key.verify(self.algorithm, MESSAGE, prehash, signature);
            assert_eq!(verdict, expected, "{name}, {}", self.algorithm);
        }
    }
}

type Table = P256Table<3, Vec<TableEntry>>;

fn prepared(key: &ParsedKey<'_>) -> PreparedP256<'static, 3, 3, Vec<TableEntry>, Vec<TableEntry>> {
    static GENERATOR: LazyLock<Table> =
        LazyLock::new(|| Table::generator(memory()).expect("enough memory"));
    PreparedP256::new(Table::new(key, memory()).expect("a good key"), &GENERATOR)
}

fn memory() -> Vec<TableEntry> {
    vec![TableEntry::default(); Table::LEN]
}

struct P256 {
    point: ProjectivePoint,
    ways: Ways,
}

static P256_KEYS: LazyLock<Vec<P256>> = LazyLock::new(|| {
    let small = [1_u64, 2, 3, 16, 255].map(Scalar::from);
    let others = ["a private key", "another"].map(|name| scalar(&Sha256::digest(name)));
    small.iter().copied().chain(small.map(|d| -d)).chain(others).map(p256_key).collect()
});

fn p256_key(d: Scalar) -> P256 {
    let point = ProjectivePoint::GENERATOR * d;
    let encoded = point.to_affine().to_sec1_point(false);
    let [x, y] =
        [encoded.x(), encoded.y()].map(|number| (*number.expect("not at infinity")).into());
    P256 { point, ways: Ways::new(Algorithm::Es256, KeyMaterial::P256 { x: &x, y: &y }) }
}

/// A digest and a signature.
fn ecdsa(key: &P256, way: u8, input: &[u8]) -> Option<([u8; 32], [u8; 64])> {
    if way & 1 == 0 {
        let (digest, rest) = input.split_first_chunk()?;
        return Some((*digest, *rest.first_chunk()?));
    }
    let (u1, rest) = input.split_first_chunk::<32>()?;
    let (u2, rest) = rest.split_first_chunk::<32>()?;
    let flipped = rest.first_chunk::<64>()?;
    let [u1, u2] = [scalar(u1), scalar(u2)];
    let sum = (ProjectivePoint::GENERATOR * u1 + key.point * u2).to_affine().to_sec1_point(false);
    // Infinity has no x: no r may be accepted.
    let r = sum.x().map_or(Scalar::ONE, |x| scalar(x));
    let s = r * u2.invert().into_option()?;
    let mut signature = [0; 64];
    signature[..32].copy_from_slice(&r.to_bytes());
    signature[32..].copy_from_slice(&s.to_bytes());
    for (byte, flip) in signature.iter_mut().zip(flipped) {
        *byte ^= flip;
    }
    Some(((u1 * s).to_bytes().into(), signature))
}

/// A number of 32 bytes modulo n.
fn scalar(number: &[u8]) -> Scalar {
    Scalar::reduce(&FieldBytes::try_from(number).expect("32 bytes"))
}

struct Rsa {
    private: PrivateKey,
    good: Vec<u8>,
    ways: Ways,
}

/// Six for each private key, in the order of [`ALGORITHMS`].
static RSA_KEYS: LazyLock<Vec<Rsa>> = LazyLock::new(|| {
    let pems = [
        include_str!("../../testdata/keys/rsa_2048.pem"),
        include_str!("../../testdata/keys/rsa_2049.pem"),
        include_str!("../../testdata/keys/rsa_3072.pem"),
        include_str!("../../testdata/keys/rsa_4096.pem"),
    ];
    let keys = pems.map(|pem| PrivateKey::from_pkcs8_pem(pem).expect("a committed key is one"));
    let with = |private: &PrivateKey| {
        ALGORITHMS[1..].iter().map(|algorithm| rsa_key(private, *algorithm)).collect::<Vec<_>>()
    };
    keys.iter().flat_map(with).collect()
});

fn rsa_key(private: &PrivateKey, algorithm: Algorithm) -> Rsa {
    let sha256 = Sha256::digest(MESSAGE);
    let sha384 = Sha384::digest(MESSAGE);
    let sha512 = Sha512::digest(MESSAGE);
    let good = match algorithm {
        Algorithm::Rs256 => private.sign(Pkcs1v15Sign::new::<Sha256>(), &sha256),
        Algorithm::Rs384 => private.sign(Pkcs1v15Sign::new::<Sha384>(), &sha384),
        Algorithm::Rs512 => private.sign(Pkcs1v15Sign::new::<Sha512>(), &sha512),
        Algorithm::Ps256 => private.sign_with_rng(&mut Salt, Pss::<Sha256>::new(), &sha256),
        Algorithm::Ps384 => private.sign_with_rng(&mut Salt, Pss::<Sha384>::new(), &sha384),
        _ => private.sign_with_rng(&mut Salt, Pss::<Sha512>::new(), &sha512),
    };
    let modulus = private.n().to_be_bytes_trimmed_vartime();
    let exponent = private.e().to_be_bytes_trimmed_vartime();
    let material = KeyMaterial::Rsa { modulus: &modulus, exponent: &exponent };
    let good = good.expect("a private key signs");
    Rsa { private: private.clone(), good, ways: Ways::new(algorithm, material) }
}

/// A signature.
fn rsa(key: &Rsa, way: u8, input: &[u8]) -> Vec<u8> {
    match way % 3 {
        0 => input.to_vec(),
        1 => {
            let mut signature = key.good.clone();
            for &[high, low, flip] in input.as_chunks().0 {
                let place = usize::from(u16::from_be_bytes([high, low])) % signature.len();
                signature[place] ^= flip;
            }
            signature
        }
        _ => {
            let bits = key.private.n().bits_precision();
            let encoded = BoxedUint::from_be_slice(&input[..input.len().min(256)], bits);
            let no_blinding = None::<&mut dyn CryptoRng>;
            let closed = encoded.and_then(|encoded| {
                Ok(rsa::hazmat::rsa_decrypt(no_blinding, &key.private, &encoded))
            });
            let Ok(Ok(closed)) = closed else { return Vec::new() };
            let trimmed = closed.to_be_bytes_trimmed_vartime();
            let mut signature = vec![0; key.good.len().saturating_sub(trimmed.len())];
            signature.extend_from_slice(&trimmed);
            signature
        }
    }
}

/// Always the same salt: a signature must not differ from run to run.
struct Salt;

impl TryRng for Salt {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(0x5a5a_5a5a)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(0x5a5a_5a5a_5a5a_5a5a)
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        bytes.fill(0x5a);
        Ok(())
    }
}

impl TryCryptoRng for Salt {}
