//! Guards: how they are made, what they answer, and what they do with what makes no sense.
//!
//! The decisions are for `tests/cases.c`, which runs all of `testdata/decisions.json`.

use super::*;

mod mistakes;
mod proofs;

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

unsafe extern "C" fn refuse_proofs(_: *mut c_void, _: *const u8, _: u64, _: u64) -> u32 {
    number(Reason::ReplayStoreFull)
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
        assert!(permits(GATEPOST_OPERATION_RESOURCE_TEMPLATE, "file:///{a}"));
        assert!(!permits(GATEPOST_OPERATION_RESOURCE_TEMPLATE, "{a}"));
        assert!(!permits(GATEPOST_OPERATION_RESOURCE, "file:///{a}"));
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
