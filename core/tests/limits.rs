//! Every limit: what is just within it is accepted, and what is one beyond is refused with the
//! limit's own reason. That refusing takes no memory of the heap is tested in `no_alloc.rs`; here
//! the largest inputs run on a small stack.
#![cfg(all(
    feature = "ed25519",
    feature = "hmac",
    feature = "p256",
    feature = "p384",
    feature = "rsa"
))]

mod common;

use common::{CLAIMS, NOW, base64url, claims_with, key_set, policy, signer};
use gatepost::limits::*;
use gatepost::{
    Algorithm, ImportOptions, KeySet, KeySlot, Policy, PublicKey, Reason, UnixTime, load,
};

/// A key with the shortest signature but the MACs, to leave room for the rest of a token.
const KEY: Algorithm = Algorithm::Es256;

#[test]
fn max_token_len() {
    let token = |header_len: usize, claims_len: usize| {
        signer::sign(KEY, &header(header_len), &claims(claims_len))
    };
    // Base64url has no text of every length: these two add up to it, and to one more.
    let longest = token(4030, 8191);
    assert_eq!(longest.len(), MAX_TOKEN_LEN);
    assert_eq!(verdict(&longest), Ok(()));
    let longer = token(4031, 8191);
    assert_eq!(longer.len(), MAX_TOKEN_LEN + 1);
    assert_eq!(verdict(&longer), Err(Reason::TooLarge));
}

#[test]
fn a_megabyte_of_token_is_refused_for_its_size() {
    on_a_small_stack(|| {
        let good = common::token(KEY, CLAIMS);
        for megabyte in [
            "a".repeat(1 << 20),
            ".".repeat(1_000_000),
            format!("{good}{}", "A".repeat(1 << 20)),
            signer::sign(KEY, &header(1 << 20), CLAIMS),
            signer::sign(KEY, &common::header(KEY), &claims(1 << 20)),
        ] {
            assert_eq!(verdict(&megabyte), Err(Reason::TooLarge));
        }
    });
}

#[test]
fn max_header_len() {
    assert_eq!(verdict(&signer::sign(KEY, &header(MAX_HEADER_LEN), CLAIMS)), Ok(()));
    let longer = signer::sign(KEY, &header(MAX_HEADER_LEN + 1), CLAIMS);
    assert_eq!(verdict(&longer), Err(Reason::TooLarge));
}

#[test]
fn max_payload_len() {
    assert_eq!(verdict(&common::token(KEY, &claims(MAX_PAYLOAD_LEN))), Ok(()));
    let longer = common::token(KEY, &claims(MAX_PAYLOAD_LEN + 1));
    assert_eq!(verdict(&longer), Err(Reason::TooLarge));
}

#[test]
fn max_depth() {
    // The outermost object is open, too.
    let (deep, deeper) = (nested(MAX_DEPTH - 1), nested(MAX_DEPTH));
    let claims = |value: &str| common::token(KEY, &claims_with(&[("x", value)]));
    assert_eq!(verdict(&claims(&deep)), Ok(()));
    assert_eq!(verdict(&claims(&deeper)), Err(Reason::TooDeep));

    let header = |value: &str| {
        signer::sign(KEY, &format!(r#"{{"alg":"ES256","kid":"1","x":{value}}}"#), CLAIMS)
    };
    assert_eq!(verdict(&header(&deep)), Ok(()));
    assert_eq!(verdict(&header(&deeper)), Err(Reason::TooDeep));

    // In a set, the set, its array and the key are open.
    let key = |depth: usize| {
        let numbers = signer::numbers(KEY);
        read_set(&common::jwks(&[&format!(r#"{{{numbers},"x5c":{}}}"#, nested(depth))]))
    };
    assert_eq!(key(MAX_DEPTH - 3), Ok(1));
    assert_eq!(key(MAX_DEPTH - 2), Err(Reason::TooDeep));
}

#[test]
fn a_hundred_thousand_levels_are_refused_on_a_small_stack() {
    on_a_small_stack(|| {
        // What fits into a token: 8192 bytes hold 8000 levels.
        for open in ["[", "{\"a\":"] {
            let levels = MAX_PAYLOAD_LEN / open.len() - 10;
            let claims = format!("{{\"x\":{}", open.repeat(levels));
            assert_eq!(verdict(&common::token(KEY, &claims)), Err(Reason::TooDeep));
            let header = format!("{{\"x\":{}", open.repeat(levels / 2));
            assert_eq!(verdict(&signer::sign(KEY, &header, CLAIMS)), Err(Reason::TooDeep));
        }
        // And what does not.
        let claims = format!("{{\"x\":{}}}", nested(100_000));
        assert_eq!(verdict(&common::token(KEY, &claims)), Err(Reason::TooLarge));

        for nested in [nested(100_000), "[".repeat(100_000), "{\"a\":".repeat(100_000)] {
            for jwks in [
                format!(r#"{{"keys":{nested}}}"#),
                format!(r#"{{"x":{nested},"keys":[]}}"#),
                format!(r#"{{"keys":[{{"kty":"RSA","n":{nested}}}]}}"#),
            ] {
                assert_eq!(read_set(&jwks), Err(Reason::TooDeep));
            }
        }
    });
}

#[test]
fn max_members() {
    let known = claims_with(&[]).matches("\":").count();
    let with = |more: usize| {
        let more: Vec<_> = (0..more).map(|i| format!(",\"{i:x}\":0")).collect();
        common::token(KEY, &CLAIMS.replace('}', &format!("{}}}", more.concat())))
    };
    assert_eq!(verdict(&with(MAX_MEMBERS - known)), Ok(()));
    assert_eq!(verdict(&with(MAX_MEMBERS - known + 1)), Err(Reason::TooLarge));

    // Those of objects that were closed do not count.
    let closed: Vec<_> = (0..MAX_MEMBERS).map(|i| format!("{{\"{i:x}\":0}}")).collect();
    let closed = claims_with(&[("x", &format!("[{}]", closed.join(",")))]);
    assert_eq!(verdict(&common::token(KEY, &closed)), Ok(()));
}

#[test]
fn max_name_collisions() {
    // Among n names with one hash there are n (n - 1) / 2 pairs: 3 among three, 6 among four.
    let colliding: Vec<_> = names_with_equal_hashes().take(4).collect();
    let with = |names: &[String]| {
        let members: Vec<_> = names.iter().map(|name| (name.as_str(), "0")).collect();
        verdict(&common::token(KEY, &claims_with(&members)))
    };
    assert_eq!(MAX_NAME_COLLISIONS, 4);
    assert_eq!(with(&colliding[..3]), Ok(()));
    assert_eq!(with(&colliding), Err(Reason::TooLarge));
}

/// Different names of eight letters whose hashes agree in all the bits that the reader looks at:
/// its hash is computed backwards, as somebody would who wants to cost it time.
fn names_with_equal_hashes() -> impl Iterator<Item = String> {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let inverse = (0..6).fold(FACTOR, |inverse, _| {
        inverse.wrapping_mul(2_u64.wrapping_sub(FACTOR.wrapping_mul(inverse)))
    });
    let unmix = move |hash: u64, word: u64| (hash ^ hash >> 32).wrapping_mul(inverse) ^ word;
    // The reader compares the low 32 bits, and filters by bits 48 to 52 and 56 to 58.
    (0_u64..1 << 24)
        .map(|free| (free & 0xffff) << 32 | (free >> 16 & 7) << 53 | (free >> 19) << 59)
        .map(move |free| unmix(unmix(free | 0x0123_4567, 8), 0))
        .map(u64::to_le_bytes)
        .filter(|name| name.iter().all(u8::is_ascii_alphanumeric))
        .map(|name| name.iter().copied().map(char::from).collect())
}

#[test]
fn max_key_members() {
    let with = |members: usize| {
        let numbers = signer::numbers(Algorithm::EdDsa);
        let more: Vec<_> = (3..members).map(|i| format!(",\"x{i}\":0")).collect();
        read_set(&common::jwks(&[&format!("{{{numbers}{}}}", more.concat())]))
    };
    // The set's own name is open while its keys are read.
    assert_eq!(with(MAX_KEY_MEMBERS - 1), Ok(1));
    assert_eq!(with(MAX_KEY_MEMBERS), Err(Reason::TooLarge));
}

#[test]
fn memory_and_name_len() {
    // As little as it takes: the decoded parts, and a name for each member of the claims.
    let compact = common::token(KEY, CLAIMS);
    let needed = common::header(KEY).len() + CLAIMS.len() + 64 + 5 * NAME_LEN;
    let keys = key_set(KEY);
    for len in 0..needed + 64 {
        let mut memory = vec![0; len];
        let verdict = policy().validate(&compact, &keys, NOW, &mut memory).map(|_| ());
        assert_eq!(verdict, if len < needed { Err(Reason::MemoryTooSmall) } else { Ok(()) });
    }
}

/// The largest tokens of each kind: long parts, many names, and strings with escapes, which are
/// decoded into what memory is left.
#[test]
fn memory_is_always_enough() {
    let escaped = |len: usize| format!(r#""\n{}""#, "e".repeat(len));
    let subject = |header_len: usize, len: usize| {
        signer::sign(KEY, &header(header_len), &claims_with(&[("sub", &escaped(len))]))
    };
    let typ = format!(r#"{{"alg":"ES256","kid":"1","typ":{}}}"#, escaped(3900));
    let names: Vec<_> = (0..500).map(|i| format!("{i:x}")).collect();
    let members: Vec<_> = names.iter().map(|name| (name.as_str(), "\"\\n\"")).collect();
    let strings = format!("[{}]", vec![r#""\n""#; 1500].join(","));
    for (compact, expected) in [
        (subject(100, 7900), Ok(())),
        (subject(4000, 7900), Ok(())),
        (signer::sign(KEY, &header(4000), &claims_with(&members)), Ok(())),
        (common::token(KEY, &claims_with(&[("scp", &strings)])), Ok(())),
        (signer::sign(KEY, &typ, &claims(8100)), Err(Reason::TypeMismatch)),
    ] {
        assert!(compact.len() <= MAX_TOKEN_LEN);
        assert_eq!(verdict(&compact), expected);
    }
}

#[test]
fn max_jwk_set_len() {
    let padded = |len: usize| {
        let jwks = common::jwks(&[&signer::jwk(KEY, "1")]);
        let padding = " ".repeat(len - jwks.len());
        [
            format!("{padding}{jwks}"),
            format!("{jwks}{padding}"),
            jwks.replace('[', &format!("[{padding}")),
        ]
    };
    for jwks in padded(MAX_JWK_SET_LEN) {
        assert_eq!(read_set(&jwks), Ok(1));
    }
    for jwks in padded(MAX_JWK_SET_LEN + 1) {
        assert_eq!(read_set(&jwks), Err(Reason::TooLarge));
    }
}

#[test]
fn max_keys() {
    // Those that are left out count: they cost time, too.
    let jwks = |count: usize| common::jwks(&vec!["{\"kty\":\"?\"}"; count]);
    assert_eq!(read_set(&jwks(MAX_KEYS)), Err(Reason::UnsupportedKey));
    assert_eq!(read_set(&jwks(MAX_KEYS + 1)), Err(Reason::TooManyKeys));

    let good = |count: usize| {
        let numbers = signer::numbers(Algorithm::EdDsa);
        let keys: Vec<_> = (0..count).map(|i| format!("{{{numbers},\"kid\":\"{i}\"}}")).collect();
        common::jwks(&keys.iter().map(String::as_str).collect::<Vec<_>>())
    };
    assert_eq!(read_set(&good(MAX_KEYS)), Ok(MAX_KEYS));
    assert_eq!(read_set(&good(MAX_KEYS + 1)), Err(Reason::TooManyKeys));

    // Room for fewer than there are.
    assert_eq!(KeySet::<3>::from_jwks(good(3)).map(|set| set.keys().iter().count()), Ok(3));
    assert_eq!(KeySet::<3>::from_jwks(good(4)).map(drop), Err(Reason::TooManyKeys));
}

#[test]
fn ten_thousand_keys_are_refused_for_their_number() {
    for algorithm in [Algorithm::EdDsa, Algorithm::Rs256, Algorithm::Es384] {
        let numbers = signer::numbers(algorithm);
        let keys: Vec<_> = (0..10_000).map(|i| format!("{{{numbers},\"kid\":\"{i}\"}}")).collect();
        let jwks = common::jwks(&keys.iter().map(String::as_str).collect::<Vec<_>>());
        on_a_small_stack(move || {
            assert_eq!(read_set(&jwks), Err(Reason::TooManyKeys));
            assert_eq!(KeySet::<8>::from_jwks(&jwks).map(drop), Err(Reason::TooManyKeys));
        });
    }
}

#[test]
fn max_key_id_len() {
    // Counted in bytes, as they are once escapes are decoded.
    let longest = "é".repeat(MAX_KEY_ID_LEN / 2);
    let longer = format!("{longest}x");
    let escaped = "\\u00e9".repeat(MAX_KEY_ID_LEN / 2);
    let set = |key_id: &str| KeySet::<1>::from_jwks(common::jwks(&[&signer::jwk(KEY, key_id)]));
    let token =
        |key_id: &str| signer::sign(KEY, &format!(r#"{{"alg":"ES256","kid":"{key_id}"}}"#), CLAIMS);
    let keys = set(&longest).unwrap();
    let verdict =
        |compact: &str| policy().validate(compact, &keys, NOW, &mut common::memory()).map(|_| ());
    assert_eq!(verdict(&token(&longest)), Ok(()));
    assert_eq!(verdict(&token(&escaped)), Ok(()));
    assert_eq!(verdict(&token(&longer)), Err(Reason::InvalidHeader));
    assert_eq!(set(&escaped).unwrap().keys().iter().next().unwrap().key_id(), Some(&*longest));
    assert_eq!(set(&longer).unwrap_err(), Reason::InvalidKey);

    let secret = |key_id: &str| {
        KeySet::<1>::from_secret(signer::SECRET, Algorithm::Hs256, Some(key_id)).map(drop)
    };
    assert_eq!(secret(&longest), Ok(()));
    assert_eq!(secret(&longer), Err(Reason::InvalidKey));
}

#[test]
fn min_and_max_rsa_bits() {
    let with = |bits: usize| {
        let mut modulus = vec![0xff; bits.div_ceil(8)];
        modulus[0] >>= bits.wrapping_neg() % 8;
        *modulus.last_mut().unwrap() = 0xfd;
        read_set(&common::jwks(&[&format!("{{{}}}", signer::rsa_numbers(&modulus, &[1, 0, 1]))]))
    };
    assert_eq!(with(MIN_RSA_BITS - 1), Err(Reason::KeyTooWeak));
    assert_eq!(with(MIN_RSA_BITS), Ok(1));
    assert_eq!(with(MAX_RSA_BITS), Ok(1));
    for bits in [1, 8, 1024, 4096, 8192, 16_384, 1 << 20] {
        let beyond = MAX_RSA_BITS + bits;
        assert_eq!(with(beyond), Err(Reason::UnsupportedKey), "{beyond} bits");
    }
}

#[test]
fn max_signature_len() {
    let with = |len: usize| {
        let good = common::token(KEY, CLAIMS);
        let signature = base64url(vec![1; len]);
        verdict(&format!("{}.{signature}", &good[..good.rfind('.').unwrap()]))
    };
    assert_eq!(with(MAX_SIGNATURE_LEN), Err(Reason::InvalidSignature));
    assert_eq!(with(MAX_SIGNATURE_LEN + 1), Err(Reason::TooLarge));
    assert_eq!(with(0), Err(Reason::InvalidSignature));
}

#[test]
fn max_secret_len() {
    for (algorithm, least) in
        [(Algorithm::Hs256, 32), (Algorithm::Hs384, 48), (Algorithm::Hs512, 64)]
    {
        let with = |len: usize| {
            let secret = vec![b's'; len];
            let mut options = ImportOptions::default();
            options.symmetric = true;
            let k = base64url(&secret);
            let jwks =
                common::jwks(&[&format!(r#"{{"kty":"oct","k":"{k}","alg":"{algorithm}"}}"#)]);
            let from_set = KeySet::<1>::from_jwks_with(jwks, options).map(drop);
            let from_secret = KeySet::<1>::from_secret(secret, algorithm, None).map(drop);
            assert_eq!(from_set, from_secret, "{len}");
            from_secret
        };
        assert_eq!(with(least - 1), Err(Reason::KeyTooWeak));
        assert_eq!(with(least), Ok(()));
        assert_eq!(with(MAX_SECRET_LEN), Ok(()));
        assert_eq!(with(MAX_SECRET_LEN + 1), Err(Reason::InvalidKey));
        assert_eq!(with(1 << 16), Err(Reason::InvalidKey));
    }
}

#[test]
fn max_and_default_leeway() {
    let expires = |seconds: u64| {
        common::token(KEY, &claims_with(&[("exp", &(NOW.as_secs() - seconds).to_string())]))
    };
    let with = |policy: Policy<'_>, compact: &str| {
        policy.validate(compact, &key_set(KEY), NOW, &mut common::memory()).map(|_| ())
    };
    let default = u64::from(DEFAULT_LEEWAY);
    assert_eq!(policy().leeway(), DEFAULT_LEEWAY);
    assert_eq!(with(policy(), &expires(default - 1)), Ok(()));
    assert_eq!(with(policy(), &expires(default)), Err(Reason::Expired));

    let most = policy().with_leeway(MAX_LEEWAY).unwrap();
    assert_eq!(with(most, &expires(u64::from(MAX_LEEWAY) - 1)), Ok(()));
    assert_eq!(with(most, &expires(u64::from(MAX_LEEWAY))), Err(Reason::Expired));
    assert_eq!(policy().with_leeway(MAX_LEEWAY + 1).unwrap_err(), Reason::Misuse);
    assert_eq!(policy().with_leeway(u32::MAX).unwrap_err(), Reason::Misuse);
}

#[test]
fn max_time() {
    let last = MAX_TIME.to_string();
    let beyond = (MAX_TIME + 1).to_string();
    let with = |members: &[(&str, &str)]| verdict(&common::token(KEY, &claims_with(members)));
    assert_eq!(with(&[("exp", &last)]), Ok(()));
    for claim in ["exp", "nbf", "iat"] {
        assert_eq!(with(&[(claim, &beyond)]), Err(Reason::InvalidClaim), "{claim}");
    }
    assert_eq!(with(&[("nbf", &last)]), Err(Reason::NotYetValid));
    assert_eq!(with(&[("iat", &last)]), Err(Reason::IssuedInFuture));

    // No sum of times overflows.
    let compact = common::token(KEY, &claims_with(&[("exp", &last)]));
    let end = UnixTime::from_secs(u64::MAX);
    let verdict =
        policy().validate(&compact, &key_set(KEY), end, &mut common::memory()).map(|_| ());
    assert_eq!(verdict, Err(Reason::Expired));
}

#[cfg(feature = "mcp")]
#[test]
fn max_metadata_url_len_and_response_memory() {
    use gatepost::mcp::{Guard, RESPONSE_MEMORY, Rules, Step};
    use gatepost::oauth::{DpopVerifier, FixedReplayStore, RequestHead, ResourceMetadata};

    let name = "/.well-known/oauth-protected-resource";
    let resource = |len: usize| {
        let origin = "https://mcp.example";
        format!("{origin}/{}", "p".repeat(len - origin.len() - name.len() - 1))
    };
    let longer = resource(MAX_METADATA_URL_LEN + 1);
    let metadata = ResourceMetadata::new(&longer, common::ISSUER).unwrap();
    assert_eq!(Guard::new(&metadata).map(drop), Err(Reason::Misuse));

    // With the longest scopes and the challenges of both schemes, the answer has room.
    let longest = resource(MAX_METADATA_URL_LEN);
    let metadata = ResourceMetadata::new(&longest, common::ISSUER).unwrap();
    let scope = "s".repeat(MAX_CHALLENGE_VALUE_LEN);
    let rules = Rules::<1, 1>::new(&[], &[], &*scope).unwrap();
    let verifier = DpopVerifier::new(&longest, FixedReplayStore::<1>::new()).unwrap();
    let guard = Guard::new(&metadata).unwrap().with_rules(rules.view());
    let guard = guard.with_dpop(verifier, false).unwrap();
    let head = RequestHead { method: "GET", target: "/", headers: &[], certificate: None };
    let keys = key_set(KEY);
    for len in [RESPONSE_MEMORY * 2, MEMORY + RESPONSE_MEMORY] {
        let mut memory = vec![0; len];
        let step = guard.authenticate(&head, &(policy(), keys.keys()), NOW, &mut memory);
        let Step::Respond(response) = step else { panic!("nobody gets in without a token") };
        let challenges = response.headers().iter().filter(|(name, _)| *name == "WWW-Authenticate");
        let lengths: Vec<_> = challenges.map(|(_, value)| value.len()).collect();
        let least = MAX_METADATA_URL_LEN + MAX_CHALLENGE_VALUE_LEN;
        assert!(lengths.len() == 2 && lengths.iter().all(|len| *len > least), "{lengths:?}");
        assert!(!response.body().is_empty());
    }
    let longer = format!("{scope}s");
    assert_eq!(Rules::<1, 1>::new(&[], &[], &*longer).map(drop), Err(Reason::Misuse));
}

#[cfg(feature = "mcp")]
#[test]
fn max_scopes() {
    use gatepost::mcp::{Rule, Rules};

    let names: Vec<_> = (0..=MAX_SCOPES).map(|number| format!("scope{number}")).collect();
    let rules: Vec<_> = names.iter().map(|name| Rule::tool(name).needs(&**name)).collect();
    let with = |count: usize| Rules::<256, 256>::new(&rules[..count], &[], &[]).map(drop);
    assert_eq!(with(MAX_SCOPES), Ok(()));
    assert_eq!(with(MAX_SCOPES + 1), Err(Reason::Misuse));
    // Those of the base and of the hierarchy count as well.
    let base = Rules::<256, 256>::new(&rules[..MAX_SCOPES], &[], "one:more").map(drop);
    assert_eq!(base, Err(Reason::Misuse));
    let hierarchy = [("scope0", "one:more")];
    let implied = Rules::<256, 256>::new(&rules[..MAX_SCOPES], &hierarchy, &[]).map(drop);
    assert_eq!(implied, Err(Reason::Misuse));
}

fn verdict(compact: &str) -> Result<(), Reason> {
    policy().validate(compact, &key_set(KEY), NOW, &mut common::memory()).map(|_| ())
}

/// Reads a set into slots on the heap, one more than the most keys there can be.
fn read_set(jwks: &str) -> Result<usize, Reason> {
    let mut slots: Vec<Option<KeySlot<PublicKey>>> = Vec::new();
    slots.resize_with(MAX_KEYS + 1, || None);
    load(jwks.as_bytes(), ImportOptions::default(), &mut slots, PublicKey::new, |_| {})
}

/// A header of this many bytes.
fn header(len: usize) -> String {
    pad(r#"{"alg":"ES256","kid":"1""#, len)
}

/// Claims of this many bytes.
fn claims(len: usize) -> String {
    pad(CLAIMS.trim_end_matches('}'), len)
}

fn pad(object: &str, len: usize) -> String {
    let empty = r#","pad":""}"#.len();
    format!(r#"{object},"pad":"{}"}}"#, "p".repeat(len - object.len() - empty))
}

fn nested(depth: usize) -> String {
    format!("{}{}", "[".repeat(depth), "]".repeat(depth))
}

/// A device's stack is smaller, but has no unoptimised code on it either.
fn on_a_small_stack(test: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(256 * 1024).spawn(test).unwrap();
    thread.join().unwrap();
}
