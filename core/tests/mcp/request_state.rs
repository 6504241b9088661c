//! Sealed states and handles: what comes back is what was handed out, or nothing.

use gatepost::mcp::{StateOwner, StateScope, StateSeal};
use gatepost::oauth::{DpopNonces, SealKey, SealKeys};
use gatepost::{Algorithm, Reason, UnixTime, limits};

use crate::common::{self, NOW, base64url, from_base64url};

const UNTIL: UnixTime = UnixTime::from_secs(NOW.as_secs() + 300);
const NEW: [u8; 32] = [2; 32];
const OLD: [u8; 32] = [1; 32];

fn alice() -> StateOwner<'static> {
    StateOwner::new("https://issuer.example", Some("alice"), Some("app")).unwrap()
}

fn scope(owner: StateOwner<'static>) -> StateScope<'static> {
    StateScope::new(owner, "tools/call pay").unwrap()
}

fn with_keys<T>(secrets: &[(u8, [u8; 32])], call: impl FnOnce(SealKeys<'_>) -> T) -> T {
    let keys: Vec<_> =
        secrets.iter().map(|(id, secret)| SealKey::new(*id, secret).unwrap()).collect();
    call(SealKeys::new(&keys).unwrap())
}

fn sealed(keys: SealKeys<'_>, scope: &StateScope<'_>, state: &[u8]) -> String {
    let mut memory = vec![0; 8192];
    StateSeal::new(keys).seal(scope, state, UNTIL, &mut memory).unwrap().to_owned()
}

fn opened(
    keys: SealKeys<'_>,
    text: &str,
    scope: &StateScope<'_>,
    now: UnixTime,
) -> Result<Vec<u8>, Reason> {
    let mut memory = vec![0; 8192];
    StateSeal::new(keys).open(text, scope, now, &mut memory).map(<[u8]>::to_vec)
}

#[test]
fn s24_a_state_comes_back_as_it_was() {
    with_keys(&[(2, NEW)], |keys| {
        for len in 0..100 {
            let state: Vec<u8> = (0..len).map(|byte: u8| byte.wrapping_mul(151)).collect();
            let text = sealed(keys, &scope(alice()), &state);
            assert_eq!(opened(keys, &text, &scope(alice()), NOW), Ok(state));
            assert_eq!(text.len(), ((42 + usize::from(len)) * 4).div_ceil(3));
            assert!(text.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-' || c == b'_'));
        }
        // The same state has the same text: there is no randomness in it.
        assert_eq!(sealed(keys, &scope(alice()), b"a"), sealed(keys, &scope(alice()), b"a"));
    });
}

#[test]
fn s24_a_state_in_which_any_bit_was_flipped_is_refused() {
    with_keys(&[(2, NEW), (3, OLD)], |keys| {
        let bytes = from_base64url(&sealed(keys, &scope(alice()), b"state"));
        for bit in 0..bytes.len() * 8 {
            let mut other = bytes.clone();
            other[bit / 8] ^= 1 << (bit % 8);
            let refused = opened(keys, &base64url(other), &scope(alice()), NOW);
            assert_eq!(refused, Err(Reason::InvalidState), "{bit}");
        }
        for len in 0..bytes.len() {
            let refused = opened(keys, &base64url(&bytes[..len]), &scope(alice()), NOW);
            assert_eq!(refused, Err(Reason::InvalidState), "{len}");
        }
        let longer = base64url([&bytes[..], b"x"].concat());
        assert_eq!(opened(keys, &longer, &scope(alice()), NOW), Err(Reason::InvalidState));
        let text = base64url(&bytes);
        for other in [format!("{text}="), format!("{text} "), format!("{text}A"), "é".to_owned()] {
            let refused = opened(keys, &other, &scope(alice()), NOW);
            assert_eq!(refused, Err(Reason::InvalidState), "{other}");
        }
    });
}

#[test]
fn s22_a_handle_in_the_hands_of_another_is_no_handle() {
    with_keys(&[(2, NEW)], |keys| {
        let text = sealed(keys, &scope(alice()), b"handle");
        let issuer = "https://issuer.example";
        for (issuer, subject, client_id) in [
            (issuer, Some("mallory"), Some("app")),
            (issuer, Some("alice"), Some("other")),
            (issuer, Some("alice"), None),
            (issuer, Some("alice"), Some("")),
            (issuer, None, Some("app")),
            (issuer, Some(""), Some("app")),
            (issuer, Some("aliceapp"), None),
            (issuer, Some("alic"), Some("eapp")),
            (issuer, Some("app"), Some("alice")),
            ("https://issuer.examplea", Some("lice"), Some("app")),
            ("https://other.example", Some("alice"), Some("app")),
        ] {
            let owner = StateOwner::new(issuer, subject, client_id).unwrap();
            let scope = StateScope::new(owner, "tools/call pay").unwrap();
            let refused = opened(keys, &text, &scope, NOW);
            assert_eq!(refused, Err(Reason::InvalidState), "{subject:?} {client_id:?}");
        }
        // Absent is not empty.
        let [absent, empty] = [None, Some("")]
            .map(|client_id| scope(StateOwner::new(issuer, Some("alice"), client_id).unwrap()));
        let of_absent = sealed(keys, &absent, b"handle");
        assert_eq!(opened(keys, &of_absent, &absent, NOW), Ok(b"handle".to_vec()));
        assert_eq!(opened(keys, &of_absent, &empty, NOW), Err(Reason::InvalidState));
        for purpose in ["tools/call", "tools/call pay2", "tools/call Pay"] {
            let scope = StateScope::new(alice(), purpose).unwrap();
            assert_eq!(opened(keys, &text, &scope, NOW), Err(Reason::InvalidState), "{purpose}");
        }
        let scope = scope(alice()).with_context(b"digest");
        assert_eq!(opened(keys, &text, &scope, NOW), Err(Reason::InvalidState));
        let text = sealed(keys, &scope, b"handle");
        assert_eq!(opened(keys, &text, &scope, NOW), Ok(b"handle".to_vec()));
        let other = scope.with_context(b"other");
        assert_eq!(opened(keys, &text, &other, NOW), Err(Reason::InvalidState));
    });
}

#[test]
fn s23_a_handle_belongs_to_the_principal_of_the_token() {
    let keys = common::key_set(Algorithm::Es256);
    let compact = common::token(Algorithm::Es256, common::CLAIMS);
    let mut memory = common::memory();
    let token = common::policy().validate(&compact, &keys, NOW, &mut memory).unwrap();
    let owner = StateOwner::of(&token).unwrap();
    assert_eq!(owner, StateOwner::new(common::ISSUER, Some("alice"), None).unwrap());

    let nobody = common::token(Algorithm::Es256, &common::claims_with(&[("sub", "-")]));
    let mut memory = common::memory();
    let token = common::policy().validate(&nobody, &keys, NOW, &mut memory).unwrap();
    assert_eq!(StateOwner::of(&token), Err(Reason::MissingClaim));
    assert_eq!(StateOwner::new("i", Some(""), Some("")), Err(Reason::MissingClaim));
    assert_eq!(StateOwner::new("", Some("alice"), None), Err(Reason::MissingClaim));
    assert_eq!(StateScope::new(alice(), "").unwrap_err(), Reason::Misuse);
}

#[test]
fn s23_a_handle_expires() {
    with_keys(&[(2, NEW)], |keys| {
        let text = sealed(keys, &scope(alice()), b"handle");
        let last = UnixTime::from_secs(UNTIL.as_secs() - 1);
        assert_eq!(opened(keys, &text, &scope(alice()), last), Ok(b"handle".to_vec()));
        assert_eq!(opened(keys, &text, &scope(alice()), UNTIL), Err(Reason::StateExpired));
        // When it expires is told to its owner alone.
        let mallory = StateOwner::new("https://issuer.example", Some("mallory"), None).unwrap();
        assert_eq!(opened(keys, &text, &scope(mallory), UNTIL), Err(Reason::InvalidState));
    });
}

#[test]
fn s24_secrets_rotate() {
    let of_old = with_keys(&[(1, OLD)], |keys| sealed(keys, &scope(alice()), b"a"));
    let of_new = with_keys(&[(2, NEW), (1, OLD)], |keys| {
        assert_eq!(opened(keys, &of_old, &scope(alice()), NOW), Ok(b"a".to_vec()));
        sealed(keys, &scope(alice()), b"a")
    });
    assert_ne!(of_old, of_new);
    // A server that does not seal with the new one yet knows it already.
    with_keys(&[(1, OLD), (2, NEW)], |keys| {
        assert_eq!(opened(keys, &of_new, &scope(alice()), NOW), Ok(b"a".to_vec()));
    });
    with_keys(&[(2, NEW)], |keys| {
        assert_eq!(opened(keys, &of_new, &scope(alice()), NOW), Ok(b"a".to_vec()));
        assert_eq!(opened(keys, &of_old, &scope(alice()), NOW), Err(Reason::InvalidState));
    });
    // The same number, another secret; the same secret, another number.
    for keys in [[(1, NEW)], [(2, OLD)]] {
        with_keys(&keys, |keys| {
            assert_eq!(opened(keys, &of_old, &scope(alice()), NOW), Err(Reason::InvalidState));
        });
    }
}

#[test]
fn s24_a_seal_for_one_thing_is_none_for_another() {
    with_keys(&[(2, NEW)], |keys| {
        let mut memory = [0; 32];
        let nonces = DpopNonces::new(keys, 300).unwrap();
        let nonce = nonces.write(NOW, &mut memory).unwrap();
        assert_eq!(opened(keys, nonce, &scope(alice()), NOW), Err(Reason::InvalidState));
        let state = sealed(keys, &scope(alice()), b"");
        assert!(nonces.is_good(nonce, NOW) && !nonces.is_good(&state[..32], NOW));
    });
}

#[test]
fn s24_states_have_a_limit_and_memory_is_never_too_small_in_silence() {
    with_keys(&[(2, NEW)], |keys| {
        let seal = StateSeal::new(keys);
        let state = vec![7; limits::MAX_STATE_LEN + 1];
        let mut memory = vec![0; 8192];
        let refused = seal.seal(&scope(alice()), &state, UNTIL, &mut memory);
        assert_eq!(refused, Err(Reason::TooLarge));
        let largest = &state[..limits::MAX_STATE_LEN];
        let text = sealed(keys, &scope(alice()), largest);
        assert_eq!(opened(keys, &text, &scope(alice()), NOW).as_deref(), Ok(largest));
        let refused = opened(keys, &format!("{text}AAAA"), &scope(alice()), NOW);
        assert_eq!(refused, Err(Reason::InvalidState));

        for (room, is_enough) in [(text.len(), true), (text.len() - 1, false)] {
            let text = seal.seal(&scope(alice()), largest, UNTIL, &mut memory[..room]);
            assert_eq!(text.err(), (!is_enough).then_some(Reason::MemoryTooSmall));
        }
        for (room, is_enough) in [(largest.len() + 42, true), (largest.len() + 41, false)] {
            let state = seal.open(&text, &scope(alice()), NOW, &mut memory[..room]);
            assert_eq!(state.err(), (!is_enough).then_some(Reason::MemoryTooSmall));
        }
    });
}

#[test]
fn s20_neither_owners_nor_secrets_are_printed() {
    with_keys(&[(2, NEW)], |keys| {
        let printed = format!("{:?} {:?}", StateSeal::new(keys), scope(alice()));
        assert!(!printed.contains("alice") && !printed.contains("app"), "{printed}");
        assert!(!printed.contains("2, 2"), "{printed}");
    });
}
