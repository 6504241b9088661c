//! Who asks, as the server learns it, and whose guard it is of.

use gatepost::mcp::{Guard, Operation, Rule, Rules, Step};
use gatepost::oauth::{Header, RequestHead, ResourceMetadata};
use gatepost::{Algorithm, Confirmation, Reason, Strings};

use crate::common::{self, AUDIENCE, ISSUER, NOW, claims_with, key_set, policy};

#[test]
fn a_principal_is_good_for_its_own_guard_alone() {
    let metadata = ResourceMetadata::new(AUDIENCE, ISSUER).unwrap();
    // The place of mcp:use in one table is that of mcp:admin in the other.
    let one =
        Rules::<4, 4>::new(&[Rule::tool("read").needs("mcp:use")], &[], Strings::NONE).unwrap();
    let list = [Rule::tool("delete").needs("mcp:admin"), Rule::tool("ping").public()];
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

#[test]
fn a_principal_says_who_asks_for_whom_and_which_keys_were_proved() {
    let metadata = ResourceMetadata::new(AUDIENCE, ISSUER).unwrap();
    let list = [Rule::method("tools/list").public()];
    let rules = Rules::<1, 1>::new(&list, &[], Strings::NONE).unwrap();
    let guard = Guard::new(&metadata).unwrap().with_rules(rules.view());
    let keys = key_set(Algorithm::Es256);
    let client = ("client_id", "\"app\"");
    let sevens = r#"{"x5t#S256":"BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc"}"#;
    let to_sevens = Some([7; 32]);
    for (claims, bound_to) in [
        (&[client][..], None),
        (&[client, ("cnf", sevens)], to_sevens),
        (&[client, ("\\u0063nf", sevens)], to_sevens),
    ] {
        let claims = claims_with(claims).replace(r"\\u", r"\u");
        let authorization = format!("Bearer {}", common::token(Algorithm::Es256, &claims));
        let headers = [Header::new("Authorization", &authorization)];
        let certificate = Some([7; 32]);
        let head = RequestHead { method: "POST", target: "/mcp", headers: &headers, certificate };
        let mut memory = common::memory();
        let step = guard.authenticate(&head, &(policy(), keys.keys()), NOW, &mut memory);
        let Step::Proceed(principal) = step else { panic!("{claims}") };
        assert_eq!((principal.issuer(), principal.subject()), (Some(ISSUER), Some("alice")));
        assert_eq!(principal.client_id(), Some("app"));
        assert!(principal.scopes().eq(["mcp:read", "mcp:write"]));
        assert_eq!(principal.confirmation().x5t_s256, bound_to, "{claims}");
        assert_eq!(principal.confirmation().jkt, None);
        assert_eq!(principal.confirmation().is_bound(), bound_to.is_some());
    }

    let headers = [
        Header::new("MCP-Protocol-Version", "2026-07-28"),
        Header::new("Mcp-Method", "tools/list"),
    ];
    let head = RequestHead { method: "POST", target: "/mcp", headers: &headers, certificate: None };
    let mut memory = common::memory();
    let step = guard.authenticate(&head, &(policy(), keys.keys()), NOW, &mut memory);
    let Step::Proceed(nobody) = step else { panic!() };
    assert_eq!((nobody.subject(), nobody.scopes().count()), (None, 0));
    assert_eq!(nobody.confirmation(), Confirmation::NONE);
}
