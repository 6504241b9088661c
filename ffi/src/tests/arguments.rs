//! NULL, too little memory, memory that is two things at once.

use super::*;

#[test]
fn null_is_misuse_wherever_something_has_to_be() {
    let case = Case::es256();
    let (policy, keys) = (case.policy(), case.keys());
    let policy: *const _ = &raw const policy;
    let compact: gatepost_slice = case.token.as_str().into();
    let mut memory = [0_u8; GATEPOST_MEMORY];
    let (place, length) = (memory.as_mut_ptr().cast::<c_void>(), memory.len());
    let mut token = untouched();
    let out = &raw mut token;
    let mut slice = NONE;
    let mut set: *mut gatepost_key_set = null_mut();
    let (mut integer, mut boolean) = (0_i64, false);
    let mut skipped = gatepost_skipped_key { index: 0, reason: 0 };
    let now = case.now;
    let issuer = gatepost_issuer { policy, keys };
    let no_policy = gatepost_issuer { policy: null(), keys };
    let no_keys = gatepost_issuer { policy, keys: null() };
    let config = config();
    // SAFETY: every pointer is NULL or points to what it says.
    unsafe {
        for (i, reason) in [
            gatepost_validate(null(), keys, compact, now, place, length, out),
            gatepost_validate(policy, null(), compact, now, place, length, out),
            gatepost_validate(policy, keys, BROKEN, now, place, length, out),
            gatepost_validate(policy, keys, compact, now, null_mut(), length, out),
            gatepost_validate(policy, keys, compact, now, place, length, null_mut()),
            gatepost_validate_any(null(), 0, compact, now, place, length, out),
            gatepost_validate_any(null(), 1, compact, now, place, length, out),
            gatepost_validate_any(&raw const issuer, 0, compact, now, place, length, out),
            gatepost_validate_any(&raw const no_policy, 1, compact, now, place, length, out),
            gatepost_validate_any(&raw const no_keys, 1, compact, now, place, length, out),
            gatepost_validate_any(&raw const issuer, 1, BROKEN, now, place, length, out),
            gatepost_validate_any(&raw const issuer, 1, compact, now, null_mut(), length, out),
            gatepost_validate_any(&raw const issuer, 1, compact, now, place, length, null_mut()),
            gatepost_verify_signature(null(), compact, 1, place, length, &raw mut slice),
            gatepost_verify_signature(keys, BROKEN, 1, place, length, &raw mut slice),
            gatepost_verify_signature(keys, compact, 0, place, length, &raw mut slice),
            gatepost_verify_signature(keys, compact, 1 << 31, place, length, &raw mut slice),
            gatepost_verify_signature(keys, compact, 1, null_mut(), length, &raw mut slice),
            gatepost_verify_signature(keys, compact, 1, place, length, null_mut()),
            gatepost_key_set_init(null_mut(), length, &raw mut set),
            gatepost_key_set_init(place, length, null_mut()),
            gatepost_key_set_new(1, null_mut()),
            gatepost_key_set_new(0, &raw mut set),
            gatepost_key_set_new(GATEPOST_MAX_KEYS + 1, &raw mut set),
            gatepost_key_set_load_jwks(null_mut(), "{}".into(), 0, 0),
            gatepost_key_set_load_jwks(keys, BROKEN, 0, 0),
            gatepost_key_set_load_jwks(keys, "{}".into(), 3, 0),
            gatepost_key_set_load_jwks(keys, "{}".into(), 0, 2),
            gatepost_key_set_load_pem(null_mut(), "".into(), 0, NONE),
            gatepost_key_set_load_pem(keys, BROKEN, 0, NONE),
            gatepost_key_set_load_pem(keys, "".into(), 0, BROKEN),
            gatepost_key_set_load_pem(keys, "".into(), 0, NOT_UTF8.into()),
            gatepost_key_set_load_der(null_mut(), "".into(), 0, NONE),
            gatepost_key_set_load_der(keys, BROKEN, 0, NONE),
            gatepost_key_set_load_der(keys, "".into(), 0, BROKEN),
            gatepost_key_set_load_der(keys, "".into(), 3, NONE),
            gatepost_key_set_load_secret(null_mut(), "".into(), GATEPOST_ALGORITHM_HS256, NONE),
            gatepost_key_set_load_secret(keys, BROKEN, GATEPOST_ALGORITHM_HS256, NONE),
            gatepost_key_set_load_secret(keys, "".into(), 0, NONE),
            gatepost_key_set_skipped_key(null(), 0, &raw mut skipped),
            gatepost_key_set_skipped_key(keys, 0, null_mut()),
            gatepost_policy_config_init(null_mut(), size_of::<gatepost_policy_config>()),
            gatepost_policy_init(null_mut(), size_of::<gatepost_policy>(), &raw const config),
            gatepost_access_token_string_claim(null(), "".into(), null_mut(), 0, &raw mut slice),
            gatepost_access_token_string_claim(out, "".into(), null_mut(), 0, null_mut()),
            gatepost_access_token_integer_claim(null(), "".into(), &raw mut integer),
            gatepost_access_token_integer_claim(out, "".into(), null_mut()),
            gatepost_access_token_boolean_claim(null(), "".into(), &raw mut boolean),
            gatepost_access_token_boolean_claim(out, "".into(), null_mut()),
        ]
        .into_iter()
        .enumerate()
        {
            assert_eq!(reason, MISUSE, "call {i}");
        }
        assert!(is_untouched(&token) && slice.ptr.is_null() && set.is_null());

        let mut policy = gatepost_policy { opaque: [0; 256] };
        let size = size_of::<gatepost_policy>();
        assert_eq!(gatepost_policy_init(&raw mut policy, size, null()), MISUSE);
        assert_eq!(gatepost_key_set_count(null()), 0);
        assert_eq!(gatepost_key_set_skipped_count(null()), 0);
        assert!(!gatepost_access_token_has_scope(null(), "".into()));
        assert_eq!(gatepost_access_token_scopes(null(), null_mut(), 0), 0);
        assert_eq!(gatepost_access_token_audiences(null(), null_mut(), 1), 0);
        gatepost_key_set_destroy(null_mut());
        gatepost_key_set_free(null_mut());
        // The set was refused nothing but mistakes, and is as it was.
        assert!(gatepost_key_set_count(keys) > 0);
        let empty = gatepost_validate(issuer.policy, keys, NONE, now, null_mut(), 0, out);
        assert_eq!(empty, number(Reason::Malformed), "an empty token is a token");
    }
    free(keys);
}

#[test]
fn an_error_leaves_the_output_as_it_was() {
    let case = Case::es256();
    let (policy, keys) = (case.policy(), case.keys());
    let mut memory = [0_u8; GATEPOST_MEMORY];
    let mut token = untouched();
    let mut validate = |compact: &str, now, length| {
        // SAFETY: everything is there, and apart.
        unsafe {
            gatepost_validate(
                &raw const policy,
                keys,
                compact.into(),
                now,
                memory.as_mut_ptr().cast(),
                length,
                &raw mut token,
            )
        }
    };
    assert_eq!(validate(&case.token, u64::MAX, GATEPOST_MEMORY), number(Reason::Expired));
    assert_eq!(validate("a.b", 0, GATEPOST_MEMORY), number(Reason::Malformed));
    // From no memory to enough of it: never anything but the one reason, and then acceptance.
    let enough = (0..GATEPOST_MEMORY).find(|length| {
        let reason = validate(&case.token, case.now, *length);
        assert!(matches!(reason, OK | MEMORY_TOO_SMALL), "{reason}");
        reason == OK
    });
    assert!(enough.is_some_and(|enough| (100..4096).contains(&enough)));
    free(keys);

    let mut token = untouched();
    let keys = case.keys();
    // SAFETY: everything is there, and apart.
    let reason = unsafe {
        let compact = gatepost_slice::from(case.token.as_str());
        gatepost_validate(&raw const policy, keys, compact, 0, null_mut(), 0, &raw mut token)
    };
    assert_eq!(reason, MEMORY_TOO_SMALL);
    assert!(is_untouched(&token));
    free(keys);
}

#[test]
fn memory_that_is_two_things_at_once_is_misuse() {
    let case = Case::es256();
    let (policy, keys) = (case.policy(), case.keys());
    let mut memory = [0_u64; GATEPOST_MEMORY / 8];
    let place: *mut u8 = memory.as_mut_ptr().cast();
    // SAFETY: the pointers are good; that they point to the same is what is refused.
    unsafe {
        place.copy_from(case.token.as_ptr(), case.token.len());
        let inside = gatepost_slice { ptr: place, len: case.token.len() };
        let mut token = untouched();
        let validate = |compact, out| {
            let policy = &raw const policy;
            gatepost_validate(policy, keys, compact, case.now, place.cast(), GATEPOST_MEMORY, out)
        };
        assert_eq!(validate(inside, &raw mut token), MISUSE);
        assert_eq!(validate(case.token.as_str().into(), place.cast()), MISUSE);
        assert_eq!(validate(case.token.as_str().into(), &raw mut token), OK);
        let mut payload = NONE;
        let reason = gatepost_verify_signature(
            keys,
            inside,
            GATEPOST_ALGORITHM_ES256,
            place.cast(),
            GATEPOST_MEMORY,
            &raw mut payload,
        );
        assert_eq!(reason, MISUSE);
    }
    free(keys);
}
