//! `serde_json` and a lenient reader as oracles: whatever body they take as well, they see the same
//! operation in it.

use gatepost::mcp::OperationKind;
use serde_json::Value;

use crate::bodies::bodies;
use crate::common::random::Random;
use crate::{lenient, operation};

/// Pieces that are likely to make another message of one.
const PIECES: [&str; 61] = [
    "\"",
    "\\",
    "\\\"",
    "\\\\",
    "\\u006e",
    "\\ud83d\\ude00",
    "\\ud800",
    "{",
    "}",
    "[",
    "]",
    "{}",
    "[]",
    "}}",
    "]]",
    ":",
    ",",
    " ",
    "\n",
    "\0",
    "\u{feff}",
    "é",
    "0",
    "1e9",
    "NaN",
    "null",
    "true",
    "\"\"",
    "\"a\"",
    "\"name\":\"b\",",
    ",\"name\":\"b\"",
    "\"NAME\":\"b\",",
    "\"method\":\"tools/list\",",
    ",\"method\":\"x\"",
    "\"params\":{\"name\":\"c\"},",
    ",\"params\":{}",
    "\"uri\":\"u:\",",
    "\"\\u006eame\":\"b\",",
    "\"ref\":{\"type\":\"ref/prompt\",\"name\":\"r\"},",
    "\"id\":2,",
    "\"x\":[\"}\",{\"name\":\"d\"}],",
    "\"x\":\"\\\\\",",
    "{\"method\":\"x\"}",
    "\"_meta\":{},",
    "\"taskId\":\"t\",",
    "\"result\":1,",
    "'",
    "/*\"*/",
    "/*\"",
    "*/",
    "[/*\"*/]",
    "//\"\n",
    "#\"\n",
    "'\"'",
    "a\"",
    "\\\n",
    "\"x\\\n\"",
    "\\u00\"",
    "\"x\":[\",\"name\":\"b\"]",
    "\"x\":[\"],\"name\":\"b\",\"y\":[\"],",
    "}]",
];

fn mutate(body: &mut Vec<u8>, random: &mut Random) {
    let at = random.below(body.len() + 1);
    match random.below(8) {
        0 if at < body.len() => {
            body[at] = random.word().to_le_bytes()[0];
        }
        1 => {
            let end = (at + random.below(12)).min(body.len());
            body.drain(at..end);
        }
        2 => {
            let end = (at + random.below(60)).min(body.len());
            let piece = body[at..end].to_vec();
            let to = random.below(body.len() + 1);
            body.splice(to..to, piece);
        }
        _ => {
            // Most often where a member or a value may stand.
            let at = body[at..]
                .iter()
                .position(|byte| b"{,:[".contains(byte))
                .map_or(at, |i| at + i + 1);
            body.splice(at..at, random.choose(&PIECES).bytes());
        }
    }
}

/// Compares what was found with what the oracles see, and says whether both `serde_json` and we take
/// the body, one does, or none.
fn compare(body: &[u8]) -> usize {
    // The last of several members of a name wins there.
    let theirs = serde_json::from_slice::<Value>(body).ok().filter(Value::is_object);
    let ours = operation(body, |operation| {
        for theirs in lenient::readings(body).iter().chain([&theirs]).flatten() {
            let shown = body.escape_ascii();
            let params = &theirs["params"];
            assert_eq!(operation.method(), theirs["method"].as_str(), "{shown}");
            assert_eq!(
                operation.is_request(),
                theirs["method"].is_string() && theirs.get("id").is_some()
            );
            let name = match operation.kind() {
                OperationKind::Tool => params["name"].as_str(),
                OperationKind::Prompt if operation.method() == Some("prompts/get") => {
                    params["name"].as_str()
                }
                OperationKind::Prompt => params["ref"]["name"].as_str(),
                OperationKind::Resource if operation.method() == Some("completion/complete") => {
                    params["ref"]["uri"].as_str()
                }
                OperationKind::Resource => params["uri"].as_str(),
                OperationKind::Task => params["taskId"].as_str(),
                _ => None,
            };
            assert_eq!(operation.name(), name, "{shown}");
        }
    });
    match (ours, theirs) {
        (Ok(()), Some(_)) => 0,
        (Err(_), Some(_)) => 1,
        (Ok(()), None) => 2,
        (Err(_), None) => 3,
    }
}

#[test]
fn every_body_means_one_operation_to_both() {
    let bodies = bodies();
    let mut counts = [0_u32; 4];
    let taken: Vec<_> = bodies.iter().filter(|(_, reason)| reason.is_none()).collect();
    for (body, _) in &bodies {
        counts[compare(body)] += 1;
    }
    let random = &mut Random(9);
    for _ in 0..200_000 {
        let mut body = random.choose(&taken).0.clone();
        // Most often once: few bodies live through more.
        for _ in 0..=random.below(4) / 3 * random.below(4) {
            mutate(&mut body, random);
        }
        counts[compare(&body)] += 1;
    }
    // Every outcome was met often: both take it, we are stricter, or take surrogates and numbers
    // that are none where they decide nothing.
    assert!(counts.iter().all(|count| *count > 1000), "{counts:?}");
}
