//! What an answer says to those who may come back.

use gatepost::mcp::Guard;
use gatepost::oauth::{Header, RequestHead, ResourceMetadata};
use gatepost::{Reason, UnixTime};

use crate::common::{AUDIENCE, ISSUER};

const HEAD: RequestHead<'_> =
    RequestHead { method: "POST", target: "/mcp", headers: &[], certificate: None };

#[test]
fn who_knows_until_when_says_it() {
    let metadata = ResourceMetadata::new(AUDIENCE, ISSUER).unwrap();
    let guard = Guard::new(&metadata).unwrap();
    let at = UnixTime::from_secs;
    for (until, now, seconds) in [
        (101, 100, "1"),
        (130, 100, "30"),
        (3700, 100, "3600"),
        (3701, 100, "3600"),
        (u64::MAX, 0, "3600"),
        // Nobody knows.
        (100, 100, "5"),
        (99, 100, "5"),
        (0, 100, "5"),
    ] {
        let mut memory = [0; 8192];
        let reason = Reason::KeysUnavailable;
        let answer = guard.refuse_until(&HEAD, reason, at(until), at(now), &mut memory);
        assert_eq!((answer.status(), answer.reason()), (503, Some(reason)));
        assert_eq!(answer.header("Retry-After"), Some(seconds), "{until} {now}");
        assert!(answer.body().contains("keys_unavailable"));
    }
    // Even where there is no memory for it.
    for len in 0..8 {
        let mut memory = vec![0; len];
        let answer = guard.refuse_until(&HEAD, Reason::KeysUnavailable, at(30), at(0), &mut memory);
        let expected = if len < 4 { "5" } else { "30" };
        assert_eq!(answer.header("Retry-After"), Some(expected));
    }
    // A page has to see it, too.
    let headers = [Header::new("Origin", "https://mcp.example")];
    let head = RequestHead { headers: &headers, ..HEAD };
    let mut memory = [0; 8192];
    let answer = guard.refuse_until(&head, Reason::KeysUnavailable, at(30), at(0), &mut memory);
    let exposed = answer.header("Access-Control-Expose-Headers").unwrap();
    assert!(exposed.split(", ").any(|name| name == "Retry-After"), "{exposed}");
    let mut memory = [0; 8192];
    let answer = guard.refuse_until(&HEAD, Reason::Expired, at(30), at(0), &mut memory);
    assert_eq!((answer.status(), answer.header("Retry-After")), (401, None));
}
