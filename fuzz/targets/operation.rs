//! The operation that a body asks for: of whatever is taken, `serde_json` sees the same method, the
//! same name and the same subscriptions, although of several members of one name it takes the last;
//! and so does a reader that takes comments and much else beyond JSON.
//!
//! The input is a body. Taken apart at the bytes 0xff, it is also a list of URIs: what
//! `subscriptions/listen` subscribes to is what it was written with.

#![no_main]

#[path = "../../core/tests/mcp/lenient.rs"]
mod lenient;

use gatepost::Reason;
use gatepost::internal::subscribed_uris;
use gatepost::limits::{
    MAX_MESSAGE_LEN, MAX_SUBSCRIPTIONS, MAX_SUBSCRIPTIONS_LEN, MAX_TARGET_LEN, OPERATION_MEMORY,
};
use gatepost::mcp::{Operation, OperationKind, error_body};
use libfuzzer_sys::fuzz_target;
use serde::de::IgnoredAny;
use serde_json::Value;

fuzz_target!(|body: &[u8]| {
    subscriptions_come_back(body);
    let mut memory = [0; OPERATION_MEMORY];
    let operation = match Operation::from_body(body, MAX_MESSAGE_LEN, &mut memory) {
        Ok(operation) => operation,
        Err(reason) => {
            assert!(
                matches!(
                    reason,
                    Reason::InvalidMessage | Reason::InvalidRequest | Reason::BatchRefused
                ),
                "{reason:?}"
            );
            return;
        }
    };
    let mut answer = [0; 512];
    let answer = error_body(Reason::HeaderMismatch, operation.id(), &mut answer).expect("room");
    serde_json::from_str::<IgnoredAny>(answer).expect("an answer is JSON");

    for message in lenient::readings(body).iter().flatten() {
        same(&operation, message);
    }
    // Surrogates that stand alone, and numbers that are none or beyond f64, are no value.
    let Ok(message) = serde_json::from_slice::<Value>(body) else { return };
    same(&operation, &message);
    if operation.id().is_some() {
        let answer: Value = serde_json::from_str(answer).expect("values of the message");
        assert_eq!(answer["id"], message["id"]);
    }
});

fn same(operation: &Operation<'_>, message: &Value) {
    assert_eq!(operation.method(), message["method"].as_str());
    assert_eq!(
        operation.is_request(),
        message["method"].is_string() && message.get("id").is_some()
    );
    let params = &message["params"];
    let is_completion = operation.method() == Some("completion/complete");
    let name = match operation.kind() {
        OperationKind::Prompt | OperationKind::Tool if !is_completion => &params["name"],
        OperationKind::Prompt => &params["ref"]["name"],
        OperationKind::Resource if is_completion => &params["ref"]["uri"],
        OperationKind::Resource => &params["uri"],
        OperationKind::Task => &params["taskId"],
        _ => &Value::Null,
    };
    assert_eq!(operation.name(), name.as_str());

    let listed = match operation.method() {
        Some("subscriptions/listen") => &params["notifications"]["resourceSubscriptions"],
        _ => &Value::Null,
    };
    let listed = listed.as_array().into_iter().flatten().map(|uri| uri.as_str().expect("a text"));
    assert!(subscribed_uris(operation).eq(listed), "{message}");
}

/// Writes a body that subscribes to what the input lists, with as few escapes as may be and with
/// nothing but escapes.
fn subscriptions_come_back(input: &[u8]) {
    let uris: Vec<_> = input.split(|byte| *byte == 0xff).map(String::from_utf8_lossy).collect();
    for escape in [needed_escapes, only_escapes] {
        let written: Vec<_> = uris.iter().map(|uri| escape(uri)).collect();
        let list = written.join(",");
        let body = format!(
            r#"{{"jsonrpc":"2.0","id":1,"method":"subscriptions/listen","params":{{"notifications":{{"resourceSubscriptions":[{list}]}}}}}}"#
        );
        let mut memory = [0; OPERATION_MEMORY];
        let operation = Operation::from_body(body.as_bytes(), MAX_MESSAGE_LEN, &mut memory);

        let escaped = uris.iter().zip(&written).filter(|(_, text)| text.contains('\\'));
        let is_good = uris.len() <= MAX_SUBSCRIPTIONS
            && list.len() + 2 <= MAX_SUBSCRIPTIONS_LEN
            && uris.iter().all(|uri| uri.len() <= MAX_TARGET_LEN && !uri.contains('\0'))
            && escaped.map(|(uri, _)| uri.len() + 1).sum::<usize>() <= MAX_TARGET_LEN;
        match operation {
            Ok(operation) => {
                assert!(is_good);
                assert_eq!(subscribed_uris(&operation).collect::<Vec<_>>(), uris);
                assert_eq!(operation.method(), Some("subscriptions/listen"));
                assert_eq!(operation.name(), None);
            }
            Err(reason) => {
                assert!(!is_good);
                assert_eq!(reason, Reason::InvalidRequest);
            }
        }
    }
}

fn needed_escapes(text: &str) -> String {
    Value::from(text).to_string()
}

fn only_escapes(text: &str) -> String {
    let escapes: String = text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
    format!("\"{escapes}\"")
}
