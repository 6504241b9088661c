//! RSA: PKCS #1 v1.5 and PSS, with keys of all sizes that vector code has and one that it has not.

use std::sync::LazyLock;

use gatepost::internal::rsa::{TiledKey, WordKey};
use gatepost::{Algorithm, KeyMaterial, ParsedKey, PublicKey, ReferenceKey, VerifyingKey};
use gatepost_hosted::{AwsLcKey, HostedKey, Tables};
use num_bigint::BigUint;
use rsa::pkcs8::DecodePrivateKey;
use rsa::rand_core::CryptoRng;
use rsa::traits::PublicKeyParts;
use rsa::{BoxedUint, PrivateKey, Pss};
use sha2::{Digest, Sha256, Sha384, Sha512};

use super::{Random, Report, bytes, fill, hex, one_in, run};

#[test]
fn verdicts_on_rsa_signatures_are_those_of_others() {
    let keys = keys();
    let report = run("RSA", 1000, |random, count, report| {
        for _ in 0..count {
            try_one(random.choose(&keys), random, report);
        }
    });
    for (kind, [cases, accepted]) in report.cases {
        assert_eq!(accepted, if kind == "good" { cases } else { 0 }, "{kind}");
    }
}

const ALGORITHMS: [Algorithm; 6] = [
    Algorithm::Rs256,
    Algorithm::Rs384,
    Algorithm::Rs512,
    Algorithm::Ps256,
    Algorithm::Ps384,
    Algorithm::Ps512,
];

/// A key for one algorithm, on every path, and what was signed with it.
struct Key {
    algorithm: Algorithm,
    exponent: u32,
    modulus: BigUint,
    len: usize,
    aws_lc: AwsLcKey,
    portable: PublicKey,
    reference: ReferenceKey,
    simulated: Option<HostedKey>,
    words: WordKey,
    tiles: TiledKey,
    /// Digests and their signatures; none where the private key is unknown.
    good: Vec<Signed>,
    /// Signatures that open to an encoding with one bit wrong.
    spoilt: Vec<Signed>,
}

#[derive(Clone)]
struct Signed {
    digest: Vec<u8>,
    signature: Vec<u8>,
}

fn try_one(key: &Key, random: &mut Random, report: &mut Report) {
    let digest_len = key.good.first().map_or(32, |signed| signed.digest.len());
    let any = |random: &mut Random| {
        let mut signed = Signed { digest: vec![0; digest_len], signature: vec![0; key.len] };
        fill(random, &mut signed.digest);
        fill(random, &mut signed.signature);
        signed
    };
    let (kind, signed) = if key.good.is_empty() {
        match any(random) {
            signed if one_in(random, 2) => ("random, other exponents", signed),
            signed => ("edges, other exponents", edge(key, signed, random)),
        }
    } else {
        match random.below(8) {
            0 => ("good", random.choose(&key.good).clone()),
            1 => ("spoilt encoding", random.choose(&key.spoilt).clone()),
            2 | 3 => {
                let mut signed = random.choose(&key.good).clone();
                signed.signature[random.below(key.len)] ^= 1 << random.below(8);
                ("one bit of the signature flipped", signed)
            }
            4 => {
                let mut signed = random.choose(&key.good).clone();
                signed.digest[random.below(digest_len)] ^= 1 << random.below(8);
                ("one bit of the digest flipped", signed)
            }
            5 => ("edges", edge(key, random.choose(&key.good).clone(), random)),
            _ => ("random", any(random)),
        }
    };
    compare(key, kind, &signed, random, report);
}

/// Integers at the ends of the range, what is equal to the good one modulo n, and other lengths.
fn edge(key: &Key, mut signed: Signed, random: &mut Random) -> Signed {
    let (n, good) = (&key.modulus, BigUint::from_bytes_be(&signed.signature));
    let small = u32::try_from(random.below(4)).unwrap();
    let power = BigUint::from(1_u32) << random.below(8 * key.len);
    let integer = match random.below(9) {
        0 => BigUint::from(small),
        1 => n - small,
        2 => n + small,
        3 => good + n,
        4 => n - good % n,
        5 => power % n,
        6 => (power - 1_u32) % n,
        7 => n - power % n,
        _ => {
            match small {
                0 => signed.signature.insert(0, 0),
                1 => signed.signature.push(0),
                2 => _ = signed.signature.pop(),
                _ => signed.signature.clear(),
            }
            return signed;
        }
    };
    let bytes = integer.to_bytes_be();
    // What is too long keeps its lower bytes.
    signed.signature.fill(0);
    let len = bytes.len().min(key.len);
    signed.signature[key.len - len..].copy_from_slice(&bytes[bytes.len() - len..]);
    // A sum with n that lost its top is the good signature by no chance; n itself is none.
    signed
}

fn compare(
    key: &Key,
    kind: &'static str,
    signed: &Signed,
    random: &mut Random,
    report: &mut Report,
) {
    let Signed { digest, signature } = signed;
    let says = |verifier: &dyn VerifyingKey| {
        verifier.verify(key.algorithm, b"", Some(digest), signature).is_ok()
    };
    let case = || {
        let [modulus, digest, signature] =
            [&key.modulus.to_bytes_be(), digest, signature].map(|bytes| hex(bytes));
        let Key { algorithm, exponent, .. } = key;
        format!(
            "{kind}: {algorithm} n {modulus} e {exponent} digest {digest} signature {signature}"
        )
    };
    let expected = says(&key.aws_lc);
    report.count(kind, expected);
    report.compare("portable", says(&key.portable), expected, case);
    if one_in(random, 4) {
        report.compare("words of 32 bits", says(&key.words), expected, case);
    }
    if one_in(random, 32) {
        report.compare("the crate rsa", says(&key.reference), expected, case);
    }
    if let Some(simulated) = key.simulated.as_ref().filter(|_| one_in(random, 64)) {
        report.compare("simulated vectors", says(simulated), expected, case);
    }
    // Nearly all open to what no padding looks like: so the results themselves, too.
    if one_in(random, 8) {
        let base = BigUint::from_bytes_be(signature);
        let fits = signature.len() == key.len && base < key.modulus;
        let power = if fits { power(&base, key.exponent, &key.modulus) } else { BigUint::ZERO };
        let mut is_power = |encoded: &[u8]| BigUint::from_bytes_be(encoded) == power;
        let (tiles, words) =
            (key.tiles.open(signature, &mut is_power), key.words.open(signature, &mut is_power));
        report.compare("limbs of 60 bits, against num-bigint", tiles, fits, case);
        report.compare("words of 32 bits, against num-bigint", words, fits, case);
    }
}

fn power(base: &BigUint, exponent: u32, modulus: &BigUint) -> BigUint {
    let mut power = BigUint::from(1_u32);
    for bit in (0..32 - exponent.leading_zeros()).rev() {
        power = &power * &power % modulus;
        if exponent >> bit & 1 == 1 {
            power = power * base % modulus;
        }
    }
    power
}

fn keys() -> Vec<Key> {
    let random = &mut Random(0x7273_612d_6b65_7973);
    let pems = [
        include_str!("../../../testdata/keys/rsa_2048.pem"),
        include_str!("../../../testdata/keys/rsa_2049.pem"),
        include_str!("../../../testdata/keys/rsa_3072.pem"),
        include_str!("../../../testdata/keys/rsa_4096.pem"),
    ];
    let mut keys = Vec::new();
    for private in pems.map(|pem| PrivateKey::from_pkcs8_pem(pem).unwrap()) {
        for algorithm in ALGORITHMS {
            let mut key = Key::new(algorithm, &private, 65537);
            key.good = (0..3).map(|_| sign(&private, algorithm, random)).collect();
            key.spoilt = (0..3).filter_map(|_| spoil(&private, &key, random)).collect();
            keys.push(key);
        }
        // AWS-LC takes exponents of up to 33 bits.
        for exponent in [3, 5, 17, 0x8000_0001, u32::MAX] {
            keys.push(Key::new(Algorithm::Rs256, &private, exponent));
        }
    }
    keys
}

impl Key {
    fn new(algorithm: Algorithm, private: &PrivateKey, exponent: u32) -> Self {
        let modulus = private.n().to_be_bytes_trimmed_vartime();
        let e = BigUint::from(exponent).to_bytes_be();
        let material = KeyMaterial::Rsa { modulus: &modulus, exponent: &e };
        let key = ParsedKey::new(algorithm, material).unwrap();
        static TABLES: LazyLock<Tables> = LazyLock::new(|| Tables::simulated(64 << 20));
        let hosted = HostedKey::with_tables(&key, &TABLES).unwrap();
        let has_vectors = matches!(modulus.len(), 256 | 384 | 512);
        assert_eq!(hosted.prepare(), has_vectors);
        Self {
            algorithm,
            exponent,
            modulus: BigUint::from_bytes_be(&modulus),
            len: modulus.len(),
            aws_lc: AwsLcKey::new(&key).unwrap(),
            portable: PublicKey::new(&key).unwrap(),
            reference: ReferenceKey::new(&key).unwrap(),
            simulated: has_vectors.then_some(hosted),
            words: WordKey::new(&key).unwrap(),
            tiles: TiledKey::new(&key).unwrap(),
            good: Vec::new(),
            spoilt: Vec::new(),
        }
    }
}

fn sign(private: &PrivateKey, algorithm: Algorithm, random: &mut Random) -> Signed {
    fn with<D: Digest + sha2::digest::FixedOutputReset + sha2::digest::const_oid::AssociatedOid>(
        private: &PrivateKey,
        is_pss: bool,
        random: &mut Random,
    ) -> Signed {
        let digest = D::digest(bytes::<32>(random)).to_vec();
        let signature = if is_pss {
            private.sign_with_rng(random, Pss::<D>::new(), &digest)
        } else {
            private.sign(rsa::Pkcs1v15Sign::new::<D>(), &digest)
        };
        Signed { digest, signature: signature.unwrap() }
    }
    let is_pss = algorithm.name().starts_with("PS");
    match algorithm {
        Algorithm::Rs256 | Algorithm::Ps256 => with::<Sha256>(private, is_pss, random),
        Algorithm::Rs384 | Algorithm::Ps384 => with::<Sha384>(private, is_pss, random),
        _ => with::<Sha512>(private, is_pss, random),
    }
}

/// What opens to the encoding of a good signature but for one bit, if that is below the modulus.
fn spoil(private: &PrivateKey, key: &Key, random: &mut Random) -> Option<Signed> {
    let good = random.choose(&key.good);
    let base = BigUint::from_bytes_be(&good.signature);
    let mut encoded = power(&base, key.exponent, &key.modulus).to_bytes_be();
    let at = random.below(encoded.len());
    encoded[at] ^= 1 << random.below(8);
    let number = BoxedUint::from_be_slice(&encoded, private.n().bits_precision()).ok()?;
    let closed = rsa::hazmat::rsa_decrypt(None::<&mut dyn CryptoRng>, private, &number).ok()?;
    let trimmed = closed.to_be_bytes_trimmed_vartime();
    let mut signature = vec![0; key.len - trimmed.len()];
    signature.extend_from_slice(&trimmed);
    Some(Signed { digest: good.digest.clone(), signature })
}
