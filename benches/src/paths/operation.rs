//! What a request asks for, out of a body of a megabyte, whatever it is filled with.

use core::hint::black_box;

use gatepost::limits;
use gatepost::mcp::Operation;

use super::{kept, subject};
use crate::race::Subject;

/// Bytes of each body.
pub const OPERATION_BODY: usize = 1_000_000;

/// What bodies are filled with: identifier, name, and the parts of a JSON value, the middle one of
/// them again and again.
const FILLINGS: [(&str, &str, [&str; 3]); 8] = [
    ("base64", "one string of base64", ["\"", "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo", "\""]),
    ("objects", "small objects and numbers", ["[0", r#",{"a":1,"b":[2.5,3]}"#, "]"]),
    ("brackets", "brackets", ["[0", ",[{}]", "]"]),
    ("numbers", "numbers with a point", ["[0", ",1.5", "]"]),
    ("lines", "digits, each on a line of its own", ["[0", " ,\n 1", "]"]),
    ("texts", "texts of one escape", ["[0", r#","\n""#, "]"]),
    ("escapes", "one string of escapes", ["\"", r"\n\u00e9\\", "\""]),
    ("alphabets", "one string of other alphabets", ["\"", "aé世界😀", "\""]),
];

/// Calls of a tool, one for each filling: identifier, name and body.
pub fn operation_bodies() -> impl Iterator<Item = (&'static str, &'static str, String)> {
    FILLINGS.into_iter().map(|(id, name, [before, filling, after])| {
        let start = format!(
            r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"arguments":{{"a":{before}"#
        );
        let end = format!(r#"{after}}},"name":"n"}}}}"#);
        let left = OPERATION_BODY - start.len() - end.len();
        let filled = filling.repeat(left / filling.len());
        // What is less than one more of them is blank, behind the message.
        let rest = " ".repeat(left % filling.len());
        (id, name, format!("{start}{filled}{end}{rest}"))
    })
}

/// Reading the operation of each of these bodies.
#[must_use]
pub fn operations() -> Vec<Subject<'static>> {
    let read = |(id, name, body): (_, _, String)| {
        let body = kept(body).as_bytes();
        let mut memory = [0; limits::OPERATION_MEMORY];
        subject(id, name, move |_| {
            let operation =
                Operation::from_body(black_box(body), limits::MAX_MESSAGE_LEN, &mut memory);
            assert_eq!(black_box(&operation).as_ref().expect("a request").name(), Some("n"));
        })
    };
    operation_bodies().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_body_has_a_megabyte() {
        for (id, _, body) in operation_bodies() {
            assert_eq!(body.len(), OPERATION_BODY, "{id}");
            let filled = body.trim_end();
            assert!(body.len() - filled.len() < 40, "{id}");
            serde_json::from_str::<serde_json::Value>(filled).unwrap();
        }
    }
}
