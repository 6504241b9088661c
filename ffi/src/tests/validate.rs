//! What an accepted token says, of several issuers, and many threads at once.

use super::*;

#[test]
fn an_accepted_token_is_read() {
    let case = Case::es256();
    let (policy, keys) = (case.policy(), case.keys());
    let mut memory = [0xa5_u8; GATEPOST_MEMORY];
    let mut token = untouched();
    // SAFETY: everything is there, and apart.
    unsafe {
        let reason = gatepost_validate(
            &raw const policy,
            keys,
            case.token.as_str().into(),
            case.now,
            memory.as_mut_ptr().cast(),
            memory.len(),
            &raw mut token,
        );
        assert_eq!(reason, OK);
        // The keys are not needed any more.
        free(keys);
        assert_eq!(text(token.issuer), Some(case.issuer.as_str()));
        assert_eq!(text(token.subject), Some("user-1"));
        assert_eq!(text(token.client_id), Some("client-1"));
        assert_eq!(text(token.audience), Some(case.audience.as_str()));
        assert_eq!(text(token.key_id), Some("es256"));
        assert_eq!(token.algorithm, GATEPOST_ALGORITHM_ES256);
        assert!(token.has_expires_at);
        let claims: Value = serde_json::from_str(text(token.claims).unwrap()).unwrap();
        assert_eq!(claims["exp"], token.expires_at);

        // A copy is as good.
        let token = Box::new(token);
        let token: *const _ = &raw const *token;
        assert!(gatepost_access_token_has_scope(token, "mcp:read".into()));
        assert!(!gatepost_access_token_has_scope(token, "mcp:rea".into()));
        assert!(!gatepost_access_token_has_scope(token, BROKEN));
        assert!(!gatepost_access_token_has_scope(token, NOT_UTF8.into()));
        let mut scopes = [NONE; 2];
        assert_eq!(gatepost_access_token_scopes(token, null_mut(), 0), 2);
        assert_eq!(gatepost_access_token_scopes(token, scopes.as_mut_ptr(), 1), 2);
        assert_eq!((text(scopes[0]), text(scopes[1])), (Some("mcp:read"), None));
        assert_eq!(gatepost_access_token_scopes(token, scopes.as_mut_ptr(), 2), 2);
        assert_eq!(text(scopes[1]), Some("mcp:write"));
        let mut audiences = [NONE; 2];
        assert_eq!(gatepost_access_token_audiences(token, audiences.as_mut_ptr(), 2), 1);
        assert_eq!(text(audiences[0]), Some(case.audience.as_str()));

        let mut integer = 0;
        assert_eq!(gatepost_access_token_integer_claim(token, "exp".into(), &raw mut integer), OK);
        assert_eq!(u64::try_from(integer), Ok((*token).expires_at));
        let mut string = NONE;
        let mut get = |name: &str| {
            gatepost_access_token_string_claim(token, name.into(), null_mut(), 0, &raw mut string)
        };
        assert_eq!(get("exp"), number(Reason::InvalidClaim));
        assert_eq!(get("absent"), number(Reason::MissingClaim));
        assert_eq!(get("sub"), OK);
        assert_eq!(text(string), Some("user-1"));
        let mut boolean = false;
        let reason = gatepost_access_token_boolean_claim(token, "sub".into(), &raw mut boolean);
        assert_eq!(reason, number(Reason::InvalidClaim));
    }
}

#[test]
fn claims_with_escapes_are_decoded_into_memory() {
    // {"iss":"i","aud":"a","plain":"yes","escaped":"caf\u00e9","on":true,"n":-7}, by HS256.
    let secret = [7_u8; 32];
    let compact = concat!(
        "eyJhbGciOiJIUzI1NiJ9.",
        "eyJpc3MiOiJpIiwiYXVkIjoiYSIsInBsYWluIjoieWVzIiwiZXNjYXBlZCI6ImNh",
        "Zlx1MDBlOSIsIm9uIjp0cnVlLCJuIjotN30",
        ".x6r21FEjAUBZWEh7qEo2C3nhed_DTfIdkOo5QhXZQVg"
    );
    let set = new_set();
    let mut config = config();
    let audiences = [gatepost_slice::from("a")];
    config.issuer = "i".into();
    config.audiences = audiences.as_ptr();
    config.audience_count = 1;
    config.flags = GATEPOST_POLICY_NO_REQUIRED_CLAIMS;
    let policy = make(&config).unwrap();
    let mut memory = [0_u8; 1024];
    let mut token = untouched();
    let mut more = [0_u8; 5];
    let mut string = NONE;
    // SAFETY: everything is there, and apart.
    unsafe {
        let key = gatepost_slice::from(&secret[..]);
        assert_eq!(gatepost_key_set_load_secret(set, key, GATEPOST_ALGORITHM_HS256, NONE), OK);
        let reason = gatepost_validate(
            &raw const policy,
            set,
            compact.into(),
            0,
            memory.as_mut_ptr().cast(),
            memory.len(),
            &raw mut token,
        );
        assert_eq!(reason, OK);
        assert!(!token.has_expires_at);
        let token: *const _ = &raw const token;
        let more_memory: *mut c_void = more.as_mut_ptr().cast();
        let mut get = |name: &str, memory: *mut c_void, length| {
            gatepost_access_token_string_claim(token, name.into(), memory, length, &raw mut string)
        };
        assert_eq!(get("escaped", null_mut(), 0), MEMORY_TOO_SMALL);
        assert_eq!(get("escaped", more_memory, 4), MEMORY_TOO_SMALL);
        assert_eq!(get("escaped", memory.as_mut_ptr().cast(), memory.len()), MISUSE);
        assert_eq!(get("plain", null_mut(), 0), OK);
        assert_eq!(get("escaped", more_memory, 5), OK);
        assert_eq!(text(string), Some("café"));
        let mut boolean = false;
        assert_eq!(gatepost_access_token_boolean_claim(token, "on".into(), &raw mut boolean), OK);
        assert!(boolean);
        let mut integer = 0;
        assert_eq!(gatepost_access_token_integer_claim(token, "n".into(), &raw mut integer), OK);
        assert_eq!(integer, -7);
    }
    free(set);
}

#[test]
fn of_several_issuers_the_tokens_own_decides() {
    let case = Case::es256();
    let (policy, keys) = (case.policy(), case.keys());
    let other = Case { issuer: "https://other.example".into(), ..Case::es256() }.policy();
    let own = gatepost_issuer { policy: &raw const policy, keys };
    let other = gatepost_issuer { policy: &raw const other, keys };
    let mut memory = [0_u8; GATEPOST_MEMORY];
    let mut validate = |issuers: &[gatepost_issuer]| {
        let mut token = untouched();
        // SAFETY: everything is there, and apart.
        let reason = unsafe {
            gatepost_validate_any(
                issuers.as_ptr(),
                issuers.len(),
                case.token.as_str().into(),
                case.now,
                memory.as_mut_ptr().cast(),
                memory.len(),
                &raw mut token,
            )
        };
        assert_eq!(reason == OK, !is_untouched(&token));
        reason
    };
    assert_eq!(validate(&[own]), OK);
    assert_eq!(validate(&[other, own]), OK);
    assert_eq!(validate(&[other]), number(Reason::IssuerMismatch));
    assert_eq!(validate(&[own, other, own]), MISUSE);
    free(keys);
}

/// What the threads of a server have in common.
#[derive(Clone, Copy)]
struct Shared {
    policy: gatepost_policy,
    keys: *const gatepost_key_set,
}

// SAFETY: what this test is about: `const` pointers may be used by many threads.
unsafe impl Send for Shared {}

#[test]
fn eight_threads_share_a_policy_and_keys() {
    let case = Case::es256();
    let keys = case.keys();
    let shared = Shared { policy: case.policy(), keys };
    let case = &case;
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(move || {
                let Shared { policy, keys } = { shared };
                let mut memory = [0_u8; GATEPOST_MEMORY];
                for round in 0..20 {
                    let mut token = untouched();
                    let now = if round % 2 == 0 { case.now } else { u64::MAX };
                    // SAFETY: the keys are shared, the rest is this thread's own.
                    let reason = unsafe {
                        gatepost_validate(
                            &raw const policy,
                            keys,
                            case.token.as_str().into(),
                            now,
                            memory.as_mut_ptr().cast(),
                            memory.len(),
                            &raw mut token,
                        )
                    };
                    let expired = number(Reason::Expired);
                    assert_eq!(reason, if round % 2 == 0 { OK } else { expired });
                }
            });
        }
    });
    free(keys);
}

#[test]
fn what_threads_share_is_made_for_it() {
    const fn require<T: Send + Sync>() {}
    // Behind the pointers of C: if one of these were not, neither would be the pointers.
    require::<gatepost_core::KeySlot>();
    require::<gatepost_core::Policy<'_>>();
    require::<gatepost_core::AccessToken<'_>>();
}
