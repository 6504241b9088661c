//! Key sets and policies: sizes, loading, and what makes no sense.

use super::*;

#[test]
fn a_key_set_knows_how_much_memory_it_needs() {
    let one = gatepost_key_set_size(1);
    let mut memory: Vec<u64> = std::vec![u64::MAX; one.div_ceil(8) + 2];
    let mut set = null_mut();
    let mut init = |offset: usize, length| {
        // SAFETY: the memory is there, and longer than is said.
        unsafe {
            let place = memory.as_mut_ptr().cast::<u8>().add(offset);
            gatepost_key_set_init(place.cast(), length, &raw mut set)
        }
    };
    for length in [0, 1, 8, one / 2, one - 1] {
        assert_eq!(init(0, length), MEMORY_TOO_SMALL, "{length}");
    }
    for offset in [1, 2, 4, 7] {
        assert_eq!(init(offset, one), MISUSE, "{offset}");
    }
    // The keys may want more than the alignment that C has to give.
    for offset in [0, 8] {
        assert_eq!(init(offset, one), OK);
    }
    assert_eq!(init(0, one), OK);

    let case = Case::es256();
    // SAFETY: the set was made in memory that is still there.
    unsafe {
        let jwks = gatepost_slice::from(case.jwks.as_str());
        let reason = gatepost_key_set_load_jwks(set, jwks, 0, 0);
        assert_eq!(reason, number(Reason::TooManyKeys));
        assert_eq!(gatepost_key_set_count(set), 0);
        gatepost_key_set_destroy(set);
        assert_eq!(gatepost_key_set_load_jwks(set, jwks, 0, 0), MISUSE, "it was ended");
    }
    for capacity in 1..=GATEPOST_MAX_KEYS {
        let macro_size = GATEPOST_KEY_SET_HEAD_SIZE + capacity * GATEPOST_KEY_SIZE;
        assert!(gatepost_key_set_size(capacity) <= macro_size);
    }
    assert_eq!(gatepost_key_set_size(0), 0);
    assert_eq!(gatepost_key_set_size(GATEPOST_MAX_KEYS + 1), 0);
}

#[test]
fn loading_again_replaces_the_keys() {
    let case = Case::es256();
    let set = case.keys();
    let all = count(set);
    // SAFETY: the set is live.
    unsafe {
        let secret = gatepost_slice::from(&[1_u8; 32][..]);
        assert_eq!(
            gatepost_key_set_load_secret(set, "short".into(), GATEPOST_ALGORITHM_HS256, NONE),
            number(Reason::KeyTooWeak)
        );
        assert_eq!(count(set), all, "a secret that is refused changes nothing");
        assert_eq!(gatepost_key_set_load_secret(set, secret, GATEPOST_ALGORITHM_HS256, NONE), OK);
        assert_eq!(count(set), 1);
        assert_eq!(gatepost_key_set_load_jwks(set, case.jwks.as_str().into(), 0, 0), OK);
        assert_eq!(count(set), all);
        let refused = gatepost_key_set_load_jwks(set, r#"{"keys":[]}"#.into(), 0, 0);
        assert_eq!(refused, number(Reason::KeyNotFound));
        assert_eq!(count(set), 0);
    }
    free(set);
}

#[test]
fn skipped_keys_are_remembered_up_to_a_number() {
    let bad = r#"{"kty":"unheard-of"},"#.repeat(GATEPOST_MAX_SKIPPED_KEYS + 8);
    let jwks = std::format!(r#"{{"keys":[{}]}}"#, bad.trim_end_matches(','));
    let set = new_set();
    let mut skipped = gatepost_skipped_key { index: 0, reason: 0 };
    // SAFETY: the set is live.
    unsafe {
        let unsupported = number(Reason::UnsupportedKey);
        assert_eq!(gatepost_key_set_load_jwks(set, jwks.as_str().into(), 0, 0), unsupported);
        assert_eq!(gatepost_key_set_skipped_count(set), GATEPOST_MAX_SKIPPED_KEYS + 8);
        for i in 0..GATEPOST_MAX_SKIPPED_KEYS {
            assert_eq!(gatepost_key_set_skipped_key(set, i, &raw mut skipped), OK);
            assert_eq!((skipped.index, skipped.reason), (i, unsupported));
        }
        let beyond = GATEPOST_MAX_SKIPPED_KEYS;
        assert_eq!(gatepost_key_set_skipped_key(set, beyond, &raw mut skipped), MISUSE);
    }
    free(set);
}

#[test]
fn a_policy_that_makes_no_sense_is_refused() {
    let audience = [gatepost_slice::from("https://mcp.example.com/mcp")];
    let empty = [gatepost_slice::from("")];
    let not_utf8 = [gatepost_slice::from(NOT_UTF8)];
    let two_words = [gatepost_slice::from("mcp:read mcp:write")];
    let good = || {
        let mut config = config();
        config.issuer = "https://issuer.example".into();
        config.audiences = audience.as_ptr();
        config.audience_count = 1;
        config
    };
    assert!(make(&good()).is_ok());

    type Change<'a> = &'a dyn Fn(&mut gatepost_policy_config);
    let changes: [Change<'_>; 19] = [
        &|c| c.size -= 1,
        &|c| c.issuer = NONE,
        &|c| c.issuer = "".into(),
        &|c| c.issuer = NOT_UTF8.into(),
        &|c| c.audience_count = 0,
        &|c| c.audiences = null(),
        &|c| c.audiences = empty.as_ptr(),
        &|c| c.audiences = not_utf8.as_ptr(),
        &|c| c.algorithms = 1 << 20,
        &|c| c.algorithms = GATEPOST_ALGORITHM_HS256 | GATEPOST_ALGORITHM_RS256,
        &|c| c.leeway = GATEPOST_MAX_LEEWAY + 1,
        &|c| c.typ = "".into(),
        &|c| (c.required_scopes, c.required_scope_count) = (two_words.as_ptr(), 1),
        &|c| (c.required_claims, c.required_claim_count) = (empty.as_ptr(), 1),
        &|c| c.scope_claims = 8,
        &|c| c.flags = 8,
        &|c| c.flags = GATEPOST_POLICY_RFC9068 | GATEPOST_POLICY_NO_REQUIRED_CLAIMS,
        &|c| (c.flags, c.typ) = (GATEPOST_POLICY_RFC9068, "JWT".into()),
        &|c| {
            c.flags = GATEPOST_POLICY_NO_REQUIRED_CLAIMS;
            (c.required_claims, c.required_claim_count) = (audience.as_ptr(), 1);
        },
    ];
    for (i, change) in changes.iter().enumerate() {
        let mut config = good();
        change(&mut config);
        assert_eq!(make(&config).map(|_| ()), Err(MISUSE), "change {i}");
    }

    let too_many = [audience[0]; GATEPOST_MAX_STRINGS + 1];
    let mut config = good();
    config.audiences = too_many.as_ptr();
    config.audience_count = too_many.len();
    assert_eq!(make(&config).map(|_| ()), Err(MISUSE));
    config.audience_count -= 1;
    assert!(make(&config).is_ok());
}

#[test]
fn the_der_form_of_a_key_is_the_key() {
    // RFC 8410, section 10.1: an Ed25519 key.
    const PEM: &str = "-----BEGIN PUBLIC KEY-----\n\
        MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n\
        -----END PUBLIC KEY-----\n";
    const DER: &[u8] = b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00\x19\xbf\x44\x09\x69\x84\
        \xcd\xfe\x85\x41\xba\xc1\x67\xdc\x3b\x96\xc8\x50\x86\xaa\x30\xb6\xb6\xcb\x0c\x5c\x38\xad\
        \x70\x31\x66\xe1";
    let (pem, der) = (new_set(), new_set());
    // SAFETY: the sets are live.
    unsafe {
        assert_eq!(gatepost_key_set_load_pem(pem, PEM.into(), 0, "k".into()), OK);
        assert_eq!(gatepost_key_set_load_der(der, DER.into(), 0, "k".into()), OK);
        let thumbprint = |set| {
            let keys = keys(set).unwrap();
            let key = keys.iter().next().unwrap();
            (key.key_id(), *key.thumbprint().unwrap())
        };
        assert_eq!(thumbprint(pem), thumbprint(der));
        let cut = gatepost_key_set_load_der(der, DER[..DER.len() - 1].into(), 0, NONE);
        assert_eq!(cut, number(Reason::InvalidKey));
        assert_eq!(count(der), 1, "a key that is refused changes nothing");
    }
    free(pem);
    free(der);
}
