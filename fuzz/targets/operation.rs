//! The operation that a body asks for: of whatever is taken, `serde_json` sees the same method and
//! the same name, although of several members of one name it takes the last; and so does a reader
//! that takes comments and much else beyond JSON.

#![no_main]

#[path = "../../core/tests/mcp/lenient.rs"]
mod lenient;

use gatepost::Reason;
use gatepost::limits::{MAX_MESSAGE_LEN, OPERATION_MEMORY};
use gatepost::mcp::{Operation, OperationKind, error_body};
use libfuzzer_sys::fuzz_target;
use serde::de::IgnoredAny;
use serde_json::Value;

fuzz_target!(|body: &[u8]| {
    let mut memory = [0; OPERATION_MEMORY];
    let operation = match Operation::from_body(body, MAX_MESSAGE_LEN, &mut memory) {
        Ok(operation) => operation,
        Err(reason) => {
            assert!(matches!(reason, Reason::InvalidMessage | Reason::InvalidRequest | Reason::BatchRefused), "{reason:?}");
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
}
