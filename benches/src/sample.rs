//! Keys, and tokens that they signed.

mod fleet;
mod signer;
mod worst;

use core::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

use base64ct::{Base64UrlUnpadded, Encoding as _};
use gatepost::{Algorithm, ImportOptions, KeySet, Policy, Reason, UnixTime};
use p256::pkcs8::der::pem::{LineEnding, encode_string};

pub use fleet::Fleet;
use signer::Signer;
pub use worst::{Worst, worst};

/// The issuer of every token.
pub const ISSUER: &str = "https://tenant.eu.auth0.example/";
/// One of the two audiences of every token.
pub const AUDIENCE: &str = "https://mcp.example.com/mcp";
/// A time at which every token is valid.
pub const NOW: UnixTime = UnixTime::from_secs(ISSUED_AT + 600);
/// A time at which every token has expired.
pub const TOO_LATE: UnixTime = UnixTime::from_secs(EXPIRES_AT + 86_400);
/// Tokens of a sample: so many that the processor cannot learn one by heart, which would flatter
/// the reader.
pub const TOKENS: usize = 512;

/// The beginning of 2025. Other libraries read the clock on their own, so that the tokens have to
/// be valid whenever somebody measures: no lifetime for real tokens.
const ISSUED_AT: u64 = 1_735_689_600;
/// The beginning of 2100.
const EXPIRES_AT: u64 = 4_102_444_800;
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

    /// The name for files and tables.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Rs256Of2048Bits => "rs256_2048",
            Self::Rs256Of3072Bits => "rs256_3072",
            Self::Rs256Of4096Bits => "rs256_4096",
            Self::Ps256Of2048Bits => "ps256_2048",
            Self::Es256 => "es256",
            Self::Es384 => "es384",
            Self::EdDsa => "eddsa",
            Self::Hs256 => "hs256",
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

/// A key and different tokens that it signed.
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
    /// Signs `count` tokens of about 800 characters.
    ///
    /// # Panics
    ///
    /// Where a test key cannot be read, or does not sign.
    #[must_use]
    pub fn new(kind: Kind, count: usize) -> Self {
        Self::signed(kind, count, |number, signature_len| {
            filled(number, signature_len, TOKEN_LEN, claims)
        })
    }

    /// Signs `count` tokens of `token_len` characters, give or take a permission. The shortest ones
    /// hold what every token needs and nothing else.
    ///
    /// # Panics
    ///
    /// Like [`new`](Self::new).
    #[must_use]
    pub fn of_len(kind: Kind, count: usize, token_len: usize) -> Self {
        Self::signed(kind, count, |number, signature_len| {
            filled(number, signature_len, token_len, few_claims)
        })
    }

    /// Signs one token with this payload.
    ///
    /// # Panics
    ///
    /// Like [`new`](Self::new).
    #[must_use]
    pub fn of_payload(kind: Kind, payload: &str) -> Self {
        Self::signed(kind, 1, |_, _| base64url(payload))
    }

    /// `payload` gets the token's number and the length of the header and of the signature, and
    /// returns the second part of the token.
    fn signed(kind: Kind, count: usize, payload: impl Fn(usize, usize) -> String) -> Self {
        let signer = Signer::new(kind);
        let (alg, numbers) = (kind.algorithm().name(), signer.numbers());
        let header = header(kind, KEY_ID);
        let other_parts = header.len() + signer.signature_len().div_ceil(3) * 4 + 2;
        let sign = |number| signed(&signer, &header, &payload(number, other_parts));
        Self {
            kind,
            tokens: (0..count).map(sign).collect(),
            jwk: format!(r#"{{{numbers},"kid":"{KEY_ID}","alg":"{alg}","use":"sig"}}"#),
            public_key_der: signer.public_key_der(),
        }
    }

    /// Writes it into files of `folder`, for programs in other languages: the set, the key in PEM
    /// and DER, and the tokens, one a line.
    ///
    /// # Errors
    ///
    /// Where a file cannot be written.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        let file = |extension| folder.join(self.kind.id()).with_extension(extension);
        fs::write(file("jwks"), self.jwks())?;
        fs::write(file("jwk"), &self.jwk)?;
        fs::write(file("der"), &self.public_key_der)?;
        let pem = encode_string("PUBLIC KEY", LineEnding::LF, &self.public_key_der);
        fs::write(file("pem"), pem.map_err(io::Error::other)?)?;
        fs::write(file("tokens"), self.tokens.join("\n") + "\n")
    }

    /// Reads what [`write`](Self::write) wrote.
    ///
    /// # Errors
    ///
    /// Where a file cannot be read.
    pub fn read(folder: &Path, kind: Kind) -> io::Result<Self> {
        let file = |extension| folder.join(kind.id()).with_extension(extension);
        Ok(Self {
            kind,
            tokens: fs::read_to_string(file("tokens"))?.lines().map(str::to_owned).collect(),
            jwk: fs::read_to_string(file("jwk"))?,
            public_key_der: fs::read(file("der"))?,
        })
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

/// The type is the older one of the two that access tokens have: libjwt takes no other.
fn header(kind: Kind, key_id: &str) -> String {
    let alg = kind.algorithm().name();
    base64url(format!(r#"{{"alg":"{alg}","typ":"JWT","kid":"{key_id}"}}"#))
}

fn signed(signer: &Signer, header: &str, payload: &str) -> String {
    let input = format!("{header}.{payload}");
    let signature = base64url(signer.sign(input.as_bytes()));
    format!("{input}.{signature}")
}

/// A payload with as many permissions as fill the token up.
fn filled(
    number: usize,
    other_parts: usize,
    token_len: usize,
    claims: fn(usize, &str, usize) -> String,
) -> String {
    (1..)
        .map(|permissions| base64url(claims(number, ISSUER, permissions)))
        .find(|payload| payload.len() + other_parts > token_len - 16)
        .unwrap_or_default()
}

/// Claims as Auth0 gives them, with this many permissions. Each number has another subject and
/// another identifier.
fn claims(number: usize, issuer: &str, permissions: usize) -> String {
    let subject = 0x65f1_0c3a_9b00_0000 + number;
    let mut claims = format!(
        r#"{{"iss":"{issuer}","sub":"auth0|{subject:x}","aud":["{AUDIENCE}","{issuer}userinfo"],"#
    );
    let _ = write!(claims, r#""iat":{ISSUED_AT},"exp":{EXPIRES_AT},"jti":"{number:08x}","#);
    let _ = write!(claims, r#""azp":"Xr2kGmQ0Yc7tVd9A","scope":"openid mcp:tools","#);
    let _ = write!(claims, r#""permissions":{}}}"#, permission_list(permissions));
    claims
}

/// The claims without which no token is accepted, a subject, and this many permissions.
fn few_claims(number: usize, issuer: &str, permissions: usize) -> String {
    let permissions = permission_list(permissions);
    format!(
        r#"{{"iss":"{issuer}","sub":"{number:08x}","aud":"{AUDIENCE}","exp":{EXPIRES_AT},"permissions":{permissions}}}"#
    )
}

fn permission_list(count: usize) -> String {
    let names: Vec<_> = (0..count).map(|number| format!(r#""read:notes-{number}""#)).collect();
    format!("[{}]", names.join(","))
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
    fn tokens_of_each_length_are_accepted() {
        for len in [512, 1024, 8192] {
            let sample = Sample::of_len(Kind::Es256, 1, len);
            let (keys, policy) = (sample.keys().unwrap(), policy().unwrap());
            let mut memory = [0; limits::MEMORY];
            let accepted = policy.validate(&sample.tokens[0], &keys, NOW, &mut memory);
            assert!(accepted.is_ok(), "{len}: {:?}", accepted.unwrap_err());
            assert!(
                sample.tokens[0].len().abs_diff(len) <= 32,
                "{len}: {}",
                sample.tokens[0].len()
            );
        }
    }

    #[test]
    fn a_sample_is_read_as_it_was_written() {
        let folder = std::env::temp_dir().join(format!("gatepost-sample-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let written = Sample::new(Kind::Es256, 2);
        written.write(&folder).unwrap();
        let read = Sample::read(&folder, Kind::Es256);
        fs::remove_dir_all(&folder).unwrap();
        let read = read.unwrap();
        assert_eq!((read.tokens, read.jwk), (written.tokens, written.jwk));
        assert_eq!(read.public_key_der, written.public_key_der);
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
