//! Several issuers with ten keys each, as a host of many servers has them.

use super::signer::Signer;
use super::{Kind, claims, header, signed};
use super::{TOKENS, base64url};

/// Issuers, their key sets, and tokens of theirs in turn.
#[derive(Debug)]
pub struct Fleet {
    /// Each issuer with its key set.
    pub issuers: Vec<(String, String)>,
    /// Tokens, signed by all the keys that are in use.
    pub tokens: Vec<String>,
}

/// Keys of an issuer.
const KEYS: usize = 10;
/// Keys of all issuers together that sign; with fewer issuers, all there are.
const KEYS_IN_USE: usize = 64;
/// Steps through the issuers, so that the first ones of a list are not preferred: prime to their
/// number.
const STEP: usize = 37;
/// Permissions that fill a token up to about 800 characters.
const PERMISSIONS: usize = 6;

impl Fleet {
    /// `count` issuers whose keys are of `kind`.
    ///
    /// Each key of P-256 is another one. RSA keys take too long to make: there, one has all the
    /// names. Each is loaded and prepared for itself all the same, so that the caches of the
    /// processor see as many keys.
    ///
    /// # Panics
    ///
    /// For a kind other than ES256 and RS256.
    #[must_use]
    pub fn new(kind: Kind, count: usize) -> Self {
        let alg = kind.algorithm().name();
        let keys: Vec<Vec<_>> = (0..count)
            .map(|issuer| (0..KEYS).map(|key| signer(kind, issuer * KEYS + key)).collect())
            .collect();
        let issuers = keys.iter().enumerate().map(|(issuer, keys)| {
            let keys = keys.iter().enumerate().map(|(key, signer)| {
                let (numbers, key_id) = (signer.numbers(), key_id(issuer, key));
                format!(r#"{{{numbers},"kid":"{key_id}","alg":"{alg}","use":"sig"}}"#)
            });
            let keys: Vec<_> = keys.collect();
            (name(issuer), format!(r#"{{"keys":[{}]}}"#, keys.join(",")))
        });
        let in_use = KEYS_IN_USE.min(count * KEYS);
        let tokens = (0..TOKENS).map(|number| {
            let (issuer, key) = place(number % in_use, count);
            let header = header(kind, &key_id(issuer, key));
            let payload = base64url(claims(number, &name(issuer), PERMISSIONS));
            signed(&keys[issuer][key], &header, &payload)
        });
        Self { issuers: issuers.collect(), tokens: tokens.collect() }
    }
}

/// The key with this number among those in use: the issuers take turns.
fn place(number: usize, issuers: usize) -> (usize, usize) {
    (number * STEP % issuers, number / issuers)
}

fn signer(kind: Kind, number: usize) -> Signer {
    match kind {
        Kind::Es256 => Signer::p256(number),
        Kind::Rs256Of2048Bits | Kind::Rs256Of3072Bits | Kind::Rs256Of4096Bits => Signer::new(kind),
        other => panic!("no fleet has keys for {}", other.name()),
    }
}

/// As long for every issuer.
fn name(issuer: usize) -> String {
    format!("https://tenant-{issuer:03}.eu.auth0.example/")
}

fn key_id(issuer: usize, key: usize) -> String {
    format!("NkJCQzIyQzRBMEU4N-{issuer:03}-{key}")
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use gatepost::{Issuers, KeySet, Policy, limits};

    use super::super::{AUDIENCE, NOW};
    use super::*;

    #[test]
    fn every_token_is_accepted_by_its_issuer() {
        for (kind, count) in [(Kind::Es256, 10), (Kind::Rs256Of2048Bits, 1)] {
            let fleet = Fleet::new(kind, count);
            let keys: Vec<KeySet<KEYS>> =
                fleet.issuers.iter().map(|(_, jwks)| KeySet::from_jwks(jwks).unwrap()).collect();
            let entries: Vec<_> = fleet
                .issuers
                .iter()
                .zip(&keys)
                .map(|((name, _), keys)| (Policy::new(name, AUDIENCE).unwrap(), keys.keys()))
                .collect();
            let issuers = Issuers::new(&entries).unwrap();
            let mut memory = [0; limits::MEMORY];
            for token in fleet.tokens.iter().take(12) {
                let accepted = issuers.validate(token, NOW, &mut memory);
                assert!(accepted.is_ok(), "{:?}", accepted.unwrap_err());
            }
        }
    }

    #[test]
    fn so_many_keys_sign_and_no_issuer_is_preferred() {
        for (count, expected) in [(1, 10), (10, 64), (100, 64)] {
            let in_use = KEYS_IN_USE.min(count * KEYS);
            let places: HashSet<_> = (0..in_use).map(|number| place(number, count)).collect();
            assert_eq!(places.len(), expected);
            assert!(places.iter().all(|(issuer, key)| *issuer < count && *key < KEYS));
        }
    }
}
