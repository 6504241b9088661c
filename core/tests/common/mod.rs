//! What the integration tests share: keys, tokens signed by other people's code, and the folder
//! of published vectors.
#![allow(dead_code, reason = "every test takes what it needs")]

pub(crate) mod random;
pub(crate) mod signer;
pub(crate) mod traffic;
pub(crate) mod vectors;

use base64ct::{Base64UrlUnpadded, Encoding};
use gatepost::{Algorithm, ImportOptions, KeySet, Policy, UnixTime, limits};

pub(crate) const ISSUER: &str = "https://issuer.example";
pub(crate) const AUDIENCE: &str = "https://mcp.example/mcp";
pub(crate) const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

/// Claims that [`policy`] accepts at [`NOW`].
pub(crate) const CLAIMS: &str = r#"{"iss":"https://issuer.example","aud":"https://mcp.example/mcp","sub":"alice","exp":1700000600,"scope":"mcp:read mcp:write"}"#;

pub(crate) fn policy() -> Policy<'static> {
    Policy::new(ISSUER, AUDIENCE).unwrap()
}

/// Memory that is always enough.
pub(crate) fn memory() -> Vec<u8> {
    vec![0; limits::MEMORY]
}

/// The public half of a test key for `algorithm`, under the `kid` "1", in a set of its own.
pub(crate) fn key_set(algorithm: Algorithm) -> KeySet<1> {
    let jwks = jwks(&[&signer::jwk(algorithm, "1")]);
    KeySet::from_jwks_with(jwks, options(algorithm)).unwrap()
}

/// Options that read a key of `algorithm`, were it symmetric.
pub(crate) fn options(algorithm: Algorithm) -> ImportOptions {
    let mut options = ImportOptions::default();
    options.symmetric = algorithm.is_symmetric();
    options
}

/// Keys that are JSON text as the text of a set.
pub(crate) fn jwks(keys: &[&str]) -> String {
    format!(r#"{{"keys":[{}]}}"#, keys.join(","))
}

/// A token of the test key for `algorithm`, whose `kid` is "1".
pub(crate) fn token(algorithm: Algorithm, claims: &str) -> String {
    signer::sign(algorithm, &header(algorithm), claims)
}

/// The header of [`token`].
pub(crate) fn header(algorithm: Algorithm) -> String {
    format!(r#"{{"alg":"{algorithm}","kid":"1"}}"#)
}

/// [`CLAIMS`] with some members replaced or added, each `"name":value`; the value `-` removes it.
pub(crate) fn claims_with(members: &[(&str, &str)]) -> String {
    let mut claims: Vec<(String, String)> =
        serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(CLAIMS)
            .unwrap()
            .into_iter()
            .map(|(name, value)| (name, value.to_string()))
            .collect();
    for (name, value) in members {
        claims.retain(|(known, _)| known != name);
        if *value != "-" {
            claims.push(((*name).to_owned(), (*value).to_owned()));
        }
    }
    let members: Vec<_> = claims.iter().map(|(name, value)| format!("{name:?}:{value}")).collect();
    format!("{{{}}}", members.join(","))
}

pub(crate) fn base64url(bytes: impl AsRef<[u8]>) -> String {
    Base64UrlUnpadded::encode_string(bytes.as_ref())
}

pub(crate) fn from_base64url(text: &str) -> Vec<u8> {
    Base64UrlUnpadded::decode_vec(text).unwrap()
}
