//! What makes no sense: configurations, arguments, memory.

use super::*;

#[test]
fn a_guard_knows_how_much_memory_it_needs() {
    let size = gatepost_guard_size();
    assert!(size <= GATEPOST_GUARD_SIZE);
    let mut memory: Vec<u64> = std::vec![u64::MAX; size.div_ceil(8) + 2];
    let mut guard = null_mut();
    let config = guard_config();
    let mut init = |offset: usize, length| {
        // SAFETY: the memory is there, and longer than is said.
        unsafe {
            let place = memory.as_mut_ptr().cast::<u8>().add(offset);
            gatepost_guard_init(place.cast(), length, &raw const config, &raw mut guard)
        }
    };
    for length in [0, 8, size / 2, size - 1] {
        assert_eq!(init(0, length), MEMORY_TOO_SMALL, "{length}");
    }
    for offset in [1, 2, 4, 7] {
        assert_eq!(init(offset, size), MISUSE, "{offset}");
    }
    for offset in [0, 8] {
        assert_eq!(init(offset, size), OK);
    }
    let missing = number(Reason::CredentialsMissing);
    let case = Case::es256();
    let policy = case.policy();
    let issuers = [gatepost_issuer { policy: &raw const policy, keys: null() }];
    assert_eq!(Call::new().authenticate(guard, &issuers, &post(&[]), 0), missing);
    // Memory of the caller's is not given to the heap.
    free_guard(guard);
    assert_eq!(Call::new().authenticate(guard, &issuers, &post(&[]), 0), missing);
}

#[test]
fn a_guard_is_made_on_a_small_stack() {
    let make = || {
        let rules = [rule(GATEPOST_OPERATION_TOOL, "x", 0)];
        let mut config = guard_config();
        (config.rules, config.rule_count) = (rules.as_ptr(), rules.len());
        new_guard(&config).map(free_guard)
    };
    // What the documentation says of a library without optimization; more would be a crash.
    let small = thread::Builder::new().stack_size(192 * 1024).spawn(make).unwrap();
    assert_eq!(small.join().unwrap(), Ok(()));
}

#[test]
fn a_guard_that_makes_no_sense_is_refused() {
    let wrong = [gatepost_slice::from("no url")];
    let words = [gatepost_slice::from("two  spaces")];
    let empty = [gatepost_slice::from("")];
    let scope = [gatepost_slice::from("s")];
    let not_utf8 = [gatepost_slice::from(NOT_UTF8)];
    let tool = |change: &dyn Fn(&mut gatepost_rule)| {
        let mut made = rule(GATEPOST_OPERATION_TOOL, "x", 0);
        change(&mut made);
        made
    };
    assert!(new_guard(&guard_config()).map(free_guard).is_ok());

    type Change<'a> = &'a dyn Fn(&mut gatepost_guard_config);
    let changes: [Change<'_>; 22] = [
        &|c| c.size -= 1,
        &|c| c.resource = NONE,
        &|c| c.resource = "http://mcp.example.com/mcp".into(),
        &|c| c.resource = NOT_UTF8.into(),
        &|c| c.authorization_server_count = 0,
        &|c| c.authorization_servers = null(),
        &|c| c.authorization_servers = wrong.as_ptr(),
        &|c| c.authorization_servers = not_utf8.as_ptr(),
        &|c| (c.scopes_supported, c.scopes_supported_count) = (words.as_ptr(), 1),
        &|c| c.name = "".into(),
        &|c| c.documentation = "no url".into(),
        &|c| (c.origins, c.origin_count) = (wrong.as_ptr(), 1),
        &|c| (c.base_scopes, c.base_scope_count) = (words.as_ptr(), 1),
        &|c| c.provider = 6,
        &|c| c.flags = 16,
        &|c| c.flags = GATEPOST_GUARD_DPOP_REQUIRED,
        &|c| c.dpop_algorithms = GATEPOST_ALGORITHM_ES256,
        &|c| c.remember_proof = Some(refuse_proofs),
        &|c| {
            c.dpop_algorithms = GATEPOST_ALGORITHM_HS256;
            c.remember_proof = Some(refuse_proofs);
        },
        &|c| {
            c.dpop_algorithms = 1 << 20;
            c.remember_proof = Some(refuse_proofs);
        },
        &|c| c.legacy_issuer = ISSUER.into(),
        &|c| c.legacy_audience = "a".into(),
    ];
    for (i, change) in changes.iter().enumerate() {
        let mut config = guard_config();
        change(&mut config);
        assert_eq!(new_guard(&config), Err(MISUSE), "change {i}");
    }

    let claim = |name: &'static str, values: &[gatepost_slice], flags| gatepost_claim_rule {
        name: name.into(),
        values: values.as_ptr(),
        value_count: values.len(),
        flags,
    };
    let good = claim("c", &scope, GATEPOST_CLAIM_ARRAY);
    let bad =
        [claim("", &scope, 0), claim("c", &[], 0), claim("c", &empty, 0), claim("c", &scope, 2)];
    let public = GATEPOST_RULE_PUBLIC;
    let rules = [
        (true, tool(&|_| {})),
        (true, tool(&|r| (r.issuer, r.subject) = (ISSUER.into(), "u".into()))),
        (true, tool(&|r| (r.issuer, r.client_id) = (ISSUER.into(), "c".into()))),
        (true, tool(&|r| (r.claims, r.claim_count) = (&raw const good, 1))),
        (false, tool(&|r| r.kind = 0)),
        (false, tool(&|r| r.kind = GATEPOST_OPERATION_TASK)),
        (false, tool(&|r| r.flags = 8)),
        (false, tool(&|r| r.flags = public | GATEPOST_RULE_REFUSED)),
        (
            false,
            tool(&|r| (r.flags, r.alternatives, r.alternative_count) = (public, scope.as_ptr(), 1)),
        ),
        (false, tool(&|r| (r.flags, r.claims, r.claim_count) = (public, &raw const good, 1))),
        (false, tool(&|r| r.pattern = "".into())),
        (false, tool(&|r| r.pattern = NOT_UTF8.into())),
        (false, tool(&|r| (r.alternatives, r.alternative_count) = (empty.as_ptr(), 1))),
        (false, tool(&|r| r.alternative_count = 1)),
        (false, tool(&|r| r.issuer = ISSUER.into())),
        (false, tool(&|r| r.subject = "u".into())),
        (
            false,
            tool(&|r| (r.issuer, r.subject, r.client_id) = (ISSUER.into(), "u".into(), "c".into())),
        ),
        (false, tool(&|r| (r.claims, r.claim_count) = (&raw const bad[0], 1))),
        (false, tool(&|r| (r.claims, r.claim_count) = (&raw const bad[1], 1))),
        (false, tool(&|r| (r.claims, r.claim_count) = (&raw const bad[2], 1))),
        (false, tool(&|r| (r.claims, r.claim_count) = (&raw const bad[3], 1))),
    ];
    for (i, (is_good, rule)) in rules.iter().enumerate() {
        let mut config = guard_config();
        (config.rules, config.rule_count) = (rule, 1);
        let made = new_guard(&config);
        assert_eq!(made.is_ok(), *is_good, "rule {i}");
        assert!(made.map(free_guard).is_ok_and(|()| true) || made == Err(MISUSE), "rule {i}");
    }
}

#[test]
fn a_guard_has_room_for_what_it_says() {
    let names: Vec<String> = (0..=GATEPOST_MAX_RULES).map(|i| std::format!("t{i}")).collect();
    let rules: Vec<_> = names
        .iter()
        .map(|name| gatepost_rule {
            pattern: name.as_str().into(),
            ..rule(GATEPOST_OPERATION_TOOL, "", 0)
        })
        .collect();
    let scopes: Vec<gatepost_slice> =
        names.iter().take(GATEPOST_MAX_RULE_SCOPES + 1).map(|n| n.as_str().into()).collect();
    let implications: Vec<_> = (0..=GATEPOST_MAX_RULE_SCOPES)
        .map(|_| gatepost_implication { broad: "a".into(), narrow: "b".into() })
        .collect();
    let claims: Vec<_> = (0..=GATEPOST_MAX_CLAIM_RULES)
        .map(|_| gatepost_claim_rule {
            name: "c".into(),
            values: scopes.as_ptr(),
            value_count: 1,
            flags: 0,
        })
        .collect();
    let strings = std::vec![gatepost_slice::from("s"); GATEPOST_MAX_GUARD_STRINGS];
    let with = |set: &dyn Fn(&mut gatepost_guard_config, usize), limit| {
        let mut config = guard_config();
        set(&mut config, limit);
        assert!(new_guard(&config).map(free_guard).is_ok());
        set(&mut config, limit + 1);
        assert_eq!(new_guard(&config), Err(MISUSE));
    };
    with(&|c, n| (c.rules, c.rule_count) = (rules.as_ptr(), n), GATEPOST_MAX_RULES);
    with(&|c, n| (c.base_scopes, c.base_scope_count) = (scopes.as_ptr(), n), 128);
    with(&|c, n| (c.hierarchy, c.hierarchy_count) = (implications.as_ptr(), n), 128);
    // One place is the authorization server's.
    let limit = GATEPOST_MAX_GUARD_STRINGS - 1;
    with(&|c, n| (c.base_scopes, c.base_scope_count) = (strings.as_ptr(), n), limit);
    for (count, is_good) in [(GATEPOST_MAX_CLAIM_RULES, true), (claims.len(), false)] {
        let mut one = rule(GATEPOST_OPERATION_TOOL, "x", 0);
        (one.claims, one.claim_count) = (claims.as_ptr(), count);
        let mut config = guard_config();
        (config.rules, config.rule_count) = (&raw const one, 1);
        assert_eq!(new_guard(&config).map(free_guard).is_ok(), is_good);
    }
}

#[test]
fn a_mistake_is_answered_with_503() {
    let case = Case::es256();
    let (policy, keys) = (case.policy(), case.keys());
    let issuer = gatepost_issuer { policy: &raw const policy, keys };
    let no_policy = gatepost_issuer { policy: null(), keys };
    let guard = usual_guard();
    let never_made: Vec<u64> = std::vec![0; GATEPOST_GUARD_SIZE.div_ceil(8) + 1];
    let misaligned = never_made.as_ptr().addr() % align_of::<gatepost_guard>() / 8;
    let never_made: *const gatepost_guard = never_made[misaligned..].as_ptr().cast();
    let broken = [gatepost_header { name: "Origin".into(), value: BROKEN }];
    let head = post(&[]);
    let head_of_nothing = gatepost_request_head { headers: null(), header_count: 1, ..head };
    let (head, broken) = (&raw const head, post(&broken));
    let mut call = Call::new();
    let length = call.memory.len();
    let place: *mut c_void = call.memory.as_mut_ptr().cast();
    let (who, what) = (&raw mut call.principal, &raw mut call.operation);
    let out = &raw mut call.response;
    let one = &raw const issuer;
    let nobody: gatepost_principal = zeros();
    let (nobody, nothing): (*const _, gatepost_operation) = (&raw const nobody, zeros());
    let nothing = &raw const nothing;
    // SAFETY: every pointer is NULL or points to what it says.
    unsafe {
        for (i, reason) in [
            gatepost_authenticate(null(), one, 1, head, 0, place, length, who, out),
            gatepost_authenticate(never_made, one, 1, head, 0, place, length, who, out),
            gatepost_authenticate(guard, null(), 1, head, 0, place, length, who, out),
            gatepost_authenticate(guard, one, 0, head, 0, place, length, who, out),
            gatepost_authenticate(guard, &raw const no_policy, 1, head, 0, place, length, who, out),
            gatepost_authenticate(guard, one, 1, null(), 0, place, length, who, out),
            gatepost_authenticate(guard, one, 1, &raw const broken, 0, place, length, who, out),
            gatepost_authenticate(
                guard,
                one,
                1,
                &raw const head_of_nothing,
                0,
                place,
                length,
                who,
                out,
            ),
            gatepost_authenticate(guard, one, 1, head, 0, null_mut(), length, who, out),
            gatepost_authenticate(guard, one, 1, head, 0, place, length, null_mut(), out),
            // Two things at once.
            gatepost_authenticate(guard, one, 1, head, 0, who.cast(), 64, who, out),
            gatepost_authenticate(guard, one, 1, head, 0, out.cast(), 64, who, out),
            gatepost_authenticate(guard, one, 1, head, 0, head.cast_mut().cast(), 8, who, out),
            gatepost_authenticate(guard, one, 1, head, 0, place, length, out.cast(), out),
            gatepost_read_operation(null(), head, NONE, place, length, what, out),
            gatepost_read_operation(guard, null(), NONE, place, length, what, out),
            gatepost_read_operation(guard, head, BROKEN, place, length, what, out),
            gatepost_read_operation(guard, head, NONE, null_mut(), length, what, out),
            gatepost_read_operation(guard, head, NONE, place, length, null_mut(), out),
            gatepost_read_operation(
                guard,
                head,
                gatepost_slice { ptr: place.cast(), len: 2 },
                place,
                length,
                what,
                out,
            ),
            gatepost_authorize(null(), head, nobody, null(), place, length, out),
            gatepost_authorize(guard, null(), nobody, null(), place, length, out),
            gatepost_authorize(guard, head, null(), null(), place, length, out),
            gatepost_authorize(guard, head, nobody, null(), place, length, out),
            gatepost_authorize(guard, head, nobody, nothing, place, length, out),
            gatepost_guard_refuse(null(), head, 501, place, length, out),
            gatepost_guard_refuse(guard, null(), 501, place, length, out),
        ]
        .into_iter()
        .enumerate()
        {
            assert_eq!(reason, MISUSE, "call {i}");
            assert_eq!(((*out).status, (*out).reason), (503, MISUSE), "call {i}");
        }
        assert!((*who).state == 0 && (*what).state == 0);
        // Without a place for it there is no answer.
        let none = null_mut();
        assert_eq!(gatepost_authenticate(guard, one, 1, head, 0, place, length, who, none), MISUSE);
        assert_eq!(gatepost_read_operation(guard, head, NONE, place, length, what, none), MISUSE);
        assert_eq!(gatepost_authorize(guard, head, nobody, null(), place, length, none), MISUSE);
        assert_eq!(gatepost_guard_refuse(guard, head, 501, place, length, none), MISUSE);
        assert!(!gatepost_permits(null(), nobody, GATEPOST_OPERATION_TOOL, "x".into()));
        assert!(!gatepost_permits(guard, nobody, GATEPOST_OPERATION_TOOL, "x".into()));
        assert!(!gatepost_permits(guard, null(), GATEPOST_OPERATION_TOOL, "x".into()));

        let config = guard_config();
        let mut made = null_mut();
        assert_eq!(gatepost_guard_new(null(), &raw mut made), MISUSE);
        assert_eq!(gatepost_guard_new(&raw const config, null_mut()), MISUSE);
        assert_eq!(
            gatepost_guard_init(null_mut(), 1 << 16, &raw const config, &raw mut made),
            MISUSE
        );
        assert_eq!(
            gatepost_guard_config_init(null_mut(), size_of::<gatepost_guard_config>()),
            MISUSE
        );
        assert!(made.is_null());
        gatepost_guard_free(null_mut());
    }
    free_guard(guard);
    free(keys);
}

#[test]
fn a_principal_is_good_for_its_own_guard_alone() {
    let case = Case::es256();
    let (policy, keys) = (case.policy(), case.keys());
    let issuers = [gatepost_issuer { policy: &raw const policy, keys }];
    // The place of mcp:read in one table is that of mcp:root in the other.
    let with_base = |scope: &[gatepost_slice; 1]| {
        let mut config = guard_config();
        (config.base_scopes, config.base_scope_count) = (scope.as_ptr(), 1);
        new_guard(&config).unwrap()
    };
    let own = with_base(&["mcp:read".into()]);
    let other = with_base(&["mcp:root".into()]);
    let bearer = std::format!("Bearer {}", case.token);
    let headers = [header("Authorization", &bearer)];
    let head = post(&headers);
    let mut first = Call::new();
    assert_eq!(first.authenticate(own, &issuers, &head, case.now), OK);
    let principal = first.principal;
    let (mut right, mut wrong) = (Call::new(), Call::new());
    assert_eq!(right.authorize(own, &head, &principal, null()), OK);
    assert_eq!(wrong.authorize(other, &head, &principal, null()), MISUSE);
    assert_eq!((wrong.response.status, wrong.response.reason), (503, MISUSE));
    for (guard, is_own) in [(own, true), (other, false)] {
        // SAFETY: all is there.
        let permits = unsafe {
            gatepost_permits(guard, &raw const principal, GATEPOST_OPERATION_TOOL, "x".into())
        };
        assert_eq!(permits, is_own);
        free_guard(guard);
    }
    free(keys);
}

#[test]
fn who_knows_until_when_says_it() {
    let guard = usual_guard();
    let head = post(&[]);
    for (reason, until, answer, seconds) in [
        (number(Reason::KeysUnavailable), 130, number(Reason::KeysUnavailable), &["30"][..]),
        (number(Reason::KeysUnavailable), u64::MAX, number(Reason::KeysUnavailable), &["3600"]),
        (number(Reason::KeysUnavailable), 0, number(Reason::KeysUnavailable), &["5"]),
        (number(Reason::Expired), 130, number(Reason::Expired), &[]),
        (0, 130, MISUSE, &[]),
    ] {
        let mut call = Call::new();
        // SAFETY: everything is there, and apart.
        let number = unsafe {
            gatepost_guard_refuse_until(
                guard,
                &raw const head,
                reason,
                until,
                100,
                call.memory.as_mut_ptr().cast(),
                call.memory.len(),
                &raw mut call.response,
            )
        };
        assert_eq!((number, call.response.reason), (answer, answer));
        assert_eq!(values(&call.response, "Retry-After"), seconds);
    }
    free_guard(guard);
}
