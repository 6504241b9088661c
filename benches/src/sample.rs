//! Keys, and tokens that they signed.

mod signer;

use core::fmt::Write as _;

use base64ct::{Base64UrlUnpadded, Encoding as _};
use gatepost::{Algorithm, ImportOptions, KeySet, Policy, Reason, UnixTime};

use signer::Signer;

/// The issuer of every token.
pub const ISSUER: &str = "https://tenant.eu.auth0.example/";
/// One of the two audiences of every token.
pub const AUDIENCE: &str = "https://mcp.example.com/mcp";
/// A time at which every token is valid.
pub const NOW: UnixTime = UnixTime::from_secs(ISSUED_AT + 600);
/// A time at which every token has expired.
pub const TOO_LATE: UnixTime = UnixTime::from_secs(ISSUED_AT + 86_400);
/// Tokens of a sample: so many that the processor cannot learn one by heart, which would flatter
/// the reader.
pub const TOKENS: usize = 128;

const ISSUED_AT: u64 = 1_795_000_000;
const KEY_ID: &str = "NkJCQzIyQzRBMEU4NjM4Nw";
/// What tokens are filled up to, in characters; those of the larger RSA keys are longer without.
const TOKEN_LEN: usize = 800;

/// A kind of signature that is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names of the algorithms say it")]
pub enum Kind {
    Rs256Of2048Bits,
    Rs256Of3072Bits,
    Rs256Of4096Bits,
    Ps256Of2048Bits,
    Es256,
    Es384,
    EdDsa,
    Hs256,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Rs256Of2048Bits,
        Self::Rs256Of3072Bits,
        Self::Rs256Of4096Bits,
        Self::Ps256Of2048Bits,
        Self::Es256,
        Self::Es384,
        Self::EdDsa,
        Self::Hs256,
    ];

    /// The algorithm, and the size of the key where there are several.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rs256Of2048Bits => "RS256 2048",
            Self::Rs256Of3072Bits => "RS256 3072",
            Self::Rs256Of4096Bits => "RS256 4096",
            Self::Ps256Of2048Bits => "PS256 2048",
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::EdDsa => "EdDSA",
            Self::Hs256 => "HS256",
        }
    }

    /// The algorithm.
    #[must_use]
    pub const fn algorithm(self) -> Algorithm {
        match self {
            Self::Rs256Of2048Bits | Self::Rs256Of3072Bits | Self::Rs256Of4096Bits => {
                Algorithm::Rs256
            }
            Self::Ps256Of2048Bits => Algorithm::Ps256,
            Self::Es256 => Algorithm::Es256,
            Self::Es384 => Algorithm::Es384,
            Self::EdDsa => Algorithm::EdDsa,
            Self::Hs256 => Algorithm::Hs256,
        }
    }
}

/// A key and different tokens of about 800 characters that it signed.
#[derive(Debug)]
pub struct Sample {
    /// Which kind of key.
    pub kind: Kind,
    /// The tokens.
    pub tokens: Vec<String>,
    /// The public key, or the secret, as a JSON Web Key.
    pub jwk: String,
    /// The public key in DER (SubjectPublicKeyInfo); empty for a secret.
    pub public_key_der: Vec<u8>,
}

impl Sample {
    /// Signs `count` tokens.
    ///
    /// # Panics
    ///
    /// Where a test key cannot be read, or does not sign.
    #[must_use]
    pub fn new(kind: Kind, count: usize) -> Self {
        let signer = Signer::new(kind);
        let (alg, numbers) = (kind.algorithm().name(), signer.numbers());
        Self {
            kind,
            tokens: (0..count).map(|number| token(&signer, kind, number)).collect(),
            jwk: format!(r#"{{{numbers},"kid":"{KEY_ID}","alg":"{alg}","use":"sig"}}"#),
            public_key_der: signer.public_key_der(),
        }
    }

    /// The key in a set of its own, as it is published.
    #[must_use]
    pub fn jwks(&self) -> String {
        format!(r#"{{"keys":[{}]}}"#, self.jwk)
    }

    /// The key, ready to verify.
    ///
    /// # Errors
    ///
    /// None, unless the core refuses good keys.
    pub fn keys(&self) -> Result<KeySet<1>, Reason> {
        let mut options = ImportOptions::default();
        options.symmetric = self.kind.algorithm().is_symmetric();
        KeySet::from_jwks_with(self.jwks(), options)
    }

    /// The parts of each token that a verification of the signature alone needs: what is signed,
    /// and the decoded signature.
    ///
    /// # Panics
    ///
    /// Never: the tokens are well-formed.
    #[must_use]
    pub fn signed_parts(&self) -> Vec<(&[u8], Vec<u8>)> {
        let parts = self.tokens.iter().map(|token| {
            let (input, signature) = token.rsplit_once('.').expect("three parts");
            let signature = Base64UrlUnpadded::decode_vec(signature).expect("base64url");
            (input.as_bytes(), signature)
        });
        parts.collect()
    }
}

/// A policy that accepts every token at [`NOW`].
///
/// # Errors
///
/// None, unless the core refuses good policies.
pub fn policy() -> Result<Policy<'static>, Reason> {
    Policy::new(ISSUER, AUDIENCE)
}

/// The token with this number: each has another subject and another identifier.
fn token(signer: &Signer, kind: Kind, number: usize) -> String {
    let alg = kind.algorithm().name();
    let header = base64url(format!(r#"{{"alg":"{alg}","typ":"at+jwt","kid":"{KEY_ID}"}}"#));
    let other_parts = header.len() + signer.signature_len().div_ceil(3) * 4 + 2;
    let payload = (1..)
        .map(|permissions| base64url(claims(number, permissions)))
        .find(|payload| payload.len() + other_parts > TOKEN_LEN - 16)
        .unwrap_or_default();
    let input = format!("{header}.{payload}");
    let signature = base64url(signer.sign(input.as_bytes()));
    format!("{input}.{signature}")
}

/// Claims as Auth0 gives them, with this many permissions.
fn claims(number: usize, permissions: usize) -> String {
    let subject = 0x65f1_0c3a_9b00_0000 + number;
    let expires_at = ISSUED_AT + 7200;
    let mut claims = format!(
        r#"{{"iss":"{ISSUER}","sub":"auth0|{subject:x}","aud":["{AUDIENCE}","{ISSUER}userinfo"],"#
    );
    let _ = write!(claims, r#""iat":{ISSUED_AT},"exp":{expires_at},"jti":"{number:08x}","#);
    let _ = write!(claims, r#""azp":"Xr2kGmQ0Yc7tVd9A","scope":"openid mcp:tools","#);
    let permissions: Vec<_> =
        (0..permissions).map(|number| format!(r#""read:notes-{number}""#)).collect();
    let _ = write!(claims, r#""permissions":[{}]}}"#, permissions.join(","));
    claims
}

fn base64url(bytes: impl AsRef<[u8]>) -> String {
    Base64UrlUnpadded::encode_string(bytes.as_ref())
}

#[cfg(test)]
mod tests {
    use gatepost::limits;

    use super::*;

    #[test]
    fn every_token_is_accepted_until_it_has_expired() {
        for kind in Kind::ALL {
            let sample = Sample::new(kind, 2);
            let (keys, policy) = (sample.keys().unwrap(), policy().unwrap());
            let mut memory = [0; limits::MEMORY];
            for token in &sample.tokens {
                let accepted = policy.validate(token, &keys, NOW, &mut memory);
                assert!(accepted.is_ok(), "{}: {:?}", kind.name(), accepted.unwrap_err());
                let refused = policy.validate(token, &keys, TOO_LATE, &mut memory);
                assert_eq!(refused.unwrap_err(), Reason::Expired, "{}", kind.name());
            }
            assert_ne!(sample.tokens[0], sample.tokens[1]);
        }
    }

    #[test]
    fn tokens_have_about_800_characters_where_the_signature_leaves_room() {
        for kind in Kind::ALL {
            let len = Sample::new(kind, 1).tokens[0].len();
            match kind {
                Kind::Rs256Of3072Bits => assert!(len < 1000, "{len}"),
                Kind::Rs256Of4096Bits => assert!(len < 1200, "{len}"),
                _ => assert!(len.abs_diff(TOKEN_LEN) <= 32, "{}: {len}", kind.name()),
            }
        }
    }
}
