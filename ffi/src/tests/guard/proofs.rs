//! Stores of proofs, which are the caller's.

use super::*;

/// Answers what the context says.
unsafe extern "C" fn answer(context: *mut c_void, proof: *const u8, until: u64, now: u64) -> u32 {
    assert!(!proof.is_null() && until >= now);
    // SAFETY: the test below passes a number.
    unsafe { context.cast::<u32>().read() }
}

#[test]
fn a_proof_that_was_not_remembered_is_refused() {
    let decisions: Value =
        serde_json::from_str(include_str!("../../../../testdata/decisions.json")).unwrap();
    let of_all = decisions["decisions"].as_array().unwrap();
    let decision = of_all.iter().find(|decision| decision["name"] == "proof").unwrap();
    let guard = &decisions["guards"][decision["guard"].as_str().unwrap()];
    let case = Case {
        token: String::new(),
        jwks: std::format!("{}", guard["key_set"]["jwks"]),
        issuer: guard["policy"]["issuer"].as_str().unwrap().into(),
        audience: guard["policy"]["audience"][0].as_str().unwrap().into(),
        now: decision["now"].as_u64().unwrap(),
    };
    let (policy, keys) = (case.policy(), case.keys());
    let issuers = [gatepost_issuer { policy: &raw const policy, keys }];
    let text_of = |value: &Value| gatepost_slice::from(value.as_str().unwrap());
    let headers: Vec<_> = decision["request"]["headers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|header| gatepost_header { name: text_of(&header[0]), value: text_of(&header[1]) })
        .collect();
    let head = post(&headers);

    let (replayed, full) = (number(Reason::ProofReplayed), number(Reason::ReplayStoreFull));
    for (said, expected) in [(OK, OK), (replayed, replayed), (full, full), (1, full), (501, full)] {
        let mut said = said;
        let mut config = guard_config();
        config.dpop_algorithms = GATEPOST_ALGORITHM_ES256;
        config.remember_proof = Some(answer);
        config.proof_context = (&raw mut said).cast();
        let guard = new_guard(&config).unwrap();
        assert_eq!(Call::new().authenticate(guard, &issuers, &head, case.now), expected);
        free_guard(guard);
    }
    // Without a store nobody who is bound to a key gets in.
    let guard = new_guard(&guard_config()).unwrap();
    let missing = number(Reason::CredentialsMissing);
    assert_eq!(Call::new().authenticate(guard, &issuers, &head, case.now), missing);
    free_guard(guard);
    free(keys);
}
