//! Public keys as PEM (RFC 7468): SubjectPublicKeyInfo, and RSAPublicKey of PKCS #1.

use base64ct::{Base64, Encoding as _};

use super::Imports;
use crate::generator::json::Json;
use crate::generator::keys::{self, Keys};
use crate::generator::octets::from_hex;
use crate::generator::setup::pem;

/// The DER of a SubjectPublicKeyInfo up to the point, which is uncompressed.
const P256_PREFIX: &str = "3059301306072a8648ce3d020106082a8648ce3d03010703420004";
const SECP256K1_PREFIX: &str = "3056301006072a8648ce3d020106052b8104000a03420004";

pub(super) fn add(imports: &mut Imports, keys: &Keys) {
    let point = keys::p256_point(&keys.p256);
    let block = |label: &str, prefix: &str, rest: &[u8]| {
        let der = [&from_hex(prefix), rest].concat();
        let lines: Vec<String> = Base64::encode_string(&der)
            .as_bytes()
            .chunks(64)
            .map(|line| line.iter().copied().map(char::from).collect())
            .collect();
        format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
    };
    let good = block("PUBLIC KEY", P256_PREFIX, &point);

    let mut load = |name: &str, text: &str, algorithm: Option<&str>| {
        imports.load(name, pem(text, algorithm), 1, &[]);
    };
    load("pem_p256", &good, None);
    load("pem_p256_for_es256", &good, Some("ES256"));
    load("pem_with_crlf", &good.replace('\n', "\r\n"), None);
    load("pem_ed25519", &keys::ed25519_pem(&keys.ed25519), None);
    load("pem_p384", &keys::p384_pem(&keys.p384), None);
    load("pem_rsa_2048", &keys.rsa_2048.public_pem(), None);
    load("pem_rsa_4096_for_ps512", &keys.rsa_4096.public_pem(), Some("PS512"));
    load("pem_rsa_of_pkcs1", &keys.rsa_2048.pkcs1_pem(), None);

    let mut refuse = |name: &str, text: &str, reason: &str| {
        imports.refuse(name, pem(text, None), reason);
    };
    refuse("pem_private_key", keys::PRIVATE_PEM, "private_key");
    refuse("pem_private_key_of_openssl", &block("EC PRIVATE KEY", "", &[1; 40]), "private_key");
    refuse("pem_certificate", &block("CERTIFICATE", P256_PREFIX, &point), "unsupported_key");
    refuse("pem_secp256k1", &block("PUBLIC KEY", SECP256K1_PREFIX, &point), "unsupported_key");
    let off_curve: Vec<u8> = point.iter().rev().copied().collect();
    refuse("pem_point_off_the_curve", &block("PUBLIC KEY", P256_PREFIX, &off_curve), "invalid_key");
    refuse("pem_point_too_short", &block("PUBLIC KEY", P256_PREFIX, &point[1..]), "invalid_key");
    let longer = [&point[..], &[0]].concat();
    refuse("pem_with_an_octet_after_it", &block("PUBLIC KEY", P256_PREFIX, &longer), "invalid_key");
    refuse("pem_empty", "", "invalid_key");
    refuse("pem_without_end", good.split("-----END").next().unwrap_or_default(), "invalid_key");
    refuse("pem_is_json", &keys.jwk("ES256").json(), "invalid_key");
    refuse("pem_rsa_1024_bits", keys::RSA_1024_PEM, "key_too_weak");
    refuse("pem_roca_fingerprint", keys::ROCA_PEM, "key_too_weak");

    let mut mismatch = |name: &str, text: &str, algorithm: &str| {
        imports.refuse(name, pem(text, Some(algorithm)), "key_algorithm_mismatch");
    };
    mismatch("pem_p256_for_es384", &good, "ES384");
    mismatch("pem_p256_for_rs256", &good, "RS256");
    mismatch("pem_rsa_for_es256", &keys.rsa_2048.public_pem(), "ES256");
    mismatch("pem_rsa_for_hs256", &keys.rsa_2048.public_pem(), "HS256");
    imports.refuse(
        "constructor_secret_for_rs256",
        Json::object([
            ("secret", Json::text(keys::encode(&[7; 32]))),
            ("algorithm", Json::text("RS256")),
        ]),
        "key_algorithm_mismatch",
    );
}
