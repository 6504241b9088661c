//! Keys that are none, are weak, or cost too much: refused when they are read, so that no token
//! ever meets them.

use gatepost::{Algorithm, ImportOptions, KeySet, Reason, limits};

use crate::common::random::Random;
use crate::common::{self, base64url, from_base64url, signer};
use crate::read_keys;

fn refused(jwk: &str) -> Reason {
    read_keys(&[jwk]).unwrap_err()
}

fn refused_secret(jwk: &str) -> Reason {
    let mut options = ImportOptions::default();
    options.symmetric = true;
    KeySet::<1>::from_jwks_with(common::jwks(&[jwk]), options).unwrap_err()
}

/// Also GHSA-8wpc-h4q6-8fxv and GHSA-pxh4-856f-4h89: a key that is missing is an error at once.
#[test]
fn cve_2026_44351_an_empty_key_is_no_key() {
    for algorithm in [Algorithm::Hs256, Algorithm::Hs384, Algorithm::Hs512] {
        let empty = KeySet::<1>::from_secret("", algorithm, None);
        assert_eq!(empty.unwrap_err(), Reason::KeyTooWeak);
    }
    assert_eq!(refused_secret(r#"{"kty":"oct","k":""}"#), Reason::KeyTooWeak);
    for jwk in [r#"{"kty":"oct"}"#, r#"{"kty":"oct","k":null}"#, r#"{"kty":"oct","k":[]}"#] {
        assert_eq!(refused_secret(jwk), Reason::InvalidKey, "{jwk}");
    }
    let (zeros, modulus) = (base64url([0; 256]), base64url(signer::rsa_modulus()));
    for jwk in [
        "{}".to_owned(),
        r#"{"kty":null}"#.to_owned(),
        r#"{"kty":"RSA"}"#.to_owned(),
        r#"{"kty":"RSA","n":"","e":""}"#.to_owned(),
        r#"{"kty":"RSA","n":"","e":"AQAB"}"#.to_owned(),
        format!(r#"{{"kty":"RSA","n":"{modulus}"}}"#),
        format!(r#"{{"kty":"RSA","n":"{modulus}","e":""}}"#),
        format!(r#"{{"kty":"RSA","n":"{modulus}","e":null}}"#),
        format!(r#"{{"kty":"RSA","n":"{zeros}","e":"AQAB"}}"#),
        r#"{"kty":"EC"}"#.to_owned(),
        r#"{"kty":"EC","crv":"P-256"}"#.to_owned(),
        r#"{"kty":"EC","crv":"P-256","x":"","y":""}"#.to_owned(),
        r#"{"kty":"EC","crv":"P-384","x":"","y":""}"#.to_owned(),
        r#"{"kty":"OKP","crv":"Ed25519"}"#.to_owned(),
        r#"{"kty":"OKP","crv":"Ed25519","x":""}"#.to_owned(),
    ] {
        let reason = refused(&jwk);
        assert!(matches!(reason, Reason::InvalidKey | Reason::KeyTooWeak), "{reason:?}: {jwk}");
    }
    assert_eq!(KeySet::<1>::from_jwks(r#"{"keys":[]}"#).unwrap_err(), Reason::KeyNotFound);
    for nothing in ["", "{}", "null", r#"{"keys":null}"#, r#"{"keys":{}}"#, r#"{"keys":[null]}"#] {
        assert_eq!(KeySet::<1>::from_jwks(nothing).unwrap_err(), Reason::InvalidJson, "{nothing}");
    }
    for pem in ["", "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n"] {
        assert_eq!(KeySet::<1>::from_pem(pem, None, None).unwrap_err(), Reason::InvalidKey);
    }
    assert_eq!(KeySet::<1>::from_der([], None, None).unwrap_err(), Reason::InvalidKey);
}

/// The server ran with the secret that its configuration lacked; also CVE-2025-45768.
#[test]
fn cve_2019_20933_a_blank_or_short_secret_is_refused() {
    for (algorithm, len) in [(Algorithm::Hs256, 32), (Algorithm::Hs384, 48), (Algorithm::Hs512, 64)]
    {
        for secret in ["", " ", "secret", "password", &"x".repeat(len - 1)] {
            let weak = KeySet::<1>::from_secret(secret, algorithm, None);
            assert_eq!(weak.unwrap_err(), Reason::KeyTooWeak, "{algorithm}");
            let k = base64url(secret);
            let jwk = format!(r#"{{"kty":"oct","k":"{k}","alg":"{algorithm}"}}"#);
            assert_eq!(refused_secret(&jwk), Reason::KeyTooWeak, "{algorithm}");
        }
        assert!(KeySet::<1>::from_secret("x".repeat(len), algorithm, None).is_ok());
    }
}

/// Also CVE-2017-16007 and CVE-2017-12974.
#[test]
fn cve_2016_9121_a_point_lies_on_its_curve() {
    for (algorithm, curve, prime) in [
        (Algorithm::Es256, "P-256", "_____wAAAAEAAAAAAAAAAAAAAAD_______________8"),
        (
            Algorithm::Es384,
            "P-384",
            "__________________________________________7_____AAAAAAAAAAD_____",
        ),
    ] {
        let jwk = |x: &[u8], y: &[u8]| {
            let (x, y) = (base64url(x), base64url(y));
            format!(r#"{{"kty":"EC","crv":"{curve}","x":"{x}","y":"{y}"}}"#)
        };
        let numbers = signer::jwk(algorithm, "1");
        let good: serde_json::Value = serde_json::from_str(&numbers).unwrap();
        let [x, y] = ["x", "y"].map(|name| from_base64url(good[name].as_str().unwrap()));
        assert!(read_keys(&[&jwk(&x, &y)]).is_ok());
        let prime = from_base64url(prime);
        let zero = vec![0; x.len()];
        let mut one = zero.clone();
        one[x.len() - 1] = 1;
        let flipped = |at: usize, number: &[u8]| {
            let mut number = number.to_vec();
            number[at] ^= 1;
            number
        };
        for (x, y) in [
            // Infinity, as some write it, and small numbers.
            (&zero, &zero),
            (&zero, &one),
            (&one, &one),
            (&x, &zero),
            // Beside the curve, and on it somewhere else.
            (&y, &x),
            (&flipped(0, &x), &y),
            (&x, &flipped(x.len() - 1, &y)),
            // Not reduced.
            (&prime, &y),
            (&x, &prime),
            (&vec![0xff; x.len()], &vec![0xff; x.len()]),
            // Of another length.
            (&[&[0], &x[..]].concat(), &y),
            (&x[1..].to_vec(), &y),
            (&x, &[&y[..], &[0]].concat()),
            (&[&x[..], &y].concat(), &y),
        ] {
            assert_eq!(refused(&jwk(x, y)), Reason::InvalidKey);
        }
        for (curve, reason) in [
            ("P-521", Reason::UnsupportedKey),
            ("secp256k1", Reason::UnsupportedKey),
            ("p-256", Reason::UnsupportedKey),
            ("Ed25519", Reason::UnsupportedKey),
            (if curve == "P-256" { "P-384" } else { "P-256" }, Reason::InvalidKey),
        ] {
            let (x, y) = (base64url(&x), base64url(&y));
            let jwk = format!(r#"{{"kty":"EC","crv":"{curve}","x":"{x}","y":"{y}"}}"#);
            assert_eq!(refused(&jwk), reason, "{curve}");
        }
    }
    // Ed25519: beside the curve, and the points of small order, whose signatures fit anything.
    let ed25519 = |x: [u8; 32]| {
        refused(&format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{}"}}"#, base64url(x)))
    };
    let mut low = [0; 32];
    assert_eq!(ed25519(low), Reason::KeyTooWeak);
    low[0] = 1;
    assert_eq!(ed25519(low), Reason::KeyTooWeak);
    low = [0xff; 32];
    (low[0], low[31]) = (0xec, 0x7f);
    assert_eq!(ed25519(low), Reason::KeyTooWeak);
    low = [0; 32];
    low[0] = 2;
    assert_eq!(ed25519(low), Reason::InvalidKey);
}

#[test]
fn cve_2017_15361_weak_rsa_keys_are_refused() {
    let rsa = |modulus: &[u8], exponent: &[u8]| {
        read_keys(&[&format!("{{{}}}", signer::rsa_numbers(modulus, exponent))]).map(drop)
    };
    let modulus = signer::rsa_modulus();
    assert_eq!(rsa(&modulus, &[1, 0, 1]), Ok(()));
    // The fingerprint of the library: a power of 65537 modulo each of the first primes.
    let random = &mut Random(11);
    for power in [1, 65537, 65537 * 65537] {
        assert_eq!(rsa(&roca_modulus(power, random), &[1, 0, 1]), Err(Reason::KeyTooWeak));
    }
    // One of the primes out of step is enough for a good key.
    assert_eq!(rsa(&roca_modulus(3, random), &[1, 0, 1]), Ok(()));
    // Too short: 512, 1024 and 2040 bits.
    for len in [64, 128, 255] {
        let mut short = modulus[..len].to_vec();
        *short.last_mut().unwrap() |= 1;
        assert_eq!(rsa(&short, &[1, 0, 1]), Err(Reason::KeyTooWeak), "{len}");
    }
    // e of zero, one, or even; n even.
    for exponent in [&[1][..], &[2], &[1, 0, 0], &[0xff, 0xff, 0xff, 0xfe]] {
        assert_eq!(rsa(&modulus, exponent), Err(Reason::InvalidKey), "{exponent:?}");
    }
    assert_eq!(rsa(&modulus, &[0]), Err(Reason::InvalidKey));
    let mut even = modulus;
    *even.last_mut().unwrap() &= 0xfe;
    assert_eq!(rsa(&even, &[1, 0, 1]), Err(Reason::InvalidKey));
}

/// A multiple of 2 · 3 · 5 … 167, and `remainder` more: that modulo each of these.
fn roca_modulus(remainder: u64, random: &mut Random) -> Vec<u8> {
    const PRIMES: [u32; 39] = [
        2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89,
        97, 101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
    ];
    // Lowest byte first.
    let mut number = random.bytes(229);
    *number.last_mut().unwrap() |= 0x80;
    for prime in PRIMES {
        let mut carry = 0;
        for byte in &mut number {
            let [low, high @ ..] = (u32::from(*byte) * prime + carry).to_le_bytes();
            *byte = low;
            carry = u32::from_le_bytes([high[0], high[1], high[2], 0]);
        }
        if carry > 0 {
            number.push(u8::try_from(carry).unwrap());
        }
    }
    let mut carry = u128::from(remainder);
    for byte in &mut number {
        carry += u128::from(*byte);
        *byte = carry.to_le_bytes()[0];
        carry >>= 8;
    }
    number.reverse();
    number
}

/// ISC's mended verifier of 2026, and the 8192 bits at which Go stops: what a verification costs
/// is not the sender's choice.
#[test]
fn bind_2026_an_oversized_rsa_key_is_refused_at_import() {
    let modulus = signer::rsa_modulus();
    let rsa = |modulus: &[u8], exponent: &[u8]| {
        read_keys(&[&format!("{{{}}}", signer::rsa_numbers(modulus, exponent))]).map(drop)
    };
    assert_eq!(rsa(&modulus, &[0xff; 4]), Ok(()));
    // Some that would be small and odd, were they cut to 32 bits.
    for exponent in [
        &[1, 0, 0, 0, 1][..],
        &[1, 0, 1, 0, 1],
        &[1, 0, 0, 0, 0, 0, 1, 0, 1],
        &modulus,
        &[0xff; 4096],
    ] {
        assert_eq!(rsa(&modulus, exponent), Err(Reason::InvalidKey), "{}", exponent.len());
    }
    for len in [limits::MAX_RSA_BITS / 8 + 1, 1025, 2048, 65_536] {
        let large = vec![0xff; len];
        assert_eq!(rsa(&large, &[1, 0, 1]), Err(Reason::UnsupportedKey), "{len}");
        assert_eq!(rsa(&large, &large), Err(Reason::UnsupportedKey), "{len}");
    }
}

/// Also CVE-2022-50237 and CVE-2024-58262: what holds no private key leaks none.
#[test]
fn cve_2023_49092_a_private_key_is_refused() {
    use p256::elliptic_curve::SecretKey;
    use rsa::pkcs1::EncodeRsaPrivateKey;
    use rsa::pkcs8::{EncodePrivateKey, LineEnding};

    for algorithm in [Algorithm::Rs256, Algorithm::Es256, Algorithm::Es384, Algorithm::EdDsa] {
        let numbers = signer::numbers(algorithm);
        for member in ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "\\u0064"] {
            for value in ["\"AQAB\"", "\"\"", "null", "[]"] {
                let jwk = format!(r#"{{{numbers},"{member}":{value}}}"#);
                assert_eq!(refused(&jwk), Reason::PrivateKey, "{member}: {value}");
            }
        }
    }
    let p256 = SecretKey::<p256::NistP256>::from(signer::p256_key());
    for pem in [
        signer::rsa_key().to_pkcs8_pem(LineEnding::LF).unwrap(),
        signer::rsa_key().to_pkcs1_pem(LineEnding::LF).unwrap(),
        p256.to_pkcs8_pem(LineEnding::LF).unwrap(),
        signer::ed25519_key().to_pkcs8_pem(LineEnding::LF).unwrap(),
    ] {
        assert_eq!(KeySet::<1>::from_pem(&*pem, None, None).unwrap_err(), Reason::PrivateKey);
    }
    for der in [
        signer::rsa_key().to_pkcs8_der().unwrap(),
        p256.to_pkcs8_der().unwrap(),
        signer::ed25519_key().to_pkcs8_der().unwrap(),
    ] {
        let refused = KeySet::<1>::from_der(der.as_bytes(), None, None);
        assert_eq!(refused.unwrap_err(), Reason::InvalidKey);
    }
}
