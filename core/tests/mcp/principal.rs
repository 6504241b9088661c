//! Whose guard a principal is of.

use gatepost::mcp::{Guard, Operation, Rule, Rules, Step};
use gatepost::oauth::{Header, RequestHead, ResourceMetadata};
use gatepost::{Algorithm, Reason, Strings};

use crate::common::{self, AUDIENCE, ISSUER, NOW, claims_with, key_set, policy};

#[test]
fn a_principal_is_good_for_its_own_guard_alone() {
    let metadata = ResourceMetadata::new(AUDIENCE, ISSUER).unwrap();
    // The place of mcp:use in one table is that of mcp:admin in the other.
    let one =
        Rules::<4, 4>::new(&[Rule::tool("read").needs("mcp:use")], &[], Strings::NONE).unwrap();
    let list = [Rule::tool("delete").needs("mcp:admin"), Rule::tool("ping").is_public()];
    let other = Rules::<4, 4>::new(&list, &[], Strings::NONE).unwrap();
    let own = Guard::new(&metadata).unwrap().with_rules(one.view());
    let same = Guard::new(&metadata).unwrap().with_rules(one.view());
    let other = Guard::new(&metadata).unwrap().with_rules(other.view());
    let keys = key_set(Algorithm::Es256);
    let token = common::token(Algorithm::Es256, &claims_with(&[("scope", r#""mcp:use""#)]));
    let authorization = format!("Bearer {token}");
    let headers = [Header::new("Authorization", &authorization)];
    let head = RequestHead { method: "POST", target: "/mcp", headers: &headers, certificate: None };
    let mut memory = common::memory();
    let step = own.authenticate(&head, &(policy(), keys.keys()), NOW, &mut memory);
    let Step::Proceed(principal) = step else { panic!() };
    assert!(own.permits(&principal, &Operation::tool("read")));
    assert!(own.authorize(&head, &principal, &Operation::tool("read"), &mut [0; 8192]).is_ok());
    let refuses = |guard: &Guard<'_>, principal, tool| {
        let operation = Operation::tool(tool);
        assert!(!guard.permits(principal, &operation), "{tool}");
        let mut memory = [0; 8192];
        let refused = guard.authorize(&head, principal, &operation, &mut memory).unwrap_err();
        assert_eq!((refused.status(), refused.reason()), (503, Some(Reason::Misuse)));
        assert_eq!(refused.header("WWW-Authenticate"), None);
    };
    for (guard, tool) in [(&other, "delete"), (&other, "ping"), (&same, "read")] {
        refuses(guard, &principal, tool);
    }

    let headers = [
        Header::new("MCP-Protocol-Version", "2026-07-28"),
        Header::new("Mcp-Method", "tools/call"),
        Header::new("Mcp-Name", "ping"),
    ];
    let stranger = RequestHead { headers: &headers, ..head };
    let mut memory = common::memory();
    let step = other.authenticate(&stranger, &(policy(), keys.keys()), NOW, &mut memory);
    let Step::Proceed(nobody) = step else { panic!() };
    assert!(other.permits(&nobody, &Operation::tool("ping")));
    refuses(&own, &nobody, "ping");
}
