//! A cache of verified tokens changes what a validation costs, and never what it says.
#![cfg(all(feature = "ed25519", feature = "hmac", feature = "p256", feature = "rsa"))]

mod common;

use core::cell::Cell;

use common::random::Random;
use common::signer::{self, ed25519_key};
use common::{
    AUDIENCE, ISSUER, NOW, base64url, claims_with, header, key_set, memory, policy, token,
};
use ed25519_dalek::SigningKey;
use ed25519_dalek::ed25519::signature::Signer;
use gatepost::{
    Algorithm, FixedTokenCache, ImportOptions, KeySet, KeySlot, Keys, ParsedKey, Policy, PublicKey,
    Reason, ScopeClaims, Strings, TokenCache, TokenFingerprint, UnixTime, VerifyingKey,
};
use sha2::{Digest, Sha256};

#[test]
fn random_sequences_have_the_verdicts_that_they_have_without_a_cache() {
    let tokens = tokens();
    let sets = [set(&[1, 2]), set(&[3, 2]), set(&[2, 1]), set(&[1])];
    let policies = policies();
    // A small one, whose places are fought for, and one that has room for all.
    let (small, large) = (FixedTokenCache::<3>::new(), FixedTokenCache::<512>::new());
    let (small, large) = (Watched::new(&small), Watched::new(&large));
    let random = &mut Random(11);
    let (mut accepted, mut refused) = (0_u32, 0_u32);
    let (mut keys, mut policy, mut now) = (&sets[0], &policies[0], NOW);
    let mut token = &tokens[0];
    for _ in 0..30_000 {
        match random.below(40) {
            0 => keys = random.choose(&sets),
            1 | 2 => policy = random.choose(&policies),
            3 => now = UnixTime::from_secs(NOW.as_secs() + random.word() % 400 - 100),
            4..8 => now = UnixTime::from_secs(now.as_secs() + random.word() % 4),
            _ => {}
        }
        // Mostly the same one again, as in life.
        if random.below(4) == 0 {
            token = random.choose(&tokens);
        }
        let verdict = |keys: Keys<'_, PublicKey, &dyn TokenCache>| {
            let mut memory = memory();
            let token = policy.validate(token, keys, now, &mut memory)?;
            let scopes: Vec<_> = token.scopes().map(str::to_owned).collect();
            Ok::<_, Reason>((token.subject().map(str::to_owned), token.expires_at(), scopes))
        };
        let without = verdict(keys.keys().remembering(&gatepost::NoTokenCache));
        assert_eq!(without, verdict(keys.keys().remembering(&small)), "{token} at {now:?}");
        assert_eq!(without, verdict(keys.keys().remembering(&large)), "{token} at {now:?}");
        if without.is_ok() { accepted += 1 } else { refused += 1 }
    }
    assert!(accepted > 1500 && refused > 1500, "{accepted} and {refused}");
    assert!(small.hits.get() > 300, "{}", small.hits.get());
    assert!(large.hits.get() > 1000, "{}", large.hits.get());
}

#[test]
fn a_signature_is_checked_once_and_with_the_digest_that_the_cache_made() {
    let verified = Cell::new(0);
    for algorithm in [Algorithm::Es256, Algorithm::Rs256, Algorithm::EdDsa, Algorithm::Ps384] {
        let keys = counting(algorithm, &verified);
        let cache = FixedTokenCache::<4>::new();
        let token = token(algorithm, common::CLAIMS);
        for _ in 0..3 {
            let keys = keys.keys().remembering(&cache);
            policy().validate(&token, keys, NOW, &mut memory()).unwrap();
        }
        assert_eq!((verified.take(), cache.len()), (1, 1), "{algorithm}");
    }
}

#[test]
fn a_key_that_nothing_is_known_of_is_not_remembered() {
    let keys = key_set(Algorithm::Es256);
    let key = keys.keys().iter().next().unwrap().key();
    let slot = [Some(KeySlot::from_key(key, Algorithm::Es256, None).unwrap())];
    let cache = FixedTokenCache::<4>::new();
    let token = token(Algorithm::Es256, common::CLAIMS);
    for _ in 0..2 {
        let keys = Keys::from(&slot[..]).remembering(&cache);
        policy().validate(&token, keys, NOW, &mut memory()).unwrap();
    }
    assert_eq!(cache.len(), 0);
}

#[test]
fn what_is_refused_is_not_remembered() {
    let keys = key_set(Algorithm::Es256);
    let cache = FixedTokenCache::<4>::new();
    for (claims, reason) in [
        (claims_with(&[("exp", "1600000000")]), Reason::Expired),
        (claims_with(&[("aud", r#""https://other.example""#)]), Reason::AudienceMismatch),
        (claims_with(&[("nbf", "1800000000")]), Reason::NotYetValid),
    ] {
        let token = token(Algorithm::Es256, &claims);
        let keys = keys.keys().remembering(&cache);
        let refused = policy().validate(&token, keys, NOW, &mut memory()).unwrap_err();
        assert_eq!((refused, cache.len()), (reason, 0));
    }
}

#[test]
fn a_token_that_never_expires_is_checked_each_time() {
    let verified = Cell::new(0);
    let keys = counting(Algorithm::Es256, &verified);
    let cache = FixedTokenCache::<4>::new();
    let token = token(Algorithm::Es256, &claims_with(&[("exp", "-")]));
    let policy = policy().with_required_claims(&["iss"]).unwrap();
    for _ in 0..3 {
        policy.validate(&token, keys.keys().remembering(&cache), NOW, &mut memory()).unwrap();
    }
    assert_eq!((verified.get(), cache.len()), (3, 0));
}

#[test]
fn an_entry_ends_with_the_token_even_where_the_policy_has_leeway() {
    let verified = Cell::new(0);
    let keys = counting(Algorithm::Es256, &verified);
    let cache = FixedTokenCache::<4>::new();
    let token = token(Algorithm::Es256, &claims_with(&[("exp", "1700000010")]));
    let validate = |at| {
        let keys = keys.keys().remembering(&cache);
        let verdict =
            policy().validate(&token, keys, UnixTime::from_secs(at), &mut memory()).map(|_| ());
        (verdict, verified.take(), cache.len())
    };
    assert_eq!(validate(1_700_000_000), (Ok(()), 1, 1));
    assert_eq!(validate(1_700_000_009), (Ok(()), 0, 1));
    assert_eq!(validate(1_700_000_010), (Ok(()), 1, 0));
    assert_eq!(validate(1_700_000_039), (Ok(()), 1, 0));
    assert_eq!(validate(1_700_000_040), (Err(Reason::Expired), 1, 0));
    // A clock that was set back: the token is checked and remembered anew.
    assert_eq!(validate(1_700_000_000), (Ok(()), 1, 1));
}

#[test]
fn a_key_that_replaces_another_under_its_name_verifies_anew() {
    let cache = FixedTokenCache::<4>::new();
    let token = eddsa(1, r#"{"alg":"EdDSA","kid":"first"}"#, common::CLAIMS);
    let (old, new) = (set(&[1]), set(&[3]));
    let validate = |keys: &KeySet<2>| {
        let keys = keys.keys().remembering(&cache);
        policy().validate(&token, keys, NOW, &mut memory()).map(|_| ())
    };
    assert_eq!(validate(&old), Ok(()));
    assert_eq!(validate(&new), Err(Reason::InvalidSignature));
    assert_eq!(validate(&old), Ok(()));
}

#[test]
fn nothing_of_a_shared_secret_gets_into_a_cache() {
    struct Untouched;
    impl TokenCache for Untouched {
        fn contains(&self, _: &TokenFingerprint, _: UnixTime) -> bool {
            panic!("asked")
        }
        fn insert(&self, _: &TokenFingerprint, _: UnixTime, _: UnixTime) {
            panic!("filled")
        }
    }
    let keys = key_set(Algorithm::Hs256);
    let token = token(Algorithm::Hs256, common::CLAIMS);
    let keys = keys.keys().remembering(&Untouched);
    policy().validate(&token, keys, NOW, &mut memory()).unwrap();
}

#[test]
fn another_token_is_never_taken_for_one_that_is_remembered() {
    let keys = key_set(Algorithm::Es256);
    let cache = FixedTokenCache::<1>::new();
    let good = token(Algorithm::Es256, common::CLAIMS);
    let validate = |token: &str| {
        let keys = keys.keys().remembering(&cache);
        policy().validate(token, keys, NOW, &mut memory()).map(|_| ())
    };
    assert_eq!(validate(&good), Ok(()));
    // With one place, every token would have that of the good one.
    for at in 0..good.len() {
        let mut other = good.clone().into_bytes();
        other[at] = if other[at] == b'A' { b'B' } else { b'A' };
        assert!(validate(str::from_utf8(&other).unwrap()).is_err(), "{at}");
        assert_eq!(validate(&good), Ok(()));
    }
    assert_eq!(cache.len(), 1);
}

/// Tokens of the keys 1 to 3, good and bad in many ways, and remade with parts of each other.
fn tokens() -> Vec<String> {
    let mut tokens = Vec::new();
    for key in 1..=3 {
        for key_id in ["first", "second"] {
            for exp in ["-", "1700000050", "1700000100", "1700000200", r#""soon""#] {
                for (name, value) in [
                    ("sub", r#""bob""#),
                    ("aud", r#"["https://other.example"]"#),
                    ("nbf", "1700000060"),
                    ("scope", r#""mcp:read""#),
                ] {
                    let header = format!(r#"{{"alg":"EdDSA","kid":"{key_id}"}}"#);
                    let claims = claims_with(&[("exp", exp), (name, value)]);
                    tokens.push(eddsa(key, &header, &claims));
                }
            }
        }
    }
    let signature_of = |token: &str| token.rsplit_once('.').unwrap().1.to_owned();
    for at in (1..tokens.len()).step_by(7) {
        let (signed, _) = tokens[at].rsplit_once('.').unwrap();
        tokens.push(format!("{signed}.{}", signature_of(&tokens[at - 1])));
    }
    tokens.extend(
        [Algorithm::Es256, Algorithm::Rs256]
            .map(|algorithm| signer::sign(algorithm, &header(algorithm), common::CLAIMS)),
    );
    tokens
}

fn policies() -> [Policy<'static>; 5] {
    let plain = policy();
    [
        plain,
        plain.with_leeway(0).unwrap(),
        Policy::new(ISSUER, &[AUDIENCE, "https://other.example"][..]).unwrap(),
        plain.with_required_scopes(&["mcp:write"]).unwrap(),
        plain
            .with_required_claims(Strings::from(&["sub"]))
            .unwrap()
            .with_scope_claims(ScopeClaims::NONE),
    ]
}

/// The first, second, … of these keys under the names `first`, `second`.
fn set(keys: &[u8]) -> KeySet<2> {
    let names = ["first", "second"];
    let keys: Vec<_> = keys
        .iter()
        .zip(names)
        .map(|(key, name)| {
            let x = base64url(eddsa_key(*key).verifying_key().as_bytes());
            format!(r#"{{"kty":"OKP","crv":"Ed25519","kid":"{name}","x":"{x}"}}"#)
        })
        .collect();
    KeySet::from_jwks(format!(r#"{{"keys":[{}]}}"#, keys.join(","))).unwrap()
}

fn eddsa(key: u8, header: &str, claims: &str) -> String {
    let input = format!("{}.{}", base64url(header), base64url(claims));
    let signature = eddsa_key(key).sign(input.as_bytes());
    format!("{input}.{}", base64url(signature.to_bytes()))
}

fn eddsa_key(key: u8) -> SigningKey {
    assert_ne!(ed25519_key().to_bytes(), [key; 32]);
    SigningKey::from_bytes(&[key; 32])
}

/// A set of one key that counts what it verifies.
fn counting(algorithm: Algorithm, verified: &Cell<u32>) -> KeySet<1, Counting<'_>> {
    let jwks = common::jwks(&[&signer::jwk(algorithm, "1")]);
    let make = |key: &ParsedKey<'_>| Ok(Counting { key: PublicKey::new(key)?, verified });
    KeySet::load(jwks, ImportOptions::default(), make).unwrap()
}

struct Counting<'a> {
    key: PublicKey,
    verified: &'a Cell<u32>,
}

impl VerifyingKey for Counting<'_> {
    fn verify(
        &self,
        algorithm: Algorithm,
        message: &[u8],
        prehash: Option<&[u8]>,
        signature: &[u8],
    ) -> Result<(), Reason> {
        self.verified.set(self.verified.get() + 1);
        let is_sha_256 = matches!(algorithm, Algorithm::Es256 | Algorithm::Rs256);
        let digest = is_sha_256.then(|| Sha256::digest(message));
        assert_eq!(prehash, digest.as_ref().map(|digest| digest.as_slice()));
        self.key.verify(algorithm, message, prehash, signature)
    }
}

/// A cache that counts how often it helped.
struct Watched<'a> {
    cache: &'a dyn TokenCache,
    hits: Cell<u32>,
}

impl<'a> Watched<'a> {
    fn new(cache: &'a dyn TokenCache) -> Self {
        Self { cache, hits: Cell::new(0) }
    }
}

impl TokenCache for Watched<'_> {
    fn contains(&self, token: &TokenFingerprint, now: UnixTime) -> bool {
        let is_hit = self.cache.contains(token, now);
        self.hits.set(self.hits.get() + u32::from(is_hit));
        is_hit
    }

    fn insert(&self, token: &TokenFingerprint, expires_at: UnixTime, now: UnixTime) {
        self.cache.insert(token, expires_at, now);
    }
}
