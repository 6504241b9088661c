//! EdDSA with Ed25519
//! ([RFC 8037, section 3.1](https://www.rfc-editor.org/rfc/rfc8037#section-3.1),
//! [RFC 8032, section 5.1](https://www.rfc-editor.org/rfc/rfc8032#section-5.1)).

use ed25519_dalek::{Signature, VerifyingKey};

use crate::Reason;

/// A point on Ed25519.
#[derive(Clone, Debug)]
pub(super) struct Ed25519Key(VerifyingKey);

impl Ed25519Key {
    /// The point must be on the curve and not one of the few of small order, for which signatures
    /// exist that fit any message.
    pub(super) fn new(x: &[u8; 32]) -> Result<Self, Reason> {
        let key = VerifyingKey::from_bytes(x).map_err(|_| Reason::InvalidKey)?;
        if key.is_weak() { Err(Reason::KeyTooWeak) } else { Ok(Self(key)) }
    }

    /// `signature` has 64 bytes.
    pub(super) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), Reason> {
        let signature = Signature::from_slice(signature).map_err(|_| Reason::InvalidSignature)?;
        // Strict: one signature has one encoding, whatever other implementations accept.
        self.0.verify_strict(message, &signature).map_err(|_| Reason::InvalidSignature)
    }
}
