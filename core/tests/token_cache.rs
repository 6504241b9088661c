//! A cache of verified tokens changes what a validation costs, and never what it says.
#![cfg(all(feature = "ed25519", feature = "hmac", feature = "p256", feature = "rsa"))]

mod common;

use core::cell::{Cell, RefCell};

use common::traffic::{self, Traffic, Watched};
use common::{NOW, claims_with, key_set, memory, policy, signer, token};
use gatepost::{
    Algorithm, FixedTokenCache, ImportOptions, Issuers, KeySet, KeySlot, Keys, KnownToken,
    ParsedKey, PublicKey, Reason, TokenCache, UnixTime, VerifyingKey,
};
use sha2::{Digest, Sha256};

#[test]
fn random_requests_have_the_verdicts_that_they_have_without_a_cache() {
    let traffic = Traffic::new(PublicKey::new);
    // A small one, whose places are fought for, and one that has room for all.
    let (small, large) = (FixedTokenCache::<3>::new(), FixedTokenCache::<512>::new());
    let caches = [Watched::new(&small), Watched::new(&large)];
    let seen = traffic.judge(11, 11_000, &caches);
    seen.require_variety(250);
    for cache in &caches {
        cache.require_use(200, 40);
    }
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
    for algorithm in [Algorithm::Es256, Algorithm::Rs256, Algorithm::EdDsa] {
        let cache = FixedTokenCache::<4>::new();
        let header = format!(r#"{{"alg":"{algorithm}","kid":"first"}}"#);
        let token = traffic::sign(algorithm, 1, &header, common::CLAIMS);
        let [old, new] = [1, 3].map(|key| {
            KeySet::<1>::from_jwks(common::jwks(&[&traffic::jwk(algorithm, key, "first")])).unwrap()
        });
        let validate = |keys: &KeySet<1>| {
            let keys = keys.keys().remembering(&cache);
            policy().validate(&token, keys, NOW, &mut memory()).map(|_| ())
        };
        assert_eq!(validate(&old), Ok(()));
        assert_eq!(validate(&new), Err(Reason::InvalidSignature));
        assert_eq!(validate(&old), Ok(()));
    }
}

#[test]
fn nothing_of_a_shared_secret_gets_into_a_cache() {
    struct Untouched;
    impl TokenCache for Untouched {
        fn get(&self, _: u64, _: UnixTime) -> Option<KnownToken> {
            None
        }
        fn insert(&self, _: KnownToken, _: UnixTime) {
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

#[test]
fn a_cache_that_mixes_up_its_tokens_does_no_harm() {
    /// Whatever it is asked for, it has something else.
    struct Confused(Cell<Option<KnownToken>>);
    impl TokenCache for Confused {
        fn get(&self, _: u64, _: UnixTime) -> Option<KnownToken> {
            self.0.get()
        }
        fn insert(&self, token: KnownToken, _: UnixTime) {
            self.0.set(Some(token));
        }
    }
    let keys = key_set(Algorithm::Es256);
    let cache = Confused(Cell::new(None));
    let subject_of = |token: &str, at| {
        let keys = keys.keys().remembering(&cache);
        let mut memory = memory();
        let valid = policy().validate(token, keys, UnixTime::from_secs(at), &mut memory)?;
        Ok(valid.subject().map(str::to_owned))
    };
    let [alice, bob] = [r#""alice""#, r#""b""#]
        .map(|subject| token(Algorithm::Es256, &claims_with(&[("sub", subject)])));
    let at = NOW.as_secs();
    let unsigned = alice.rsplit_once('.').unwrap().0;
    let forged = format!("{unsigned}.{}", bob.rsplit_once('.').unwrap().1);
    for _ in 0..2 {
        assert_eq!(subject_of(&alice, at).unwrap().as_deref(), Some("alice"));
        assert_eq!(subject_of(&bob, at).unwrap().as_deref(), Some("b"));
        assert_eq!(subject_of(&forged, at), Err(Reason::InvalidSignature));
    }
    // It does not even let go of what has expired.
    assert_eq!(subject_of(&bob, u64::from(u32::MAX)), Err(Reason::Expired));
}

#[test]
fn several_issuers_recall_what_each_would_have_accepted() {
    let verified = Cell::new(0);
    let other = "https://other.example";
    let [first, second] = [1, 3].map(|key| {
        let jwks = common::jwks(&[&traffic::jwk(Algorithm::Es256, key, "1")]);
        let make =
            |key: &ParsedKey<'_>| Ok(Counting { key: PublicKey::new(key)?, verified: &verified });
        KeySet::<1, _>::load(jwks, ImportOptions::default(), make).unwrap()
    });
    let sign = |key, members: &[(&str, &str)]| {
        traffic::sign(Algorithm::Es256, key, HEADER, &claims_with(members))
    };
    let iss = format!("\"{other}\"");
    let tokens = [
        sign(1, &[]),
        sign(3, &[("iss", &iss)]),
        // Each with the other's key, and bound to a key.
        sign(3, &[]),
        sign(1, &[("iss", &iss)]),
        sign(1, &[("cnf", r#"{"jkt":"BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc"}"#)]),
        sign(3, &[("iss", &iss), ("scope", "-"), ("sub", r#""b\u006fb""#)]),
        sign(1, &[("iss", r#""https://nobody.example""#)]),
    ];
    let policies = [policy(), gatepost::Policy::new(other, common::AUDIENCE).unwrap()];
    let caches = [FixedTokenCache::<8>::new(), FixedTokenCache::new(), FixedTokenCache::new()];
    let none = FixedTokenCache::<8>::new();
    // One for both, and one for each; beside one that is emptied each time.
    for (of_first, of_second) in [(&caches[0], &caches[0]), (&caches[1], &caches[2])] {
        let remembering = [
            (policies[0], first.keys().remembering(of_first)),
            (policies[1], second.keys().remembering(of_second)),
        ];
        let issuers = Issuers::new(&remembering).unwrap();
        for token in &tokens {
            none.clear();
            let forgetful = [
                (policies[0], first.keys().remembering(&none)),
                (policies[1], second.keys().remembering(&none)),
            ];
            let without = verdicts(Issuers::new(&forgetful).unwrap(), token, || none.clear());
            for round in 0..3 {
                verified.set(0);
                assert_eq!(verdicts(issuers, token, || ()), without, "{token}");
                let is_remembered = round > 0 && without[0].is_ok();
                assert!(!is_remembered || verified.get() == 0, "{token}");
            }
        }
    }
}

/// The header of a token of the key `1`.
const HEADER: &str = r#"{"alg":"ES256","kid":"1"}"#;

/// Who is let in, as it is and before a proof.
fn verdicts<C: TokenCache + Copy>(
    issuers: Issuers<'_, Counting<'_>, C>,
    token: &str,
    between: impl Fn(),
) -> [Result<Option<String>, Reason>; 2] {
    let subject = |token: &gatepost::AccessToken<'_>| token.subject().map(str::to_owned);
    let mut memory = memory();
    let as_it_is = issuers.validate(token, NOW, &mut memory).map(|token| subject(&token));
    between();
    let mut memory = common::memory();
    let before_proof = issuers.validate_before_proof(token, NOW, &mut memory);
    between();
    [as_it_is, before_proof.map(|token| Some(format!("{:?}", token.confirmation())))]
}

#[test]
fn the_numbers_of_tokens_are_spread_evenly() {
    const TOKENS: usize = 256;
    struct Numbers(RefCell<Vec<u64>>);
    impl TokenCache for &Numbers {
        fn get(&self, number: u64, _: UnixTime) -> Option<KnownToken> {
            self.0.borrow_mut().push(number);
            None
        }
        fn insert(&self, token: KnownToken, _: UnixTime) {
            assert_eq!(self.0.borrow().last(), Some(&token.number()));
        }
    }
    for algorithm in [Algorithm::Es256, Algorithm::EdDsa] {
        let keys = key_set(algorithm);
        let mut ones = [0; 64];
        for subject in 0..TOKENS {
            let token = token(algorithm, &claims_with(&[("sub", &format!("\"{subject}\""))]));
            let numbers = Numbers(RefCell::default());
            let keys = keys.keys().remembering(&numbers);
            policy().validate(&token, keys, NOW, &mut memory()).unwrap();
            let number = numbers.0.take()[0];
            for (bit, ones) in ones.iter_mut().enumerate() {
                *ones += number >> bit & 1;
            }
        }
        // Six standard deviations from half of them.
        assert!(ones.iter().all(|ones| (80..=176).contains(ones)), "{algorithm}: {ones:?}");
    }
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
