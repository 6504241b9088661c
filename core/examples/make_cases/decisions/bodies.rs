//! Bodies that are not read, and headers that do not agree with theirs. What else is refused stands
//! in `bodies.json`; here is what a client is told.

use crate::generator::decisions::answers::{refused, rejected};
use crate::generator::decisions::requests::{modern_body, modern_call, post, token};
use crate::generator::decisions::suite::Decisions;
use crate::generator::keys::Keys;

pub(crate) fn add(decisions: &mut Decisions, keys: &Keys) {
    let token = &*token(keys);
    let unreadable = || rejected(400, "invalid_message", "-32700", None);
    let invalid = || rejected(400, "invalid_request", "-32600", None);
    for (name, body) in [
        ("body_that_is_no_json", "{"),
        // Two readers see the end of what is none of the call's own at different places.
        (
            "body_of_another_tool_in_comments",
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"x":[/*"*/],"name":"delete_all","y":[/*"],"name":"read_file","z":[1*/]}}"#,
        ),
        (
            "body_of_another_tool_behind_a_line_break_in_a_string",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"read_file\",\"x\":[\"\\\n\" \"],\"name\":\"delete_all\",\"y\":[\"\\\n\"\"]}}",
        ),
        ("body_with_a_second_value", r#"{"jsonrpc":"2.0","id":7,"method":"a"} {}"#),
    ] {
        decisions.respond(name, "plain", post(body).bearer(token), unreadable());
    }
    for (name, body) in [
        ("body_that_is_no_object", "7"),
        ("body_without_a_version", r#"{"id":7,"method":"tools/list"}"#),
        ("body_with_two_methods", r#"{"jsonrpc":"2.0","id":7,"method":"a","method":"b"}"#),
        ("body_with_a_method_in_capitals", r#"{"jsonrpc":"2.0","id":7,"method":"a","Method":"b"}"#),
        // LATIN SMALL LETTER LONG S: Go's reader takes it for an s.
        (
            "body_with_params_by_case_folding",
            r#"{"jsonrpc":"2.0","id":7,"method":"a","param\u017f":{}}"#,
        ),
        (
            "body_with_two_names",
            r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"a","name":"b"}}"#,
        ),
        (
            "body_with_two_names_by_escape",
            r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"a","n\u0061me":"b"}}"#,
        ),
        (
            "body_that_is_request_and_response",
            r#"{"jsonrpc":"2.0","id":7,"method":"a","result":1}"#,
        ),
        ("request_with_an_id_of_null", r#"{"jsonrpc":"2.0","id":null,"method":"tools/list"}"#),
        (
            "request_with_an_id_of_null_behind",
            r#"{"jsonrpc":"2.0","method":"tools/list","id":null}"#,
        ),
        ("result_with_an_id_of_null", r#"{"jsonrpc":"2.0","id":null,"result":{}}"#),
        (
            "body_with_two_ids_of_which_one_is_null",
            r#"{"jsonrpc":"2.0","id":null,"id":7,"error":{"code":-32700,"message":"x"}}"#,
        ),
    ] {
        decisions.respond(name, "plain", post(body).bearer(token), invalid());
    }
    // Read whole, so that the `id` is known.
    for (name, body) in [
        ("body_without_a_name", r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{}}"#),
        (
            "body_with_a_name_that_is_a_number",
            r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":7}}"#,
        ),
        (
            "body_with_a_name_that_is_cut_by_nul",
            r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"a\u0000b"}}"#,
        ),
    ] {
        let answer = rejected(400, "invalid_request", "-32600", Some("7"));
        decisions.respond(name, "plain", post(body).bearer(token), answer);
    }
    let latin1 = post(b"{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"\xe9\"}".as_slice());
    decisions.respond("body_that_is_no_utf_8", "plain", latin1.bearer(token), unreadable());

    let batch = || rejected(400, "batch_refused", "-32600", None);
    let one = r#"[{"jsonrpc":"2.0","id":7,"method":"tools/list"}]"#;
    decisions.respond("body_that_is_a_batch", "plain", post(one).bearer(token), batch());
    decisions.respond("body_that_is_an_empty_batch", "plain", post(" []").bearer(token), batch());
    let stranger = refused(401, "credentials_missing");
    decisions.respond("body_of_a_stranger_is_not_judged", "plain", post(one), stranger);

    let padded = |len: usize| {
        let body = r#"{"jsonrpc":"2.0","id":7,"method":"tools/list"}"#;
        post(format!("{body}{}", " ".repeat(len - body.len()))).bearer(token)
    };
    let too_large = rejected(413, "message_too_large", "-32600", None);
    decisions.respond("body_one_byte_too_long", "small", padded(101), too_large);
    decisions.proceed("body_of_the_most_bytes", "small", padded(100), "user-1");

    for (name, body) in [
        (
            "duplicates_below_are_not_judged",
            r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"a","arguments":{"name":"b","name":"c","Name":1}}}"#,
        ),
        ("notification", r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#),
        ("response", r#"{"jsonrpc":"2.0","id":7,"result":{}}"#),
        // Its sender could not read the request.
        (
            "error_with_an_id_of_null",
            r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"x"}}"#,
        ),
        (
            "error_with_an_id_of_null_behind",
            r#"{"jsonrpc":"2.0","error":{"code":-32700,"message":"x"},"id": null }"#,
        ),
    ] {
        decisions.proceed(name, "plain", post(body).bearer(token), "user-1");
    }
    content_types(decisions, token);
    headers(decisions, token);
}

/// Bodies that a server would read otherwise than they are judged.
fn content_types(decisions: &mut Decisions, token: &str) {
    let invalid = || rejected(400, "invalid_message", "-32700", None);
    let call =
        r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"x","arguments":{}}}"#;
    let typed =
        |value: &str| post(call).without("Content-Type").with("Content-Type", value).bearer(token);
    for (name, value) in [
        ("charset_of_utf_8", "application/json; charset=utf-8"),
        ("charset_in_capitals_and_quotes", "application/json;CHARSET=\"UTF-8\""),
        ("charset_without_the_hyphen", "application/json; charset=utf8"),
        ("charset_before_another_parameter", "application/json; charset=utf-8; profile=\"a b\""),
    ] {
        decisions.proceed(name, "plain", typed(value), "user-1");
    }
    let untyped = post(call).without("Content-Type").bearer(token);
    decisions.proceed("body_without_a_content_type", "plain", untyped, "user-1");
    for (name, value) in [
        ("charset_of_utf_7", "application/json; charset=utf-7"),
        ("charset_of_iso_2022_jp", "application/json; charset=ISO-2022-JP"),
        ("charset_of_utf_16", "application/json; charset=\"utf-16\""),
        ("charset_that_is_empty", "application/json; charset="),
        ("charset_twice", "application/json; charset=utf-8; charset=utf-7"),
        ("charset_with_an_escape", "application/json; charset=\"utf\\-8\""),
        ("charset_with_an_open_quote", "application/json; charset=\"utf-8"),
        ("charset_of_rfc_2231", "application/json; charset*=utf-8''utf-7"),
        ("charset_in_pieces", "application/json; charset*0=utf-; charset*1=7"),
        ("charset_with_white_space", "application/json; charset = utf-8"),
        ("charset_behind_an_open_quote", "application/json; a=\"; charset=utf-7"),
        ("charset_of_a_second_type", "application/json; charset=utf-8, text/plain; charset=utf-7"),
        ("charset_that_is_hidden", "application/json; char\u{7f}set=utf-7"),
    ] {
        decisions.respond(name, "plain", typed(value), invalid());
    }
    let twice = post(call).with("content-type", "application/json; charset=utf-7").bearer(token);
    decisions.respond("content_type_twice", "plain", twice, invalid());
    // What is read_file here is delete_all in the charset that the header names.
    let utf7 = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read_file","x":"+ACI-,+ACI-name+ACI-:+ACI-delete_all"}}"#;
    let request = typed("application/json; charset=utf-7").saying(utf7);
    decisions.respond("body_of_another_tool_in_utf_7", "plain", request, invalid());
    let jis = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"read_file\",\"x\":[\"\u{1b}$B!\"\u{1b}(B \"],\"name\":\"delete_all\",\"y\":[\"\u{1b}$B!\"\u{1b}(B\"]}}";
    let request = typed("application/json; charset=iso-2022-jp").saying(jis);
    decisions.respond("body_of_another_tool_in_iso_2022_jp", "plain", request, invalid());

    let encoded = |value: &str| post(call).with("Content-Encoding", value).bearer(token);
    decisions.proceed("body_that_is_not_encoded", "plain", encoded("Identity"), "user-1");
    for (name, value) in [
        ("body_that_is_compressed", "gzip"),
        ("body_that_is_compressed_twice", "identity, br"),
        ("body_with_an_empty_encoding", ""),
    ] {
        decisions.respond(name, "plain", encoded(value), invalid());
    }
}

fn headers(decisions: &mut Decisions, token: &str) {
    let modern = || modern_call("x").bearer(token);
    decisions.proceed("headers_that_agree", "plain", modern(), "user-1");
    let encoded = modern().without("Mcp-Name").with("Mcp-Name", "=?base64?eA==?=");
    decisions.proceed("headers_that_agree_in_base64", "plain", encoded, "user-1");
    let outside_ascii = modern()
        .without("Mcp-Name")
        .with("Mcp-Name", "=?base64?w6k=?=")
        .saying(modern_body("tools/call", r#""name":"é","#));
    decisions.proceed("headers_of_a_name_outside_ascii", "plain", outside_ascii, "user-1");

    let mismatch = |id| rejected(400, "header_mismatch", "-32020", id);
    for (name, request) in [
        (
            "headers_of_another_method",
            modern().without("Mcp-Method").with("Mcp-Method", "tools/list"),
        ),
        ("headers_of_another_name", modern().without("Mcp-Name").with("Mcp-Name", "y")),
        ("headers_in_another_case", modern().without("Mcp-Name").with("Mcp-Name", "X")),
        ("headers_without_a_method", modern().without("Mcp-Method")),
        ("headers_without_a_name", modern().without("Mcp-Name")),
        ("headers_with_a_name_twice", modern().with("Mcp-Name", "x")),
        (
            "headers_with_bad_base64",
            modern().without("Mcp-Name").with("Mcp-Name", "=?base64?eB==?="),
        ),
        ("headers_without_a_version", modern().without("MCP-Protocol-Version")),
        (
            "headers_of_another_version",
            modern().without("MCP-Protocol-Version").with("MCP-Protocol-Version", "2026-07-29"),
        ),
    ] {
        decisions.respond(name, "plain", request, mismatch(Some("7")));
    }

    // Of the body nothing but the `id` comes back, and that only if it is a number or short.
    let with_id = |id: &str| {
        let body = modern_body("tools/call", r#""name":"x","#)
            .replace("\"id\":7", &format!("\"id\":{id}"));
        modern().without("Mcp-Name").saying(body)
    };
    let long = format!("\"{}\"", "x".repeat(65));
    for (name, id, echoed) in [
        ("id_of_a_string", r#""a b""#, Some(r#""a b""#)),
        ("id_with_escapes", r#""\u0022\\\u000a\u0061""#, Some(r#""\"\\\u000aa""#)),
        ("id_of_a_fraction", "-1.5e2", Some("-1.5e2")),
        // All that JSON need not escape comes back as it is.
        ("id_outside_ascii", "\"é\u{7f}\"", Some("\"é\u{7f}\"")),
        ("id_that_is_too_long", &*long, None),
    ] {
        decisions.respond(name, "plain", with_id(id), mismatch(echoed));
    }
}
