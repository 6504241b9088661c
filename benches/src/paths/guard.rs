//! A whole request: who asks, what for, and whether that is enough.

use core::hint::black_box;

use gatepost::mcp::{Guard, RESPONSE_MEMORY, Rule, Rules, Step};
use gatepost::oauth::{Header, RequestHead, ResourceMetadata};
use gatepost::{FixedTokenCache, limits};

use super::{PLACES, counting, kept, keys, round_robin, subject};
use crate::race::Subject;
use crate::sample::{AUDIENCE, ISSUER, Kind, NOW, Sample, policy};

const BODY: &[u8] = br#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read_note","arguments":{"path":"notes/2026-11-30.md"},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}}"#;

/// Tools of the server, a rule for each.
const TOOLS: [&str; 8] = [
    "append_note",
    "create_note",
    "delete_note",
    "list_notes",
    "move_note",
    "read_note",
    "search_notes",
    "share_note",
];

/// A call of a tool with a token that was seen before: the head, the body and the scopes, judged
/// by a table of rules that is compiled once.
#[must_use]
pub fn guard(tokens: usize) -> Subject<'static> {
    let sample = kept(Sample::new(Kind::Es256, tokens));
    let cache: &'static FixedTokenCache<PLACES> = kept(FixedTokenCache::new());
    let keys = keys(&sample.jwks(), &counting(sample)).remembering(cache);
    let authority = (policy().expect("a policy"), keys);

    let metadata = kept(ResourceMetadata::new(AUDIENCE, ISSUER).expect("metadata"));
    let list = TOOLS.map(|tool| Rule::tool(tool).needs(&["mcp:admin", "openid mcp:tools"]));
    let hierarchy = [("mcp:admin", "mcp:tools")];
    let rules = kept(Rules::<16, 16>::new(&list, &hierarchy, "mcp:tools").expect("rules"));
    let guard = Guard::new(metadata).expect("a guard").with_rules(rules.view());

    let values: Vec<_> = sample.tokens.iter().map(|token| format!("Bearer {token}")).collect();
    let mut memory = [[0; limits::MEMORY + RESPONSE_MEMORY]; 2];
    let mut run = move |number| {
        let headers = [
            Header::new("host", "mcp.example.com"),
            Header::new("user-agent", "client/1.0"),
            Header::new("accept", "application/json, text/event-stream"),
            Header::new("content-type", "application/json"),
            Header::new("mcp-protocol-version", "2026-07-28"),
            Header::new("mcp-method", "tools/call"),
            Header::new("mcp-name", "read_note"),
            Header::new("authorization", round_robin(&values, number)),
        ];
        let head =
            RequestHead { method: "POST", target: "/mcp", headers: &headers, certificate: None };
        let [of_token, of_body] = &mut memory;
        let Step::Proceed(principal) = guard.authenticate(&head, &authority, NOW, of_token) else {
            panic!("another path");
        };
        let operation = guard.read_operation(&head, BODY, of_body).expect("a call");
        let mut answer = [0; 1024];
        guard.authorize(&head, &principal, &operation, &mut answer).expect("permitted");
        black_box(&principal);
    };
    (0..tokens).for_each(&mut run);
    subject("guard", "guard with a cached token and a compiled scope table", run)
}
