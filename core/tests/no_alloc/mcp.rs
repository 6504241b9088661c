//! Requests.

use core::hint::black_box;

use gatepost::{Algorithm, Reason, limits};

use crate::allocations::without_allocation;
use crate::common::{self, AUDIENCE, ISSUER, NOW};

#[test]
fn operations_are_read_without_allocation() {
    use gatepost::mcp::{Operation, OperationHeaders, error_body};

    let escaped = r#"{"jsonrpc":"2.0","id":"\u00e9","method":"tools\/call","params":{"x":X,"name":"\u00e9"}}"#;
    let deep = |depth: usize| "[".repeat(depth) + "1" + &"]".repeat(depth);
    for (body, reason) in [
        (escaped.replace('X', &deep(limits::MAX_MESSAGE_DEPTH)), None),
        (escaped.replace('X', &deep(100_000)), Some(Reason::InvalidMessage)),
        (escaped.replace('X', &format!("\"{}\"", "\\n".repeat(500_000))), None),
        (escaped.replace('X', "1,\"Name\":1"), Some(Reason::InvalidRequest)),
        (format!("[{escaped}]"), Some(Reason::BatchRefused)),
        (" ".repeat(limits::MAX_MESSAGE_LEN + 1), Some(Reason::MessageTooLarge)),
    ] {
        let mut memory = [0; limits::OPERATION_MEMORY];
        let refused = without_allocation("from_body", || {
            let body = body.as_bytes();
            let operation = Operation::from_body(body, limits::MAX_MESSAGE_LEN, &mut memory)?;
            let headers =
                OperationHeaders::new([], [&b"tools/call"[..]], [&b"=?base64?w6k=?="[..]]);
            operation.check_headers(&headers)?;
            error_body(Reason::HeaderMismatch, operation.id(), &mut [0; 512]).map(|_| ())
        });
        assert_eq!(refused.err(), reason);
    }
    let value = |value: &'static str| [value.as_bytes()];
    let headers =
        OperationHeaders::new(value("2026-07-28"), value("tools/call"), value("=?base64?w6k=?="));
    let mut memory = [0; limits::OPERATION_MEMORY];
    let operation =
        without_allocation("from_headers", || Operation::from_headers(&headers, &mut memory));
    assert_eq!(operation.unwrap().unwrap().name(), Some("é"));
}

#[test]
fn requests_are_decided_without_allocation() {
    use gatepost::FixedTokenCache;
    use gatepost::mcp::{Guard, Operation, RESPONSE_MEMORY, Rule, Rules, Step};
    use gatepost::oauth::{DpopVerifier, FixedReplayStore, Header, RequestHead, ResourceMetadata};

    let keys = common::key_set(Algorithm::Es256);
    let cache = FixedTokenCache::<4>::new();
    let metadata = ResourceMetadata::new(AUDIENCE, ISSUER).unwrap();
    let (rules, guard) = without_allocation("a guard", || {
        let rules =
            [Rule::tool("write").needs(&["mcp:admin", "mcp:write"]), Rule::tool("x").refused()];
        let rules = Rules::<4, 8>::new(&rules, &[("mcp:admin", "mcp:read")], "mcp:read")?;
        let verifier = DpopVerifier::new(AUDIENCE, FixedReplayStore::<4>::new())?;
        Ok::<_, Reason>((rules, Guard::new(&metadata)?.with_dpop(verifier, false)?))
    })
    .unwrap();
    let guard = guard.with_rules(rules.view());

    let bearer = |claims: &[(&str, &str)]| {
        format!("Bearer {}", common::token(Algorithm::Es256, &common::claims_with(claims)))
    };
    let (good, weak) = (bearer(&[]), bearer(&[("scope", r#""""#)]));
    let (expired, bound) = (bearer(&[("exp", "1")]), bearer(&[("cnf", r#"{"kid":"1"}"#)]));
    let escaped =
        br#"{"jsonrpc":"2.0","id":"\u00e9","method":"tools\/call","params":{"name":"writ\u0065"}}"#;
    let other = escaped.map(|byte| if byte == b'w' { b'x' } else { byte });
    for (authorization, origin, target, body, expected) in [
        (&*good, None, "/mcp", &escaped[..], 0),
        // The second time it is in the cache.
        (&good, Some("https://mcp.example"), "/mcp", escaped, 0),
        (&weak, None, "/mcp", escaped, 403),
        (&weak, None, "/mcp", &other, 403),
        (&good, None, "/mcp", b"[]", 400),
        (&expired, None, "/mcp", escaped, 401),
        (&bound, None, "/mcp", escaped, 401),
        ("DPoP a.b.c", None, "/mcp", escaped, 401),
        ("Bearer", None, "/mcp", escaped, 400),
        ("", None, "/mcp", escaped, 401),
        (&good, Some("null"), "/mcp", escaped, 403),
        ("", None, "/.well-known/oauth-protected-resource", b"", 200),
    ] {
        let mut headers = vec![Header::new("Authorization", authorization)];
        headers.extend(origin.map(|origin| Header::new("Origin", origin)));
        let head = RequestHead { method: "GET", target, headers: &headers, certificate: None };
        let mut memory = [[0; limits::MEMORY + RESPONSE_MEMORY]; 3];
        let [first, second, third] = &mut memory;
        let status = without_allocation(authorization, || {
            let authority = (common::policy(), keys.keys().remembering(&cache));
            let principal = match guard.authenticate(&head, &authority, NOW, first) {
                Step::Proceed(principal) => principal,
                Step::Respond(response) => return black_box(response).status(),
            };
            black_box(guard.permits(&principal, &Operation::tool("write")));
            let operation = match guard.read_operation(&head, body, second) {
                Ok(operation) => operation,
                Err(response) => return black_box(response).status(),
            };
            match guard.authorize(&head, &principal, &operation, third) {
                Ok(()) => 0,
                Err(response) => black_box(response).status(),
            }
        });
        assert_eq!(status, expected, "{authorization:.20} {target}");
    }
}
