//! What each method asks for, what is sent back, and every limit.

use gatepost::Reason;
use gatepost::limits::*;
use gatepost::mcp::{MessageId, Operation, OperationHeaders, OperationKind, error_body};

use crate::{operation, refusal};

fn request(method: &str, params: &str) -> String {
    format!(r#"{{"jsonrpc":"2.0","id":1,"method":"{method}","params":{params}}}"#)
}

#[test]
fn a_method_tells_what_is_asked_for() {
    use OperationKind::*;
    let all = r#"{"name":"n","uri":"u","taskId":"t","ref":{"type":"ref/prompt","name":"r"}}"#;
    for (method, params, kind, name) in [
        ("tools/call", all, Tool, Some("n")),
        ("prompts/get", all, Prompt, Some("n")),
        ("resources/read", all, Resource, Some("u")),
        ("resources/subscribe", all, Resource, Some("u")),
        ("resources/unsubscribe", all, Resource, Some("u")),
        ("completion/complete", all, Prompt, Some("r")),
        (
            "completion/complete",
            r#"{"ref":{"uri":"file:///{a}","type":"ref/resource"}}"#,
            Resource,
            Some("file:///{a}"),
        ),
        ("tasks/get", all, Task, Some("t")),
        ("tasks/update", all, Task, Some("t")),
        ("tasks/cancel", all, Task, Some("t")),
        ("tasks/result", all, Task, Some("t")),
        ("tools/list", all, Method, None),
        ("Tools/Call", all, Method, None),
        ("tools/call ", all, Method, None),
        ("server/discover", "{}", Method, None),
    ] {
        operation(request(method, params), |operation| {
            assert_eq!(operation.method(), Some(method));
            assert_eq!((operation.kind(), operation.name()), (kind, name), "{method}");
            assert!(operation.is_request());
        })
        .unwrap();
    }
}

#[test]
fn what_the_revision_has_removed_needs_no_resource() {
    let params = |version: &str, member: &str| {
        let meta = format!(r#""io.modelcontextprotocol/protocolVersion":"{version}""#);
        format!(r#"{{"_meta":{{{meta}}}{member}}}"#)
    };
    for method in ["resources/subscribe", "resources/unsubscribe"] {
        operation(request(method, &params("2026-07-28", "")), |operation| {
            assert_eq!((operation.kind(), operation.name()), (OperationKind::Method, None));
        })
        .unwrap();
        // Whoever names one is judged by it all the same.
        operation(request(method, &params("2026-07-28", r#","uri":"u""#)), |operation| {
            assert_eq!((operation.kind(), operation.name()), (OperationKind::Resource, Some("u")));
        })
        .unwrap();
        for lacking in [
            params("2026-07-28", r#","uri":1"#),
            params("2025-11-25", ""),
            params("2026-07-29", ""),
            "{}".into(),
        ] {
            assert_eq!(refusal(request(method, &lacking)), Some(Reason::InvalidRequest));
        }
    }
    let read = request("resources/read", &params("2026-07-28", ""));
    assert_eq!(refusal(read), Some(Reason::InvalidRequest));
}

#[test]
fn a_response_or_a_notification_is_no_request() {
    for body in [r#"{"jsonrpc":"2.0","id":1,"result":{}}"#, r#"{"jsonrpc":"2.0","error":{}}"#] {
        operation(body, |operation| {
            assert_eq!(operation.kind(), OperationKind::Response);
            assert_eq!((operation.method(), operation.name()), (None, None));
            assert!(!operation.is_request());
        })
        .unwrap();
    }
    let call = r#"{"jsonrpc":"2.0","method":"tools/call","params":{"name":"n"}}"#;
    operation(call, |operation| {
        assert_eq!((operation.kind(), operation.name()), (OperationKind::Tool, Some("n")));
        assert!(!operation.is_request());
    })
    .unwrap();
}

#[test]
fn escapes_are_decoded_into_memory() {
    let body = request("tools\\/call", r#"{"n\u0061me":"\u00e9\ud83d\ude00\n\\"}"#);
    operation(&body, |operation| {
        assert_eq!(operation.method(), Some("tools/call"));
        assert_eq!(operation.name(), Some("é😀\n\\"));
    })
    .unwrap();
    for (room, expected) in [(18, Ok(())), (17, Err(Reason::MemoryTooSmall))] {
        let mut memory = [0; 32];
        let read = Operation::from_body(body.as_bytes(), MAX_MESSAGE_LEN, &mut memory[..room]);
        assert_eq!(read.map(|_| ()), expected);
    }
    // What is written without escapes takes none.
    let body = request("tools/call", r#"{"name":"é😀"}"#);
    assert!(Operation::from_body(body.as_bytes(), MAX_MESSAGE_LEN, &mut []).is_ok());
}

#[test]
fn max_message_len() {
    let body = request("ping", "{}");
    for (limit, expected) in [(body.len(), Ok(())), (body.len() - 1, Err(Reason::MessageTooLarge))]
    {
        let read = Operation::from_body(body.as_bytes(), limit, &mut []);
        assert_eq!(read.map(|_| ()), expected);
    }
    let space = " ".repeat(MAX_MESSAGE_LEN - body.len());
    assert_eq!(refusal(format!("{body}{space}")), None);
    assert_eq!(refusal(format!("{body}{space} ")), Some(Reason::MessageTooLarge));
    assert_eq!(refusal("[".repeat(MAX_MESSAGE_LEN + 1)), Some(Reason::MessageTooLarge));
}

#[test]
fn max_method_len_and_max_target_len() {
    for escape in ["", "\\n"] {
        let method = |len: usize| {
            let method = "m".repeat(len - escape.len() / 2) + escape;
            refusal(request(&method, "{}"))
        };
        assert_eq!(method(MAX_METHOD_LEN), None);
        assert_eq!(method(MAX_METHOD_LEN + 1), Some(Reason::InvalidRequest));
        let target = |method: &str, len: usize| {
            let name = "n".repeat(len - escape.len() / 2) + escape;
            refusal(request(method, &format!(r#"{{"name":"{name}"}}"#)))
        };
        assert_eq!(target("tools/call", MAX_TARGET_LEN), None);
        assert_eq!(target("tools/call", MAX_TARGET_LEN + 1), Some(Reason::InvalidRequest));
        assert_eq!(target("tools/list", MAX_TARGET_LEN + 1), None);
    }
}

#[test]
fn operation_memory_is_enough_for_the_longest() {
    let escaped = |len: usize| "\\u00e9".repeat(len / 2);
    let body = format!(
        r#"{{"jsonrpc":"2.0","id":"{}","method":"tools\/call","params":{{"name":"{}"}}}}"#,
        escaped(MAX_MESSAGE_ID_LEN),
        escaped(MAX_TARGET_LEN),
    );
    assert_eq!(refusal(body), None);
    let body = request(&escaped(MAX_METHOD_LEN), "{}");
    assert_eq!(refusal(body), None);
}

#[test]
fn max_message_members() {
    let members = |count: u32| -> String { (0..count).map(|i| format!(",\"m{i}\":{i}")).collect() };
    for nested in [false, true] {
        let body = |count: u32| {
            // jsonrpc, method, params and _meta; in there, one at the least.
            let (outer, inner) = if nested { (0, count - 5) } else { (count - 5, 0) };
            format!(
                r#"{{"jsonrpc":"2.0","method":"m","params":{{"_meta":{{"a":0{}}}}}{}}}"#,
                members(inner),
                members(outer),
            )
        };
        assert_eq!(refusal(body(MAX_MESSAGE_MEMBERS)), None);
        assert_eq!(refusal(body(MAX_MESSAGE_MEMBERS + 1)), Some(Reason::InvalidRequest));
    }
    // Those that lie deeper do not count.
    let body = request("tools/call", &format!(r#"{{"name":"n","x":{{"a":0{}}}}}"#, members(9999)));
    assert_eq!(refusal(body), None);
}

#[test]
fn max_message_depth() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let body = |depth: usize| {
            let deep = format!("{}0{}", open.repeat(depth), close.repeat(depth));
            request("tools/call", &format!(r#"{{"x":{deep},"name":"n"}}"#))
        };
        assert_eq!(refusal(body(MAX_MESSAGE_DEPTH)), None);
        for depth in [MAX_MESSAGE_DEPTH + 1, 300_000] {
            assert_eq!(refusal(body(depth)), Some(Reason::InvalidMessage));
        }
    }
}

fn echo(id: &str) -> String {
    let body = format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"ping"}}"#);
    operation(body, |operation| {
        let mut memory = [0; 512];
        error_body(Reason::HeaderMismatch, operation.id(), &mut memory).unwrap().to_owned()
    })
    .unwrap()
}

#[test]
fn an_id_is_sent_back_as_it_came_or_not_at_all() {
    let plain: String = (' '..='~').filter(|c| !matches!(c, '"' | '\\')).collect();
    for id in [
        "0".to_owned(),
        "-1".to_owned(),
        "1.50e+07".to_owned(),
        "9".repeat(MAX_MESSAGE_ID_LEN),
        r#""""#.to_owned(),
        format!("\"{}\"", &plain[..MAX_MESSAGE_ID_LEN]),
        r#""\"\\\u0000\u001f""#.to_owned(),
        "\"é😀\u{7f}\u{2028}\"".to_owned(),
        format!("\"{}\"", "\\u0001".repeat(MAX_MESSAGE_ID_LEN)),
    ] {
        let body = echo(&id);
        let json: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert_eq!(json["id"], serde_json::from_str::<serde_json::Value>(&id).unwrap(), "{id}");
        assert!(body.contains(&format!("\"id\":{id},")), "{body}");
    }
    for id in
        ["9".repeat(MAX_MESSAGE_ID_LEN + 1), format!("\"{}\"", "a".repeat(MAX_MESSAGE_ID_LEN + 1))]
    {
        assert!(!echo(&id).contains("id"), "{id}");
    }
    assert_eq!(
        operation(r#"{"jsonrpc":"2.0","id":"\u0061\/","method":"ping"}"#, |operation| {
            operation.id() == Some(MessageId::String("a/"))
        }),
        Ok(true)
    );
}

#[test]
fn s31_errors_have_codes_of_json_rpc_or_of_the_specification() {
    for reason in Reason::ALL {
        for id in [None, Some(MessageId::Number("1"))] {
            let mut memory = [0; 512];
            let body = error_body(reason, id, &mut memory).unwrap();
            let json: serde_json::Value = serde_json::from_str(body).unwrap();
            assert_eq!(json["jsonrpc"], "2.0");
            assert_eq!(json.get("id").is_some(), id.is_some());
            assert_eq!(json["error"]["message"], reason.description());
            let code = json["error"]["code"].as_i64().unwrap();
            match reason {
                Reason::HeaderMismatch => assert_eq!(code, -32020),
                Reason::InvalidMessage => assert_eq!(code, -32700),
                _ if reason.http_status() == 503 => assert_eq!(code, -32603),
                _ => assert_eq!(code, -32600),
            }
        }
    }
    // The longest text that there is, in what is always enough.
    let id = "\u{1}".repeat(MAX_MESSAGE_ID_LEN);
    for reason in Reason::ALL {
        assert!(error_body(reason, Some(MessageId::String(&id)), &mut [0; 512]).is_ok());
    }
    let mut short = [0; 90];
    let short = error_body(Reason::InvalidRequest, None, &mut short);
    assert_eq!(short, Err(Reason::MemoryTooSmall));
}

#[test]
fn s31_a_batch_is_refused_in_every_revision() {
    for body in ["[]", " [{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}]", "[nonsense"] {
        assert_eq!(refusal(body), Some(Reason::BatchRefused));
    }
    assert_eq!(Reason::BatchRefused.http_status(), 400);
}

#[test]
fn only_a_normal_uri_is_compared_by_its_beginning() {
    let matches = |uri: &str| {
        let uri = serde_json::to_string(uri).unwrap();
        operation(request("resources/read", &format!(r#"{{"uri":{uri}}}"#)), |operation| {
            operation.matches_prefixes()
        })
        .unwrap()
    };
    for uri in [
        "file:///a/b.txt",
        "https://a.example:8443/b?c=../d#e",
        "note:a",
        "file:///%20%25%c3%a9",
        "git+ssh://a/b..c/...d",
    ] {
        assert!(matches(uri), "{uri}");
    }
    for uri in [
        "",
        "a",
        "/a",
        "file:/a",
        "file://localhost/a",
        "file:////a",
        "https://a.example",
        "https://a.example:443/",
        "https://a.example//b",
        "file:///a/../b",
        "file:///a/./b",
        "file:///a/..",
        "file:///a/%2e%2E/b",
        "file:///a/.%2e?x",
        "file:///a%2fb",
        "file:///a%2Fb",
        "file:///a\\b",
        "file:///a%5cb",
        "file:///%61",
        "file:///%7E",
        "file:///a%00",
        "file:///a b",
        "file:///a\tb",
        "file:///a/{\t}",
        "file:///a/{.}/../b",
        "file:///\u{e9}",
        "FILE:///a",
        "https://A.example/",
        "https://u@a.example/",
        " file:///a",
        "{a}",
    ] {
        assert!(!matches(uri), "{uri}");
    }
    // Expressions are for templates, which are only completed.
    let template = r#"{"ref":{"type":"ref/resource","uri":"db://{table}/x"}}"#;
    let completion = request("completion/complete", template);
    assert_eq!(operation(completion, |operation| operation.matches_prefixes()), Ok(true));
    assert!(!matches("db://{table}/x"));
    let tool = request("tools/call", r#"{"name":"../a%2f"}"#);
    assert_eq!(operation(tool, |operation| operation.matches_prefixes()), Ok(true));
}

fn listen(notifications: &str) -> String {
    request("subscriptions/listen", &format!(r#"{{"notifications":{notifications}}}"#))
}

#[test]
fn what_is_listened_to_is_read_strictly() {
    for notifications in [
        "{}",
        r#"{"toolsListChanged":true,"a":[{}]}"#,
        r#"{"resourceSubscriptions":[]}"#,
        r#"{"resourceSubscriptions":[ "file:///a" , "file:\/\/\/b" ],"toolsListChanged":"x"}"#,
    ] {
        operation(listen(notifications), |operation| {
            assert_eq!((operation.kind(), operation.name()), (OperationKind::Method, None));
            assert_eq!(operation.method(), Some("subscriptions/listen"));
        })
        .unwrap();
    }
    assert_eq!(refusal(request("subscriptions/listen", "{}")), None);
    let in_notifications = [
        r#"{"resourceSubscriptions":[],"resourceSubscriptions":[]}"#,
        r#"{"resourceSubscriptions":[],"resource\u0053ubscriptions":[]}"#,
        r#"{"resourcesubscriptions":[]}"#,
        r#"{"__proto__":{"resourceSubscriptions":["file:///a"]}}"#,
        r#"{"resourceSubscriptions":"file:///a"}"#,
        r#"{"resourceSubscriptions":{"0":"file:///a"}}"#,
        r#"{"resourceSubscriptions":[1]}"#,
        r#"{"resourceSubscriptions":["a",null]}"#,
        r#"{"resourceSubscriptions":[["file:///a"]]}"#,
        r#"{"resourceSubscriptions":["\u0000"]}"#,
        r#"{"resourceSubscriptions":["\ud800"]}"#,
    ];
    for no_json in [r#"{"resourceSubscriptions":["a",]}"#, r#"{"resourceSubscriptions":["a" "b"]}"#]
    {
        assert_eq!(refusal(listen(no_json)), Some(Reason::InvalidMessage), "{no_json}");
    }
    for notifications in in_notifications.into_iter().chain(["null", "[]", "1", r#""a""#]) {
        assert_eq!(refusal(listen(notifications)), Some(Reason::InvalidRequest), "{notifications}");
    }
    for params in [
        r#"{"notifications":{},"notifications":{}}"#,
        r#"{"notifications":{},"Notifications":{}}"#,
        r#"{"Notifications":{}}"#,
    ] {
        let refusal = refusal(request("subscriptions/listen", params));
        assert_eq!(refusal, Some(Reason::InvalidRequest), "{params}");
    }
    // It may be anything where it decides nothing.
    for notifications in [
        "null",
        "[]",
        "1",
        r#"{"resourceSubscriptions":{}}"#,
        r#"{"resourceSubscriptions":[1]}"#,
        r#"{"resourceSubscriptions":null}"#,
    ] {
        let params = format!(r#"{{"name":"n","notifications":{notifications}}}"#);
        assert_eq!(refusal(request("tools/call", &params)), None, "{notifications}");
    }
}

#[test]
fn max_subscriptions() {
    let named = |uris: &[String]| {
        let uris = uris.iter().map(|uri| format!("\"{uri}\"")).collect::<Vec<_>>().join(",");
        refusal(listen(&format!(r#"{{"resourceSubscriptions":[{uris}]}}"#)))
    };
    let long = "a".repeat(MAX_TARGET_LEN);
    assert_eq!(named(&vec!["a".into(); MAX_SUBSCRIPTIONS]), None);
    assert_eq!(named(&vec!["a".into(); MAX_SUBSCRIPTIONS + 1]), Some(Reason::InvalidRequest));
    assert_eq!(named(&[format!("{long}a")]), Some(Reason::InvalidRequest));
    // With escapes they have less room together, and a byte of it each.
    let half = "\\n".repeat(MAX_TARGET_LEN / 2 - 1);
    assert_eq!(named(&[half.clone(), long, half.clone()]), None);
    assert_eq!(named(&[half.clone(), half, "\\n".into()]), Some(Reason::InvalidRequest));
    // Two quotes and a comma for each, and two brackets.
    let most = MAX_SUBSCRIPTIONS_LEN - 1 - 4 * 3;
    let quarters = |len: usize| [0, 1, 2, 3].map(|part| "a".repeat((len + part) / 4));
    assert_eq!(named(&quarters(most)), None);
    assert_eq!(named(&quarters(most + 1)), Some(Reason::InvalidRequest));
    assert_eq!(refusal(listen(r#"{"resourceSubscriptions":null}"#)), None);
    let body = listen(r#"{"resourceSubscriptions":["\n\u00e9"]}"#);
    for (room, expected) in [(4, Ok(())), (3, Err(Reason::MemoryTooSmall))] {
        let mut memory = [0; 4];
        let read = Operation::from_body(body.as_bytes(), MAX_MESSAGE_LEN, &mut memory[..room]);
        assert_eq!(read.map(|_| ()), expected);
    }
}

#[test]
fn headers_alone_tell_an_operation() {
    let value = |text: &'static str| (!text.is_empty()).then_some(text.as_bytes());
    for (version, method, name, expected) in [
        ("2026-07-28", "tools/list", "", Some((OperationKind::Method, None))),
        ("2026-07-28", "tools/call", "n", Some((OperationKind::Tool, Some("n")))),
        ("2027-01-01", "prompts/get", "n", Some((OperationKind::Prompt, Some("n")))),
        ("2026-07-28", "resources/read", "u", Some((OperationKind::Resource, Some("u")))),
        ("2026-07-28", "tasks/get", "t", Some((OperationKind::Task, Some("t")))),
        ("2026-07-28", "tools/call", "=?base64?w6k=?=", Some((OperationKind::Tool, Some("é")))),
        ("2026-07-28", "tools/call", "=?base64?w6k?=", None),
        ("2026-07-28", "tools/call", "=?base64?6Q==?=", None),
        ("2026-07-28", "tools/call", "\u{e9}", None),
        ("2026-07-28", "tools/call", "", None),
        ("2026-07-28", "completion/complete", "p", None),
        ("2026-07-28", "", "n", None),
        ("2025-11-25", "tools/list", "", None),
        ("", "tools/list", "", None),
        ("9", "tools/list", "", None),
        ("2026-07-28x", "tools/list", "", None),
        ("DRAFT-2026", "tools/list", "", None),
    ] {
        let headers = OperationHeaders::new(value(version), value(method), value(name));
        let mut memory = [0; OPERATION_MEMORY];
        let operation = Operation::from_headers(&headers, &mut memory).unwrap();
        let found = operation.map(|operation| (operation.kind(), operation.name()));
        assert_eq!(found, expected, "{version} {method} {name}");
    }
    let long = vec![b'a'; MAX_TARGET_LEN + 1];
    let named = |name: &[u8], memory: &mut [u8]| {
        let headers = OperationHeaders::new(value("2026-07-28"), value("tools/call"), [name]);
        Operation::from_headers(&headers, memory).map(|operation| operation.is_some())
    };
    assert_eq!(named(&long, &mut []), Ok(false));
    assert_eq!(named(&long[1..], &mut []), Ok(true));
    assert_eq!(named(b"=?base64?YWJj?=", &mut [0; 3]), Ok(true));
    assert_eq!(named(b"=?base64?YWJj?=", &mut [0; 2]), Err(Reason::MemoryTooSmall));
    let long = [b'm'; MAX_METHOD_LEN + 1];
    let headers = OperationHeaders::new(value("2026-07-28"), [&long[..]], []);
    assert_eq!(Operation::from_headers(&headers, &mut []), Ok(None));
}
