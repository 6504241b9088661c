//! Guards: how they are made, what they answer, and what they do with what makes no sense.
//!
//! The decisions are for `tests/decisions.py`, which runs all of `testdata/decisions.json`.

use super::*;

const RESOURCE: &str = "https://mcp.example.com/mcp";
const ISSUER: &str = "https://tenant.auth0.com/";

/// A rule that says nothing but what it is for.
fn rule(kind: u32, pattern: &'static str, flags: u32) -> gatepost_rule {
    gatepost_rule {
        kind,
        flags,
        pattern: pattern.into(),
        alternatives: null(),
        alternative_count: 0,
        issuer: NONE,
        subject: NONE,
        client_id: NONE,
        claims: null(),
        claim_count: 0,
    }
}

fn guard_config() -> gatepost_guard_config {
    static SERVERS: [Static; 1] =
        [Static(gatepost_slice { ptr: ISSUER.as_ptr(), len: ISSUER.len() })];
    let mut config = core::mem::MaybeUninit::uninit();
    // SAFETY: there is room for a configuration.
    let mut config = unsafe {
        let size = size_of::<gatepost_guard_config>();
        assert_eq!(gatepost_guard_config_init(config.as_mut_ptr(), size), OK);
        config.assume_init()
    };
    config.resource = RESOURCE.into();
    config.authorization_servers = SERVERS.as_ptr().cast();
    config.authorization_server_count = 1;
    config
}

/// A slice of static text, which threads may share.
#[repr(transparent)]
struct Static(gatepost_slice);

// SAFETY: nobody changes a static text.
unsafe impl Sync for Static {}

fn new_guard(config: &gatepost_guard_config) -> Result<*mut gatepost_guard, u32> {
    let mut guard = null_mut();
    // SAFETY: both are there.
    match unsafe { gatepost_guard_new(config, &raw mut guard) } {
        OK => Ok(guard),
        reason => {
            assert!(guard.is_null(), "an error changed the output");
            Err(reason)
        }
    }
}

/// A guard for which `write` needs mcp:admin, `ping` nothing, and `admin_` prefixed tools the scope
/// mcp:write of a client with a certain `sub`.
fn usual_guard() -> *mut gatepost_guard {
    let admin = [gatepost_slice::from("mcp:admin mcp:write"), "mcp:all".into()];
    let write = [gatepost_slice::from("mcp:write")];
    let users = [gatepost_slice::from("user-1")];
    let claims = [gatepost_claim_rule {
        name: "sub".into(),
        values: users.as_ptr(),
        value_count: 1,
        flags: 0,
    }];
    let mut rules = [
        rule(GATEPOST_OPERATION_TOOL, "write", 0),
        rule(GATEPOST_OPERATION_TOOL, "ping", GATEPOST_RULE_PUBLIC),
        rule(GATEPOST_OPERATION_TOOL, "admin_", GATEPOST_RULE_PREFIX),
        rule(GATEPOST_OPERATION_TOOL, "admin_reset", GATEPOST_RULE_REFUSED),
        rule(GATEPOST_OPERATION_RESOURCE, "file:///", GATEPOST_RULE_PREFIX),
    ];
    (rules[0].alternatives, rules[0].alternative_count) = (admin.as_ptr(), 2);
    (rules[2].alternatives, rules[2].alternative_count) = (write.as_ptr(), 1);
    (rules[2].claims, rules[2].claim_count) = (claims.as_ptr(), 1);
    (rules[4].issuer, rules[4].subject) = (ISSUER.into(), "user-1".into());
    let base = [gatepost_slice::from("mcp:read")];
    let implications =
        [gatepost_implication { broad: "mcp:all".into(), narrow: "mcp:read".into() }];
    let mut config = guard_config();
    (config.rules, config.rule_count) = (rules.as_ptr(), rules.len());
    (config.base_scopes, config.base_scope_count) = (base.as_ptr(), 1);
    (config.hierarchy, config.hierarchy_count) = (implications.as_ptr(), 1);
    new_guard(&config).unwrap()
}

fn free_guard(guard: *mut gatepost_guard) {
    // SAFETY: the tests hand in guards that they made, once.
    unsafe { gatepost_guard_free(guard) }
}

fn header(name: &'static str, value: &str) -> gatepost_header {
    gatepost_header { name: name.into(), value: value.into() }
}

fn post(headers: &[gatepost_header]) -> gatepost_request_head {
    gatepost_request_head {
        method: "POST".into(),
        target: "/mcp".into(),
        headers: headers.as_ptr(),
        header_count: headers.len(),
        certificate: null(),
    }
}

fn zeros<T>() -> T {
    // SAFETY: for structs of C, in which zeros are pointers, numbers and `false`.
    unsafe { core::mem::zeroed() }
}

/// The values of the headers with this name.
fn values(response: &gatepost_response, name: &str) -> Vec<&'static str> {
    let headers = response.headers[..response.header_count].iter();
    let of_name = headers.filter(|header| text(header.name) == Some(name));
    of_name.map(|header| text(header.value).unwrap()).collect()
}

/// What is at hand for a call: outputs of zeros, and memory.
struct Call {
    memory: Vec<u8>,
    principal: gatepost_principal,
    operation: gatepost_operation,
    response: gatepost_response,
}

impl Call {
    fn new() -> Self {
        Self {
            memory: std::vec![0xa5; GATEPOST_AUTHENTICATE_MEMORY],
            principal: zeros(),
            operation: zeros(),
            response: zeros(),
        }
    }

    fn authenticate(
        &mut self,
        guard: *const gatepost_guard,
        issuers: &[gatepost_issuer],
        head: &gatepost_request_head,
        now: u64,
    ) -> u32 {
        // SAFETY: everything is there, and apart.
        unsafe {
            gatepost_authenticate(
                guard,
                issuers.as_ptr(),
                issuers.len(),
                head,
                now,
                self.memory.as_mut_ptr().cast(),
                self.memory.len(),
                &raw mut self.principal,
                &raw mut self.response,
            )
        }
    }

    fn read(
        &mut self,
        guard: *const gatepost_guard,
        head: &gatepost_request_head,
        body: &str,
    ) -> u32 {
        // SAFETY: everything is there, and apart.
        unsafe {
            gatepost_read_operation(
                guard,
                head,
                body.into(),
                self.memory.as_mut_ptr().cast(),
                self.memory.len(),
                &raw mut self.operation,
                &raw mut self.response,
            )
        }
    }

    fn authorize(
        &mut self,
        guard: *const gatepost_guard,
        head: &gatepost_request_head,
        principal: &gatepost_principal,
        operation: *const gatepost_operation,
    ) -> u32 {
        // SAFETY: everything is there, and apart.
        unsafe {
            gatepost_authorize(
                guard,
                head,
                principal,
                operation,
                self.memory.as_mut_ptr().cast(),
                self.memory.len(),
                &raw mut self.response,
            )
        }
    }
}

#[test]
fn a_token_is_let_in_to_what_its_scopes_allow() {
    let case = Case::es256();
    let (policy, keys) = (case.policy(), case.keys());
    let issuers = [gatepost_issuer { policy: &raw const policy, keys }];
    let guard = usual_guard();
    let bearer = std::format!("Bearer {}", case.token);
    let headers = [header("authorization", &bearer), header("Origin", "https://mcp.example.com")];
    let head = post(&headers);
    let mut first = Call::new();
    assert_eq!(first.authenticate(guard, &issuers, &head, case.now), OK);
    // For browsers.
    assert_eq!((first.response.status, first.response.reason), (200, OK));
    assert_eq!(values(&first.response, "Access-Control-Allow-Origin"), ["https://mcp.example.com"]);
    assert!(first.principal.has_token);
    // A copy is as good, wherever it is.
    let principal = Box::new(first.principal);
    assert_eq!(text(principal.token.subject), Some("user-1"));
    // SAFETY: the memory of the token is as it was.
    unsafe {
        assert!(gatepost_access_token_has_scope(&raw const principal.token, "mcp:write".into()));
    }

    for (tool, reason, status, scope) in [
        ("other", OK, 0, None),
        ("admin_list", OK, 0, None),
        ("admin_reset", number(Reason::OperationRefused), 403, None),
        ("write", number(Reason::InsufficientScope), 403, Some("mcp:admin mcp:write")),
    ] {
        let body = std::format!(
            r#"{{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{{"name":"{tool}"}}}}"#
        );
        let (mut second, mut third) = (Call::new(), Call::new());
        assert_eq!(second.read(guard, &head, &body), OK);
        assert_eq!(second.response.status, 0, "the response stays as it was");
        let operation = second.operation;
        assert_eq!(operation.kind, GATEPOST_OPERATION_TOOL);
        assert_eq!(text(operation.method), Some("tools/call"));
        assert_eq!(text(operation.name), Some(tool));
        assert!(operation.is_request);
        let decided = third.authorize(guard, &head, &principal, &raw const operation);
        assert_eq!((decided, third.response.status), (reason, status), "{tool}");
        let challenges = values(&third.response, "WWW-Authenticate");
        assert_eq!(challenges.len(), usize::from(reason != OK));
        if let Some(scope) = scope {
            let parameter = std::format!(r#"scope="{scope}""#);
            assert!(challenges[0].contains(&parameter), "{challenges:?}");
        }
        // SAFETY: all is there.
        let permits = unsafe {
            gatepost_permits(guard, &raw const *principal, GATEPOST_OPERATION_TOOL, tool.into())
        };
        assert_eq!(permits, reason == OK, "{tool}");
    }
    // A request without a body needs the base scopes, which the token has.
    assert_eq!(Call::new().authorize(guard, &head, &principal, null()), OK);
    // SAFETY: all is there.
    unsafe {
        let permits =
            |kind, name: &str| gatepost_permits(guard, &raw const *principal, kind, name.into());
        assert!(permits(GATEPOST_OPERATION_RESOURCE, "file:///a"));
        assert!(permits(GATEPOST_OPERATION_PROMPT, "p"));
        assert!(!permits(GATEPOST_OPERATION_METHOD, "tools/list"), "no kind to ask for");
        assert!(!permits(0, "p") && !permits(99, "p"));
    }
    free_guard(guard);
    free(keys);
}

#[test]
fn answers_are_written_where_nobody_is_let_in() {
    let case = Case::es256();
    let (policy, keys) = (case.policy(), case.keys());
    let issuers = [gatepost_issuer { policy: &raw const policy, keys }];
    let without_keys = [gatepost_issuer { policy: &raw const policy, keys: null() }];
    let guard = usual_guard();
    let bearer = std::format!("Bearer {}", case.token);
    let token = [header("Authorization", &bearer)];
    let foreign = [header("Origin", "https://elsewhere.example")];
    let own = [
        header("Origin", "https://mcp.example.com"),
        header("Access-Control-Request-Method", "POST"),
    ];
    let get = |target: &'static str| gatepost_request_head {
        method: "GET".into(),
        target: target.into(),
        ..post(&[])
    };
    let options = gatepost_request_head { method: "OPTIONS".into(), ..post(&own) };
    let now = case.now;
    for (i, (head, issuers, now, number, status)) in [
        (post(&[]), &issuers, now, number(Reason::CredentialsMissing), 401),
        (post(&token), &issuers, u64::MAX, number(Reason::Expired), 401),
        (post(&foreign), &issuers, now, number(Reason::OriginRefused), 403),
        (post(&token), &without_keys, now, number(Reason::KeysUnavailable), 503),
        (get("/.well-known/oauth-protected-resource/mcp"), &issuers, now, GATEPOST_RESPOND, 200),
        (get("/.well-known/oauth-protected-resource"), &without_keys, now, GATEPOST_RESPOND, 200),
        (options, &issuers, now, GATEPOST_RESPOND, 204),
    ]
    .into_iter()
    .enumerate()
    {
        let mut call = Call::new();
        assert_eq!(call.authenticate(guard, issuers, &head, now), number, "{i}");
        assert_eq!(call.response.status, status, "{i}");
        let reason = if number == GATEPOST_RESPOND { OK } else { number };
        assert_eq!(call.response.reason, reason, "{i}");
        assert!(!call.principal.has_token && call.principal.state == 0, "nobody was let in");
        let challenges = values(&call.response, "WWW-Authenticate").len();
        assert_eq!(challenges, usize::from(status == 401), "{i}");
        if status != 204 {
            let body: Value = serde_json::from_str(text(call.response.body).unwrap()).unwrap();
            let expected = if status == 200 { "resource" } else { "reason" };
            assert!(body.get(expected).is_some(), "{body}");
        }
    }
    // What is no UTF-8 is no document, and no mistake of the server's.
    let mut call = Call::new();
    let head = gatepost_request_head { target: NOT_UTF8.into(), ..post(&[]) };
    let missing = number(Reason::CredentialsMissing);
    assert_eq!(call.authenticate(guard, &issuers, &head, now), missing);

    for (body, reason, status) in [
        ("[]", Reason::BatchRefused, 400),
        ("{", Reason::InvalidMessage, 400),
        (&" ".repeat((4 << 20) + 1), Reason::MessageTooLarge, 413),
    ] {
        let mut call = Call::new();
        assert_eq!(call.read(guard, &post(&[]), body), number(reason));
        assert_eq!(call.response.status, status);
        assert_eq!(call.operation.state, 0, "nothing was read");
    }
    free_guard(guard);
    free(keys);
}

#[test]
fn a_reason_of_the_servers_own_is_answered() {
    let guard = usual_guard();
    let head = post(&[]);
    let mut call = Call::new();
    for (reason, answer, status) in [
        (number(Reason::KeysUnavailable), number(Reason::KeysUnavailable), 503),
        (number(Reason::Expired), number(Reason::Expired), 401),
        (0, MISUSE, 503),
        (GATEPOST_RESPOND, MISUSE, 503),
        (u32::MAX, MISUSE, 503),
    ] {
        // SAFETY: everything is there, and apart.
        let number = unsafe {
            gatepost_guard_refuse(
                guard,
                &raw const head,
                reason,
                call.memory.as_mut_ptr().cast(),
                call.memory.len(),
                &raw mut call.response,
            )
        };
        assert_eq!((number, call.response.status, call.response.reason), (answer, status, answer));
    }
    free_guard(guard);
}

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
    let changes: [Change<'_>; 17] = [
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
        &|c| c.flags = 2,
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
fn too_little_memory_never_lets_anybody_in() {
    let case = Case::es256();
    let (policy, keys) = (case.policy(), case.keys());
    let issuers = [gatepost_issuer { policy: &raw const policy, keys }];
    let guard = usual_guard();
    let bearer = std::format!("Bearer {}", case.token);
    let headers = [header("Authorization", &bearer), header("Accept", "*/*")];
    let head = post(&headers);
    let mut call = Call::new();
    let enough = (0..GATEPOST_AUTHENTICATE_MEMORY).find(|length| {
        call.memory.resize(*length, 0);
        let reason = call.authenticate(guard, &issuers, &head, case.now);
        assert!(matches!(reason, OK | MEMORY_TOO_SMALL), "{reason}");
        assert!(reason == OK || call.response.status == 503);
        reason == OK
    });
    assert!(enough.is_some_and(|enough| (300..4096).contains(&enough)), "{enough:?}");
    free_guard(guard);
    free(keys);
}

/// What the threads of a server have in common.
#[derive(Clone, Copy)]
struct Shared {
    guard: *const gatepost_guard,
    policy: gatepost_policy,
    keys: *const gatepost_key_set,
}

// SAFETY: what this test is about: `const` pointers may be used by many threads.
unsafe impl Send for Shared {}

#[test]
fn eight_threads_share_a_guard() {
    const fn require<T: Send + Sync>() {}
    // Behind the pointers of C: if it were not, neither would be the pointers.
    require::<gatepost_core::mcp::Guard<'_>>();

    let case = Case::es256();
    let (guard, keys) = (usual_guard(), case.keys());
    let shared = Shared { guard, policy: case.policy(), keys };
    let case = &case;
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(move || {
                let Shared { guard, policy, keys } = { shared };
                let issuers = [gatepost_issuer { policy: &raw const policy, keys }];
                let bearer = std::format!("Bearer {}", case.token);
                let headers = [header("Authorization", &bearer)];
                let mut call = Call::new();
                for round in 0..20 {
                    let now = if round % 2 == 0 { case.now } else { u64::MAX };
                    let reason = call.authenticate(guard, &issuers, &post(&headers), now);
                    let expired = number(Reason::Expired);
                    assert_eq!(reason, if round % 2 == 0 { OK } else { expired });
                }
            });
        }
    });
    free_guard(guard);
    free(keys);
}

#[test]
fn of_several_issuers_the_tokens_own_lets_in() {
    let case = Case::es256();
    let (policy, keys) = (case.policy(), case.keys());
    let other = Case { issuer: "https://other.example".into(), ..Case::es256() }.policy();
    let own = gatepost_issuer { policy: &raw const policy, keys };
    let other = gatepost_issuer { policy: &raw const other, keys };
    let no_keys = gatepost_issuer { policy: own.policy, keys: null() };
    let guard = usual_guard();
    let bearer = std::format!("Bearer {}", case.token);
    let headers = [header("Authorization", &bearer)];
    let mut call = Call::new();
    let mut authenticate =
        |issuers: &[gatepost_issuer]| call.authenticate(guard, issuers, &post(&headers), case.now);
    assert_eq!(authenticate(&[own]), OK);
    assert_eq!(authenticate(&[other, own]), OK);
    assert_eq!(authenticate(&[other]), number(Reason::IssuerMismatch));
    assert_eq!(authenticate(&[other, other]), number(Reason::IssuerMismatch));
    assert_eq!(authenticate(&[other, no_keys]), number(Reason::KeysUnavailable));
    assert_eq!(authenticate(&[own, other, own]), MISUSE);
    free_guard(guard);
    free(keys);
}
