//! NIST's vectors for signatures of FIPS 186 (CAVP), on every path that this machine can run: P-256
//! with SHA-256, P-384 with SHA-384, and RSA from 2048 bits with SHA-256, SHA-384 and SHA-512.
//!
//! They come from the Python package `cryptography-vectors`: `scripts/nist.sh` says how.
//! `GATEPOST_NIST_VECTORS` names the folder that holds `asymmetric/`.
#![allow(clippy::print_stderr, reason = "what cannot be run here is said")]

mod common;

use std::collections::HashMap;
use std::path::PathBuf;

use common::{Paths, digest};
use gatepost::{Algorithm, KeyMaterial, Reason};

#[test]
fn ecdsa_verification() {
    let Some(file) = read("ECDSA/FIPS_186-3/SigVer.rsp") else { return };
    let mut score = Score::default();
    for vector in &file {
        score.count_ecdsa(vector, vector.is_good());
    }
    assert_eq!(score, Score { good: 6, bad: 24 });
}

#[test]
fn ecdsa_signatures() {
    let Some(file) = read("ECDSA/FIPS_186-3/SigGen.txt") else { return };
    let mut score = Score::default();
    for vector in file.iter().filter(|vector| vector.has("S")) {
        score.count_ecdsa(vector, true);
    }
    assert_eq!(score, Score { good: 30, bad: 0 });
}

#[test]
fn rsa_pkcs1_verification() {
    let Some(file) = read("RSA/FIPS_186-2/SigVer15_186-3.rsp") else { return };
    let mut score = Score::default();
    for vector in &file {
        score.count_rsa(["RS256", "RS384", "RS512"], vector, vector.is_good());
    }
    assert_eq!(score, Score { good: 27, bad: 135 });
}

#[test]
fn rsa_pkcs1_signatures() {
    let Some(file) = read("RSA/FIPS_186-2/SigGen15_186-3.rsp") else { return };
    let mut score = Score::default();
    for vector in file.iter().filter(|vector| vector.has("S")) {
        score.count_rsa(["RS256", "RS384", "RS512"], vector, true);
    }
    assert_eq!(score, Score { good: 90, bad: 0 });
}

/// The salts here have 10 bytes, and JOSE wants as many as the hash has
/// ([RFC 7518, section 3.5](https://www.rfc-editor.org/rfc/rfc7518#section-3.5)): all are refused,
/// though one in six is good otherwise.
#[test]
fn rsa_pss_verification() {
    let Some(file) = read("RSA/FIPS_186-2/SigVerPSS_186-3.rsp") else { return };
    let mut score = Score::default();
    for vector in &file {
        assert!(vector.bytes("SaltVal").len() < 32);
        score.count_rsa(["PS256", "PS384", "PS512"], vector, false);
    }
    assert_eq!(score, Score { good: 0, bad: 162 });
}

/// How many signatures had to be accepted and how many refused.
#[derive(Debug, Default, PartialEq, Eq)]
struct Score {
    good: u32,
    bad: u32,
}

impl Score {
    fn count_ecdsa(&mut self, vector: &Vector, is_good: bool) {
        let [algorithm, len] = match &*vector.section {
            "P-256,SHA-256" => ["ES256", "32"],
            "P-384,SHA-384" => ["ES384", "48"],
            _ => return,
        };
        let (algorithm, len) = (Algorithm::from_name(algorithm).unwrap(), len.parse().unwrap());
        let [x, y, r, s] = ["Qx", "Qy", "R", "S"].map(|name| vector.number(name, len));
        let signature = [r, s].concat();
        let material = if len == 32 {
            KeyMaterial::P256 { x: x.first_chunk().unwrap(), y: y.first_chunk().unwrap() }
        } else {
            KeyMaterial::P384 { x: x.first_chunk().unwrap(), y: y.first_chunk().unwrap() }
        };
        self.count(algorithm, material, vector, &signature, is_good);
    }

    fn count_rsa(&mut self, names: [&str; 3], vector: &Vector, is_good: bool) {
        let name = match vector.text("SHAAlg") {
            "SHA256" => names[0],
            "SHA384" => names[1],
            "SHA512" => names[2],
            _ => return,
        };
        let [modulus, exponent] = ["n", "e"].map(|name| {
            let bytes = vector.bytes(name);
            bytes[bytes.iter().take_while(|byte| **byte == 0).count()..].to_vec()
        });
        if modulus.len() < 256 {
            return;
        }
        let material = KeyMaterial::Rsa { modulus: &modulus, exponent: &exponent };
        let algorithm = Algorithm::from_name(name).unwrap();
        self.count(algorithm, material, vector, &vector.bytes("S"), is_good);
    }

    fn count(
        &mut self,
        algorithm: Algorithm,
        material: KeyMaterial<'_>,
        vector: &Vector,
        signature: &[u8],
        is_good: bool,
    ) {
        let (expected, count) = if is_good {
            (Ok(()), &mut self.good)
        } else {
            (Err(Reason::InvalidSignature), &mut self.bad)
        };
        *count += 1;
        let (paths, message) = (Paths::new(algorithm, material), vector.bytes("Msg"));
        let digest = digest(algorithm, &message);
        for prehash in [None, Some(&*digest)] {
            for (path, verdict) in paths.verify(&message, prehash, signature) {
                assert_eq!(verdict, expected, "{path}, {vector:?}");
            }
        }
    }
}

/// One vector: its section, such as `P-256,SHA-256`, and its values by name. Those of an RSA key
/// stand once for many.
#[derive(Clone, Debug, Default)]
struct Vector {
    section: String,
    values: HashMap<String, String>,
}

impl Vector {
    fn has(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    fn text(&self, name: &str) -> &str {
        self.values.get(name).map_or("", |value| value)
    }

    fn is_good(&self) -> bool {
        self.text("Result").starts_with('P')
    }

    fn bytes(&self, name: &str) -> Vec<u8> {
        let digits: Vec<u8> =
            self.text(name).chars().map(|digit| digit.to_digit(16).unwrap() as u8).collect();
        let (first, rest) = digits.split_at(digits.len() % 2);
        let pairs = rest.chunks(2).map(|pair| pair[0] << 4 | pair[1]);
        first.iter().copied().chain(pairs).collect()
    }

    /// A number of `len` bytes.
    fn number(&self, name: &str, len: usize) -> Vec<u8> {
        let bytes = self.bytes(name);
        let zeros = bytes.len().saturating_sub(len);
        assert!(bytes.iter().take(zeros).all(|byte| *byte == 0));
        [vec![0; len.saturating_sub(bytes.len())], bytes[zeros..].to_vec()].concat()
    }
}

/// The vectors of a file, each ending with the result or the signature's last number; `None` where
/// there are no files.
fn read(name: &str) -> Option<Vec<Vector>> {
    let Some(folder) = std::env::var_os("GATEPOST_NIST_VECTORS") else {
        eprintln!("left out: NIST's vectors (GATEPOST_NIST_VECTORS is not set)");
        return None;
    };
    let path = PathBuf::from(folder).join("asymmetric").join(name);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
    let last = if text.contains("Result = ") { "Result" } else { "S" };
    let (mut vectors, mut vector) = (Vec::new(), Vector::default());
    for line in text.lines().map(str::trim) {
        if let Some(section) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            vector = Vector { section: section.to_string(), ..Vector::default() };
        } else if let Some((name, value)) = line.split_once('=') {
            let name = name.trim();
            vector.values.insert(name.to_string(), value.trim().to_string());
            if name == last {
                vectors.push(vector.clone());
                vector.values.remove(last);
            }
        }
    }
    Some(vectors)
}
