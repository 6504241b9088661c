//! Whether the headers of a request say what its body says.

use gatepost::Reason;
use gatepost::mcp::OperationHeaders;

use crate::operation;

const MODERN: &str = "2026-07-28";

fn check(body: &str, version: &[&str], method: &[&str], name: &[&str]) -> Result<(), Reason> {
    let headers = OperationHeaders::new(
        version.iter().map(|value| value.as_bytes()),
        method.iter().map(|value| value.as_bytes()),
        name.iter().map(|value| value.as_bytes()),
    );
    operation(body, |operation| operation.check_headers(&headers)).unwrap()
}

fn body(version: Option<&str>, method: &str, member: &str) -> String {
    let meta = version.map_or(String::new(), |version| {
        format!(r#","_meta":{{"io.modelcontextprotocol/protocolVersion":"{version}"}}"#)
    });
    format!(r#"{{"jsonrpc":"2.0","id":1,"method":"{method}","params":{{{member}{meta}}}}}"#)
}

const MISMATCH: Result<(), Reason> = Err(Reason::HeaderMismatch);

#[test]
fn s28_the_headers_of_the_table_are_required() {
    for (method, member, name) in [
        ("tools/call", r#""name":"n""#, "n"),
        ("prompts/get", r#""name":"n""#, "n"),
        ("resources/read", r#""uri":"u:x""#, "u:x"),
    ] {
        let body = body(Some(MODERN), method, member);
        assert_eq!(check(&body, &[MODERN], &[method], &[name]), Ok(()));
        assert_eq!(check(&body, &[MODERN], &[], &[name]), MISMATCH);
        assert_eq!(check(&body, &[MODERN], &[method], &[]), MISMATCH);
        assert_eq!(check(&body, &[], &[method], &[name]), MISMATCH);
        // The member that the header is not taken from.
        assert_eq!(check(&body, &[MODERN], &[method], &["other"]), MISMATCH);
    }
    let list = body(Some(MODERN), "tools/list", r#""cursor":"c""#);
    assert_eq!(check(&list, &[MODERN], &["tools/list"], &[]), Ok(()));
    assert_eq!(check(&list, &[MODERN], &[], &[]), MISMATCH);
    let task = body(Some(MODERN), "tasks/get", r#""taskId":"t""#);
    assert_eq!(check(&task, &[MODERN], &["tasks/get"], &[]), Ok(()));
    assert_eq!(check(&task, &[MODERN], &["tasks/get"], &["t"]), Ok(()));
    assert_eq!(check(&task, &[MODERN], &["tasks/get"], &["u"]), MISMATCH);
}

#[test]
fn s28_older_revisions_need_no_header_and_are_held_to_what_is_there() {
    let call = body(None, "tools/call", r#""name":"n""#);
    for version in [&[][..], &["2024-11-05"], &["2025-03-26"], &["2025-06-18"], &["2025-11-25"]] {
        assert_eq!(check(&call, version, &[], &[]), Ok(()));
        assert_eq!(check(&call, version, &["tools/call"], &["n"]), Ok(()));
        assert_eq!(check(&call, version, &["tools/list"], &[]), MISMATCH);
        assert_eq!(check(&call, version, &[], &["m"]), MISMATCH);
    }
    for unknown in ["2025-11-26", "2026-07-29", "1", "", "draft", "2025-11-25 x", "2025-1\u{e9}"] {
        assert_eq!(check(&call, &[unknown], &[], &["n"]), MISMATCH, "{unknown}");
        assert_eq!(check(&call, &[unknown], &["tools/call"], &[]), MISMATCH, "{unknown}");
        let call = body(Some(unknown), "tools/call", r#""name":"n""#);
        assert_eq!(check(&call, &[unknown], &[], &[]), MISMATCH, "{unknown}");
    }
    assert_eq!(check(&call, &["2025-11-26"], &["tools/call"], &["n"]), Ok(()));
    assert_eq!(check(&call, &["2025-1\u{e9}"], &["tools/call"], &["n"]), MISMATCH);
}

#[test]
fn s28_the_version_is_that_of_the_body() {
    let list = |version| body(version, "tools/list", r#""x":1"#);
    for (version, in_body, expected) in [
        (Some(MODERN), Some(MODERN), Ok(())),
        (Some(MODERN), Some("2025-11-25"), MISMATCH),
        (Some("2025-11-25"), Some(MODERN), MISMATCH),
        (Some("2025-11-25"), Some("2025-11-25"), Ok(())),
        (Some("2025-11-25"), None, Ok(())),
        // The server's to refuse, as one that lacks what the revision demands.
        (Some(MODERN), None, Ok(())),
        (None, Some(MODERN), MISMATCH),
        (None, Some("2025-11-25"), Ok(())),
        (None, None, Ok(())),
    ] {
        let version: Vec<_> = version.into_iter().collect();
        assert_eq!(check(&list(in_body), &version, &["tools/list"], &[]), expected);
    }
    let escaped = list(Some("2026\\u002d07-28"));
    assert_eq!(check(&escaped, &[MODERN], &["tools/list"], &[]), Ok(()));
}

#[test]
fn s28_a_repeated_header_agrees_with_nothing() {
    let body = body(Some(MODERN), "tools/call", r#""name":"n""#);
    assert_eq!(check(&body, &[MODERN, MODERN], &["tools/call"], &["n"]), MISMATCH);
    assert_eq!(check(&body, &[MODERN], &["tools/call", "tools/call"], &["n"]), MISMATCH);
    assert_eq!(check(&body, &[MODERN], &["tools/call"], &["n", "n"]), MISMATCH);
    assert_eq!(check(&body, &[MODERN], &["tools/call"], &["n, n"]), MISMATCH);
    let older = crate::headers::body(None, "tools/call", r#""name":"n""#);
    assert_eq!(check(&older, &[], &[], &["n", "n"]), MISMATCH);
}

#[test]
fn s28_a_name_in_base64_is_decoded_first() {
    for (name, header, expected) in [
        ("é", "=?base64?w6k=?=", Ok(())),
        ("\\u00e9", "=?base64?w6k=?=", Ok(())),
        ("n", "=?base64?bg==?=", Ok(())),
        ("=?base64?bg==?=", "=?base64?PT9iYXNlNjQ/Ymc9PT89?=", Ok(())),
        ("=?base64?bg==?=", "=?base64?bg==?=", MISMATCH),
        ("=?BASE64?bg==?=", "=?BASE64?bg==?=", Ok(())),
        ("=?base64?bg?=", "=?base64?bg?=", MISMATCH),
        ("n", "=?base64?bh==?=", MISMATCH),
        ("n", "=?base64?bg==?= ", Ok(())),
        ("n", " \tn ", Ok(())),
        ("n", "N", MISMATCH),
        ("a b", "a b", Ok(())),
        ("é", "é", MISMATCH),
        ("a\\u007f", "a\u{7f}", MISMATCH),
        ("a\\nb", "a\nb", MISMATCH),
        ("a\\u0001", "a\u{1}", MISMATCH),
    ] {
        let body = body(Some(MODERN), "tools/call", &format!(r#""name":"{name}""#));
        let found = check(&body, &[MODERN], &["tools/call"], &[header]);
        assert_eq!(found, expected, "{name} {header}");
    }
}

#[test]
fn s28_the_method_is_compared_as_it_is() {
    let body = body(Some(MODERN), "tools/list", r#""x":1"#);
    for method in ["Tools/list", "tools/list,", "=?base64?dG9vbHMvbGlzdA==?=", "", "tools/lis"] {
        assert_eq!(check(&body, &[MODERN], &[method], &[]), MISMATCH, "{method}");
    }
}

#[test]
fn s28_a_method_that_names_nothing_known_may_mirror_any_of_the_three() {
    let method = &["x/y"];
    let body = body(Some(MODERN), "x/y", r#""name":"\u006e","uri":"u","taskId":7"#);
    for (name, expected) in [("n", Ok(())), ("u", Ok(())), ("7", MISMATCH), ("", MISMATCH)] {
        assert_eq!(check(&body, &[MODERN], method, &[name]), expected, "{name}");
    }
    assert_eq!(check(&body, &[MODERN], method, &[]), Ok(()));
}

#[test]
fn s28_notifications_and_responses_are_held_to_what_is_there() {
    let notification = r#"{"jsonrpc":"2.0","method":"notifications/x"}"#;
    assert_eq!(check(notification, &[MODERN], &[], &[]), Ok(()));
    assert_eq!(check(notification, &[MODERN], &["notifications/x"], &[]), Ok(()));
    assert_eq!(check(notification, &[MODERN], &["notifications/y"], &[]), MISMATCH);
    assert_eq!(check(notification, &[MODERN], &[], &["n"]), MISMATCH);
    let response = r#"{"jsonrpc":"2.0","id":1,"result":{}}"#;
    assert_eq!(check(response, &["2025-11-25"], &[], &[]), Ok(()));
    assert_eq!(check(response, &[MODERN], &[], &[]), Ok(()));
    assert_eq!(check(response, &[MODERN], &["tools/call"], &[]), MISMATCH);
    assert_eq!(check(response, &[MODERN], &[], &["n"]), MISMATCH);
}
