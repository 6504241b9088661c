//! JWK thumbprints ([RFC 7638](https://www.rfc-editor.org/rfc/rfc7638)): one value for one key,
//! however it was published.

use sha2::{Digest as _, Sha256};

use crate::text::base64url::Encoded;
use crate::{KeyMaterial, ParsedKey};

/// The SHA-256 thumbprint.
pub(super) fn thumbprint(key: &ParsedKey<'_>) -> [u8; 32] {
    let mut hash = Sha256::new();
    let mut add = |text: &str, number: &[u8]| {
        hash.update(text);
        Encoded::new(number).for_each(|c| hash.update([c]));
    };
    // The required members in the order of their names, without white space.
    match key.material {
        KeyMaterial::Rsa { modulus, exponent } => {
            add(r#"{"e":""#, exponent);
            add(r#"","kty":"RSA","n":""#, modulus);
        }
        KeyMaterial::P256 { x, y } => {
            add(r#"{"crv":"P-256","kty":"EC","x":""#, x);
            add(r#"","y":""#, y);
        }
        KeyMaterial::P384 { x, y } => {
            add(r#"{"crv":"P-384","kty":"EC","x":""#, x);
            add(r#"","y":""#, y);
        }
        KeyMaterial::Ed25519(x) => add(r#"{"crv":"Ed25519","kty":"OKP","x":""#, x),
        KeyMaterial::Symmetric(secret) => {
            add(r#"{"k":""#, secret);
            add(r#"","kty":"oct"#, &[]);
        }
    }
    add(r#""}"#, &[]);
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Algorithm;
    use crate::text::base64url;

    #[test]
    fn the_example_of_rfc_8037_appendix_a_3() {
        let mut memory = [0; 64];
        let (x, rest) =
            base64url::decode(b"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", &mut memory).unwrap();
        let (expected, _) =
            base64url::decode(b"kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k", rest).unwrap();
        let x: &[u8; 32] = (&*x).try_into().unwrap();
        let key = ParsedKey { algorithm: Algorithm::EdDsa, material: KeyMaterial::Ed25519(x) };
        assert_eq!(thumbprint(&key), *expected);
    }
}
