//! Keys for the targets that look at what stands behind a signature.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL;
use gatepost::{Algorithm, ImportOptions, KeySlot, Reason, VerifyingKey};
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};

/// Checks nothing.
pub struct AnySignature;

impl AnySignature {
    /// A set of one such key, for ES256.
    pub fn key_set() -> [Option<KeySlot<Self>>; 1] {
        let set = br#"{"keys":[{"kty":"EC","crv":"P-256",
            "x":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            "y":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}]}"#;
        let mut slots = [None];
        gatepost::load(set, ImportOptions::default(), &mut slots, |_| Ok(Self), |_| ())
            .expect("a key that nobody looks at");
        slots
    }
}

impl VerifyingKey for AnySignature {
    fn verify(
        &self,
        _algorithm: Algorithm,
        _message: &[u8],
        _prehash: Option<&[u8]>,
        _signature: &[u8],
    ) -> Result<(), Reason> {
        Ok(())
    }
}

/// A key that signs with ES256.
pub struct Es256 {
    key: SigningKey,
    /// Its JSON Web Key: the required members in the order of their names (RFC 7638).
    pub jwk: String,
}

impl Es256 {
    pub fn new() -> Self {
        let key = SigningKey::from_slice(&[7; 32]).expect("a scalar");
        let point = key.verifying_key().to_sec1_point(false);
        let [x, y] = [point.x(), point.y()].map(|half| BASE64URL.encode(half.expect("a point")));
        let jwk = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
        Self { key, jwk }
    }

    /// The compact JWS of a header and a payload.
    pub fn sign(&self, header: &[u8], payload: &[u8]) -> String {
        let signed = format!("{}.{}", BASE64URL.encode(header), BASE64URL.encode(payload));
        let signature: Signature = self.key.sign(signed.as_bytes());
        format!("{signed}.{}", BASE64URL.encode(signature.to_bytes()))
    }
}

impl Default for Es256 {
    fn default() -> Self {
        Self::new()
    }
}
